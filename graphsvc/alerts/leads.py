"""Published leads as they are kept: what somebody tells others, whom it is for, whom it has reached, and who has opened it.

A lead reaches a reader as an alert of a watch that nobody set and that is over from the beginning: so it is listed, mailed, marked and told
again as alerts are. Who may read it is decided above. May import the outbox and what is beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, delete, insert, select, true, update

from graphsvc.alerts.outbox import Found, insert_alert
from graphsvc.alerts.subjects import Lead as LeadSubject
from graphsvc.alerts.tables import alerts, deliveries, lead_readers, leads, mail_addresses, watches
from graphsvc.alerts.watches import DAYS, over_from_the_beginning, read_watch
from graphsvc.audit.engine import reading, writing
from graphsvc.errors import Conflict, NotFound
from graphsvc.graph.view import Inquiry
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import Clock, as_text, system_clock
from graphsvc.inquiry.ids import could_be_id, readable_id
from graphsvc.inquiry.tables import alone, inquiries, prepare


@dataclass(frozen=True, slots=True)
class Readers:
    """Whom a lead is for: users of these agencies (those of the regions among them) with one of these roles, where such are named; and
    besides them whoever has an open inquiry of one of the cases.
    """

    agencies: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as it was published. `content` has ids: entities, records, facts (links), changes (of a run of communities).

    `rests_on`: by operation of the policies, for each thing that the lead names the compartments that it takes to see it.
    """

    id: str
    user: str
    inquiry: str
    purpose: str
    case: str
    reason_code: str | None
    title: str
    text: str
    content: Mapping[str, Any] = field(repr=False)
    rests_on: Mapping[str, Sequence[Sequence[str]]] = field(repr=False)
    readers: Readers
    made_at: str
    ends_at: str
    withdrawn_at: str | None
    withdrawn_because: str | None


class Leads:
    """The leads of one deployment."""

    def __init__(self, engine: Engine, clock: Clock = system_clock, *, digest_hour: int = 6) -> None:
        self._engine, self._clock, self._digest_hour = engine, clock, digest_hour
        prepare(engine)

    def publish(
        self,
        inquiry: Inquiry,
        title: str,
        text: str,
        content: Mapping[str, Any],
        rests_on: Mapping[str, Sequence[Sequence[str]]],
        readers: Readers,
    ) -> Lead:
        """Keep a lead; it reaches nobody by that."""
        now = self._clock()
        id = readable_id("led", now, 10)
        whom = {name: list(getattr(readers, name)) for name in ("agencies", "regions", "roles", "cases")}
        values = {
            "id": id, "account": inquiry.user, "inquiry": inquiry.id, "reason_code": inquiry.reason_code, "title": title, "text": text,
            "made_at": as_text(now),
            "content": json.dumps(content, sort_keys=True), "rests_on": json.dumps(rests_on, sort_keys=True),
            "readers": json.dumps(whom, sort_keys=True), "ends_at": as_text(now + timedelta(days=DAYS)),
        }  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(insert(leads).values(**values))
            return _lead(connection.execute(_query().where(leads.c.id == id)).one())

    def get(self, id: str) -> Lead | None:
        """The lead of this id, whoever's it is, also one that was withdrawn."""
        found = self._read(leads.c.id == id) if could_be_id(id) else []
        return found[0] if found else None

    def of(self, user: str) -> list[Lead]:
        """The leads that a user has published, the newest first."""
        return self._read(leads.c.account == user)[::-1]

    def going_on(self) -> list[Lead]:
        """Those that may still reach somebody: neither withdrawn nor over."""
        return self._read(leads.c.withdrawn_at.is_(None) & (leads.c.ends_at > as_text(self._clock())))

    def reached(self, lead: Lead) -> frozenset[str]:
        """The users whom it has reached."""
        with reading(self._engine) as connection:
            return frozenset(connection.execute(select(lead_readers.c.account).where(lead_readers.c.lead == lead.id)).scalars())

    def reach(self, lead: Lead, readers: Sequence[tuple[User, str]]) -> None:
        """Bring a lead to readers whom it has not reached, each with the case by which it is theirs."""
        now, reached = self._clock(), self.reached(lead)
        fresh = [(user, case) for user, case in readers if user.id not in reached]
        if not fresh:
            return
        with alone(self._engine, lead_readers) as connection:
            for user, case in fresh:
                if _watch_of(connection, lead, user.id) is None and _stands(connection, lead):
                    watch = self._begin(connection, lead, user, now)
                    self._tell(connection, lead, watch, user, "lead", {"case": case}, now)

    def opened(self, lead: Lead, user: str) -> None:
        """Note that a reader has opened it; the first time counts."""
        theirs = (lead_readers.c.lead == lead.id) & (lead_readers.c.account == user) & lead_readers.c.opened_at.is_(None)
        with writing(self._engine) as connection:
            connection.execute(update(lead_readers).where(theirs).values(opened_at=as_text(self._clock())))

    def unread(self, lead: Lead, days: float) -> list[str]:
        """The readers who have not opened it for so many days, and whose supervisors have not been told."""
        due = as_text(self._clock() - timedelta(days=days))
        waiting = lead_readers.c.opened_at.is_(None) & lead_readers.c.passed_on_at.is_(None) & (lead_readers.c.reached_at <= due)
        with reading(self._engine) as connection:
            query = select(lead_readers.c.account).where(lead_readers.c.lead == lead.id, waiting).order_by(lead_readers.c.account)
            return list(connection.execute(query).scalars())

    def pass_on(self, lead: Lead, reader: str, supervisors: Sequence[User]) -> None:
        """Tell supervisors of a lead that this reader has not opened; once."""
        now = self._clock()
        theirs = (lead_readers.c.lead == lead.id) & (lead_readers.c.account == reader) & lead_readers.c.passed_on_at.is_(None)
        with alone(self._engine, lead_readers) as connection:
            still = theirs & lead_readers.c.opened_at.is_(None)
            done = connection.execute(update(lead_readers).where(still).values(passed_on_at=as_text(now))).rowcount
            if not done or not _stands(connection, lead):
                return
            for user in supervisors:
                watch = _watch_of(connection, lead, user.id) or self._begin(connection, lead, user, now)
                self._tell(connection, lead, watch, user, f"unread/{reader}", {"case": lead.case, "unread_by": reader}, now)

    def withdraw(self, user: User, id: str, because: str) -> Lead:
        """Take back a lead of the user's: it reaches nobody more, and is no longer there for those whom it has reached.

        Raises NotFound, Conflict for one that was withdrawn before.
        """
        found = self.get(id)
        if found is None or found.user != user.id:
            raise NotFound(f"You have published no lead {id[:80]!r}.", hint="`graphsvc leads list` shows those that you have.")
        with alone(self._engine, lead_readers) as connection:
            if not _stands(connection, found):
                raise Conflict(f"The lead {id} was withdrawn already.")
            values = {"withdrawn_at": as_text(self._clock()), "withdrawn_because": because}
            connection.execute(update(leads).where(leads.c.id == id).values(**values))
            of_it = select(lead_readers.c.watch).where(lead_readers.c.lead == id)
            connection.execute(update(alerts).where(alerts.c.watch.in_(of_it)).values(state="withdrawn"))
            waiting = deliveries.c.watch.in_(of_it) & (deliveries.c.state == "waiting")
            connection.execute(update(deliveries).where(waiting).values(state="withdrawn"))
            return _lead(connection.execute(_query().where(leads.c.id == id)).one())

    def set_mail(self, user: User, mail: str | None) -> None:
        """Where a user is mailed what they have not set a watch for; None: nowhere."""
        with writing(self._engine) as connection:
            connection.execute(delete(mail_addresses).where(mail_addresses.c.account == user.id))
            if mail is not None:
                connection.execute(insert(mail_addresses).values(account=user.id, mail=mail))

    def _begin(self, connection: Connection, lead: Lead, user: User, now: datetime) -> str:
        mail, subject = mail_of(connection, user.id), LeadSubject(lead=lead.id)
        watch = over_from_the_beginning(connection, user, lead.inquiry, subject, mail, now, lead.reason_code)
        connection.execute(insert(lead_readers).values(lead=lead.id, account=user.id, watch=watch, reached_at=as_text(now)))
        return watch

    def _tell(self, connection: Connection, lead: Lead, watch: str, user: User, key: str, more: Mapping[str, str], now: datetime) -> None:
        # They may have set another address since the lead first reached them, or none.
        connection.execute(update(watches).where(watches.c.id == watch).values(mail=mail_of(connection, user.id)))
        cause = {"lead": lead.id, "title": lead.title, "rests_on": lead.rests_on, **more}
        insert_alert(connection, Found(read_watch(connection, watch), key, cause), now, self._digest_hour)

    def _read(self, where: ColumnElement[bool]) -> list[Lead]:
        with reading(self._engine) as connection:
            return [_lead(row) for row in connection.execute(_query().where(where).order_by(leads.c.number))]


def mail_of(connection: Connection, user: str) -> str | None:
    """Where a user is mailed what they have not set a watch for."""
    return connection.execute(select(mail_addresses.c.mail).where(mail_addresses.c.account == user)).scalar_one_or_none()


def _watch_of(connection: Connection, lead: Lead, user: str) -> str | None:
    theirs = (lead_readers.c.lead == lead.id) & (lead_readers.c.account == user)
    return connection.execute(select(lead_readers.c.watch).where(theirs)).scalar_one_or_none()


def _stands(connection: Connection, lead: Lead) -> bool:
    """Whether it is not withdrawn, as of this transaction."""
    query = select(true()).where(leads.c.id == lead.id, leads.c.withdrawn_at.is_(None))
    return connection.execute(query).first() is not None


def _query() -> Select[Any]:
    return select(leads, inquiries.c.purpose, inquiries.c.case_number).join(inquiries, inquiries.c.id == leads.c.inquiry)


def _lead(row: Row[Any]) -> Lead:
    return Lead(
        id=row.id,
        user=row.account,
        inquiry=row.inquiry,
        purpose=row.purpose,
        case=row.case_number,
        reason_code=row.reason_code,
        title=row.title,
        text=row.text,
        content=json.loads(row.content),
        rests_on=json.loads(row.rests_on),
        readers=Readers(**{name: tuple(of) for name, of in json.loads(row.readers).items()}),
        made_at=row.made_at,
        ends_at=row.ends_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because,
    )
