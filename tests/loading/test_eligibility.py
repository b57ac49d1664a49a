"""Rows that the policy does not allow: refused without a trace of their content, and what was known of their key is withdrawn."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from testbed import HEAD, POLICY, Bench

from graphsvc.disclosure.record import record
from graphsvc.errors import NotFound, SpecError
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.preview import preview
from graphsvc.loading.progress import LoadStep
from graphsvc.loading.specfile import LoadedSource, load_source
from graphsvc.policy.vault import Vault

pytestmark = pytest.mark.neo4j
FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"

SPEC = """
id: cases
title: Cases
publisher: a test
licence: none
as_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}
tables:
  cases:
    files: ["cases-*.jsonl"]
    format: {kind: jsonl}
    key: ["no"]
    entities:
      case: {type: Investigation, key: ["no"], properties: {caseNumber: "no", offence: what}}
      person: {each: "people[]", type: Person, key: ["@"], properties: {name: "@"}}
    links:
      in: {each: "people[]", type: NAMED_IN, from: person, to: case}
  calls:
    files: ["calls-*.csv"]
    format: {kind: csv}
    as_of: {row: day}
    entities:
      a: {type: Phone, key: {number: a}}
      b: {type: Person, key: [b]}
    links:
      has: {type: HAS_PHONE, from: b, to: a}
"""
ELIGIBLE = "eligible_when: [{value: status, is: [completed, filed]}, {value: sealed, missing: true}]\n"
DAYS = ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
OPEN = {"no": "1", "status": "open", "what": "secretly", "people": ["Ann", "Hidden Henk"]}
DONE = {"no": "1", "status": "completed", "what": "fraud", "people": ["Ann", "Bob"]}
AGAIN = {**DONE, "people": ["Ann", "Cy"]}


@pytest.fixture
def cases(make_source: Callable[..., LoadedSource]) -> LoadedSource:
    return make_source(SPEC, ELIGIBLE + POLICY)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(day: str, *rows: dict[str, Any]) -> Path:
        path = tmp_path / f"cases-{day}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


def in_force(bench: Bench) -> list[str]:
    return [row["t"] for row in bench.ask("MATCH (n:Entity) WHERE n.seq_to IS NULL RETURN n.caption AS t ORDER BY t")]


def everything(bench: Bench) -> str:
    """All that the database holds, as text."""
    nodes = bench.ask("MATCH (n) RETURN labels(n) AS l, properties(n) AS p")
    return str(nodes) + str(bench.ask("MATCH ()-[r]->() RETURN type(r) AS l, properties(r) AS p"))


def test_nothing_is_kept_of_a_row_that_is_not_eligible(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    sealed = {**DONE, "no": "2", "sealed": "by court", "people": ["Zoe"]}
    odd = {**DONE, "no": "3", "status": {"nested": "completed"}}
    result = bench.load(cases, [write(DAYS[0], OPEN, sealed, odd, {**OPEN, "no": None}, {**DONE, "no": "9"})])
    report = result.report
    assert (report.rows, report.accepted, report.rejected) == (5, 1, {"not_eligible": 4})
    assert result.rejects is not None
    lines = [json.loads(line) for line in result.rejects.read_text().splitlines()]
    assert sorted(line["line"] for line in lines) == [1, 2, 3, 4]
    reason = "the policy does not allow the row (`eligible_when`); nothing of it is kept"
    assert all(line.keys() == {"file", "line", "code", "reason"} and line["reason"] == reason for line in lines)
    assert in_force(bench) == ["9", "Ann", "Bob"]
    for word in ("secretly", "Hidden", "Zoe", "by court"):
        assert word not in everything(bench) + result.rejects.read_text()
    # That they were refused, and from when, is what is kept: one of the rows has no key.
    kept = bench.ask("MATCH (w:Refusal) RETURN w.id AS id, w.seq_to AS ended, size(w.observed) AS n ORDER BY id")
    assert kept == [{"id": f"cases/record/cases/{n}", "ended": None, "n": 1} for n in (1, 2, 3)]


def test_of_a_row_that_cannot_be_read_nothing_is_kept_either(bench: Bench, cases: LoadedSource, tmp_path: Path) -> None:
    (path := tmp_path / f"cases-{DAYS[0]}.jsonl").write_text('{"no": "1", "status": "open", "people": ["Hidden Henk"\n')
    result = bench.load(cases, [path])
    assert result.rejects is not None and "Hidden" not in result.rejects.read_text()


def test_completed_reopened_and_completed_again_in_every_order(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    files = [write(day, row) for day, row in zip(DAYS, (DONE, OPEN, AGAIN), strict=False)]
    shown = []
    lines: list[list[str]] = []
    for order in permutations(files):
        bench.wipe()
        for path in order:
            bench.load(cases, [path])
            if order == tuple(files):
                shown.append(in_force(bench))
        lines.append(bench.lines())
        batches = bench.one("MATCH (b:Batch) RETURN count(b)")
        for path in order:
            bench.load(cases, [path])
        assert bench.one("MATCH (b:Batch) RETURN count(b)") == batches
    assert shown == [["1", "Ann", "Bob"], [], ["1", "Ann", "Cy"]]
    assert all(one == lines[0] for one in lines)
    for some in ((files[0], files[1]), (files[1], files[0])):
        bench.wipe()
        for path in some:
            bench.load(cases, [path])
        assert in_force(bench) == []
        (refusal,) = bench.ask("MATCH (w:Refusal) RETURN w.seq_to AS ended")
        assert refusal["ended"] is None


def test_the_same_row_comes_back_into_force_when_it_is_eligible_again(
    bench: Bench, cases: LoadedSource, write: Callable[..., Path]
) -> None:
    done, reopened, again = (write(day, row) for day, row in zip(DAYS, (DONE, OPEN, DONE), strict=False))
    bench.load(cases, [done])
    assert bench.load(cases, [reopened]).report.retired == 1
    assert bench.one("MATCH (w:Refusal) RETURN w.seq_to IS NULL")
    bench.load(cases, [again])
    assert in_force(bench) == ["1", "Ann", "Bob"]
    assert bench.one("MATCH (r:Record) RETURN r.seq_history") == [1, 2]
    assert bench.one("MATCH (w:Refusal) RETURN w.seq_to") == 3
    # Reopened a second time, and told so late.
    bench.load(cases, [write(DAYS[3], OPEN)])
    assert in_force(bench) == [] and bench.one("MATCH (w:Refusal) RETURN w.seq_history") == [2, 3]


def test_at_one_date_the_refusal_counts(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(cases, [write(DAYS[0], DONE, OPEN)])
    first = bench.lines()
    assert in_force(bench) == []
    bench.wipe()
    bench.load(cases, [write(DAYS[0], OPEN, DONE)], batch_rows=1)
    assert bench.lines() == first


def test_a_withdrawn_record_is_not_shown_and_a_replaced_one_is(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    view, inquiry, vault = View(("cases",)), Inquiry("test", "tester", "a test"), Vault(bench.home / "keys")
    bench.load(cases, [write(DAYS[0], DONE, {**DONE, "no": "2"})])
    one, other = [row["id"] for row in bench.ask("MATCH (r:Record) RETURN r.id AS id ORDER BY id")]
    assert json.loads(record(bench.graph, view, inquiry, one, vault)["raw"]) == DONE
    bench.load(cases, [write(DAYS[1], OPEN, {**AGAIN, "no": "2"})])
    with pytest.raises(NotFound):
        record(bench.graph, view, inquiry, one, vault)
    assert record(bench.graph, view, inquiry, other, vault)["in_force"] is False
    assert bench.graph.ask(view, inquiry, "read/records", ids=[one]) == []
    # Gone from a full load later: that the investigation was not completed is still the last that was said of it.
    bench.load(cases, [write(DAYS[2], {**AGAIN, "no": "2"})], full=True)
    with pytest.raises(NotFound):
        record(bench.graph, view, inquiry, one, vault)
    bench.load(cases, [write(DAYS[3], AGAIN)])
    assert json.loads(record(bench.graph, view, inquiry, one, vault)["raw"]) == DONE


def test_events_that_were_never_accepted_leave_nothing(bench: Bench, make_source: Callable[..., LoadedSource], tmp_path: Path) -> None:
    policy = "eligible_when: [{value: b, is_not: [secret]}]\n" + POLICY
    source = make_source(SPEC.replace('["no"]', "[b]").replace('caseNumber: "no"', "caseNumber: b"), policy)
    (path := tmp_path / "calls-1.csv").write_text("a,b,day\n1,x,2024-01-01\n1,secret,2024-01-01\n1,secret,2024-01-01\n")
    assert bench.load(source, [path]).report.rejected == {"not_eligible": 2}
    assert bench.one("MATCH (w:Refusal) RETURN count(w)") == 0


def test_a_policy_that_changed_counts_for_rows_given_again(
    bench: Bench, make_source: Callable[..., LoadedSource], write: Callable[..., Path]
) -> None:
    strict, loose = make_source(SPEC, ELIGIBLE + POLICY), make_source(SPEC, ELIGIBLE.replace("filed", "open") + POLICY)
    path = write(DAYS[0], OPEN, {**DONE, "no": "2"})
    bench.load(loose, [path])
    wanted = bench.lines()
    bench.load(strict, [path])
    assert in_force(bench) == ["2", "Ann", "Bob"]
    bench.load(loose, [path])
    assert bench.lines() == wanted
    bench.wipe()
    bench.load(strict, [path])
    bench.load(loose, [path])
    assert bench.lines() == wanted


def test_an_interrupted_load_ends_as_an_undisturbed_one(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    rows = [{**(OPEN if n % 3 == 0 else DONE), "no": str(n % 7)} for n in range(40)]
    files = [write(DAYS[0], *rows[:20]), write(DAYS[1], *rows[20:])]
    undisturbed = bench.load(cases, files, batch_rows=3)
    wanted = bench.lines()
    assert undisturbed.rejects is not None
    rejects = undisturbed.rejects.read_text()
    bench.wipe()
    for stop_at in (3, 9, 26):

        def stop(step: LoadStep, at: int = stop_at) -> None:
            if step.rows >= at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            bench.load(cases, files, batch_rows=3, progress=stop)
    resumed = bench.load(cases, files, batch_rows=3)
    assert resumed.resumed and resumed.report == undisturbed.report and resumed.rejects is not None
    assert bench.lines() == wanted and resumed.rejects.read_text() == rejects


def test_a_preview_says_what_would_be_refused(cases: LoadedSource, write: Callable[..., Path]) -> None:
    _, rows = preview(cases, write(DAYS[0], OPEN, DONE), 2)
    assert [row.error.code if row.error else None for row in rows] == ["not_eligible", None]


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ("eligible_when: [{valu: status}]\n", "policy.yaml: eligible_when.0.value: Field required"),
        ("eligible_when: [{value: status, is: [a], missing: true}]\n", "policy.yaml: eligible_when.0: give one of is, is_not, missing"),
        (
            "eligible_when: [{value: {column: s, normalise: [uper]}}]\n",
            "policy.yaml: eligible_when.0.value.normalise: there is no normaliser 'uper'; did you mean upper?",
        ),
        (
            "eligible_when: [{value: '@.x'}]\n",
            "policy.yaml: eligible_when.0.value.column: '@.x' looks into an item, but the block has no `each`",
        ),
    ],
)
def test_conditions_that_are_wrong(make_source: Callable[..., LoadedSource], policy: str, problem: str) -> None:
    with pytest.raises(SpecError) as caught:
        make_source(SPEC, policy + POLICY)
    assert problem in caught.value.problems


class TestRetention:
    """Retention may count from a date of the row."""

    POLICY = "retention: {months: 12, from: {column: closed, formats: ['%Y-%m-%d', '%Y-%m', '%Y']}}\n"

    def test_it_counts_from_the_last_day_of_a_partial_date(
        self, bench: Bench, make_source: Callable[..., LoadedSource], write: Callable[..., Path]
    ) -> None:
        dates = ["2020-03-05", "2020-02", "2019"]
        rows = [{**DONE, "no": str(n), "closed": closed} for n, closed in enumerate([*dates, None, "neither"])]
        result = bench.load(make_source(SPEC, self.POLICY), [write(DAYS[0], *rows)])
        assert result.report.rejected == {"missing_retention_date": 1, "bad_date": 1}
        ends = {row["key"]: row["until"] for row in bench.ask("MATCH (r:Record) RETURN r.key AS key, r.expires_at AS until")}
        assert ends == {"0": "2021-03-05", "1": "2021-02-28", "2": "2020-12-31"}
        assert {p.name for p in (bench.home / "keys" / "cases").iterdir()} == {"2021-03.key", "2021-02.key", "2020-12.key"}

    def test_a_file_without_the_column_is_refused(self, bench: Bench, make_source: Callable[..., LoadedSource], tmp_path: Path) -> None:
        (path := tmp_path / "calls-1.csv").write_text("a,b,day\n1,x,2024-01-01\n")
        with pytest.raises(Exception, match="closed"):
            bench.load(make_source(SPEC, self.POLICY), [path])

    def test_a_value_that_is_wrong(self, make_source: Callable[..., LoadedSource]) -> None:
        with pytest.raises(SpecError) as caught:
            make_source(SPEC, "retention: {months: 12, from: {column: closed, formats: ['%q']}}\n")
        assert caught.value.problems[0].startswith("policy.yaml: retention.from.formats: the date format '%q'")


few = st.sampled_from
row = st.builds(
    lambda no, status, what, people: {"no": no, "status": status, "what": what, "people": people},
    few(["1", "1", "2"]),
    few(["completed", "completed", "open", "filed"]),
    few(["fraud", "theft"]),
    st.lists(few(["Ann", "Bob"]), max_size=2),
)
one_file = st.tuples(few(DAYS), st.lists(row, min_size=1, max_size=4), st.booleans())


class Place:
    """Where all examples run. Not a dataclass: Hypothesis prints its arguments, and an ontology is long."""

    def __init__(self, bench: Bench, source: LoadedSource) -> None:
        self.bench, self.source = bench, source


@pytest.fixture(scope="module")
def place(session_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("loaders")
    (folder / "source.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "policy.yaml").write_text(HEAD + ELIGIBLE + POLICY, encoding="utf-8")
    return Place(Bench(session_graph, tmp_path_factory.mktemp("home")), load_source(folder))


@settings(max_examples=150 if FULL else 12, deadline=None, derandomize=not FULL, suppress_health_check=list(HealthCheck))
@given(files=st.lists(one_file, min_size=2, max_size=6, unique_by=lambda f: json.dumps(f[1])), seeds=st.tuples(*[st.integers(0, 999)] * 2))
def test_any_order_gives_the_same_graph_and_an_open_case_is_never_in_force(
    place: Place, files: list[tuple[str, list[dict[str, Any]], bool]], seeds: tuple[int, int]
) -> None:
    bench = place.bench
    with TemporaryDirectory() as folder:
        paths = []
        for number, (day, rows, full) in enumerate(files):
            path = Path(folder) / f"cases-{number}-{day}.jsonl"
            path.write_text("".join(json.dumps(r) + "\n" for r in rows))
            paths.append((path, full))
        graphs = []
        for seed in seeds:
            bench.wipe()
            random = Random(seed)
            for path, full in random.sample(paths, len(paths)):
                report = bench.load(place.source, [path], full=full, batch_rows=random.choice([1, 2, 100])).report
                assert report.rows == report.accepted + report.rejected_total and report.accepted == report.records + report.unchanged
            graphs.append(bench.lines())
            path, full = random.choice(paths)
            bench.load(place.source, [path], full=full)
            assert bench.lines() == graphs[-1]
        assert graphs[0] == graphs[1]
        for no in {r["no"] for _, rows, _ in files for r in rows}:
            seen = [(day, r["status"] != "open") for day, rows, _ in files for r in rows if r["no"] == no]
            latest = max(day for day, _ in seen)
            allowed = all(eligible for day, eligible in seen if day == latest)
            gone = any(full and day > latest for day, _, full in files)
            there = bench.one("MATCH (n:Investigation {caseNumber: $no}) WHERE n.seq_to IS NULL RETURN count(n)", no=no)
            assert there == int(allowed and not gone)
