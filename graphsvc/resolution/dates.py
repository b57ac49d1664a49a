"""Dates of birth as sources tell them: whole, in part, with day and month swapped, with a slip of the pen.

Pure; imports nothing of graphsvc.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Born(NamedTuple):
    """`day`, `month`, `year` are ISO texts at that precision, None where it isn't known; `either` is the same for a date and its swap."""

    day: str | None
    month: str | None
    year: str | None
    either: str | None

    @property
    def days(self) -> int | None:
        """The day as a number, to count how far two are apart; None for a day that no calendar has, though a source tells it."""
        try:
            return date.fromisoformat(self.day).toordinal() if self.day else None
        except ValueError:
            return None


NEVER = Born(None, None, None, None)


@lru_cache(maxsize=1 << 16)
def parse_born(text: str | None) -> Born:
    """The parts of an ISO date or a part of one; NEVER for anything else."""
    found = _ISO.match(text) if text else None
    if found is None:
        return NEVER
    year, month, day = found.groups()
    if month is None:
        return Born(None, None, year, None)
    if day is None:
        return Born(None, f"{year}-{month}", year, None)
    return Born(f"{year}-{month}-{day}", f"{year}-{month}", year, "|".join((year, *sorted((month, day)))))


def contradict(a: str, b: str) -> bool:
    """Whether two dates, or parts of dates, can't be one date told with a slip: they differ in more than one part, and not by a swap."""
    if sum(x != y for x, y in zip(a.split("-"), b.split("-"), strict=False)) <= 1:
        return False
    one, other = parse_born(a).either, parse_born(b).either
    return one is None or one != other
