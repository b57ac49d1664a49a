"""Hot lists: identifiers to be watched for, as CSV. May import the office.

Columns: `plate` with `jurisdiction`, or `identifier` with `issuer` where it has one; `owner` (a user), `case`, `expiry` (the last day);
`reason_code`, `mail`, `webhook` if wanted. Each row is a watch of its owner's, for the open standing inquiry that they have of the case.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from graphsvc.alerts.watches import checked_end
from graphsvc.errors import InputError, NotFound
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import system_clock
from graphsvc.inquiry.office import Office
from graphsvc.inquiry.open_inquiry import OpenInquiry
from graphsvc.sightings.exact import named

MOST_ROWS = 100_000
_COLUMNS = {"plate", "jurisdiction", "identifier", "issuer", "owner", "case", "expiry", "reason_code", "mail", "webhook"}
_NEEDED = ("owner", "case", "expiry")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line, whose it is, their standing inquiry, and what it says besides."""

    line: int
    owner: User
    inquiry: OpenInquiry
    given: dict[str, Any]


def rows_of(office: Office, by: User, name: str, data: bytes) -> tuple[list[Row], list[tuple[int, str]]]:
    """The rows of a hot list, and what is wrong with others, by line. Raises InputError for what is no such file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8.", hint="Save it as CSV in UTF-8.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [column.strip() for column in reader.fieldnames or []]
    except csv.Error as error:
        raise InputError(f"{name} is no hot list: its first line can't be read ({error}).", hint="Save it as CSV in UTF-8.") from error
    twice = [column for column, times in Counter(columns).items() if times > 1]
    if twice:
        raise InputError(f"{name} is no hot list: it has the column {twice[0][:40]!r} more than once.", hint="Leave out one of them.")
    unknown = sorted(set(columns) - _COLUMNS)
    lacking = [column for column in _NEEDED if column not in columns]
    if unknown or lacking or not {"plate", "identifier"} & set(columns):
        wrong = (
            f"it has no column {lacking[0]!r}" if lacking else f"{unknown[0]!r} is no column of one" if unknown else "it names no plates"
        )
        raise InputError(f"{name} is no hot list: {wrong}.", hint=f"Columns: {', '.join(sorted(_COLUMNS))}.")
    reader.fieldnames = columns
    rows: list[Row] = []
    problems: list[tuple[int, str]] = []
    inquiries: dict[tuple[str, str], tuple[User, OpenInquiry]] = {}
    try:
        for given in reader:
            try:
                rows.append(_row(office, by, reader.line_num, given, inquiries))
            except (InputError, NotFound) as error:
                problems.append((reader.line_num, error.message))
            if len(rows) > MOST_ROWS:
                raise InputError(f"{name} has more than {MOST_ROWS:,} rows.", hint="Give it in parts.")
    except csv.Error as error:
        # The reader counts the lines that it has read whole.
        problems.append((reader.line_num + 1, str(error)))
    if not rows and not problems:
        raise InputError(f"{name} has no rows.")
    return rows, problems


def _row(office: Office, by: User, line: int, given: dict[Any, Any], inquiries: dict[tuple[str, str], tuple[User, OpenInquiry]]) -> Row:
    if None in given or None in given.values():
        raise InputError("The row has another number of fields than the first line.")
    told = {column: value.strip() for column, value in given.items()}
    if bool(told.get("plate")) == bool(told.get("identifier")):
        raise InputError("A row has a plate or an identifier: one of the two.")
    if told.get("plate"):
        named([(told["plate"], told.get("jurisdiction", ""))], [], 1)
    key = told["owner"], told["case"]
    if key not in inquiries:
        inquiries[key] = _inquiry(office, by, *key)
    owner, inquiry = inquiries[key]
    issuer = told.get("jurisdiction") if told.get("plate") else told.get("issuer")
    subject = {"kind": "identifier", "identifier": told.get("plate") or told.get("identifier"), "issuer": issuer or None}
    more = {name: told[name] for name in ("reason_code", "mail", "webhook") if told.get(name)}
    until = checked_end(_expiry(told["expiry"]), system_clock(), inquiry.ends_at)
    return Row(line, owner, inquiry, {"subject": subject, "until": until, **more})


def _expiry(text: str) -> datetime:
    """The end of the last day."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{text[:40]!r} is no date; write the last day as YYYY-MM-DD.") from error


def _inquiry(office: Office, by: User, owner: str, case: str) -> tuple[User, OpenInquiry]:
    """The owner and their open standing inquiry of the case; for oneself, or as a supervisor for somebody of the agency."""
    user = office.users.get(owner) if owner == by.id or "supervisor" in by.roles else None
    if user is None or not (user.id == by.id or user.agency == by.agency):
        raise InputError(f"You may not set watches for {owner[:40]!r}: that is for themselves and supervisors of their agency.")
    found = [one for one in office.inquiries.list(user, user=user.id, state="open", limit=10_000) if one.standing and one.case == case]
    if not found:
        raise InputError(f"{owner[:40]} has no open standing inquiry of the case {case[:100]!r}.")
    return user, found[0]
