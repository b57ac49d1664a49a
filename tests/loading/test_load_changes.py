"""Rows that change: what only the older version said is retired, what comes back is revived, nothing asserted is deleted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testbed import Bench

from graphsvc.loading.specfile import LoadedSource
from graphsvc.policy.vault import Vault

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
    key: [no]
    entities:
      it:
        type: {column: kind, map: {c: Company, p: Person}}
        key_space: LegalEntity
        key: [who]
        properties: {name: name, status: status}
      boss: {type: LegalEntity, key_space: LegalEntity, key: [boss]}
      home: {type: Address, key: {full: home}}
    links:
      runs: {type: DIRECTOR_OF, from: boss, to: it, properties: {role: status}}
      at: {type: REGISTERED_AT, from: it, to: home}
  deals:
    files: ["deals-*.csv"]
    format: {kind: csv}
    key: [deal]
    entities:
      a: {type: Account, key: {number: from}}
      b: {type: Account, key: {number: to}}
    links:
      paid: {type: TRANSFERRED_TO, from: a, to: b, properties: {reference: text}}
""".replace("[no]", '["no"]')
JANUARY, FEBRUARY, MARCH = "2024-01-31", "2024-02-29", "2024-03-31"


@pytest.fixture
def firms(make_source: Callable[..., LoadedSource]) -> LoadedSource:
    return make_source(SPEC)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A file of the table `firms` with the given day and rows."""

    def write(day: str, *rows: dict[str, Any], name: str = "firms") -> Path:
        path = tmp_path / f"{name}-{day}.jsonl"
        path.write_text("".join(json.dumps({"kind": "c", **row}) + "\n" for row in rows))
        return path

    return write


A = {"no": "1", "who": "A", "name": "Acme", "boss": "B", "home": "High Street 1"}
MOVED = {**A, "boss": "C", "home": "Low Street 2"}


def in_force(bench: Bench) -> set[str]:
    return {
        row["id"]
        for row in bench.ask(
            "MATCH (n:Entity) WHERE n.seq_to IS NULL RETURN n.id AS id"
            " UNION ALL MATCH (a:Entity)-[r]->(b:Entity) WHERE r.seq_to IS NULL RETURN type(r) + ' ' + a.id + ' ' + b.id AS id"
        )
    }


WITH_A = {
    *("firms/LegalEntity/A", "firms/LegalEntity/B", "firms/Address/High%20Street%201"),
    "DIRECTOR_OF firms/LegalEntity/B firms/LegalEntity/A",
    "REGISTERED_AT firms/LegalEntity/A firms/Address/High%20Street%201",
}


def test_a_new_version_retires_what_only_the_old_one_said(bench: Bench, firms: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(firms, [write(JANUARY, A)])
    assert in_force(bench) == WITH_A
    bench.load(firms, [write(FEBRUARY, MOVED)])
    assert in_force(bench) == {
        *("firms/LegalEntity/A", "firms/LegalEntity/C", "firms/Address/Low%20Street%202"),
        "DIRECTOR_OF firms/LegalEntity/C firms/LegalEntity/A",
        "REGISTERED_AT firms/LegalEntity/A firms/Address/Low%20Street%202",
    }
    # Retired, not deleted: with the seq at which it went, and its record still there.
    seq = bench.one("MATCH (s:Seq) RETURN s.value")
    assert bench.one("MATCH (n {id: 'firms/LegalEntity/B'}) RETURN n.seq_to") == seq
    assert bench.one("MATCH ({id: 'firms/LegalEntity/B'})-[r:DIRECTOR_OF]->() RETURN r.seq_to") == seq
    versions = bench.ask("MATCH (r:Record) RETURN r.version AS v, r.as_of AS day, r.seq_to IS NULL AS now ORDER BY v")
    assert versions == [{"v": 1, "day": [JANUARY], "now": False}, {"v": 2, "day": [FEBRUARY], "now": True}]


def test_an_older_version_that_comes_late_changes_nothing_in_force(bench: Bench, firms: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(firms, [write(FEBRUARY, MOVED)])
    before = in_force(bench)
    bench.load(firms, [write(JANUARY, A)])
    assert in_force(bench) == before
    versions = bench.ask("MATCH (r:Record) RETURN r.version AS v, r.as_of AS day, r.seq_to IS NULL AS now ORDER BY v")
    assert versions == [{"v": 1, "day": [JANUARY], "now": False}, {"v": 2, "day": [FEBRUARY], "now": True}]


def test_a_row_that_reverts_is_revived_with_its_history(bench: Bench, firms: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(firms, [write(JANUARY, A)])
    bench.load(firms, [write(FEBRUARY, MOVED)])
    bench.load(firms, [write(MARCH, A)])
    assert in_force(bench) == WITH_A
    histories = bench.ask(
        "MATCH (n {id: 'firms/LegalEntity/B'})-[r:DIRECTOR_OF]->() MATCH (v:Record {id: r.records[0]})"
        " RETURN n.seq_history AS n, r.seq_history AS r, v.seq_history AS v, n.seq_from AS begun, r.seq_to AS ended, v.as_of AS days"
    )
    assert histories == [{"n": [1, 2], "r": [1, 2], "v": [1, 2], "begun": 3, "ended": None, "days": [JANUARY, MARCH]}]
    batches = bench.ask("MATCH (b:Batch) RETURN b.seq AS seq, b.added AS added, b.retired AS retired ORDER BY seq")
    assert "firms/LegalEntity/B" in batches[0]["added"]
    assert "firms/LegalEntity/B" in batches[1]["retired"]
    assert "firms/LegalEntity/B" in batches[2]["added"]


def test_a_keyed_event_whose_ends_change_is_another_link(bench: Bench, firms: LoadedSource, tmp_path: Path) -> None:
    for day, to in ((JANUARY, "x2"), (FEBRUARY, "x3")):
        path = tmp_path / f"deals-{day}.csv"
        path.write_text(f"deal,from,to,text\nd1,x1,{to},rent\n")
        bench.load(firms, [path])
    rows = bench.ask("MATCH (a)-[r:TRANSFERRED_TO]->(b) RETURN a.number AS a, b.number AS b, r.seq_to IS NULL AS now ORDER BY b")
    assert rows == [{"a": "x1", "b": "x2", "now": False}, {"a": "x1", "b": "x3", "now": True}]


def test_rows_gone_from_a_full_load_are_retired_and_come_back(bench: Bench, firms: LoadedSource, write: Callable[..., Path]) -> None:
    other = {**A, "no": "2", "who": "Z", "name": "Zeta"}
    bench.load(firms, [write(JANUARY, A, other)])
    gone = bench.load(firms, [write(FEBRUARY, A)], full=True).report
    assert gone.retired == 1
    assert in_force(bench) == WITH_A
    # A file from before the full load says nothing of what is there after it.
    bench.load(firms, [write("2024-02-01", other)])
    assert in_force(bench) == WITH_A
    back = bench.load(firms, [write(MARCH, other)]).report
    assert back.records == 0
    assert "firms/LegalEntity/Z" in in_force(bench)


def test_a_party_that_no_row_describes_any_more_is_a_stub_of_the_type_it_is_referred_to_by(
    bench: Bench, firms: LoadedSource, write: Callable[..., Path]
) -> None:
    boss = {"no": "2", "who": "B", "kind": "p", "name": "Bea"}
    bench.load(firms, [write(JANUARY, A, boss)])
    assert bench.one("MATCH (n:Person {id: 'firms/LegalEntity/B'}) RETURN n.caption") == "Bea"
    bench.load(firms, [write(FEBRUARY, A)], full=True)
    (row,) = bench.ask("MATCH (n {id: 'firms/LegalEntity/B'}) RETURN labels(n) AS labels, n.type AS type, n.stub AS stub, n.name AS name")
    assert (set(row["labels"]), row["type"], row["stub"], row["name"]) == (
        {"Entity", "LegalEntity", "Src_firms"},
        "LegalEntity",
        True,
        None,
    )


def test_of_rows_that_disagree_the_latest_seen_counts(bench: Bench, firms: LoadedSource, write: Callable[..., Path]) -> None:
    first, second = {**A, "status": "on"}, {"no": "9", "who": "A", "name": "Acme", "kind": "p", "status": "off"}
    bench.load(firms, [write(JANUARY, first)])
    bench.load(firms, [write(FEBRUARY, second)])
    state = "MATCH (n {id: 'firms/LegalEntity/A'}) RETURN n.type + ' ' + n.status"
    assert bench.one(state) == "Person off"
    # Seen again, beside a new row that only refers to it: the first row is the later one now.
    bench.load(firms, [write(MARCH, {"no": "5", "who": "W", "boss": "A"}, first)])
    assert bench.one(state) == "Company on"


def test_a_changed_spec_maps_the_rows_given_again_anew(
    bench: Bench, firms: LoadedSource, write: Callable[..., Path], make_source: Callable[..., LoadedSource]
) -> None:
    # The new spec says less (no address) and other things (the role).
    text = SPEC.replace("      at: {type: REGISTERED_AT, from: it, to: home}\n", "").replace("role: status", "role: name")
    text = text.replace("      home: {type: Address, key: {full: home}}\n", "")
    changed = make_source(text)
    path = write(JANUARY, A)
    bench.load(firms, [path])
    again = bench.load(changed, [path]).report
    assert (again.records, again.unchanged) == (0, 1)
    assert in_force(bench) == {i for i in WITH_A if "Address" not in i}
    assert bench.one("MATCH ()-[r:DIRECTOR_OF]->() RETURN r.role") == "Acme"
    after = bench.lines()
    bench.wipe()
    bench.load(changed, [path])
    assert bench.lines() == after


def test_a_renamed_column_with_a_spec_that_follows_it(bench: Bench, make_source: Callable[..., LoadedSource], tmp_path: Path) -> None:
    spec = """
id: renamed
title: A publisher who renames a column
publisher: a test
licence: none
as_of: {file_name: '-(.*)\\.csv'}
tables:
  t:
    files: ["t-*.csv"]
    format: {kind: csv}
    key: [id]
    entities:
      it: {type: Person, key: [id], properties: {name: NAME}}
"""
    days = {JANUARY: "name", FEBRUARY: "full_name", MARCH: "full_name"}
    rows = {JANUARY: "1,Ann\n", FEBRUARY: "1,Ann\n", MARCH: "1,Eve\n"}
    for day, column in days.items():
        path = tmp_path / f"t-{day}.csv"
        path.write_text(f"id,{column}\n{rows[day]}")
        bench.load(make_source(spec.replace("NAME", column)), [path])
    assert bench.one("MATCH (n:Person) RETURN n.name") == "Eve"


def test_the_row_is_kept_verbatim_sealed_until_its_retention_ends(
    bench: Bench, make_source: Callable[..., LoadedSource], write: Callable[..., Path]
) -> None:
    firms = make_source(SPEC, "retention:\n  months: 1\n")
    path = write(JANUARY, A)
    bench.load(firms, [path])
    raw = path.read_bytes().rstrip(b"\n")
    row = "MATCH (r:Record) RETURN r.id AS id, r.raw AS raw, r.sha256 AS sha, r.expires_at AS until, r.line AS line, r.file_sha256 AS file"
    (record,) = bench.ask(row)
    vault = Vault(bench.home / "keys")
    assert (record["sha"], record["until"], record["line"]) == (hashlib.sha256(raw).hexdigest(), FEBRUARY, 1)
    assert record["file"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert vault.open("firms", "2024-02", record["id"], record["raw"]) == raw
    assert raw not in record["raw"]
    # Seen again later, it is kept longer, whichever file came first.
    bench.load(firms, [write(MARCH, A)])
    (record,) = bench.ask(row)
    assert record["until"] == "2024-04-30"
    assert vault.open("firms", "2024-04", record["id"], record["raw"]) == raw
    assert {p.name for p in (bench.home / "keys" / "firms").iterdir()} == {"2024-02.key", "2024-04.key"}


def test_equal_things_of_two_sources_are_the_same_as_long_as_both_say_so(
    bench: Bench, firms: LoadedSource, write: Callable[..., Path], make_source: Callable[..., LoadedSource]
) -> None:
    other = make_source(SPEC.replace("id: firms", "id: others"))
    bench.load(firms, [write(JANUARY, A)])
    bench.load(other, [write(JANUARY, {**A, "home": "HIGH STREET 1"})])
    bench.join()
    pairs = "MATCH (a)-[s:SAME_AS]->(b) WHERE s.seq_to IS NULL RETURN a.id AS a, b.id AS b, s.method AS method, s.compartments AS both"
    assert bench.ask(pairs) == [
        {
            "a": "firms/Address/High%20Street%201",
            "b": "others/Address/HIGH%20STREET%201",
            "method": "resolution",
            "both": ["firms", "others"],
        }
    ]
    bench.load(other, [write(FEBRUARY, {**A, "home": "Low Street 2"})])
    assert bench.ask(pairs) == []
    bench.load(other, [write(MARCH, {**A, "home": "HIGH STREET 1"})])
    assert bench.ask(pairs) == []
    bench.join()
    assert len(bench.ask(pairs)) == 1
