"""Which same-as pairs may stand together: a cluster does not grow past a contradiction.

Pairs are taken from the strongest on; one whose clusters contradict each other is held back, and the contradiction is told. What is left
are all pairs within the clusters, not only a spanning tree. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein

from graphsvc.resolution.dates import contradict, parse_born
from graphsvc.resolution.prepare import scheme

Pair = tuple[int, int]


@dataclass(frozen=True)
class Contradiction:
    """What keeps two entities apart, and which pair of entities it held back. `a` < `b`, both by id."""

    kind: str
    """`birth_date`, `identifier`, `residence` or `decided` (somebody decided that they are two)."""
    a: str
    b: str
    says_a: str
    says_b: str
    blocked: tuple[str, str]

    def sentence(self) -> str:
        """For people."""
        between = f"{self.a} and {self.b}"
        if self.kind == "decided":
            return f"It was decided that {between} are not the same."
        what = {"birth_date": "dates of birth", "identifier": "identifiers of one kind", "residence": "homes in two countries in one month"}
        return f"{between} have two {what[self.kind]}: {self.says_a} and {self.says_b}."


@dataclass
class Facts:
    """What of an entity, or of a cluster, can contradict another: each value with an entity that tells it."""

    births: dict[str, int] = field(default_factory=dict)
    identifiers: dict[str, dict[str, int]] = field(default_factory=dict)
    homes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Countries by month in which the entity is said to live there."""

    def and_of(self, other: Facts) -> Facts:
        """What both tell."""
        return Facts({**other.births, **self.births}, _both(self.identifiers, other.identifiers), _both(self.homes, other.homes))


def _both(mine: dict[str, dict[str, int]], theirs: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {key: {**theirs.get(key, {}), **mine.get(key, {})} for key in {**mine, **theirs}}


def facts(entity: int, row: Mapping[str, Any]) -> Facts:
    """The facts of one row of the given table."""
    found = Facts()
    born = parse_born(row.get("born"))
    if born.month:
        found.births[born.day or born.month] = entity
    for identifier in row["identifiers"] or ():
        found.identifiers.setdefault(scheme(identifier), {})[identifier] = entity
    for address in row["addresses"] or ():
        country, since = address["country"], address["since"]
        if country and since and len(since) >= 7:
            until = address["until"] if address["until"] and len(address["until"]) >= 7 else since
            for month in _months(since[:7], until[:7]):
                found.homes.setdefault(month, {})[country] = entity
    return found


def _months(since: str, until: str) -> Iterable[str]:
    first, last = (int(text[:4]) * 12 + int(text[5:7]) - 1 for text in (since, until))
    # A home of more than a century is an error of the record; its first month stands.
    for month in range(first, (last if first <= last < first + 1200 else first) + 1):
        yield f"{month // 12:04}-{month % 12 + 1:02}"


ALL = frozenset({"birth_date", "identifier", "residence"})


def differ(a: Facts, b: Facts, kinds: frozenset[str] = ALL) -> tuple[str, int, int, str, str] | None:
    """The first contradiction of these kinds between two: kind, who tells the one and who the other, and what they tell."""
    for x, who_x in sorted(a.births.items()) if "birth_date" in kinds else ():
        for y, who_y in sorted(b.births.items()):
            if contradict(x, y):
                return "birth_date", who_x, who_y, x, y
    for key in sorted(a.identifiers.keys() & b.identifiers.keys()) if "identifier" in kinds else ():
        mine, theirs = a.identifiers[key], b.identifiers[key]
        if not mine.keys() & theirs.keys():
            x, y = min(mine), min(theirs)
            if not _one_slip(x, y):
                return "identifier", mine[x], theirs[y], x, y
    for month in sorted(a.homes.keys() & b.homes.keys()) if "residence" in kinds else ():
        here, there = a.homes[month], b.homes[month]
        if not here.keys() & there.keys():
            x, y = min(here), min(there)
            return "residence", here[x], there[y], f"{x} in {month}", f"{y} in {month}"
    return None


def told_contradiction(found: tuple[str, int, int, str, str], a: str, b: str) -> str:
    """What `differ` found between the facts of two entities, for people."""
    kind, _, _, says_a, says_b = found
    return Contradiction(kind, a, b, says_a, says_b, (a, b)).sentence()


def _one_slip(a: str, b: str) -> bool:
    return DamerauLevenshtein.distance(a, b, score_cutoff=1) <= 1


class Clusters:
    """Grows clusters pair by pair. `facts_of` gives an entity's facts; `apart` are pairs that somebody decided to be two."""

    def __init__(
        self, ids: Sequence[str], facts_of: Callable[[int], Facts], apart: Iterable[Pair] = (), kinds: frozenset[str] = ALL
    ) -> None:
        self._ids = ids
        self._facts_of = facts_of
        self._kinds = kinds
        self._parent: dict[int, int] = {}
        self._facts: dict[int, Facts] = {}
        self._members: dict[int, list[int]] = {}
        self._apart: dict[int, set[int]] = {}
        for a, b in apart:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def root(self, entity: int) -> int:
        parent = self._parent.setdefault(entity, entity)
        while parent != entity:
            self._parent[entity] = self._parent[parent]
            entity, parent = parent, self._parent[parent]
        return entity

    def join(self, a: int, b: int, *, force: bool = False) -> Contradiction | None:
        """Join the clusters of two entities, or say what keeps them apart. `force`: a person decided it."""
        x, y = self.root(a), self.root(b)
        if x == y:
            return None
        if not force and (found := self._contradiction(x, y)) is not None:
            kind, who_x, who_y, says_x, says_y = found
            if self._ids[who_x] > self._ids[who_y]:
                who_x, who_y, says_x, says_y = who_y, who_x, says_y, says_x
            blocked = (self._ids[a], self._ids[b]) if self._ids[a] < self._ids[b] else (self._ids[b], self._ids[a])
            return Contradiction(kind, self._ids[who_x], self._ids[who_y], says_x, says_y, blocked)
        keep, other = (x, y) if len(self._of(x)) >= len(self._of(y)) else (y, x)
        self._facts[keep] = self._cluster_facts(keep).and_of(self._cluster_facts(other))
        self._of(keep).extend(self._members.pop(other))
        self._facts.pop(other, None)
        self._parent[other] = keep
        return None

    def _contradiction(self, x: int, y: int) -> tuple[str, int, int, str, str] | None:
        small, large = sorted((x, y), key=lambda root: len(self._of(root)))
        for member in sorted(self._of(small)):
            for other in sorted(self._apart.get(member, ())):
                if self.root(other) == large:
                    return "decided", member, other, "", ""
        return differ(self._cluster_facts(x), self._cluster_facts(y), self._kinds)

    def _of(self, root: int) -> list[int]:
        return self._members.setdefault(root, [root])

    def _cluster_facts(self, root: int) -> Facts:
        if root not in self._facts:
            self._facts[root] = self._facts_of(root)
        return self._facts[root]
