"""The header line of a CSV file held against what the spec expects. Imports errors and formats.

A wrong delimiter shows here first, as one long column name, so this is where it is recognised.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from graphsvc.errors import InputError
from graphsvc.loading.formats import CsvFormat

_DELIMITERS = {",": '","', ";": '";"', "|": '"|"', "\t": '"\\t"'}
# Enough of a wide header to recognise it by.
_SHOWN = 30


def column_names(found: list[str] | None, fmt: CsvFormat, path: Path, line: int, expected: Collection[str]) -> list[str] | None:
    """The names to give the fields of each row; None for an empty file.

    Blanks around a name are taken off; a column without a name is called `#3` by its position. InputError when names are
    missing or doubled, or when `columns` and the header differ in number.
    """
    if not fmt.header:
        names = list(fmt.columns or ())
    elif found is None:
        return None
    else:
        names = [name.strip() or f"#{position}" for position, name in enumerate(found, 1)]
        if fmt.columns:
            if len(fmt.columns) != len(names):
                raise InputError(
                    f"{path}, line {line}: the header has {len(names)} columns, but the spec's `columns` names {len(fmt.columns)}",
                    hint=f"The header as found: {_listed(names)}",
                )
            names = list(fmt.columns)
    missing = sorted(set(expected) - set(names))
    if missing:
        raise InputError(
            f"{path}, line {line}: the file lacks {_columns(missing)} that the spec uses; its header has {_listed(names)}",
            hint=_other_delimiter(found, fmt, set(expected)) or _similar(missing, names),
            missing=missing,
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"{path}, line {line}: the header names {_columns(twice)} more than once",
            hint="Give all columns names of their own, by position, with `columns: [...]` in the spec.",
        )
    if any("\r" in name for name in names):
        raise InputError(f"{path}: its lines end in carriage returns alone", hint="Convert the line ends to LF or CRLF.")
    return names


def _other_delimiter(found: list[str] | None, fmt: CsvFormat, expected: set[str]) -> str | None:
    """The sentence that names another delimiter, when that one would bring more of the expected columns."""
    if not found:
        return None
    text = fmt.delimiter.join(found)
    have = len(expected & {name.strip() for name in found})
    best, most = "", have
    for delimiter in _DELIMITERS:
        if delimiter != fmt.delimiter:
            names = next(csv.reader([text], delimiter=delimiter, quotechar=fmt.quote or '"'), [])
            hits = len(expected & {name.strip() for name in names})
            if hits > most:
                best, most = delimiter, hits
    if not best:
        return None
    return f"It looks as if the delimiter is {_DELIMITERS[best]}, not {_DELIMITERS.get(fmt.delimiter, repr(fmt.delimiter))}."


def _similar(missing: list[str], names: list[str]) -> str | None:
    folded = {name.casefold(): name for name in names}
    close = {name: get_close_matches(name.casefold(), folded, n=1) for name in missing}
    said = [f"{name!r} may be {folded[found[0]]!r}" for name, found in close.items() if found]
    return f"{', '.join(said)}." if said else None


def _columns(names: list[str]) -> str:
    return f"the column {names[0]!r}" if len(names) == 1 else f"the columns {', '.join(map(repr, names))}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more
