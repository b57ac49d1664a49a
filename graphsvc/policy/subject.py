"""Who asks, and what they say when they ask, as a policy sees them.

Imports nothing of graphsvc.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """A user, reduced to what policies decide by. `trained_until` is the last day on which their training is valid; None: never trained."""

    user: str
    agency: str
    roles: frozenset[str]
    purposes: frozenset[str]
    trained_until: date | None
    active: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The purpose of a question, when it was asked, and its reason code if one was given. Raises ValueError for a time without offset."""

    purpose: str
    at: datetime
    reason_code: str | None

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError("a question is asked at a time with its offset from UTC")

    @property
    def today(self) -> date:
        """The day in UTC: the part of the time that decisions depend on."""
        return self.at.astimezone(UTC).date()

    @property
    def reason_given(self) -> bool:
        """Whether a reason code was given; blank ones don't count."""
        return bool(self.reason_code and self.reason_code.strip())
