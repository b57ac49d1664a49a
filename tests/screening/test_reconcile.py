"""OpenRefine at the door: a ticket in the URL, batches by form and by GET, and what its other calls are answered."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from graphsvc.api import create_app
from graphsvc.audit.engine import open_engine, reading
from graphsvc.audit.search import Filter, Found, find
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.office import audit_url, open_office
from graphsvc.settings import Settings
from tests.api.test_api import serving
from tests.connections.world import World
from tests.people import OPEN, Setup, policies, set_up
from tests.screening.conftest import BORN, PHONE, peopled, person
from tests.screening.openrefine import Batch, Manifest, Suggestions, checked

pytestmark = pytest.mark.neo4j

ADA = {"query": "Adelheid Vinterkvist", "type": "Person", "properties": [{"pid": "birth_date", "v": BORN}, {"pid": "phone", "v": [PHONE]}]}


@pytest.fixture
def world(graph: Graph, settings: Settings) -> World:
    return peopled(World(graph, settings.home))


@pytest.fixture
def setup(world: World, settings: Settings) -> Setup:
    return set_up(settings, ("register", "bills"), ("secret",))


@pytest.fixture
def client(settings: Settings, setup: Setup) -> Iterator[httpx.Client]:
    with serving(create_app(settings)) as client:
        yield client


@pytest.fixture
def service(client: httpx.Client, setup: Setup) -> str:
    """The path of a service with a ticket of its own."""
    made = client.post(f"/v1/inquiries/{setup.inquiry}/ticket", headers=setup.headers)
    assert made.status_code == 201
    url = str(made.json()["url"])
    assert url.startswith(str(client.base_url)) and url.endswith(made.json()["ticket"])
    return url.removeprefix(str(client.base_url))


def reconciled(client: httpx.Client, service: str, **queries: Any) -> dict[str, Any]:
    response = client.post(service, data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = checked(Batch, response.content)
    assert found.keys() == queries.keys()
    return {id: one["result"] for id, one in found.items()}


def entries(settings: Settings, since: int = 0) -> list[Found]:
    engine = open_engine(audit_url(settings))
    try:
        with reading(engine) as connection:
            return find(connection, Filter(after=since - 1), 1_000_000)
    finally:
        engine.dispose()


def test_the_manifest_says_what_the_service_can_do_and_any_origin_may_read_it(client: httpx.Client, service: str) -> None:
    response = client.get(service)
    told = checked(Manifest, response.content)
    assert told["versions"] == ["0.2"] and {one["id"] for one in told["defaultTypes"]} == {"Person", "Organization", "Address"}
    assert told["preview"]["url"].startswith(str(client.base_url) + service)
    assert response.headers["Access-Control-Allow-Origin"] == "*" and response.headers["Referrer-Policy"] == "no-referrer"


def test_a_batch_is_answered_by_form_and_by_get_alike(client: httpx.Client, service: str) -> None:
    queries = {"q0": ADA, "q1": {"query": "Nobody Atall"}}
    posted = client.post(service, data={"queries": json.dumps(queries)})
    got = client.get(service, params={"queries": json.dumps(queries)})
    assert posted.content == got.content and posted.headers["Audit-Entry"] != got.headers["Audit-Entry"]
    told = checked(Batch, posted.content)
    assert [one["id"] for one in told["q0"]["result"]] == ["bills/person/ada", "register/person/ada", "bills/person/namesake"]
    assert not told["q1"]["result"]
    best = told["q0"]["result"][0]
    bits = {one["id"]: one["value"] for one in best["features"]}
    assert bits["birth_date"] > 5 and bits["bits"] == pytest.approx(sum(v for k, v in bits.items() if k != "bits"), abs=0.01)
    assert best["type"] == [{"id": "Person", "name": "person"}] and 99 < best["score"] <= 100
    assert "same date of birth" in best["description"]


def test_match_is_true_only_for_the_one_that_is_the_same(client: httpx.Client, service: str, graph: Graph) -> None:
    found = reconciled(client, service, two=ADA, name={"query": "Adelheid Vinterkvist", "type": "Person"}, number=company("1234567"))
    assert [one["match"] for one in found["two"]] == [False, False, False], "two are the same: which of them a person has to say"
    assert len(found["name"]) == 3 and not any(one["match"] for one in found["name"])
    assert [(one["id"], one["match"]) for one in found["number"]] == [("register/company/holm", True)]
    graph.statement("MATCH (n:Entity {id: 'bills/person/ada'}) DETACH DELETE n")
    assert [one["match"] for one in reconciled(client, service, one=ADA)["one"]] == [True, False]
    cut = reconciled(client, service, one={**ADA, "limit": 1})
    assert [one["match"] for one in cut["one"]] == [True]


def company(number: str) -> dict[str, Any]:
    properties = [{"pid": "registrationNumber", "v": number}, {"pid": "jurisdiction", "v": {"id": "NO", "name": "NO"}}]
    return {"query": "Holm Shipping", "type": "Company", "properties": properties}


def test_a_limit_does_not_make_one_of_two_the_only_one(client: httpx.Client, service: str) -> None:
    assert [one["match"] for one in reconciled(client, service, one={**ADA, "limit": 1})["one"]] == [False]


def test_a_query_without_a_type_is_asked_of_all(client: httpx.Client, service: str) -> None:
    found = reconciled(client, service, q={"query": "Quay Street 4, 5003 Bergen"}, p={k: v for k, v in ADA.items() if k != "type"})
    assert found["q"][0]["type"][0]["id"] == "Address" and found["p"][0]["type"][0]["id"] == "Person"


@pytest.mark.parametrize(
    "queries",
    [
        "no json", "[]", "{}", '{"q": 1}', '{"q": {}}', '{"q": {"query": "a", "type": "Vessel"}}', "[" * 100_000,
        '{"q": {"query": "a", "properties": [{"pid": "shoe size", "v": 1}]}}', '{"q": {"query": "a", "properties": [{"v": 1}]}}',
        json.dumps({str(n): {"query": "a"} for n in range(1001)}),
    ],
)  # fmt: skip
def test_what_is_no_batch_is_refused(client: httpx.Client, service: str, queries: str) -> None:
    response = client.post(service, data={"queries": queries})
    assert response.status_code == 400 and response.headers["content-type"] == "application/problem+json"


def test_other_calls_of_openrefine(client: httpx.Client, service: str) -> None:
    found = checked(Suggestions, client.get(f"{service}/suggest/property", params={"prefix": "birth"}).content)
    assert [one["id"] for one in found["result"]] == ["birth_date"]
    found = checked(Suggestions, client.get(f"{service}/suggest/type", params={"prefix": "per"}).content)
    assert [one["id"] for one in found["result"]] == ["Person"]
    found = checked(Suggestions, client.get(f"{service}/suggest/entity", params={"prefix": "Vinterkvist"}).content)
    assert {one["id"] for one in found["result"]} == {"bills/person/ada", "bills/person/namesake", "register/person/ada"}
    assert client.post(service, data={"extend": "{}"}).status_code == 400


def test_the_preview_tells_who_it_is_and_what_sources_wrote_stays_text(client: httpx.Client, service: str, world: World) -> None:
    odd = person(world, "bills/person/odd", "Odd <script>alert(1)</script>")
    page = client.get(f"{service}/preview", params={"id": odd})
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text and "&lt;script&gt;" in page.text and "default-src 'none'" in page.headers["Content-Security-Policy"]
    for id in ("secret/person/ada", "secret/person/nobody"):
        hidden = client.get(f"{service}/preview", params={"id": id})
        assert hidden.status_code == 404 and hidden.json()["detail"] == f"No entity in view has the id {id!r}."


def test_a_ticket_that_is_none_or_whose_inquiry_or_user_is_over_opens_nothing(
    client: httpx.Client, service: str, setup: Setup, settings: Settings
) -> None:
    unknown = client.post("/v1/reconcile/gst_none", data={"queries": json.dumps({"q": ADA})})
    assert unknown.status_code == 401
    for path in ("/v1/reconcile/gst_none", "/v1/reconcile/gst_none/suggest/type"):
        assert client.get(path).json()["detail"] == unknown.json()["detail"]
    assert (
        client.get("/v1/entities", params={"q": "Ada"}, headers={"Authorization": f"Bearer {service.rpartition('/')[2]}"}).status_code
        == 401
    )
    assert client.post(f"/v1/inquiries/{setup.inquiry}/close", headers=setup.headers).status_code == 200
    closed = client.post(service, data={"queries": json.dumps({"q": ADA})})
    assert closed.status_code == 403 and "was closed" in closed.json()["detail"]
    assert client.get(f"{service}/preview", params={"id": "bills/person/ada"}).status_code == 403
    assert client.post(f"/v1/inquiries/{setup.inquiry}/ticket", headers=setup.headers).status_code == 403


def test_nobody_makes_a_ticket_for_the_inquiry_of_another(client: httpx.Client, setup: Setup, settings: Settings) -> None:
    with open_office(settings) as office:
        office.add_user(
            "eve",
            name="Eve",
            agency="veldmark_police",
            roles=("analyst",),
            purposes=("investigation",),
            trained_until=None,
            oidc=(None, None),
        )
        key = office.make_key("eve", days=1)["key"]
    refused = client.post(f"/v1/inquiries/{setup.inquiry}/ticket", headers={"X-API-Key": key})
    assert refused.status_code == 403 and "You have no inquiry" in refused.json()["detail"]


def test_a_ticket_is_never_written_down(client: httpx.Client, service: str, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="graphsvc")
    ticket = service.rpartition("/")[2]
    reconciled(client, service, q=ADA)
    for response in (
        client.get(f"{service}/preview", params={"id": "no/such/entity"}),
        client.post(service, data={"queries": "no json"}),
        client.get(f"{service}/nowhere"),
        client.delete(service),
    ):
        assert response.status_code >= 400 and ticket not in response.text
    assert ticket not in caplog.text
    assert not any(ticket in json.dumps([entry.leaf, entry.personal]) for entry in entries(settings))
    assert not any(ticket.encode() in path.read_bytes() for path in settings.home.rglob("*") if path.is_file())


def test_each_query_is_an_entry_of_the_log_and_no_id_of_a_query_stays_in_it_for_good(
    client: httpx.Client, service: str, settings: Settings
) -> None:
    before = len(entries(settings))
    reconciled(client, service, **{"Adelheid": ADA, "q1": {"query": "Nobody Atall", "type": "Person"}})
    asked, one, other, answered = entries(settings, before)
    assert [entry.leaf["operation"] for entry in (asked, one, other, answered)] == [
        "reconcile",
        "reconcile.part",
        "reconcile.part",
        "reconcile",
    ]
    assert one.leaf["counts"]["candidates"] == 3 and "Vinterkvist" in str(one.personal["parameters"])
    assert other.leaf["counts"]["candidates"] == 0 and answered.leaf["counts"] == {"queries": 2, "candidates": 3}
    assert all(entry.leaf["refers_to"] == asked.index for entry in (one, other, answered))
    assert "Adelheid" not in json.dumps([entry.leaf for entry in (asked, one, other, answered)])


def test_the_batches_of_a_ticket_are_one_list_and_the_policy_bounds_it(
    client: httpx.Client, service: str, setup: Setup, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_office(settings) as office:
        policies(office, {"bills": f"screen_limit: 3\n{OPEN}"})
    reconciled(client, service, a=ADA, b=ADA)
    asked: list[str] = []
    proper = Graph.ask
    monkeypatch.setattr(Graph, "ask", lambda self, v, i, name, **more: asked.append(name) or proper(self, v, i, name, **more))  # type: ignore[func-returns-value]
    refused = client.post(service, data={"queries": json.dumps({"c": ADA, "d": ADA})})
    assert refused.status_code == 400 and (refused.json()["rows"], refused.json()["most"]) == (4, 3) and not asked
    assert reconciled(client, service, c=ADA)["c"]
    another = client.post(f"/v1/inquiries/{setup.inquiry}/ticket", headers=setup.headers).json()["url"]
    assert client.post(another, data={"queries": json.dumps({"a": ADA})}).status_code == 200


def test_a_list_over_http_is_answered_row_by_row_and_one_too_long_not_at_all(
    client: httpx.Client, setup: Setup, settings: Settings
) -> None:
    rows = [{"naam": "Adelheid Vinterkvist", "birth_date": BORN, "phone": PHONE}, {"naam": "Nobody Atall"}]
    asked = {"type": "people", "rows": rows, "columns": {"name": "naam"}, "limit": 1}
    before = len(entries(settings))
    response = client.post("/v1/match", json=asked, headers=setup.headers)
    assert [(row["verdict"], len(row["candidates"])) for row in response.json()["rows"]] == [("same", 1), (None, 0)]
    kinds = [entry.leaf["operation"] for entry in entries(settings, before)]
    assert kinds == ["match", "match.part", "match.part", "match"]
    with open_office(settings) as office:
        policies(office, {"register": f"screen_limit: 1\n{OPEN}"})
    refused = client.post("/v1/match", json=asked, headers=setup.headers)
    assert refused.status_code == 400 and "has 2 rows" in refused.json()["detail"] and "allow 1" in refused.json()["detail"]
    for wrong in ({**asked, "type": "vessels"}, {**asked, "limit": 0}, {**asked, "rows": []}, {**asked, "dates": "%Q"}):
        assert client.post("/v1/match", json=wrong, headers=setup.headers).status_code == 400


def test_screening_is_a_right_of_its_own(client: httpx.Client, service: str, setup: Setup, settings: Settings) -> None:
    others = "[exact, search, paths, analytics, export, disclose, share, resolve]"
    rule = f"rules:\n  - {{operations: {others}, roles: [analyst], agencies: any, purposes: any}}\n"
    assert reconciled(client, service, q=ADA)["q"]
    with open_office(settings) as office:
        policies(office, {"bills": rule, "register": rule})
    assert not reconciled(client, service, q=ADA)["q"]
    found = client.post("/v1/match", json={"rows": [{"name": "Adelheid Vinterkvist", "phone": PHONE}]}, headers=setup.headers).json()
    assert (found["rows"][0]["candidates"], found["rows"][0]["compared"]) == ([], 0)
    assert client.get(f"/v1/entities/{quote('bills/person/ada', safe='')}", headers=setup.headers).status_code == 200
