"""The shareholdings around an entity: read level by level, weighed, and followed chain by chain.

May import the graph. A node is a cluster; a chain visits none twice. All orders are by share, then by id.
"""

from __future__ import annotations

from typing import Any

from graphsvc.connections import shares
from graphsvc.connections.clusters import Clusters
from graphsvc.connections.periods import Days
from graphsvc.connections.shares import Share
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View

MOST_CYCLES = 100  # named; cross-holdings of a few dozen companies make millions


class Chain:
    """Clusters from the one asked for on, the share of its far end, and why it ends."""

    __slots__ = ("ends", "nodes", "share")

    def __init__(self, nodes: list[str], share: Share, ends: str) -> None:
        self.nodes, self.share, self.ends = nodes, share, ends

    @property
    def rank(self) -> tuple[Any, ...]:
        """The largest share first; ties by the nodes."""
        return (-self.share.high, -self.share.low, len(self.nodes), self.nodes)


class Web:
    """The shareholdings around one cluster, and the chains through them; with `via`, those that pass this cluster."""

    def __init__(self, clusters: Clusters, on: Days | None, levels: int, min_share: float, most_steps: int, via: str | None = None) -> None:
        self._clusters, self._on, self._levels, self._min, self._left = clusters, on, levels, min_share, most_steps
        self._via = via
        self.rows: dict[str, dict[str, list[Row]]] = {}
        self.share: dict[tuple[str, str], Share] = {}
        self.chains: list[Chain] = []
        self.reached: dict[str, list[Share]] = {}
        self.cycles: dict[tuple[str, ...], None] = {}
        self.below = 0

    def read(self, graph: Graph, view: View, inquiry: Inquiry, start: str, wanted: dict[str, Any], *, down: bool, most: int) -> set[str]:
        """Read the shareholdings level by level, and one level more, to know whether chains go on there."""
        clusters, left, frontier = self._clusters, most, [start]
        for _ in range(self._levels + 1):
            if not frontier:
                break
            ids = clusters.all_of(frontier)
            rows = graph.ask(view, inquiry, "questions/ownership", ids=ids, down=down, limit=left + 1, **wanted)
            clusters.of([row["other"] for row in rows[:left]])
            for key in frontier:
                self.rows[key] = {}
            for row in rows[:left]:
                self.rows[clusters.key[row["of"]]].setdefault(clusters.key[row["other"]], []).append(row)
            if len(rows) > left:
                self._weigh()
                return {"links"}
            left -= len(rows)
            frontier = sorted({other for key in frontier for other in self.rows[key]} - self.rows.keys())
        self._weigh()
        return set()

    def _weigh(self) -> None:
        for key, others in self.rows.items():
            for other in others:
                self.share[key, other] = shares.spanning(share for _, share in self.by_source(key, other))

    def by_source(self, key: str, other: str) -> list[tuple[str, Share]]:
        """What each source says of one hop."""
        links: dict[str, list[dict[str, Any]]] = {}
        for row in self.rows[key][other]:
            links.setdefault(row["link"]["source"], []).append(row["link"])
        return [(source, shares.told_by(its, self._on)) for source, its in sorted(links.items())]

    def follow(self, start: str) -> set[str]:
        """Follow every chain from a cluster on; returns what cut them."""
        cut: set[str] = set()
        self._follow([start], shares.WHOLE, cut)
        return cut

    def _follow(self, nodes: list[str], share: Share, cut: set[str]) -> None:
        others = self.rows.get(nodes[-1], {})
        ends = "top" if nodes[-1] in self.rows else "links"
        onward = []
        for other in others:
            further = shares.times(share, self.share[nodes[-1], other])
            if other in nodes:
                if self._passes(nodes) and not self._named(nodes[nodes.index(other) :]):
                    cut.add("cycles")
                ends = "cycle"
            elif further.high < self._min:
                self.below += 1
                ends = "min_share"
            else:
                onward.append((-further.high, other, further))
        if onward and len(nodes) > self._levels:
            cut.add("levels")
            onward, ends = [], "levels"
        if not onward and len(nodes) > 1 and self._passes(nodes):
            self.chains.append(Chain(list(nodes), share, ends))
        for _, other, further in sorted(onward):
            if self._left <= 0:
                cut.add("steps")
                return
            self._left -= 1
            if self._passes([*nodes, other]):
                self.reached.setdefault(other, []).append(further)
            self._follow([*nodes, other], further, cut)

    def _passes(self, nodes: list[str]) -> bool:
        return self._via is None or self._via in nodes

    def _named(self, cycle: list[str]) -> bool:
        """Keep a cycle, from the least of its clusters on; False where there is no room for another."""
        first = cycle.index(min(cycle))
        turned = (*cycle[first:], *cycle[:first])
        if turned not in self.cycles and len(self.cycles) == MOST_CYCLES:
            return False
        self.cycles.setdefault(turned)
        return True
