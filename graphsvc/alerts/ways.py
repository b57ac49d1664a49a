"""Ways between watched pairs through what a batch touched: three links at most, in view. May import connections and the graph.

Whoever looks for all short paths between two reads much that the batch has nothing to do with. Here reading begins at what it touched, and
is done for all pairs of one view together: what is the same, what lies beside the ends, and which of that is linked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from graphsvc.alerts.index import Fact
from graphsvc.connections.clusters import Clusters
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.feed import SAME
from graphsvc.graph.view import Inquiry, View

MOST_WAYS = 200  # of one pair through one batch: the best of them is told
_MOST_BESIDE = 100_000  # of one entity; what lies beyond is not looked at
Way = tuple[str, ...]
Things = frozenset[str]


class Ways:
    """Ways of one view, by the keys of clusters. `pairs`: the two ends of each watch, and what the batch touched near them."""

    def __init__(
        self, graph: Graph, view: View, inquiry: Inquiry, pairs: Mapping[str, tuple[str, str, Sequence[Fact]]], facts: Mapping[str, Row]
    ) -> None:
        self._graph, self.view, self.inquiry = graph, view, inquiry
        self._same = Clusters(graph, view, inquiry, "certain")
        seen = {watch: [fact for fact in touched if fact.id in facts] for watch, (_, _, touched) in pairs.items()}
        self._same.of(
            {id for a, b, _ in pairs.values() for id in (a, b)}
            | {end for those in seen.values() for one in those for end in (one.a, one.b)}
        )
        key = self._same.key
        self._ends = {watch: (key[a], key[b]) for watch, (a, b, _) in pairs.items()}
        self._touched = {
            watch: [(key[one.a], key[one.b], facts[one.id]["type"] == SAME["same"]) for one in those] for watch, those in seen.items()
        }
        self._beside = self._read_beside({end for watch, ends in self._ends.items() if self._touched[watch] for end in ends})
        self._linked = self._read_linked()

    def of(self, watch: str) -> list[Way]:
        """The ways of a watch: entities, one of each thing on the way, from one end to the other; the fewest links first."""
        a, b = self._ends[watch]
        found = {way for u, v, same in self._touched[watch] for way in self._through(a, b, u, v, same)}
        return sorted((way for way in found if len(set(way)) == len(way) or way == (a, a)), key=lambda way: (len(way), way))[:MOST_WAYS]

    def _through(self, a: str, b: str, u: str, v: str, same: bool) -> Iterator[Way]:
        if same:
            yield from self._by_thing(a, b, u)
            return
        for one, other in ((u, v), (v, u)):
            if one == a and other == b:
                yield a, b
            elif one == a:
                yield from self._onwards(a, other, b)
            elif other == b:
                yield from (way[::-1] for way in self._onwards(b, one, a))
            elif one in self._beside[a] and other in self._beside[b]:
                yield a, one, other, b

    def _onwards(self, a: str, x: str, b: str) -> Iterator[Way]:
        """From a over x, which is beside it, with two links more at most."""
        if x in self._beside[b]:
            yield a, x, b
        for y in self._linked.get(x, ()):
            if y in self._beside[b]:
                yield a, x, y, b

    def _by_thing(self, a: str, b: str, thing: str) -> Iterator[Way]:
        """Through a thing that a statement made of several."""
        if a == b == thing:
            yield a, a
        if thing in (a, b):
            if b in self._beside[a]:
                yield a, b
            for x in self._beside[a]:
                yield from self._onwards(a, x, b)
            return
        if thing in self._beside[a]:
            yield from self._onwards(a, thing, b)
        if thing in self._beside[b]:
            yield from (way[::-1] for way in self._onwards(b, thing, a))

    def _read_beside(self, keys: set[str]) -> dict[str, Things]:
        """What one link joins things to, by the keys of both."""
        around = self._ask([id for key in sorted(keys) for id in self._same.members[key]], None)
        self._same.of({other for others in around.values() for other in others})
        found: dict[str, set[str]] = {key: set() for key in keys}
        for id, others in around.items():
            found[self._same.key[id]].update(self._same.key[other] for other in others)
        return {key: frozenset(others - {key}) for key, others in found.items()}

    def _read_linked(self) -> dict[str, set[str]]:
        """Which of the things that may come second are linked to one that may come third."""
        second: set[str] = set()
        third: set[str] = set()
        for watch, touched in self._touched.items():
            a, b = self._ends[watch]
            for u, v, same in touched:
                for x, to in self._second(a, b, u, v, same):
                    second |= x
                    third |= self._beside[to]
        linked: dict[str, set[str]] = defaultdict(set)
        if second and third:
            members = self._same.members
            around = self._ask([id for key in sorted(second) for id in members[key]], [id for key in sorted(third) for id in members[key]])
            for id, others in around.items():
                linked[self._same.key[id]].update(self._same.key[other] for other in others)
        return linked

    def _second(self, a: str, b: str, u: str, v: str, same: bool) -> Iterator[tuple[Things, str]]:
        """Things beside one end from which two links may lead to the other, and that other."""
        for here, there in ((a, b), (b, a)):
            if same and u == here:
                yield self._beside[here], there
            elif same and u in self._beside[here]:
                yield frozenset((u,)), there
            elif not same and here in (u, v):
                yield frozenset((u, v)) - {here}, there

    def _ask(self, ids: list[str], among: list[str] | None) -> dict[str, list[str]]:
        if not ids:
            return {}
        fills: dict[str, int | str] = {"most": _MOST_BESIDE}
        rows = self._graph.ask(self.view, self.inquiry, "alerts/beside", fills=fills, ids=ids, among=among)
        return {row["id"]: row["others"] for row in rows}
