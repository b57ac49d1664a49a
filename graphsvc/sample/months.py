"""Planted changes, month by month: groups that are born, die, merge, split, grow and shrink, and people who move between them.

They are told in one table of one source, the shareholdings of the company register, as it publishes them: the whole table each month. Each
change is one row that came or went, so that what caused it is known. People and companies are of their own, with numbers that no others
have, and drawn from streams of their own. May import the standard library and this package.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from graphsvc.sample import rates
from graphsvc.sample.output import Lines, Output, Table
from graphsvc.sample.streams import below, pick, stream
from graphsvc.sample.world import World

MOST_MONTHS = 24
KINDS = ("born", "died", "merged", "split", "grew", "shrank", "moved")
_SOURCE = "company_register"
_TABLE = "shareholdings"
# Of each kind a month.
_EACH_PER_PERSON = 1 / 1_000
_EACH_LEAST = 2
# Past all numbers that the world itself can use; the register's own numbers of people have eight digits.
_FIRST_COMPANY, _FIRST_PERSON = 6_000_000, 900_000_000
_PEOPLE, _COMPANIES = (4, 6), 2
_SINCE = date(2020, 1, 1)
_HEADER = "company_no holder_kind holder_no holder_surname holder_given_names holder_name born percent held_from held_to"
Pair = tuple[str, str]


@dataclass
class _Group:
    """Companies, and who holds shares of which; `alone`: those who hold of one company only, and can leave."""

    companies: list[str]
    people: list[str]
    alone: list[Pair] = field(default_factory=list)
    joined: tuple[int, Pair] | None = None  # the group that it is one with, and the row that makes it so
    busy: int = -1  # the last month in which something happened to it


class Months:
    """The planted changes of one world, as they go on. `write` writes one month after the other."""

    def __init__(self, world: World, months: int) -> None:
        self._world, self._months = world, months
        self._rng = stream(world.seed, "months")
        self._rows: dict[Pair, date] = {}
        self._people: dict[str, tuple[str, str, str]] = {}
        self._companies: dict[str, str] = {}
        self._groups: list[_Group] = []
        self._each = max(_EACH_LEAST, round(world.people * _EACH_PER_PERSON))
        self._began = _SINCE

    def write(self, output: Output, base: Path) -> None:
        """Write the months; `base` is the table as it was at first, which each month tells again."""
        truth = output.lines("truth/changes.jsonl")
        self._settle()
        for month in range(self._months + 1):
            day = month_end(rates.AS_OF, month)
            if month:
                self._began = day
                for kind in KINDS:
                    for _ in range(self._each):
                        self._change(kind, month, day, truth)
            self._tell(output, base, day, month)

    def _settle(self) -> None:
        """What is there before the first change: enough groups for each month's changes to be of different ones."""
        for _ in range(6 * self._each + self._months):
            self._groups.append(self._group())
        for _ in range(self._each * (self._months + 2)):
            self._groups.append(self._small(2))
        for _ in range(self._each * (self._months + 2)):
            self._groups.append(self._small(1))
        # Pairs that are one from the beginning, to be split later.
        for _ in range(self._each * (self._months + 2)):
            a, b = self._group(), self._group()
            self._groups += [a, b]
            self._join(len(self._groups) - 2, len(self._groups) - 1)
        for group in self._groups:
            if len(group.companies) == _COMPANIES:
                self._add(group)

    def _group(self) -> _Group:
        first, last = _PEOPLE
        group = _Group(
            [self._company() for _ in range(_COMPANIES)], [self._person() for _ in range(first + below(self._rng, last - first + 1))]
        )
        self._rows.update({(company, person): self._began for company in group.companies for person in group.people})
        return group

    def _small(self, people: int) -> _Group:
        """A company with one holder, which is no community yet, or with two, which is the least that is one."""
        group = _Group([self._company()], [self._person() for _ in range(people)])
        group.alone = [(group.companies[0], person) for person in group.people]
        self._rows.update(dict.fromkeys(group.alone, self._began))
        return group

    def _add(self, group: _Group) -> Pair:
        pair = (pick(self._rng, group.companies), self._person())
        group.people.append(pair[1])
        group.alone.append(pair)
        self._rows[pair] = self._began
        return pair

    def _join(self, a: int, b: int) -> Pair:
        pair = (self._groups[b].companies[0], self._groups[a].people[0])
        self._groups[a].joined, self._groups[b].joined = (b, pair), (a, pair)
        self._rows[pair] = self._began
        return pair

    def _change(self, kind: str, month: int, day: date, truth: Lines) -> None:
        large = [n for n, one in self._free(month) if len(one.companies) == _COMPANIES and one.joined is None]
        found: list[int] = []
        came: list[Pair] = []
        went: list[Pair] = []
        if kind in ("born", "died"):
            wanted = 1 if kind == "born" else 2
            found = [self._one([n for n, one in self._free(month) if len(one.companies) == 1 and len(one.people) == wanted])]
            group = self._groups[found[0]]
            if kind == "born":
                came = [self._add(group)]
            else:
                went = [self._leave(group)]
        elif kind == "merged":
            found = [self._one(large)]
            found.append(self._one([n for n in large if n != found[0]]))
            came = [self._join(*found)]
        elif kind == "split":
            a = self._one([n for n, one in self._free(month) if one.joined is not None])
            joined = self._groups[a].joined
            assert joined is not None
            found, went = [a, joined[0]], [joined[1]]
            del self._rows[joined[1]]
            self._groups[a].joined = self._groups[joined[0]].joined = None
        elif kind == "grew":
            found = [self._one(large)]
            came = [self._add(self._groups[found[0]])]
        else:
            found = [self._one([n for n in large if self._groups[n].alone])]
            group = self._groups[found[0]]
            went = [self._leave(group)]
            if kind == "moved":
                found.append(self._one([n for n in large if n != found[0]]))
                other = self._groups[found[1]]
                pair = (pick(self._rng, other.companies), went[0][1])
                other.people.append(pair[1])
                other.alone.append(pair)
                self._rows[pair] = self._began
                came = [pair]
        for number in found:
            self._groups[number].busy = month
        told: dict[str, Any] = {"month": month, "as_of": day.isoformat(), "kind": kind}
        told["groups"] = [sorted(self._groups[number].companies) for number in found]
        told["people"] = sorted({person for _, person in came + went}) if kind in ("grew", "shrank", "moved") else []
        # Of a move, what brings somebody there: without it they would be nowhere.
        told["rows"] = [f"{company},P,{person}" for company, person in came or went]
        truth.row(told)

    def _free(self, month: int) -> Iterator[tuple[int, _Group]]:
        return ((number, one) for number, one in enumerate(self._groups) if one.busy < month)

    def _one(self, among: list[int]) -> int:
        return pick(self._rng, among)

    def _leave(self, group: _Group) -> Pair:
        pair = group.alone.pop(below(self._rng, len(group.alone)))
        group.people.remove(pair[1])
        del self._rows[pair]
        return pair

    def _person(self) -> str:
        number = str(_FIRST_PERSON + len(self._people))
        names, rng = self._world.names, self._rng
        born = date(1940, 1, 1) + timedelta(days=below(rng, 22_000))
        given = names.given[below(rng, 2)][names.given_skew.draw(rng)]
        self._people[number] = (names.surnames[names.surname_skew.draw(rng)], given, f"{born:%Y-%m}")
        return number

    def _company(self) -> str:
        number = self._world.company_number(_FIRST_COMPANY + len(self._companies))
        self._companies[number] = self._world.names.company(self._rng)
        return number

    def _tell(self, output: Output, base: Path, day: date, month: int) -> None:
        folder = f"months/{month:02d}/{_SOURCE}"
        if month == 0:  # companies come at first alone
            columns = "company_no name status incorporated_on registered_street registered_number registered_postcode registered_city"
            companies = self._table(output, f"{folder}/companies-{day.isoformat()}.csv", f"{columns} share_capital object")
            places = (self._world.names.premises_streets[-1], "10000", self._world.names.cities[0])
            for n, (number, name) in enumerate(self._companies.items()):
                companies.row(number, name, "active", _SINCE, places[0], 9_000 + n, places[1], places[2], "100.000,00", "Holding of shares")
        shares = self._table(output, f"{folder}/{_TABLE}-{day.isoformat()}.csv", _HEADER)
        with base.open(encoding="cp1252") as before:
            rows = csv.reader(before, delimiter=";")
            next(rows)
            for row in rows:
                shares.row(*row)
        for (company, person), since in sorted(self._rows.items()):
            surname, given, born = self._people[person]
            shares.row(company, "P", person, surname, given, "", born, "10,00", since.isoformat(), "")

    def _table(self, output: Output, name: str, columns: str) -> Table:
        return output.table(name, columns.split(), delimiter=";", encoding="cp1252", line_end="\r\n")


def month_end(start: date, months: int) -> date:
    """The last day of the month so many months after that of `start`."""
    following = start.year * 12 + start.month + months
    return date(following // 12, following % 12 + 1, 1) - timedelta(days=1)
