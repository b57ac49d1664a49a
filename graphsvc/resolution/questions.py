"""The questions and acts of identity as both doors ask them. May import the desk's types and the parts beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Row
from graphsvc.inquiry.desk import Reading
from graphsvc.resolution import runs
from graphsvc.resolution.explain import explain
from graphsvc.resolution.stored import METHOD, thawed

_MOST_RUNS = 100
_UNKNOWN = "There is no run {id!r} on sources that are all in view."


def run_question(
    r: Reading, *, kinds: Sequence[str], sources: Sequence[str] | None = None, say: Callable[[str], None] = lambda text: None
) -> dict[str, Any]:
    """Decide who is who within the view, or the given sources of it; the run with its counts and contradictions.

    Raises InputError for a source that is not in view.
    """
    unknown = sorted({*(sources or ())} - {*r.view.sources})
    if unknown:
        raise InputError(f"No source in view is called {unknown[0]!r}.", hint=f"In view: {', '.join(r.view.sources) or 'none'}.")
    return runs.run(r.graph, r.view.narrowed(list(sources) if sources else None), r.inquiry, kinds=kinds or runs.KINDS, say=say)


def runs_question(r: Reading) -> dict[str, Any]:
    """`runs`, newest first: those on sources that are all in view."""
    found = r.graph.run("resolution/runs", id=None, limit=_MOST_RUNS)
    return {"runs": [row["run"] for row in found if _all_in_view(r, row["run"])]}


def undo_question(r: Reading, id: str, reason: str) -> dict[str, Any]:
    """Take back a run on sources that are all in view. `reason` stands in the log."""
    if not reason.strip():
        raise InputError("Why the run is undone is missing.", hint="Give a reason.")
    found = r.graph.run("resolution/runs", id=id, limit=1)
    if not found or not _all_in_view(r, found[0]["run"]):
        raise NotFound(_UNKNOWN.format(id=id), hint="`graphsvc resolve list` names them.")
    return {"run": id, "reason": reason, **runs.undo(r.graph, id)}


def why_question(r: Reading, a: str, b: str) -> dict[str, Any]:
    """What is decided of two entities in view, and why: `decisions`, those in force first, each with `sentences` and its evidence."""
    known = {row["entity"]["id"] for row in r.graph.ask(r.view, r.inquiry, "read/entity", ids=[a, b])}
    for id in (a, b):
        if id not in known:
            raise NotFound(f"No entity in view has the id {id!r}.", hint="`graphsvc find` gives the ids of entities by their name.")
    rows = r.graph.ask(r.view, r.inquiry, "resolution/between", a=a, b=b)
    return {"a": a, "b": b, "decisions": [_told(row) for row in rows]}


def _all_in_view(r: Reading, run: dict[str, Any]) -> bool:
    return set(run["compartments"]) <= set(r.view.compartments)


def _told(row: Row) -> dict[str, Any]:
    decision = row["decision"]
    evidence = json.loads(decision["evidence"])
    told = {
        "id": decision["id"],
        "type": row["type"],
        "in_force": row["in_force"],
        "method": decision.get("method"),
        "decided_by": decision.get("decided_by"),
        "decided_at": decision.get("decided_at"),
        "model": decision.get("model"),
        "score": decision.get("score"),
        "bits": decision.get("bits"),
        "records": decision.get("records") or [],
        "evidence": evidence,
    }
    return {**told, "sentences": explain(thawed(decision, evidence)) if decision.get("method") == METHOD else _rule(evidence)}


def _rule(evidence: dict[str, Any]) -> list[str]:
    return [f"{name.replace('_', ' ')}: {value}" for name, value in sorted(evidence.items())]
