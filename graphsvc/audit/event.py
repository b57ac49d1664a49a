"""What is logged: an event as callers give it, and the leaf of the log that is made of it.

A leaf is ASCII JSON without spaces. Its first members are index, time, kind, inquiry and operation, then come the others, sorted, and
`personal` at last, so that a whole log can be checked against its tables without parsing. Personal values are not in it: `personal` holds
commitments to them, SHA-256 with a random salt each, and the values lie with their salts in a table of their own. Once value and salt
are deleted, the commitment tells nothing, and every proof still holds. May import errors only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Literal

from graphsvc import __version__
from graphsvc.errors import InputError

Kind = Literal[
    "opened",  # the log itself, with its name and first key; always entry 0
    "asked",
    "answered",
    "denied",
    "failed",
    "loaded",
    "changed",  # users, keys, inquiries, policies
    "decided",
    "exported",
    "disclosed",
    "looked",  # at the log
    "purged",
    "rotated",
]
PERSONAL = ("case", "detail", "parameters", "user")  # sorted, as they stand in a leaf
SALT_BYTES = 32

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `user`, `case`, `parameters` and `detail` are personal data and can be purged; nothing else may hold any."""

    kind: Kind
    user: str = ""
    agency: str = ""
    inquiry: str = ""
    purpose: str = ""
    case: str = ""
    reason_code: str | None = None
    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What was asked, as JSON can hold it."""
    view_sha256: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    """How much was answered, loaded, exported."""
    answer_sha256: str | None = None
    refers_to: int | None = None
    """Index of the entry that this one follows up: the question of an answer."""
    policies: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the policy in force, by source."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else is to stay for good: hashes of files, ids of users and of loads."""
    detail: str = ""
    """A reason or an explanation in words."""
    software: str = __version__


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an event stands in the log once it is durable. `time` is ISO 8601 in UTC with microseconds."""

    index: int
    time: str
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """An event made ready by its caller's thread, so that the one writer has only index and time to add."""

    kind: str
    inquiry: str
    operation: str
    body: str
    """The leaf from `kind` on."""
    personal: dict[str, str | bytes | None] | None
    """Values and salts as the table takes them; None if the event has no personal value."""


def prepare(event: Event) -> Prepared:
    """Draw the salts and write the leaf. Raises InputError for values that JSON can't hold."""
    kind, inquiry, operation = plain(event.kind), plain(event.inquiry), plain(event.operation)
    try:
        rest = _encode({name: value for name in _REST if (value := getattr(event, name)) not in (None, "", {})})
        parameters = _encode(event.parameters) if event.parameters else ""
    except (TypeError, ValueError) as error:
        raise InputError(f"An event of kind {event.kind} can't be logged: {error}.") from error
    values = {"case": plain(event.case), "detail": plain(event.detail), "parameters": parameters, "user": plain(event.user)}
    body = f'"kind":{quoted(kind)},"inquiry":{quoted(inquiry)},"operation":{quoted(operation)}'
    if len(rest) > 2:
        body = f"{body},{rest[1:-1]}"
    personal: dict[str, str | bytes | None] | None = None
    commitments = []
    if any(values.values()):
        salts = os.urandom(SALT_BYTES * len(PERSONAL))
        personal = {}
        for at, name in enumerate(PERSONAL):
            value = values[name]
            salt = salts[at * SALT_BYTES : (at + 1) * SALT_BYTES] if value else None
            personal[name], personal[f"{name}_salt"] = value or None, salt
            if salt:
                commitments.append(f'"{name}":"{commitment(name, value, salt)}"')
    return Prepared(kind, inquiry, operation, f'{body},"personal":{{{",".join(commitments)}}}}}', personal)


_REST = ("agency", "answer_sha256", "counts", "facts", "policies", "purpose", "reason_code", "refers_to", "software", "view_sha256")


def commitment(name: str, value: str, salt: bytes) -> str:
    """SHA-256 over the salt (32 bytes always), the field's name, a zero byte and the value; hexadecimal."""
    return sha256(salt + f"{name}\0{value}".encode()).hexdigest()


def leaf_start(index: int, time: str, back: bool, kind: str, inquiry: str, operation: str) -> str:
    """How a leaf begins; `back` says that the clock stood before the entry before."""
    return f'{leaf_head(index, time, back)}"kind":{quoted(kind)},"inquiry":{quoted(inquiry)},"operation":{quoted(operation)}'


def leaf_head(index: int, time: str, back: bool) -> str:
    """The members that the writer adds in front of a prepared body."""
    return f'{{"index":{index},"time":"{time}",{_BACK if back else ""}'


_BACK = '"clock_back":true,'


def time_text(nanoseconds: int) -> str:
    """ISO 8601 in UTC of a Unix time, always with microseconds, so that texts sort as times do."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def plain(text: str) -> str:
    """The text without what a database can't keep (NUL, half a surrogate pair): a strange input must not stop the log."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
