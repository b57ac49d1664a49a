"""Answers that are fetched later: a question that takes long is worked on while its asker does something else.

Kept is the answer as it left the desk, for its asker, as long as its inquiry is open; then it is deleted. May import inquiries.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Engine, Row, delete, insert, select, update

from graphsvc.audit.engine import reading, writing
from graphsvc.errors import Conflict, NotFound
from graphsvc.graph.view import Operation
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import Clock, as_text, from_text, system_clock
from graphsvc.inquiry.ids import could_be_id, readable_id
from graphsvc.inquiry.inquiries import Inquiries
from graphsvc.inquiry.tables import alone, inquiries, joined, later, parted, prepare

# Of one user, at a time: a person asks one thing after the other, and a program can wait.
MOST_RUNNING = 4
# Whoever works on an answer says so this often; without a word for so long nobody does any more.
ALIVE_EVERY_S = 5.0
_SILENT_S = 60.0


@dataclass(frozen=True, slots=True)
class Later:
    """A question whose answer is fetched later.

    `state` is `running`, `finished`, `failed`, `cancelled` or `interrupted` (its server ended).
    `problem` is what went wrong, as the problem document that the asker would have got; `body` the answer's bytes as text;
    `view_sha256` and `batches` are of the view that it was made in, and how many batches had changed its sources.
    """

    id: str
    inquiry: str
    question: str
    operation: Operation
    also: tuple[Operation, ...]
    state: str
    asked_at: str
    ended_at: str | None
    seconds: float
    entry: int | None
    sha256: str | None
    view_sha256: str | None
    batches: int | None
    body: str | None
    problem: dict[str, Any] | None

    @property
    def kept(self) -> bool:
        """Whether there is something to fetch: an answer, or what went wrong."""
        return self.state in ("finished", "failed") and (self.body is not None or self.problem is not None)

    def told(self) -> dict[str, Any]:
        """How it goes, as doors show it: neither the answer nor what went wrong, which may name entities."""
        names = ("id", "inquiry", "question", "state", "asked_at", "ended_at", "seconds", "entry", "sha256")
        return {name: getattr(self, name) for name in names}


def no_such_answer() -> NotFound:
    """The one text for an answer that is not there, another user's or another inquiry's."""
    return NotFound("There is no such answer.", hint="GET /v1/answers lists yours, each with its inquiry.")


class LaterAnswers:
    """The answers of one deployment that are fetched later."""

    def __init__(self, engine: Engine, known: Inquiries, clock: Clock = system_clock) -> None:
        self._engine, self._inquiries, self._clock = engine, known, clock
        prepare(engine)

    def begin(self, user: User, inquiry: str, question: str, operation: Operation, also: Iterable[Operation]) -> Later:
        """Note that an answer is being worked on. Raises InquiryMissing, Denied, and Conflict where the user has too many already.

        Answers whose inquiry is over are deleted.
        """
        opened = self._inquiries.get(inquiry, user)
        now = self._clock()
        with alone(self._engine, later) as connection:
            over = select(inquiries.c.id).where((inquiries.c.ends_at <= as_text(now)) | inquiries.c.closed_at.is_not(None))
            connection.execute(delete(later).where(later.c.inquiry.in_(over), later.c.state != "running"))
            silent = as_text(now - timedelta(seconds=_SILENT_S))
            mine = select(later.c.id).where(later.c.account == user.id, later.c.state == "running", later.c.alive_at > silent)
            if len(connection.execute(mine).all()) >= MOST_RUNNING:
                raise Conflict(f"{MOST_RUNNING} questions of yours are being worked on.", hint="Wait for one, or DELETE /v1/answers/{id}.")
            id = readable_id("ans", now, letters=10)
            values = {"id": id, "account": user.id, "inquiry": opened.id, "question": question, "operation": operation}
            values |= {"also": joined(also), "state": "running", "asked_at": as_text(now), "alive_at": as_text(now)}
            connection.execute(insert(later).values(**values))
        return self.get(id, user)

    def alive(self, id: str) -> bool:
        """Say that it is still worked on; False where it is not wanted any more."""
        with writing(self._engine) as connection:
            this = update(later).where(later.c.id == id, later.c.state == "running").values(alive_at=as_text(self._clock()))
            return connection.execute(this).rowcount == 1

    def end(self, id: str, state: str, **values: Any) -> None:
        """Note how it ended, unless it was cancelled meanwhile."""
        given = {**values, "state": state, "ended_at": as_text(self._clock())}
        with writing(self._engine) as connection:
            connection.execute(update(later).where(later.c.id == id, later.c.state == "running").values(**given))

    def cancel(self, id: str, user: User) -> Later:
        """End it, or forget its answer. Raises NotFound."""
        self.get(id, user)
        with writing(self._engine) as connection:
            running = update(later).where(later.c.id == id, later.c.state == "running")
            connection.execute(running.values(state="cancelled", ended_at=as_text(self._clock())))
            connection.execute(update(later).where(later.c.id == id).values(body=None, problem=None))
        return self.get(id, user)

    def get(self, id: str, user: User) -> Later:
        """The user's own. Raises NotFound with one same text for another user's and for one that is not there."""
        one = self.find(id, user)
        if one is None:
            raise no_such_answer()
        return one

    def find(self, id: str, user: User) -> Later | None:
        """The user's own, or None."""
        with reading(self._engine) as connection:
            this = select(later).where(later.c.id == id, later.c.account == user.id)
            row = connection.execute(this).one_or_none() if could_be_id(id) else None
        return self._as_later(row) if row is not None else None

    def list(self, user: User) -> list[Later]:
        """The user's own, newest first."""
        with reading(self._engine) as connection:
            mine = select(later).where(later.c.account == user.id).order_by(later.c.asked_at.desc(), later.c.id)
            rows = connection.execute(mine).all()
        return [self._as_later(row) for row in rows]

    def _as_later(self, row: Row[Any]) -> Later:
        now = self._clock()
        state = row.state
        if state == "running" and now - from_text(row.alive_at) > timedelta(seconds=_SILENT_S):
            state = "interrupted"
        until = from_text(row.ended_at) if row.ended_at else from_text(row.alive_at) if state == "interrupted" else now
        return Later(
            row.id, row.inquiry, row.question, row.operation, cast("tuple[Operation, ...]", tuple(sorted(parted(row.also)))), state,
            row.asked_at, row.ended_at, round((until - from_text(row.asked_at)).total_seconds(), 1), row.entry, row.sha256,
            row.view_sha256, row.batches, row.body, json.loads(row.problem) if row.problem else None,
        )  # fmt: skip
