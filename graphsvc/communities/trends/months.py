"""Months as numbers, so that they can be counted with: 2024-03 is 2024 * 12 + 2. Imports the standard library only."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

NO_MONTH = -1
_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def number(text: str | None) -> int:
    """The number of a month that is written 2024-03; NO_MONTH for what is none."""
    if text is None or len(text) < 7 or not (text[:4].isdigit() and text[5:7].isdigit() and 1 <= int(text[5:7]) <= 12):
        return NO_MONTH
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def text(month: int) -> str:
    """A month as it is written: 2024-03."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def spoken(month: str) -> str:
    """A month as it is said: March 2024."""
    return f"{_NAMES[int(month[5:7]) - 1]} {month[:4]}"


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, monthrange(month // 12, month % 12 + 1)[1])


def whole(day: str) -> int:
    """The last month that was over on a day: that of the day if it is its last one, else the one before."""
    month = number(day)
    return month if date.fromisoformat(day[:10]) == last_day(month) else month - 1
