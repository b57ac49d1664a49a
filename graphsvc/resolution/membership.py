"""The cluster of one entity, within a view: who belongs to it, through which decisions, and what in it contradicts what.

May import the graph. Worked out from the decisions in view each time: what hangs together through a hidden decision does not hang
together here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.clusters import Facts, differ, facts, told_contradiction
from graphsvc.resolution.model import built_in
from graphsvc.resolution.reading import kind_of, read_some

MOST_MEMBERS = 200


@dataclass
class Cluster:
    """`members` in the order in which they were reached; `decisions` in force between them, the strongest first; `complete`: no more than
    MOST_MEMBERS belong to it; `contradictions` as sentences.
    """

    members: dict[str, dict[str, Any]]
    decisions: list[Row] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    complete: bool = True

    def steps(self) -> list[dict[str, Any]]:
        """The decisions that hold it together, as it grows: the strongest first, each bringing in somebody or joining two parts."""
        part = {id: id for id in self.members}
        made = []
        for row in self.decisions:
            a, b = _root(part, row["a"]), _root(part, row["b"])
            if a != b:
                part[b] = a
                made.append(row)
        return made


def cluster_of(graph: Graph, view: View, inquiry: Inquiry, id: str) -> Cluster | None:
    """The cluster of an entity in view; None if it is not in view."""
    found = graph.ask(view, inquiry, "read/entity", ids=[id])
    if not found:
        return None
    cluster = Cluster({id: found[0]["entity"]})
    rows: dict[str, Row] = {}
    frontier = [id]
    while frontier and cluster.complete:
        around = graph.ask(view, inquiry, "resolution/cluster_around", ids=frontier, limit=MOST_MEMBERS * MOST_MEMBERS)
        frontier = []
        for row in around:
            rows[row["decision"]["id"]] = row
            for end in (row["a"], row["b"]):
                if end["id"] in cluster.members:
                    continue
                if len(cluster.members) == MOST_MEMBERS:
                    cluster.complete = False
                    continue
                cluster.members[end["id"]] = end
                frontier.append(end["id"])
    inside = [{"a": r["a"]["id"], "b": r["b"]["id"], "type": "SAME_AS", "in_force": True, "decision": r["decision"]} for r in rows.values()]
    inside = [row for row in inside if row["a"] in cluster.members and row["b"] in cluster.members]
    cluster.decisions = sorted(inside, key=lambda row: (-_strength(row["decision"]), row["a"], row["b"]))
    cluster.contradictions = _contradictions(graph, view, inquiry, cluster)
    return cluster


def _strength(decision: dict[str, Any]) -> float:
    """A person's judgement and an equal identifier come before what was weighed."""
    bits = decision.get("bits")
    return float("inf") if bits is None else float(bits)


def _contradictions(graph: Graph, view: View, inquiry: Inquiry, cluster: Cluster) -> list[str]:
    kinds = {kind_of(entity["type"]) for entity in cluster.members.values()} - {"things"}
    found: list[str] = []
    for kind in sorted(kinds):
        rows = read_some(graph, view, inquiry, kind, list(cluster.members)).table.to_pylist()
        told: list[tuple[str, Facts]] = [(row["id"], facts(number, row)) for number, row in enumerate(rows)]
        for (a, facts_a), (b, facts_b) in combinations(told, 2):
            if (against := differ(facts_a, facts_b, built_in(kind).contradicting())) is not None:
                found.append(told_contradiction(against, a, b))
    return found


def _root(part: dict[str, str], id: str) -> str:
    while part[id] != id:
        id = part[id]
    return id
