"""Small worlds of people who know each other in groups, and jobs that look for them, without the desk."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import combinations
from typing import Any

from graphsvc.communities.job import COMMUNITIES
from graphsvc.communities.parameters import Communities
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading
from graphsvc.jobs.definitions import Job
from graphsvc.jobs.kinds import Limits
from graphsvc.jobs.runs import run_question
from tests.connections.world import World

VIEW = View(("register", "bills"), "analytics")
INQUIRY = Inquiry("inq_test", "tester", "a test")
LIMITS = Limits(60.0, None)


def reading(graph: Graph, view: View = VIEW) -> Reading:
    return Reading(graph, view, INQUIRY, None, {})  # type: ignore[arg-type]  # no work looks at permissions


def job(name: str = "groups", **parameters: Any) -> Job:
    return Job(name, COMMUNITIES, INQUIRY.id, INQUIRY.user, None, Communities(**{"measures": [], **parameters}), "api", None)


def run(graph: Graph, one: Job | None = None, *, view: View = VIEW, lease_s: float = 60.0) -> dict[str, Any]:
    """Run a job of communities to its end."""
    return run_question(reading(graph, view), one or job(), lease_s=lease_s, limits=LIMITS)


def found(graph: Graph, run: str) -> dict[str, list[str]]:
    """Members of the communities of a run, by their ids."""
    rows = graph.look("MATCH (c:Community {run: $run}) RETURN c.id AS id, c.members AS members ORDER BY c.number", run=run)
    return {row["id"]: row["members"] for row in rows}


def changed(graph: Graph, run: str) -> list[dict[str, Any]]:
    """What a run says has changed since the one before."""
    rows = graph.look("MATCH (c:CommunityChange {run: $run}) RETURN c.told AS told ORDER BY c.number", run=run)
    return [json.loads(row["told"]) for row in rows]


class Groups:
    """People by group and number: `register/person/a1`; everybody of a group knows the others of it. Each act is a batch of the feed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.graph = world.graph
        world.source("register", "A register")
        world.source("bills", "Bills")

    def group(self, name: str, size: int, source: str = "register") -> list[str]:
        seq = self._seq()
        with self.world.together():
            ids = [self.world.entity(f"{source}/person/{name}{n}", "Person", f"{name.title()} {n}", seq_from=seq) for n in range(size)]
        self.batch(added=ids)
        self.links(combinations(ids, 2))
        return ids

    def person(self, id: str) -> str:
        self.world.entity(id, "Person", id, seq_from=self._seq())
        self.batch(added=[id])
        return id

    def links(self, pairs: Iterable[tuple[str, str]], type: str = "FAMILY_OF") -> list[str]:
        seq = self._seq()
        with self.world.together():
            ids = [self.world.link(a, type, b, seq_from=seq) for a, b in pairs]
        self.batch(added=ids)
        return ids

    def same(self, a: str, b: str) -> str:
        id = self.world.same(a, b, seq_from=self._seq())
        self.batch(added=[id], run="run/resolution")
        return id

    def end(self, *ids: str) -> None:
        self.graph.statement("MATCH ()-[r]->() WHERE r.id IN $ids SET r.seq_to = $seq", ids=list(ids), seq=self._seq())
        self.batch(retired=ids)

    def batch(self, added: Iterable[str] = (), retired: Iterable[str] = (), **more: Any) -> None:
        """What was done since the last one, in the feed."""
        told = {"added": list(added), "retired": list(retired), "changed": [], "load": "register/load/1", "seq": self._seq(), **more}
        self.graph.statement("CREATE (b:Batch) SET b = $told", told=told)
        self.graph.statement("MATCH (s:Seq {id: 'seq'}) SET s.value = $seq", seq=told["seq"])

    def _seq(self) -> int:
        """The number of the next batch."""
        return int(self.graph.look("MATCH (s:Seq {id: 'seq'}) RETURN s.value AS seq")[0]["seq"]) + 1
