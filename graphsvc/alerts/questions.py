"""The questions about watches and alerts as both doors ask them. May import the desk's types and what is beside.

An alert is there for its owner, under an open inquiry of the same case and purpose, while everything that it rests on is in view; else it
is not there, in the same words as one that never was.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from graphsvc.alerts.findings import FINDINGS
from graphsvc.alerts.index import subjects
from graphsvc.alerts.outbox import ENDED, MEETING, Alert, Outbox, State, unknown
from graphsvc.alerts.subjects import METHODS, OPERATIONS, stored_subject, words
from graphsvc.alerts.watches import Watch, Watches
from graphsvc.alerts.watches import unknown as unknown_watch
from graphsvc.connections.telling import within
from graphsvc.connections.words import sentence
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.policy.judge import Permissions
from graphsvc.resolution.sentences import sentences
from graphsvc.resolution.stored import METHOD
from graphsvc.sightings.exact import sighting_types
from graphsvc.sightings.these import these

MOST = 500
_MOST_REASON = 1000
_MEETING = (
    "Another agency watches the same entity, and the policies of its source let both of you share it. Call them before you act on it."
)
UNVERIFIED = "A camera's reading: unverified until a person has compared both photographs with the vehicle."


def in_view(alert: Alert, permissions: Permissions) -> bool:
    """Whether everything that an alert rests on is in view."""
    operation = OPERATIONS[json.loads(alert.subject)["kind"]]
    return set(alert.compartments) <= set(permissions.compartments(operation))


def list_question(r: Reading, outbox: Outbox, *, state: str | None, dead: bool, limit: int, before: int | None) -> Result:
    """The asker's alerts of the inquiry's case, newest first. `dead`: those with a delivery that was given up."""
    within("The limit", limit, 1, MOST)
    if state not in (None, "new", "acknowledged", "dismissed"):
        raise InputError(f"There is no state {state!r} of an alert.", hint="There are: new, acknowledged, dismissed.")
    given_up = outbox.dead(r.inquiry.user)
    theirs = [
        one
        for one in outbox.alerts(r.inquiry.user, newest=True)
        if _of(one, r)
        and (state is None or one.state == state)
        and (not dead or one.id in given_up)
        and (before is None or one.number < before)
    ]
    shown = [{**told_alert(one), "dead": given_up.get(one.id, [])} for one in theirs[:limit]]
    following = theirs[limit - 1].number if len(theirs) > limit else None
    # The look is of the outbox; the graph tells which sources it is about.
    titles = _titles(r.graph, r.view, r.inquiry)
    return Result({"alerts": shown, "next": following, "sources": titles}, counts={"alerts": len(shown)})


def show_question(r: Reading, outbox: Outbox, id: str) -> Result:
    """One alert with its cause, read again within the view: records, links, path, change or sightings, and the method."""
    alert = _alert(r, outbox, id)
    subject = stored_subject(alert.subject)
    view = r.permissions.view(OPERATIONS[subject.kind])
    told: dict[str, Any] = {"facts": [], "records": [], "sightings": [], "findings": []}
    if alert.kind not in (ENDED, MEETING):
        told |= _cause(r.graph, view, r.inquiry, alert)
    own = {ENDED: "", MEETING: _MEETING}
    method = own[alert.kind] if alert.kind in own else METHODS[subject.kind].format(**subject.model_dump())
    note = UNVERIFIED if told["sightings"] else None
    cause = {name: alert.cause[name] for name in ("seq", "at", "load", "run", "more", "length") if name in alert.cause}
    value = {"alert": told_alert(alert), "meeting": alert.cause.get(MEETING), "cause": cause, "method": method, "note": note, **told}
    return Result(value, counts={name: len(part) for name, part in told.items()})


def mark_question(r: Reading, outbox: Outbox, id: str, state: State, reason: str | None) -> dict[str, Any]:
    """Note that the asker has seen to an alert, and which sources were in view then. Dismissing one needs a reason."""
    reason = " ".join((reason or "").split()) or None
    if state == "dismissed" and reason is None:
        raise InputError("Dismissing an alert needs a reason.", hint="Say why it is none for the case.")
    if reason is not None and len(reason) > _MOST_REASON:
        raise InputError(f"The reason has {len(reason)} characters; {_MOST_REASON} are the most.")
    alert = _alert(r, outbox, id)
    told = told_alert(outbox.mark(alert.id, state, r.inquiry.user, reason))
    return {"alert": told, "sources": _titles(r.graph, r.view, r.inquiry)}


def check_question(r: Reading, watches: Watches, id: str) -> dict[str, Any]:
    """What a watch is of, as the asker's view has it now. Raises NotFound where the subject is not in view."""
    watch = watches.get(r.inquiry.user, id)
    view = r.permissions.view(watch.operation)
    entities, communities = subjects(watch)
    found = _subjects(r.graph, view, r.inquiry, entities, communities)
    if len(found) < len(entities) + len(communities) or not view.compartments:
        raise unknown_watch(watch.id)
    if not watch.seen:
        watches.saw(watch.id)
    told = _titles(r.graph, view, r.inquiry)
    return {
        "watch": told_watch(watch),
        "method": METHODS[watch.subject.kind].format(**watch.subject.model_dump()),
        "subject": found,
        "sources": told,
    }


def _of(alert: Alert, r: Reading) -> bool:
    return (alert.case, alert.purpose) == (r.inquiry.case, r.inquiry.purpose) and in_view(alert, r.permissions)


def _alert(r: Reading, outbox: Outbox, id: str) -> Alert:
    alert = outbox.alert(id)
    if alert is None or alert.user != r.inquiry.user or not _of(alert, r):
        raise unknown(id)
    return alert


def _subjects(graph: Graph, view: View, inquiry: Inquiry, entities: list[str], communities: list[str]) -> list[dict[str, Any]]:
    rows = graph.ask(view, inquiry, "read/entity", ids=entities)
    found = [{name: row["entity"].get(name) for name in ("id", "type", "caption", "source")} for row in rows]
    for id in communities:
        found += [
            {"id": id, "type": "Community", "caption": id, "size": row["community"]["size"]}
            for row in graph.ask(view, inquiry, "communities/one", id=id, run=None)
        ]
    return found


def _titles(graph: Graph, view: View, inquiry: Inquiry) -> list[str]:
    return sorted(one["id"] for one in graph.ask(view, inquiry, "read/titles")[0]["titles"])


def _cause(graph: Graph, view: View, inquiry: Inquiry, alert: Alert) -> dict[str, Any]:
    cause = alert.cause
    if "keys" in cause:
        return {"findings": FINDINGS[cause["kind"]].told(graph, view, inquiry, cause["run"], list(cause["keys"]))}
    seen = set(sighting_types(load_ontology()))
    facts = [fact for fact in cause["facts"] if not (fact["type"] in seen and view.operation == "exact")]
    asked = [{"id": fact["id"], "a": fact["a"], "b": fact["b"]} for fact in facts]
    rows = {row["id"]: row for row in graph.ask(view, inquiry, "communities/facts", facts=asked)} if asked else {}
    read = [fact["id"] for fact in cause["facts"] if fact["type"] in seen and view.operation == "exact"]
    wanted = [one["id"] for one in cause["records"]]
    records = {row["record"]["id"]: row for row in graph.ask(view, inquiry, "read/records", ids=wanted)} if wanted else {}
    changes = {one["id"]: one for one in cause["records"]}
    brought = graph.ask(view, inquiry, "read/entity", ids=list(cause["entities"])) if cause["entities"] else []
    return {
        "facts": [_told_fact(fact["change"], rows[fact["id"]]) for fact in facts if fact["id"] in rows],
        "records": [_told_record(records[id], changes[id]) for id in wanted if id in records],
        "entities": [{name: row["entity"].get(name) for name in ("id", "type", "caption", "source")} for row in brought],
        "sightings": these(graph, view, inquiry, read, today=datetime.now(UTC).date()) if read else [],
    }


def _told_fact(change: str, row: Row) -> dict[str, Any]:
    start, end = row["ends"]
    link = row["link"]
    if row["type"] == "SAME_AS":
        text = f"{start['caption']} ({start['source']}) is stated to be the same as {end['caption']} ({end['source']})."
    else:
        text = sentence(load_ontology(), row["type"], link, str(start["caption"]), str(end["caption"]))
    because = sentences(link, json.loads(link.get("evidence") or "{}")) if link.get("method") == METHOD else []
    return {
        "id": row["id"],
        "type": row["type"],
        "from": start["id"],
        "to": end["id"],
        "change": change,
        "sentence": f"No longer: {text}" if change == "ended" else text,
        "because": because,
        "records": [one["id"] for one in row["records"]],
    }


def _told_record(row: Row, change: dict[str, Any]) -> dict[str, Any]:
    record, load = row["record"], row["load"] or {}
    by_sum = dict(zip(load.get("file_sha256") or [], load.get("files") or [], strict=False))
    return {
        **{name: record.get(name) for name in ("id", "source", "table", "line", "sha256")},
        "file": by_sum.get(record.get("file_sha256")),
        "of": change["of"],
        "change": "came" if change["came"] else "ended",
    }


def told_alert(alert: Alert) -> dict[str, Any]:
    """An alert as doors show it, without its cause."""
    kept = ("id", "number", "kind", "watch", "inquiry", "case", "made_at", "state", "state_by", "state_at", "reason")
    return {**{name: getattr(alert, name) for name in kept}, "subject": words(stored_subject(alert.subject))}


def told_watch(watch: Watch) -> dict[str, Any]:
    """A watch as doors show it to its owner."""
    kept = ("id", "user", "inquiry", "case", "purpose", "reason_code", "mail", "webhook", "daily", "made_at", "ended_at")
    return {**{name: getattr(watch, name) for name in kept}, "until": watch.ends_at, "subject": watch.subject.model_dump(by_alias=True)}
