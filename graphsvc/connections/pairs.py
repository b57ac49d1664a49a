"""Many pairs in one question: each gets its own answer, or what is wrong with it, and its own entry in the log.

May import the desk's types. What asks about one pair is given, so that a pair of a list and a pair alone get the same answer.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphsvc.errors import Ambiguous, GraphsvcError, InputError, IntegrityError, NotFound, QueryTimeout
from graphsvc.inquiry.desk import Part, Reading, Result

_HEADER = ["from", "to"]
# What is wrong with one pair; anything else (the database is gone) ends the whole.
_OF_A_PAIR = (InputError, NotFound, Ambiguous, IntegrityError, QueryTimeout)


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a list of pairs, its ends as they were typed; `problem` says why it can't be asked about."""

    line: int
    start: str
    end: str
    problem: str | None = None


def pairs_of_file(file: Path, most: int) -> list[Pair]:
    """The pairs of a CSV file with two columns; a header `from,to` and empty lines are passed over.

    Raises InputError for a file that can't be read, has none, or has more than `most`, before anything is looked up.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
        raise InputError(f"The pairs in {file} can't be read: {why}.", hint="Give a CSV file with two columns.") from error
    rows = [(line, row) for line, row in rows if any(row)]
    if rows and [cell.casefold() for cell in rows[0][1]] == _HEADER:
        rows = rows[1:]
    return within([_pair(line, row) for line, row in rows], most)


def _pair(line: int, row: list[str]) -> Pair:
    if len(row) == 2 and all(row):
        return Pair(line, *row)
    start, end = (*row, "", "")[:2]
    return Pair(line, start, end, f"The line has {len(row)} columns, {sum(map(bool, row))} of them filled; a pair has two.")


def within(pairs: list[Pair], most: int) -> list[Pair]:
    """The pairs, if there are some and not too many. Raises InputError."""
    if not pairs:
        raise InputError("The list has no pairs.", hint="Give two entities a pair: ids, or names that fit one entity only.")
    if len(pairs) > most:
        raise InputError(
            f"The list has {len(pairs):,} pairs; {most:,} can be asked about at once.",
            hint="Nothing of it was looked up. Ask about fewer, or raise GRAPHSVC_BATCH_PAIRS.",
        )
    return pairs


def batch_question(r: Reading, pairs: Sequence[Pair], one: Callable[[Reading, Pair], Any]) -> Result:
    """`answers`, one a pair in their order, each with its `line` and either its `answer` or its `problem`."""
    answers = [_answer(r, pair, one) for pair in pairs]
    parts = [Part({name: told[name] for name in ("line", "from", "to")}, told) for told in answers]
    return Result({"answers": answers}, parts=parts)


def _answer(r: Reading, pair: Pair, one: Callable[[Reading, Pair], Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"line": pair.line, "from": pair.start, "to": pair.end, "answer": None, "problem": None}
    try:
        if pair.problem is not None:
            raise InputError(pair.problem)
        return {**told, "answer": one(r, pair)}
    except _OF_A_PAIR as error:
        return {**told, "problem": _problem(error)}


def _problem(error: GraphsvcError) -> dict[str, Any]:
    return {"status": error.status, "title": error.title, "detail": error.message, "hint": error.hint, **error.details}
