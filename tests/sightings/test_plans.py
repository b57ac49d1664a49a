"""Look-ups go by indexes, whatever the graph's size: no query of this part may look at every node, link or label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import neo4j
import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.queries import query
from graphsvc.graph.schema import ensure_source_schema
from graphsvc.settings import Settings
from graphsvc.sightings.exact import sighting_types
from tests.sightings.conftest import Reads

pytestmark = pytest.mark.neo4j

EVERYTHING = ("AllNodesScan", "NodeByLabelScan", "RelationshipTypeScan", "AllRelationshipsScan", "NodeIndexScan", "RelationshipIndexScan")
COMMON = {"compartments": ["reads"], "today": "2024-07-01"}
QUERIES: dict[str, dict[str, Any]] = {
    "sightings/vehicles": {"asked": [{"n": 0, "idents": ["i"], "number": "AB12345", "hashes": ["a", "A"]}]},
    "sightings/look_up": {
        "vehicles": ["v"], "types": sighting_types(load_ontology()), "before_at": None, "before_id": None, "fetch": 51,
    },
    "sightings/one": {"id": "i"},
    "sightings/photo": {"sha256": "s", "sources": ["reads"]},
    "sightings/verifications": {"sightings": ["i"]},
    "sightings/verify": {"vehicle": "v", "verification": {"sighting": "i"}},
    "pointers/by_identifier": {"idents": ["i"]},
    "pointers/born": {"born": "1971-03-05"},
}  # fmt: skip


@pytest.fixture
def driver(settings: Settings) -> Iterator[neo4j.Driver]:
    """A driver of the test's own: plans come beside the rows, which graphsvc's does not hand on."""
    assert settings.neo4j_uri is not None and settings.neo4j_password is not None
    with neo4j.GraphDatabase.driver(
        settings.neo4j_uri, auth=("neo4j", settings.neo4j_password.get_secret_value()), notifications_min_severity="OFF"
    ) as driver:
        yield driver


def operators(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["operatorType"].split("@")[0]
    for child in plan.get("children", []):
        yield from operators(child)


def hits(plan: dict[str, Any]) -> int:
    return int(plan.get("dbHits", 0)) + sum(hits(child) for child in plan.get("children", []))


def text(name: str, how: str) -> str:
    return f"{how} {query(name, **({'type': 'READ_BY'} if name == 'sightings/one' else {}))}"


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_goes_by_indexes(graph: Graph, driver: neo4j.Driver, reads: Reads, name: str) -> None:
    ensure_source_schema(graph, "reads", search_properties=load_ontology().search_properties, link_types=["READ_BY"])  # as a load does
    plan = driver.execute_query(text(name, "EXPLAIN"), {**COMMON, **QUERIES[name]}).summary.plan
    assert plan is not None
    used = list(operators(plan))
    assert not [one for one in used if one.endswith(EVERYTHING)], used
    assert any("IndexSeek" in one for one in used), used
    if name == "sightings/look_up":  # sorted once: an answer is not sorted again after its records were looked up
        assert len([one for one in used if one in ("Sort", "Top", "PartialSort", "PartialTop")]) == 1, used


def test_a_look_up_does_not_grow_with_the_reads_of_others(graph: Graph, driver: neo4j.Driver, reads: Reads) -> None:
    vehicle = reads.vehicle("reads", "AB12345")
    for n in range(3):
        reads.read(vehicle, f"2024-06-0{n + 1}T10:00:00.000Z", photoOverview=f"{n}" * 64)
    ident = graph.statement("MATCH (v:Vehicle) RETURN v.ident AS ident")[0]["ident"]
    given = {
        "sightings/vehicles": {**QUERIES["sightings/vehicles"], "asked": [{"n": 0, "idents": [ident], "number": None, "hashes": []}]},
        "sightings/look_up": {**QUERIES["sightings/look_up"], "vehicles": [vehicle]},
        "sightings/photo": {"sha256": "1" * 64, "sources": ["reads"]},
    }

    def work() -> dict[str, int]:
        found = {}
        for name, parameters in given.items():
            answered = driver.execute_query(text(name, "PROFILE"), {**COMMON, **parameters})
            assert answered.records and answered.summary.profile is not None
            found[name] = hits(answered.summary.profile)
        return found

    before = work()
    graph.statement(
        "MATCH (d:Device) UNWIND range(1, 20000) AS n"
        " CREATE (v:Entity:Vehicle {id: 'reads/Vehicle/' + n, source: 'reads', compartment: 'reads', type: 'Vehicle', ident: 'i' + n})"
        "-[:READ_BY {id: 'reads/READ_BY/' + n, source: 'reads', compartment: 'reads', photoOverview: 'o' + n, at: '2024'}]->(d)"
    )
    graph.statement("CALL db.clearQueryCaches()")
    after = work()
    # A plan made for another size of graph may take a few hits more; 20,000 more vehicles would show in thousands.
    assert all(after[name] <= 2 * before[name] for name in before), (before, after)
    assert max(before.values()) < 200
