"""Both engines give the same answer where none is cut, on random worlds and views; and the memory engine follows what changes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from graphsvc.connections.paths import find_paths
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.topology.topology import Topology
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
SOURCES = ("register", "bills", "phones")


def scatter(world: World, chance: random.Random) -> list[str]:
    """A world of 12 people and firms of three sources, with links among those of a source and same-as between sources."""
    for source in SOURCES:
        world.source(source, source.title())
    ids = [world.entity(f"{chance.choice(SOURCES)}/person/{n}", "Person", f"P{n}") for n in range(12)]
    for _ in range(16):
        a, b = chance.sample(ids, 2)
        if a.split("/")[0] == b.split("/")[0]:
            records = [world.record(a.split("/")[0]) for _ in range(chance.choice((1, 1, 2, 3)))]
            begin, end = sorted(chance.choice(("2017", "2018-05", "2019-03-04", "2020", "2021-12-31")) for _ in range(2))
            dates = chance.choice(({}, {"valid_from": begin}, {"valid_from": begin, "valid_to": end}))
            world.link(a, chance.choice(("FAMILY_OF", "RELATED_TO", "OWNS")), b, records=records, n=chance.random(), **dates)
        else:
            world.graph.statement("MATCH (:Entity {id: $a})-[r:SAME_AS|POSSIBLY_SAME {id: $id}]-() DELETE r", a=a, id=f"same/{a}~{b}")
            world.same(a, b, type=chance.choice(("SAME_AS", "POSSIBLY_SAME")))
    return ids


@pytest.mark.parametrize("seed", range(12))
def test_answers_are_the_same_but_for_the_name_of_the_engine(seed: int, world: World, inquiry: Inquiry, tmp_path: Path) -> None:
    chance = random.Random(seed)
    ids = scatter(world, chance)
    topology = Topology(tmp_path / "topology")
    topology.build(world.graph)
    complete, hubs = 0, 0
    for _ in range(25):
        view = View(tuple(chance.sample(SOURCES, chance.randint(1, 3))))
        seen = [id for id in ids if id.split("/")[0] in view.sources]
        if len(seen) < 2:
            continue
        a, b = chance.sample(seen, 2)
        asked: dict[str, Any] = {
            "max_hops": chance.randint(1, 6),
            "k": 60,
            "types": chance.choice((None, ["FAMILY_OF"])),
            "sources": chance.choice((None, [view.sources[0]])),
            "identity": chance.choice(("none", "certain", "possible")),
            "rank": chance.choice(("worth", "worth", "shortest")),
            "during": chance.choice((None, None, None, "2018..2019")),
            "sequential": chance.random() < 0.1,
            "min_evidence": chance.choice((1, 1, 1, 2)),
            "hub_links": chance.choice((1000, 1000, 3)),
            "avoid": [ids[0]] if chance.random() < 0.2 and ids[0] in seen and ids[0] not in (a, b) else None,
            "via": chance.choice(seen) if chance.random() < 0.2 else None,
        }
        answers, refused = [], []
        for engine in (topology, None):
            world.graph.topology = engine
            try:
                answers.append(find_paths(world.graph, view, inquiry, a, b, **asked))
            except InputError as error:
                refused.append(str(error))
        if refused:
            assert len(refused) == 2 and refused[0] == refused[1], asked
            continue
        assert [answer.pop("engine") for answer in answers] == ["memory", "cypher"]
        if {*answers[1]["cut_by"]} <= {"hubs"}:
            complete += 1
            for told in answers:
                # One engine meets hubs on the ways that it looks at, the other on whole paths.
                hubs += len(told["hubs"])
                told["searched"].pop("budget")
                for what in ("complete", "cut_by", "cut_text", "hubs", "hubs_met"):
                    told.pop(what)
            assert answers[0] == answers[1], asked
    assert complete > 5


@pytest.fixture(autouse=True)
def _as_it_was(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "topology", graph.topology)
