"""The order of loading does not matter: files in any order and grouping, batches of any size, loads repeated: one graph.

The generated source has what makes order matter: versions, ties, absences, equal events, stubs, entities described by several
rows that disagree, types that narrow, attributes that several rows share, and a second source that meets it in them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from testbed import HEAD, POLICY, Bench

from graphsvc.graph.driver import Graph
from graphsvc.loading.specfile import LoadedSource, load_source

pytestmark = pytest.mark.neo4j

# `make test-full` looks longer. Each example is four to eight loads into the real Neo4j.
FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"
EXAMPLES = 150 if FULL else 12

SPEC = """
id: parts
title: Generated
publisher: a test
licence: none
null_words: ["", "NA"]
tables:
  parties:
    files: ["parties-*.jsonl"]
    format: {kind: jsonl}
    as_of: {file_name: '_(\\d{4}-\\d{2}-\\d{2})\\.'}
    key: [nr]
    entities:
      it:
        type: {column: kind, map: {c: Company, o: Organization, p: Person}}
        key_space: LegalEntity
        key: [who]
        properties:
          name: name
          status: status
          incorporationDate: {column: since, formats: ["%Y-%m-%d", "%Y-%m", "%Y"]}
      home:
        type: Address
        key: {full: {column: home, normalise: [collapse, upper]}}
      phone:
        type: Phone
        key: {number: phone}
      boss: {type: LegalEntity, key_space: LegalEntity, key: [boss]}
    links:
      lives: {type: REGISTERED_AT, from: it, to: home, valid_from: since}
      phones: {type: HAS_PHONE, from: it, to: phone, properties: {role: status}}
      runs: {type: DIRECTOR_OF, from: boss, to: it, properties: {role: name}}
  payments:
    files: ["payments-*.csv"]
    format: {kind: csv, delimiter: ";"}
    as_of: {row: day}
    entities:
      a: {type: Account, key: {number: from}}
      b: {type: Account, key: {number: to}}
      payer: {type: LegalEntity, key_space: LegalEntity, key: [payer]}
    links:
      paid: {type: TRANSFERRED_TO, from: a, to: b, required: true, properties: {at: day, amount: {column: amount, currency: EUR}}}
      holds: {type: HAS_ACCOUNT, from: payer, to: a}
  deals:
    files: ["deals-*.csv"]
    format: {kind: csv}
    as_of: {row: day}
    key: [deal]
    entities:
      a: {type: Account, key: {number: from}, properties: {bank: bank}}
      b: {type: Account, key: {number: to}}
    links:
      paid: {type: TRANSFERRED_TO, from: a, to: b, properties: {reference: bank}}
"""
OTHER = """
id: others
title: Generated too
publisher: a test
licence: none
tables:
  people:
    files: ["people-*.jsonl"]
    format: {kind: jsonl}
    as_of: {file_name: '_(\\d{4}-\\d{2}-\\d{2})\\.'}
    key: [nr]
    entities:
      it: {type: Person, key: [nr], properties: {name: name}}
      phone: {type: Phone, key: {number: phone}}
      home: {type: Address, key: [nr], properties: {full: home, street: street, houseNumber: street, postalCode: street, city: street}}
    links:
      phones: {type: HAS_PHONE, from: it, to: phone}
      lives: {type: LIVES_AT, from: it, to: home}
"""
RETENTION = "retention:\n  months: 24\n"

DAYS = ["2024-01-31", "2024-03-01", "2024-03-02"]
few = st.sampled_from
maybe = lambda values: few([None, *values])  # noqa: E731 - a strategy by a short name

party = st.fixed_dictionaries(
    {
        "nr": few(["1", "2", "3"]),
        "kind": few(["c", "c", "o", "p", "unknown"]),
        "who": few(["A", "B", "C/@,%"]),
        "name": maybe(["Ann", "Bob"]),
        "status": maybe(["on", "off"]),
        "since": maybe(["2019", "2019-05", "2019-05-01", "2020-02-02", "neither"]),
        "home": maybe(["High Street 1", "high  street 1", "Low Street 2"]),
        "phone": maybe(["+311", "+312"]),
        "boss": maybe(["A", "B", "D"]),
    }
)
payment = st.tuples(few(["x1", "x2", ""]), few(["x1", "x3"]), few(["A", "D", ""]), few(["10", "9.999", "ten"]), few(DAYS))
deal = st.tuples(few(["d1", "d2"]), few(["x1", "x2"]), few(["x1", "x3"]), few(["bank", "other bank", ""]), few([*DAYS, "2024-03"]))
person = st.fixed_dictionaries(
    {
        "nr": few(["1", "2"]),
        "name": few(["Ann", "Eve"]),
        "phone": few(["+311", "+312"]),
        "home": few(["HIGH STREET 1", "Low Street 2", ""]),
        "street": few(["", "", "s"]),
    }
)
# A file: its table, its rows, its day, whether it is given as all there is of its table.
one_file = st.one_of(
    st.tuples(st.just("parties"), st.lists(party, max_size=5), few(DAYS), st.booleans()),
    st.tuples(st.just("parties"), st.lists(party, min_size=2, max_size=5), few(DAYS), st.just(False)),
    st.tuples(st.just("payments"), st.lists(payment, max_size=5), few(DAYS), st.just(False)),
    st.tuples(st.just("deals"), st.lists(deal, max_size=4), few(DAYS), st.just(False)),
    st.tuples(st.just("people"), st.lists(person, max_size=4), few(DAYS), st.booleans()),
)
HEADS = {"payments": "from;to;payer;amount;day", "deals": "deal,from,to,bank,day"}


class World:
    """Generated files on disk, and ways to load them."""

    def __init__(self, bench: Bench, folder: Path, files: list[tuple[str, list, str, bool]], sources: dict[str, LoadedSource]) -> None:
        self.bench, self.sources = bench, sources
        self.files: list[tuple[str, Path, bool]] = []
        contents = set()
        for number, (table, rows, day, full) in enumerate(files):
            lines = (
                [json.dumps(row) for row in rows]
                if table not in HEADS
                else [HEADS[table], *map((";" if table == "payments" else ",").join, rows)]
            )
            text = "".join(f"{line}\n" for line in lines)
            if (text, table) in contents:
                continue  # one content is given once; loading it twice is another test
            contents.add((text, table))
            path = folder / f"{table}-{number}_{day}.{'csv' if table in HEADS else 'jsonl'}"
            path.write_text(text, encoding="utf-8")
            self.files.append(("others" if table == "people" else "parts", path, full))

    def load_all(self, random: Random) -> tuple[str, int]:
        """Load everything into an empty graph in a random order and grouping; returns the hash and how many rows were rejected."""
        self.bench.wipe()
        todo = list(self.files)
        random.shuffle(todo)
        rejected = 0
        while todo:
            source, path, full = todo.pop()
            paths = [path]
            # Sometimes several files in one load.
            while not full and todo and todo[-1][0] == source and not todo[-1][2] and random.random() < 0.5:
                paths.append(todo.pop()[1])
            if len({p.read_bytes() for p in paths}) < len(paths):
                paths = paths[:1]  # two empty tables are the same content
            result = self.bench.load(self.sources[source], paths, full=full, batch_rows=random.choice([1, 2, 3, 100]))
            report = result.report
            assert report.rows == report.accepted + report.rejected_total
            assert report.accepted == report.records + report.unchanged
            rejected += report.rejected_total
        return self.bench.hash(), rejected

    def lines(self) -> list[str]:
        return self.bench.lines()


class Place:
    """Where all examples run. Not a dataclass: Hypothesis prints its arguments, and an ontology is long."""

    def __init__(self, bench: Bench, sources: dict[str, LoadedSource]) -> None:
        self.bench, self.sources = bench, sources


@pytest.fixture(scope="module")
def place(session_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = {}
    for name, text, policy in (("parts", SPEC, RETENTION), ("others", OTHER, POLICY)):
        folder = tmp_path_factory.mktemp("loaders") / name
        folder.mkdir()
        (folder / "source.yaml").write_text(text, encoding="utf-8")
        (folder / "policy.yaml").write_text(HEAD + policy, encoding="utf-8")
        made[name] = load_source(folder)
    # One home: the deployment's key is part of the ids of phones and accounts.
    return Place(Bench(session_graph, tmp_path_factory.mktemp("home")), made)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not FULL,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(files=st.lists(one_file, min_size=2, max_size=7), seeds=st.tuples(st.integers(0, 999), st.integers(0, 999)))
def test_any_order_and_grouping_gives_the_same_graph(place: Place, files: list, seeds: tuple[int, int]) -> None:
    with TemporaryDirectory() as folder:
        world = World(place.bench, Path(folder), files, place.sources)
        first, rejected = world.load_all(Random(seeds[0]))
        before = world.lines()
        _everything_accepted_is_reachable(world.bench)
        _the_feed_agrees(world.bench)
        batches = world.bench.one("MATCH (b:Batch) RETURN count(b)")
        for source, path, full in world.files:
            again = world.bench.load(place.sources[source], [path], full=full, batch_rows=2).report
            assert (again.records, again.entities, again.links, again.retired) == (0, 0, 0, 0)
        assert world.bench.one("MATCH (b:Batch) RETURN count(b)") == batches
        assert world.bench.hash() == first
        second, rejected_again = world.load_all(Random(seeds[1]))
        assert world.lines() == before
        assert (second, rejected_again) == (first, rejected)


def _everything_accepted_is_reachable(bench: Bench) -> None:
    """Every record in force stands on an entity or a link in force, and none in force rests only on records that are not."""
    lost = bench.ask(
        "MATCH (r:Record) WHERE r.seq_to IS NULL"
        " OPTIONAL MATCH (n:Entity) WHERE n.seq_to IS NULL AND r.id IN n.records"
        " WITH r, count(n) AS entities OPTIONAL MATCH ()-[l]->() WHERE l.seq_to IS NULL AND r.id IN l.records"
        " WITH r, entities, count(l) AS links WHERE entities + links = 0 RETURN r.id AS id"
    )
    assert not lost
    groundless = bench.ask(
        "MATCH ()-[l]->() WHERE l.seq_to IS NULL AND l.records IS NOT NULL"
        " AND NOT EXISTS { MATCH (r:Record) WHERE r.id IN l.records AND r.seq_to IS NULL } RETURN l.id AS id"
    )
    assert not groundless
    hanging = bench.ask(
        "MATCH (a:Entity)-[l]->(b:Entity) WHERE l.seq_to IS NULL AND (a.seq_to IS NOT NULL OR b.seq_to IS NOT NULL) RETURN l.id AS id"
    )
    assert not hanging
    alone = bench.ask(
        "MATCH (n:Entity) WHERE n.seq_to IS NULL AND NOT EXISTS { MATCH (n)-[l]-() WHERE l.seq_to IS NULL AND NOT l:SAME_AS }"
        " AND NOT EXISTS { MATCH (r:Record) WHERE r.id IN n.records AND r.seq_to IS NULL } RETURN n.id AS id"
    )
    assert not alone


def _the_feed_agrees(bench: Bench) -> None:
    """Following the batches in order ends with what is in force, each thing with the seq at which it came or went."""
    in_force: dict[str, int] = {}
    retired: dict[str, int] = {}
    for batch in bench.ask("MATCH (b:Batch) RETURN b.seq AS seq, b.added AS added, b.retired AS retired ORDER BY b.seq"):
        for item in batch["added"]:
            in_force[item] = batch["seq"]
            retired.pop(item, None)
        for item in batch["retired"]:
            retired[item] = batch["seq"]
            in_force.pop(item, None)
    stored = bench.ask(
        "MATCH (n) WHERE n:Entity OR n:Record RETURN n.id AS id, n.seq_from AS begun, n.seq_to AS ended"
        " UNION ALL MATCH (:Entity)-[r]->(:Entity) RETURN r.id AS id, r.seq_from AS begun, r.seq_to AS ended"
    )
    assert {row["id"]: row["begun"] for row in stored if row["ended"] is None} == in_force
    assert {row["id"]: row["ended"] for row in stored if row["ended"] is not None} == retired
