"""When links held: intervals of days, as wide as what is known of their dates allows. Imports numpy only.

A partial date is the interval that it is: 2019-05 may be any day of that May. A state without an end goes on; a link without any date
may have held at any time, which is said to be unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt

# Days before and after all others: a bound that nothing is known of.
OPEN_BEGIN, OPEN_END = -(1 << 30), (1 << 30) - 1
UNKNOWN = (OPEN_BEGIN, OPEN_END)
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_EPOCH = date(1970, 1, 1).toordinal()


def day(text: str | None, *, last: bool) -> int | None:
    """The first or last day, since 1970-01-01, that a stored date can mean; None for what is no date."""
    match = _DATE.match(text or "")
    if match is None:
        return None
    year, month, of_month = (int(part) if part else None for part in match.groups())
    try:
        if of_month is not None and month is not None:
            return date(year or 0, month, of_month).toordinal() - _EPOCH
        if not last:
            return date(year or 0, month or 1, 1).toordinal() - _EPOCH
        after = (year or 0) + (month or 12) // 12, (month or 12) % 12 + 1
        return date(*after, 1).toordinal() - _EPOCH - 1
    except ValueError:  # a month that there is not, or the year 9999
        return None


def typed(text: str, *, last: bool) -> int | None:
    """The same for what a person wrote, all of which has to be the date: 2019/05 is none."""
    return day(text, last=last) if _DATE.fullmatch(text) else None


def interval(since: str | None, until: str | None) -> tuple[int, int]:
    """The widest interval of days between two stored dates, either of which may be missing; UNKNOWN for neither."""
    begin, end = day(since, last=False), day(until, last=True)
    begin, end = OPEN_BEGIN if begin is None else begin, OPEN_END if end is None else end
    # A link that ends before it begins holds at what it says of both.
    return (begin, end) if begin <= end else (end, begin)


class Periods:
    """A table of intervals as it grows, and the numbers that stand for them; number 0 is UNKNOWN."""

    def __init__(self, begin: npt.NDArray[np.int32] | None = None, until: npt.NDArray[np.int32] | None = None) -> None:
        self._first = (
            (np.array([OPEN_BEGIN], np.int32), np.array([OPEN_END], np.int32)) if begin is None or until is None else (begin, until)
        )
        self._new: list[tuple[int, int]] = []
        self._number: dict[tuple[str | None, str | None], int] = {("", ""): 0}
        self._of_interval: dict[tuple[int, int], int] = {UNKNOWN: 0}

    def number(self, since: str | None, until: str | None) -> int:
        found = self._number.get((since, until))
        if found is None:
            held = interval(since, until)
            found = self._of_interval.get(held)
            if found is None:
                found = self._of_interval[held] = self._first[0].size + len(self._new)
                self._new.append(held)
            self._number[since, until] = found
        return found

    def numbers(self, since: Iterable[str | None], until: Iterable[str | None]) -> npt.NDArray[np.uint32]:
        return np.array([self.number(a, b) for a, b in zip(since, until, strict=True)], np.uint32)

    def arrays(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """First and last days by number."""
        new = np.array(self._new, np.int32).reshape(-1, 2)
        return np.concatenate([self._first[0], new[:, 0]]), np.concatenate([self._first[1], new[:, 1]])
