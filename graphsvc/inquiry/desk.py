"""The desk: where every question passes. Who asks, under which inquiry, within which view; and the log, before and after.

The order is the one that makes it accountable: nobody reads before the entry "asked" is durable, and no answer leaves before the
entry that holds its hash is. If the log can't be written there is no answer. May import policy, audit, graph, and this package.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from graphsvc import __version__
from graphsvc.audit.event import Event
from graphsvc.audit.log import AuditLog
from graphsvc.errors import AuditUnavailable, Denied, GraphsvcError, Unauthenticated
from graphsvc.graph.driver import Graph
from graphsvc.graph.types import now
from graphsvc.graph.view import Inquiry, Operation, View
from graphsvc.inquiry.inquiries import Inquiries, OpenInquiry
from graphsvc.inquiry.users import User
from graphsvc.policy.judge import Permissions
from graphsvc.policy.register import PolicyRegister
from graphsvc.policy.subject import Asked


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a name for the log (`path`), the operation that it is, and its parameters as the asker gave them.

    `inquiry` None takes the one that the asker opened last, where `latest` allows that (the command line). What the answer can show must also
    be permitted for every operation in `also` (a path that is exported).
    """

    name: str
    operation: Operation
    parameters: Mapping[str, Any]
    inquiry: str | None
    reason_code: str | None = None
    also: tuple[Operation, ...] = ()
    latest: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a read function gets: the graph, and for which view and inquiry it reads."""

    graph: Graph
    view: View
    inquiry: Inquiry
    permissions: Permissions


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it leaves: its value, the bytes that were hashed, and the entry of the log that says so.

    `files` are what the answer consists of besides (a page, a photograph), by name.
    """

    value: Any
    body: bytes
    sha256: str
    entry: int
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What a read function gives when its answer has files."""

    value: Any
    files: Mapping[str, bytes]


class Desk:
    """Questions and acts of people who are known, each in the log before its result leaves."""

    def __init__(self, log: AuditLog, inquiries: Inquiries, policies: PolicyRegister) -> None:
        self.log, self.inquiries, self.policies = log, inquiries, policies

    def ask(self, graph: Graph, user: User, question: Question, read: Callable[[Reading], Any]) -> Answer:
        """Answer one question about case data.

        Raises InquiryMissing or Denied without an open inquiry of the asker's, AuditUnavailable when the log can't be written, and
        whatever `read` raises; every refusal and failure is logged before it is raised.
        """
        base = Event(
            kind="asked",
            user=user.id,
            agency=user.agency,
            inquiry=question.inquiry,
            reason_code=question.reason_code,
            operation=question.name,
            parameters=dict(question.parameters),
            software=__version__,
        )
        try:
            opened = self._inquiry(user, question)
            base = base.with_(inquiry=opened.id, purpose=opened.purpose, case=opened.case)
            permissions, view = self._view(user, opened, question)
            base = base.with_(view_sha256=view.sha256, policies=self._policies(permissions, view))
        except GraphsvcError as error:
            self._refuse(base, error)
        asked = self.log.append(base)
        try:
            result = read(Reading(graph, view, opened.as_graph_inquiry(question.reason_code), permissions))
        except GraphsvcError as error:
            self._refuse(base.with_(refers_to=asked.index), error)
        except Exception as error:
            self._note(base.with_(refers_to=asked.index), error)
            raise
        value, files = (result.value, dict(result.files)) if isinstance(result, Result) else (result, {})
        body = canonical(value)
        digest = hashlib.sha256(body).hexdigest()
        counts: dict[str, Any] = _counts(value)
        counts.update({f"file:{name}": hashlib.sha256(data).hexdigest() for name, data in files.items()})
        kind = "exported" if files else "answered"
        entry = self.log.append(base.with_(kind=kind, refers_to=asked.index, answer_sha256=digest, counts=counts))
        return Answer(value, body, digest, entry.index, files)

    def act(self, user: User | None, kind: str, operation: str, parameters: Mapping[str, Any], do: Callable[[], Any]) -> Any:
        """Do something that is no question (a load, a change of users or policies), with an entry before it and one after it."""
        base = Event(
            kind="asked",
            user=user.id if user else "",
            agency=user.agency if user else "",
            operation=operation,
            parameters=dict(parameters),
            software=__version__,
        )
        asked = self.log.append(base)
        base = base.with_(refers_to=asked.index)
        try:
            result = do()
        except GraphsvcError as error:
            self._refuse(base, error)
        except BaseException as error:
            self._note(base, error)
            raise
        self.log.append(base.with_(kind=kind, answer_sha256=hashlib.sha256(canonical(result)).hexdigest()))
        return result

    def refused(self, error: Exception, *, operation: str, parameters: Mapping[str, Any], user: User | None = None) -> None:
        """Log a refusal that happened before the desk (no valid key, a request that is not as described), once."""
        if not getattr(error, "logged", False) and not isinstance(error, AuditUnavailable):
            base = Event(
                kind="asked",
                user=user.id if user else "",
                agency=user.agency if user else "",
                operation=operation,
                parameters=dict(parameters),
                software=__version__,
            )
            self._note(base, error)

    def _inquiry(self, user: User, question: Question) -> OpenInquiry:
        if question.inquiry is None and question.latest:
            return self.inquiries.current(user)
        return self.inquiries.get(question.inquiry, user)

    def _view(self, user: User, opened: OpenInquiry, question: Question) -> tuple[Permissions, View]:
        judge = self.policies.judge()
        permissions = judge.permissions(user.subject(), Asked(opened.purpose, now(), question.reason_code))
        view = permissions.view(question.operation)
        for operation in question.also:
            view = view.narrowed(permissions.compartments(operation))
        return permissions, view

    @staticmethod
    def _policies(permissions: Permissions, view: View) -> dict[str, str]:
        return {source: permissions.policies[source] for source in sorted({c.split("/")[0] for c in view.compartments})}

    def _refuse(self, base: Event, error: GraphsvcError) -> NoReturn:
        if not isinstance(error, AuditUnavailable):
            self._note(base, error)
        raise error

    def _note(self, base: Event, error: BaseException) -> None:
        kind, detail, digest = "failed", type(error).__name__, None
        if isinstance(error, GraphsvcError):
            kind = "denied" if isinstance(error, (Denied, Unauthenticated)) else "failed"
            told = canonical({"message": error.message, "hint": error.hint, "details": error.details})
            digest = hashlib.sha256(told).hexdigest()
            detail = f"{detail}: {getattr(error, 'reason', None) or error.message}"
        self.log.append(base.with_(kind=kind, detail=detail, answer_sha256=digest))
        error.logged = True  # type: ignore[attr-defined]  # so that no door logs it again


def canonical(value: Any) -> bytes:
    """JSON of a value in the one form that is hashed and sent: UTF-8, keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode("utf-8", "surrogatepass")


def _counts(value: Any) -> dict[str, Any]:
    return {name: len(part) for name, part in value.items() if isinstance(part, (list, dict))} if isinstance(value, dict) else {}
