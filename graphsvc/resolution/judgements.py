"""What people decide: that two entities are the same, or never are. It outlives every run, and can be taken back.

May import the graph. A judgement is a node of its own with who, why and when; nothing that was decided is deleted.
"""

from __future__ import annotations

import json
import secrets
from typing import Any, Literal

from graphsvc.errors import Conflict, InputError, NotFound
from graphsvc.graph.driver import Graph, Row, Tx
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.types import utc_now
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.changes import changed
from graphsvc.resolution.stored import TYPES

Verdict = Literal["same", "never"]


def judge(graph: Graph, view: View, inquiry: Inquiry, a: str, b: str, verdict: Verdict, reason: str) -> dict[str, Any]:
    """Decide that two entities in view are the same, or never are; an earlier judgement on the two ends. Returns the judgement.

    `never` ends every decision that joins the two and rests on nothing out of view. Raises InputError for one entity given twice or
    without a reason, NotFound for one that is not in view.
    """
    _with_reason(reason)
    first, second = sorted((a, b))
    if first == second:
        raise InputError("Both are the same entity.", hint="Give two different ones.")
    entities = {row["entity"]["id"]: row["entity"] for row in graph.ask(view, inquiry, "read/entity", ids=[first, second])}
    for id in (a, b):
        if id not in entities:
            raise NotFound(f"No entity in view has the id {id!r}.", hint="`graphsvc find` gives the ids of entities by their name.")
    kinds = [_kind(entities[id]["type"]) for id in (first, second)]
    if kinds[0] != kinds[1]:
        raise InputError(f"{a} is a {entities[a]['type']} and {b} a {entities[b]['type']}: they can't be the same.")
    judgement = {
        "id": f"judgement/{secrets.token_hex(8)}",
        "a": first,
        "b": second,
        "verdict": verdict,
        "reason": reason.strip(),
        "by": inquiry.user,
        "inquiry": inquiry.id,
        "at": utc_now(),
        "compartments": sorted({entities[first]["compartment"], entities[second]["compartment"]}),
    }
    between = graph.ask(view, inquiry, "resolution/between", a=first, b=second)

    def work(tx: Tx) -> None:
        seq = tx.run("loading/next_seq")[0]["seq"]
        earlier = tx.run("resolution/judge", p=judgement, seq=seq)[0]["ended"]
        ending = [row["decision"]["id"] for row in between if row["in_force"] and _ends(verdict, row, earlier)]
        ended = changed(tx, "resolution/retire", ending, seq)
        added = _joined(tx, judgement, seq) if verdict == "same" else []
        tx.run("resolution/judgement_ends", id=judgement["id"], ids=ended)
        tx.run("resolution/batch", seq=seq, run=judgement["id"], at=judgement["at"], added=added, retired=ended)

    graph.write(work)
    return judgement


def take_back(graph: Graph, view: View, inquiry: Inquiry, id: str, reason: str) -> dict[str, Any]:
    """Take back a judgement, whoever made it: what it had ended holds again, until the next run decides.

    One that is taken back already stays so. Raises NotFound for one that is not in view, Conflict for one that a later one has ended.
    """
    _with_reason(reason)
    found = graph.ask(view, inquiry, "resolution/judgement", id=id)
    if not found:
        raise NotFound(f"No judgement in view has the id {id!r}.", hint="`graphsvc why A B` names those on two entities.")
    judgement = found[0]["judgement"]
    if judgement.get("taken_back_by"):
        return {name: value for name, value in judgement.items() if name not in ("seq_from", "seq_to", "ended")}
    if judgement.get("seq_to") is not None:
        raise Conflict(f"The judgement {id} has ended: there is a later one on the two.", hint="`graphsvc why A B` names it.")
    told = {"taken_back_by": inquiry.user, "taken_back_at": utc_now(), "taken_back_because": reason.strip()}

    def work(tx: Tx) -> None:
        seq = tx.run("loading/next_seq")[0]["seq"]
        tx.run("resolution/judgement_end", id=id, seq=seq, set=told)
        ended = changed(tx, "resolution/retire", [_join_id(id)], seq)
        added = changed(tx, "resolution/revive", judgement.get("ended") or [], seq)
        tx.run("resolution/batch", seq=seq, run=id, at=told["taken_back_at"], added=added, retired=ended)

    graph.write(work)
    return {name: value for name, value in {**judgement, **told}.items() if name not in ("seq_from", "ended")}


def _kind(type: str) -> str:
    """What two entities must both be to be the same: people, organisations and those of which it is not said are of one kind."""
    ontology = load_ontology()
    return "LegalEntity" if type in ontology.below("LegalEntity") else type


def _with_reason(reason: str) -> None:
    if not reason.strip():
        raise InputError("Why it is decided so is missing.", hint="Give a reason.")


def _join_id(judgement: str) -> str:
    return f"same/{judgement}"


def _ends(verdict: Verdict, row: Row, earlier: list[str]) -> bool:
    """Whether a judgement ends this decision: what an earlier one joined, and for `never` whatever joins the two."""
    return verdict == "never" or row["decision"]["id"] in {_join_id(id) for id in earlier}


def _joined(tx: Tx, judgement: dict[str, Any], seq: int) -> list[str]:
    decision = {
        "id": _join_id(judgement["id"]),
        "decision": "same",
        "method": "person",
        "evidence": json.dumps({"reason": judgement["reason"]}, ensure_ascii=False),
        "decided_by": judgement["by"],
        "decided_at": judgement["at"],
        "compartments": judgement["compartments"],
        "run": judgement["id"],
    }
    rows = [{"a": judgement["a"], "b": judgement["b"], "p": decision}]
    return list(tx.run("resolution/create", {"type": TYPES["same"]}, rows=rows, seq=seq)[0]["ids"])
