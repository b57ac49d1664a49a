"""`graphsvc around | owners | owned-by | flow | common | between | path --pairs` in a terminal and in a pipe."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from graphsvc.audit.engine import open_engine, reading
from graphsvc.audit.search import Filter, find
from graphsvc.cli import ask
from graphsvc.cli.around import around
from graphsvc.cli.between import between
from graphsvc.cli.common import common
from graphsvc.cli.flow import flow
from graphsvc.cli.owners import owned_by, owners
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.office import audit_url
from graphsvc.settings import Settings
from tests.connections.world import TITLES, World
from tests.people import set_up

pytestmark = pytest.mark.neo4j
ADA, BO, CY = "register/person/ada", "phones/person/bo", "bills/person/cy"
app = typer.Typer()
for command in (ask.path, around, owners, owned_by, flow, common, between):
    app.command()(command)


@pytest.fixture
def world(graph: Graph, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    assert settings.neo4j_password is not None
    monkeypatch.setenv("GRAPHSVC_HOME", str(settings.home))
    monkeypatch.setenv("GRAPHSVC_NEO4J_URI", str(settings.neo4j_uri))
    monkeypatch.setenv("GRAPHSVC_NEO4J_PASSWORD", settings.neo4j_password.get_secret_value())
    set_up(settings, TITLES)
    return World(graph, settings.home).mystery()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception:
        raise result.exception
    return result.stdout


def test_around_prints_counts_then_neighbours_with_records(world: World) -> None:
    text = run("around", CY, "--limit", "1")
    assert "has the phone: 1 link\n  Phone, unknown: 1 link to 1 neighbour" in text
    assert "record bills/record/rows/" in text and "There are more: --after 'bills/address/q'" in text
    assert "counts" in run("around", CY, "--json") and "is supplied at: " not in run("around", CY, "--after", "bills/address/q")


def test_owners_and_owned_by_print_shares_chains_and_cycles(world: World) -> None:
    world.link("secret/company/deep", "OWNS", "secret/person/bo", percent=10.0)
    text = run("owners", "secret/company/deep")
    assert "25 to 50 %: Bo Nilsen (person, Phone subscriptions)" in text and "A cycle, not followed round: " in text
    assert "Bo Nilsen owns shares of Deep Holding, 25 to 50 %." in text
    assert "25 to 50 %: Deep Holding" in run("owned-by", BO)
    assert "No owner of it in view." in run("owners", "register/company/holm")


def test_flow_prints_ways_and_months(world: World) -> None:
    for name in "ab":
        world.entity(f"bills/account/{name}", "Account", f"NO-{name}")
    world.link(CY, "HAS_ACCOUNT", "bills/account/a")
    world.link("bills/account/a", "TRANSFERRED_TO", "bills/account/b", at="2020-03-03T10:00:00.000Z", amount=90000, amount_currency="NOK")
    text = run("flow", CY, "bills/account/b", "--from", "2020", "--to", "2020", "--within", "3", "--min-amount", "900")
    assert "1. 1 transfer, the smallest amount 900.00 NOK" in text and "2020-03 NO-a to NO-b: 900.00 NOK in 1 transfer" in text
    assert "No transfers lead from one to the other" in run("flow", "bills/account/b", CY)
    with pytest.raises(InputError, match="reversed"):
        run("flow", CY, "bills/account/b", "--from", "2021", "--to", "2020")


def test_common_and_between_take_names_and_tell_what_is_wrong_with_the_list(world: World, tmp_path: Path) -> None:
    text = run("common", ADA, BO, "Nobody Atall")
    assert "Nobody Atall: Nothing in view is called" in text and "1. Deep Holding (company, Sealed cases), shared by 2, 2 links" in text
    file = tmp_path / "list.txt"
    file.write_text(f"{ADA}\n\nCy Brandt\n{BO}\n")
    text = run("between", str(file), "--html", str(tmp_path / "page.html"))
    assert "Group 1: Cy Brandt" in text and "The page is at" in text and (tmp_path / "page.html").read_text().startswith("<!")
    named = json.loads(run("between", str(file), "--json"))
    assert named["groups"] == json.loads(run("between", ADA, BO, CY, "--json"))["groups"] == [[CY, BO, ADA]]
    assert "Searched: links of every type in bills" in text and "Searched: links of every type" in run("common", ADA, BO)
    assert "counts once" in run("common", ADA, BO, ADA)
    with pytest.raises(InputError, match="can't be read"):
        run("between", str(tmp_path / "none"))


def test_a_wrong_option_ends_a_list_of_pairs_before_it_begins(world: World, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(f"{ADA},{BO}\n")
    for wrong in (["-k", "0"], ["--on", "2019/05"], ["--type", "DIRECTR_OF"]):
        with pytest.raises(InputError):
            run("path", "--pairs", str(file), *wrong)


def test_pairs_give_one_answer_a_line_whose_hash_is_in_the_log(world: World, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(f"from,to\n{ADA},{BO}\n{ADA},Nobody Atall\n{ADA}\n")
    lines = run("path", "--pairs", str(file), "-k", "1").splitlines()
    told = [json.loads(line) for line in lines]
    assert [(one["line"], one["problem"] and one["problem"]["status"]) for one in told] == [(2, None), (3, 404), (4, 400)]
    assert told[0]["answer"] == json.loads(run("path", ADA, BO, "-k", "1", "--json"))
    engine = open_engine(audit_url(settings))
    with reading(engine) as connection:
        entries = find(connection, Filter(), 1000)
    engine.dispose()
    parts = [entry.leaf["answer_sha256"] for entry in entries if entry.leaf["operation"] == "path.batch.part"]
    assert sorted(parts) == sorted(hashlib.sha256(line.encode()).hexdigest() for line in lines)


def test_a_path_needs_two_entities_or_a_file(world: World, tmp_path: Path) -> None:
    for arguments in (["path"], ["path", ADA], ["path", ADA, BO, "--pairs", "x.csv"], ["path", "--pairs", "x.csv", "--html", "y.html"]):
        with pytest.raises(InputError, match="two entities, or a file of pairs"):
            run(*arguments)


def test_unknown_entities_are_not_found(world: World) -> None:
    for arguments in (["around", "Nobody Atall"], ["owners", "no/such/id"], ["owned-by", "no/such/id"], ["flow", ADA, "no/such/id"]):
        with pytest.raises(NotFound):
            run(*arguments)
    with pytest.raises(InputError, match="One entity is left"):
        run("common", ADA, "no/such/id")
