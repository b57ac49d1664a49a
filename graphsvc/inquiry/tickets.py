"""Tickets: a way in for programs that can send no header, such as OpenRefine. The ticket is a part of the URL that they are given.

So it can do little: it stands for one inquiry of one user, ends with it, lets a list be screened and what was found be looked at, and
counts the rows of that list. It is shown once and kept as SHA-256. May import inquiries.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select, update

from graphsvc.audit.engine import reading, writing
from graphsvc.errors import InputError, Unauthenticated
from graphsvc.inquiry.account import User, account_row, as_user
from graphsvc.inquiry.clock import Clock, as_text, system_clock
from graphsvc.inquiry.inquiries import Inquiries
from graphsvc.inquiry.tables import alone, prepare, tickets

# Secret scanners of code hosts find tickets by a prefix of their own, as they do keys.
PREFIX = "gst_"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose ticket it is, and of which inquiry; `sha256` is what is kept of it."""

    user: User
    inquiry: str
    sha256: str


class Tickets:
    """The tickets of one deployment."""

    def __init__(self, engine: Engine, inquiries: Inquiries, clock: Clock = system_clock) -> None:
        self._engine, self._inquiries, self._clock = engine, inquiries, clock
        prepare(engine)

    def make(self, inquiry: str, user: User) -> tuple[str, str]:
        """A new ticket for an open inquiry of the user's, to be shown once, and the end of both. Raises InquiryMissing, Denied."""
        opened = self._inquiries.get(inquiry, user)
        secret = PREFIX + secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            values = {"sha256": _sha256(secret), "account": user.id, "inquiry": opened.id, "made_at": as_text(self._clock()), "rows": 0}
            connection.execute(insert(tickets).values(**values))
        return secret, as_text(opened.ends_at)

    def authenticate(self, secret: str) -> Ticket:
        """The ticket that this is, whose inquiry the desk still checks; raises Unauthenticated with one same text whatever is wrong."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tickets).where(tickets.c.sha256 == _sha256(secret))).one_or_none()
            account = account_row(connection, row.account) if row is not None else None
        if row is None:
            raise Unauthenticated(reason="unknown ticket")
        user = as_user(account, row.account)
        if not user.active:
            raise Unauthenticated(reason=f"the user {user.id} is disabled")
        return Ticket(user, row.inquiry, row.sha256)

    def count(self, ticket: Ticket, rows: int, most: int) -> None:
        """Count rows of the ticket's one list. Raises InputError when it would become longer than `most`; then nothing is counted."""
        with alone(self._engine, tickets) as connection:
            this = tickets.c.sha256 == ticket.sha256
            before = connection.execute(select(tickets.c.rows).where(this)).scalar_one()
            if before + rows > most:
                raise InputError(
                    f"The list of this ticket has {before:,} rows already; with {rows:,} more it is longer than the {most:,} "
                    "that the policies of the sources in view allow.",
                    hint="A ticket is for one list. `graphsvc inquiry ticket` makes another.",
                    rows=before + rows,
                    most=most,
                )
            connection.execute(update(tickets).where(this).values(rows=before + rows))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
