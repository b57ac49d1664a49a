"""Published statistics of names, as files: `name,people`. Imports errors and the reference table."""

from __future__ import annotations

import csv
from pathlib import Path

from graphsvc.errors import InputError


def read_counts(path: Path) -> dict[str, int]:
    """How many bear each name, from a CSV file in UTF-8 with a header and two columns: the name, and how many. Raises InputError."""
    counts: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            next(rows, None)
            for row in rows:
                if not row:
                    continue
                if len(row) != 2 or not row[1].strip().isascii() or not row[1].strip().isdigit():
                    raise InputError(
                        f"{path}, line {rows.line_num}: {','.join(row)[:80]!r} is not a name and how many bear it.",
                        hint="A line is `name,people`, below a header.",
                    )
                counts[row[0]] = counts.get(row[0], 0) + int(row[1])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} can't be read as statistics of names: {error}", hint="It is a CSV file in UTF-8: name,people.") from error
    if not counts:
        raise InputError(f"{path} names nobody.", hint="A line is `name,people`, below a header.")
    return counts
