"""Drafts of loader specs: right by the checks of every spec, able to map the file that they are of, and never written over anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from graphsvc.errors import Conflict, InputError
from graphsvc.loading.drafting.draft import Draft, drafted, tried, write
from graphsvc.sample import generate

DATA = Path(__file__).parents[3] / "shared" / "data"
REAL = sorted(
    path for folder in ("finbench", "people-duplicates", "plate-reads", "open-ownership") for path in (DATA / folder).glob("*s*.*")
)
REAL = [path for path in REAL if path.suffix in (".csv", ".gz", ".jsonl")]


def draft(path: Path, text: str | bytes) -> Draft:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return drafted(path)


def table(made: Draft) -> dict[str, Any]:
    """The one table of a draft."""
    [only] = yaml.safe_load(made.spec)["tables"].values()
    return only


def what(made: Draft) -> dict[str, str | None]:
    return {one.name: one.what for one in made.columns}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("drafting") / "world"
    generate(100, 1, out)
    return out


SAMPLE = (
    ("bank_transfers", "customers"),
    ("bank_transfers", "accounts"),
    ("bank_transfers", "transfers"),
    ("company_register", "companies"),
    ("company_register", "officers"),
    ("phone_subscriptions", "subscriptions"),
    ("utility_bills", "contracts"),
    ("vehicle_register", "vehicles"),
    ("plate_reads", "reads"),
    ("border_crossings", "crossings"),
    ("case_files", "cases"),
)


@pytest.mark.parametrize(("source", "name"), SAMPLE)
def test_a_draft_of_each_file_of_the_sample_world_maps_its_rows(world: Path, tmp_path: Path, source: str, name: str) -> None:
    [path] = (world / source).glob(f"{name}-*")
    made = drafted(path)
    write(made, tmp_path / "made")
    good, wrong = tried(tmp_path / "made", path, 100)
    assert good > 10 and len(wrong) <= good / 20, wrong


@pytest.mark.skipif(not DATA.is_dir(), reason="the third-party sets are not in ../shared/data beside the repository")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_a_draft_of_each_real_file_maps_its_rows(path: Path, tmp_path: Path) -> None:
    made = drafted(path)
    write(made, tmp_path / "made")
    good, wrong = tried(tmp_path / "made", path, 100)
    assert good > 10 and len(wrong) <= good / 20, wrong


def test_columns_are_taken_for_what_their_values_are(world: Path) -> None:
    [path] = (world / "bank_transfers").glob("customers-*")
    told = what(drafted(path))
    assert (told["given_names"], told["surname"], told["born"], told["phone"]) == ("given", "surname", "birth", "phone")
    assert (told["street"], told["postcode"], told["city"]) == ("street", "postcode", "city")
    made = drafted(path)
    assert table(made)["key"] == ["customer_no"] and "100% of its" in made.spec
    [path] = (world / "bank_transfers").glob("transfers-*")
    made = drafted(path)
    told = what(made)
    assert (told["from_iban"], told["to_iban"], told["booked_at"], told["amount"]) == ("iban", "iban", "time", "amount")
    assert "key" not in table(made) and "each row is an event, told apart by its bytes" in made.spec
    transfer = table(made)["links"]["transfer"]
    assert transfer["properties"]["amount"]["decimal"] == "," and transfer["properties"]["at"]["column"] == "booked_at"


@pytest.mark.parametrize(
    ("text", "delimiter", "encoding"),
    [
        ("a_no;name\n1;Ada\n2;Bo\n", ";", "utf-8"),
        ("a_no\tname\n1\tAda\n2\tBo\n", "\t", "utf-8"),
        ("a_no|name\n1|Ada, or so\n2|Bo, too\n", "|", "utf-8"),
        ('a_no,name\n1,"Ada; of Holm; the first"\n2,"Bo; too; yes"\n', ",", "utf-8"),
        ("a_no;name\n1;Åse\n2;Bo\n".encode("windows-1252"), ";", "windows-1252"),
        ("\ufeffa_no;name\n1;Åse\n2;Bo\n".encode("utf-16-le"), ";", "utf-16-le"),
    ],
)
def test_delimiter_and_encoding_are_found(tmp_path: Path, text: str | bytes, delimiter: str, encoding: str) -> None:
    form = table(draft(tmp_path / "list.csv", text))["format"]
    assert (form["delimiter"], form["encoding"]) == (delimiter, encoding)


def test_a_date_that_could_be_two_is_said_to_be(tmp_path: Path) -> None:
    made = draft(tmp_path / "list.csv", "person_no,name,born\n1,Ada,01/02/1971\n2,Bo,03/04/1980\n")
    [born] = [one for one in made.columns if one.name == "born"]
    assert born.reading == {"formats": ["%d/%m/%Y"]} and "%m/%d/%Y would fit as well" in made.spec
    sure = draft(tmp_path / "other.csv", "person_no,name,born\n1,Ada,01/22/1971\n2,Bo,03/04/1980\n")
    assert table(sure)["entities"]["person"]["properties"]["birthDate"]["formats"] == ["%m/%d/%Y"] and "as well" not in sure.spec


def test_json_lines_are_drafted_by_their_members_and_nested_ones_are_left(tmp_path: Path) -> None:
    rows = [{"id": str(n), "name": f"Ada {n}", "more": {"a": 1}, "odd.name": "x"} for n in range(5)]
    made = draft(tmp_path / "list.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert table(made)["format"] == {"kind": "jsonl", "encoding": "utf-8"} and table(made)["key"] == ["id"]
    assert "#   more:" in made.spec and "#   odd.name:" in made.spec


def test_parquet_is_drafted(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "list-2024-06-30.parquet"
    pq.write_table(pa.table({"company_no": ["12345678", "23456789"], "company_name": ["Holm", "Brandt"]}), path)
    made = drafted(path)
    assert table(made)["format"] == {"kind": "parquet"} and table(made)["files"] == ["list-*.parquet"]
    write(made, tmp_path / "made")
    assert tried(tmp_path / "made", path, 10) == (2, [])


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n  \n", "is empty"),
        ("header.csv", b"a_no,name\n", "no row that can be read"),
        ("headless.csv", b"1,Ada,1971-03-04\n2,Bo,1980-05-06\n", "no header line"),
        ("nameless.csv", b"a_no,\n1,Ada\n2,Bo\n", "no header line"),
        ("binary.csv", bytes(range(256)) * 20, "is no text"),
        ("book.xlsx", b"PK\x03\x04" + b"x" * 100, "spreadsheet"),
        ("list.json", b'[{"a": 1}]', "one JSON list"),
    ],
)
def test_what_can_not_be_drafted_is_an_error_that_says_so(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        draft(tmp_path / name, data)
    with pytest.raises(InputError, match="no such file"):
        drafted(tmp_path / "missing.csv")


def test_nothing_is_written_over_and_the_draft_permits_nothing(tmp_path: Path) -> None:
    made = draft(tmp_path / "list.csv", "a_no,name\n1,Ada\n2,Bo\n")
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "policy.yaml").write_text("mine")
    with pytest.raises(Conflict, match="is there already"):
        write(made, folder)
    assert (folder / "policy.yaml").read_text() == "mine" and not (folder / "source.yaml").exists()
    assert yaml.safe_load(made.policy)["rules"] == []


def test_names_of_columns_can_not_leave_their_place(tmp_path: Path) -> None:
    made = draft(tmp_path / "list.csv", 'a_no,"x\n  evil: {}",no,"a: b #c",name\n1,2,3,4,Ada\n2,3,4,5,Bo\n')
    assert list(table(made)["entities"]) == ["party"] and "evil" not in yaml.safe_load(made.spec)
