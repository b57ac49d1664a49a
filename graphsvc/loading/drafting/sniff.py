"""How a file is written: its format, encoding and delimiter, by looking at its first part. Imports the readers' formats and errors."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from graphsvc.errors import InputError
from graphsvc.loading.files import BROKEN_GZIP, open_source
from graphsvc.loading.formats import CsvFormat, JsonlFormat, ParquetFormat

# What is looked at: some thousand rows.
_HEAD = 256 * 1024
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_LINES = 50
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True)
class Written:
    """How the file seems to be written, and `why` in words, by what is said."""

    format: CsvFormat | JsonlFormat | ParquetFormat
    why: dict[str, str]


def written(path: Path) -> Written:
    """Raises InputError for a file that is empty, or no text."""
    if _begins(path).startswith(b"PAR1"):
        return Written(ParquetFormat(), {"kind": "its first bytes are those of Parquet"})
    with open_source(path) as stream:  # a spreadsheet or an archive is refused here, with what to do
        try:
            head = stream.read(_HEAD)
        except BROKEN_GZIP as broken:
            raise InputError(f"{path}: the gzip file is cut off or damaged.", hint="Fetch the file again.") from broken
    if not head.strip():
        raise InputError(f"{path} is empty.", hint="Give a file with a header line and some rows.")
    encoding, why = _encoding(path, head)
    # A sign that the first part ends within is no fault of the file.
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    lines = text.splitlines()
    lines = lines[:-1] if len(head) == _HEAD and len(lines) > 1 else lines
    if lines[0].lstrip().startswith("{"):
        return Written(JsonlFormat(encoding=encoding), {"kind": "its lines begin with {, as JSON objects do", "encoding": why})
    if lines[0].lstrip().startswith("["):
        raise InputError(f"{path} is one JSON list.", hint="Write it as JSON lines, an object a line (`jq -c '.[]'`).")
    delimiter, said = _delimiter(lines)
    return Written(CsvFormat(delimiter=delimiter, encoding=encoding), {"kind": "it is text in columns", "delimiter": said, "encoding": why})


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror or error}") from error


def _encoding(path: Path, head: bytes) -> tuple[str, str]:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, "the file begins with its mark"
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 3:
        return ("utf-16-le" if odd > even else "utf-16-be"), "every other byte is zero"
    control = sum(head.count(sign) for sign in range(32) if sign not in b"\t\n\r\f\x1a")
    if head.count(0) or control > len(head) // 100:
        raise InputError(f"{path} is no text: it holds bytes that no text has.", hint="Export it to CSV or JSON lines.")
    try:
        head.decode("utf-8")
        return "utf-8", "all of what was looked at is UTF-8"
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4 and len(head) == _HEAD:
            return "utf-8", "all of what was looked at is UTF-8"
        return "windows-1252", f"byte {error.start + 1:,} is not UTF-8; of the older ones this is the usual one"


def _delimiter(lines: list[str]) -> tuple[str, str]:
    """The sign that parts most lines into the same number of columns, and into the most."""
    best, most, share = ",", 1, 0.0
    for sign in _DELIMITERS:
        rows = list(csv.reader(io.StringIO("\n".join(lines[:_LINES])), delimiter=sign))
        counts = Counter(len(row) for row in rows if row)
        columns, times = max(counts.items(), key=lambda item: (item[1], item[0]))
        if columns > 1 and (times / counts.total(), columns) > (share, most):
            best, most, share = sign, columns, times / counts.total()
    if most == 1:
        return ",", "there seems to be one column only"
    return best, f"{_DELIMITERS[best]} part {share:.0%} of the first lines into {most} columns"
