"""Ways of money between accounts: which sequences of accounts have transfers in time order, how many, and the largest. Pure.

A way is a sequence of clusters. Its chains of transfers are counted, not listed one by one: between two accounts there may be
thousands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from graphsvc.loading.money import MINOR_UNITS

_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer between two clusters. It happened between `first` and `last`, microseconds; the two differ where only a day is known."""

    start: str
    end: str
    type: str
    link: dict[str, Any]
    start_id: str
    end_id: str
    first: int
    last: int

    @property
    def amount(self) -> float:
        """In whole units; below nothing when it is not stated."""
        minor = self.link.get("amount")
        return -1.0 if minor is None else minor / 10 ** MINOR_UNITS.get(self.link.get("amount_currency") or "", 2)


_NO_CHAIN: tuple[float, tuple[Transfer, ...]] = (-1.0, ())


def moment(link: Mapping[str, Any]) -> tuple[int, int]:
    """The first and the last microsecond that the time of a link may mean."""
    first, last = (str(link.get(name) or link["at"]) for name in ("at_min", "at_max"))
    return _microsecond(first, "T00:00:00Z"), _microsecond(last, "T23:59:59.999999Z")


def _microsecond(text: str, rest: str) -> int:
    when = datetime.fromisoformat(text if "T" in text else f"{text}{rest}").replace(tzinfo=UTC)
    since = when - datetime(1, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


@dataclass(frozen=True, slots=True)
class Way:
    """A sequence of clusters with transfers in time order: how many `chains` of them, and the one whose smallest amount is the largest.

    `sure`: the order of that one is certain, and not only possible because a time is known to the day alone.
    """

    nodes: tuple[str, ...]
    chains: int
    transfers: tuple[Transfer, ...]
    sure: bool

    @property
    def rank(self) -> tuple[Any, ...]:
        """Short ones first, then the largest smallest amount (in whole units, whatever the currency), then the earliest."""
        return len(self.nodes), -min(t.amount for t in self.transfers), self.transfers[0].first, self.nodes


class Budget:
    """Steps that a search may take."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def take(self, steps: int = 1) -> bool:
        """Whether there are so many left; they are gone then."""
        self.left -= steps
        return self.left >= 0


def ways(
    transfers: Sequence[Transfer],
    starts: Collection[str],
    ends: Collection[str],
    *,
    most_hops: int,
    within_days: float | None,
    budget: Budget,
) -> Iterator[Way]:
    """Every way from one of `starts` to one of `ends`, short ones first. It passes no cluster twice and none of these in its middle.

    Ends early when the budget is used up: `budget.left` is below nothing then.
    """
    between: dict[str, dict[str, list[Transfer]]] = {}
    for one in transfers:
        between.setdefault(one.start, {}).setdefault(one.end, []).append(one)
    far = _distances(between, ends)
    for hops in range(1, most_hops + 1):
        for start in sorted(starts):
            for nodes in _sequences([start], between, far, {*starts, *ends}, ends, hops, budget):
                way = _way(nodes, [between[a][b] for a, b in pairwise(nodes)], within_days, budget)
                if budget.left < 0:
                    return
                if way is not None:
                    yield way


def _distances(between: Mapping[str, Mapping[str, Any]], ends: Collection[str]) -> dict[str, int]:
    into: dict[str, set[str]] = {}
    for start, others in between.items():
        for end in others:
            into.setdefault(end, set()).add(start)
    far = dict.fromkeys(ends, 0)
    frontier = list(ends)
    while frontier:
        frontier = [new for node in frontier for new in into.get(node, ()) if far.setdefault(new, far[node] + 1) == far[node] + 1]
        frontier = list(dict.fromkeys(frontier))
    return far


def _sequences(
    nodes: list[str],
    between: Mapping[str, Mapping[str, Any]],
    far: Mapping[str, int],
    outer: Collection[str],
    ends: Collection[str],
    hops: int,
    budget: Budget,
) -> Iterator[tuple[str, ...]]:
    left = hops - len(nodes)
    for other in sorted(between.get(nodes[-1], ())):
        if other in nodes or far.get(other, hops + 1) > left:
            continue
        if not budget.take():
            return
        if left == 0:
            yield (*nodes, other)
        elif other not in outer:
            yield from _sequences([*nodes, other], between, far, outer, ends, hops, budget)


def _way(nodes: tuple[str, ...], hops: list[list[Transfer]], within_days: float | None, budget: Budget) -> Way | None:
    """The chains of one way, hop by hop: of each transfer how many chains end with it, and the best of them."""
    longest = None if within_days is None else int(within_days * _DAY_US)
    counts = [1] * len(hops[0])
    best: list[tuple[float, tuple[Transfer, ...]]] = [(one.amount, (one,)) for one in hops[0]]
    for before, after in pairwise(hops):
        if not budget.take(len(before) * len(after)):
            return None
        new_counts, new_best = [], list[tuple[float, tuple[Transfer, ...]]]()
        for one in after:
            fitting = [i for i, earlier in enumerate(before) if counts[i] and _follows(earlier, one, longest)]
            new_counts.append(sum(counts[i] for i in fitting))
            # Of equal ones the earliest: transfers come by time, and max takes the first.
            smallest, so_far = max((best[i] for i in fitting), key=lambda b: b[0], default=_NO_CHAIN)
            new_best.append((min(smallest, one.amount), (*so_far, one)))
        counts, best = new_counts, new_best
    if not sum(counts):
        return None
    last = max((i for i in range(len(counts)) if counts[i]), key=lambda i: (best[i][0], -i))
    _, chain = best[last]
    return Way(nodes, sum(counts), chain, all(a.last <= b.first for a, b in pairwise(chain)))


def _follows(earlier: Transfer, later: Transfer, longest: int | None) -> bool:
    """Whether the later may have come not before the earlier, and soon enough after it."""
    return later.last >= earlier.first and (longest is None or later.first - earlier.last <= longest)
