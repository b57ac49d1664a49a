"""The questions about watches and alerts as both doors ask them. May import the desk's types and what is beside.

An alert is there for its owner, under an open inquiry of the same case and purpose, while everything that it rests on is in view; else it
is not there, in the same words as one that never was. A published lead is there under an open inquiry of the same purpose, of whichever
case, while anything that it rests on is in view.
"""

from __future__ import annotations

from typing import Any

from graphsvc.alerts.index import subjects
from graphsvc.alerts.outbox import ENDED, MEETING, Alert, Outbox, State, unknown
from graphsvc.alerts.published import open_lead
from graphsvc.alerts.subjects import METHODS, OPERATIONS, stored_subject
from graphsvc.alerts.telling import in_view, titles, told_alert, told_cause, told_watch
from graphsvc.alerts.watches import Watches
from graphsvc.alerts.watches import unknown as unknown_watch
from graphsvc.connections.telling import within
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.inquiry.office import Office

MOST = 500
_MOST_REASON = 1000
_MEETING = (
    "Another agency has come upon the same entity, and the policies of its source let both of you share it. Call them before you act on it."
)
UNVERIFIED = "A camera's reading: unverified until a person has compared both photographs with the vehicle."


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
    value = {"alerts": shown, "next": following, "sources": titles(r.graph, r.view, r.inquiry)}
    return Result(value, counts={"alerts": len(shown)})


def show_question(r: Reading, office: Office, id: str) -> Result:
    """One alert with its cause, read again within the view: records, links, path, change or sightings, and the method; or the lead that it
    tells of, which is opened by that.
    """
    alert = _alert(r, Outbox(office.engine), id)
    subject = stored_subject(alert.subject)
    view = r.permissions.view(OPERATIONS[subject.kind])
    told: dict[str, Any] = {"facts": [], "records": [], "sightings": [], "findings": []}
    lead = None
    if alert.lead is not None:
        lead, told = open_lead(r, office, alert.lead, alert.cause.get("unread_by"))
    elif alert.kind not in (ENDED, MEETING):
        told |= told_cause(r.graph, view, r.inquiry, alert.cause)
    own = {ENDED: "", MEETING: _MEETING, "lead": ""}
    method = own[alert.kind] if alert.kind in own else METHODS[subject.kind].format(**subject.model_dump())
    note = UNVERIFIED if told["sightings"] else None
    cause = {name: alert.cause[name] for name in ("seq", "at", "load", "run", "more", "length") if name in alert.cause}
    kept = {"alert": told_alert(alert), "lead": lead, "meeting": alert.cause.get(MEETING), "cause": cause}
    value = {**kept, "method": method, "note": note, **told}
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
    return {"alert": told, "sources": titles(r.graph, r.view, r.inquiry)}


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
    told = titles(r.graph, view, r.inquiry)
    return {
        "watch": told_watch(watch),
        "method": METHODS[watch.subject.kind].format(**watch.subject.model_dump()),
        "subject": found,
        "sources": told,
    }


def _of(alert: Alert, r: Reading) -> bool:
    of_case = alert.lead is not None or alert.case == r.inquiry.case
    return of_case and alert.purpose == r.inquiry.purpose and in_view(alert, r.permissions)


def _alert(r: Reading, outbox: Outbox, id: str) -> Alert:
    alert = outbox.alert(id)
    if alert is None or alert.state == "withdrawn" or alert.user != r.inquiry.user or not _of(alert, r):
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
