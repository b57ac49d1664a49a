"""Answers that are fetched later: the same bytes as at once, for their asker and inquiry alone, ended and deleted when not wanted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from graphsvc.api import create_app
from graphsvc.graph import queries
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.clock import system_clock
from graphsvc.inquiry.later import MOST_RUNNING, LaterAnswers
from graphsvc.inquiry.office import open_office
from graphsvc.settings import Settings
from tests.api.test_api import problem, serving
from tests.connections.world import TITLES, World
from tests.people import SEALED, Setup, policies, set_up, user

pytestmark = pytest.mark.neo4j
LATER = {"Prefer": "respond-async, wait=10"}
ASKED = {"from": "bills/person/cy", "to": "phones/person/bo"}
_ENDLESS = "UNWIND range(1, 100000000000) AS i WITH i WHERE i % 2 = 3 RETURN i, $compartments AS of"


@pytest.fixture
def setup(graph: Graph, settings: Settings) -> Setup:
    World(graph, settings.home).mystery()
    return set_up(settings, TITLES)


@pytest.fixture
def client(settings: Settings, setup: Setup) -> Iterator[httpx.Client]:
    with serving(create_app(settings), headers=setup.headers) as client:
        yield client


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search for a neighbourhood counts to a hundred thousand million."""
    monkeypatch.setattr(
        "graphsvc.graph.driver.query",
        lambda name, **fills: _ENDLESS if name == "questions/around_counts" else queries.query(name, **fills),
    )


def taken(client: httpx.Client, route: str = "/v1/paths", body: dict[str, Any] = ASKED) -> str:
    response = client.post(route, json=body, headers=LATER)
    assert response.status_code == 202 and response.headers["preference-applied"] == "respond-async"
    told = response.json()
    assert response.headers["location"] == f"/v1/answers/{told['id']}" and told["state"] == "running" and told["result"] is None
    return str(told["id"])


def ended(client: httpx.Client, id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (told := client.get(f"/v1/answers/{id}").json())["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.05)
    return dict(told)


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/v1/paths", ASKED),
        ("/v1/around", {"entity": "bills/person/cy"}),
        ("/v1/paths/batch", {"pairs": [ASKED, {"from": "nobody", "to": "b/c"}]}),
    ],
)
def test_the_answer_is_the_one_that_is_given_at_once(client: httpx.Client, route: str, body: dict[str, Any]) -> None:
    at_once = client.post(route, json=body)
    told = ended(client, taken(client, route, body))
    assert told["state"] == "finished" and told["sha256"] == at_once.headers["answer-sha256"]
    fetched = client.get(told["result"])
    assert fetched.content == at_once.content and fetched.headers["answer-sha256"] == told["sha256"]
    assert int(fetched.headers["audit-entry"]) > told["entry"] and fetched.headers["changed-since"] == "false"
    assert [one["id"] for one in client.get("/v1/answers").json()] == [told["id"]]


def test_what_went_wrong_is_told_as_it_would_have_been(client: httpx.Client) -> None:
    asked = {**ASKED, "to": "Ada Holm"}
    at_once = client.post("/v1/paths", json=asked)
    told = ended(client, taken(client, body=asked))
    assert told["state"] == "failed" and "Ada" not in str(told)
    given = problem(client.get(told["result"]), 409)
    assert {**given, "instance": "/v1/paths"} == at_once.json()


def test_nobody_else_and_no_other_inquiry_gets_it(client: httpx.Client, settings: Settings) -> None:
    id = taken(client)
    ended(client, id)
    with open_office(settings) as office:
        other = office.open_inquiry(
            office.this_user(), purpose="investigation", case="VK-2024-0999", reason="The other firm of the other witness"
        )
        key = user(office, "eve")
        of_eve = office.open_inquiry(
            office.users.get("eve"), purpose="investigation", case="VK-2024-0117", reason="Who else is behind it all"
        )
    of_eve_alone = {"Authorization": f"Bearer {key}", "Inquiry": of_eve["id"]}
    for headers in ({"Inquiry": other["id"]}, of_eve_alone):
        assert "no such answer" in str(problem(client.get(f"/v1/answers/{id}/result", headers=headers), 404)["detail"])
    assert client.get("/v1/answers", headers=of_eve_alone).json() == []
    for call in (client.get, client.delete):
        assert "no such answer" in str(problem(call(f"/v1/answers/{id}", headers=of_eve_alone), 404)["detail"])
    assert client.get(f"/v1/answers/{id}/result").status_code == 200


def test_who_may_not_see_as_much_any_more_does_not_get_it(client: httpx.Client, settings: Settings) -> None:
    told = ended(client, taken(client))
    with open_office(settings) as office:
        policies(office, {"bills": SEALED})
    assert "is not what it was" in str(problem(client.get(told["result"]), 409)["detail"])


@pytest.mark.usefixtures("endless")
def test_one_that_is_not_wanted_any_more_ends_in_the_database_too(client: httpx.Client, graph: Graph) -> None:
    ids = [taken(client, "/v1/around", {"entity": "bills/person/cy"}) for _ in range(MOST_RUNNING)]
    assert "are being worked on" in str(problem(client.post("/v1/paths", json=ASKED, headers=LATER), 409)["detail"])
    problem(client.get(f"/v1/answers/{ids[0]}/result"), 409)
    for id in ids:
        assert client.delete(f"/v1/answers/{id}").json()["state"] == "cancelled"
    deadline = time.monotonic() + 60
    running = (
        "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS '100000000000' AND NOT currentQuery STARTS WITH 'SHOW' RETURN 1"
    )
    while graph.look(running) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert graph.look(running) == []
    done = ended(client, taken(client))
    assert done["state"] == "finished"
    gone = client.delete(f"/v1/answers/{done['id']}").json()
    assert gone == {**done, "result": None}
    assert "was deleted" in str(problem(client.get(done["result"]), 409)["detail"])
    assert client.delete(f"/v1/answers/{done['id']}").json() == gone


@pytest.mark.usefixtures("endless")
def test_a_client_that_goes_away_ends_its_query(client: httpx.Client, graph: Graph) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/around", json={"entity": "bills/person/cy"}, timeout=2)
    deadline = time.monotonic() + 20
    running = (
        "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS '100000000000' AND NOT currentQuery STARTS WITH 'SHOW' RETURN 1"
    )
    while graph.look(running) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert graph.look(running) == []


@pytest.mark.usefixtures("endless")
def test_a_server_that_ends_leaves_it_interrupted(settings: Settings, setup: Setup) -> None:
    with serving(create_app(settings), headers=setup.headers) as client:
        id = taken(client, "/v1/around", {"entity": "bills/person/cy"})
        time.sleep(0.5)
    with serving(create_app(settings), headers=setup.headers) as client:
        told = client.get(f"/v1/answers/{id}").json()
        assert (told["state"], told["result"]) == ("interrupted", None)


def test_answers_are_deleted_with_their_inquiry(client: httpx.Client, settings: Settings, setup: Setup) -> None:
    id = taken(client)
    ended(client, id)
    with open_office(settings) as office:
        me = office.this_user()
        office.close_inquiry(me, setup.inquiry)
        opened = office.open_inquiry(me, purpose="investigation", case="VK-2024-0117", reason="Who else is behind the freight firm")
        answers = LaterAnswers(office.engine, office.inquiries)
        answers.begin(me, opened["id"], "path", "paths", ())
        with office.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM later_answers WHERE id = ?", (id,)).scalar_one() == 0
    assert client.get(f"/v1/answers/{id}").status_code == 404


def test_one_of_which_nothing_is_heard_is_interrupted(settings: Settings, setup: Setup) -> None:
    now = [system_clock()]
    with open_office(settings) as office:
        answers = LaterAnswers(office.engine, office.inquiries, clock=lambda: now[0])
        id = answers.begin(office.this_user(), setup.inquiry, "path", "paths", ()).id
        assert answers.get(id, office.this_user()).state == "running"
        now[0] += timedelta(seconds=61)
        assert answers.get(id, office.this_user()).state == "interrupted"


def test_without_the_preference_it_is_answered_at_once(client: httpx.Client) -> None:
    assert client.post("/v1/paths", json=ASKED, headers={"Prefer": "handling=lenient"}).status_code == 200
    assert client.post("/v1/paths", json=ASKED, headers={**LATER, "Inquiry": "inq_none"}).status_code == 403
