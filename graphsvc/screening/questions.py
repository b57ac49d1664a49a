"""A list as doors ask about it: a reading and the list, to a JSON-ready answer. May import the desk's types and the parts beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from graphsvc.errors import InputError
from graphsvc.inquiry.desk import Part, Reading, Result
from graphsvc.policy.document import Policy
from graphsvc.resolution.reference import NO_REFERENCE, load_reference
from graphsvc.screening.lists import List
from graphsvc.screening.match import screen
from graphsvc.screening.output import written
from graphsvc.screening.rows import Manner, rows_of

MOST_CANDIDATES = 50
_NO_POLICY = 1_000  # what a policy allows that says nothing of it: the same when nothing is in view


def match_question(
    r: Reading,
    given: List,
    *,
    limit: int,
    digest: Callable[[str], str],
    how: Manner | None = None,
    names: Path | None = None,
    out: Path | None = None,
) -> Result:
    """`rows`: of each row of the list, in its order, who in view it may speak of, and why; with `out`, also as the file `out`.

    `names` is the file of a reference table, `digest` the deployment's. Raises InputError for a list longer than the policies in view
    allow, before anything is read.
    """
    if not 1 <= limit <= MOST_CANDIDATES:
        raise InputError(f"The limit is {limit}; it can be 1 to {MOST_CANDIDATES}.")
    within(len(given.rows), r.policies)
    reference = load_reference(names) if names is not None else NO_REFERENCE
    rows = rows_of(given.kind, given.rows, how or Manner())
    found = screen(r.graph, r.view, r.inquiry, given.kind, rows, digest=digest, reference=reference, limit=limit)
    answer = {
        "type": given.kind,
        "rows": found,
        "columns": dict(given.columns),
        "limit": limit,
        "list_sha256": given.sha256,
        "reference": reference.sha256,
    }
    return Result(answer, {"out": written(found, out)} if out is not None else {}, [part(row) for row in found])


def within(rows: int, policies: Mapping[str, Policy]) -> int:
    """How many rows a list may have: of the policies in view, the one that allows the fewest counts. Raises InputError for more."""
    most = min((policy.screen_limit for policy in policies.values()), default=_NO_POLICY)
    if rows > most:
        raise InputError(
            f"The list has {rows:,} rows; the policies of the sources in view allow {most:,}.",
            hint="Nothing of it was looked up. Ask about fewer.",
            rows=rows,
            most=most,
        )
    return most


def part(row: dict[str, Any]) -> Part:
    """A row as an entry of the log: what was asked, and what was answered."""
    return Part({name: row[name] for name in ("row", "line", "asked")}, row)


def parameters(given: List, limit: int) -> dict[str, Any]:
    """What is logged before a list is looked up: which list; its rows follow, each with its answer."""
    return {"type": given.kind, "list": given.name, "rows": len(given.rows), "list_sha256": given.sha256, "limit": limit}
