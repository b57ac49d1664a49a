"""The questions beside paths over HTTP: the same answers as the commands give, and a problem document for every bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from graphsvc.api import create_app
from graphsvc.cli.around import around
from graphsvc.cli.between import between
from graphsvc.cli.common import common
from graphsvc.cli.flow import flow
from graphsvc.cli.owners import owned_by, owners
from graphsvc.graph.driver import Graph
from graphsvc.settings import Settings
from tests.api.test_api import problem, serving
from tests.connections.world import TITLES, World
from tests.people import Setup, set_up

pytestmark = pytest.mark.neo4j
ADA, BO, CY, DEEP = "register/person/ada", "phones/person/bo", "bills/person/cy", "secret/company/deep"
commands = typer.Typer()
for command in (around, owners, owned_by, flow, common, between):
    commands.command()(command)

# Route, body, and the words of the command that asks the same.
ASKED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("around", {"entity": CY, "limit": 2}, ["around", CY, "--limit", "2"]),
    ("owners", {"entity": DEEP, "on": "2020", "levels": 3}, ["owners", DEEP, "--on", "2020", "--levels", "3"]),
    ("owned-by", {"entity": BO, "min_share": 5}, ["owned-by", BO, "--min-share", "5"]),
    ("flows", {"from": ADA, "to": BO, "within_days": 2}, ["flow", ADA, BO, "--within", "2"]),
    ("common", {"entities": [ADA, BO], "hops": 2}, ["common", ADA, BO, "--hops", "2"]),
    ("between", {"entities": [ADA, BO, "Cy Brandt"], "nodes": 9}, ["between", ADA, BO, "Cy Brandt", "--nodes", "9"]),
]

# Route, body, status.
WRONG: list[tuple[str, dict[str, Any], int]] = [
    ("around", {"entity": "no/such/id"}, 404),
    ("around", {"entity": "Ada Holm"}, 409),
    ("around", {"entity": CY, "limit": 0}, 400),
    ("around", {"entity": CY, "year": "0"}, 400),
    ("around", {"entity": ""}, 400),
    ("around", {"entity": CY, "color": "red"}, 422),
    ("owners", {"entity": DEEP, "levels": 99}, 400),
    ("owners", {"entity": DEEP, "on": "2020-13"}, 400),
    ("owned-by", {"entity": DEEP, "min_share": 1e9}, 400),
    ("flows", {"from": ADA, "to": ADA}, 400),
    ("flows", {"from": ADA, "to": BO, "min_amount": 1e300}, 400),
    ("flows", {"from": ADA, "to": BO, "since": "2021", "until": "2020"}, 400),
    ("flows", {"from": ADA, "to": BO, "types": ["OWNS"]}, 400),
    ("flows", {"from": ADA}, 422),
    ("common", {"entities": [ADA]}, 400),
    ("common", {"entities": [ADA, ADA]}, 400),
    ("common", {"entities": [ADA, "no/such/id"]}, 400),
    ("common", {"entities": ["x"] * 201}, 400),
    ("common", {"entities": [ADA, BO], "hops": 3}, 400),
    ("between", {"entities": [ADA, BO], "nodes": 0}, 400),
    ("between", {"entities": [ADA, BO], "sources": ["none"]}, 400),
    ("between", {"entities": []}, 400),
    ("paths/batch", {"pairs": []}, 400),
    ("paths/batch", {"pairs": [{"from": ADA, "to": BO}] * 4}, 400),
    ("paths/batch", {"pairs": [{"from": ADA}]}, 422),
    ("paths/batch", {"pairs": [[ADA, BO]]}, 422),
]


@pytest.fixture
def setup(settings: Settings) -> Setup:
    return set_up(settings, TITLES)


@pytest.fixture
def client(graph: Graph, settings: Settings, setup: Setup) -> Iterator[httpx.Client]:
    World(graph, settings.home).mystery()
    with serving(create_app(settings.model_copy(update={"batch_pairs": 3})), headers=setup.headers) as client:
        yield client


def test_both_doors_give_the_same_bytes(client: httpx.Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.neo4j_password is not None
    monkeypatch.setenv("GRAPHSVC_HOME", str(settings.home))
    monkeypatch.setenv("GRAPHSVC_NEO4J_URI", str(settings.neo4j_uri))
    monkeypatch.setenv("GRAPHSVC_NEO4J_PASSWORD", settings.neo4j_password.get_secret_value())
    for route, body, words in ASKED:
        answer = client.post(f"/v1/{route}", json=body)
        assert answer.status_code == 200, answer.text
        result = CliRunner().invoke(commands, [*words, "--json"])
        assert result.stdout.removesuffix("\n") == answer.text, words


def test_bad_input_is_a_problem_document_and_never_a_fault_of_ours(client: httpx.Client) -> None:
    for route, body, status in WRONG:
        assert problem(client.post(f"/v1/{route}", json=body), status)["detail"], (route, body)
    unreadable = client.post("/v1/around", content=b'{"entity": "\\ud800"}', headers={"content-type": "application/json"})
    problem(unreadable, 422)


def test_a_batch_answers_each_pair_as_if_it_were_alone(client: httpx.Client) -> None:
    asked = [{"from": ADA, "to": BO, "k": 1}, {"from": ADA, "to": "no/such/id"}, {"from": ADA, "to": BO, "max_hops": 99}]
    first, unknown, wrong = client.post("/v1/paths/batch", json={"pairs": asked}).json()["answers"]
    assert first["answer"] == client.post("/v1/paths", json=asked[0]).json()
    assert (unknown["problem"]["status"], wrong["problem"]["status"]) == (404, 400)
    assert json.dumps(unknown["answer"]) == "null" and [told["line"] for told in (first, unknown, wrong)] == [1, 2, 3]
