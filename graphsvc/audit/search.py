"""Finding entries: by who asked, for what, when; with their personal values where these were not purged.

May import errors, and what is beside it. `AuditLog.search` logs the look before it calls this.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.event import PERSONAL, plain
from graphsvc.errors import IntegrityError


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries; every given condition must hold. Times are ISO 8601 in UTC, a day or more exact; `until` is not included."""

    user: str | None = None
    case: str | None = None
    inquiry: str | None = None
    kind: str | None = None
    operation: str | None = None
    since: str | None = None
    until: str | None = None
    after: int | None = None
    """Only entries behind this one (before it with `newest_first`): the last of one page gives the next page."""
    newest_first: bool = False
    operations: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None

    def given(self) -> dict[str, Any]:
        """What is set, as the look's own entry states it."""
        return {name: value for name, value in asdict(self).items() if value not in (None, False)}

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        entry, values = schema.entries.c, schema.personal.c
        equal = ((values.user, self.user), (values.case, self.case), (entry.inquiry, self.inquiry), (entry.kind, self.kind))
        found = [column == plain(value) for column, value in (*equal, (entry.operation, self.operation)) if value is not None]
        for column, several in ((entry.operation, self.operations), (entry.kind, self.kinds)):
            if several is not None:
                found.append(column.in_(several))
        if self.since is not None:
            found.append(entry.time >= self.since)
        if self.until is not None:
            found.append(entry.time < self.until)
        if self.after is not None:
            found.append(entry.entry_index < self.after if self.newest_first else entry.entry_index > self.after)
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """An entry as people read it. `leaf` has the members of the leaf; `purged` names the personal values that are no longer there."""

    index: int
    time: str
    leaf: Mapping[str, Any]
    personal: Mapping[str, Any] = field(default_factory=dict)
    purged: tuple[str, ...] = ()


def find(connection: sa.Connection, which: Filter, limit: int) -> list[Found]:
    """The first `limit` entries that fit, by index. Raises IntegrityError for an entry that can't be read."""
    joined = schema.entries.outerjoin(schema.personal)
    order = schema.entries.c.entry_index.desc() if which.newest_first else schema.entries.c.entry_index
    values = [schema.personal.c[name] for name in PERSONAL]
    wanted = sa.select(schema.entries.c.entry_index, schema.entries.c.time, _LEAF, *values).select_from(joined)
    return [_found(tuple(row)) for row in connection.execute(wanted.where(*which.conditions()).order_by(order).limit(limit))]


_LEAF = sa.type_coerce(schema.entries.c.leaf, sa.types.NullType())  # as stored: an entry that was tampered with may hold anything


def _found(row: Sequence[Any]) -> Found:
    try:
        leaf = json.loads(row[2])
        committed = leaf.pop("personal")
        personal = {name: value for name, value in zip(PERSONAL, row[3:], strict=True) if value is not None}
        if "parameters" in personal:
            personal["parameters"] = json.loads(personal["parameters"])
    except (ValueError, KeyError, AttributeError) as error:
        raise IntegrityError(f"Entry {row[0]} of the audit log can't be read.", hint="See what `verify` says of it.") from error
    return Found(row[0], row[1], leaf, personal, tuple(name for name in PERSONAL if name in committed and name not in personal))
