"""Paths through what a batch touched are those that a search for all paths finds and that show something of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphsvc.alerts.index import Fact
from graphsvc.alerts.judge import facts_in_view
from graphsvc.alerts.ways import Ways
from graphsvc.connections.paths import best_of, find_paths
from graphsvc.graph.driver import Graph
from graphsvc.graph.topology.topology import Topology
from graphsvc.graph.view import Inquiry, View
from tests.connections.engines.test_engines import SOURCES, scatter
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
INQUIRY = Inquiry("test", "tester", "a test")
_FACTS = "MATCH (a:Entity)-[r:!POSSIBLY_SAME]->(b:Entity) RETURN r.id AS id, a.id AS a, b.id AS b ORDER BY id"


@pytest.mark.parametrize("seed", range(4))
def test_what_is_found_from_a_batch_is_what_a_search_for_all_paths_shows_of_it(
    seed: int, graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    ids = scatter(World(graph, tmp_path / "home"), chance)
    topology = Topology(tmp_path / "topology")
    topology.build(graph)
    monkeypatch.setattr(graph, "topology", topology)
    facts = [Fact(row["id"], row["a"], row["b"], "came") for row in graph.look(_FACTS)]
    compared = found = 0
    for _ in range(40):
        view = View(tuple(chance.sample(SOURCES, chance.randint(2, 3))), "paths")
        a, b = chance.sample([id for id in ids if id.split("/")[0] in view.sources], 2)
        touched = chance.sample(facts, chance.randint(1, 4))
        asked: dict[str, Any] = {"max_hops": chance.randint(1, 3), "k": 60, "hub_links": chance.choice((1000, 3))}
        ways = Ways(graph, view, INQUIRY, {"one": (a, b, touched)}, facts_in_view(graph, view, INQUIRY, touched)).of("one")
        every = find_paths(graph, view, INQUIRY, a, b, **asked)
        those = best_of(graph, view, INQUIRY, a, b, ways, **asked)
        assert (every["engine"], those["engine"]) == ("memory", "cypher")
        if not {*every["cut_by"]} <= {"hubs"}:
            continue
        expected, got = (list(_showing(answer, {fact.id for fact in touched})) for answer in (every, those))
        assert sorted(got) == sorted(expected), (a, b, touched, asked)
        compared, found = compared + 1, found + bool(expected)
    assert compared > 10 and found


def _showing(answer: dict[str, Any], touched: set[str]) -> Iterator[tuple[str, ...]]:
    """The paths of an answer that show one of these links, each as the ids of its hops."""
    for lead in answer["paths"]:
        for path in (lead, *lead["variants"]["paths"]):
            hops = tuple(hop["id"] for hop in path["hops"])
            if touched.intersection(hops):
                yield hops
