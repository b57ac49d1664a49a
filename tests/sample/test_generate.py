"""The sample world as files: repeatable, complete, of the formats that it promises, and no easier than it should be."""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import struct
import zlib
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import stdnum.iban
import stdnum.no.orgnr

from graphsvc.errors import Conflict, InputError
from graphsvc.sample import SOURCES, Manifest, generate

World = tuple[Path, Manifest]

# SHA-256 (its start) of what version 1 wrote for 100 people and seed 1; of the reads, unpacked and without the columns of photographs.
OF_VERSION_1 = {
    "company_register/companies-2024-06-30.csv": "ace09069bbc516ef",
    "company_register/officers-2024-06-30.csv": "5730aae52594784d",
    "company_register/shareholdings-2024-06-30.csv": "e8cecd39f2b8227e",
    "case_files/cases-2024-06-30.jsonl": "340b217b376de28f",
    "vehicle_register/vehicles-2024-06-30.csv": "190efcf701c51e36",
    "plate_reads/reads-2024-06-30.csv.gz": "d234e84636438b4c",
    "utility_bills/contracts-2024-06-30.csv": "e18729c7159e3bb4",
    "phone_subscriptions/subscriptions-2024-06-30.tsv": "e5d4f13b5ee8d37c",
    "bank_transfers/customers-2024-06-30.csv": "508fa0d76324647e",
    "bank_transfers/accounts-2024-06-30.csv": "6e2260a39688b5f7",
    "bank_transfers/transfers-2024-06-30.csv": "84cb8e698ca5b013",
    "truth/people.csv": "b2dcd8ad1acc0baa",
    "truth/planted.jsonl": "865ef9b2cbe0e8ff",
    "truth/mentions.csv": "9b138ab2ca41ce7d",
}
NEW_SINCE = {
    *("border_crossings/crossings-2024-06-30.csv", "truth/crossings.csv"),
    *("statistics/given_names.csv", "statistics/family_names.csv"),
}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    out = tmp_path_factory.mktemp("sample") / "world"
    return out, generate(2_000, 1, out)


def read(out: Path, source: str, name: str, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    (path,) = (out / source).glob(f"{name}-*")
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(data.decode(encoding).splitlines(keepends=True), delimiter=delimiter))


def planted(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "truth/planted.jsonl").read_text(encoding="utf-8").splitlines()]


def cases(out: Path) -> list[dict[str, Any]]:
    (path,) = (out / "case_files").glob("*.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_manifest_tells_rows_and_sums_of_every_file(world: World) -> None:
    out, manifest = world
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (told["version"], told["people"], told["seed"]) == ("3", 2_000, 1)
    on_disk = {str(p.relative_to(out).as_posix()) for p in out.rglob("*") if p.is_file()} - {"manifest.json"}
    assert {f["name"] for f in told["files"] + told["photos"]} == on_disk
    assert {name.split("/")[0] for name in on_disk} == {*SOURCES, "truth", "photos", "statistics"}
    for file in manifest.files + manifest.photos:
        assert sha256((out / file.name).read_bytes()).hexdigest() == file.sha256
        if file.name.endswith(".csv") and "companies" not in file.name:
            assert file.rows == (out / file.name).read_bytes().count(b"\n") - 1


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(world: World, tmp_path: Path) -> None:
    _, manifest = world
    assert generate(2_000, 1, tmp_path / "again").files == manifest.files
    other = generate(2_000, 2, tmp_path / "other").files
    assert all(a.sha256 != b.sha256 for a, b in zip(manifest.files, other, strict=True))


def test_what_version_1_wrote_is_as_it_was_but_for_the_photo_columns(tmp_path: Path) -> None:
    for file in generate(100, 1, tmp_path / "world").files:
        data = (tmp_path / "world" / file.name).read_bytes()
        if file.name.endswith(".gz"):
            rows = csv.reader(gzip.decompress(data).decode("utf-8").splitlines())
            data = "\n".join(",".join(row[:9]) for row in rows).encode()
        if file.name not in NEW_SINCE:
            assert sha256(data).hexdigest().startswith(OF_VERSION_1[file.name]), file.name


def test_every_read_refers_to_two_pictures_that_are_there(world: World) -> None:
    out, manifest = world
    named = {Path(photo.name).stem for photo in manifest.photos}
    assert len(named) == 128
    for photo in manifest.photos:
        data = (out / photo.name).read_bytes()
        assert data.startswith(b"\x89PNG") and sha256(data).hexdigest() == Path(photo.name).stem == photo.sha256
        start = data.index(b"IDAT")
        (size,) = struct.unpack(">I", data[start - 4 : start])
        (crc,) = struct.unpack(">I", data[start + 4 + size : start + 8 + size])
        width, height = struct.unpack(">II", data[16:24])
        assert zlib.crc32(data[start : start + 4 + size]) == crc
        assert len(zlib.decompress(data[start + 4 : start + 4 + size])) == (width // 2 + 1) * height
    reads = read(out, "plate_reads", "reads")
    assert {r["photo_overview"] for r in reads} | {r["photo_plate"] for r in reads} == named
    assert not {r["photo_overview"] for r in reads} & {r["photo_plate"] for r in reads}


def test_border_crossings_are_told_apart_from_the_other_truth(world: World) -> None:
    out, _ = world
    rows = read(out, "border_crossings", "crossings")
    assert {r["direction"] for r in rows} == {"in", "out"}
    assert any(r["plate"] for r in rows) and any(not r["plate"] for r in rows)
    assert all(r["document_no"].startswith("XV") and r["crossed_at"].endswith("+02:00") for r in rows)
    truth = list(csv.DictReader((out / "truth/crossings.csv").read_text(encoding="utf-8").splitlines()))
    assert {r["traveller_no"] for r in rows} == {r["key"] for r in truth}
    assert "border_crossings" not in (out / "truth/mentions.csv").read_text(encoding="utf-8")


def test_each_source_has_its_format(world: World) -> None:
    out, _ = world
    (companies,) = (out / "company_register").glob("companies-*")
    assert b"\r\n" in companies.read_bytes()
    rows = read(out, "company_register", "companies", "cp1252", ";")
    assert any("\n" in r["object"] for r in rows)
    with pytest.raises(UnicodeDecodeError):
        companies.read_bytes().decode("utf-8")
    (vehicles,) = (out / "vehicle_register").glob("vehicles-*")
    assert vehicles.read_bytes().startswith(codecs.BOM_UTF8)
    reads = read(out, "plate_reads", "reads")
    assert any(r["lon"] == "NA" for r in reads) and any(r["jurisdiction"] == "NA" for r in reads)
    assert {c["status"] for c in cases(out)} == {"completed", "open"}
    categories = {p["category"] for c in cases(out) for p in c["persons"]}
    assert categories == {"suspect", "convicted", "victim", "witness", "contact"}


def test_events_have_no_key_and_some_are_equal(world: World) -> None:
    out, _ = world
    for source, name in (("plate_reads", "reads"), ("bank_transfers", "transfers")):
        seen = Counter(tuple(r.values()) for r in read(out, source, name))
        assert 0 < sum(n - 1 for n in seen.values()) < 0.02 * len(seen)


def test_keys_are_unique_where_specs_rely_on_them(world: World) -> None:
    out, _ = world
    for source, name, encoding, delimiter, key in (
        ("company_register", "companies", "cp1252", ";", ("company_no",)),
        ("company_register", "officers", "cp1252", ";", ("company_no", "person_no", "role")),
        ("company_register", "shareholdings", "cp1252", ";", ("company_no", "holder_kind", "holder_no")),
        ("vehicle_register", "vehicles", "utf-8-sig", ",", ("plate", "role", "holder_no")),
        ("utility_bills", "contracts", "utf-8", "|", ("contract_no",)),
        ("phone_subscriptions", "subscriptions", "utf-8", "\t", ("number", "role", "customer_no")),
        ("border_crossings", "crossings", "utf-8", ",", ("crossing_no",)),
        ("bank_transfers", "customers", "utf-8", ",", ("customer_no",)),
        ("bank_transfers", "accounts", "utf-8", ",", ("iban", "customer_no")),
    ):
        counts = Counter(tuple(r[k] for k in key) for r in read(out, source, name, encoding, delimiter))
        assert max(counts.values()) == 1, (source, name)
    assert max(Counter(c["case_no"] for c in cases(out)).values()) == 1


def test_validators_accept_the_numbers(world: World) -> None:
    out, _ = world
    for r in read(out, "company_register", "companies", "cp1252", ";"):
        assert stdnum.no.orgnr.is_valid(r["company_no"]) and r["company_no"][0] not in "89"
    for r in read(out, "bank_transfers", "transfers"):
        assert stdnum.iban.is_valid(r["from_iban"]) and stdnum.iban.is_valid(r["to_iban"])
    spelt = {r["phone"] for r in read(out, "utility_bills", "contracts", delimiter="|") if r["phone"]}
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number, "GB")) for number in spelt)
    assert {text[:3] for text in spelt} >= {"056", "+44", "004", "(05"}


def test_every_person_that_a_source_names_is_in_the_truth(world: World) -> None:
    out, _ = world
    truth: dict[tuple[str, str], str] = {}
    for r in csv.DictReader((out / "truth/mentions.csv").read_text(encoding="utf-8").splitlines()):
        assert (r["source"], r["key"]) not in truth
        truth[r["source"], r["key"]] = r["true_id"]
    named = {("case_files", f"{c['case_no']}/{p['ref']}") for c in cases(out) for p in c["persons"]}
    named |= {("company_register", r["person_no"]) for r in read(out, "company_register", "officers", "cp1252", ";")}
    named |= {("company_register", r["company_no"]) for r in read(out, "company_register", "companies", "cp1252", ";")}
    named |= {("vehicle_register", r["holder_no"]) for r in read(out, "vehicle_register", "vehicles", "utf-8-sig")}
    named |= {("utility_bills", r["customer_no"]) for r in read(out, "utility_bills", "contracts", delimiter="|")}
    named |= {("phone_subscriptions", r["customer_no"]) for r in read(out, "phone_subscriptions", "subscriptions", delimiter="\t")}
    named |= {("bank_transfers", r["customer_no"]) for r in read(out, "bank_transfers", "customers")}
    assert named == truth.keys()
    holders = {("company_register", r["holder_no"]) for r in read(out, "company_register", "shareholdings", "cp1252", ";")}
    gone = holders - named  # struck-off companies: told as owners, their own row missing
    assert 0 < len(gone) < 0.1 * len(holders)


def test_planted_connections_take_at_least_three_sources_and_no_plate_reads(world: World) -> None:
    out, manifest = world
    chains = planted(out)
    assert len(chains) == manifest.planted == 20
    assert sum(c["exact"] for c in chains) == manifest.exact >= 4
    people: Counter[str] = Counter()
    for chain in chains:
        assert len(set(chain["sources"])) >= 3 and not {"plate_reads", "border_crossings"} & set(chain["sources"])
        assert chain["links"] <= 6
        people.update([chain["a"], chain["b"], *(t["true_id"] for t in chain["middle"] if t["type"] == "Person")])
    assert max(people.values()) == 1  # nobody is part of two, so that no chain is a short cut of another


def test_a_planted_fact_is_told_by_its_source(world: World) -> None:
    out, _ = world
    officers = {(r["company_no"], r["person_no"]) for r in read(out, "company_register", "officers", "cp1252", ";")}
    chains = [c for c in planted(out) if c["kind"] == "exact" and c["sources"][0] == "company_register"]
    assert chains
    for chain in chains:
        company, address, person, phone = chain["middle"]
        assert (company["value"], chain["ask"]["from"]["key"]) in officers
        (contract,) = [
            r
            for r in read(out, "utility_bills", "contracts", delimiter="|")
            if r["customer_no"] == person["told"][0]["key"] and r["supply_street"] == address["value"]["street"]
        ]
        written = phonenumbers.format_number(phonenumbers.parse(contract["phone"], "GB"), phonenumbers.PhoneNumberFormat.E164)
        assert written == phone["value"]


def test_agents_addresses_are_hubs(world: World) -> None:
    out, _ = world
    offices = Counter(
        (r["registered_street"], r["registered_number"], r["registered_postcode"])
        for r in read(out, "company_register", "companies", "cp1252", ";")
    )
    assert offices.most_common(1)[0][1] > 30


@pytest.mark.parametrize(("people", "seed"), [(99, 1), (5_000_001, 1), (2_000, -1)])
def test_impossible_worlds_are_refused(people: int, seed: int, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        generate(people, seed, tmp_path)


def test_the_smallest_world_is_whole(tmp_path: Path) -> None:
    assert generate(100, 7, tmp_path).planted == 20


def test_a_folder_in_use_is_refused_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(Conflict, match="not empty"):
        generate(100, 1, tmp_path)
    generate(100, 1, tmp_path, force=True)
    assert (tmp_path / "mine.txt").read_text() == "keep"
    with pytest.raises(Conflict, match="not a folder"):
        generate(100, 1, tmp_path / "mine.txt")


def test_progress_adds_up_to_the_rows(tmp_path: Path) -> None:
    told: Counter[str] = Counter()
    manifest = generate(300, 3, tmp_path, lambda file, rows: told.update({file: rows}))
    assert told == {f.name: f.rows for f in manifest.files}
