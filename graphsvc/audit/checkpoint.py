"""Signing checkpoints and publishing them: every 100 entries or 60 s, in a thread of long-running processes, at the end of short ones.

May import errors, and what is beside it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.engine import reading
from graphsvc.audit.event import time_text
from graphsvc.audit.log import AuditLog, current_key
from graphsvc.audit.merkle import Frontier
from graphsvc.audit.note import Checkpoint
from graphsvc.audit.targets import Publisher, publish
from graphsvc.errors import GraphsvcError

# How often the thread looks for entries of other processes; its own process wakes it.
_LOOK_S = 1.0
_CLOSE_S = 10.0

log = logging.getLogger(__name__)


class Checkpointer:
    """Signs the tree when it is due. As a context manager it runs a thread; without one, call `once` before the process ends.

    Several processes may run one each: what is due is decided in the database.
    """

    def __init__(self, audit: AuditLog, targets: Sequence[str | Path] = (), *, every_entries: int = 100, every_s: float = 60.0) -> None:
        self._audit = audit
        self._targets = list(targets)
        self._every_entries = every_entries
        self._every_s = every_s
        self._signed = 0
        self._shown = 0.0  # when a note was last given to the publishers, by the monotonic clock
        self._wake = threading.Event()
        self._closing = False
        self._publishers: list[Publisher] = []
        self._thread: threading.Thread | None = None

    def once(self, *, force: bool = False) -> Checkpoint | None:
        """Sign if it is due, or with `force` whenever there is something new, and publish before returning; None if nothing was signed.

        A target that fails is logged as a warning. Raises DatabaseError when the database or the key can't be used.
        """
        signed = self._sign(force=force)
        if signed is None:
            return None
        for target in self._targets:
            try:
                publish(target, *signed)
            except Exception as error:  # OSError, or what a strange server makes of HTTP: answers don't depend on it
                log.warning("The audit checkpoint of size %d could not be put to %s: %s", signed[0].size, target, error)
        return signed[0]

    def exposed(self) -> int:
        """How many entries no target has a checkpoint of that this process published: what could be changed without being found."""
        published = [one.published.size for one in self._publishers if one.published]
        return self._audit.size() - max(published, default=0)

    def start(self) -> None:
        """Sign and publish in the background until `stop`."""
        self._publishers = [Publisher(target) for target in self._targets]
        self._audit.on_commit = self._grown
        self._thread = threading.Thread(target=self._run, name="audit-checkpoints", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Sign what is new, publish it, and end the threads."""
        self._closing = True
        self._wake.set()
        self._audit.on_commit = None
        if self._thread is not None:
            self._thread.join(_CLOSE_S)
        for publisher in self._publishers:
            publisher.close(_CLOSE_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _grown(self, size: int) -> None:
        if size - self._signed >= self._every_entries:
            self._wake.set()

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(min(_LOOK_S, self._every_s / 4))
            self._wake.clear()
            self._tick(force=False)
        self._tick(force=True)

    def _tick(self, *, force: bool) -> None:
        try:
            signed = self._sign(force=force)
            if signed is None and time.monotonic() - self._shown >= self._every_s:
                # Nothing new: the same tree is signed once more, so that an old checkpoint outside means that something is wrong.
                signed = self._sign_again()
        except GraphsvcError as error:
            log.warning("No audit checkpoint could be signed: %s", error.message)
            return
        if signed is not None:
            self._shown = time.monotonic()
            for publisher in self._publishers:
                publisher.put(*signed)

    def _sign(self, *, force: bool) -> tuple[Checkpoint, str] | None:
        with reading(self._audit.engine) as connection:
            if not self._due(connection, force):
                return None

        def sign(connection: sa.Connection) -> tuple[Checkpoint, str] | None:
            # The head is locked to the end, so that the key that signs is the one in force at this size.
            size, packed = connection.execute(sa.select(schema.head.c.size, schema.head.c.frontier).with_for_update()).one()
            if not self._due(connection, force):
                return None
            checkpoint, note = self._note(connection, size, packed)
            connection.execute(schema.checkpoints.insert(), {"size": size, "time": checkpoint.time, "note": note})
            return checkpoint, note

        signed = self._audit.transact(sign)
        if signed:
            self._signed = signed[0].size
        return signed

    def _sign_again(self) -> tuple[Checkpoint, str]:
        with reading(self._audit.engine) as connection:
            size, packed = connection.execute(sa.select(schema.head.c.size, schema.head.c.frontier)).one()
            return self._note(connection, size, packed)

    def _note(self, connection: sa.Connection, size: int, packed: bytes) -> tuple[Checkpoint, str]:
        key = self._audit.keys.find(current_key(connection))
        now = time_text((self._audit.clock or time.time_ns)())
        checkpoint = Checkpoint.make(key.public.name, size, Frontier(size, packed).root(), now)
        note = checkpoint.signed(key)
        return Checkpoint.parse(note), note

    def _due(self, connection: sa.Connection, force: bool) -> bool:
        size = connection.execute(sa.select(schema.head.c.size)).scalar_one()
        newest = sa.select(schema.checkpoints.c.size, schema.checkpoints.c.time).order_by(schema.checkpoints.c.size.desc()).limit(1)
        last = connection.execute(newest).one_or_none()
        if last is None:
            return True
        self._signed = last.size
        if size <= last.size:
            return False
        # A clock that was set back makes it due as well.
        age = abs((datetime.now(UTC) - datetime.fromisoformat(last.time)).total_seconds())
        return force or size - last.size >= self._every_entries or age >= self._every_s
