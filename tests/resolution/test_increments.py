"""Loads, runs, judgements and undoing in any order: only what changed is compared, and it comes to what comparing everything comes to."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import View
from graphsvc.loading.graph_hash import canonical_lines, graph_hash
from graphsvc.loading.load import load
from graphsvc.loading.specfile import LoadedSource
from graphsvc.resolution import runs
from graphsvc.resolution.judgements import judge, take_back
from tests.resolution.test_loads import ALL, INQUIRY, sources

pytestmark = pytest.mark.neo4j
__all__ = ["sources"]  # the fixture

NORTH = View(("north",), "resolve")
# Few values, so that they meet: two brothers of one phone, a namesake, a slip, another date of birth.
NAMES = [("Adelheid", "Vinterkvist"), ("Adelhied", "Vinterkvist"), ("Bogumil", "Vinterkvist"), ("Cyrillus", "Strandberg")]
BORN = ["1971-03-14", "1971-04-13", "1938-11-02", None]
PHONES = ["+4755501234", "+4755509876"]
STEPS = 30 if os.environ.get("GRAPHSVC_TEST_FULL") else 12
EXAMPLES = 60 if os.environ.get("GRAPHSVC_TEST_FULL") else 5

People = st.lists(
    st.fixed_dictionaries(
        {"no": st.sampled_from("1234"), "name": st.sampled_from(NAMES), "born": st.sampled_from(BORN), "phone": st.sampled_from(PHONES)}
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row["no"],
)


class Identity(RuleBasedStateMachine):
    """One real graph of two sources under everything that can bear on who is who."""

    def __init__(self, graph: Graph, loaded: dict[str, LoadedSource], folder: Path) -> None:
        super().__init__()
        self.graph, self.loaded, self.folder = graph, loaded, folder
        self.day = 0
        self.runs: list[tuple[str, View]] = []
        self.judgements: dict[str, tuple[str, tuple[str, str]]] = {}

    @initialize()
    def begin(self) -> None:
        self.graph.auto("admin/wipe")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    @rule(source=st.sampled_from(["north", "south"]), people=People, full=st.booleans())
    def files_come(self, source: str, people: list[dict[str, Any]], full: bool) -> None:
        self.day += 1
        path = self.folder / f"people-20{self.day // 336:02}-{self.day // 28 % 12 + 1:02}-{self.day % 28 + 1:02}.jsonl"
        rows = [{"no": p["no"], "given": p["name"][0], "family": p["name"][1], "born": p["born"], "phone": p["phone"]} for p in people]
        path.write_text("".join(json.dumps({**row, "of": source}) + "\n" for row in rows))
        load(self.graph, self.loaded[source], [path], home=self.folder / "home", full=full)

    @rule(view=st.sampled_from([ALL, ALL, NORTH]))
    def a_run(self, view: View) -> None:
        run = runs.run(self.graph, view, INQUIRY)
        self.runs.append((run["id"], view))
        lines = list(canonical_lines(self.graph, load_ontology()))
        again = runs.run(self.graph, view, INQUIRY, everything=True)
        differ = Counter(canonical_lines(self.graph, load_ontology()))
        differ.subtract(lines)
        assert (again["added"], again["retired"]) == (0, 0), [line for line, n in differ.items() if n]

    @precondition(lambda self: self.runs)
    @rule()
    def a_run_and_its_undoing(self) -> None:
        before = graph_hash(self.graph, load_ontology())
        run = runs.run(self.graph, self.runs[-1][1], INQUIRY)
        runs.undo(self.graph, ALL, INQUIRY, run["id"])
        assert graph_hash(self.graph, load_ontology()) == before

    @precondition(lambda self: self.runs)
    @rule(which=st.integers(0, 100))
    def an_old_run_is_undone(self, which: int) -> None:
        runs.undo(self.graph, ALL, INQUIRY, self.runs[which % len(self.runs)][0])

    @rule(which=st.integers(0, 1000), verdict=st.sampled_from(["same", "never"]))
    def somebody_judges(self, which: int, verdict: Any) -> None:
        people = self._people()
        if len(people) > 1:
            a = people[which % len(people)]
            b = people[(which // 7 + 1 + which) % len(people)]
            if a != b:
                made = judge(self.graph, ALL, INQUIRY, a, b, verdict, "a test")
                pair = (made["a"], made["b"])
                self.judgements = {id: told for id, told in self.judgements.items() if told[1] != pair}
                self.judgements[made["id"]] = (verdict, pair)

    @precondition(lambda self: self.judgements)
    @rule(which=st.integers(0, 100))
    def somebody_takes_back(self, which: int) -> None:
        id = sorted(self.judgements)[which % len(self.judgements)]
        take_back(self.graph, ALL, INQUIRY, id, "a test")
        del self.judgements[id]

    @invariant()
    def what_people_judged_holds(self) -> None:
        people, joined = {*self._people()}, self._joined()
        for verdict, pair in self.judgements.values():
            if {*pair} <= people:
                assert (pair in joined) == (verdict == "same"), (verdict, pair)

    @invariant()
    def nothing_rests_on_what_is_retired(self) -> None:
        rows = self.graph.statement(
            "MATCH (a)-[r:SAME_AS|POSSIBLY_SAME]->(b) WHERE r.seq_to IS NULL AND r.method = 'resolution' "
            "UNWIND r.records AS id MATCH (record:Record {id: id}) "
            "WHERE record.seq_to IS NOT NULL OR a.seq_to IS NOT NULL OR b.seq_to IS NOT NULL RETURN r.id AS id, record.id AS record"
        )
        assert rows == []

    @invariant()
    def a_pair_has_one_decision(self) -> None:
        rows = self.graph.statement(
            "MATCH (a)-[r:SAME_AS|POSSIBLY_SAME]-(b) WHERE r.seq_to IS NULL AND a.id < b.id AND r.method = 'resolution' "
            "WITH a, b, count(r) AS n WHERE n > 1 RETURN a.id AS a, b.id AS b, n"
        )
        assert rows == []

    def _people(self) -> list[str]:
        return [row["id"] for row in self.graph.statement("MATCH (n:Person) WHERE n.seq_to IS NULL RETURN n.id AS id ORDER BY id")]

    def _joined(self) -> set[tuple[str, str]]:
        rows = self.graph.statement("MATCH (a:Person)-[r:SAME_AS]->(b) WHERE r.seq_to IS NULL RETURN a.id AS a, b.id AS b")
        return {(row["a"], row["b"]) for row in rows}


def test_in_any_order_only_what_changed_is_compared_and_comes_to_the_same(
    graph: Graph, sources: dict[str, LoadedSource], tmp_path: Path
) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: Identity(graph, sources, tmp_path / "files"),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
        ),
    )
