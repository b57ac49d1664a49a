"""A user as a value: what is known of them, how their row is read, and what every module of users and keys checks alike.

May import the policy's names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, get_args

from sqlalchemy import Connection, Row, select

from graphsvc.errors import Denied, InputError, NotFound
from graphsvc.inquiry.ids import could_be_id
from graphsvc.inquiry.tables import accounts, parted
from graphsvc.policy.document import Role
from graphsvc.policy.subject import Subject

ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class OidcSubject:
    """How a token server names a user: the pair is unique, `subject` alone is not."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class User:
    """One user. `trained_until` is the last day on which their training is valid; None: no training is recorded."""

    id: str
    name: str
    agency: str
    roles: frozenset[str]
    purposes: frozenset[str]
    trained_until: date | None
    active: bool
    oidc: OidcSubject | None
    created_at: str
    changed_at: str

    def subject(self) -> Subject:
        """The user as policies see them."""
        return Subject(self.id, self.agency, self.roles, self.purposes, self.trained_until, self.active)

    def trained(self, day: date) -> bool:
        """Whether their training is valid on this day."""
        return self.trained_until is not None and day <= self.trained_until


class Changes(TypedDict, total=False):
    """What can be changed of a user; what is not given stays."""

    name: str
    agency: str
    roles: Iterable[str]
    purposes: Iterable[str]
    trained_until: date | None
    oidc: OidcSubject | None


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of a user, as the log keeps it."""

    before: User
    after: User


def require_operator(user: User, what: str = "Users and keys are changed by an operator.") -> None:
    """Raises Denied, saying what it is that only they do, unless the user is an active operator."""
    if not (user.active and "operator" in user.roles):
        raise Denied(what, hint="Ask an operator: `graphsvc user list` shows who is one.")


def operator_now(connection: Connection, by: User | None) -> User:
    """The acting user as stored at this moment; raises Denied unless they are an active operator."""
    row = account_row(connection, by.id) if by else None
    if row is None:
        raise Denied("Users and keys are changed by an operator, and nobody is acting here.", hint="Act as one: `graphsvc user me --set`.")
    user = as_user(row)
    require_operator(user)
    return user


def one_line(text: str, what: str, most: int = 200) -> str:
    """The text without outer blanks, if it is one printable line; raises InputError."""
    text = unicodedata.normalize("NFC", text.strip())
    if not 0 < len(text) <= most or not text.isprintable():
        raise InputError(f"{what} is one line of 1 to {most} printable characters.")
    return text


def account_row(connection: Connection, id: str) -> Row[Any] | None:
    """The stored user of this id."""
    if not could_be_id(id):
        return None
    return connection.execute(select(accounts).where(accounts.c.id == id)).one_or_none()


def as_user(row: Row[Any] | None, id: str = "") -> User:
    """The user that a row states; raises NotFound for none."""
    if row is None:
        raise NotFound(f"There is no user {id[:80]!r}.", hint="`graphsvc user list` shows all.")
    return User(
        id=row.id,
        name=row.name,
        agency=row.agency,
        roles=parted(row.roles),
        purposes=parted(row.purposes),
        trained_until=date.fromisoformat(row.trained_until) if row.trained_until else None,
        active=bool(row.active),
        oidc=OidcSubject(row.oidc_issuer, row.oidc_subject) if row.oidc_subject else None,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
