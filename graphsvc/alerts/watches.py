"""The watches of a deployment: who is to be told of what, for which standing inquiry, until when. May import inquiries.

Whether a watch's owner may see what it is of is judged at each batch, by the view of that moment; here nothing is read of the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, insert, select, update

from graphsvc.alerts.subjects import OPERATIONS, SET_BY_NOBODY, stored_subject
from graphsvc.alerts.tables import feed, watches
from graphsvc.audit.engine import reading, writing
from graphsvc.errors import Denied, InputError, NotFound
from graphsvc.graph.view import Operation
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import Clock, as_text, from_text, system_clock
from graphsvc.inquiry.ids import could_be_id, readable_id
from graphsvc.inquiry.inquiries import Inquiries
from graphsvc.inquiry.open_inquiry import OpenInquiry
from graphsvc.inquiry.tables import inquiries, prepare

DAYS = 90
FEED = "feed"


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch as it was set. `since`: the last batch before it; `seen`: its subject was in view once; `ended_at`: it is over."""

    id: str
    user: str
    inquiry: str
    purpose: str
    case: str
    subject: Any
    reason_code: str | None
    mail: str | None
    webhook: str | None
    daily: bool
    made_at: str
    ends_at: str
    since: int
    seen: bool
    ended_at: str | None

    @property
    def operation(self) -> Operation:
        """As which operation its subject is looked at."""
        return OPERATIONS[self.subject.kind]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A watch that somebody asks for. `until` None: as long as a watch and its inquiry may last. `seen` as for a watch."""

    inquiry: str
    subject: Any
    until: datetime | None = None
    mail: str | None = None
    webhook: str | None = None
    daily: bool = False
    reason_code: str | None = None
    seen: bool = False


class Watches:
    """The watches of one deployment."""

    def __init__(self, engine: Engine, inquiries: Inquiries, clock: Clock = system_clock) -> None:
        self._engine, self._inquiries, self._clock = engine, inquiries, clock
        prepare(engine)

    def add(self, wanted: Sequence[tuple[User, Wanted]], *, by: User, seq: int) -> tuple[Watch, ...]:
        """Add watches, all of them or none, each for an open standing inquiry of its owner's. `seq`: how far the graph is.

        Raises InquiryMissing for an inquiry that is not the owner's and open, Denied for one that is not standing, InputError for an end
        that is over or later than the watch or its inquiry may last.
        """
        now = self._clock()
        rows = []
        known: dict[tuple[str, str], OpenInquiry] = {}
        for owner, one in wanted:
            if (owner.id, one.inquiry) not in known:
                known[owner.id, one.inquiry] = self._inquiries.get(one.inquiry, owner)
            opened = known[owner.id, one.inquiry]
            if not opened.standing:
                raise Denied(
                    f"The inquiry {one.inquiry} is not a standing one, and a watch goes on without you.",
                    hint="`graphsvc inquiry request` asks for one.",
                )
            rows.append(self._row(owner, one, opened, by, seq, now))
        with writing(self._engine) as connection:
            _begin(connection, seq, now)
            connection.execute(insert(watches), rows)
            _turn(connection)
            mine = _query().where(watches.c.made_by == by.id, watches.c.made_at == as_text(now))
            found = {watch.id: watch for watch in self._read(connection, mine)}
        return tuple(found[row["id"]] for row in rows)

    def _row(self, owner: User, one: Wanted, opened: OpenInquiry, by: User, seq: int, now: datetime) -> dict[str, Any]:
        return {
            "id": readable_id("wat", now, 10), "account": owner.id, "inquiry": one.inquiry,
            "subject": one.subject.model_dump_json(by_alias=True), "reason_code": one.reason_code, "mail": one.mail, "webhook": one.webhook,
            "daily": one.daily, "made_at": as_text(now), "made_by": by.id, "ends_at": as_text(checked_end(one.until, now, opened.ends_at)),
            "since": seq, "seen": one.seen, "ended_at": None,
        }  # fmt: skip

    def list(self, user: User | None = None, *, over: bool = False) -> tuple[Watch, ...]:
        """The watches of a user, or all of them; the oldest first. `over`: also those that have ended."""
        query = _query() if user is None else _query().where(watches.c.account == user.id)
        query = query if over else query.where(watches.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            return self._read(connection, query)

    def get(self, user: str, id: str) -> Watch:
        """A watch of the user's, also one that is over. Raises NotFound."""
        query = _query().where(watches.c.id == id, watches.c.account == user)
        with reading(self._engine) as connection:
            found = self._read(connection, query) if could_be_id(id) else ()
        if not found or found[0].subject.kind in SET_BY_NOBODY:
            raise unknown(id)
        return found[0]

    def remove(self, user: User, id: str) -> Watch:
        """End a watch of the user's. Raises NotFound. Its alerts stay."""
        found = self.get(user.id, id)
        with writing(self._engine) as connection:
            end(connection, found.id, self._clock())
        return self.get(user.id, found.id)

    def saw(self, id: str) -> None:
        """Note that the owner had the subject in view: from then on they are told when they have it no more."""
        with writing(self._engine) as connection:
            connection.execute(update(watches).where(watches.c.id == id, ~watches.c.seen).values(seen=True))
            _turn(connection)

    def _read(self, connection: Connection, query: Select[Any]) -> tuple[Watch, ...]:
        return tuple(_watch(row) for row in connection.execute(query.order_by(watches.c.made_at, watches.c.id)))


def checked_end(until: datetime | None, now: datetime, latest: datetime) -> datetime:
    """When a watch ends: `until`, else after 90 days; never after its inquiry. Raises InputError."""
    most = min(now + timedelta(days=DAYS), latest)
    if until is None:
        return most
    if until <= now:
        raise InputError(f"The end {as_text(until)} is not in the future.", hint=f"It may be as late as {as_text(most)}.")
    if until > most:
        raise InputError(f"The end {as_text(until)} is too late: a watch lasts 90 days and no longer than its inquiry.",
                         hint=f"It may be as late as {as_text(most)}.")  # fmt: skip
    return until


def over_from_the_beginning(
    connection: Connection, user: User, inquiry: str, subject: Any, mail: str | None, now: datetime, reason_code: str | None = None
) -> str:
    """Within a transaction, what tells a user of one thing that they have not set a watch for: returns its id.

    It is a watch that is over already: nothing is judged by it, and its alerts are told, kept and marked as all are.
    """
    id = readable_id("wat", now, 10)
    at = as_text(now)
    told = {"subject": subject.model_dump_json(), "reason_code": reason_code, "made_at": at, "ends_at": at, "ended_at": at}
    own = {"account": user.id, "made_by": user.id, "inquiry": inquiry, "mail": mail, "daily": False, "since": 0, "seen": True}
    connection.execute(insert(watches).values(id=id, **own, **told))
    return id


def read_watch(connection: Connection, id: str) -> Watch:
    """The watch of this id, within a transaction."""
    return _watch(connection.execute(_query().where(watches.c.id == id)).one())


def unknown(id: str) -> NotFound:
    """The one answer for a watch that is not there, one of another user's, and one whose subject is not in view."""
    return NotFound(f"You have no watch {id[:80]!r} whose subject is in view.", hint="`graphsvc watch list` shows yours.")


def end(connection: Connection, id: str, now: datetime) -> bool:
    """End a watch, within a transaction; False if it was over."""
    done = connection.execute(update(watches).where(watches.c.id == id, watches.c.ended_at.is_(None)).values(ended_at=as_text(now)))
    _turn(connection)
    return bool(done.rowcount)


def _begin(connection: Connection, seq: int, now: datetime) -> None:
    """The feed is followed from the first watch on."""
    if connection.execute(select(feed.c.id)).first() is None:
        connection.execute(insert(feed).values(id=FEED, seq=seq, runs_since=as_text(now), version=0))


def _turn(connection: Connection) -> None:
    """Who judges reads the watches again."""
    connection.execute(update(feed).values(version=feed.c.version + 1))


def _query() -> Select[Any]:
    return select(watches, inquiries.c.purpose, inquiries.c.case_number).join(inquiries, inquiries.c.id == watches.c.inquiry)


def _watch(row: Row[Any]) -> Watch:
    return Watch(
        id=row.id,
        user=row.account,
        inquiry=row.inquiry,
        purpose=row.purpose,
        case=row.case_number,
        subject=stored_subject(row.subject),
        reason_code=row.reason_code,
        mail=row.mail,
        webhook=row.webhook,
        daily=bool(row.daily),
        made_at=row.made_at,
        ends_at=row.ends_at,
        since=row.since,
        seen=bool(row.seen),
        ended_at=row.ended_at,
    )


def is_over(watch: Watch, now: datetime) -> bool:
    """Whether its end has come."""
    return watch.ended_at is not None or from_text(watch.ends_at) <= now
