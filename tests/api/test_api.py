"""The HTTP door: keys, problems, ids in paths, readiness, and the same answers as everywhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from graphsvc.api import create_app
from graphsvc.graph.driver import Graph
from graphsvc.settings import Settings
from tests.connections.world import TITLES, World
from tests.people import Setup, set_up

pytestmark = pytest.mark.neo4j


@contextmanager
def serving(app: FastAPI, headers: dict[str, str] | None = None) -> Iterator[httpx.Client]:
    """A client of the app on a real server: what a server does to paths and headers is part of what is tested."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            thread.join(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(60)


@pytest.fixture
def world(graph: Graph, settings: Settings) -> World:
    return World(graph, settings.home).mystery()


@pytest.fixture
def setup(settings: Settings) -> Setup:
    return set_up(settings, TITLES)


@pytest.fixture
def client(world: World, settings: Settings, setup: Setup) -> Iterator[httpx.Client]:
    with serving(create_app(settings), headers=setup.headers) as client:
        yield client


def test_a_server_that_keeps_the_topology_answers_from_it(world: World, settings: Settings, setup: Setup, client: httpx.Client) -> None:
    asked = {"from": "bills/person/cy", "to": "phones/person/bo"}
    without = client.post("/v1/paths", json=asked).json()
    with serving(create_app(settings.model_copy(update={"keep_topology": True})), headers=setup.headers) as keeping:
        # The first server of an installation compiles its searches before it keeps a topology: a minute or two.
        deadline = time.monotonic() + 300
        while (told := keeping.post("/v1/paths", json=asked).json())["engine"] != "memory" and time.monotonic() < deadline:
            time.sleep(0.5)
        assert told["searched"].pop("budget") == 5_000_000 and without["searched"].pop("budget", None) is None
        assert told == {**without, "engine": "memory"}


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert body["status"] == status and {"type", "title", "detail", "instance"} <= body.keys()
    return body


def test_entities_paths_and_records(client: httpx.Client) -> None:
    hits = client.get("/v1/entities", params={"q": "Cy Brandt", "type": "Person", "limit": 5}).json()["hits"]
    assert hits[0]["id"] == "bills/person/cy"
    shown = client.get(f"/v1/entities/{quote(hits[0]['id'], safe='')}").json()
    assert shown["entity"]["caption"] == "Cy Brandt"
    answer = client.post("/v1/paths", json={"from": "bills/person/cy", "to": "phones/person/bo"}).json()
    assert answer["paths"][0]["length"] == 2 and answer["engine"] == "cypher"
    record = client.get(f"/v1/records/{quote(answer['paths'][0]['hops'][0]['records'][0], safe='')}").json()
    assert record["raw"].startswith("row ") and record["hash_checked"]


def test_what_was_known_at_a_time(client: httpx.Client, world: World) -> None:
    world.graph.statement("MERGE (b:Batch {seq: 1}) SET b.at = '2024-05-01T10:00:00.000Z'")
    asked = {"from": "bills/person/cy", "to": "phones/person/bo", "known_at": "2024-05-01T12:00+02:00"}
    answer = client.post("/v1/paths", json=asked).json()
    assert answer["known"]["at"] == "2024-05-01T10:00:00.000Z" and answer["paths"]
    problem(client.post("/v1/paths", json={**asked, "known_at": "2024-05-01T09:59Z"}), 404)
    problem(client.post("/v1/paths", json={**asked, "known_at": "2999"}), 400)
    assert client.get("/v1/entities/bills%2Fperson%2Fcy", params={"known_at": "2024-06"}).json()["known"]["at"].startswith("2024-06-30")
    problem(client.get("/v1/entities/bills%2Fperson%2Fcy", params={"known_at": "soon"}), 400)


@pytest.mark.parametrize("key", ["a/b", "a%2Fb", "50%25", "%", "ü/é %41", "x?y=1#z", "..%2F..", "a+b"])
def test_ids_survive_the_path(client: httpx.Client, world: World, key: str) -> None:
    id = world.entity(f"register/person/{key}", "Person", "Odd Key")
    shown = client.get(f"/v1/entities/{quote(id, safe='')}")
    assert shown.status_code == 200 and shown.json()["entity"]["id"] == id


def test_every_error_is_a_problem_document(client: httpx.Client, world: World) -> None:
    problem(client.get("/v1/entities/no/such/entity"), 404)
    problem(client.get("/v1/records/no/such/record"), 404)
    problem(client.get("/nowhere"), 404)
    problem(client.delete("/v1/entities"), 405)
    problem(client.get("/v1/entities"), 422)
    problem(client.get("/v1/entities", params={"q": "x", "limit": 0}), 422)
    problem(client.get("/v1/entities", params={"q": "--"}), 400)
    assert problem(client.post("/v1/paths", json={"from": "a"}), 422)["problems"]
    problem(client.post("/v1/paths", content=b"{", headers={"content-type": "application/json"}), 422)
    problem(client.post("/v1/paths", json={"from": "bills/person/cy", "to": "phones/person/bo", "max_hops": 13}), 400)
    ambiguous = problem(client.post("/v1/paths", json={"from": "Ada Holm", "to": "phones/person/bo"}), 409)
    assert [c["id"] for c in ambiguous["candidates"]] == ["register/person/ada", "secret/person/ada"]  # type: ignore[attr-defined]
    broken = world.record("register", sha256="0" * 64)
    assert "does not match" in str(problem(client.get(f"/v1/records/{quote(broken, safe='')}"), 500)["detail"])


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"X-API-Key": "wrong"}, {"Authorization": "Basic YTpi"}])
def test_questions_need_the_key(world: World, settings: Settings, setup: Setup, headers: dict[str, str]) -> None:
    with serving(create_app(settings)) as client:
        for path in ("/v1/entities?q=Ada", "/v1/entities/register/person/ada", "/v1/records/x"):
            response = client.get(path, headers=headers)
            problem(response, 401)
            assert response.headers["www-authenticate"] == "Bearer"
        problem(client.post("/v1/paths", json={"from": "a", "to": "b"}, headers=headers), 401)
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ready"}


def test_not_ready_when_the_schema_or_the_database_is_not(client: httpx.Client, graph: Graph, settings: Settings) -> None:
    kept = graph.statement("MATCH (m:Migration) WITH m ORDER BY m.version DESC LIMIT 1 WITH m, properties(m) AS p DETACH DELETE m RETURN p")
    try:
        problem(client.get("/readyz"), 503)
    finally:
        graph.statement("CREATE (m:Migration) SET m = $p", p=kept[0]["p"])
    assert client.get("/readyz").status_code == 200
    password = settings.neo4j_password
    assert password is not None and settings.neo4j_uri is not None
    closed = Graph.connect(settings.neo4j_uri, "neo4j", password.get_secret_value())
    closed.close()
    with serving(create_app(settings, closed)) as unready:
        problem(unready.get("/readyz"), 503)
        assert unready.get("/healthz").status_code == 200


def test_openapi_has_examples_and_problem_answers(settings: Settings) -> None:
    document = create_app(settings).openapi()
    for path, methods in document["paths"].items():
        if path.startswith("/v1"):
            for route in methods.values():
                good = next(a for s, a in route["responses"].items() if s.startswith("2"))
                assert "example" in next(iter(good["content"].values())), path
                assert all("application/problem+json" in a["content"] for s, a in route["responses"].items() if not s.startswith("2"))
    assert document["components"]["schemas"]["PathQuestion"]["examples"]
    later = document["paths"]["/v1/paths"]["post"]["responses"]["202"]
    assert "Location" in later["headers"] and "respond-async" in later["description"]
    assert "202" not in document["paths"]["/v1/answers/{id}/result"]["get"]["responses"]
