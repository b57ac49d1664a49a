"""Look-ups of lists go by indexes, whatever the graph's size."""

from __future__ import annotations

from typing import Any

import neo4j
import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.queries import query
from tests.sightings.test_plans import EVERYTHING, driver, operators

__all__ = ["driver"]
pytestmark = pytest.mark.neo4j

COMMON = {"compartments": ["bills"], "pool": 10}
QUERIES: dict[str, dict[str, Any]] = {
    "screening/by_ident": {"rows": [{"n": 1, "idents": ["i"]}]},
    "screening/by_birth": {"rows": [{"n": 1, "born": ["1971-03-14"]}]},
    "screening/by_number": {"rows": [{"n": 1, "numbers": ["1"]}]},
    "resolution/people_by_id": {"ids": ["i"]},
    "resolution/organisations_by_id": {"ids": ["i"]},
}


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_goes_by_indexes(graph: Graph, driver: neo4j.Driver, name: str) -> None:
    fills: dict[str, int | str] = {"label": "Person"} if name == "screening/by_ident" else {}
    plan = driver.execute_query(f"EXPLAIN {query(name, **fills)}", {**COMMON, **QUERIES[name]}).summary.plan
    assert plan is not None
    used = list(operators(plan))
    assert not [one for one in used if one.endswith(EVERYTHING)], used
    assert any("IndexSeek" in one for one in used), used
