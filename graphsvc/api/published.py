"""`/v1/leads`: what somebody has found and tells others."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from graphsvc.alerts import publishing
from graphsvc.alerts.published import list_question, show_question
from graphsvc.alerts.publishing import Given, MailAddress, Withdrawal, publish_question
from graphsvc.api import published_examples as examples
from graphsvc.api.params import AppOffice, Ask, KnownUser
from graphsvc.api.responses import answers

router = APIRouter(prefix="/v1/leads", tags=["leads"])

LeadId = Annotated[str, Path(max_length=100, description="A lead's id.")]


@router.post("", responses=answers(examples.PUBLISHED, 400, 403, 404))
def publish(ask: Ask, office: AppOffice, given: Given) -> Response:
    """Publish a lead (a path, a change or a memo, with what it rests on) to agencies, regions, roles, or whoever holds cases it touches."""
    asked = given.model_dump(mode="json", by_alias=True)
    return ask.answer("leads.publish", "share", asked, lambda r: publish_question(r, office, given), also=("search",), decides=True)


@router.get("", responses=answers(examples.LEADS, 403))
def list_leads(
    ask: Ask, office: AppOffice, limit: Annotated[int, Query(ge=1, le=500, description="The most to give, of either.")] = 50
) -> Response:
    """The leads that you have published, and those that are for you under an inquiry of this purpose."""
    return ask.answer("leads.list", "search", {"limit": limit}, lambda r: list_question(r, office, limit=limit))


@router.put("/mail", responses=answers(examples.MAIL, 400))
def set_mail(user: KnownUser, office: AppOffice, given: MailAddress) -> dict[str, Any]:
    """Where you are mailed that there is a lead for you, or that another agency has come upon the same as you."""
    return publishing.set_mail(office, user, given.mail)


@router.get("/{id}", responses=answers(examples.LEAD, 403, 404))
def show_lead(ask: Ask, office: AppOffice, id: LeadId) -> Response:
    """Open a lead: its words, and what of all that it rests on is in your view."""
    return ask.answer("leads.show", "search", {"lead": id}, lambda r: show_question(r, office, id))


@router.post("/{id}/withdraw", responses=answers(examples.WITHDRAWN, 400, 404, 409))
def withdraw(user: KnownUser, office: AppOffice, id: LeadId, given: Withdrawal) -> dict[str, Any]:
    """Take back a lead of yours: it is no longer there for anybody whom it has reached."""
    return publishing.withdraw(office, user, id, given.reason)
