"""How entries get into the tables: one transaction for entries and frontier, and one thread a process that commits for all of its threads.

May import errors, and what is beside it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from graphsvc.audit import merkle, schema
from graphsvc.audit.engine import writing
from graphsvc.audit.event import Entry, Prepared, leaf_head, time_text
from graphsvc.errors import AuditUnavailable, DatabaseError

T = TypeVar("T")
Clock = Callable[[], int]  # nanoseconds of Unix time

# A commit takes some milliseconds whatever it holds; beyond this many entries it would be its content that lasts.
_MOST_AT_ONCE = 1_000
_HINT = "Nothing was answered. Make the log writable again (space on its disk, its server, its permissions); then ask once more."


def write(connection: sa.Connection, prepared: Sequence[Prepared], clock: Clock | None) -> list[Entry]:
    """Chain these to the log in the open transaction, which holds the lock on its head from here to its end.

    On PostgreSQL the time is the server's, so that several machines have one clock.
    """
    row = connection.execute(_HEAD_AND_TIME if clock is None and connection.dialect.name == "postgresql" else _HEAD).one()
    frontier, before = merkle.Frontier(row[0], row[1]), row[2]
    now = time_text(row[3] if len(row) > 3 else (clock or time.time_ns)())
    written, rows, values, tiles = [], [], [], []
    for one in prepared:
        index = frontier.size
        leaf = (leaf_head(index, now, now < before) + one.body).encode()
        hashed = merkle.leaf_hash(leaf)
        tile = frontier.push(hashed)
        if tile:
            tiles.append({"tile_index": index // merkle.TILE, "hash": tile})
        rows.append(
            {"entry_index": index, "time": now, "kind": one.kind, "inquiry": one.inquiry, "operation": one.operation}
            | {"leaf": leaf, "leaf_hash": hashed}
        )
        if one.personal:
            values.append({"entry_index": index, **one.personal})
        written.append(Entry(index, now, hashed))
        before = now
    connection.execute(_ADD_ENTRIES, rows)
    if values:
        connection.execute(_ADD_PERSONAL, values)
    if tiles:
        connection.execute(_ADD_TILES, tiles)
    connection.execute(_GROW, {"new_size": frontier.size, "new_frontier": frontier.packed(), "new_time": before})
    return written


_HEAD = sa.select(schema.head.c.size, schema.head.c.frontier, schema.head.c.time).with_for_update(of=schema.head)
_HEAD_AND_TIME = _HEAD.add_columns(sa.literal_column("CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) * 1000"))
_ADD_ENTRIES = schema.entries.insert()
_ADD_PERSONAL = schema.personal.insert()
_ADD_TILES = schema.tiles.insert()
_GROW = schema.head.update().values(size=sa.bindparam("new_size"), frontier=sa.bindparam("new_frontier"), time=sa.bindparam("new_time"))


@dataclass(slots=True)
class _Ticket:
    """One caller's events (or its own act in a transaction), and the lock that it waits on: the cheapest way to wake one thread."""

    prepared: Sequence[Prepared] = ()
    act: Callable[[sa.Connection], Any] | None = None
    done: threading.Lock = field(default_factory=threading.Lock)
    result: Any = None
    error: Exception | None = None


class Writer:
    """The thread that takes what all threads of this process have ready, and commits it at once."""

    def __init__(self, engine: sa.Engine, clock: Clock | None, on_commit: Callable[[int], None]) -> None:
        self._engine = engine
        self._clock = clock
        self._on_commit = on_commit
        self._waiting: list[_Ticket] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def append(self, prepared: Sequence[Prepared]) -> list[Entry]:
        """Hand these over and wait until they are durable, or raise AuditUnavailable."""
        ticket = self._wait(_Ticket(prepared))
        if ticket.error is not None:
            what = ticket.error.message if isinstance(ticket.error, DatabaseError) else f"its tables are damaged: {ticket.error}"
            raise AuditUnavailable(f"The audit log can't be written: {what}", hint=_HINT) from ticket.error
        written: list[Entry] = ticket.result
        return written

    def transact(self, act: Callable[[sa.Connection], T]) -> T:
        """What `act` returns, done in a transaction of its own by the writing thread; raises what it raises.

        In this thread, since a second one would seldom find SQLite's lock free while this one is busy.
        """
        ticket = self._wait(_Ticket(act=act))
        if ticket.error is not None:
            raise ticket.error
        result: T = ticket.result
        return result

    def close(self) -> None:
        """Commit what waits, and end the thread."""
        with self._wake:
            self._closed = True
            self._wake.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _wait(self, ticket: _Ticket) -> _Ticket:
        ticket.done.acquire()
        with self._wake:
            if self._closed:
                raise AuditUnavailable("The audit log was closed.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="audit-writer", daemon=True)
                self._thread.start()
            self._waiting.append(ticket)
            if len(self._waiting) == 1:
                self._wake.notify()
        ticket.done.acquire()
        return ticket

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closed:
                    self._wake.wait()
                if not self._waiting:
                    return
                batch = self._take()
            try:
                self._commit(batch)
            except Exception as error:  # whatever it is, those who wait must hear of it, and the thread must live for those who come
                for ticket in batch:
                    ticket.error = error
            for ticket in batch:
                ticket.done.release()

    def _take(self) -> list[_Ticket]:
        """The tickets of the next commit: one act, or the events of one ticket at least, however many it has."""
        count = events = 0
        for ticket in self._waiting:
            events += len(ticket.prepared)
            if count and (ticket.act or events > _MOST_AT_ONCE):
                break
            count += 1
            if ticket.act:
                break
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    def _commit(self, batch: list[_Ticket]) -> None:
        if act := batch[0].act:
            with writing(self._engine) as connection:
                result = act(connection)
            batch[0].result = result
            return
        with writing(self._engine) as connection:
            written = write(connection, [one for ticket in batch for one in ticket.prepared], self._clock)
        at = 0
        for ticket in batch:
            ticket.result = written[at : at + len(ticket.prepared)]
            at += len(ticket.prepared)
        self._on_commit(written[-1].index + 1)
