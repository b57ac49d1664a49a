"""Open an inquiry, close it, find the one in whose name somebody asks; request a standing one and decide on it.

What is returned says enough for the log, which is written by the caller. May import users, the deployment's lists, and the
graph's type.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, false, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from graphsvc.audit.engine import reading, writing
from graphsvc.errors import Conflict, Denied, InputError, InquiryMissing, NotFound
from graphsvc.inquiry.account import User, account_row, as_user
from graphsvc.inquiry.clock import Clock, as_text, system_clock
from graphsvc.inquiry.conditions import HOW_TO_OPEN, checked_end, may_ask, not_open, unknown
from graphsvc.inquiry.deployment import Deployment, known
from graphsvc.inquiry.ids import could_be_id, readable_id
from graphsvc.inquiry.open_inquiry import OpenInquiry, State, as_inquiry
from graphsvc.inquiry.reasons import checked_reason
from graphsvc.inquiry.tables import alone, inquiries, prepare


class Inquiries:
    """The inquiries of one deployment. Users given to it were authenticated just before, so their data is current."""

    def __init__(self, engine: Engine, deployment: Deployment, clock: Clock = system_clock) -> None:
        self._engine = engine
        self._deployment = deployment
        self._clock = clock
        prepare(engine)

    def open(
        self, user: User, purpose: str, case: str, reason: str, until: datetime | None = None, accept_rules: bool = True
    ) -> OpenInquiry:
        """Open an inquiry; it ends by itself, at `until` or after the deployment's hours.

        Raises InputError (purpose, case, reason, until), Denied (disabled, untrained, not a purpose of the user's, rules not accepted).
        """
        most = timedelta(hours=self._deployment.inquiry_hours)
        return self._write(user, purpose, case, reason, until, most, accept_rules, standing=False)

    def request_standing(self, user: User, purpose: str, case: str, reason: str, until: datetime, accept_rules: bool = True) -> OpenInquiry:
        """Ask for a standing inquiry, for watches and scheduled jobs: it opens when a supervisor approves it. Raises as `open` does."""
        most = timedelta(days=self._deployment.standing_days_most)
        return self._write(user, purpose, case, reason, until, most, accept_rules, standing=True)

    def approve(self, id: str, supervisor: User) -> OpenInquiry:
        """Open a requested standing inquiry, as a supervisor of the same agency other than who requested it.

        Raises Denied, NotFound (no such request of that agency), Conflict (decided before, ended, its user may no longer).
        """
        now = self._clock()
        with alone(self._engine, inquiries) as connection:
            request = self._request(connection, id, supervisor, now)
            user = as_user(account_row(connection, request.user), request.user)
            may_ask(user, request.purpose, now)
            values = {"state": "open", "opened_at": as_text(now), "approved_by": supervisor.id}
            return self._changed(connection, id, values, now)

    def reject(self, id: str, supervisor: User, because: str = "") -> OpenInquiry:
        """Refuse a requested standing inquiry. Raises as `approve` does."""
        now = self._clock()
        with alone(self._engine, inquiries) as connection:
            self._request(connection, id, supervisor, now)
            values = {
                "state": "rejected", "rejected_at": as_text(now), "rejected_by": supervisor.id,
                "rejected_because": " ".join(because.split())[:1000] or None,
            }  # fmt: skip
            return self._changed(connection, id, values, now)

    def close(self, id: str, user: User) -> OpenInquiry:
        """Close an inquiry before its end, or withdraw a request: by its user, or a supervisor of its agency.

        Raises InquiryMissing (not theirs, or not known), Conflict (it is over already).
        """
        now = self._clock()
        with alone(self._engine, inquiries) as connection:
            row = _row(connection, id)
            if row is None or not (row.account == user.id or (row.agency == user.agency and _is_supervisor(user))):
                raise unknown(id)
            inquiry = as_inquiry(row, now)
            if inquiry.state not in ("open", "requested"):
                raise Conflict(f"The inquiry {id} is {inquiry.state} already.")
            return self._changed(connection, id, {"state": "closed", "closed_at": as_text(now), "closed_by": user.id}, now)

    def get(self, id: str, user: User) -> OpenInquiry:
        """The open inquiry of this id, in whose name the user asks now.

        Raises InquiryMissing: with one same text when there is none and when it is another user's; otherwise saying why it does not count.
        """
        now = self._clock()
        with reading(self._engine) as connection:
            row = _row(connection, id)
        if row is None or row.account != user.id:
            raise unknown(id)
        inquiry = as_inquiry(row, now)
        if inquiry.state != "open":
            raise not_open(inquiry)
        may_ask(user, inquiry.purpose, now)
        if inquiry.purpose not in self._deployment.purposes:
            raise InquiryMissing(f"The purpose {inquiry.purpose!r} of {id} is no longer one of this deployment.", hint=HOW_TO_OPEN)
        if inquiry.agency != user.agency:
            raise InquiryMissing(f"The inquiry {id} was opened for {inquiry.agency}, which is no longer your agency.", hint=HOW_TO_OPEN)
        return inquiry

    def user_of(self, id: str) -> str | None:
        """Whose standing inquiry this is, for what acts in their name (jobs); None if there is none. It may be over."""
        with reading(self._engine) as connection:
            row = _row(connection, id)
        return row.account if row is not None and row.standing else None

    def all_open(self) -> tuple[OpenInquiry, ...]:
        """Every inquiry that is open now, whoever's it is: for what brings people together, and tells nobody of them by itself."""
        now = self._clock()
        query = select(inquiries).where(_in_state("open", as_text(now))).order_by(inquiries.c.number)
        with reading(self._engine) as connection:
            return tuple(as_inquiry(row, now) for row in connection.execute(query))

    def current(self, user: User) -> OpenInquiry:
        """The inquiry that the user opened last, of those still open; a standing one must be named. Raises InquiryMissing."""
        now = self._clock()
        theirs = (inquiries.c.account == user.id) & ~inquiries.c.standing & (inquiries.c.agency == user.agency)
        still_open = (inquiries.c.state == "open") & (inquiries.c.ends_at > as_text(now))
        with reading(self._engine) as connection:
            query = select(inquiries.c.id).where(theirs, still_open).order_by(inquiries.c.number.desc()).limit(1)
            id = connection.execute(query).scalar_one_or_none()
        if id is None:
            raise InquiryMissing("No inquiry was named, and you have none open.", hint=HOW_TO_OPEN)
        return self.get(id, user)

    def show(self, id: str, viewer: User) -> OpenInquiry:
        """An inquiry in whatever state, for its user, a supervisor of its agency, or an auditor; raises NotFound for all others."""
        query = select(inquiries).where(inquiries.c.id == id, self._visible(viewer))
        row = None
        if could_be_id(id):
            with reading(self._engine) as connection:
                row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"There is no inquiry {id[:80]!r} that you may see.", hint="`graphsvc inquiry list` shows those that you may.")
        return as_inquiry(row, self._clock())

    def list(self, viewer: User, *, user: str | None = None, state: State | None = None, limit: int = 50) -> tuple[OpenInquiry, ...]:
        """Inquiries that the viewer may see, the latest first: their own; a supervisor those of the agency, an auditor all."""
        now = self._clock()
        query = select(inquiries).where(self._visible(viewer)).order_by(inquiries.c.number.desc())
        if user is not None:
            query = query.where(inquiries.c.account == user if could_be_id(user) else false())
        if state is not None:
            query = query.where(_in_state(state, as_text(now)))
        with reading(self._engine) as connection:
            return tuple(as_inquiry(row, now) for row in connection.execute(query.limit(limit)))

    def _visible(self, viewer: User) -> ColumnElement[bool]:
        if not viewer.active:
            return false()
        if "auditor" in viewer.roles:
            return true()
        agency = inquiries.c.agency == viewer.agency if _is_supervisor(viewer) else false()
        return or_(inquiries.c.account == viewer.id, agency)

    def _write(
        self,
        user: User,
        purpose: str,
        case: str,
        reason: str,
        until: datetime | None,
        most: timedelta,
        accept_rules: bool,
        *,
        standing: bool,
    ) -> OpenInquiry:
        deployment = self._deployment
        now = self._clock()
        known(purpose, deployment.purposes, "purpose")
        may_ask(user, purpose, now)
        case = case.strip()
        if not deployment.case_fits(case):
            raise InputError(f"{case!r} is not a case number of this deployment.", hint=f"One looks like {deployment.case_example}.")
        reason = checked_reason(
            reason, case=case, purpose=purpose, purpose_title=deployment.purposes[purpose], empty=deployment.empty_reasons
        )
        ends_at = checked_end(until, now, most)
        if not accept_rules:
            raise Denied("Whoever opens an inquiry accepts the rules of use.", hint=deployment.rules_of_use.strip())
        values = {
            "account": user.id, "agency": user.agency, "purpose": purpose, "case_number": case, "reason": reason,
            "rules_sha256": deployment.rules_sha256, "standing": standing, "state": "requested" if standing else "open",
            "requested_at": as_text(now), "opened_at": None if standing else as_text(now), "ends_at": as_text(ends_at),
        }  # fmt: skip
        for attempts_left in (2, 1, 0):  # two ids of a day may collide, hardly thrice in a row
            id = readable_id("inq", now)
            try:
                with writing(self._engine) as connection:
                    connection.execute(insert(inquiries).values(id=id, **values))
                    return as_inquiry(connection.execute(select(inquiries).where(inquiries.c.id == id)).one(), now)
            except IntegrityError:
                if not attempts_left:
                    raise
        raise AssertionError("not reached")

    def _request(self, connection: Connection, id: str, supervisor: User, now: datetime) -> OpenInquiry:
        """The request that this supervisor may decide on now."""
        if not _is_supervisor(supervisor):
            raise Denied("Standing inquiries are decided by a supervisor.", hint="Ask one of your agency.")
        row = _row(connection, id)
        if row is None or not row.standing or row.agency != supervisor.agency:
            raise NotFound(
                f"Your agency has no request {id[:80]!r} for a standing inquiry.",
                hint="See `graphsvc inquiry list --all --state requested`.",
            )
        request = as_inquiry(row, now)
        if request.user == supervisor.id:
            raise Denied("Nobody decides on a request of their own.", hint="Ask another supervisor of your agency.")
        if request.state != "requested":
            raise Conflict(f"The request {id} is {request.state} already.")
        return request

    def _changed(self, connection: Connection, id: str, values: dict[str, Any], now: datetime) -> OpenInquiry:
        connection.execute(update(inquiries).where(inquiries.c.id == id).values(values))
        return as_inquiry(connection.execute(select(inquiries).where(inquiries.c.id == id)).one(), now)


def _is_supervisor(user: User) -> bool:
    return user.active and "supervisor" in user.roles


# Run for each question: making it takes longer than running it.
_BY_ID = select(inquiries).where(inquiries.c.id == bindparam("given"))


def _row(connection: Connection, id: str) -> Row[Any] | None:
    return connection.execute(_BY_ID, {"given": id}).one_or_none() if could_be_id(id) else None


def _in_state(state: State, now: str) -> ColumnElement[bool]:
    if state == "ended":
        return inquiries.c.state.in_(("open", "requested")) & (inquiries.c.ends_at <= now)
    if state in ("open", "requested"):
        return (inquiries.c.state == state) & (inquiries.c.ends_at > now)
    return inquiries.c.state == state
