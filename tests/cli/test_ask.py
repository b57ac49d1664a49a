"""`graphsvc find | show | path | record` in a terminal and in a pipe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from graphsvc.cli import ask
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.settings import Settings
from tests.connections.world import TITLES, World
from tests.people import set_up

pytestmark = pytest.mark.neo4j
app = typer.Typer()
for command in (ask.find, ask.show, ask.path, ask.record):
    app.command()(command)


@pytest.fixture
def world(graph: Graph, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    assert settings.neo4j_password is not None
    monkeypatch.setenv("GRAPHSVC_HOME", str(settings.home))
    monkeypatch.setenv("GRAPHSVC_NEO4J_URI", str(settings.neo4j_uri))
    monkeypatch.setenv("GRAPHSVC_NEO4J_PASSWORD", settings.neo4j_password.get_secret_value())
    set_up(settings, TITLES)
    return World(graph, settings.home).mystery()


def run(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.output


def test_a_path_prints_as_numbered_sentences_with_dates_and_records(world: World) -> None:
    text = run("path", "register/person/ada", "bills/person/cy")
    assert "1.1 Ada Holm is a director of Holm Shipping, from 2019-05 until 2021." in text
    assert "2 leads between Ada Holm (Company register) and Cy Brandt (Utility bills)" in text
    assert "(register.csv:" in text and "record register/record/rows/" in text
    assert "Searched: links of every type in bills, phones, register, secret, up to 6 links and 13 steps" in text
    assert "Not through what is of type Place. Answered from the database, as of batch " in text
    assert "was cut at 1: there are more leads" in run("path", "register/person/ada", "phones/person/bo", "-k", "1")


def test_what_was_known_at_a_time_says_so(world: World, tmp_path: Path) -> None:
    world.graph.statement("MERGE (b:Batch {seq: 1}) SET b.at = '2024-05-01T10:00:00.000Z'")
    asked = ("path", "register/person/ada", "bills/person/cy", "--known-at", "2024-05")
    note = "As it was known on 2024-05-31 23:59:59.999 UTC; who may see what, and what was withdrawn, as today."
    assert note in run(*asked).replace("\n", " ")
    answer = json.loads(run(*asked, "--json", "--html", str(tmp_path / "p.html")))
    assert answer["known"]["at"] == "2024-05-31T23:59:59.999Z" and answer["question"]["known_at"] == "2024-05" and len(answer["paths"]) == 2
    assert note in (tmp_path / "p.html").read_text()
    assert json.loads(run("show", "register/person/ada", "--known-at", "2024-05", "--json"))["known"]["at"].startswith("2024-05-31")
    for arguments in (("show",), ("path", "bills/person/cy")):
        with pytest.raises(NotFound, match=r"known on 2023-12-31 23:59:59\.999 UTC"):
            run(*arguments, "register/person/ada", "--known-at", "2023")
    with pytest.raises(InputError, match="no date and no time"):
        run("path", "register/person/ada", "bills/person/cy", "--known-at", "May")


def test_no_path_is_an_answer(world: World) -> None:
    text = run("path", "register/person/ada", "phones/person/bo", "--type", "OWNS", "--max-hops", "3")
    narrow = run("path", "register/person/ada", "phones/person/bo", "--min-evidence", "9", "--on", "2019-05")
    assert "Only what may have held on 2019-05. Only what rests on 9 records at least." in narrow
    assert text.startswith("No path between Ada Holm") and "links of type OWNS" in text and "up to 3 links" in text


def test_ambiguous_names_are_listed_with_what_tells_them_apart(world: World) -> None:
    text = run("path", "Ada Holm", "phones/person/bo", exit_code=4)
    assert "register/person/ada" in text and "secret/person/ada" in text and "birthDate: 1971-03" in text
    candidates = json.loads(run("show", "Ada Holm", "--json", exit_code=4))["candidates"]
    assert len(candidates) == 2


def test_json_and_html(world: World, tmp_path: Path) -> None:
    answer = json.loads(run("path", "register/person/ada", "phones/person/bo", "--json", "--html", str(tmp_path / "p.html")))
    assert answer["paths"] and (tmp_path / "p.html").read_text().startswith("<!")
    assert json.loads(run("find", "Cy Brandt", "--json"))["hits"][0]["id"] == "bills/person/cy"
    assert json.loads(run("show", "Cy Brandt", "--json"))["entity"]["id"] == "bills/person/cy"
    id = answer["paths"][0]["hops"][-1]["records"][0]
    assert json.loads(run("record", id, "--json"))["raw"].startswith("row ")
    assert "(checked again: matches)" in run("record", id)


def test_what_sources_wrote_stays_text(world: World) -> None:
    world.entity("register/person/evil", "Person", "[red]Mallory[/red] \x1b[31m [link=x]")
    for text in (run("find", "Mallory"), run("show", "register/person/evil")):
        assert "[red]Mallory[/red] \\x1b[31m [link=x]" in text and "\x1b" not in text


def test_errors_say_what_to_do(world: World) -> None:
    assert "Nothing in view fits" in run("find", "Xyzzyq")
    with pytest.raises(NotFound):
        run("show", "Nobody Atall")
    with pytest.raises(InputError) as error:
        run("path", "register/person/ada", "phones/person/bo", "--type", "DIRECTR_OF")
    assert error.value.hint == "Did you mean DIRECTOR_OF?" or "DIRECTOR_OF" in str(error.value.hint)


def test_show_lists_links_and_same_as(world: World) -> None:
    text = run("show", "bills/address/q")
    assert "is supplied at (of this one): 1" in text and "the same as: 1" in text
    assert Settings().home.name == "home"
