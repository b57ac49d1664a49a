"""Planted changes: they leave the rest of the world as it is, and each is the row that the truth names."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from graphsvc.errors import InputError
from graphsvc.sample import generate

MONTHS = 3


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("months") / "world"
    generate(100, 1, out, months=MONTHS)
    return out


def shares(world: Path, month: int) -> set[str]:
    """The keys of the table in a month."""
    (path,) = (world / "months" / f"{month:02d}" / "company_register").glob("shareholdings-*.csv")
    with path.open(encoding="cp1252", newline="") as file:
        return {f"{row['company_no']},{row['holder_kind']},{row['holder_no']}" for row in csv.DictReader(file, delimiter=";")}


def changes(world: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (world / "truth" / "changes.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_files_without_months_are_as_they_are_without_them(world: Path, tmp_path: Path) -> None:
    plain = {file.name: file.sha256 for file in generate(100, 1, tmp_path / "plain").files}
    told = json.loads((world / "manifest.json").read_text(encoding="utf-8"))["files"]
    there = {file["name"]: file["sha256"] for file in told}
    assert plain.items() <= there.items()
    assert {name.split("/")[0] for name in there.keys() - plain.keys()} == {"months", "truth"}


def test_the_same_seed_gives_the_same_months(world: Path, tmp_path: Path) -> None:
    told = json.loads((world / "manifest.json").read_text(encoding="utf-8"))["files"]
    again = {file.name: file.sha256 for file in generate(100, 1, tmp_path / "again", months=MONTHS).files}
    assert again == {file["name"]: file["sha256"] for file in told}


def test_what_came_and_went_in_a_month_is_what_the_truth_names(world: Path) -> None:
    for month in range(1, MONTHS + 1):
        before, after = shares(world, month - 1), shares(world, month)
        planted = [one for one in changes(world) if one["month"] == month]
        named = {row for one in planted for row in one["rows"]}  # type: ignore[attr-defined]
        moved = {one["people"][0] for one in planted if one["kind"] == "moved"}  # type: ignore[index]
        left = {key for key in before - after if key.rpartition(",")[2] in moved}
        assert (before ^ after) - left == named


def test_each_month_has_two_of_each_kind_of_groups_that_nothing_else_happened_to(world: Path) -> None:
    for month in range(1, MONTHS + 1):
        planted = [one for one in changes(world) if one["month"] == month]
        assert set(Counter(one["kind"] for one in planted).values()) == {2} and len(planted) == 14
        groups = [tuple(group) for one in planted for group in one["groups"]]  # type: ignore[attr-defined]
        assert len(groups) == len(set(groups))


def test_the_first_month_tells_what_was_there_before(world: Path) -> None:
    (base,) = (world / "company_register").glob("shareholdings-*.csv")
    with base.open(encoding="cp1252", newline="") as file:
        known = {f"{row['company_no']},{row['holder_kind']},{row['holder_no']}" for row in csv.DictReader(file, delimiter=";")}
    assert known < shares(world, 0)


@pytest.mark.parametrize("months", [-1, 25])
def test_fewer_than_none_or_more_than_24_are_refused(months: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="months of changes"):
        generate(100, 1, tmp_path / "world", months=months)
