"""Watches of communities: changes that a run of the job found, and new links from inside to outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from graphsvc.alerts import findings
from graphsvc.alerts.findings import Findings
from graphsvc.alerts.follow import Follower
from graphsvc.communities.kinds import KINDS
from graphsvc.errors import InputError, NotFound
from graphsvc.inquiry.desk import Question
from graphsvc.jobs.definitions import Job
from graphsvc.jobs.kinds import Limits
from graphsvc.jobs.runs import run_question
from tests.alerts.conftest import Deployment
from tests.communities.groups import Groups
from tests.people import SEALED, policies

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def groups(house: Deployment) -> Groups:
    """Two groups of five beside the world that is there."""
    made = Groups.__new__(Groups)
    made.world, made.graph = house.world, house.graph
    made.group("x", 5, "bills")
    made.group("y", 5, "bills")
    return made


def run(d: Deployment) -> dict[str, Any]:
    """The job of communities, run for anna's standing inquiry."""
    kind = KINDS["communities"]
    job = Job("groups", kind, d.inquiry, "anna", None, kind.checked({"measures": [], "scale": 100.0, "sources": ["bills"]}), "api", None)
    asked = Question("jobs.run", "analytics", {"job": "groups"}, d.inquiry)
    answer = d.office.desk.ask(d.graph, d.anna(), asked, lambda r: run_question(r, job, lease_s=60, limits=Limits(60, None)))
    return dict(answer.value)


def community(d: Deployment, member: str) -> str:
    rows = d.graph.look(
        "MATCH (c:Community) WHERE $member IN c.members MATCH (r:JobRun {id: c.run}) RETURN c.id AS id ORDER BY r.started_at DESC LIMIT 1",
        member=member,
    )
    return str(rows[0]["id"])


@pytest.fixture
def ran(deployment: Deployment, groups: Groups) -> Iterator[Deployment]:
    run(deployment)
    yield deployment


def test_a_change_that_a_run_finds_alerts_once_with_its_cause(ran: Deployment, groups: Groups) -> None:
    inside, outside = community(ran, "bills/person/x1"), community(ran, "bills/person/y1")
    assert ran.watch("community", community=inside)["in_view"]
    ran.watch("community", community="groups-999")
    new = groups.person("bills/person/x-new")
    groups.links([(new, f"bills/person/x{n}") for n in range(5)])
    found = run(ran)
    ran.judge()
    ran.judge()
    [alert] = ran.alerts()
    assert inside != outside and alert.cause["run"] == found["id"]
    told = ran.shown(alert.id)["findings"]
    assert [one["kind"] for one in told] == ["grew"] and told[0]["causes"] and "grew by 1" in told[0]["sentence"]


def test_a_new_link_from_inside_to_outside_alerts_and_one_within_does_not(ran: Deployment, groups: Groups) -> None:
    ran.watch("joining", community=community(ran, "bills/person/x1"))
    ran.link("bills/person/x1", "FAMILY_OF", "bills/person/x2", valid_from="2001")
    ran.link("bills/person/y1", "FAMILY_OF", "bills/person/y2", valid_from="2001")
    ran.judge()
    assert ran.alerts() == []
    out = ran.link("bills/person/x1", "FAMILY_OF", "bills/person/cy", valid_from="2001")
    ran.judge()
    [alert] = ran.alerts()
    assert [fact["id"] for fact in ran.shown(alert.id)["facts"]] == [out]


def test_a_run_on_sources_out_of_view_alerts_nobody_and_its_watch_ends(ran: Deployment, groups: Groups) -> None:
    watch = ran.watch("community", community=community(ran, "bills/person/x1"))
    new = groups.person("bills/person/x-newer")
    groups.links([(new, f"bills/person/x{n}") for n in range(5)])
    run(ran)
    policies(ran.office, {"bills": SEALED})
    ran.judge()
    assert ran.ended(watch) and [one.kind for one in ran.alerts()] == ["ended"]


def test_a_kind_of_anomaly_that_registers_can_be_watched(ran: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no kind of anomaly"):
        ran.watch("anomaly", anomaly="new_hub")
    told = Findings(
        ("new_hub",),
        lambda watch: watch.subject.kind == "anomaly",
        lambda graph, view, inquiry, run, watch: (["hub 1"], ["bills"]),
        lambda graph, view, inquiry, run, keys: [{"sentence": key, "why": "a test"} for key in keys],
    )
    monkeypatch.setitem(findings.FINDINGS, "communities", told)
    ran.watch("anomaly", anomaly="new_hub")
    run(ran)
    Follower(ran.office, ran.graph).look()
    [alert] = ran.alerts()
    assert ran.shown(alert.id)["findings"] == [{"sentence": "hub 1", "why": "a test"}]
    policies(ran.office, {"bills": SEALED})
    with pytest.raises(NotFound):
        ran.shown(alert.id)
