"""A deployment with somebody whose standing inquiry jobs run for, over a graph of two groups of people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.inquiry.office import Office, open_office
from graphsvc.settings import Settings
from tests.communities.groups import Groups
from tests.connections.world import World
from tests.people import CASE, OPEN, REASON, SEALED, policies, user


@dataclass(frozen=True)
class Deployment:
    """`anna` is an operator and whom the machine acts as; `inquiry` her standing one; the source `secret` may not be analysed."""

    settings: Settings
    office: Office
    graph: Graph
    groups: Groups
    inquiry: str

    def put(self, name: str = "groups", cron: str | None = None, **parameters: object) -> None:
        """Set a job of hers."""
        self.office.schedules.put(
            self.office.users.get("anna"), name, "communities", self.inquiry, cron, {"measures": [], "scale": 100.0, **parameters}
        )

    def environment(self, **more: str) -> dict[str, str]:
        """What a process needs to be of this deployment."""
        given = self.settings
        assert given.neo4j_uri and given.neo4j_password
        return {
            "GRAPHSVC_HOME": str(given.home),
            "GRAPHSVC_NEO4J_URI": given.neo4j_uri,
            "GRAPHSVC_NEO4J_PASSWORD": given.neo4j_password.get_secret_value(),
            "GRAPHSVC_JOB_LEASE_S": "2",
            **more,
        }

    def runs(self, job: str = "groups") -> list[dict[str, str]]:
        """What became of the runs of a job, the first one first."""
        rows = self.graph.look("MATCH (r:JobRun {job: $job}) RETURN properties(r) AS run ORDER BY r.started_at, r.id", job=job)
        return [row["run"] for row in rows]


@pytest.fixture
def deployment(graph: Graph, settings: Settings, tmp_path: Path) -> Iterator[Deployment]:
    settings = settings.model_copy(update={"job_lease_s": 2.0})
    groups = Groups(World(graph, settings.home))
    groups.world.source("secret", "Sealed")
    groups.group("a", 5)
    groups.group("b", 5)
    with open_office(settings) as office:
        user(office, "anna", "analyst", "operator")
        user(office, "sven", "supervisor")
        policies(office, {"register": OPEN, "bills": OPEN, "secret": SEALED})
        until = datetime.now(UTC) + timedelta(days=30)
        asked = office.request_standing(office.users.get("anna"), purpose="investigation", case=CASE, reason=REASON, until=until)
        office.decide_standing(office.users.get("sven"), asked["id"], approve=True)
        yield Deployment(settings, office, graph, groups, asked["id"])
