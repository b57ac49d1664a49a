"""Who the command line of this machine acts as, and the inquiry opened last with it: `<GRAPHSVC_HOME>/me.json`.

Whoever can write that file can act as anybody, as could whoever can write the rest of that folder; so it must be its owner's alone.
May import users.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from graphsvc.errors import Denied, IntegrityError, NotFound, Unauthenticated
from graphsvc.inquiry.account import User
from graphsvc.inquiry.users import Users

FILE = "me.json"
_FIRST = (
    "Add the first user, who becomes an operator: "
    "`graphsvc user add ID --name NAME --agency CODE --role analyst --purpose CODE --trained-until DATE`."
)
_SET = "Set it up with a key of yours: `graphsvc user me --set`."


@dataclass(frozen=True, slots=True)
class Me:
    """The person set up on this machine, by id, and the id of the inquiry that was opened here last."""

    user: str
    inquiry: str | None = None


def set_me(home: Path, user: str) -> Me:
    """Let this machine's command line act as the user; who they are was checked by the caller."""
    return _write(home, Me(user))


def set_inquiry(home: Path, inquiry: str | None) -> Me:
    """Note the inquiry opened last here, or None when it was closed; raises Unauthenticated if nobody is set up."""
    found = me(home)
    if found is None:
        raise Unauthenticated("Nobody is set up on this machine.", hint=_SET)
    return _write(home, replace(found, inquiry=inquiry))


def me(home: Path) -> Me | None:
    """Who is set up here, or None. Raises Denied if others could have written the file, IntegrityError if it is damaged."""
    path = home / FILE
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Denied(f"{path} can't be read: {error.strerror}.", hint=_SET) from error
    with os.fdopen(descriptor, encoding="utf-8") as file:
        state = os.fstat(file.fileno())
        if state.st_uid != os.geteuid() or state.st_mode & 0o077:
            raise Denied(
                f"{path} is open to others than its owner, so it does not prove who is asking.",
                hint=f"Look whether it says your user, then `chmod 600 {path}`.",
            )
        try:
            data = json.load(file)
            return Me(user=_text(data["user"]), inquiry=_text(data["inquiry"]) if data["inquiry"] is not None else None)
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityError(f"{path} is damaged.", hint=f"Remove it, then: {_SET}") from error


def acting_user(home: Path, users: Users) -> User:
    """The active user whom this machine's command line acts as; raises Unauthenticated that says what to do."""
    found = me(home)
    if found is None:
        raise Unauthenticated("Nobody is set up on this machine.", hint=_FIRST if users.is_empty() else _SET)
    try:
        user = users.get(found.user)
    except NotFound as error:
        raise Unauthenticated(f"{home / FILE} names the user {found.user!r}, who is not there.", hint=_SET) from error
    if not user.active:
        raise Unauthenticated(f"The user {user.id}, set up on this machine, is disabled.", hint="Ask an operator.")
    return user


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _write(home: Path, one: Me) -> Me:
    """Write the file whole or not at all."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = home / f"{FILE}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(one), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home / FILE)
    return one
