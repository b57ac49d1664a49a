"""The real sets of ../shared/data, loaded whole: every figure that their README states is met by what is in the graph."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from testbed import Bench

from graphsvc.loading.load import LoadResult
from graphsvc.loading.specfile import load_source

REPOSITORY = Path(__file__).parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
SPECS = REPOSITORY / "tests" / "specs"
RELATIONS = [
    *("OWNS", "VOTES_IN", "APPOINTS_BOARD_OF", "CONTROLS", "HAS_RIGHTS_IN"),
    *("FOUNDED", "HOLDS_OFFICE_IN", "FAMILY_OF", "DIRECTOR_OF", "CONTRACTS_WITH"),
]

pytestmark = [
    pytest.mark.neo4j,
    pytest.mark.skipif(not DATA.is_dir(), reason="the third-party sets are not in ../shared/data beside the repository"),
]


@dataclass
class Loaded:
    """A graph with sources loaded into it, and how that went."""

    bench: Bench
    results: dict[str, LoadResult]
    hash: str

    def one(self, text: str, **parameters: Any) -> Any:
        return self.bench.one(text, **parameters)


@pytest.fixture(scope="module")
def finbench(module_bench: Bench) -> Loaded:
    module_bench.wipe()
    result = module_bench.load(load_source(SPECS / "finbench"), _finbench_files())
    return Loaded(module_bench, {"finbench": result}, module_bench.hash())


def _finbench_files() -> list[Path]:
    return sorted((DATA / "finbench").glob("*.csv"))


class TestFinbench:
    def test_every_row_is_accepted_and_becomes_a_record(self, finbench: Loaded) -> None:
        report = finbench.results["finbench"].report
        assert (report.rows, report.accepted, report.rejected) == (132_058, 132_058, {})
        assert finbench.one("MATCH (r:Record) WHERE r.seq_to IS NULL RETURN count(r)") == report.accepted
        assert finbench.results["finbench"].rejects is None

    def test_entities_and_links(self, finbench: Loaded) -> None:
        assert finbench.one("MATCH (n:Entity) WHERE n.stub IS NULL RETURN count(n)") == 14_053
        assert finbench.one("MATCH (:Entity)-[r]->(:Entity) RETURN count(r)") == 118_005
        stubs = "MATCH (n:Entity)-[r]-(:Entity) WHERE n.stub RETURN count(DISTINCT r)"
        assert finbench.one(stubs) == 173
        assert finbench.one(stubs.replace("WHERE", "WHERE n.type = 'Person' AND")) == 95
        assert finbench.one(stubs.replace("WHERE", "WHERE n.type = 'Company' AND")) == 78
        assert finbench.results["finbench"].report.stubs == finbench.one("MATCH (n:Entity) WHERE n.stub RETURN count(n)")

    def test_one_key_of_two_types_is_two_entities(self, finbench: Loaded) -> None:
        keys: dict[str, set[str]] = {}
        # An account's id holds a digest; its number is the key.
        text = "MATCH (n:Entity) WHERE n.stub IS NULL RETURN coalesce(n.number, split(n.id, '/')[2]) AS key, n.type AS type"
        for row in finbench.bench.ask(text):
            keys.setdefault(row["key"], set()).add(row["type"])
        assert sum(len(types) > 1 for types in keys.values()) == 108  # three of them by three types

    def test_components_without_the_links_of_stubs(self, finbench: Loaded) -> None:
        finbench.bench.ask(
            "MATCH (n:Entity) WHERE n.stub IS NULL OPTIONAL MATCH (n)-[r]->(m:Entity) WHERE r.seq_to IS NULL AND m.stub IS NULL"
            " RETURN gds.graph.project('finbench', n, m)"
        )
        try:
            sizes = [
                row["n"]
                for row in finbench.bench.ask(
                    "CALL gds.wcc.stream('finbench') YIELD componentId RETURN componentId, count(*) AS n ORDER BY n DESC"
                )
            ]
        finally:
            finbench.bench.ask("CALL gds.graph.drop('finbench') YIELD graphName RETURN graphName")
        assert (len(sizes), sizes[0], sum(sizes)) == (635, 13_416, 14_053)

    def test_transfers(self, finbench: Loaded) -> None:
        rows = finbench.bench.ask(
            "MATCH (a)-[r:TRANSFERRED_TO]->(b) RETURN r.amount AS minor, r.amount_exact AS exact, a.id AS a, b.id AS b, r.id AS id"
        )
        amounts = [Decimal(row["exact"]) if row["exact"] else Decimal(row["minor"]) / 100 for row in rows]
        assert round(sum(amounts), 2) == Decimal("189644840434.59")
        pairs = Counter((row["a"], row["b"]) for row in rows)
        assert sum(n - 1 for n in pairs.values()) == 9_808
        assert sum(n for (a, b), n in pairs.items() if a == b) == 1

    def test_loading_again_changes_nothing(self, finbench: Loaded) -> None:
        batches = finbench.one("MATCH (b:Batch) RETURN count(b)")
        again = finbench.bench.load(load_source(SPECS / "finbench"), _finbench_files())
        assert (again.report.records, again.report.entities, again.report.links) == (0, 0, 0)
        assert again.report.unchanged == again.report.accepted == finbench.results["finbench"].report.accepted
        assert finbench.one("MATCH (b:Batch) RETURN count(b)") == batches
        assert finbench.bench.hash() == finbench.hash

    def test_files_in_reverse_order_give_the_same_graph(self, finbench: Loaded) -> None:
        finbench.bench.wipe()  # the last test of this class
        finbench.bench.load(load_source(SPECS / "finbench"), _finbench_files()[::-1])
        assert finbench.bench.hash() == finbench.hash


@pytest.fixture(scope="module")
def ownership(module_bench: Bench) -> Loaded:
    module_bench.wipe()
    results = {
        name: module_bench.load(load_source(SPECS / name), [DATA / "open-ownership" / f"{name.replace('_', '-')}.jsonl"])
        for name in ("open_ownership", "open_sanctions")
    }
    return Loaded(module_bench, results, module_bench.hash())


class TestOpenOwnership:
    def test_every_row_is_accepted(self, ownership: Loaded) -> None:
        reports = {name: (r.report.rows, r.report.accepted, r.report.records) for name, r in ownership.results.items()}
        # 58 rows of the register stand in the file twice, byte by byte.
        assert reports == {"open_ownership": (316, 316, 258), "open_sanctions": (24, 24, 24)}
        assert ownership.results["open_ownership"].report.duplicates == 58

    def test_relations_asserted(self, ownership: Loaded) -> None:
        asserted = sum(r.report.links_asserted for r in ownership.results.values())
        # An address and a passport are links as well; every row that gives one asserts one, or more with other papers.
        besides = sum(_besides(DATA / "open-ownership" / f"{name.replace('_', '-')}.jsonl") for name in ownership.results)
        assert asserted - besides == 809
        # The rows that stand twice say the same again, and some rows say one thing twice over: 601 statements are left.
        assert ownership.one("MATCH ()-[r]->() WHERE type(r) IN $types RETURN count(r)", types=RELATIONS) == 601

    def test_relations_as_the_rows_state_them(self, ownership: Loaded) -> None:
        # Each row's statements counted as often as its bytes stand in the file.
        rows = ownership.bench.ask(
            "MATCH (a)-[r]->(b) WHERE type(r) IN $types UNWIND r.records AS id"
            " MATCH (m:Record {id: id}) RETURN m.source AS source, m.sha256 AS sha, r.valid_from AS since, (a.stub OR b.stub) AS out",
            types=RELATIONS,
        )
        times = Counter[str]()
        for name in ownership.results:
            times.update(_row_hashes(DATA / "open-ownership" / f"{name.replace('_', '-')}.jsonl"))
        assert sum(times[row["sha"]] for row in rows) == 809
        assert sum(times[row["sha"]] for row in rows if row["since"]) == 771
        assert sum(times[row["sha"]] for row in rows if row["out"]) == 255

    def test_addresses(self, ownership: Loaded) -> None:
        assert ownership.one("MATCH (n:Address) RETURN count(n)") == 141

    def test_cyrillic_values_are_kept(self, ownership: Loaded) -> None:
        assert ownership.one("MATCH (n:Person) WHERE n.name = 'АХМЕД МАГОМЕДОВИЧ ПАЛАНКОЕВ' RETURN count(n)") == 1
        assert ownership.one("MATCH ()-[r:FOUNDED]->() WHERE r.role IN ['УчрФЛ', 'УчрЮЛРос'] RETURN count(r)") == 13

    def test_roles_become_the_types_that_they_mean(self, ownership: Loaded) -> None:
        types = {
            row["t"]: row["n"]
            for row in ownership.bench.ask(
                "MATCH ()-[r {source: 'open_sanctions'}]->() WHERE type(r) IN $types RETURN type(r) AS t, count(r) AS n", types=RELATIONS
            )
        }
        assert types == {
            "FOUNDED": 13,
            "HOLDS_OFFICE_IN": 6,
            "FAMILY_OF": 5,
            "DIRECTOR_OF": 2,
            "CONTROLS": 9,
            "OWNS": 2,
            "CONTRACTS_WITH": 1,
        }
        shares = ownership.bench.ask(
            "MATCH (a)-[r:OWNS]->(b) RETURN r.role AS role, r.percentMin AS low, r.percentMax AS high, b.type AS owned, b.stub AS stub"
        )
        known = {row["role"]: (row["low"], row["high"]) for row in shares}
        assert known["shareholding 25% 50%"] == (25, 50)
        assert known["shareholding 33.3%"] == (33.3, 33.3)
        assert known["Ownership of shares 25 to 50 percent"] == (25, 50)
        assert not [row for row in shares if row["owned"] == "Person"]

    def test_files_in_either_order(self, ownership: Loaded) -> None:
        ownership.bench.wipe()  # the last test of this class
        for name in ("open_sanctions", "open_ownership"):
            path = DATA / "open-ownership" / f"{name.replace('_', '-')}.jsonl"
            ownership.bench.load(load_source(SPECS / name), [path], batch_rows=17)
        assert ownership.bench.hash() == ownership.hash


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _row_hashes(path: Path) -> list[str]:
    return [hashlib.sha256(line).hexdigest() for line in path.read_bytes().splitlines()]


def _besides(path: Path) -> int:
    """How many addresses and passports the rows of a file give."""
    return sum(
        sum("ADDR_FULL" in a for a in row.get("ADDRESSES", [])) + sum("PASSPORT_NUMBER" in i for i in row.get("IDENTIFIERS", []))
        for row in _rows(path)
    )


@pytest.fixture(scope="module")
def plates(module_bench: Bench) -> Loaded:
    module_bench.wipe()
    result = module_bench.load(load_source(SPECS / "plate_reads_seattle"), [DATA / "plate-reads" / "reads-2021-10-01-to-04.csv.gz"])
    return Loaded(module_bench, {"plate_reads_seattle": result}, module_bench.hash())


class TestPlateReads:
    def test_reads_plates_and_devices(self, plates: Loaded) -> None:
        report = plates.results["plate_reads_seattle"].report
        assert (report.rows, report.accepted, report.rejected, report.links) == (35_486, 35_486, {}, 35_486)
        assert plates.one("MATCH (:Vehicle)-[r:READ_BY]->(:Device) RETURN count(r)") == 35_486
        assert plates.one("MATCH (v:Vehicle) RETURN count(v)") == 29_461
        assert plates.one("MATCH (d:Device) RETURN count(d)") == 7
        assert plates.one("MATCH ()-[r:READ_BY]->() WHERE r.location IS NULL RETURN count(r)") == 8_768
        assert plates.one("MATCH (v:Vehicle) WHERE COUNT { (v)-[:READ_BY]->() } >= 2 RETURN count(v)") == 3_019

    def test_the_hash_of_the_publisher_is_all_that_is_known_of_a_plate(self, plates: Loaded) -> None:
        names = plates.bench.ask("MATCH (v:Vehicle) UNWIND keys(v) AS name RETURN DISTINCT name")
        assert {row["name"] for row in names} == {"id", "source", "compartment", "type", "caption", "plateHash", "seq_from"}
        # The id does not even tell the hash.
        assert plates.one("MATCH (v:Vehicle) WHERE v.id CONTAINS v.plateHash RETURN count(v)") == 0

    def test_local_time_is_kept_as_utc_with_its_offset(self, plates: Loaded) -> None:
        row = plates.bench.ask(
            "MATCH (v:Vehicle {plateHash: $plate})-[r:READ_BY]->(d) RETURN r.at AS at, r.at_offset AS offset, r.location AS point,"
            " r.address AS address, r.beat AS beat, d.number AS device",
            plate="25c8f13178f8cdb543653a8d5ec8eb26d7f32d86",
        )[0]
        assert (row["at"], row["offset"]) == ("2021-10-03T10:53:03.000Z", "-07:00")
        assert tuple(row["point"]) == (-122.3360764, 47.6150657)
        assert (row["device"], row["beat"]) == ("SPD2020681MDC", "WEST 034028")
        assert row["address"] == "1925 8th Ave Seattle WA 98101 United States"
