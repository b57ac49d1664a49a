"""API keys: shown once, kept as SHA-256, expiring, revocable.

A key is 256 random bits, so a plain hash of it can't be searched backwards, and looking the hash up in an index tells a guesser
nothing: near misses have hashes that have nothing in common. May import users.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, Row, bindparam, false, insert, select, update

from graphsvc.audit.engine import reading, writing
from graphsvc.errors import Conflict, DatabaseError, InputError, NotFound, Unauthenticated
from graphsvc.inquiry.account import User, account_row, as_user, one_line, operator_now
from graphsvc.inquiry.clock import Clock, as_text, system_clock
from graphsvc.inquiry.ids import could_be_id, readable_id
from graphsvc.inquiry.tables import accounts, alone, api_keys, prepare

# Secret scanners of code hosts find keys by a prefix of their own.
PREFIX = "gsk_"
DEFAULT_DAYS = 90
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; the key itself is not. Times as `clock.as_text` writes them; `last_used_on` is a day, UTC."""

    id: str
    user: str
    label: str
    created_at: str
    created_by: str
    expires_at: str
    revoked_at: str | None
    revoked_by: str | None
    last_used_on: str | None


# Run for each request: making it takes longer than running it.
_WHOSE = (
    select(accounts, api_keys.c.id.label("key_id"), api_keys.c.expires_at, api_keys.c.revoked_at, api_keys.c.last_used_on)
    .join_from(accounts, api_keys)
    .where(api_keys.c.sha256 == bindparam("sha256"))
)


class Keys:
    """The API keys of one deployment."""

    def __init__(self, engine: Engine, clock: Clock = system_clock) -> None:
        self._engine = engine
        self._clock = clock
        prepare(engine)

    def make(self, user_id: str, *, by: User, days: int = DEFAULT_DAYS, label: str = "") -> tuple[str, Key]:
        """A new key, to be shown once, and what is kept of it.

        Raises InputError, Denied (not by an operator), NotFound (no such user), Conflict (a disabled one).
        """
        if not 1 <= days <= MOST_DAYS:
            raise InputError(f"A key lives 1 to {MOST_DAYS} days, not {days}.")
        label = one_line(label, "A key's label", most=60) if label else ""
        now = self._clock()
        secret = PREFIX + secrets.token_urlsafe(32)
        with alone(self._engine, accounts) as connection:  # so that nobody is disabled meanwhile
            operator_now(connection, by)
            user = as_user(account_row(connection, user_id), user_id)
            if not user.active:
                raise Conflict(f"{user.id} is disabled.", hint=f"`graphsvc user enable {user.id}` first.")
            key_id = readable_id("key", now)
            connection.execute(
                insert(api_keys).values(
                    id=key_id,
                    account=user.id,
                    sha256=_sha256(secret),
                    label=label,
                    created_at=as_text(now),
                    created_by=by.id,
                    expires_at=as_text(now + timedelta(days=days)),
                )
            )
            return secret, _key(connection.execute(select(api_keys).where(api_keys.c.id == key_id)).one())

    def revoke(self, key_id: str, *, by: User) -> Key:
        """End a key now, by its user or an operator; one that was revoked before stays as it was. Raises Denied, NotFound."""
        with alone(self._engine, api_keys) as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == key_id)).one_or_none() if could_be_id(key_id) else None
            if row is None or row.account != by.id:
                operator_now(connection, by)
            if row is None:
                raise NotFound(f"There is no key {key_id[:80]!r}.", hint="`graphsvc user key ID --list` shows a user's.")
            still_valid = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
            connection.execute(update(api_keys).where(still_valid).values(revoked_at=as_text(self._clock()), revoked_by=by.id))
            return _key(connection.execute(select(api_keys).where(api_keys.c.id == key_id)).one())

    def list(self, user_id: str | None = None) -> tuple[Key, ...]:
        """The keys of one user, or of all, oldest first."""
        query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        if user_id is not None:
            query = query.where(api_keys.c.account == user_id if could_be_id(user_id) else false())
        with reading(self._engine) as connection:
            return tuple(_key(row) for row in connection.execute(query))

    def authenticate(self, key: str) -> User:
        """The user whose key this is; raises Unauthenticated with one same text whatever is wrong, and the reason for the log.

        The day of its last use is noted with the key, once a day.
        """
        now = self._clock()
        with reading(self._engine) as connection:
            row = connection.execute(_WHOSE, {"sha256": _sha256(key)}).one_or_none()
        if row is None:
            raise Unauthenticated(reason="unknown key")
        if row.revoked_at is not None:
            raise Unauthenticated(reason=f"{row.key_id} of {row.id} was revoked at {row.revoked_at}")
        if row.expires_at <= as_text(now):
            raise Unauthenticated(reason=f"{row.key_id} of {row.id} expired at {row.expires_at}")
        if not row.active:
            raise Unauthenticated(reason=f"the user {row.id} is disabled")
        today = as_text(now)[:10]
        if row.last_used_on != today:
            # Whether somebody is let in does not hang on this note.
            with suppress(DatabaseError), writing(self._engine) as connection:
                connection.execute(update(api_keys).where(api_keys.c.id == row.key_id).values(last_used_on=today))
        return as_user(row)


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        user=row.account,
        label=row.label,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        last_used_on=row.last_used_on,
    )
