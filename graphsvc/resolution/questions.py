"""The questions and acts of identity as both doors ask them. May import the desk's types and the parts beside it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import psutil

from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.resolution import runs
from graphsvc.resolution.charts import chart, why_page
from graphsvc.resolution.engines import DUCKDB, Engine
from graphsvc.resolution.judgements import Verdict, judge, take_back
from graphsvc.resolution.membership import cluster_of
from graphsvc.resolution.reference import NO_REFERENCE, load_reference
from graphsvc.resolution.sentences import sentences
from graphsvc.resolution.why_not import reasons_against

_MOST_RUNS = 100
_OF_THE_MACHINE = ("pid", "host", "seq", "conditions")
_MOST_CANDIDATES = 1000


def run_question(
    r: Reading,
    *,
    kinds: Sequence[str],
    sources: Sequence[str] | None = None,
    names: Path | None = None,
    everything: bool = False,
    engine: Engine = DUCKDB,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Decide who is who within the view, or the given sources of it; the run with its counts and contradictions.

    `names` is the file of a reference table; `everything` compares all again, and not only what has changed since the last run;
    `engine` finds and weighs the pairs. Raises InputError for a file that is no such table, and for a source that is not in view.
    """
    reference = load_reference(names) if names is not None else NO_REFERENCE
    unknown = sorted({*(sources or ())} - {*r.view.sources})
    if unknown:
        raise InputError(f"No source in view is called {unknown[0]!r}.", hint=f"In view: {', '.join(r.view.sources) or 'none'}.")
    return runs.run(
        r.graph,
        r.view.narrowed(list(sources) if sources else None),
        r.inquiry,
        kinds=kinds or runs.KINDS,
        reference=reference,
        everything=everything,
        engine=engine,
        say=say,
    )


def runs_question(r: Reading, *, limit: int) -> dict[str, Any]:
    """`runs`, newest first, at most `limit`: those on sources that are all in view."""
    if not 1 <= limit <= _MOST_RUNS:
        raise InputError(f"The limit is {limit}; it can be 1 to {_MOST_RUNS}.")
    return {"runs": [_run(row["run"]) for row in r.graph.ask(r.view, r.inquiry, "resolution/runs_in_view", id=None, limit=limit)]}


def _run(told: dict[str, Any]) -> dict[str, Any]:
    dead = told["status"] == "running" and told.get("host") == platform.node() and not psutil.pid_exists(told["pid"])
    kept = {name: value for name, value in told.items() if name not in _OF_THE_MACHINE}
    return {**kept, "status": "interrupted (the next run finishes it)" if dead else told["status"]}


def undo_question(r: Reading, id: str, reason: str) -> dict[str, Any]:
    """Take back a run on sources that are all in view. `reason` stands in the log."""
    if not reason.strip():
        raise InputError("Why the run is undone is missing.", hint="Give a reason.")
    run, counts = runs.undo(r.graph, r.view, r.inquiry, id)
    return {"run": id, "compartments": run["compartments"], "reason": reason, **counts}


def why_question(r: Reading, a: str, b: str, *, drawn: Sequence[Literal["html", "svg"]] = ()) -> dict[str, Any] | Result:
    """What is decided of two entities in view, and why.

    `entities` by id; `decisions`, those in force first, each with `sentences` and its evidence; `judgements` of people, the last first.
    `drawn`: as which files besides: `html` (all of it), `svg` (the weights of the first decision that was weighed).
    """
    answer = _between(r, a, b)
    draw = {"html": why_page, "svg": chart}
    return Result(answer, {name: draw[name](answer).encode() for name in drawn}) if drawn else answer


def chart_question(r: Reading, a: str, b: str) -> Result:
    """The chart of `why` as the file `svg`, and its SHA-256."""
    svg = chart(_between(r, a, b)).encode()
    return Result({"a": a, "b": b, "svg_sha256": hashlib.sha256(svg).hexdigest()}, {"svg": svg})


def why_not_question(r: Reading, a: str, b: str, *, names: Path | None = None) -> dict[str, Any]:
    """Why two entities in view are not stated to be the same: `why` gives the same besides.

    `same`: whether they are, after all; `reasons` as sentences; `weighed`: how the two compare now. `names` is the file of a reference
    table.
    """
    reference = load_reference(names) if names is not None else NO_REFERENCE
    answer = _between(r, a, b)
    in_force = [decision for decision in answer["decisions"] if decision["in_force"]]
    judged = [judgement for judgement in answer["judgements"] if judgement["in_force"]]
    same = any(decision["type"] == "SAME_AS" for decision in in_force)
    stored = {row["entity"]["id"]: row["entity"] for row in r.graph.ask(r.view, r.inquiry, "read/entity", ids=[a, b])}
    against, weighed = reasons_against(r.graph, r.view, r.inquiry, stored, reference)
    reasons = [f"{one['by']} judged that they are never the same: {one['reason']}" for one in judged if one["verdict"] == "never"]
    reasons += [] if same else against
    reasons += [] if same or reasons else ["By what is told of them now they are the same, and no run has decided so yet."]
    return {**answer, "same": same, "reasons": reasons, "weighed": weighed}


def how_question(r: Reading, id: str) -> dict[str, Any]:
    """The cluster of an entity in view: `members`, the `steps` by which it hangs together, how many decisions there are in all, and
    `contradictions` in it; `complete`: whether these are all members.
    """
    cluster = cluster_of(r.graph, r.view, r.inquiry, id)
    if cluster is None:
        raise _unknown(id)
    return {
        "entity": id,
        "members": [_side(member) for member in cluster.members.values()],
        "steps": [{"a": step["a"], "b": step["b"], **_told(step)} for step in cluster.steps()],
        "decisions": len(cluster.decisions),
        "contradictions": cluster.contradictions,
        "complete": cluster.complete,
    }


def _between(r: Reading, a: str, b: str) -> dict[str, Any]:
    known = {row["entity"]["id"]: row["entity"] for row in r.graph.ask(r.view, r.inquiry, "read/entity", ids=[a, b])}
    for id in (a, b):
        if id not in known:
            raise _unknown(id)
    if a == b:
        raise InputError("Both are the same entity.", hint="Give two different ones; `graphsvc how` tells what one is the same as.")
    rows = r.graph.ask(r.view, r.inquiry, "resolution/between", a=a, b=b)
    first, second = sorted((a, b))
    judged = r.graph.ask(r.view, r.inquiry, "resolution/judged_between", a=first, b=second)
    return {
        "a": a,
        "b": b,
        "entities": {id: _side(known[id]) for id in (a, b)},
        "decisions": [{"a": row["from"], "b": row["to"], **_told(row)} for row in rows],
        "judgements": [_judgement(row["judgement"]) for row in judged],
    }


def _unknown(id: str) -> NotFound:
    return NotFound(f"No entity in view has the id {id!r}.", hint="`graphsvc find` gives the ids of entities by their name.")


def judge_question(r: Reading, a: str, b: str, verdict: Verdict, reason: str) -> dict[str, Any]:
    """A person's judgement that two are the same, or never are."""
    return judge(r.graph, r.view, r.inquiry, a, b, verdict, reason)


def take_back_question(r: Reading, id: str, reason: str) -> dict[str, Any]:
    """A judgement, taken back."""
    return take_back(r.graph, r.view, r.inquiry, id, reason)


def candidates_question(r: Reading, *, limit: int) -> dict[str, Any]:
    """`candidates`: pairs that are possibly the same and that nobody has judged, the likeliest first, with both sides; `total` of them."""
    if not 1 <= limit <= _MOST_CANDIDATES:
        raise InputError(f"The limit is {limit}; it can be 1 to {_MOST_CANDIDATES}.")
    rows = r.graph.ask(r.view, r.inquiry, "resolution/candidates", limit=limit)
    found = [{"a": _side(row["a"]), "b": _side(row["b"]), **_decision(row["decision"])} for row in rows]
    return {"candidates": found, "total": rows[0]["total"] if rows else 0}


def _judgement(told: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "verdict", "reason", "by", "at", "taken_back_by", "taken_back_at", "taken_back_because")
    return {**{name: told.get(name) for name in kept}, "in_force": told.get("seq_to") is None}


def _side(entity: dict[str, Any]) -> dict[str, Any]:
    declared = load_ontology().entities[entity["type"]]
    told = {name: entity[name] for name in declared.properties if entity.get(name) is not None}
    return {"id": entity["id"], "source": entity["source"], "caption": entity.get("caption") or entity["id"], "properties": told}


def _told(row: Row) -> dict[str, Any]:
    return {"type": row["type"], "in_force": row["in_force"], **_decision(row["decision"])}


def _decision(decision: dict[str, Any]) -> dict[str, Any]:
    evidence = json.loads(decision["evidence"])
    kept = ("id", "method", "decided_by", "decided_at", "model", "reference", "score", "bits", "run")
    return {
        **{name: decision.get(name) for name in kept},
        "records": decision.get("records") or [],
        "evidence": evidence,
        "sentences": sentences(decision, evidence),
    }
