"""Published leads as they are shown: the questions about them as both doors ask them.

A reader is shown what of a lead is in their own view when they open it, as if it had been published without the rest. Its words are the
publisher's, and are shown to every reader. May import the office and what is beside.
"""

from __future__ import annotations

from typing import Any

from graphsvc.alerts.leads import Lead, Leads
from graphsvc.alerts.outbox import Outbox
from graphsvc.alerts.subjects import OPERATIONS
from graphsvc.alerts.telling import in_view, may_read, titles, told_alert, told_cause
from graphsvc.connections.telling import within
from graphsvc.errors import NotFound
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.inquiry.office import Office

MOST = 500


def leads_of(office: Office) -> Leads:
    return Leads(office.engine, digest_hour=office.settings.alert_digest_hour)


def list_question(r: Reading, office: Office, *, limit: int) -> Result:
    """The leads that the asker has published, and those that are for them under an inquiry of this purpose: of each the newest ones."""
    within("The limit", limit, 1, MOST)
    leads = leads_of(office)
    mine = [told_lead(office, lead) for lead in leads.of(r.inquiry.user)[:limit]]
    alerts = [
        told_alert(one)
        for one in Outbox(office.engine).alerts(r.inquiry.user, newest=True)
        if one.lead is not None and one.purpose == r.inquiry.purpose and in_view(one, r.permissions)
    ][:limit]
    value = {"published": mine, "received": alerts, "sources": titles(r.graph, r.view, r.inquiry)}
    return Result(value, counts={"published": len(mine), "received": len(alerts)})


def show_question(r: Reading, office: Office, id: str) -> Result:
    """One lead with what it rests on, as far as that is in the asker's view: for who published it, and for its readers, who open it so."""
    lead = leads_of(office).get(id)
    mine = lead is not None and lead.user == r.inquiry.user
    if lead is None or not (mine or _is_reader(r, office, lead)):
        raise unknown(id)
    told, named = open_lead(r, office, id)
    return Result({"lead": told, **named}, counts={name: len(part) for name, part in named.items()})


def open_lead(r: Reading, office: Office, id: str, unread_by: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """A lead, and what it names that is in the asker's view; noted as opened where the asker is a reader. Whether they are was checked."""
    leads = leads_of(office)
    lead = leads.get(id)
    assert lead is not None, "an alert of a lead has one"
    told: dict[str, Any] = {"entities": [], "facts": [], "records": [], "sightings": [], "findings": []}
    told |= told_cause(r.graph, r.permissions.view(OPERATIONS["lead"]), r.inquiry, lead.content)
    if changes := lead.content.get("changes"):
        told |= told_cause(r.graph, r.permissions.view("analytics"), r.inquiry, changes)
    leads.opened(lead, r.inquiry.user)
    return told_lead(office, lead, whole=lead.user == r.inquiry.user) | {"unread_by": unread_by}, told


def told_lead(office: Office, lead: Lead, *, whole: bool = True) -> dict[str, Any]:
    """A lead as doors show it, without what it rests on; `whole`: also whom it is for, which its readers are not told."""
    by = office.users.get(lead.user)
    agency = office.deployment.agencies.get(by.agency)
    told = {name: getattr(lead, name) for name in ("id", "title", "text", "case", "made_at", "withdrawn_at", "withdrawn_because")}
    told |= {"by": by.name, "agency": agency.name if agency else by.agency, "contact": agency.contact if agency else ""}
    readers = {name: list(getattr(lead.readers, name)) for name in ("agencies", "regions", "roles", "cases")}
    return {**told, "until": lead.ends_at, "readers": readers if whole else None}


def unknown(id: str) -> NotFound:
    """The one answer for a lead that is not there, is withdrawn, is not for the asker, or rests on nothing that is in view."""
    return NotFound(f"You have no lead {id[:80]!r} in view of this inquiry.", hint="`graphsvc leads list` shows those that you have.")


def _is_reader(r: Reading, office: Office, lead: Lead) -> bool:
    theirs = r.inquiry.user in leads_of(office).reached(lead) and lead.withdrawn_at is None
    return theirs and lead.purpose == r.inquiry.purpose and may_read(lead.rests_on, r.permissions)
