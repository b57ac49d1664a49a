"""The topology in memory: what it follows equals what is built anew, and what it can't follow is never served stale."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.topology import build, files
from graphsvc.graph.topology.state import Code, State
from graphsvc.graph.topology.topology import ASKED_MOST, Topology, changed_by_hand, kept
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.load import load
from graphsvc.loading.specfile import LoadedSource, load_source
from graphsvc.resolution import runs

pytestmark = pytest.mark.neo4j

SPEC = """
id: firms
title: Firms
publisher: a test
licence: none
as_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}
tables:
  firms:
    files: ["firms-*.jsonl"]
    format: {kind: jsonl}
    key: ["no"]
    entities:
      it: {type: Company, key: [who], properties: {name: name}}
      boss: {type: Person, key: [boss]}
      home: {type: Address, key: {full: home}}
    links:
      runs: {type: DIRECTOR_OF, from: boss, to: it, valid_from: {column: since, formats: ["%Y-%m-%d", "%Y"]}}
      at: {type: REGISTERED_AT, from: it, to: home}
"""
POLICY = """assessment: {none_needed: invented by a test}
legal_basis: none at all
holders: [a test]
retention: {unlimited: invented by a test}
"""


class Deployment:
    """Two sources that tell of firms alike, a graph, and a topology that follows it."""

    def __init__(self, graph: Graph, folder: Path) -> None:
        self.graph, self.folder = graph, folder
        self.sources = [self._source(id) for id in ("firms", "trade")]
        self.topology = Topology(folder / "topology")

    def _source(self, id: str) -> LoadedSource:
        folder = self.folder / "loaders" / id
        folder.mkdir(parents=True)
        (folder / "source.yaml").write_text(SPEC.replace("id: firms", f"id: {id}"))
        (folder / "policy.yaml").write_text(POLICY)
        return load_source(folder)

    def load(self, source: LoadedSource, day: str, rows: list[dict[str, Any]], *, full: bool = False) -> None:
        path = self.folder / f"firms-{day}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        load(self.graph, source, [path], home=self.folder / "home", full=full)

    def now(self, most: int = ASKED_MOST) -> State | None:
        """The topology as of now, however it is come by, or None."""
        state = self.topology.state()
        (head,) = self.graph.stream("topology/head", at=state.seq if state else -1)
        return self.topology.followed(self.graph, state, head, most=most) if state else None


@pytest.fixture
def deployment(graph: Graph, tmp_path: Path) -> Deployment:
    return Deployment(graph, tmp_path)


def row(number: int, chance: random.Random) -> dict[str, Any]:
    return {
        "no": str(number),
        "who": f"F{number % 7}",
        "name": f"Firm {number}",
        "boss": f"B{chance.randrange(5)}",
        "home": f"H{chance.randrange(4)}",
        "since": chance.choice(("2019", "2020-05-03", "2021-02-28")),
    }


def told(state: State) -> tuple[Counter[Any], dict[int, Code]]:
    """What a state says: links by Neo4j's numbers of their ends, with their rules and days; and the compartment and type of each entity."""
    t = state.arrays
    links: Counter[Any] = Counter()
    for node in range(t.offset.size - 1):
        for at in range(int(t.offset[node]), int(t.offset[node + 1])):
            if not (t.gone.size and t.gone[int(t.rel[at])]):
                held = int(t.begin[t.when[at]]), int(t.until[t.when[at]])
                links[state.number_of(node), state.number_of(int(t.neighbour[at])), state.rules[int(t.rule[at])], held] += 1
    for node, more in enumerate(t.more_at):
        for at in range(int(t.more_offset[more]), int(t.more_offset[more + 1])) if more >= 0 else ():
            held = int(t.begin[t.more_when[at]]), int(t.until[t.more_when[at]])
            links[state.number_of(node), state.number_of(int(t.more_neighbour[at])), state.rules[int(t.more_rule[at])], held] += 1
    return links, {state.number_of(node): state.codes[int(t.code[node])] for node in range(state.nodes)}


def anew(deployment: Deployment) -> State:
    other = Topology(deployment.folder / "other")
    built = other.build(deployment.graph)
    assert built is not None
    return built


@pytest.mark.parametrize("seed", range(4))
def test_following_the_loads_gives_what_building_anew_gives(deployment: Deployment, seed: int) -> None:
    chance = random.Random(seed)
    days = iter(f"2024-{month:02}-28" for month in range(1, 13))
    deployment.load(deployment.sources[0], next(days), [row(n, chance) for n in range(8)])
    assert deployment.topology.build(deployment.graph) is not None
    for _ in range(5):
        source = chance.choice(deployment.sources)
        rows = [row(n, chance) for n in chance.sample(range(12), chance.randint(1, 12))]
        deployment.load(source, next(days), rows, full=chance.random() < 0.5)
        everything = View(tuple(sorted(one.spec.id for one in deployment.sources)), "resolve")
        runs.run(deployment.graph, everything, Inquiry("test", "stella", "a test"), kinds=["things"])
        state = deployment.now()
        assert state is not None and not (files.current_name(deployment.folder / "topology") or "").startswith(f"{state.seq}-")
        assert told(state) == told(anew(deployment))
    assert any(rule[0] == "SAME_AS" for rule in state.rules)


def test_a_graph_put_back_or_exchanged_is_not_taken_for_the_same(deployment: Deployment) -> None:
    chance = random.Random(1)
    deployment.load(deployment.sources[0], "2024-01-31", [row(n, chance) for n in range(4)])
    deployment.topology.build(deployment.graph)
    deployment.load(deployment.sources[0], "2024-02-28", [row(n, chance) for n in range(4, 8)])
    assert deployment.now() is not None
    # An older database, put back: it has fewer batches, or others under the same numbers.
    deployment.graph.statement("MATCH (s:Seq) SET s.value = s.value - 1")
    assert deployment.now() is None
    deployment.graph.statement("MATCH (s:Seq) SET s.value = s.value + 1")
    assert deployment.now() is not None
    deployment.graph.statement("MATCH (b:Batch) SET b.at = 'another time'")
    assert deployment.now() is None
    deployment.topology.keep_up(deployment.graph)
    assert deployment.now() is not None
    deployment.graph.statement("MATCH (s:Seq) SET s.graph = randomUUID()")
    assert deployment.now() is None
    deployment.topology.keep_up(deployment.graph)
    assert deployment.now() is not None


def test_what_is_deleted_or_too_much_is_built_anew(deployment: Deployment) -> None:
    chance = random.Random(1)
    deployment.load(deployment.sources[0], "2024-01-31", [row(n, chance) for n in range(4)])
    deployment.topology.build(deployment.graph)
    deployment.load(deployment.sources[0], "2024-02-28", [row(n, chance) for n in range(8)])
    deployment.graph.statement("MATCH (n:Entity {type: 'Person'}) DETACH DELETE n")
    assert deployment.now() is None
    deployment.topology.keep_up(deployment.graph)
    state = deployment.now()
    assert state is not None and told(state) == told(anew(deployment))
    changed_by_hand(deployment.graph)
    assert deployment.now() is None
    deployment.topology.keep_up(deployment.graph)
    assert deployment.now() is not None
    deployment.load(deployment.sources[1], "2024-03-31", [row(n, chance) for n in range(8)])
    assert deployment.now(most=5) is None
    assert deployment.now() is not None


@pytest.mark.parametrize("break_off", ["before the name", "before current", "a short file", "no description", "another format"])
def test_a_building_that_was_broken_off_leaves_nothing_half_made_in_use(
    deployment: Deployment, break_off: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, folder = random.Random(1), deployment.folder / "topology"
    deployment.load(deployment.sources[0], "2024-01-31", [row(n, chance) for n in range(4)])
    deployment.topology.build(deployment.graph)
    if break_off.startswith("before"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(files.os, "rename" if break_off == "before the name" else "replace", _ended)
            deployment.topology.build(deployment.graph)
        survivor = Topology(folder).state()
        assert survivor is not None and told(survivor) == told(anew(deployment))
        return
    current = folder / str(files.current_name(folder))
    if break_off == "a short file":
        (current / "neighbour.npy").write_bytes((current / "neighbour.npy").read_bytes()[:-4])
    elif break_off == "no description":
        (current / "topology.json").unlink()
    else:
        description = json.loads((current / "topology.json").read_text())
        (current / "topology.json").write_text(json.dumps({**description, "format": 0}))
    later = Topology(folder)
    assert later.state() is None
    later.keep_up(deployment.graph)
    state = later.state()
    assert state is not None and told(state) == told(anew(deployment))


def _ended(*_: object) -> None:
    raise KeyboardInterrupt


def test_loads_that_go_on_while_it_is_built_are_in_it(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """A load commits between reading the nodes and reading the links: its new links are read early, and some without their ends."""
    chance = random.Random(1)
    deployment.load(deployment.sources[0], "2024-01-31", [row(n, chance) for n in range(4)])
    proper = build._read_parts

    def read_parts(graph: Graph, query: str, size: int, add: Any, **parameters: Any) -> None:
        if query == "topology/links":
            deployment.load(deployment.sources[0], "2024-02-28", [row(n, chance) for n in range(2, 12)])
            deployment.load(deployment.sources[1], "2024-02-28", [row(n, chance) for n in range(2, 12)])
        proper(graph, query, size, add, **parameters)

    monkeypatch.setattr(build, "_read_parts", read_parts)
    built = deployment.topology.build(deployment.graph)
    monkeypatch.undo()
    assert built is not None and told(built) == told(anew(deployment))


def test_the_files_hold_no_ids_and_no_names(deployment: Deployment) -> None:
    chance = random.Random(1)
    deployment.load(deployment.sources[0], "2024-01-31", [row(n, chance) for n in range(4)])
    deployment.topology.build(deployment.graph)
    text = b"".join(path.read_bytes() for path in (deployment.folder / "topology").rglob("*") if path.is_file())
    assert b"DIRECTOR_OF" in text
    for hidden in (b"firms/Company", b"Firm 1", b"B1", b"H1"):
        assert hidden not in text


def test_it_is_kept_up_in_the_background(deployment: Deployment) -> None:
    chance = random.Random(1)
    before = threading.active_count()
    with kept(deployment.topology, deployment.graph):
        for _ in _until(lambda: deployment.topology.state() is not None):
            pass
        deployment.load(deployment.sources[0], "2024-01-31", [row(n, chance) for n in range(4)])
        (head,) = deployment.graph.stream("topology/head", at=0)
        for _ in _until(lambda: (state := deployment.topology.state()) is not None and state.seq == head["seq"]):
            pass
    assert threading.active_count() == before


def _until(condition: Any, limit_s: float = 30.0) -> Iterator[None]:
    waiting, waited = threading.Event(), 0.0
    while not condition():
        assert waited < limit_s
        waiting.wait(0.05)
        waited += 0.05
        yield
