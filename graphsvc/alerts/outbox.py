"""Alerts and their deliveries: what was found and is still to be told, in one transaction with how far the feed was followed.

So nothing that was judged is lost, and nothing is found twice: an alert is one cause of one watch. A delivery is claimed before it is sent
and noted afterwards; one whose claim ran out is sent again, marked as a repeat, since nobody knows whether it had arrived. May import
the tables and watches.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, delete, exists, func, insert, select, update

from graphsvc.alerts.tables import alerts, aside, deliveries, feed, watches
from graphsvc.alerts.watches import FEED, Watch, end
from graphsvc.audit.engine import reading, writing
from graphsvc.errors import Conflict, NotFound
from graphsvc.inquiry.clock import Clock, as_text, system_clock
from graphsvc.inquiry.ids import could_be_id, readable_id
from graphsvc.inquiry.tables import inquiries, prepare

State = Literal["new", "acknowledged", "dismissed", "withdrawn"]
Channel = Literal["mail", "webhook", "daily"]
MEETING = "meeting"  # what alerts of deconfliction have in their cause
ENDED = "ended"  # the cause of the alert that says that a watch is over
_LONGEST_WAIT = timedelta(hours=1)
_ASKED_AT_ONCE = 900  # parameters of one statement: an old SQLite takes 999


@dataclass(frozen=True, slots=True)
class Found:
    """What a watch has found: its key (the same for the same cause), the cause as ids, and all compartments that it rests on."""

    watch: Watch
    key: str
    cause: Mapping[str, Any]
    compartments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """How far the feed is followed: `seq` the last batch judged, `runs_since` when runs were looked at last, `version` of the watches."""

    seq: int
    runs_since: str
    version: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way of telling one alert. `repeat`: it may have arrived before."""

    number: int
    alert: str
    watch: str
    channel: str
    target: str
    attempts: int
    repeat: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it is kept. `cause` has ids and no names; of a lead its title."""

    number: int
    id: str
    watch: str
    user: str
    inquiry: str
    purpose: str
    case: str
    subject: str
    reason_code: str | None
    cause: Mapping[str, Any] = field(repr=False)
    compartments: tuple[str, ...] = field(repr=False)
    made_at: str
    state: State
    state_by: str | None
    state_at: str | None
    reason: str | None

    @property
    def kind(self) -> str:
        """What its watch is of; or `ended`: it says that its watch is over; or `meeting`: that another agency has come upon the same."""
        if MEETING in self.cause:
            return MEETING
        return str(json.loads(self.subject)["kind"]) if self.cause else ENDED

    @property
    def lead(self) -> str | None:
        """The lead that it tells of."""
        return self.cause.get("lead")


class Outbox:
    """The alerts and deliveries of one deployment."""

    def __init__(self, engine: Engine, clock: Clock = system_clock, *, digest_hour: int = 6) -> None:
        self._engine, self._clock, self._digest_hour = engine, clock, digest_hour
        prepare(engine)

    # Judging.

    def feed(self) -> Feed | None:
        """How far the feed was judged; None while nobody has ever watched anything."""
        with reading(self._engine) as connection:
            row = connection.execute(select(feed)).one_or_none()
        return Feed(row.seq, row.runs_since, row.version) if row is not None else None

    def take(self, judge: str, seconds: float) -> Feed | None:
        """Take the feed for so long, or keep it; None while another has it, or nobody watches anything."""
        now = self._clock()
        free = feed.c.judging_until.is_(None) | (feed.c.judging_until < as_text(now)) | (feed.c.judge == judge)
        with writing(self._engine) as connection:
            kept = {"judge": judge, "judging_until": as_text(now + timedelta(seconds=seconds))}
            if not connection.execute(update(feed).where(feed.c.id == FEED, free).values(**kept)).rowcount:
                return None
            row = connection.execute(select(feed)).one()
            return Feed(row.seq, row.runs_since, row.version)

    def give_back(self, judge: str) -> None:
        """Let another take the feed."""
        with writing(self._engine) as connection:
            connection.execute(update(feed).where(feed.c.judge == judge).values(judge=None, judging_until=None))

    def put(
        self,
        judge: str,
        found: Iterable[Found],
        *,
        seq: int | None = None,
        runs_since: str | None = None,
        failed: Mapping[str, str] | None = None,
        made_up: tuple[int, Iterable[str]] | None = None,
    ) -> list[str]:
        """Keep what was found, and how far the feed was judged, in one transaction; returns the ids of alerts that are new.

        `failed`: watches of the batch `seq` that could not be judged, with why; `made_up`: a batch, and which of its watches were by now.
        Raises Conflict where another judge has the feed by now: then nothing is kept, and what was judged is the other's.
        """
        now = self._clock()
        at = {name: value for name, value in (("seq", seq), ("runs_since", runs_since)) if value is not None}
        with writing(self._engine) as connection:
            mine = (feed.c.id == FEED) & (feed.c.judge == judge)
            if not connection.execute(update(feed).where(mine).values(judge=judge, **at)).rowcount:
                raise Conflict("Another worker judges the feed by now.")
            if failed:
                rows = [{"seq": seq, "watch": watch, "error": error, "at": as_text(now)} for watch, error in failed.items()]
                connection.execute(insert(aside), rows)
            if made_up is not None:
                connection.execute(delete(aside).where(aside.c.seq == made_up[0], aside.c.watch.in_(list(made_up[1]))))
            return insert_alerts(connection, list(found), now, self._digest_hour)

    def aside(self) -> dict[int, list[str]]:
        """The watches that could not be judged yet, by batch."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(aside.c.seq, aside.c.watch).order_by(aside.c.seq, aside.c.watch)).all()
        found: dict[int, list[str]] = {}
        for row in rows:
            found.setdefault(row.seq, []).append(row.watch)
        return found

    def ended(self, watch: Watch) -> str | None:
        """End a watch, and tell its owner that it ended and nothing else; None if it was over."""
        now = self._clock()
        with writing(self._engine) as connection:
            if not end(connection, watch.id, now):
                return None
            return insert_alert(connection, Found(watch, ENDED, {}), now, self._digest_hour)

    # Sending.

    def claim(self, seconds: float, most: int, channel: Channel) -> list[Delivery]:
        """Deliveries of a channel that are due, each claimed for so long: of each watch the first that is still to be sent; or all those of
        daily mails, each of which is about many.
        """
        now = self._clock()
        earlier = deliveries.alias()
        first = ~exists().where(
            earlier.c.watch == deliveries.c.watch,
            earlier.c.channel == deliveries.c.channel,
            earlier.c.state == "waiting",
            earlier.c.number < deliveries.c.number,
        )
        due = (deliveries.c.state == "waiting") & (deliveries.c.due_at <= as_text(now))
        due &= deliveries.c.channel == channel
        query = select(deliveries).where(due if channel == "daily" else due & first).order_by(deliveries.c.number).limit(most)
        with reading(self._engine) as connection:  # who looks five times a second must not keep others from writing
            if connection.execute(select(deliveries.c.number).where(due).limit(1)).first() is None:
                return []
        with writing(self._engine) as connection:
            rows = list(connection.execute(query.with_for_update(of=deliveries, skip_locked=True)))
            later = {"attempts": deliveries.c.attempts + 1, "unsure": deliveries.c.unsure + 1}
            mine = deliveries.c.number.in_([row.number for row in rows])
            until = as_text(now + timedelta(seconds=seconds))
            connection.execute(update(deliveries).where(mine).values(**later, due_at=until))
        return [_delivery(row) for row in rows]

    def waiting(self) -> int:
        """How many deliveries are still to be sent."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).where(deliveries.c.state == "waiting")).scalar_one())

    def sent(self, numbers: Sequence[int]) -> None:
        """Note that deliveries were accepted."""
        with writing(self._engine) as connection:
            values = {"state": "sent", "sent_at": as_text(self._clock()), "error": None}
            connection.execute(update(deliveries).where(deliveries.c.number.in_(numbers)).values(**values))

    def failed(self, one: Delivery, error: str, *, wait_s: float, most: int, arrived: bool, final: bool = False) -> None:
        """Note that a delivery failed: it is tried again, later each time, or is dead after the `most` tries, or at once if `final`.

        `arrived`: it may have arrived all the same, so that the next try is marked as a repeat.
        """
        dead = final or one.attempts >= most
        wait = min(_LONGEST_WAIT, timedelta(seconds=wait_s * 2 ** min(one.attempts - 1, 20)))
        values: dict[str, Any] = {"error": error[:500], "state": "dead" if dead else "waiting", "due_at": as_text(self._clock() + wait)}
        if not arrived:
            values["unsure"] = deliveries.c.unsure - 1
        with writing(self._engine) as connection:
            connection.execute(update(deliveries).where(deliveries.c.number == one.number).values(**values))

    def dead(self, user: str) -> dict[str, list[dict[str, Any]]]:
        """Deliveries of the user's alerts that were given up, by alert: channel, target, attempts, the last error."""
        query = select(deliveries).join(watches, watches.c.id == deliveries.c.watch).where(watches.c.account == user)
        found: dict[str, list[dict[str, Any]]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query.where(deliveries.c.state == "dead").order_by(deliveries.c.number)):
                kept = ("channel", "target", "attempts", "error")
                found.setdefault(row.alert, []).append({name: getattr(row, name) for name in kept})
        return found

    # Looking.

    def alert(self, id: str) -> Alert | None:
        """One alert, whoever's it is."""
        return next(iter(self.these([id])), None) if could_be_id(id) else None

    def these(self, ids: Sequence[str]) -> list[Alert]:
        """Alerts by their ids, whoever's they are, in order."""
        with reading(self._engine) as connection:
            return [_alert(row) for row in connection.execute(_query().where(alerts.c.id.in_(ids)).order_by(alerts.c.number))]

    def alerts(self, user: str, *, after: int = 0, newest: bool = False, where: ColumnElement[bool] | None = None) -> list[Alert]:
        """The alerts of a user with a number above `after`, in order, or the newest first."""
        query = _query().where(watches.c.account == user, alerts.c.number > after, alerts.c.state != "withdrawn")
        query = query if where is None else query.where(where)
        with reading(self._engine) as connection:
            return [_alert(row) for row in connection.execute(query.order_by(alerts.c.number.desc() if newest else alerts.c.number))]

    def mark(self, id: str, state: State, by: str, reason: str | None) -> Alert:
        """Note that an alert was acknowledged or dismissed. Raises Conflict for one that was dismissed before."""
        with writing(self._engine) as connection:
            values = {"state": state, "state_by": by, "state_at": as_text(self._clock()), "reason": reason}
            open_still = alerts.c.state.not_in(("dismissed", "withdrawn"))
            done = connection.execute(update(alerts).where(alerts.c.id == id, open_still).values(**values)).rowcount
            row = connection.execute(_query().where(alerts.c.id == id)).one_or_none()
        if row is None:
            raise unknown(id)
        if not done and (state, reason) != (row.state, row.reason):
            raise Conflict(f"The alert {id} was dismissed already.")
        return _alert(row)


def unknown(id: str) -> NotFound:
    """The one answer for an alert that is not there, is another's or of another case, or rests on something out of view."""
    return NotFound(f"You have no alert {id[:80]!r} in view of this inquiry.", hint="`graphsvc alerts list` shows those that you have.")


def insert_alert(connection: Connection, one: Found, now: datetime, digest_hour: int) -> str | None:
    """Within a transaction, keep what was found and how it is to be told; None if the watch has found it before."""
    return next(iter(insert_alerts(connection, [one], now, digest_hour)), None)


def insert_alerts(connection: Connection, found: Sequence[Found], now: datetime, digest_hour: int) -> list[str]:
    """The same of several, in their order; returns the ids of those that no watch has found before."""
    known = _known(connection, found)
    new: dict[tuple[str, str], Found] = {}
    for one in found:
        if (one.watch.id, one.key) not in known:
            new.setdefault((one.watch.id, one.key), one)
    ids: list[str] = []
    rows: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for one in new.values():
        id = readable_id("alr", now, 10)
        ids.append(id)
        rows.append({
            "id": id, "watch": one.watch.id, "cause_key": one.key, "cause": json.dumps(one.cause, sort_keys=True),
            "compartments": json.dumps(sorted(set(one.compartments))), "made_at": as_text(now), "state": "new",
        })  # fmt: skip
        told += [
            {
                "alert": id, "watch": one.watch.id, "channel": channel, "target": target, "state": "waiting", "attempts": 0, "unsure": 0,
                "due_at": as_text(_due(channel, now, digest_hour)),
            }
            for channel, target in _channels(one.watch)
        ]  # fmt: skip
    # Of many together: a batch that touches a thousand watches must not take the database a thousand times as long.
    for table, those in ((alerts, rows), (deliveries, told)):
        if those:
            connection.execute(insert(table), those)
    return ids


def _known(connection: Connection, found: Sequence[Found]) -> set[tuple[str, str]]:
    """Which of these watches have found which of these causes before."""
    by_key: dict[str, list[str]] = {}
    for one in found:
        by_key.setdefault(one.key, []).append(one.watch.id)
    known = set()
    for key, ids in by_key.items():
        for begin in range(0, len(ids), _ASKED_AT_ONCE):
            query = select(alerts.c.watch).where(alerts.c.cause_key == key, alerts.c.watch.in_(ids[begin : begin + _ASKED_AT_ONCE]))
            known |= {(watch, key) for watch in connection.execute(query).scalars()}
    return known


def _due(channel: str, now: datetime, digest_hour: int) -> datetime:
    if channel != "daily":
        return now
    at = now.replace(hour=digest_hour, minute=0, second=0, microsecond=0)
    return at if at > now else at + timedelta(days=1)


def _channels(watch: Watch) -> list[tuple[str, str]]:
    found = [("daily" if watch.daily else "mail", watch.mail)] if watch.mail else []
    return [*found, *([("webhook", watch.webhook)] if watch.webhook else [])]


def _query() -> Select[Any]:
    own = (watches.c.account, watches.c.inquiry, watches.c.subject, watches.c.reason_code, inquiries.c.purpose, inquiries.c.case_number)
    return select(alerts, *own).join(watches, watches.c.id == alerts.c.watch).join(inquiries, inquiries.c.id == watches.c.inquiry)


def _alert(row: Row[Any]) -> Alert:
    cause = json.loads(row.cause)
    return Alert(
        number=row.number,
        id=row.id,
        watch=row.watch,
        user=row.account,
        inquiry=row.inquiry,
        purpose=row.purpose,
        case=cause.get("case", row.case_number),
        subject=row.subject,
        reason_code=row.reason_code,
        cause=cause,
        compartments=tuple(json.loads(row.compartments)),
        made_at=row.made_at,
        state=row.state,
        state_by=row.state_by,
        state_at=row.state_at,
        reason=row.reason,
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(row.number, row.alert, row.watch, row.channel, row.target, row.attempts + 1, row.unsure > 0)
