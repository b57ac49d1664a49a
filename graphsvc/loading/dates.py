"""Dates and times as sources write them, turned into ISO text with its precision. Imports errors only.

A partial date stays partial ("2019", "2019-05") and carries the bounds of what it may mean. A time becomes UTC and
keeps the offset under which it was given. Formats are compiled once; a parser is called for every value.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from graphsvc.errors import RowError

Precision = Literal["year", "month", "day", "hour", "minute", "second"]

# Dates repeat (birth dates, days of a register); times seldom do. The size costs under 2 MB a parser.
_REMEMBERED = 4096


_ZONE_NAME = re.compile("[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")


class When(NamedTuple):
    """A point in time or a stretch of it. A named tuple, since one is made for nearly every row."""

    text: str
    """"2019", "2019-05", "2019-05-12", or UTC "2021-10-03T10:53:03.000Z" (3, 6 or 9 digits after the second, as many as given)."""
    min: str
    """First date or time that `text` may mean."""
    max: str
    """Last date or time that `text` may mean."""
    offset: str | None
    """"+02:00" as given, or as the time zone had it then; None for dates and for times without either (taken as UTC)."""
    precision: Precision


Parse = Callable[[str], When | None]


class _Skipped(Exception):
    """A local time that the clocks leave out in spring."""


def compile_date(formats: Sequence[str], time_zone: str | None = None) -> Callable[[str], When]:
    """A parser of the given formats, tried in order: "iso", or directives of strptime.

    `time_zone` (an IANA name) is that of times which carry no offset. Of a time that a clock shows twice in autumn the
    first is meant; one that the clocks skip in spring is refused. ValueError for a format or zone that can't be used;
    the parser raises RowError "bad_date".
    """
    if not formats:
        raise ValueError("no date format is given")
    zone = _zone(time_zone)
    parsers = [_iso(zone) if form == "iso" else _directives(form, zone) for form in formats]
    named = formats[0] if len(formats) == 1 else "one of the forms " + ", ".join(formats)
    wanted = "an ISO date" if list(formats) == ["iso"] else f"a date in {'the form ' if len(formats) == 1 else ''}{named}"

    @lru_cache(_REMEMBERED)
    def parse(text: str) -> When:
        why = ""
        for parser in parsers:
            try:
                when = parser(text)
            except _Skipped:
                why = f": the clocks of {time_zone} skip this time"
                continue
            except (ValueError, OverflowError):
                continue
            if when is not None:
                return when
        raise RowError("bad_date", f"{text[:60]!r} is not {wanted}{why}")

    return parse


def _zone(name: str | None) -> tzinfo | None:
    """The zone from the `tzdata` package and not from the machine, so that the same versions give the same times."""
    if name is None:
        return None
    if _ZONE_NAME.fullmatch(name):
        file = files("tzdata").joinpath("zoneinfo", *name.split("/"))
        if file.is_file():
            with file.open("rb") as data, suppress(ValueError):  # a table beside the zones isn't one
                return ZoneInfo.from_file(data, key=name)
    raise ValueError(f"there is no time zone {name!r}; write an IANA name such as Europe/Amsterdam or UTC")


_ISO = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r" ?(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?"
)


def _iso(zone: tzinfo | None) -> Parse:
    def parse(text: str) -> When | None:
        if text[4:8:3] == "--" and text.isascii():
            # The two commonest shapes, at a third of the expression's cost.
            if len(text) == 10:
                date.fromisoformat(text)
                return When(text, text, text, None, "day")
            if len(text) in (19, 23) and text[10] in "T " and text[11:13] < "24" and text[13:17:3] == "::" and (text[19:20] or ".") == ".":
                fraction = text[20:]
                if not fraction or fraction.isdecimal():
                    return _moment(datetime.fromisoformat(text[:19]), fraction, "second", zone)
        match = _ISO.fullmatch(text)
        if match is None:
            return None
        year, month, day, hour, minute, second, fraction, offset = match.groups()
        if hour is None:
            return _partial(int(year), int(month) if month else None, int(day) if day else None)
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
        return _moment(local, fraction or "", "second" if second else "minute", _offset(offset) if offset else zone)

    return parse


def _partial(year: int, month: int | None, day: int | None) -> When:
    if month is None:
        text = date(year, 1, 1).isoformat()[:4]
        return When(text, f"{text}-01-01", f"{text}-12-31", None, "year")
    if day is None:
        text = date(year, month, 1).isoformat()[:7]
        return When(text, f"{text}-01", f"{text}-{calendar.monthrange(year, month)[1]}", None, "month")
    text = date(year, month, day).isoformat()
    return When(text, text, text, None, "day")


_NONE = timedelta(0)


def _moment(local: datetime, fraction: str, precision: Precision, zone: tzinfo | None) -> When:
    """A time in UTC; `fraction` is the digits after the second, which no conversion touches and so stay text."""
    digits = fraction
    if len(fraction) != 3:
        digits = fraction.rstrip("0")
        digits = digits.ljust(3 if len(digits) <= 3 else 6 if len(digits) <= 6 else 9, "0")
    offset = None
    if zone is not None:
        shift = zone.utcoffset(local) or _NONE
        # Before a gap the offset is smaller than after it, before a repetition larger (PEP 495).
        if shift < (zone.utcoffset(local.replace(fold=1)) or _NONE):
            raise _Skipped
        local = local - shift
        offset = _offset_text(shift)
    start = local.isoformat()
    text = f"{start}.{digits}Z"
    if precision == "second":
        return When(text, text, text, offset, precision)
    last = local + (timedelta(hours=1) if precision == "hour" else timedelta(minutes=1)) - timedelta(seconds=1)
    return When(text, text, f"{last.isoformat()}.999Z", offset, precision)


def _offset(text: str) -> tzinfo:
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    if int(digits[2:4]) > 59:
        raise ValueError(text)
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6] or 0))
    return timezone(-shift if text[0] == "-" else shift)


@cache
def _offset_text(shift: timedelta) -> str:
    seconds = int(shift.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


_MONTHS = {
    name.lower(): number
    for number, name in enumerate(
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"], 1
    )
}
_SHORT_MONTHS = {name[:3]: number for name, number in _MONTHS.items()}
# One or two digits, as strptime takes them. English month names whatever the machine's locale is.
_DIRECTIVES = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{1,2})",
    "S": "(?P<S>[0-9]{1,2})",
    "f": "(?P<f>[0-9]{1,9})",
    "p": "(?P<p>[AaPp][Mm])",
    "b": f"(?P<b>(?i:{'|'.join(_SHORT_MONTHS)}))",
    "B": f"(?P<B>(?i:{'|'.join(_MONTHS)}))",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?)",
    "%": "%",
}
_NEEDS = {"d": "m", "H": "d", "M": "H", "S": "M", "f": "S", "z": "H"}


def _directives(form: str, zone: tzinfo | None) -> Parse:
    pattern, used = _pattern(form)
    match_all = re.compile(pattern).fullmatch
    precision: Precision = "second" if "S" in used else "minute" if "M" in used else "hour"

    def parse(text: str) -> When | None:
        match = match_all(text)
        if match is None:
            return None
        part = match.groupdict()
        # POSIX: 69-99 are 1969-1999, 00-68 are 2000-2068.
        year = int(part["Y"]) if "Y" in part else int(part["y"]) + (2000 if part["y"] < "69" else 1900)
        month, day = _month(part), int(part["d"]) if "d" in part else None
        if "H" not in part and "I" not in part:
            return _partial(year, month, day)
        local = datetime(year, month or 0, day or 0, _hour(part), int(part.get("M", 0)), int(part.get("S", 0)))
        return _moment(local, part.get("f", ""), precision, _offset(part["z"]) if "z" in part else zone)

    return parse


def _month(part: dict[str, str]) -> int | None:
    if "m" in part:
        return int(part["m"])
    if "b" in part:
        return _SHORT_MONTHS[part["b"].lower()]
    return _MONTHS[part["B"].lower()] if "B" in part else None


def _hour(part: dict[str, str]) -> int:
    if "H" in part:
        return int(part["H"])
    hour = int(part["I"])
    if not 1 <= hour <= 12:
        raise ValueError("not an hour of a twelve-hour clock")
    return hour % 12 + (12 if part["p"].lower() == "pm" else 0)


def _pattern(form: str) -> tuple[str, set[str]]:
    """The regular expression of a format and its directives; ValueError for one that says too little or can't be read."""
    pattern, used = "", ""
    pieces = re.split(r"%(.|$)", form, flags=re.DOTALL)
    for literal, directive in zip(pieces[::2], [*pieces[1::2], None], strict=True):
        pattern += re.escape(literal)
        if directive is None:
            break
        if directive not in _DIRECTIVES:
            raise ValueError(f"the date format {form!r} uses %{directive}; known are {' '.join('%' + d for d in _DIRECTIVES)}")
        if directive != "%" and directive in used:
            raise ValueError(f"the date format {form!r} uses %{directive} twice")
        pattern += _DIRECTIVES[directive]
        used += directive if directive != "%" else ""
    # Digits that follow digits directly can only be told apart by fixed widths: %Y%m%d.
    pattern = re.sub(r"\{1,2\}\)(?=\(\?P<[mdHIMSfyY]>)", "{2})", pattern)
    pattern = re.sub(r"(?<=\}\))(\(\?P<[mdHIMS]>\[0-9\])\{1,2\}", r"\1{2}", pattern)
    _check(form, used)
    return pattern, set(used)


def _check(form: str, used: str) -> None:
    have = set(used)
    if len(have & {"Y", "y"}) != 1:
        raise ValueError(f"the date format {form!r} needs the year: %Y (or %y)")
    if ("I" in have) != ("p" in have) or have >= {"H", "I"}:
        raise ValueError(f"the date format {form!r}: %I and %p go together, without %H")
    if len(have & {"m", "b", "B"}) > 1:
        raise ValueError(f"the date format {form!r} has the month twice")
    have |= ({"m"} if have & {"b", "B"} else set()) | ({"H"} if "I" in have else set())
    for directive, needed in _NEEDS.items():
        if directive in have and needed not in have:
            raise ValueError(f"the date format {form!r} has %{directive} without %{needed}")
