"""Looks at the audit log by people: auditors search and prove, operators sign, purge and rotate. Each look and act is an entry itself.

May import audit and this package.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.event import Event
from graphsvc.audit.log import AuditLog
from graphsvc.audit.prove import prove
from graphsvc.audit.search import Filter, Found
from graphsvc.audit.witness import witness_request
from graphsvc.errors import Denied, InputError
from graphsvc.inquiry.account import User, require_operator
from graphsvc.inquiry.desk import Desk

Told = dict[str, Any]
T = TypeVar("T")
MOST_ENTRIES = 1000


class Registry:
    """The log of one deployment, as auditors and operators meet it."""

    def __init__(self, log: AuditLog, desk: Desk, checkpointer: Checkpointer) -> None:
        self._log, self._desk, self._checkpointer = log, desk, checkpointer

    def search(self, user: User, which: Filter, *, limit: int = 100) -> Told:
        """`entries` that fit, with personal values where they were not purged, and `last`, after which the next page begins."""
        if not 1 <= limit <= MOST_ENTRIES:
            raise InputError(f"The limit is {limit}; it can be 1 to {MOST_ENTRIES}.")
        looker = self._looker(user, "audit.search", which.given())
        found = self._log.search(which, looker, limit=limit)
        return {"entries": [_told(one) for one in found], "last": found[-1].index if len(found) == limit else None}

    def prove(self, user: User, index: int) -> Told:
        """The proof of one entry; a checkpoint is signed for it if none covers it yet."""
        looker = self._looker(user, "audit.prove", {"entry": index})
        self._checkpointer.once(force=True)
        return prove(self._log, index, looker)

    def witness_request(self, seen: int) -> Told:
        """What to bring to a witness that has seen a tree of this size: no personal data is in it, so anybody may."""
        self._checkpointer.once(force=True)
        return witness_request(self._log, seen)

    def checkpoint(self) -> Told:
        """Sign a checkpoint now, if there is anything new, and publish it."""
        signed = self._checkpointer.once(force=True)
        return {"size": signed.size if signed else self._log.size(), "signed": signed is not None}

    def purge(self, user: User, which: Filter, rule: str) -> Told:
        """Delete personal values of entries for good, as an operator, under a rule that is named; the proofs hold as before."""
        if len(rule.split()) < 2:
            raise InputError("Under which rule are they purged?", hint='Name it: --rule "Police Data Act, section 9".')
        if not which.given():
            raise InputError("Which entries? Without a condition all would be purged.", hint="Give --until, --user, --case or --inquiry.")

        def do() -> Told:
            return {"entries": self._log.purge(which, self._event(user, "audit.purge", {**which.given(), "rule": rule}))}

        return self._as_operator(user, "audit.purge", {"rule": rule}, do)

    def rotate(self, user: User) -> Told:
        """Sign with a new key from now on, which the old one signs, as an operator."""

        def do() -> Told:
            return {"key": str(self._log.rotate(self._event(user, "audit.rotate", {})))}

        return self._as_operator(user, "audit.rotate", {}, do)

    def first_key(self) -> str:
        """The public key that the log began with: keep it elsewhere, and trust by it."""
        return str(self._log.keys.first())

    def _looker(self, user: User, operation: str, parameters: Told) -> Event:
        if not (user.active and "auditor" in user.roles):
            error = Denied("The log is read by auditors.", hint="Ask one, or an operator for the role.")
            self._desk.refused(error, operation=operation, parameters=parameters, user=user)
            raise error
        return self._event(user, operation, {})

    def _event(self, user: User, operation: str, parameters: Told) -> Event:
        return Event("looked", user=user.id, agency=user.agency, operation=operation, parameters=parameters)

    def _as_operator(self, user: User, operation: str, parameters: Told, do: Callable[[], T]) -> T:
        def checked() -> T:
            require_operator(user, "The log's keys and personal values are an operator's business.")
            return do()

        return self._desk.act(user, "changed", operation, parameters, checked)


def _told(found: Found) -> Told:
    personal, purged = dict(found.personal), list(found.purged)
    return {**found.leaf, "index": found.index, "time": found.time, "personal": personal, "purged": purged}
