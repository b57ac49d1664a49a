"""The graph that communities are found in, in GDS's memory: clusters of entities in view, joined by weighted links.

May import the graph. Projected as of one batch, so that loads may go on meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from graphsvc.communities.parameters import Communities
from graphsvc.communities.weights import MOST_RECORDS, attributes, left_out, weights
from graphsvc.errors import Conflict, DatabaseError, TooLarge
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.jobs.kinds import Limits, Run

# Of the heap: the rest is for the database itself and for other questions.
_SHARE = 0.6
_MIB = 1 << 20
# With more, what is kept of bridges is not all of them.
MOST_BRIDGES = 10_000
# What GDS's Leiden says of a graph in which no two belong together (2.13: it reads a result that it did not make).
NO_COMMUNITY = "LeidenDendrogramManager"


@dataclass(frozen=True)
class Group:
    """One community as Leiden gives it: entities by id, their clusters, whether each is an attribute, and values of measures."""

    ids: list[str]
    clusters: list[int]
    things: list[bool]
    strengths: list[float]
    measured: list[list[float]]

    @property
    def size(self) -> int:
        """How many members it has; those that are the same count once."""
        return len({cluster for cluster, thing in zip(self.clusters, self.things, strict=True) if not thing})


@dataclass(frozen=True)
class Found:
    """All groups by their first id, the entities that are hubs, and numbers about the whole: nodes, links, modularity, measures.

    `sha256` is of what was projected: every entity with its cluster and the weight of its links. `measures` names the values in groups.
    """

    groups: list[Group]
    hubs: list[str]
    told: dict[str, Any]
    sha256: str
    measures: list[str]
    bridges: list[list[int]] = field(default_factory=list)


def find_groups(graph: Graph, view: View, inquiry: Inquiry, run: Run, asked: Communities, limits: Limits, *, seq: int) -> Found:
    """Project, find, read, and drop what was projected.

    Raises TooLarge before anything is projected, and Conflict where there is no link in view.
    """
    with projected(graph, view, inquiry, run, asked, limits, seq=seq) as steps:
        run.say("Looking for communities.")
        leiden = _leiden(steps, asked)
        told: dict[str, Any] = {**steps.told, **(leiden or {"communities": 0})}
        bridges: list[list[int]] = []
        for measure in asked.measures:
            run.say(f"Measuring: {measure}.")
            given = {
                "betweenness": {"samples": asked.samples, "seed": asked.seed},
                "bridges": {"most": MOST_BRIDGES},
            }.get(measure, {})
            [row] = steps.do(f"measure_{measure}", name=steps.graph, **given)
            bridges = row["told"].pop("between", bridges)
            told[measure] = row["told"]
        run.say("Reading who belongs to which.")
        return _read(graph, view, inquiry, steps, asked, told, bridges, alone=leiden is None)


def _leiden(steps: Steps, asked: Communities) -> Row | None:
    """The communities, in the graph's memory; None where everybody is best alone, for which GDS has an error instead of a result."""
    try:
        return steps.do("leiden", name=steps.graph, gamma=steps.gamma, seed=asked.seed)[0]
    except DatabaseError as error:
        if NO_COMMUNITY not in error.message:
            raise
        return None


def _read(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    steps: Steps,
    asked: Communities,
    told: dict[str, Any],
    bridges: list[list[int]],
    *,
    alone: bool,
) -> Found:
    measures = [one for one in asked.measures if one not in ("wcc", "bridges")]
    rows = graph.ask(
        view,
        inquiry,
        "communities/members",
        whole=steps.whole,
        same=steps.same,
        name=steps.graph,
        most=asked.hub_links,
        attributes=attributes(load_ontology()),
        measures=measures,
        alone=alone,
        **steps.reading,
    )
    groups = [
        Group(row["ids"], row["clusters"], row["things"], row["strengths"], row["measured"] or [[]] * len(row["ids"]))
        for row in rows
        if not row["hubs"]
    ]
    hubs = [id for row in rows if row["hubs"] for id in row["ids"]]
    digest = hashlib.sha256()
    for line in sorted(zip(*(chain.from_iterable(row[of] for row in rows) for of in ("ids", "clusters", "strengths")), strict=True)):
        digest.update("\t".join(map(str, line)).encode() + b"\n")
    return Found(groups, hubs, told, digest.hexdigest(), list(measures), bridges)


class Steps:
    """The projected graphs of one run: `whole` with hubs, `graph` without, `same` for collapsing; what is `told` of them."""

    def __init__(self, graph: Graph, run: Run, asked: Communities, limits: Limits, seq: int) -> None:
        self._graph, self.run, self.limits, self.seq = graph, run, limits, seq
        prefix = prefix_of(run.job, run.id)
        self.same, self.whole, self.graph = f"{prefix}same", f"{prefix}whole", f"{prefix}graph"
        self.left_out = left_out(load_ontology())
        self.told: dict[str, Any] = {}
        self.gamma = 1.0
        self.asked = asked

    @property
    def reading(self) -> dict[str, Any]:
        """What every query that reads the graph for this run is given."""
        return {"timeout_s": self.limits.timeout_s, "job_run": self.run.id, "seq": self.seq, "left_out": self.left_out}

    def do(self, name: str, /, **given: Any) -> list[dict[str, Any]]:
        self.run.check()
        return self._graph.step(f"communities/{name}", timeout_s=self.limits.timeout_s, job_run=self.run.id, **given)


def prefix_of(job: str, run: str = "") -> str:
    """What the names of the graphs of a job's runs, or of one run, begin with."""
    return f"graphsvc/{job}/{run}/" if run else f"graphsvc/{job}/"


@contextmanager
def projected(graph: Graph, view: View, inquiry: Inquiry, run: Run, asked: Communities, limits: Limits, *, seq: int) -> Iterator[Steps]:
    """The graph in GDS's memory, for the block. What an earlier, killed run of the job has left there is dropped before."""
    steps = Steps(graph, run, asked, limits, seq)
    steps.do("drop", prefix=prefix_of(run.job))
    run.say("Estimating the memory that it takes.")
    _within_memory(graph, view, inquiry, steps)
    try:
        run.say("Projecting what may be analysed.")
        _project(graph, view, inquiry, steps)
        yield steps
    finally:
        graph.step("communities/drop", timeout_s=limits.timeout_s, job_run="", prefix=prefix_of(run.job, run.id))


def _within_memory(graph: Graph, view: View, inquiry: Inquiry, steps: Steps) -> None:
    """Raises TooLarge where the projection would take more memory than it may.

    Counting what is in view takes as long as a third of projecting it. So it is counted only where the whole graph, whose size the database
    knows, would not fit.
    """
    heap = steps.do("heap")[0]["bytes"]
    most = steps.limits.memory_mb * _MIB if steps.limits.memory_mb is not None else round(heap * _SHARE)
    if _expected(steps, steps.do("bounds")[0]) <= most:
        return
    [size] = graph.ask(view, inquiry, "communities/size", **steps.reading)
    expected = _expected(steps, size)
    if expected > most:
        raise TooLarge(
            f"The job would take some {expected / _MIB:,.0f} MiB of the database's heap, and may take {most / _MIB:,.0f} "
            f"({size['nodes']:,} entities, {size['links']:,} links).",
            hint="Give the database more heap (GRAPHSVC_DB_HEAP_MB), the job more of it (GRAPHSVC_JOB_MEMORY_MB), or fewer sources.",
        )


def _expected(steps: Steps, size: Row) -> int:
    """Bytes that a graph of this size would take: twice, with hubs and without. Each link lies at both of its ends."""
    return 2 * int(steps.do("estimate", nodes=size["nodes"], links=2 * size["links"])[0]["bytes"])


def _project(graph: Graph, view: View, inquiry: Inquiry, steps: Steps) -> None:
    """Raises Conflict where there is no link in view."""
    nothing = Conflict(
        "There is nothing to analyse: no link of what the job may analyse is in view.",
        hint="`graphsvc policy explain --operation analytics` says of a source whether it may be analysed.",
    )
    [same] = graph.ask(view, inquiry, "communities/project_same", name=steps.same, **steps.reading)
    if not same["nodes"]:
        raise nothing
    clusters = steps.do("clusters", name=steps.same)[0]["clusters"]
    steps.run.check()
    [whole] = graph.ask(
        view,
        inquiry,
        "communities/project",
        name=steps.whole,
        same=steps.same,
        clusters=clusters,
        weights=weights(load_ontology()),
        most=MOST_RECORDS,
        **steps.reading,
    )
    if not whole["links"]:
        raise nothing
    steps.do("links", name=steps.whole)
    [kept] = steps.do("without_hubs", name=steps.graph, whole=steps.whole, most=steps.asked.hub_links)
    total = steps.do("strength", name=steps.graph)[0]["total"]
    # GDS divides gamma by the weight of all links; so divided by the scale it is the same for every graph.
    steps.gamma = max(total, 1.0) / steps.asked.scale
    links = whole["links"] // 2
    steps.told |= {
        "entities": same["nodes"],
        "expected_mb": round(_expected(steps, {"nodes": same["nodes"], "links": links}) / _MIB, 1),
        "clusters": clusters,
        "links": links,
        "hubs": whole["nodes"] - kept["nodes"],
        "weight": total / 2,
        "gamma": steps.gamma,
    }
