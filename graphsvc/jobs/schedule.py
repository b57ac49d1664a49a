"""Cron lines: when a job is due. Imports APScheduler, and errors.

A line is read as cron reads it: 0 and 7 are Sunday. APScheduler's own numbers begin with Monday, so that days become names first.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import cast

from apscheduler.triggers.cron import CronTrigger

from graphsvc.errors import InputError

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMBERS = re.compile(r"([0-7])(?:-([0-7]))?(?:/([1-9]\d*))?")
_HINT = "Write minute, hour, day, month and weekday, in UTC: `30 2 * * *` is every night at 02:30, `0 6 * * 1-5` workdays at 06:00."


def trigger(cron: str) -> CronTrigger:
    """What fires by this line. Raises InputError for one that says nothing, means two things, or never fires."""
    fields = cron.split()
    if len(fields) != 5:
        raise InputError(f"{cron!r} is no cron line: it has {len(fields)} fields of 5.", hint=_HINT)
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        raise InputError(f"{cron!r} names days of the month and of the week, of which cron takes either.", hint="Give one of the two.")
    try:
        # The whole of the week is written as names, so that nothing reads a number of its own way.
        made = CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=_named(weekday), timezone=UTC)
    except ValueError as error:
        raise InputError(f"{cron!r} is no cron line: {error}.", hint=_HINT) from error
    if made.get_next_fire_time(None, datetime.now(UTC)) is None:
        raise InputError(f"{cron!r} never fires: there is no such day.", hint=_HINT)
    return made


def next_after(cron: str, moment: datetime) -> datetime | None:
    """The first time after this moment at which the line fires."""
    return _after(trigger(cron), moment)


def due(cron: str, since: datetime, now: datetime) -> datetime | None:
    """The last time after `since` and until `now` at which the line fired: however often it did, one run makes up for it."""
    made, first = trigger(cron), _after(trigger(cron), since)
    if first is None or first > now:
        return None
    # A line a minute has half a million misses a year, of which the last one is wanted: looked for from ever further back.
    for days in (1, 32, 400, 4000):
        found = _after(made, max(first - timedelta(seconds=1), now - timedelta(days=days)))
        if found is not None and found <= now:
            while (following := _after(made, found)) is not None and following <= now:
                found = following
            return found
    return first


def _after(made: CronTrigger, moment: datetime) -> datetime | None:
    return cast("datetime | None", made.get_next_fire_time(moment, moment + timedelta(microseconds=1)))


def _named(weekday: str) -> str:
    if weekday == "*" or not any(letter.isdigit() for letter in weekday):
        return weekday
    days: list[str] = []
    for part in weekday.split(","):
        match = _NUMBERS.fullmatch(part)
        if match is None:
            if part.startswith("*/") and part[2:].isdigit() and int(part[2:]) > 0:
                days += [_DAYS[n] for n in range(0, 7, int(part[2:]))]
                continue
            raise ValueError(f"{part!r} is no day of the week")
        first = int(match[1])
        last = int(match[2]) if match[2] else (6 if match[3] else first)
        if last < first:
            raise ValueError(f"{part!r} ends before it begins")
        days += [_DAYS[n] for n in range(first, last + 1, int(match[3] or 1))]
    return ",".join(dict.fromkeys(days))
