"""The log as the rest of graphsvc uses it: append, search, purge, rotate. What it acknowledges is on disk.

May import errors, and what is beside it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self, TypeVar

import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.engine import open_engine, reading, writing
from graphsvc.audit.event import Entry, Event, prepare
from graphsvc.audit.keys import KeyFolder, Rotation
from graphsvc.audit.note import VerifierKey
from graphsvc.audit.purge import empty_journal, purge
from graphsvc.audit.search import Filter, Found, find
from graphsvc.audit.writer import Clock, Writer, write
from graphsvc.errors import AuditUnavailable, DatabaseError, IntegrityError, NotFound

T = TypeVar("T")

_PAGE = 1_000  # entries that a stream reads at once: some 2 MB


class AuditLog:
    """One log in one database, shared by all processes that open it. Threads share one object; close it, or use it as a context manager.

    `folder` is where this installation keeps the signing keys. The first process to open an empty database begins the log. Open it after
    a fork, not before: its thread and its connections don't survive one.
    """

    def __init__(self, url: str | sa.URL, folder: Path, *, clock: Clock | None = None) -> None:
        """Raises AuditUnavailable when the database can't be used, IntegrityError when it is not the log that was begun here."""
        self.keys = KeyFolder(folder)
        self.committed = 0
        """How many entries the log had after this process's last commit."""
        self.on_commit: Callable[[int], None] | None = None
        """Called by the writing thread with that size after each commit; must not fail or take long."""
        self.clock = clock
        try:
            self.engine = open_engine(url)
            self._begin()
        except AuditUnavailable:
            raise
        except DatabaseError as error:
            raise AuditUnavailable(error.message, hint=error.hint) from error
        self._writer = Writer(self.engine, clock, self._on_commit)

    def append(self, event: Event) -> Entry:
        """Log one event. Returns once it is durable; raises AuditUnavailable if it can't be, InputError for an event that is no JSON."""
        return self._writer.append((prepare(event),))[0]

    def append_many(self, events: Iterable[Event]) -> list[Entry]:
        """Log several events, next to each other and all or none."""
        prepared = [prepare(event) for event in events]
        return self._writer.append(prepared) if prepared else []

    def size(self) -> int:
        """How many entries there are, those of other processes included."""
        with reading(self.engine) as connection:
            return int(connection.execute(sa.select(schema.head.c.size)).scalar_one())

    def search(self, which: Filter, looker: Event, *, limit: int = 100) -> list[Found]:
        """Entries that fit; `looker` says who looks, and is logged first, as `looked` with the conditions as its parameters."""
        self._look(which, looker)
        with reading(self.engine) as connection:
            return find(connection, which, limit)

    def stream(self, which: Filter, looker: Event) -> Iterator[Found]:
        """All entries that fit and were there when the look was logged, read page by page."""
        looked = self._look(which, looker)
        while True:
            with reading(self.engine) as connection:
                page = find(connection, which, _PAGE)
            yield from (one for one in page if one.index <= looked.index)
            if len(page) < _PAGE or (not which.newest_first and page[-1].index >= looked.index):
                return
            which = replace(which, after=page[-1].index)

    def answered(self, inquiry: str, operations: Collection[str], *, kinds: Collection[str], after: int, limit: int) -> list[Found]:
        """Entries of one inquiry of these operations and kinds, in order, behind `after`.

        For what compares inquiries and shows nobody an entry: nobody looks, so that it is no look that would be logged.
        """
        which = Filter(inquiry=inquiry, after=after, operations=tuple(operations), kinds=tuple(kinds))
        with reading(self.engine) as connection:
            return find(connection, which, limit)

    def entry(self, index: int, looker: Event) -> Found:
        """One entry, with the look logged. Raises NotFound."""
        found = self.search(Filter(after=index - 1), replace(looker, refers_to=index), limit=1)
        if not found or found[0].index != index:
            raise NotFound(f"The audit log has no entry {index}.")
        return found[0]

    def purge(self, which: Filter | Sequence[int], event: Event) -> int:
        """Delete the personal values of these entries for good, and log which ones; returns of how many entries.

        `event` says who purges, and by which rule. The proofs of all entries hold as before.
        """
        count = self.transact(lambda connection: purge(connection, which, event, self.clock))
        empty_journal(self.engine)
        return count

    def rotate(self, event: Event) -> VerifierKey:
        """Sign from now on with a new key, which the present one signs; the old private key is deleted. Returns the new public key."""

        def turn(connection: sa.Connection) -> tuple[VerifierKey, VerifierKey]:
            # The lock on the head first: no checkpoint may be signed between reading the key and replacing it.
            connection.execute(sa.select(schema.head.c.size).with_for_update()).one()
            old = self.keys.find(current_key(connection))
            new = self.keys.new(old.public.name)
            facts = {**event.facts, **Rotation.make(old, new.public).facts()}
            [entry] = write(connection, [prepare(replace(event, kind="rotated", facts=facts))], self.clock)
            connection.execute(schema.keys.insert(), {"since": entry.index, "vkey": str(new.public)})
            return old.public, new.public

        old, new = self.transact(turn)
        self.keys.forget(old)
        return new

    def transact(self, act: Callable[[sa.Connection], T]) -> T:
        """What `act` returns, done in one transaction between those that append. Raises what it raises, and DatabaseError."""
        return self._writer.transact(act)

    def close(self) -> None:
        """Commit what waits, and let the database go."""
        self._writer.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _look(self, which: Filter, looker: Event) -> Entry:
        return self.append(replace(looker, kind="looked", parameters={**looker.parameters, **which.given()}))

    def _on_commit(self, size: int) -> None:
        self.committed = size
        if self.on_commit:
            self.on_commit(size)

    def _begin(self) -> None:
        """Begin the log if there is none; make sure that it is this installation's own."""
        known = self.keys.first()
        with reading(self.engine) as connection:
            begun = sa.inspect(connection).has_table(schema.head.name)
        if not begun:
            if known is not None:
                raise IntegrityError(
                    f"The audit log is gone: its database has no tables, but this installation has signed a log already ({known.name}).",
                    hint=f"Restore it. To begin a new log, move {self.keys.folder} away, and tell whoever keeps checkpoints.",
                )
            with writing(self.engine) as connection:
                if schema.ensure_schema(connection):
                    self._write_first(connection)
        with reading(self.engine) as connection:
            first = connection.execute(sa.select(schema.keys.c.vkey).order_by(schema.keys.c.since).limit(1)).scalar()
        if first is None or (known is not None and str(known) != first):
            raise IntegrityError(
                "The audit log is not the one that was begun by this installation: its first key is another.",
                hint=f"Restore the right database, or the right {self.keys.folder}.",
            )
        if known is None:
            self.keys.set_first(VerifierKey.parse(first))

    def _write_first(self, connection: sa.Connection) -> None:
        name = f"graphsvc/{secrets.token_hex(8)}/audit"
        key = str(self.keys.new(name).public)
        connection.execute(schema.head.insert(), {"one": 1, "size": 0, "frontier": b"", "time": ""})
        write(connection, [prepare(Event("opened", facts={"origin": name, "key": key}))], self.clock)
        connection.execute(schema.keys.insert(), {"since": 0, "vkey": key})


def current_key(connection: sa.Connection) -> VerifierKey:
    """The public key that signs now."""
    return VerifierKey.parse(connection.execute(sa.select(schema.keys.c.vkey).order_by(schema.keys.c.since.desc()).limit(1)).scalar_one())
