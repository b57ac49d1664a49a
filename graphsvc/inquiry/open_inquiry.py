"""An inquiry as a value: who asks, for what, until when, and how it came to be open.

May import the graph's type, which read functions take.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row

from graphsvc.graph.view import Inquiry
from graphsvc.inquiry.clock import from_text

State = Literal["requested", "open", "ended", "closed", "rejected"]


@dataclass(frozen=True, slots=True)
class OpenInquiry:
    """An inquiry as it stands at one moment: `state` is that of when it was looked up.

    `requested` waits for a supervisor, `ended` reached `ends_at`, `closed` was closed before. Times are aware, in UTC.
    `rules_sha256` names the rules of use that were accepted.
    """

    id: str
    user: str
    agency: str
    purpose: str
    case: str
    reason: str
    rules_sha256: str
    standing: bool
    state: State
    requested_at: datetime
    opened_at: datetime | None
    ends_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    approved_by: str | None
    rejected_by: str | None
    rejected_at: datetime | None
    rejected_because: str | None

    def as_graph_inquiry(self, reason_code: str | None = None) -> Inquiry:
        """What the read functions take; the reason code is that of the one query it goes with."""
        return Inquiry(id=self.id, user=self.user, purpose=self.purpose, agency=self.agency, case=self.case, reason_code=reason_code)


def as_inquiry(row: Row[Any], now: datetime) -> OpenInquiry:
    """The inquiry that a row states, as of now."""
    ends_at = from_text(row.ends_at)
    state: State = row.state
    if state in ("requested", "open") and ends_at <= now:
        state = "ended"
    return OpenInquiry(
        id=row.id,
        user=row.account,
        agency=row.agency,
        purpose=row.purpose,
        case=row.case_number,
        reason=row.reason,
        rules_sha256=row.rules_sha256,
        standing=bool(row.standing),
        state=state,
        requested_at=from_text(row.requested_at),
        opened_at=_time(row.opened_at),
        ends_at=ends_at,
        closed_at=_time(row.closed_at),
        closed_by=row.closed_by,
        approved_by=row.approved_by,
        rejected_by=row.rejected_by,
        rejected_at=_time(row.rejected_at),
        rejected_because=row.rejected_because,
    )


def _time(text: str | None) -> datetime | None:
    return from_text(text) if text else None
