"""Schedules: which job runs when, in the name of which standing inquiry; those that were set through the API.

What a job is and does is known above; here it is a name with parameters. May import inquiries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select

from graphsvc.audit.engine import reading
from graphsvc.errors import Denied, NotFound
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import Clock, as_text, system_clock
from graphsvc.inquiry.inquiries import Inquiries
from graphsvc.inquiry.tables import alone, jobs, prepare


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job as it was set. `user` is whose inquiry it runs for; `cron` None: only when somebody runs it."""

    name: str
    kind: str
    inquiry: str
    user: str
    cron: str | None
    parameters: Mapping[str, Any]
    changed_at: str


class Schedules:
    """The schedules of one deployment."""

    def __init__(self, engine: Engine, inquiries: Inquiries, clock: Clock = system_clock) -> None:
        self._engine, self._inquiries, self._clock = engine, inquiries, clock
        prepare(engine)

    def list(self) -> tuple[Schedule, ...]:
        """All, by name."""
        with reading(self._engine) as connection:
            return tuple(_schedule(row) for row in connection.execute(select(jobs).order_by(jobs.c.name)))

    def put(self, user: User, name: str, kind: str, inquiry: str, cron: str | None, parameters: Mapping[str, Any]) -> Schedule:
        """Set a job, or set it anew, for an open standing inquiry of the user's.

        Raises InquiryMissing for an inquiry that is not theirs and open, Denied for one that is not standing, and for another user's job.
        """
        if not self._inquiries.get(inquiry, user).standing:
            raise Denied(
                f"The inquiry {inquiry} is not a standing one, and a job goes on without you.",
                hint="`graphsvc inquiry request` asks for one.",
            )
        values = {
            "name": name, "kind": kind, "inquiry": inquiry, "account": user.id, "cron": cron,
            "parameters": json.dumps(dict(parameters), sort_keys=True), "changed_at": as_text(self._clock()),
        }  # fmt: skip
        with alone(self._engine, jobs) as connection:
            before = connection.execute(select(jobs).where(jobs.c.name == name)).one_or_none()
            if before is not None and before.account != user.id:
                raise Denied(f"Another user has a job of the name {name}.", hint="Take another name.")
            connection.execute(delete(jobs).where(jobs.c.name == name))
            connection.execute(insert(jobs).values(**values))
            return _schedule(connection.execute(select(jobs).where(jobs.c.name == name)).one())

    def remove(self, user: User, name: str) -> Schedule:
        """Take a job away: one's own, or as an operator any. Raises NotFound. Its runs stay."""
        with alone(self._engine, jobs) as connection:
            row = connection.execute(select(jobs).where(jobs.c.name == name)).one_or_none()
            if row is None or not (row.account == user.id or "operator" in user.roles):
                raise NotFound(f"You have no job {name[:80]!r} that was set through the API.", hint="`graphsvc jobs list` shows yours.")
            connection.execute(delete(jobs).where(jobs.c.name == name))
            return _schedule(row)


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(row.name, row.kind, row.inquiry, row.account, row.cron, json.loads(row.parameters), row.changed_at)
