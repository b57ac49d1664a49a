"""`/v1/inquiries`, `/v1/me`: who you are here, and the inquiries that your questions belong to."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from graphsvc.api import examples
from graphsvc.api.models import InquiryDecision, InquiryOpening
from graphsvc.api.params import AppOffice, KnownUser
from graphsvc.api.responses import answers

router = APIRouter(prefix="/v1", tags=["inquiries"])


@router.get("/me", responses=answers(examples.USER))
def me(user: KnownUser, office: AppOffice) -> dict[str, Any]:
    """The user that the key or token belongs to."""
    return office.told_user(user)


@router.post("/inquiries", status_code=201, responses=answers(examples.INQUIRY, 400, 403, status=201))
def open_inquiry(user: KnownUser, office: AppOffice, opening: InquiryOpening) -> dict[str, Any]:
    """Open an inquiry (or, with `standing`, ask for one that a supervisor approves). Opening accepts the rules of use."""
    ask = office.request_standing if opening.standing else office.open_inquiry
    return ask(user, purpose=opening.purpose, case=opening.case, reason=opening.reason, until=opening.until)


@router.get("/inquiries", responses=answers([examples.INQUIRY], 403))
def list_inquiries(user: KnownUser, office: AppOffice, everybody: bool = False) -> list[dict[str, Any]]:
    """Your inquiries, newest first; with `everybody` those of your agency (supervisors) or all (auditors)."""
    return office.list_inquiries(user, everybody=everybody)


@router.get("/inquiries/rules", responses=answers(examples.RULES))
def rules(user: KnownUser, office: AppOffice) -> dict[str, Any]:
    """The rules of use, purposes and reason codes of this deployment."""
    return office.rules()


@router.post("/inquiries/{id}/close", responses=answers(examples.INQUIRY, 403))
def close_inquiry(user: KnownUser, office: AppOffice, id: str) -> dict[str, Any]:
    """Close an inquiry of yours before it ends by itself."""
    return office.close_inquiry(user, id)


@router.post("/inquiries/{id}/ticket", status_code=201, responses=answers(examples.TICKET, 403, status=201))
def make_ticket(request: Request, user: KnownUser, office: AppOffice, id: str) -> dict[str, Any]:
    """A URL under which OpenRefine can screen one list in the name of an inquiry of yours, until it ends. It is shown once."""
    made = office.make_ticket(user, id)
    return {**made, "url": f"{request.base_url}v1/reconcile/{made['ticket']}"}


@router.post("/inquiries/{id}/decision", responses=answers(examples.INQUIRY, 403, 404, 409))
def decide(user: KnownUser, office: AppOffice, id: str, decision: InquiryDecision) -> dict[str, Any]:
    """Approve or reject a standing inquiry, as a supervisor of its agency who did not ask for it."""
    return office.decide_standing(user, id, approve=decision.approve, reason=decision.reason)
