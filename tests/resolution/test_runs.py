"""Runs of resolution on the graph: what they write, that again changes nothing, and that undoing one gives the graph from before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphsvc.connections.paths import find_paths
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph, query
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import View
from graphsvc.loading.graph_hash import graph_hash
from graphsvc.resolution import runs
from graphsvc.resolution.reading import read
from graphsvc.resolution.reference import Reference
from tests.connections.world import World
from tests.resolution.conftest import ADA, ALL, BO, INQUIRY, NAMESAKE, SOURCES, decided

pytestmark = pytest.mark.neo4j


def hashed(graph: Graph) -> str:
    return graph_hash(graph, load_ontology())


def test_a_run_joins_who_is_the_same_and_never_by_name_alone(world: World) -> None:
    run = runs.run(world.graph, ALL, INQUIRY)
    assert decided(world.graph) == {ADA, BO}
    assert all(NAMESAKE in pair for pair in decided(world.graph, "POSSIBLY_SAME"))
    assert (run["same"], run["entities"]) == (2, 5)
    (decision,) = world.graph.statement(
        "MATCH (:Entity {id: $a})-[r:SAME_AS]-(:Entity {id: $b}) RETURN properties(r) AS p", a=ADA[0], b=ADA[1]
    )
    stored = decision["p"]
    assert stored["run"] == run["id"] and stored["compartments"] == ["bills", "register"] and stored["seq_from"] > 1
    evidence = json.loads(stored["evidence"])
    assert "birth_date" in " ".join(evidence["corroborated_by"]) or evidence["corroborated_by"]
    assert sum(c["bits"] for c in evidence["comparisons"]) == pytest.approx(stored["bits"], abs=0.01)
    assert len(stored["records"]) == 4  # their own rows, and those that say whose phone it is


def test_a_number_is_one_identifier_and_what_a_link_rests_on_names_nobody(world: World) -> None:
    """One number told as one value is not as many identifiers as it has digits, which anybody shares."""
    world.entity("register/person/cy", "Person", "Cyrilla Vangstrup", idNumber="4006076421")
    rows = {row["id"]: row for row in read(world.graph, ALL, INQUIRY, "people").table.to_pylist()}
    assert rows["register/person/cy"]["identifiers"] == ["id|4006076421|"]
    assert len(rows[ADA[0]]["named_in"]) == 1 and len(rows[ADA[0]]["records"]) == 2


def test_again_changes_nothing_and_undone_the_graph_is_as_it_was(world: World) -> None:
    before = hashed(world.graph)
    first = runs.run(world.graph, ALL, INQUIRY)
    after = hashed(world.graph)
    assert after != before
    again = runs.run(world.graph, ALL, INQUIRY)
    assert hashed(world.graph) == after and (again["added"], again["retired"]) == (0, 0)
    runs.undo(world.graph, ALL, INQUIRY, again["id"])
    assert hashed(world.graph) == after
    runs.undo(world.graph, ALL, INQUIRY, first["id"])
    assert hashed(world.graph) == before and not decided(world.graph)
    runs.run(world.graph, ALL, INQUIRY)
    assert hashed(world.graph) == after
    assert runs.undo(world.graph, ALL, INQUIRY, first["id"])[1] == {"retired": 0, "added": 0} and hashed(world.graph) == after
    with pytest.raises(NotFound):
        runs.undo(world.graph, ALL, INQUIRY, "run/nothing")
    with pytest.raises(NotFound):
        runs.undo(world.graph, View(("bills", "phones")), INQUIRY, first["id"])


def test_what_changed_is_decided_anew_and_undoing_that_brings_back_what_held(world: World) -> None:
    first = runs.run(world.graph, ALL, INQUIRY)
    held = hashed(world.graph)
    born = "MATCH (n:Entity {id: 'bills/person/ada'}) SET n.birthDate = $born"
    world.graph.statement(born, born="1940-01-01")
    second = runs.run(world.graph, ALL, INQUIRY, everything=True)  # what was written past the loads is in no feed
    assert second["retired"] >= 1 and ADA not in decided(world.graph)
    world.graph.statement(born, born="1971-03-14")
    runs.undo(world.graph, ALL, INQUIRY, second["id"])
    assert hashed(world.graph) == held
    assert first["id"] != second["id"]


def test_a_run_within_a_view_sees_nothing_else_and_leaves_the_rest_alone(world: World) -> None:
    runs.run(world.graph, ALL, INQUIRY)
    view = View(("register", "bills", "phones"), "resolve")
    run = runs.run(world.graph, view, INQUIRY)
    assert run["entities"] == 4 and run["retired"] == 0 and BO in decided(world.graph)
    table = read(world.graph, view, INQUIRY, "people").table
    assert not [id for id in table["id"].to_pylist() if id.startswith("secret/")]


@pytest.mark.parametrize("killed_at", [1, 2])
def test_a_run_that_was_broken_off_is_finished_by_the_next(world: World, killed_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    first = runs.run(world.graph, ALL, INQUIRY)
    whole = hashed(world.graph)
    runs.undo(world.graph, ALL, INQUIRY, first["id"])
    monkeypatch.setattr(runs, "_AT_ONCE", 1)
    proper, written = runs._write, 0

    def write(*args: Any, **kwargs: Any) -> Any:
        nonlocal written
        written += 1
        if written == killed_at:
            raise KeyboardInterrupt
        return proper(*args, **kwargs)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(runs, "_write", write)
        runs.run(world.graph, ALL, INQUIRY)
    runs.run(world.graph, ALL, INQUIRY)
    assert hashed(world.graph) == whole


def test_what_is_decided_stands_in_paths_with_its_reasons(world: World) -> None:
    world.entity("bills/company/x", "Company", "Holm Shipping")
    world.link("bills/person/ada", "DIRECTOR_OF", "bills/company/x")
    runs.run(world.graph, ALL, INQUIRY)
    answer = find_paths(world.graph, View(SOURCES), INQUIRY, "register/person/ada", "bills/company/x")
    hop = answer["paths"][0]["hops"][0]
    assert hop["kind"] == "same_as" and any("bits" in sentence for sentence in hop["evidence"]["sentences"])
    hidden = find_paths(world.graph, View(("register", "phones")), INQUIRY, ADA[1], NAMESAKE)
    assert hidden["paths"] == []


def test_an_unknown_kind_is_refused(world: World) -> None:
    with pytest.raises(InputError, match="knows no"):
        runs.run(world.graph, ALL, INQUIRY, kinds=["vessels"])


def test_an_empty_graph_has_nobody(graph: Graph) -> None:
    run = runs.run(graph, ALL, INQUIRY)
    assert (run["entities"], run["same"]) == (0, 0)


def test_a_reference_table_is_named_by_every_decision_and_another_one_decides_anew(world: World) -> None:
    without = runs.run(world.graph, ALL, INQUIRY)
    table = Reference("Names of a test", "1", 10_000_000, 1_000_000, unlisted={"given": 0.02, "family": 0.02, "core": 0.001})
    anew = runs.run(world.graph, ALL, INQUIRY, reference=table)
    assert anew["added"] == without["added"] == anew["retired"]
    rows = world.graph.statement("MATCH ()-[r:SAME_AS|POSSIBLY_SAME]->() WHERE r.seq_to IS NULL RETURN DISTINCT r.reference AS sha")
    assert [row["sha"] for row in rows] == [table.sha256]


@pytest.mark.parametrize("kind", ["people", "organisations", "things"])
def test_what_is_read_by_id_is_what_is_read_page_by_page(kind: str) -> None:
    page, by_id = (query(f"resolution/{name}") for name in (kind, f"{kind}_by_id"))
    assert page[page.index("\nRETURN") :] == by_id[by_id.index("\nRETURN") :]
