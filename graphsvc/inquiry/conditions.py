"""Under which conditions somebody may ask in the name of an inquiry, and what they are told when they may not.

May import users and the value of an inquiry.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from graphsvc.errors import Denied, InputError, InquiryMissing
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import as_text
from graphsvc.inquiry.open_inquiry import OpenInquiry, State

HOW_TO_OPEN = (
    "Open one: `graphsvc inquiry open --purpose CODE --case NUMBER --reason TEXT`, "
    "or POST /v1/inquiries and name it in the header `Inquiry`."
)

_OVER: dict[State, str] = {
    "requested": "The inquiry {inquiry.id} waits for the approval of a supervisor.",
    "ended": "The inquiry {inquiry.id} ended by itself at {inquiry.ends_at:%Y-%m-%d %H:%M} UTC.",
    "closed": "The inquiry {inquiry.id} was closed at {inquiry.closed_at:%Y-%m-%d %H:%M} UTC.",
    "rejected": "The request for the standing inquiry {inquiry.id} was rejected.",
}


def may_ask(user: User, purpose: str, now: datetime) -> None:
    """Raises Denied unless the user is active, trained today, and has the purpose."""
    if not user.active:
        raise Denied(f"The user {user.id} is disabled.", hint="An operator can enable them.")
    if not user.trained(now.date()):
        until = f"was valid until {user.trained_until}" if user.trained_until else "is not recorded"
        raise Denied(
            f"The training of {user.id} {until}.",
            hint=f"When it is done, an operator records it: `graphsvc user update {user.id} --trained-until DATE`.",
        )
    if purpose not in user.purposes:
        theirs = ", ".join(sorted(user.purposes)) or "none"
        raise Denied(f"{user.id} may not ask for the purpose {purpose!r}.", hint=f"Their purposes: {theirs}. An operator can change them.")


def checked_end(until: datetime | None, now: datetime, most: timedelta) -> datetime:
    """When an inquiry ends: `until`, if it is in the future and within the most; None is the most. Raises InputError."""
    latest = now + most
    if until is None:
        return latest
    if until.tzinfo is None:
        raise InputError("The end of an inquiry needs a time zone.", hint="Write it as 2026-11-24T17:00:00Z or with an offset (+01:00).")
    if until <= now:
        raise InputError(f"The end {as_text(until)} is not in the future.", hint=f"It may be as late as {as_text(latest)}.")
    if until > latest:
        raise InputError(f"The end {as_text(until)} is too late.", hint=f"It may be as late as {as_text(latest)}.")
    return until


def unknown(id: str) -> InquiryMissing:
    """The one answer for an inquiry that is not there and for one of another user's."""
    return InquiryMissing(f"You have no inquiry {id[:80]!r}." if id else "No inquiry was named.", hint=HOW_TO_OPEN)


def not_open(inquiry: OpenInquiry) -> InquiryMissing:
    """Why the user's own inquiry does not count now."""
    hint = HOW_TO_OPEN
    if inquiry.state == "requested":
        hint = f"A supervisor of {inquiry.agency} other than you can approve it: `graphsvc inquiry approve {inquiry.id}`."
    return InquiryMissing(_OVER[inquiry.state].format(inquiry=inquiry), hint=hint)
