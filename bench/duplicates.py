"""The two published sets of duplicates as tables of people, with the truth, and what others make of them: exact match and plain Splink.

The sets lie in `shared/data/people-duplicates` beside the repository, and nothing of them is committed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from graphsvc.resolution.tables import PEOPLE

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "people-duplicates"
Pairs = set[tuple[str, str]]
_SEED = 1


@dataclass(frozen=True)
class Set:
    """`people` for resolution, `rows` as the set has them for the others, `cluster` of each id."""

    name: str
    people: pa.Table
    rows: pa.Table
    cluster: dict[str, str]
    plain: Callable[[pa.Table], Pairs]
    exact: tuple[str, ...]

    def truth(self) -> Pairs:
        """All pairs of ids of one cluster."""
        members: dict[str, list[str]] = {}
        for id, cluster in self.cluster.items():
            members.setdefault(cluster, []).append(id)
        return {pair for ids in members.values() for pair in combinations(sorted(ids), 2)}


def febrl3(*, with_number: bool) -> Set:
    """febrl-dataset3; without its social-security number if so asked."""
    rows = [{name.strip(): value.strip() or None for name, value in row.items()} for row in _read("febrl-dataset3.csv")]
    people = []
    for row in rows:
        born = row["date_of_birth"]
        # Either line may be the street.
        lines = dict.fromkeys((row["address_1"], row["address_2"] or row["address_1"]))
        addresses = [
            {
                "text": None, "street": line, "house": row["street_number"], "postcode": row["postcode"], "city": row["suburb"],
                "country": None, "since": None, "until": None,
            }
            for line in lines
        ]  # fmt: skip
        people.append(
            {
                **_person(row["rec_id"], row["given_name"], row["surname"]),
                "born": f"{born[:4]}-{born[4:6]}-{born[6:]}" if born and len(born) == 8 else None,
                "addresses": addresses,
                "identifiers": [f"soc_sec_id|{row['soc_sec_id']}|au"] if with_number and row["soc_sec_id"] else [],
            }
        )
    if not with_number:
        for row in rows:
            del row["soc_sec_id"]
    cluster = {row["rec_id"]: row["rec_id"].split("-")[1] for row in rows}
    exact = ("given_name", "surname", "date_of_birth")
    name = "febrl3" if with_number else "febrl3 without the number"
    return Set(name, _table(people), pa.Table.from_pylist(rows), cluster, _plain_febrl, exact)


def fake_1000() -> Set:
    rows = [{name: value or None for name, value in row.items()} for row in _read("fake_1000.csv")]
    people = []
    for row in rows:
        address = {name: None for name in ("text", "street", "house", "postcode", "country", "since", "until")}
        people.append(
            {
                **_person(row["unique_id"], row["first_name"], row["surname"]),
                "born": row["dob"],
                "addresses": [{**address, "city": row["city"]}] if row["city"] else [],
                "emails": [row["email"].lower()] if row["email"] else [],
            }
        )
    cluster = {row["unique_id"]: str(row["cluster"]) for row in rows}
    rows = [{k: v for k, v in row.items() if k != "cluster"} for row in rows]
    return Set("fake_1000", _table(people), pa.Table.from_pylist(rows), cluster, _plain_fake, ("first_name", "surname", "dob"))


def exact_match(data: Set) -> Pairs:
    """Equal in the set's name and date of birth, all told."""
    key = "unique_id" if "unique_id" in data.rows.column_names else "rec_id"
    groups: dict[tuple[Any, ...], list[str]] = {}
    for row in data.rows.to_pylist():
        value = tuple(row[name] for name in data.exact)
        if None not in value:
            groups.setdefault(value, []).append(str(row[key]))
    return {pair for ids in groups.values() for pair in combinations(sorted(ids), 2)}


def _plain_febrl(rows: pa.Table) -> Pairs:
    """As Splink's documentation links febrl: names, date and postcode blocked, its library's comparisons."""
    comparisons = [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True),
        cl.LevenshteinAtThresholds("street_number"),
        cl.JaroWinklerAtThresholds("address_1"),
        cl.ExactMatch("suburb").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ]
    if "soc_sec_id" in rows.column_names:
        comparisons.insert(3, cl.LevenshteinAtThresholds("soc_sec_id"))
    blocking = [
        block_on("given_name", "surname"), block_on("date_of_birth"), block_on("surname", "postcode"), block_on("given_name", "postcode"),
        *([block_on("soc_sec_id")] if "soc_sec_id" in rows.column_names else []),
    ]  # fmt: skip
    return _plain(rows, "rec_id", comparisons, blocking, (block_on("date_of_birth"), block_on("surname", "given_name")))


def _plain_fake(rows: pa.Table) -> Pairs:
    """The comparisons of Splink's quick start; more blocking than it has, so that the peer does not miss for want of candidates."""
    comparisons = [
        cl.NameComparison("first_name"),
        cl.JaroAtThresholds("surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ]
    blocking = [block_on("first_name"), block_on("surname"), block_on("dob"), block_on("email")]
    return _plain(rows, "unique_id", comparisons, blocking, (block_on("dob"), block_on("first_name", "surname")))


def _plain(rows: pa.Table, key: str, comparisons: list[Any], blocking: list[Any], training: tuple[Any, ...]) -> Pairs:
    api = DuckDBAPI()
    api.duckdb_con.execute("SET threads = 1")
    settings = SettingsCreator("dedupe_only", comparisons, blocking, unique_id_column_name=key)
    linker = Linker(api.register(rows), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(list(training), recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=_SEED)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.9).as_pyarrow_table()
    left, right = (found[f"{key}_{side}"].to_pylist() for side in "lr")
    return {(min(str(a), str(b)), max(str(a), str(b))) for a, b in zip(left, right, strict=True)}


def _read(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _person(id: str, first: str | None, last: str | None) -> dict[str, Any]:
    full = " ".join(filter(None, (first, last)))
    return {"id": id, "source": "duplicates", "numbered": False, "names": [full] if full else [], "first": first or "", "last": last or ""}


def _table(people: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(sorted(people, key=lambda person: str(person["id"])), schema=PEOPLE)
