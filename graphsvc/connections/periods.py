"""Dates that people ask for, and how the periods of links stand to them: surely, perhaps, or not.

May import the reading of dates. Partial dates are the intervals that they are. Dates are compared by their days, as ISO text.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from graphsvc.errors import InputError, RowError
from graphsvc.loading.dates import compile_date

FIRST, LAST = "0000-01-01", "9999-12-31"
_read = compile_date(["iso"])


class Days(NamedTuple):
    """The first and the last day that a date may mean."""

    first: str
    last: str


def days(name: str, text: str | None) -> Days | None:
    """The days that a date means: `2019` is a whole year. Raises InputError for what is no date."""
    if text is None:
        return None
    try:
        when = _read(text.strip())
    except RowError as error:
        raise InputError(f"{name}: {text[:60]!r} is no date.", hint="Write 2019, 2019-05 or 2019-05-12.") from error
    return Days(when.min[:10], when.max[:10])


def span(since: str | None, until: str | None) -> tuple[Days | None, Days | None]:
    """Two dates in order. Raises InputError for reversed ones."""
    first, last = days("from", since), days("to", until)
    if first and last and first.first > last.last:
        raise InputError(f"The dates are reversed: from {since} to {until}.", hint="Give the earlier one first.")
    return first, last


def _bounds(link: dict[str, Any], name: str, unknown: str) -> Days:
    text = link.get(name)
    if not text:
        return Days(unknown, unknown)
    return Days(str(link.get(f"{name}_min") or text)[:10], str(link.get(f"{name}_max") or text)[:10])


def surely_held(link: dict[str, Any], on: Days) -> bool:
    """Whether a link held on all days that a date may mean. One without a beginning, or an end, is taken to have none."""
    return _bounds(link, "valid_from", FIRST).last <= on.first and _bounds(link, "valid_to", LAST).first >= on.last


def held_together(link: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether the other may have held when the link began."""
    begin = _bounds(link, "valid_from", FIRST)
    return _bounds(other, "valid_from", FIRST).first <= begin.last and _bounds(other, "valid_to", LAST).last >= begin.first
