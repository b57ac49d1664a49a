"""What a load retires takes with it what resolution had decided on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.load import load
from graphsvc.loading.specfile import LoadedSource, load_source
from graphsvc.resolution import runs

pytestmark = pytest.mark.neo4j
INQUIRY = Inquiry("test", "stella", "a test")
ALL = View(("north", "south"), "resolve")
SPEC = """
id: north
title: North
publisher: a test
licence: none
as_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}
people_numbered: true
tables:
  people:
    files: ["people-*.jsonl"]
    format: {kind: jsonl}
    key: ["no"]
    entities:
      who: {type: Person, key: ["no"], properties: {name: {join: [given, family]}, firstName: given, lastName: family, birthDate: born}}
      phone: {type: Phone, key: {number: phone}}
    links:
      calls: {type: HAS_PHONE, from: who, to: phone}
"""
POLICY = """assessment: {none_needed: invented by a test}
legal_basis: none at all
holders: [a test]
retention: {unlimited: invented by a test}
"""
ADA = {"no": "1", "given": "Adelheid", "family": "Vinterkvist", "born": "1971-03-14", "phone": "+4755501234"}


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, LoadedSource]:
    made = {}
    for id in ALL.compartments:
        folder = tmp_path / "loaders" / id
        folder.mkdir(parents=True)
        (folder / "source.yaml").write_text(SPEC.replace("id: north", f"id: {id}"))
        (folder / "policy.yaml").write_text(POLICY)
        made[id] = load_source(folder)
    return made


def given(graph: Graph, source: LoadedSource, folder: Path, day: str, *rows: dict[str, Any], full: bool = False) -> None:
    path = folder / f"people-{day}.jsonl"
    path.write_text("".join(json.dumps({**row, "of": source.spec.id}) + "\n" for row in rows))
    load(graph, source, [path], home=folder / "home", full=full)


def decided(graph: Graph) -> int:
    (row,) = graph.statement("MATCH (:Person)-[r:SAME_AS]->(:Person) WHERE r.seq_to IS NULL RETURN count(r) AS n")
    return int(row["n"])


@pytest.mark.parametrize("change", ["another phone", "gone"])
def test_a_row_that_changed_or_is_gone_ends_what_rested_on_it(
    graph: Graph, sources: dict[str, LoadedSource], tmp_path: Path, change: str
) -> None:
    for source in sources.values():
        given(graph, source, tmp_path, "2024-01-31", ADA)
    runs.run(graph, ALL, INQUIRY)
    assert decided(graph) == 1
    other = {**ADA, "no": "2", "given": "Cyrillus", "phone": "+4755500000"}
    given(graph, sources["north"], tmp_path, "2024-02-28", other)
    assert decided(graph) == 1
    rows = [{**ADA, "phone": "+4755507777"}] if change == "another phone" else [other]
    given(graph, sources["north"], tmp_path, "2024-03-31", *rows, full=change == "gone")
    assert decided(graph) == 0
    (feed,) = graph.statement("MATCH (b:Batch) RETURN b.retired AS retired ORDER BY b.seq DESC LIMIT 1")
    assert any(id.startswith("same/") for id in feed["retired"])
    given(graph, sources["north"], tmp_path, "2024-04-30", ADA)
    runs.run(graph, ALL, INQUIRY)
    assert decided(graph) == 1
