"""The door to reading: a file and its format in, rows out, one at a time. Imports errors and its own parts of `loading`.

Rows come in the file's order; memory does not grow with the file. What is wrong with one row travels in that row
(`RawRow.error`); what is wrong with the file is raised as InputError.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from graphsvc.errors import InputError, RowError
from graphsvc.loading.csv_reader import csv_rows
from graphsvc.loading.files import BROKEN_GZIP, Lines, Stream, hash_file, open_source
from graphsvc.loading.formats import CsvFormat, JsonlFormat, ParquetFormat, RawRow
from graphsvc.loading.jsonl_reader import jsonl_rows, parse
from graphsvc.loading.paths import compile_path, first_name

__all__ = ["CsvFormat", "JsonlFormat", "ParquetFormat", "RawRow", "compile_kept", "compile_path", "first_name", "hash_file", "read_rows"]


def read_rows(path: Path, fmt: CsvFormat | JsonlFormat | ParquetFormat, *, expected: Collection[str] = ()) -> Iterator[RawRow]:
    """Yields the rows of one file, good and bad.

    `expected` are the columns that the spec uses; a CSV or Parquet file that lacks one is refused before its first row. A
    gzip file that is cut off or damaged yields what could be read and then raises InputError.
    """
    if isinstance(fmt, ParquetFormat):
        # Loading Arrow takes longer than most commands need.
        from graphsvc.loading.parquet_reader import parquet_rows

        yield from parquet_rows(path, fmt, expected)
        return
    rows = 0
    with open_source(path) as stream:
        try:
            lines = Lines(stream, path, fmt.encoding, fmt.max_row_bytes)
            found = csv_rows(lines, fmt, path, expected) if isinstance(fmt, CsvFormat) else jsonl_rows(lines, fmt)
            for row in found:
                rows += 1
                yield row
        except BROKEN_GZIP as broken:
            what = "is cut off" if isinstance(broken, EOFError) else f"is damaged ({broken})"
            raise InputError(
                f"{path}: the gzip file {what}; {rows:,} rows could be read before that",
                hint="Fetch the file again, compare its size or checksum with the publisher's, and load it again.",
            ) from broken
        except OSError as error:
            raise InputError(f"{path} can't be read further after {rows:,} rows: {error.strerror or error}") from error


def compile_kept(fmt: CsvFormat | JsonlFormat | ParquetFormat, columns: Collection[str] = ()) -> Callable[[bytes], dict[str, Any]]:
    """A function from the kept bytes of one row (`RawRow.raw`) to the values that `read_rows` gave for it.

    `columns` are the names of the CSV file that it stood in, when its header told them. The function raises RowError for
    bytes that are not a good row of the format.
    """
    if isinstance(fmt, ParquetFormat):
        return lambda raw: parse(raw.decode())
    name = Path("kept row")
    bare = replace(fmt, header=False, columns=tuple(columns) or fmt.columns, skip_lines=0) if isinstance(fmt, CsvFormat) else fmt

    def values_of(raw: bytes) -> dict[str, Any]:
        # Past its start a stream is only read line by line, and bytes in memory can do that as a file can.
        lines = Lines(cast(Stream, io.BytesIO(raw)), name, bare.encoding, bare.max_row_bytes, from_start=False)
        rows = list(csv_rows(lines, bare, name, ()) if isinstance(bare, CsvFormat) else jsonl_rows(lines, bare))
        if len(rows) != 1:
            raise RowError("not_one_row", f"the bytes hold {len(rows)} rows of this format")
        if rows[0].values is None:
            raise rows[0].error or RowError("not_one_row", "the bytes hold no row")
        return rows[0].values

    return values_of
