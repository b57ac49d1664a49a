"""Watches and alerts over HTTP: the event stream tells what comes, after the last that was seen, and says no more than a mail."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from graphsvc.api import create_app
from tests.alerts.conftest import ADA, BO, Deployment
from tests.api.test_api import serving
from tests.people import SEALED, policies

pytestmark = pytest.mark.neo4j


@pytest.fixture
def client(deployment: Deployment) -> Iterator[httpx.Client]:
    key = deployment.office.make_key("anna", days=1)["key"]
    headers = {"Authorization": f"Bearer {key}", "Inquiry": deployment.opened}
    with serving(create_app(deployment.office.settings, deployment.graph), headers=headers) as client:
        yield client


def events(lines: Iterator[str], most: int) -> list[dict[str, str]]:
    """The first events of a stream."""
    found: list[dict[str, str]] = []
    one: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name in ("id", "event", "data"):
            one[name] = value
        elif not line and "id" in one:
            found.append(one)
            one = {}
            if len(found) == most:
                break
    return found


def test_a_watch_set_over_http_tells_of_an_alert_as_it_comes_and_again_after_the_last_seen(
    deployment: Deployment, client: httpx.Client
) -> None:
    given = {"inquiry": deployment.inquiry, "subject": {"kind": "entity", "entity": ADA}}
    made = client.post("/v1/watches", json=given)
    assert made.status_code == 201 and made.json()["in_view"] is True
    assert [one["id"] for one in client.get("/v1/watches").json()] == [made.json()["id"]]
    with client.stream("GET", "/v1/alerts/events", headers={"Accept": "text/event-stream"}) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        deployment.link(BO, "FAMILY_OF", ADA, valid_from="1990")
        deployment.judge()
        [first] = events(lines, 1)
    told = json.loads(first["data"])
    assert set(told) == {"alert", "kind", "case", "link"} and told["kind"] == "entity"
    deployment.link(BO, "FAMILY_OF", ADA, valid_from="1991")
    deployment.judge()
    rest = client.get("/v1/alerts/events", headers={"Last-Event-ID": first["id"]})
    [second] = events(iter(rest.text.split("\n")), 5)
    assert int(second["id"]) > int(first["id"])
    answer = client.get(f"/v1/alerts/{told['alert']}").json()
    assert "Ada Holm" in answer["facts"][0]["sentence"]
    assert client.post(f"/v1/alerts/{told['alert']}/dismiss", json={"reason": "a namesake"}).json()["alert"]["state"] == "dismissed"
    assert client.delete(f"/v1/watches/{made.json()['id']}").json()["ended_at"]


def test_the_stream_says_nothing_of_what_is_out_of_view_by_now(deployment: Deployment, client: httpx.Client) -> None:
    deployment.watch("entity", entity=BO)
    deployment.link(BO, "HAS_PHONE", "phones/phone/d1", valid_from="1990")
    deployment.judge()
    assert client.get("/v1/alerts/events").text.count("event: alert") == 1
    policies(deployment.office, {"phones": SEALED})
    assert client.get("/v1/alerts/events").text == "" and client.get("/v1/alerts").json()["alerts"] == []


@pytest.mark.parametrize(
    "subject",
    [
        {"kind": "magic"},
        {"kind": "entity"},
        {"kind": "path", "from": "a", "to": "b", "max_hops": 4},
        {"kind": "entity", "entity": "a", "x": 1},
    ],
)
def test_a_watch_that_can_not_be_is_refused_with_what_is_wrong(
    deployment: Deployment, client: httpx.Client, subject: dict[str, object]
) -> None:
    refused = client.post("/v1/watches", json={"inquiry": deployment.inquiry, "subject": subject})
    assert refused.status_code == 422 and refused.json()["problems"]
    assert client.get("/v1/watches").json() == []
