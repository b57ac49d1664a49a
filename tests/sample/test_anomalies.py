"""Planted anomalies: they leave the rest of the world as it is, and each is the rows that the truth names."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from graphsvc.errors import InputError
from graphsvc.sample import generate

MONTHS = 5


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("anomalies") / "world"
    generate(100, 1, out, anomalies=MONTHS)
    return out


def truth(world: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (world / "truth" / "anomalies.jsonl").read_text(encoding="utf-8").splitlines()]


def line(world: Path, row: dict[str, Any]) -> str:
    encoding = "cp1252" if "company_register" in row["file"] else "utf-8"
    return (world / row["file"]).read_bytes().decode(encoding).splitlines()[row["line"] - 1]


def test_the_files_without_anomalies_are_as_they_are_without_them(world: Path, tmp_path: Path) -> None:
    plain = {file.name: file.sha256 for file in generate(100, 1, tmp_path / "plain", months=1).files}
    both = {file.name: file.sha256 for file in generate(100, 1, tmp_path / "both", months=1, anomalies=MONTHS).files}
    there = {file["name"]: file["sha256"] for file in json.loads((world / "manifest.json").read_text(encoding="utf-8"))["files"]}
    assert plain.items() <= both.items() and there.items() <= both.items()
    assert {name.split("/")[0] for name in both.keys() - plain.keys()} == {"anomalies", "truth"}


def test_each_month_has_one_of_each_kind_of_single_things_and_one_of_counts(world: Path) -> None:
    kinds = {"many_at_once", "new_hub", "new_bridge", "circular_transfers", "ownership_cycle"}
    for month in range(1, MONTHS + 1):
        told = Counter(one["kind"] for one in truth(world) if one["month"] == month and one["kind"] != "correction")
        assert kinds < told.keys() and len(told) == 6 and set(told.values()) == {1}
    counted = [one["kind"] for one in truth(world) if one["kind"] not in kinds and one["kind"] != "correction"]
    assert counted == ["more_than_before", "source_silent", "source_doubled", "fewer_than_before", "more_than_before"]


def test_the_rows_that_make_it_are_where_the_truth_says(world: Path) -> None:
    for one in truth(world):
        rows = [line(world, row) for row in one["rows"]]
        assert all(
            row["file"].startswith(f"anomalies/{one['month']:02d}/{one['source']}/{one['table']}-") for row in one["rows"] if "table" in one
        )
        if one["kind"] == "circular_transfers":
            begins, ends = ([row.split(",")[column] for row in rows] for column in (1, 2))
            assert begins == [ends[-1], *ends[:-1]] and len(set(begins)) == len(rows) >= 3
            assert [row.split(",")[0] for row in rows] == sorted(row.split(",")[0] for row in rows)
        if one["kind"] == "new_hub":
            assert len({row.split(",")[2] for row in rows}) == 1 and len({row.split(",")[1] for row in rows}) == len(rows) >= 70
        if one["kind"] == "many_at_once" and one["table"] == "companies":
            assert len({tuple(row.split(";")[4:8]) for row in rows}) == 1 and len(rows) >= 10


def test_a_correction_tells_again_what_was_told_before(world: Path) -> None:
    [correction] = [one for one in truth(world) if one["kind"] == "correction"]
    earlier = "".join(
        file.read_bytes().decode("cp1252") for file in sorted((world / "anomalies").glob("0[0-2]/company_register/companies-*"))
    )
    rows = [line(world, row) for row in correction["rows"]]
    assert len(rows) > 10 and all(f"\n{row.split(';')[0]};" in earlier for row in rows)


def test_a_table_that_is_silent_has_no_file(world: Path) -> None:
    silent = next(one for one in truth(world) if one["kind"] == "source_silent")
    assert not (world / "anomalies" / f"{silent['month']:02d}" / silent["source"]).exists()


@pytest.mark.parametrize("months", [-1, 25])
def test_fewer_than_none_or_more_than_24_are_refused(months: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="months of anomalies"):
        generate(100, 1, tmp_path / "world", anomalies=months)
