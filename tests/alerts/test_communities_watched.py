"""Watches of communities: changes that a run of the job found, and new links from inside to outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from graphsvc.communities.kinds import KINDS
from graphsvc.errors import InputError
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


GROUPS = {"measures": [], "scale": 100.0, "sources": ["bills"]}


def run(d: Deployment, of: str = "communities", given: dict[str, Any] = GROUPS) -> dict[str, Any]:
    """A job, run for anna's standing inquiry."""
    kind = KINDS[of]
    job = Job(of, kind, d.inquiry, "anna", None, kind.checked(given), "api", None)
    asked = Question("jobs.run", "analytics", {"job": of}, d.inquiry)
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
    ran.watch("community", community="communities-999")
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


def test_an_anomaly_that_a_run_finds_alerts_once_with_its_sentence(ran: Deployment) -> None:
    with pytest.raises(InputError, match="no kind of anomaly"):
        ran.watch("anomaly", anomaly="suspicious")
    ran.watch("anomaly", anomaly="ownership_cycle")
    ran.watch("anomaly", anomaly="new_hub")
    for name in ("r1", "r2", "r3"):
        ran.world.entity(f"bills/company/{name}", "Company", f"Ring {name}")
    for a, b in (("r1", "r2"), ("r2", "r3"), ("r3", "r1")):
        ran.link(f"bills/company/{a}", "OWNS", f"bills/company/{b}", valid_from="2024-01-12")
    # What the source has told for a while.
    before = ran.world.record("bills", as_of=["2023-09-30"])
    ran.link(
        "bills/company/r1", "OWNS", ran.world.entity("bills/company/alone", "Company", "Alone"), valid_from="2023-09", records=[before]
    )
    given = {"kinds": ["ownership_cycle", "new_hub"], "month": "2024-01", "sources": ["bills"], "least_history": 3}
    found = run(ran, "trends", given)
    run(ran, "trends", given)
    ran.judge()
    [alert] = ran.alerts()
    [told] = ran.shown(alert.id)["findings"]
    assert alert.cause["run"] == found["id"] and "own shares of each other in a ring" in told["sentence"]
    assert told["id"] in told["why"] and {one["id"] for one in told["entities"]} == {f"bills/company/r{n}" for n in (1, 2, 3)}
