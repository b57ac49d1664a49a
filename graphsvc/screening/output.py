"""Answers about a list as a file: one line a row of the list, those without candidates too. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graphsvc.screening.columns import FIELDS

_COLUMNS = ("row", "line", "asked", "verdict", "id", "caption", "type", "source", "score", "bits", "evidence", "others", "problems")
# What a spreadsheet would run as a formula when a cell begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(rows: Sequence[dict[str, Any]], path: Path) -> bytes:
    """CSV for a name that ends in `.csv`, else JSON lines. CSV tells the likeliest candidate, and the ids of the `others`."""
    if path.suffix.lower() != ".csv":
        return "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode("utf-8", "replace")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in _line(row)])
    return text.getvalue().encode("utf-8", "replace")


def _line(row: dict[str, Any]) -> list[Any]:
    best, *others = row["candidates"] or [{}]
    asked = "; ".join(f"{name}: {', '.join(row['asked'][name])}" for name in FIELDS if name in row["asked"])
    problems = "; ".join([*row["problems"], *row["cut"]])
    evidence = "; ".join(best.get("sentences", ()))
    kept = [best.get(name) for name in ("id", "caption", "type", "source", "score", "bits")]
    return [row["row"], row["line"], asked, row["verdict"], *kept, evidence, " ".join(one["id"] for one in others), problems]


def _cell(value: Any) -> Any:
    """Texts of a source or a list that a spreadsheet would take for a formula begin with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
