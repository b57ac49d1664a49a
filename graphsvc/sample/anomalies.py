"""Planted anomalies: two years of ordinary months, and then months in each of which something stands out, with the rows that make it.

Each month one of each kind that is of single things (many companies at one address, a hub, a bridge, a circle of transfers, a cycle of
ownership), and one of the kinds that are of counts, in turn. Every third month tells many rows otherwise than before, which is no anomaly.
May import the standard library and this package.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from graphsvc.sample import rates
from graphsvc.sample.months import month_end
from graphsvc.sample.ordinary import BANK, BILLS, PHONES, REGISTER, TABLES, Company, Month, Ordinary, Row
from graphsvc.sample.output import Lines, Output
from graphsvc.sample.streams import below
from graphsvc.sample.world import World

MOST_MONTHS = 24
HISTORY = 24
_FOLDER = "anomalies"
_CORRECTED_EVERY = 3
_HUB, _TOGETHER = 70, 10  # at least
_CIRCLE = (3, 6)
_RING = (3, 5)


@dataclass
class _Group:
    """Two companies and who holds shares of both: a community that nothing joins to any other."""

    companies: list[Company]
    people: list[tuple[str, str, str, date]]


class Anomalies:
    """The planted anomalies of one world, as its months go on."""

    def __init__(self, world: World, months: int) -> None:
        self._world, self._months = world, months
        self._of = Ordinary(world)
        self._rng = self._of.rng
        self._groups: list[_Group] = []
        self._rings: list[list[Company]] = []

    def write(self, output: Output) -> None:
        """Write the history, the months, and the truth."""
        truth = output.lines("truth/anomalies.jsonl")
        for back in range(1 - HISTORY, 1):
            month = _month(output, back, f"{_FOLDER}/00")
            if back == 1 - HISTORY:
                self._settle(month)
            self._of.month(month, {})
        counted = (self._more_subscriptions, self._silent_contracts, self._doubled_transfers, self._fewer_subscriptions)
        for number in range(1, self._months + 1):
            what = counted[(number - 1) % len(counted)]
            shares = {"contracts": 0.0} if what == self._silent_contracts else {}
            shares |= {"subscriptions": 0.05} if what == self._fewer_subscriptions else {}
            tables = tuple(table for table in TABLES if shares.get(table) != 0.0)
            month = _month(output, number, f"{_FOLDER}/{number:02d}", tables)
            self._of.month(month, shares)
            # Where less is told of subscriptions, not many at one phone, which would make up for it.
            together = self._together_companies if what == self._fewer_subscriptions else self._together
            makers: tuple[Callable[[Month], tuple[str, list[Row], dict[str, Any]]], ...] = (
                what, together, self._hub, self._bridge, self._circle, self._cycle,
            )  # fmt: skip
            for make in makers:
                kind, rows, about = make(month)
                self._tell(truth, number, month, kind, rows, about)
            if number % _CORRECTED_EVERY == 0:
                self._tell(truth, number, month, "correction", self._corrected(month), {})

    def _tell(self, truth: Lines, number: int, month: Month, kind: str, rows: list[Row], about: dict[str, Any]) -> None:
        told = {"month": number, "period": f"{month.last:%Y-%m}", "kind": kind, **about, "rows": [asdict(row) for row in rows]}
        truth.row(told)

    def _settle(self, month: Month) -> None:
        """What is there before: groups to be joined, and chains of owners that have no ring yet."""
        for _ in range(2 * self._months):
            group = _Group([self._own(month) for _ in range(2)], [self._of.person() for _ in range(4 + below(self._rng, 3))])
            for company in group.companies:
                for person in group.people:
                    self._of.share(month, company.number, *person, month.first)
            self._groups.append(group)
        for _ in range(self._months):
            ring = [self._own(month) for _ in range(_RING[0] + below(self._rng, _RING[1] - _RING[0] + 1))]
            for owner, company in pairwise(ring):
                self._of.owned(month, company, owner, month.first)
            self._rings.append(ring)

    def _own(self, month: Month) -> Company:
        """A company at premises of its own, of which nothing else is told."""
        names, number = self._world.names, self._of.company_number()
        place = self._of.home()._replace(street=names.premises_streets[-1], number=f"{number}")
        made = Company(number, names.company(self._rng), month.first, place)
        self._of.tell(month, made)
        return made

    # Of counts.

    def _more_subscriptions(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        extra = 2 * self._of.many("subscriptions", month)
        rows = [self._of.subscription(month) for _ in range(extra)]
        return "more_than_before", rows, {"source": PHONES, "table": "subscriptions"}

    def _fewer_subscriptions(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        return "fewer_than_before", [], {"source": PHONES, "table": "subscriptions"}

    def _silent_contracts(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        return "source_silent", [], {"source": BILLS, "table": "contracts"}

    def _doubled_transfers(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        rows = [self._of.transfer(month) for _ in range(round(1.3 * self._of.many("transfers", month)))]
        return "source_doubled", rows, {"source": BANK, "table": "transfers"}

    # Of single things.

    def _together(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        if below(self._rng, 2):
            return self._together_companies(month)
        many = _TOGETHER + below(self._rng, 6)
        number = self._of.phone()
        rows = [self._of.subscription(month, number, "user") for _ in range(many)]
        return "many_at_once", rows, {"source": PHONES, "table": "subscriptions"}

    def _together_companies(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        many = _TOGETHER + below(self._rng, 6)
        place = self._of.home()._replace(number=f"{900 + month.last.month}")
        return "many_at_once", [self._of.company(month, place) for _ in range(many)], {"source": REGISTER, "table": "companies"}

    def _hub(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        [pot, *payers] = self._of.ibans(_HUB + below(self._rng, 20) + 1)
        rows = [self._of.move(month, payer, pot, 20 + self._rng.random() * 200, month.day(self._rng.random())) for payer in payers]
        return "new_hub", rows, {"source": BANK, "table": "transfers"}

    def _bridge(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        a, b = self._groups.pop(), self._groups.pop()
        row = self._of.share(month, b.companies[0].number, *a.people[0], month.day(self._rng.random()))
        return "new_bridge", [row], {"source": REGISTER, "table": "shareholdings"}

    def _circle(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        many = _CIRCLE[0] + below(self._rng, _CIRCLE[1] - _CIRCLE[0] + 1)
        accounts = self._of.ibans(many)
        amount, day = 4_000 + self._rng.random() * 40_000, month.first + timedelta(days=below(self._rng, 8))
        rows = []
        for n, (own, other) in enumerate(zip(accounts, [*accounts[1:], accounts[0]], strict=True)):
            rows.append(self._of.move(month, own, other, amount, day + timedelta(days=3 * n)))
            amount *= 0.9 + 0.1 * self._rng.random()
        return "circular_transfers", rows, {"source": BANK, "table": "transfers"}

    def _cycle(self, month: Month) -> tuple[str, list[Row], dict[str, Any]]:
        ring = self._rings.pop()
        row = self._of.owned(month, ring[0], ring[-1], month.day(self._rng.random()))
        return "ownership_cycle", [row], {"source": REGISTER, "table": "shareholdings"}

    def _corrected(self, month: Month) -> list[Row]:
        """Companies of earlier months, told again with another spelling of one address and a date of this month."""
        among = [company for company in self._of.companies if company.since < month.first]
        place = among[0].at._replace(street=f"{among[0].at.street} Vest")
        some = [among[below(self._rng, len(among))] for _ in range(24)]
        told = {company.number: Company(company.number, company.name, month.day(self._rng.random()), place) for company in some}
        return [self._of.tell(month, company) for company in told.values()]


def _month(output: Output, number: int, folder: str, tables: tuple[str, ...] = TABLES) -> Month:
    last = month_end(rates.AS_OF, number)
    return Month(output, folder, last.replace(day=1), last, tables)
