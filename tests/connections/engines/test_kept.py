"""The things of a state that follows another: made from those before where that is right, and equal to things made anew."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from graphsvc.connections.engines import compiled
from graphsvc.connections.engines import things as module
from graphsvc.connections.engines.things import Kept, things
from graphsvc.graph.driver import Graph
from graphsvc.graph.feed import SAME
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution import runs
from tests.graph.topology.test_topology import Deployment, row

pytestmark = pytest.mark.neo4j


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_follows_the_loads(graph: Graph, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled.now()
    deployment, chance, kept = Deployment(graph, tmp_path), random.Random(seed), Kept()
    days = iter(f"2024-{month:02}-28" for month in range(1, 13))
    deployment.load(deployment.sources[0], next(days), [row(n, chance) for n in range(8)])
    assert deployment.topology.build(graph) is not None
    ways = {"followed": 0, "anew": 0}
    plain = module.followed

    def counted(*given: object) -> object:
        made = plain(*given)  # type: ignore[arg-type]
        ways["followed" if made is not None else "anew"] += 1
        return made

    monkeypatch.setattr(module, "followed", counted)
    for step in range(8):
        rows = [row(n, chance) for n in chance.sample(range(12), chance.randint(1, 4))]
        deployment.load(chance.choice(deployment.sources), next(days), rows, full=step == 5)
        if step == 3:
            everything = View(tuple(sorted(one.spec.id for one in deployment.sources)), "resolve")
            runs.run(graph, everything, Inquiry("test", "stella", "a test"), kinds=["things"])
        state = deployment.now()
        assert state is not None
        for view in (["firms"], ["firms", "trade"]):
            kind, permitted = state.kinds(tuple(view), view, None, [SAME["same"]]), state.permitted(view)
            made, anew = kept.of(state, kind, permitted), things(state.arrays, kind, permitted)
            for one in ("label", "degree", "through"):
                assert np.array_equal(getattr(made, one), getattr(anew, one)), (step, one)
            assert [sorted(made.members(int(thing))) for thing in np.unique(made.label[made.label >= 0])] == [
                sorted(anew.members(int(thing))) for thing in np.unique(anew.label[anew.label >= 0])
            ]
    assert min(ways.values()) > 0
    # What was compiled ahead is what is run: else the first load would wait for the compiler.
    assert len(module.recount.signatures) == 1
