"""A small part of the projected graph, as it was at one batch, as it is at another, and as it would be with only some of what changed.

May import the graph. The same weights, scale and Leiden as of the whole; what lies outside counts by its weight. Since two communities are
compared with the scale and not with the whole graph, what is found here is what was found there, but for near ties.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphsvc.communities.joined import join, root
from graphsvc.communities.parameters import Communities
from graphsvc.communities.weights import MOST_RECORDS, left_out, weight, weights
from graphsvc.graph.driver import Graph
from graphsvc.graph.feed import SAME, was_in_force
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.jobs.kinds import Limits, Run

# Links read of one part; beyond that a change is not looked into.
MOST_LINKS = 20_000


@dataclass(frozen=True)
class Fact:
    """A link or a statement of identity that holds at one of the two batches and not at the other. `came`: it holds at the later one."""

    id: str
    type: str
    a: str
    b: str
    came: bool
    seq: int


@dataclass(frozen=True)
class Parts:
    """Which community each entity is in, and which cluster."""

    community: dict[str, int]
    cluster: dict[str, int]

    def main(self, ids: Iterable[str]) -> int | None:
        """The community that more than half of these are in; None if there is none."""
        counts: dict[int, int] = defaultdict(int)
        total = 0
        for id in ids:
            total += 1
            if id in self.community:
                counts[self.community[id]] += 1
        best = max(counts, key=lambda one: (counts[one], -one), default=None)
        return best if best is not None and 2 * counts[best] > total else None

    def together(self, ids: Iterable[str]) -> int:
        """How many of these, those that are the same counted once, are in one community at most."""
        clusters: dict[int, set[int]] = defaultdict(set)
        for id in ids:
            if id in self.community:
                clusters[self.community[id]].add(self.cluster[id])
        return max((len(some) for some in clusters.values()), default=0)


class Local:
    """Entities, with all links that touch them. `facts` are what differs between the two batches; `complete`: all links were read."""

    def __init__(
        self,
        graph: Graph,
        view: View,
        inquiry: Inquiry,
        run: Run,
        asked: Communities,
        limits: Limits,
        ids: Sequence[str],
        hubs: frozenset[str],
        between: tuple[int, int],
    ) -> None:
        self._graph, self._run, self._asked, self._limits = graph, run, asked, limits
        self.ids = sorted(set(ids))
        self._at = {id: number for number, id in enumerate(self.ids)}
        rows = graph.ask(
            view,
            inquiry,
            "communities/around",
            timeout_s=limits.timeout_s,
            job_run=run.id,
            ids=self.ids,
            left_out=left_out(load_ontology()),
            most=MOST_RECORDS,
            limit=MOST_LINKS + 1,
        )
        self.complete = len(rows) <= MOST_LINKS
        self._weights = weights(load_ontology())
        self._held: dict[str, tuple[bool, bool]] = {}
        self._rows: list[dict[str, Any]] = []
        for row in rows:
            first, last = _held(row, between[0]), _held(row, between[1])
            outside = {row["a"], row["b"]} - self._at.keys()
            if (first or last) and not outside & hubs:
                self._held[row["id"]] = (first, last)
                self._rows.append(row)
        self.facts = {row["id"]: self._fact(row) for row in self._rows if len(set(self._held[row["id"]])) > 1}
        self._known: dict[frozenset[str], Parts] = {}

    def _fact(self, row: dict[str, Any]) -> Fact:
        came = self._held[row["id"]][1]
        return Fact(row["id"], row["type"], row["a"], row["b"], came, row["seq_from"] if came else row["seq_to"] or row["seq_from"])

    def parts(self, without: frozenset[str]) -> Parts:
        """The communities at the later batch, had these facts stayed as they were at the earlier one."""
        if without not in self._known:
            self._known[without] = self._find(without)
        return self._known[without]

    def _find(self, without: frozenset[str]) -> Parts:
        rows = [row for row in self._rows if self._held[row["id"]][0 if row["id"] in without else 1]]
        part = list(range(len(self.ids)))
        for row in rows:
            if row["type"] == SAME["same"] and row["a"] in self._at and row["b"] in self._at:
                join(part, self._at[row["a"]], self._at[row["b"]])
        cluster = {id: root(part, number) for id, number in self._at.items()}
        inner: dict[tuple[int, int], float] = defaultdict(float)
        outer: dict[int, float] = defaultdict(float)
        for row in rows:
            if row["type"] == SAME["same"]:
                continue
            base = weight(self._weights[row["type"]], row["records"])
            ends = [cluster[end] for end in (row["a"], row["b"]) if end in cluster]
            if len(ends) == 1:
                outer[ends[0]] += base
            elif ends[0] != ends[1]:
                inner[min(ends), max(ends)] += base
        community = self._leiden(sorted(set(cluster.values())), inner, outer)
        return Parts({id: community[one] for id, one in cluster.items()}, cluster)

    def _leiden(self, nodes: list[int], inner: dict[tuple[int, int], float], outer: dict[int, float]) -> dict[int, int]:
        links = [[a, b, value] for (a, b), value in sorted(inner.items())]
        total = sum(inner.values())
        if outer:
            # What lies outside is one node so heavy that nothing joins it: it is there for the weight of the links to it.
            outside, heavy = len(self.ids), 10 * self._asked.scale
            links += [[node, outside, value] for node, value in sorted(outer.items())] + [[outside, outside + 1, heavy]]
            nodes = [*nodes, outside, outside + 1]
            total += sum(outer.values()) + heavy
        # Two that belong together whatever the rest does: where no two do, GDS has an error instead of a result.
        pair = len(self.ids) + 2
        nodes, links, total = [*nodes, pair, pair + 1], [*links, [pair, pair + 1, 1.0]], total + 1
        name = part_prefix(self._run.job, self._run.id)
        given: dict[str, Any] = {"timeout_s": self._limits.timeout_s, "job_run": self._run.id}
        self._run.check()
        self._graph.step("communities/local", name=name, nodes=nodes, links=links, **given)
        try:
            gamma = max(2 * total, 1.0) / self._asked.scale
            rows = self._graph.step("communities/local_leiden", name=name, gamma=gamma, seed=self._asked.seed, **given)
        finally:
            self._graph.step("communities/local_drop", name=name, **given)
        return {row["node"]: row["community"] for row in rows}


def part_prefix(job: str, run: str) -> str:
    """What the names of parts in GDS's memory begin with. Not as the runs' own graphs: who looks at an earlier run is in nobody's way."""
    return f"graphsvc-part/{job}/{run}"


def _held(row: dict[str, Any], at: int) -> bool:
    """Whether a link was in force after this batch, and both of its ends were there."""
    ends = all(row[f"{end}_from"] <= at for end in "ab") and not any(
        row[f"{end}_to"] is not None and row[f"{end}_to"] <= at for end in "ab"
    )
    return ends and was_in_force(row, at)
