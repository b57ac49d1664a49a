"""The policies in force, day by day: every text by its hash, and since when which text is in force for which source.

Rows are only ever added: a policy ends when the next one of its source begins, so an answer can be judged by the policy of its day.
May import the audit package's way to open a database, and the rest of policy.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Connection, Engine, ForeignKey, Integer, MetaData, Table, Text, func, select, text
from sqlalchemy.exc import IntegrityError as BrokenConstraint
from sqlalchemy.schema import CreateTable

from graphsvc.audit.engine import reading, writing
from graphsvc.errors import Conflict, IntegrityError
from graphsvc.policy.document import LoadedPolicy, parse_policy
from graphsvc.policy.judge import Judge

_metadata = MetaData()
_text_table = Table(
    "policy_texts",
    _metadata,
    Column("sha256", Text, primary_key=True),
    Column("text", Text, nullable=False),
)
_period_table = Table(
    "policy_periods",
    _metadata,
    Column("source", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("since", Text, nullable=False),
    Column("sha256", Text, ForeignKey("policy_texts.sha256"), nullable=False),
    Column("registered_by", Text, nullable=False),
)

# Run for each question: making it takes longer than running it.
_VERSION = select(func.count(), func.max(_period_table.c.since))

# Judges kept: the one of now, and those of the days that somebody is looking back at.
_KEPT = 8
# Two processes may register the same source at once; who loses has lost to somebody who succeeded.
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (UTC) until the next one of its source, this text was in force. `number` counts from 1."""

    source: str
    number: int
    since: datetime
    sha256: str
    registered_by: str


class PolicyRegister:
    """The register in one SQL database, which other processes may write to as well: each reading sees what they have committed."""

    def __init__(self, engine: Engine) -> None:
        """Makes the tables that are not there yet."""
        self._engine = engine
        self._lock = threading.Lock()
        self._seen: tuple[object, tuple[Period, ...]] = (None, ())
        self._loaded: dict[str, LoadedPolicy] = {}
        self._judges: OrderedDict[tuple[tuple[str, str], ...], Judge] = OrderedDict()
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":  # where IF NOT EXISTS alone can collide in the catalogue
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('policy_periods'))"))
            for table in _metadata.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))

    def register(self, source: str, loaded: LoadedPolicy, by: str, at: datetime) -> bool:
        """Put a policy in force for a source from `at` on; False when it is the one in force already.

        Raises Conflict when `at` lies before the source's last policy began: what was in force on past days does not change.
        """
        for _ in range(_TRIES):
            try:
                with writing(self._engine) as connection:
                    return _register(connection, source, loaded, by, _as_text(at))
            except BrokenConstraint:  # another process was first with this source or text: look again
                continue
        raise Conflict(f"The policy of {source} is being registered by others all the time.", hint="Try again.")

    def history(self, source: str) -> list[Period]:
        """Every policy that the source had, the first one first."""
        return [period for period in self._all() if period.source == source]

    def in_force(self, at: datetime | None = None) -> dict[str, LoadedPolicy]:
        """The policy of every source at a time (None: now); sources that had none yet are missing.

        Raises IntegrityError when a kept text is not the one of its hash, SpecError when this version can't read it any more.
        """
        return {source: self._policy(source, sha256) for source, sha256 in self._hashes(at)}

    def judge_at(self, at: datetime | None = None) -> Judge:
        """Who decides by the policies in force at a time (None: now); the same until one changes, keeping what it decided."""
        key = self._hashes(at)
        with self._lock:
            judge = self._judges.get(key)
            if judge is not None:
                self._judges.move_to_end(key)
                return judge
        judge = Judge({source: self._policy(source, sha256) for source, sha256 in key})
        with self._lock:
            judge = self._judges.setdefault(key, judge)
            while len(self._judges) > _KEPT:
                self._judges.popitem(last=False)
        return judge

    def _hashes(self, at: datetime | None) -> tuple[tuple[str, str], ...]:
        """Source and hash of each policy in force, sorted by source."""
        moment = _moment(at or datetime.now(UTC))
        return tuple({p.source: (p.source, p.sha256) for p in self._all() if p.since <= moment}.values())

    def _all(self) -> tuple[Period, ...]:
        """All periods, by source and number. Rows are only added: as long as none was, those read before are all there are."""
        with reading(self._engine) as connection:
            version = tuple(connection.execute(_VERSION).one())
            seen, periods = self._seen
            if version != seen:
                rows = connection.execute(select(_period_table).order_by(_period_table.c.source, _period_table.c.number))
                periods = tuple(Period(r.source, r.number, datetime.fromisoformat(r.since), r.sha256, r.registered_by) for r in rows)
                self._seen = (version, periods)
            return periods

    def _policy(self, source: str, sha256: str) -> LoadedPolicy:
        if sha256 not in self._loaded:
            with reading(self._engine) as connection:
                kept = connection.execute(select(_text_table.c.text).where(_text_table.c.sha256 == sha256)).scalar_one().encode()
            if hashlib.sha256(kept).hexdigest() != sha256:
                raise IntegrityError(
                    f"The text kept of the policy of {source} is not the one that was registered: its SHA-256 is not {sha256}.",
                    hint="Somebody changed the database by hand. Restore it, or register the right policy.",
                )
            self._loaded[sha256] = parse_policy(kept, f"registered policy of {source}")
        return self._loaded[sha256]


def _register(connection: Connection, source: str, loaded: LoadedPolicy, by: str, since: str) -> bool:
    last = connection.execute(
        select(_period_table.c.number, _period_table.c.since, _period_table.c.sha256)
        .where(_period_table.c.source == source)
        .order_by(_period_table.c.number.desc())
        .limit(1)
    ).first()
    if last is not None:
        if last.sha256 == loaded.sha256:
            return False
        if since < last.since:
            raise Conflict(
                f"The policy of {source} can't change from {since}: the one in force began at {last.since}.",
                hint="Give a time after that. What was in force on past days does not change.",
            )
    if connection.execute(select(_text_table.c.sha256).where(_text_table.c.sha256 == loaded.sha256)).first() is None:
        connection.execute(_text_table.insert().values(sha256=loaded.sha256, text=loaded.text))
    number = last.number + 1 if last is not None else 1
    connection.execute(_period_table.insert().values(source=source, number=number, since=since, sha256=loaded.sha256, registered_by=by))
    return True


def _moment(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("a time with its offset from UTC is needed")
    return at.astimezone(UTC)


def _as_text(at: datetime) -> str:
    """ISO 8601 in UTC with microseconds: of equal length, so that such texts sort as the times do."""
    return _moment(at).isoformat(timespec="microseconds").replace("+00:00", "Z")
