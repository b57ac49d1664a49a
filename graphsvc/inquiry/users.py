"""The users of a deployment: add, change, disable, enable, look up.

What is returned says enough for the log, which is written by the caller. May import the deployment's lists and the policy's names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Unpack

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from graphsvc.audit.engine import reading
from graphsvc.errors import Conflict, InputError, Unauthenticated
from graphsvc.inquiry.account import ROLES, Changed, Changes, OidcSubject, User, account_row, as_user, one_line, operator_now
from graphsvc.inquiry.clock import Clock, as_text, system_clock
from graphsvc.inquiry.deployment import Deployment, known
from graphsvc.inquiry.tables import accounts, alone, api_keys, joined, parted, prepare

_ID = re.compile(r"[a-z][a-z0-9_-]{1,39}")


class Users:
    """The users of one deployment. Every change is made `by` an operator, who is looked up again in the same transaction."""

    def __init__(self, engine: Engine, deployment: Deployment, clock: Clock = system_clock) -> None:
        self._engine = engine
        self._deployment = deployment
        self._clock = clock
        prepare(engine)

    def add(
        self,
        id: str,
        *,
        name: str,
        agency: str,
        roles: Iterable[str],
        purposes: Iterable[str] = (),
        trained_until: date | None = None,
        oidc: OidcSubject | None = None,
        by: User | None = None,
    ) -> User:
        """Add a user. The first one of a deployment needs nobody's permission and becomes an operator besides the roles given.

        Raises InputError, Denied (not by an operator), Conflict (the id or the token server's name is taken).
        """
        if not _ID.fullmatch(id):
            raise InputError(
                f"{id!r} can't be a user's id.", hint="2 to 40 lower-case letters, digits, - and _, a letter first: `anna-dekker`."
            )
        changes: Changes = {
            "name": name, "agency": agency, "roles": roles, "purposes": purposes, "trained_until": trained_until, "oidc": oidc,
        }  # fmt: skip
        values = self._checked(changes)
        now = as_text(self._clock())
        with alone(self._engine, accounts) as connection:
            if connection.execute(select(func.count()).select_from(accounts)).scalar_one() == 0:
                values["roles"] = joined(parted(values["roles"]) | {"operator"})
            else:
                operator_now(connection, by)
            values |= {"id": id, "active": True, "created_at": now, "created_by": by.id if by else None, "changed_at": now}
            if account_row(connection, id) is not None:
                raise Conflict(f"There is already a user {id!r}.", hint=f"`graphsvc user update {id}` changes one.")
            try:
                connection.execute(insert(accounts).values(values))
            except IntegrityError as error:
                raise _taken(oidc) from error
            return as_user(account_row(connection, id))

    def update(self, id: str, *, by: User, **changes: Unpack[Changes]) -> Changed:
        """Change what is given. Raises InputError, Denied, NotFound, and Conflict when no operator would be left."""
        return self._change(id, self._checked(changes), by)

    def disable(self, id: str, *, by: User) -> Changed:
        """Shut a user out: nothing authenticates as them any more, and their keys stay revoked if they are enabled again."""
        return self._change(id, {"active": False}, by)

    def enable(self, id: str, *, by: User) -> Changed:
        """Let a disabled user in again; they need new keys."""
        return self._change(id, {"active": True}, by)

    def get(self, id: str) -> User:
        """The user of this id, active or not; raises NotFound."""
        with reading(self._engine) as connection:
            return as_user(account_row(connection, id), id)

    def by_oidc(self, issuer: str, subject: str) -> User:
        """The active user whom a token server names so; raises Unauthenticated."""
        query = select(accounts).where(accounts.c.oidc_issuer == issuer, accounts.c.oidc_subject == subject)
        row = None
        if _printable(subject, 255):
            with reading(self._engine) as connection:
                row = connection.execute(query).one_or_none()
        if row is None:
            raise Unauthenticated(reason=f"no user for the subject {subject!r} of {issuer}")
        if not row.active:
            raise Unauthenticated(reason=f"the user {row.id} is disabled")
        return as_user(row)

    def list(self) -> tuple[User, ...]:
        """All users, by id."""
        with reading(self._engine) as connection:
            return tuple(as_user(row) for row in connection.execute(select(accounts).order_by(accounts.c.id)))

    def is_empty(self) -> bool:
        """Whether there is no user yet: then the next one added becomes an operator."""
        with reading(self._engine) as connection:
            return connection.execute(select(accounts.c.id).limit(1)).first() is None

    def _change(self, id: str, values: dict[str, Any], by: User) -> Changed:
        now = as_text(self._clock())
        with alone(self._engine, accounts) as connection:
            operator_now(connection, by)
            before = as_user(account_row(connection, id), id)
            try:
                connection.execute(update(accounts).where(accounts.c.id == id).values(**values, changed_at=now))
            except IntegrityError as error:
                raise _taken(OidcSubject(values["oidc_issuer"], values["oidc_subject"])) from error
            rows = connection.execute(select(accounts).where(accounts.c.active))
            if not any("operator" in as_user(row).roles for row in rows):
                raise Conflict(
                    f"{id} is the only operator: without one nobody could change users.", hint="Make somebody else an operator first."
                )
            if values.get("active") is False:
                open_keys = (api_keys.c.account == id) & api_keys.c.revoked_at.is_(None)
                connection.execute(update(api_keys).where(open_keys).values(revoked_at=now, revoked_by=by.id))
            return Changed(before, as_user(account_row(connection, id)))

    def _checked(self, changes: Changes) -> dict[str, Any]:
        """The columns that these changes set; raises InputError."""
        values: dict[str, Any] = {}
        if "name" in changes:
            values["name"] = one_line(changes["name"], "A user's name")
        if "agency" in changes:
            values["agency"] = known(changes["agency"], self._deployment.agencies, "agency")
        if "roles" in changes:
            roles = frozenset(known(role, dict.fromkeys(ROLES), "role") for role in changes["roles"])
            if not roles:
                raise InputError("A user needs at least one role.", hint=f"Known: {', '.join(ROLES)}.")
            values["roles"] = joined(roles)
        if "purposes" in changes:
            values["purposes"] = joined(known(purpose, self._deployment.purposes, "purpose") for purpose in changes["purposes"])
        if "trained_until" in changes:
            day = changes["trained_until"]
            values["trained_until"] = day.isoformat() if day else None
        if "oidc" in changes:
            oidc = changes["oidc"]
            if oidc and not (_printable(oidc.subject, 255) and _printable(oidc.issuer, 500)):  # 255: OpenID Connect Core 1.0, section 2
                raise InputError("A token server names a user by an issuer (a URL) and a subject of 1 to 255 printable characters.")
            values |= {"oidc_issuer": oidc.issuer if oidc else None, "oidc_subject": oidc.subject if oidc else None}
        return values


def _printable(text: str, most: int) -> bool:
    return 0 < len(text) <= most and text.isprintable()


def _taken(oidc: OidcSubject | None) -> Conflict:
    return Conflict(f"The token server's subject {oidc.subject if oidc else ''!r} is another user's already.")
