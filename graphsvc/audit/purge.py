"""The lawful purge: personal values and their salts are deleted, the entries stay, and the log says what is gone.

May import errors, and what is beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.event import Event, prepare
from graphsvc.audit.search import Filter
from graphsvc.audit.writer import Clock, write

T = TypeVar("T")
Range = tuple[int, int]  # first and last index, both included

_RANGES_AN_ENTRY = 1_000  # keeps a leaf below some 20 kB
_AT_ONCE = 500  # indices in one statement: SQLite takes at most 999 parameters in its oldest builds


def purge(connection: sa.Connection, which: Filter | Sequence[int], event: Event, clock: Clock | None) -> int:
    """Delete and log in the open transaction; returns how many entries lost their values. `empty_journal` belongs after its commit."""
    if connection.dialect.name == "sqlite":
        # The bytes themselves are overwritten, not only marked as free.
        connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
    # The lock on the head first: whoever appends waits, and both always lock in one order.
    connection.execute(sa.select(schema.head.c.size).with_for_update()).one()
    gone = sorted(set(_indices(connection, which)))
    for part in _parts(gone, _AT_ONCE):
        connection.execute(schema.personal.delete().where(schema.personal.c.entry_index.in_(part)))
    for ranges in _parts(ranges_of(gone), _RANGES_AN_ENTRY):
        facts = {**event.facts, "purged": [list(one) for one in ranges]}
        write(connection, [prepare(replace(event, kind="purged", facts=facts))], clock)
    return len(gone)


def ranges_of(indices: Iterable[int]) -> list[Range]:
    """Sorted indices as ranges."""
    ranges: list[Range] = []
    for index in indices:
        if ranges and ranges[-1][1] + 1 == index:
            ranges[-1] = (ranges[-1][0], index)
        else:
            ranges.append((index, index))
    return ranges


def _indices(connection: sa.Connection, which: Filter | Sequence[int]) -> Iterator[int]:
    """Those of the given entries that still have values."""
    column = schema.personal.c.entry_index
    if isinstance(which, Filter):
        yield from connection.execute(
            sa.select(column).select_from(schema.entries.join(schema.personal)).where(*which.conditions())
        ).scalars()
        return
    for part in _parts(list(which), _AT_ONCE):
        yield from connection.execute(sa.select(column).where(column.in_(part))).scalars()


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def empty_journal(engine: sa.Engine) -> None:
    """Copy SQLite's write-ahead log into the file and empty it, since it holds the values as they were."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
