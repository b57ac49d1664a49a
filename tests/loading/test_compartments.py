"""Categories of persons are compartments: who and what lies in which, also when a row changes, and what a spec must say."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from testbed import HEAD, POLICY, Bench

from graphsvc.errors import RowError, SpecError
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.schema import fulltext_index, label
from graphsvc.loading.compartments import table_compartments
from graphsvc.loading.mapper import TableMapper
from graphsvc.loading.preview import preview
from graphsvc.loading.specfile import LoadedSource, load_source, parse_spec

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
      case: {type: Investigation, key: ["no"], properties: {caseNumber: "no"}}
      person:
        each: "people[]"
        type: Person
        key: ["no", "@.ref"]
        compartment: {column: "@.as", map: {S: suspect, W: witness, none: null}}
        properties: {name: "@.name"}
      caller: {each: "phones[]", type: Person, key: ["no", "@.of"]}
      phone: {each: "phones[]", type: Phone, compartment_of: caller, key: {number: "@.number"}}
      home: {each: "people[]", type: Address, compartment_of: person, key: {full: "@.home"}}
    links:
      in: {each: "people[]", type: NAMED_IN, from: person, to: case}
      calls: {each: "phones[]", type: HAS_PHONE, from: caller, to: phone}
      at: {each: "people[]", type: LIVES_AT, from: person, to: home}
"""
CATEGORIES = "categories: [suspect, witness]\n"
JANUARY, FEBRUARY, MARCH = "2024-01-31", "2024-02-29", "2024-03-31"


def case(*people: tuple[str, str], no: str = "1", phones: bool = True) -> dict[str, Any]:
    """A case with people (category, name); all have the phone +311 and a phone and an address of their own."""
    persons = [{"ref": f"P{n}", "as": c, "name": name, "home": f"{name} Street"} for n, (c, name) in enumerate(people, 1)]
    numbers = [{"of": p["ref"], "number": number} for p in persons for number in ("+311", f"+32{p['name']}")]
    return {"no": no, "people": persons, "phones": numbers if phones else []}


@pytest.fixture
def cases(make_source: Callable[..., LoadedSource]) -> LoadedSource:
    return make_source(SPEC, CATEGORIES + POLICY)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(day: str, *rows: dict[str, Any]) -> Path:
        path = tmp_path / f"cases-{day}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


def lie(bench: Bench) -> dict[str, list[str]]:
    """What is in force, by compartment: types and captions. Property and label agree."""
    rows = bench.ask(
        "MATCH (n:Entity) WHERE n.seq_to IS NULL"
        " RETURN n.id AS id, n.compartment AS c, n.type + ' ' + n.caption AS t, [l IN labels(n) WHERE l STARTS WITH 'Src_'] AS labels"
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        assert row["labels"] == [label(row["c"])]
        found.setdefault(row["c"], []).append(row["t"])
    return {compartment: sorted(told) for compartment, told in sorted(found.items())}


@pytest.mark.neo4j
def test_persons_lie_in_the_compartment_of_their_category_and_what_they_have_with_them(
    bench: Bench, cases: LoadedSource, write: Callable[..., Path]
) -> None:
    bench.load(cases, [write(JANUARY, case(("S", "Sue"), ("W", "Wim"), ("none", "Nan")))])
    bench.join()
    assert lie(bench) == {
        "cases": ["Address Nan Street", "Investigation 1", "Person Nan", "Phone +311", "Phone +32Nan"],
        "cases/suspect": ["Address Sue Street", "Person Sue", "Phone +311", "Phone +32Sue"],
        "cases/witness": ["Address Wim Street", "Person Wim", "Phone +311", "Phone +32Wim"],
    }
    ids = [row["id"] for row in bench.ask("MATCH (n:Entity) RETURN n.id AS id ORDER BY id")]
    assert {"cases/Person/1,P1", "cases/Address/Sue%20Street@suspect", "cases/Address/Nan%20Street"} <= set(ids)
    # A phone that three have is three entities, joined; whoever sees one end sees only that one.
    pairs = bench.ask("MATCH (a:Phone)-[s:SAME_AS]->(b:Phone) RETURN s.compartments AS c, a.compartment AS a, b.compartment AS b")
    assert sorted(sorted(row["c"]) for row in pairs) == [
        ["cases", "cases/suspect"],
        ["cases", "cases/witness"],
        ["cases/suspect", "cases/witness"],
    ]
    assert all(row["c"] == sorted([row["a"], row["b"]]) for row in pairs)
    # Links are the source's own: both their ends decide who sees them.
    assert {row["c"] for row in bench.ask("MATCH ()-[r]->() WHERE NOT r:SAME_AS RETURN DISTINCT r.compartment AS c")} == {"cases"}
    assert bench.one("MATCH (r:Record) RETURN r.compartments") == ["cases", "cases/suspect", "cases/witness"]
    assert bench.one("MATCH (s:Source) RETURN s.compartments") == ["cases", "cases/suspect", "cases/witness"]


@pytest.mark.neo4j
def test_each_compartment_has_an_index_that_holds_its_own_entities_only(
    bench: Bench, cases: LoadedSource, write: Callable[..., Path]
) -> None:
    bench.load(cases, [write(JANUARY, case(("S", "Sue"), ("W", "Wim"), ("W", "Sue")))])
    ask = "CALL db.index.fulltext.queryNodes($index, 'sue') YIELD node RETURN count(node) AS n"
    found = {c: bench.one(ask, index=fulltext_index(c)) for c in ("cases", "cases/suspect", "cases/witness")}
    # Each person and address once; the index of the source's own compartment knows of neither.
    assert found == {"cases": 0, "cases/suspect": 2, "cases/witness": 2}


@pytest.mark.neo4j
def test_the_id_of_a_record_does_not_commit_to_what_may_be_hidden(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(cases, [write(JANUARY, case(("W", "Wim")))])
    (row,) = bench.ask("MATCH (r:Record) RETURN r.id AS id, r.sha256 AS sha")
    assert row["id"].startswith("cases/record/cases/1@") and not row["id"].endswith(row["sha"][:12])


@pytest.mark.neo4j
def test_a_changed_category_moves_the_person_and_retires_what_they_had_there(
    bench: Bench, cases: LoadedSource, write: Callable[..., Path]
) -> None:
    files = [
        write(JANUARY, case(("W", "Wim"), ("S", "Sue"))),
        write(FEBRUARY, case(("S", "Wim"), ("S", "Sue"))),
    ]
    bench.load(cases, files[:1])
    bench.load(cases, files[1:])
    assert lie(bench)["cases/suspect"] == sorted(
        ["Address Sue Street", "Address Wim Street", "Person Sue", "Person Wim", "Phone +311", "Phone +32Sue", "Phone +32Wim"]
    )
    assert "cases/witness" not in lie(bench)
    batch = bench.ask("MATCH (b:Batch) RETURN b.changed AS changed, b.retired AS retired ORDER BY b.seq DESC LIMIT 1")[0]
    assert "cases/Person/1,P1" in batch["changed"]
    assert "cases/Address/Wim%20Street@witness" in batch["retired"]
    # What is retired stays in the compartment where it was.
    gone = bench.ask("MATCH (n:Entity) WHERE n.seq_to IS NOT NULL RETURN DISTINCT n.compartment AS c, labels(n) AS labels")
    assert {row["c"] for row in gone} == {"cases/witness"} and all("Src_cases__witness" in row["labels"] for row in gone)
    # The phone that both have is one now: the statement that joined the two is retired.
    assert bench.one("MATCH ()-[s:SAME_AS]->() WHERE s.seq_to IS NULL RETURN count(s)") == 0
    lines = bench.lines()
    for order in (files[::-1], files):
        bench.wipe()
        for path in order:
            bench.load(cases, [path])
        assert bench.lines() == lines
    bench.wipe()
    bench.load(cases, files[::-1], batch_rows=1)
    assert bench.lines() == lines
    assert bench.load(cases, files).report.unchanged == 2


@pytest.mark.neo4j
def test_a_retired_witness_stays_a_witness(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(cases, [write(JANUARY, case(("W", "Wim")), case(("S", "Sue"), no="2"))])
    bench.load(cases, [write(FEBRUARY, case(("S", "Sue"), no="2"))], full=True)
    assert bench.one("MATCH (n {id: 'cases/Person/1,P1'}) WHERE n.seq_to IS NOT NULL RETURN n.compartment") == "cases/witness"


@pytest.mark.neo4j
def test_statements_of_a_moved_entity_follow_it(bench: Bench, make_source: Callable[..., LoadedSource], tmp_path: Path) -> None:
    """A firm is identified exactly, so that it is joined; its category changes under the statement."""
    spec = """
id: firms
title: Firms
publisher: a test
licence: none
as_of: {file_name: '-(.*)\\.csv'}
tables:
  t:
    files: ["t-*.csv"]
    format: {kind: csv}
    key: [id]
    entities:
      it: {type: Company, key: [id], compartment: as, properties: {name: id, registrationNumber: nr, jurisdiction: nr}}
"""
    source = make_source(spec, CATEGORIES + POLICY)
    lines = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        bench.wipe()
        rows = ["a,7,witness\nb,7,\n", "a,7,suspect\n", "b,7,suspect\n"]
        seen = []
        for number in order:
            path = tmp_path / f"t-2024-0{number + 1}-01.csv"
            path.write_text("id,nr,as\n" + rows[number])
            bench.load(source, [path])
            bench.join("organisations")
            seen.append([r["c"] for r in bench.ask("MATCH ()-[s:SAME_AS]->() WHERE s.seq_to IS NULL RETURN s.compartments AS c")])
        if order == (0, 1, 2):
            assert seen == [[["firms", "firms/witness"]], [["firms", "firms/suspect"]], [["firms/suspect"]]]
        lines.append(bench.lines())
    assert lines[0] == lines[1] == lines[2]


def mapper(spec: str = SPEC, categories: list[str] | None = None) -> TableMapper:
    parsed = parse_spec(spec, "source.yaml", load_ontology(), categories)
    return TableMapper(parsed, "cases", load_ontology(), lambda text: f"digest({text})", categories or ["suspect", "witness"])


def refused(row: dict[str, Any], spec: str = SPEC) -> str:
    with pytest.raises(RowError) as caught:
        mapper(spec).map(row, "cases/record/cases/1")
    return caught.value.code


def test_rows_whose_categories_are_not_clear_are_rejected() -> None:
    assert refused(case(("X", "Xi"))) == "unknown_category"
    bare = SPEC.replace('{column: "@.as", map: {S: suspect, W: witness, none: null}}', '"@.as"')
    assert refused(case(("victim", "Vic")), bare) == "unknown_category"
    twice = case(("S", "Sue"))
    twice["people"].append({**twice["people"][0], "as": "W"})
    assert refused(twice) == "several_categories"
    stranger = case(("S", "Sue"))
    stranger["phones"].append({"of": "P9", "number": "+319"})
    assert refused(stranger) == "missing_category"
    # Nobody has it: then it isn't there.
    nobody = case(("S", "Sue"), phones=False)
    nobody["phones"].append({"number": "+319"})
    assert not [e for e in mapper().map(nobody, "r").entities if e.type == "Phone"]


def test_what_a_table_may_hold_is_a_matter_of_its_spec() -> None:
    def held(compartment: str) -> list[str]:
        text = SPEC.replace('{column: "@.as", map: {S: suspect, W: witness, none: null}}', compartment)
        return table_compartments(parse_spec(text, "s", load_ontology()), "cases", ["contact", "suspect", "witness"])

    assert held("{column: '@.as', map: {S: suspect, W: witness, none: null}}") == ["cases", "cases/suspect", "cases/witness"]
    assert held("{column: '@.as', map: {S: suspect}, other: missing, default: contact}") == ["cases", "cases/contact", "cases/suspect"]
    assert (
        held("'@.as'")
        == ["cases", "cases/contact", "cases/suspect", "cases/witness"]
        == held("{column: a, map: {S: suspect}, other: keep}")
    )
    assert held("{value: witness}") == ["cases", "cases/witness"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("W: witness", "W: wittness", "source.yaml:18: there is no category 'wittness'; the policy's categories are suspect, witness"),
        (
            "none: null}",
            "none: null}, default: other",
            "source.yaml:18: there is no category 'other'; the policy's categories are suspect, witness",
        ),
        (
            "key: {full: ",
            "compartment: '@.as', key: {full: ",
            "source.yaml:22: give either compartment or compartment_of, not both",
        ),
        ("compartment_of: person", "compartment_of: persn", "source.yaml:22: there is no entity 'persn' in this table"),
        (
            "compartment_of: person",
            "compartment_of: case",
            "source.yaml:22: 'case' is not told apart by category: no block of this table gives it a compartment",
        ),
        (
            "compartment_of: person",
            "compartment_of: caller",
            "source.yaml:22: 'caller' is repeated over 'phones[]': this block needs the same `each`",
        ),
        (
            "compartment_of: person",
            "compartment: '@.as'",
            "source.yaml:22: Address can be shared: say compartment_of, the block of the person who has it",
        ),
        (
            'key: ["no", "@.of"]}',
            'key: ["no", "@.of"], compartment: "@.as"}',
            "source.yaml:20: the block only refers to it: its compartment is that of the block that describes it",
        ),
        (
            'key: ["no", "@.of"]}',
            'key: ["no", "@.of"], properties: {name: "@.of"}}',
            "source.yaml:20: Person is told apart by category elsewhere in this spec: say its compartment here too",
        ),
        (
            "    links:\n",
            "      friend: {type: Person, compartment_of: case, key: [a, b]}\n"
            "    links:\n      f: {type: NAMED_IN, from: friend, to: case}\n",
            "source.yaml:23: only what persons have in common (addresses, phones, ...) can follow; say compartment",
        ),
        (
            "tables:\n",
            "tables:\n  other:\n    files: [x]\n    format: {kind: csv}\n    entities:\n      who: {type: Person, key: [a, b]}\n"
            "      it: {type: Investigation, key: [c]}\n    links:\n      in: {type: NAMED_IN, from: who, to: it}\n",
            "source.yaml:12: Person is told apart by category, and this table does not say which one is meant: "
            "describe it here (own: true) with its compartment",
        ),
    ],
)
def test_a_spec_that_is_wrong_about_compartments(make_source: Callable[..., LoadedSource], old: str, new: str, problem: str) -> None:
    assert SPEC.count(old) == 1
    with pytest.raises(SpecError) as caught:
        make_source(SPEC.replace(old, new), CATEGORIES + POLICY)
    assert problem in caught.value.problems


def test_a_policy_without_categories_and_a_source_id_that_could_be_a_category_s(make_source: Callable[..., LoadedSource]) -> None:
    with pytest.raises(SpecError) as caught:
        make_source(SPEC)
    assert caught.value.problems == ["source.yaml:18: the policy lists no categories"]
    with pytest.raises(SpecError):
        make_source(SPEC.replace("id: cases", "id: cases__witness"), CATEGORIES + POLICY)


def test_a_preview_shows_the_compartments(cases: LoadedSource, write: Callable[..., Path]) -> None:
    _, rows = preview(cases, write(JANUARY, case(("W", "Wim"))), 1)
    assert rows[0].mapped is not None
    told = {e.id.split("/")[1]: {**e.key_properties, **e.properties} for e in rows[0].mapped.entities if e.own or e.type != "Person"}
    assert {told[t]["compartment"] for t in ("Person", "Phone", "Address")} == {"cases/witness"}


class Place:
    """Where all examples run. Not a dataclass: Hypothesis prints its arguments, and an ontology is long."""

    def __init__(self, bench: Bench, source: LoadedSource) -> None:
        self.bench, self.source = bench, source


@pytest.fixture(scope="module")
def place(session_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("loaders")
    (folder / "source.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "policy.yaml").write_text(HEAD + CATEGORIES + POLICY, encoding="utf-8")
    return Place(Bench(session_graph, tmp_path_factory.mktemp("home")), load_source(folder))


people = st.lists(st.tuples(st.sampled_from(["S", "W", "W", "none", "X"]), st.sampled_from(["Ann", "Bob"])), min_size=1, max_size=3)
one_file = st.tuples(
    st.sampled_from([JANUARY, FEBRUARY, MARCH]),
    st.lists(st.tuples(st.sampled_from("12"), people), min_size=1, max_size=3),
    st.booleans(),
)


@pytest.mark.neo4j
@settings(max_examples=100 if FULL else 10, deadline=None, derandomize=not FULL, suppress_health_check=list(HealthCheck))
@given(files=st.lists(one_file, min_size=2, max_size=5, unique_by=lambda f: str(f[1])), seed=st.integers(0, 999))
def test_any_order_gives_the_same_compartments(place: Place, files: list[tuple[str, list[Any], bool]], seed: int) -> None:
    bench, random = place.bench, Random(seed)
    with TemporaryDirectory() as folder:
        paths = []
        for number, (day, rows, full) in enumerate(files):
            path = Path(folder) / f"cases-{number}-{day}.jsonl"
            path.write_text("".join(json.dumps(case(*told, no=no)) + "\n" for no, told in rows))
            paths.append((path, full))
        graphs = []
        for _ in range(3):
            bench.wipe()
            for path, full in random.sample(paths, len(paths)):
                bench.load(place.source, [path], full=full, batch_rows=random.choice([1, 2, 100]))
            lie(bench)
            bench.join()
            graphs.append(bench.lines())
        assert all(one == other for one, other in pairwise(graphs))
        # What a person has lies with them, and every statement of sameness says where its ends are.
        apart = "MATCH (p:Person)-[r:HAS_PHONE|LIVES_AT]->(a) WHERE r.seq_to IS NULL AND p.compartment <> a.compartment RETURN r.id AS id"
        assert bench.ask(apart) == []
        told = "MATCH (a)-[s:SAME_AS]->(b) WHERE s.seq_to IS NULL RETURN s.compartments AS c, [a.compartment, b.compartment] AS ends"
        assert all(row["c"] == sorted({*row["ends"]}) for row in bench.ask(told))
