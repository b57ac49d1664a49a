"""A list as it is brought: rows of a CSV or JSON lines file, or of a request, with what each column is.

A row that can't be read stays in the list, with the reason: the others are answered, and the counts add up. May import loading's readers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphsvc.errors import InputError
from graphsvc.loading.files import open_source
from graphsvc.loading.formats import CsvFormat, JsonlFormat, RawRow
from graphsvc.loading.readers import read_rows
from graphsvc.screening.columns import recognised

# The most that a policy can allow (`screen_limit`): a longer list is not read to its end.
MOST_ROWS = 100_000
_LONGEST = 1_000  # characters of a value: longer than any name or address
_DELIMITERS = (",", ";", "\t", "|")
_HEAD_BYTES = 65_536


@dataclass(frozen=True)
class Given:
    """One row as it was given: where it stands, its values by field, and why it can't be read if it can't."""

    number: int
    line: int | None
    values: Mapping[str, tuple[str, ...]]
    unreadable: str | None = None


@dataclass(frozen=True)
class List:
    """A list of one kind (`people`, `organisations`, `addresses`); `columns` says by header what was recognised."""

    kind: str
    rows: tuple[Given, ...]
    columns: Mapping[str, str]
    name: str | None = None

    @property
    def sha256(self) -> str:
        """Of what was given, for the log."""
        told = [[row.number, row.line, {k: list(v) for k, v in row.values.items()}, row.unreadable] for row in self.rows]
        return hashlib.sha256(
            json.dumps([self.kind, told], sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()


def list_of_file(
    path: Path, kind: str, *, columns: Mapping[str, str] | None = None, delimiter: str | None = None, encoding: str = "utf-8"
) -> List:
    """The list in a file: JSON lines if its first sign is a brace, else CSV with the delimiter that its header suggests.

    Raises InputError for a file that can't be read, an empty one, one without a usable column, and one of more than 100,000 rows.
    """
    first = _first_line(path, encoding)
    if first.lstrip().startswith("{"):
        return _made(read_rows(path, JsonlFormat(encoding=encoding)), kind, columns or {}, path.name)
    try:
        fmt = CsvFormat(delimiter=delimiter or max(_DELIMITERS, key=first.count), encoding=encoding)
    except ValueError as error:
        raise InputError(f"The list can't be read so: {error}.") from error
    return _made(read_rows(path, fmt), kind, columns or {}, path.name)


def list_of_rows(rows: Sequence[Mapping[str, Any]], kind: str, *, columns: Mapping[str, str] | None = None) -> List:
    """The list in a request: one object a row, its members named as columns are."""
    return _made((RawRow(n, b"", dict(row), None) for n, row in enumerate(rows, 1)), kind, columns or {}, None)


def _first_line(path: Path, encoding: str) -> str:
    with open_source(path) as stream:
        head = stream.readline(_HEAD_BYTES)
    try:
        return head.decode(encoding, "replace").lstrip("\ufeff")
    except LookupError as error:
        raise InputError(f"There is no text encoding {encoding!r}.", hint="Usual ones: utf-8, windows-1252, utf-16-le.") from error


def _made(found: Iterable[RawRow], kind: str, said: Mapping[str, str], name: str | None) -> List:
    raw: list[RawRow] = []
    for row in found:
        if len(raw) == MOST_ROWS:
            raise InputError(f"The list has more than {MOST_ROWS:,} rows, which no policy allows.", hint="Part it.")
        raw.append(row)
    headers = list(dict.fromkeys(header for row in raw for header in row.values or ()))
    if not raw:
        raise InputError(f"{name or 'The list'} has no rows.", hint="It needs a header and a row, or one JSON object a line.")
    if not headers:
        raise InputError(f"No row of {name or 'the list'} can be read: {raw[0].error and raw[0].error.message}.")
    columns = recognised(kind, headers, said)
    rows = tuple(_given(number, row, columns, name is not None) for number, row in enumerate(raw, 1))
    return List(kind, rows, columns, name)


def _given(number: int, row: RawRow, columns: Mapping[str, str], has_lines: bool) -> Given:
    line = row.line if has_lines else None
    if row.values is None:
        return Given(number, line, {}, row.error.message if row.error else "it can't be read")
    values: dict[str, list[str]] = {}
    for header, field in columns.items():
        for value in texts(row.values.get(header)):
            if len(value) > _LONGEST:
                return Given(number, line, {}, f"{header!r} has {len(value):,} characters; {_LONGEST:,} are the most")
            if value not in values.setdefault(field, []):
                values[field].append(value)
    return Given(number, line, {field: tuple(found) for field, found in values.items() if found})


def texts(value: Any) -> list[str]:
    """The texts of a value that JSON can hold; objects and truth values say nothing here."""
    several = value if isinstance(value, (list, tuple)) else [value]
    plain = (_text(one) for one in several if one is not None and not isinstance(one, (bool, dict, list)))
    return [text for text in plain if text]


def _text(value: Any) -> str:
    """Without what a database can't keep (half a surrogate pair, NUL), blanks collapsed."""
    return " ".join(str(value).encode("utf-8", "replace").decode().replace("\0", " ").split())
