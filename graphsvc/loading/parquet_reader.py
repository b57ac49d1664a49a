"""Parquet: each row as one JSON object, read in batches. Imports errors, formats, jsonl_reader and pyarrow.

A Parquet file has no rows of bytes: what is kept of a row is its JSON, with the columns in the file's order. Dates and times are ISO texts,
decimal numbers texts with a point, and a number that is none (NaN, which other programs write for a missing one) is missing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from graphsvc.errors import InputError, RowError
from graphsvc.loading.formats import ParquetFormat, RawRow
from graphsvc.loading.jsonl_reader import parse

_BATCH = 2_000  # rows made into Python objects at once
_DAMAGED = (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError)


def parquet_rows(path: Path, fmt: ParquetFormat, expected: Collection[str]) -> Iterator[RawRow]:
    """Rows of a Parquet file, `line` counting them from 1. InputError for a file that can't be read or lacks an expected column."""
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            _check(file.schema_arrow.names, path, expected)
            for batch in file.iter_batches(_BATCH):
                for told in batch.to_pylist():
                    number += 1
                    yield _row(number, told, fmt)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except _DAMAGED as error:
        raise InputError(
            f"{path} is no Parquet file that can be read; {number:,} rows could be read before that: {error}",
            hint="Fetch the file again, compare its size or checksum with the publisher's, and load it again.",
        ) from error


def _check(names: list[str], path: Path, expected: Collection[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{path} has the column {twice[0]!r} twice.", hint="Write it again with a name for each column.")
    missing = sorted({*expected} - {*names})
    if missing:
        raise InputError(
            f"{path} lacks columns that its spec reads: {', '.join(missing)}. It has: {', '.join(names)}.",
            hint="Mend the names in the spec, or load the file that it is for.",
        )


def _row(number: int, told: dict[str, Any], fmt: ParquetFormat) -> RawRow:
    try:
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=_text)
        if "NaN" in text:
            text = json.dumps(_without_nan(told), ensure_ascii=False, separators=(",", ":"), default=_text)
        raw = text.encode()
        if len(raw) > fmt.max_row_bytes:
            return RawRow(number, b"", None, RowError("row_too_long", f"the row is longer than {fmt.max_row_bytes:,} bytes"))
    except TypeError as error:
        return RawRow(number, b"", None, RowError("not_text", str(error)))
    try:
        return RawRow(number, raw, parse(text), None)
    except RowError as error:
        return RawRow(number, raw, None, error)


def _text(value: Any) -> str:
    if isinstance(value, date | time):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"a value is {type(value).__name__}, which is neither text, number, date nor a list of such")


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, dict):
        return {name: _without_nan(member) for name, member in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list) else value
