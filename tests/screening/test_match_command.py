"""`graphsvc match` as its users meet it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from graphsvc.cli.match import match
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.office import open_office
from graphsvc.settings import Settings
from tests.connections.world import World
from tests.people import OPEN, policies, set_up
from tests.screening.conftest import BORN, PHONE, peopled

pytestmark = pytest.mark.neo4j
app = typer.Typer()
app.command()(match)
LIST = f"Klant;dob;phone\nAdelheid Vinterkvist;{BORN};{PHONE}\nNobody Atall;03/04/1971;\nCut short\n"


@pytest.fixture
def world(graph: Graph, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    assert settings.neo4j_password is not None
    monkeypatch.setenv("GRAPHSVC_HOME", str(settings.home))
    monkeypatch.setenv("GRAPHSVC_NEO4J_URI", str(settings.neo4j_uri))
    monkeypatch.setenv("GRAPHSVC_NEO4J_PASSWORD", settings.neo4j_password.get_secret_value())
    set_up(settings, ("register", "bills"), ("secret",))
    return peopled(World(graph, settings.home))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return str(path)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_people_read_every_row_with_its_evidence_and_what_is_wrong(world: World, file: str) -> None:
    text = run(file, "--column", "name=Klant")
    assert "the same: Adelheid Vinterkvist (Person, Bills)" in text and "same date of birth" in text and "bills/person/ada" in text
    assert "can mean two days" in text and "3 (line 4): nothing" in text and "2 fields" not in text and "not looked up" in text
    assert "3 rows: 1 the same, 0 possibly the same, 0 of the same name alone, 2 without a candidate." in text and "Entry " in text
    assert "can mean two days" not in run(file, "--column", "name=Klant", "--dates", "%d/%m/%Y", "--json")


def test_the_file_has_one_line_a_row(world: World, file: str, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run(file, "--column", "name=Klant", "--out", str(out))
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["row"], row["verdict"], row["id"]) for row in rows] == [("1", "same", "bills/person/ada"), ("2", "", ""), ("3", "", "")]
    assert rows[0]["others"].split() == ["register/person/ada", "bills/person/namesake"] and "1 fields" in rows[2]["problems"]
    answer = json.loads(run(file, "--column", "name=Klant", "--json", "--out", str(tmp_path / "out.jsonl")))
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()] == answer["rows"]


def test_organisations_and_addresses(world: World, tmp_path: Path) -> None:
    companies = tmp_path / "companies.jsonl"
    companies.write_text('{"name": "Holm Shipping", "registrationNumber": "1234567"}\n')
    assert "register/company/holm" in run(str(companies), "--type", "organisations", "--country", "NO")
    places = tmp_path / "places.csv"
    places.write_text('address\n"Quay Street 4, 5003 Bergen"\n')
    assert "the same: Quay Street 4, 5003 Bergen" in run(str(places), "--type", "addresses")


def test_a_list_that_is_too_long_or_none_is_refused(world: World, file: str, settings: Settings) -> None:
    with pytest.raises(InputError, match="can be looked up among people"):
        run(file, "--delimiter", ",")
    with pytest.raises(InputError, match="does not say what a column is"):
        run(file, "--column", "Klant")
    with open_office(settings) as office:
        policies(office, {"bills": f"screen_limit: 2\n{OPEN}"})
    with pytest.raises(InputError, match="has 3 rows; the policies of the sources in view allow 2"):
        run(file, "--column", "name=Klant")
