"""What time it is for users, keys and inquiries, and how a time is written in their tables.

One function gives the time, so that a test can set it. Imports the errors.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from graphsvc.errors import InputError

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def as_text(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, `2026-11-24T09:00:00.000Z`: such texts sort as the times do, in every database.

    Raises InputError for a time that is not in the years of UTC's calendar.
    """
    try:
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError as error:
        raise InputError(f"{moment.isoformat()} is too far away: it can't be written in UTC.", hint="Give a nearer time.") from error


def from_text(text: str) -> datetime:
    """The time that `as_text` wrote."""
    return datetime.fromisoformat(text)
