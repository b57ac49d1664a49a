"""Parquet files: rows as JSON, kept so that they can be read again, and loaded as the same rows are from JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from testbed import Bench

from graphsvc.errors import InputError
from graphsvc.loading.preview import preview
from graphsvc.loading.readers import JsonlFormat, ParquetFormat, RawRow, compile_kept, read_rows
from graphsvc.loading.specfile import LoadedSource

SPEC = """\
id: dogs
title: Dogs
publisher: a test
licence: none
as_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}
tables:
  dogs:
    files: ["dogs-*"]
    format: {kind: FORMAT}
    key: [tag]
    entities:
      keeper:
        type: Person
        key: [keeper.id]
        properties: {name: keeper.name, birthDate: keeper.born}
      home: {each: "homes[]", type: Address, key: {full: "@.at"}}
    links:
      lives: {each: "homes[]", type: LIVES_AT, from: keeper, to: home, valid_from: "@.since"}
"""
ROWS: list[dict[str, Any]] = [
    {"tag": 1, "keeper": {"id": "k1", "name": "Ann", "born": "1980-03-02"}, "homes": [{"at": "High Street 1", "since": "2020-01-31"}]},
    {"tag": 2, "keeper": {"id": "k2", "name": "Åse", "born": None}, "homes": []},
    # Nothing of this row could be reached from its record: it is rejected.
    {"tag": 3, "keeper": None, "homes": [{"at": "High Street 1", "since": None}, {"at": "Low Road 2", "since": "2021-02-03"}]},
]


def written(path: Path, columns: dict[str, Any]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def rows(path: Path, **more: Any) -> list[RawRow]:
    return list(read_rows(path, ParquetFormat(), **more))


def test_a_row_is_kept_as_json_and_read_from_it_again(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.parquet",
        {
            "n": [1, None],
            "share": [0.5, float("nan")],
            "amount": [Decimal("12.50"), None],
            "day": [date(2024, 6, 30), None],
            "at": [datetime(2024, 6, 30, 12, 5), None],
            "names": [["NaN", "Åse"], None],
        },
    )
    first, second = rows(path)
    assert first.raw.decode() == (
        '{"n":1,"share":0.5,"amount":"12.50","day":"2024-06-30","at":"2024-06-30T12:05:00","names":["NaN","Åse"]}'
    )
    assert (first.line, second.line, second.values) == (1, 2, dict.fromkeys(["n", "share", "amount", "day", "at", "names"]))
    kept = compile_kept(ParquetFormat())
    assert [kept(row.raw) for row in (first, second)] == [first.values, second.values]


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (b"\x00\x01", "not_text", "a value is bytes, which is neither text, number, date nor a list of such"),
        (float("inf"), "bad_json", "Infinity is not a JSON number"),
        ("a\0b", "nul_byte", "a text holds the character NUL (\\u0000)"),
        ("a" * 2_000_000, "row_too_long", "the row is longer than 1,048,576 bytes"),
    ],
)
def test_a_value_that_is_no_text_costs_its_row(tmp_path: Path, value: Any, code: str, said: str) -> None:
    (row,) = rows(written(tmp_path / "a.parquet", {"a": [value]}))
    assert row.values is None and row.error is not None
    assert (row.error.code, row.error.message) == (code, said)


def test_a_file_that_lacks_a_column_or_has_one_twice_or_is_damaged_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": [1], "b": [2]})
    with pytest.raises(InputError, match=r"a\.parquet lacks columns that its spec reads: c\. It has: a, b\."):
        rows(path, expected={"a", "c"})
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), tmp_path / "twice.parquet")
    with pytest.raises(InputError, match=r"twice\.parquet has the column 'a' twice"):
        rows(tmp_path / "twice.parquet")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"a\.parquet is no Parquet file that can be read; 0 rows could be read before that"):
        rows(path)
    with pytest.raises(InputError, match=r"none\.parquet: no such file"):
        rows(tmp_path / "none.parquet")


def test_a_parquet_file_where_the_spec_says_text_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a Parquet file, not text") as refused:
        list(read_rows(written(tmp_path / "a.parquet", {"a": [1]}), JsonlFormat()))
    assert refused.value.hint == "Write `format: {kind: parquet}` in the spec."


def test_a_preview_shows_rows_and_refuses_a_file_without_a_column_of_the_spec(
    tmp_path: Path, make_source: Callable[..., LoadedSource]
) -> None:
    source = make_source(SPEC.replace("FORMAT", "parquet"))
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "dogs-2024-06-30.parquet")
    table, shown = preview(source, tmp_path / "dogs-2024-06-30.parquet", 2)
    assert table == "dogs" and [row.line for row in shown] == [1, 2] and all(row.mapped for row in shown)
    with pytest.raises(InputError, match=r"lacks columns that its spec reads: homes, keeper"):
        preview(source, written(tmp_path / "dogs-2024-07-01.parquet", {"tag": [1]}), 2)


@pytest.mark.neo4j
def test_the_same_rows_make_the_same_graph_as_from_json_lines(
    bench: Bench, tmp_path: Path, make_source: Callable[..., LoadedSource]
) -> None:
    path = tmp_path / "dogs-2024-06-30.rows"
    path.write_text("".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in ROWS), encoding="utf-8")
    first = bench.load(make_source(SPEC.replace("FORMAT", "jsonl")), [path])
    wanted = bench.hash()
    bench.wipe()
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    done = bench.load(make_source(SPEC.replace("FORMAT", "parquet")), [path])
    assert (done.report.rows, done.report.accepted) == (first.report.rows, first.report.accepted) == (3, 2)
    assert done.report.rejected == first.report.rejected
    assert bench.hash() == wanted and bench.one("MATCH (:Entity)-[r:LIVES_AT]->(:Address) RETURN count(r)") == 1
