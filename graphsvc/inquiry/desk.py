"""The desk: where every question passes. Who asks, under which inquiry, within which view; and the log, before and after.

The order is the one that makes it accountable: nobody reads before the entry "asked" is durable, and no answer leaves before the
entry that holds its hash is. If the log can't be written there is no answer. May import policy, audit, graph, and this package.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeVar

from graphsvc.audit.event import Event, Kind
from graphsvc.audit.log import AuditLog
from graphsvc.errors import AuditUnavailable, Denied, GraphsvcError, Unauthenticated
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, Operation, View
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import Clock, system_clock
from graphsvc.inquiry.deployment import Deployment
from graphsvc.inquiry.inquiries import Inquiries
from graphsvc.inquiry.open_inquiry import OpenInquiry
from graphsvc.policy.document import Policy
from graphsvc.policy.judge import Judge, Permissions
from graphsvc.policy.register import PolicyRegister
from graphsvc.policy.subject import Asked

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a name for the log (`path`), the operation that it is, and its parameters as the asker gave them.

    `inquiry` None takes the one that the asker opened last, where `latest` allows that (the command line). What the answer can show must
    also be permitted for every operation in `also` (a path that is exported). `decides`: its answer is a person's statement that stays.
    `role`: only who has this role may ask it.
    """

    name: str
    operation: Operation
    parameters: Mapping[str, Any]
    inquiry: str | None
    reason_code: str | None = None
    also: tuple[Operation, ...] = ()
    latest: bool = False
    decides: bool = False
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a read function gets: the graph, and for which view and inquiry it reads; `policies` are those of the
    sources in that view.
    """

    graph: Graph
    view: View
    inquiry: Inquiry
    permissions: Permissions
    policies: Mapping[str, Policy]


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
class Part:
    """A part of an answer that is an entry of the log by itself: what was asked in it, and what was answered."""

    parameters: Mapping[str, Any]
    value: Any


@dataclass(frozen=True, slots=True)
class Result:
    """What a read function gives when its answer has files, or `parts`: those are logged with the answer, all of them or none.

    `counts` stand in the log for good; by default they are taken of the value, whose names then must tell of nobody.
    """

    value: Any
    files: Mapping[str, bytes] = field(default_factory=dict)
    parts: Sequence[Part] = ()
    counts: Mapping[str, int] | None = None


class Desk:
    """Questions and acts of people who are known, each in the log before its result leaves."""

    def __init__(
        self, log: AuditLog, deployment: Deployment, inquiries: Inquiries, policies: PolicyRegister, clock: Clock = system_clock
    ) -> None:
        self.log, self._deployment, self.inquiries, self.policies, self._clock = log, deployment, inquiries, policies, clock

    def ask(self, graph: Graph, user: User, question: Question, read: Callable[[Reading], Any]) -> Answer:
        """Answer one question about case data.

        Raises InquiryMissing or Denied without an open inquiry of the asker's, AuditUnavailable when the log can't be written, and
        whatever `read` raises; every refusal and failure is logged before it is raised.
        """
        base = replace(
            self._event(user, question.name, question.parameters), inquiry=question.inquiry or "", reason_code=question.reason_code
        )
        try:
            opened = self._inquiry(user, question)
            base = replace(base, inquiry=opened.id, purpose=opened.purpose, case=opened.case)
            if question.role is not None and question.role not in user.roles:
                raise Denied(f"This is for users with the role {question.role}.", hint="`graphsvc user me` tells your roles.")
            judge, permissions, view = self._view(user, opened, question)
            base = replace(base, view_sha256=view.sha256, policies=_in_view(view, judge.hashes))
        except GraphsvcError as error:
            self._refuse(base, error)
        asked = self.log.append(base)
        try:
            result = read(
                Reading(
                    graph,
                    view,
                    opened.as_graph_inquiry(question.reason_code),
                    permissions,
                    _in_view(view, judge.policies),
                )
            )
        except GraphsvcError as error:
            self._refuse(replace(base, refers_to=asked.index), error)
        except Exception as error:
            self._note(replace(base, refers_to=asked.index), error)
            raise
        given = result if isinstance(result, Result) else Result(result)
        value, files = given.value, dict(given.files)
        body = canonical(value)
        digest = hashlib.sha256(body).hexdigest()
        base = replace(base, refers_to=asked.index)
        facts = {**base.facts, **({"files": {n: hashlib.sha256(data).hexdigest() for n, data in files.items()}} if files else {})}
        kind: Kind = "exported" if "export" in question.also else "decided" if question.decides else "answered"
        counts = _counts(value) if given.counts is None else given.counts
        whole = replace(base, kind=kind, answer_sha256=digest, counts=counts, facts=facts)
        entries = self.log.append_many([*(_part(whole, part) for part in given.parts), whole])
        return Answer(value, body, digest, entries[-1].index, files)

    def act(
        self,
        user: User | None,
        kind: Kind,
        operation: str,
        parameters: Mapping[str, Any],
        do: Callable[[], T],
        opened: OpenInquiry | None = None,
    ) -> T:
        """Do something that is no question (a load, a change of users or policies), with an entry before it and one after it."""
        base = self._event(user, operation, parameters)
        if opened is not None:
            base = replace(base, inquiry=opened.id, purpose=opened.purpose, case=opened.case)
        asked = self.log.append(base)
        base = replace(base, refers_to=asked.index)
        try:
            result = do()
        except GraphsvcError as error:
            self._refuse(base, error)
        except BaseException as error:
            self._note(base, error)
            raise
        self.log.append(replace(base, kind=kind, answer_sha256=hashlib.sha256(canonical(result)).hexdigest()))
        return result

    def refused(self, error: Exception, *, operation: str, parameters: Mapping[str, Any], user: User | None = None) -> None:
        """Log a refusal that happened before the desk (no valid key, a request that is not as described), once."""
        if not getattr(error, "logged", False) and not isinstance(error, AuditUnavailable):
            self._note(self._event(user, operation, parameters), error)

    def _event(self, user: User | None, operation: str, parameters: Mapping[str, Any]) -> Event:
        if user is None:
            return Event("asked", operation=operation, parameters=dict(parameters))
        agency = self._deployment.agencies.get(user.agency)
        facts = {"originating_agency": agency.originating_agency_identifier} if agency else {}
        return Event("asked", user=user.id, agency=user.agency, operation=operation, parameters=dict(parameters), facts=facts)

    def _inquiry(self, user: User, question: Question) -> OpenInquiry:
        opened = (
            self.inquiries.current(user)
            if question.inquiry is None and question.latest
            else self.inquiries.get(question.inquiry or "", user)
        )
        if question.reason_code is not None:
            self._deployment.checked_reason_code(question.reason_code)
        return opened

    def _view(self, user: User, opened: OpenInquiry, question: Question) -> tuple[Judge, Permissions, View]:
        judge = self.policies.judge_at()
        permissions = judge.permissions(user.subject(), Asked(opened.purpose, self._clock(), question.reason_code))
        return judge, permissions, permissions.view(question.operation).common(*(permissions.compartments(o) for o in question.also))

    def _refuse(self, base: Event, error: GraphsvcError) -> NoReturn:
        if not isinstance(error, AuditUnavailable):
            self._note(base, error)
        raise error

    def _note(self, base: Event, error: BaseException) -> None:
        kind: Kind = "failed"
        detail, digest = type(error).__name__, None
        if isinstance(error, GraphsvcError):
            kind = "denied" if isinstance(error, (Denied, Unauthenticated)) else "failed"
            told = canonical({"message": error.message, "hint": error.hint, "details": error.details})
            digest = hashlib.sha256(told).hexdigest()
            detail = f"{detail}: {getattr(error, 'reason', None) or error.message}"
        self.log.append(replace(base, kind=kind, detail=detail, answer_sha256=digest))
        error.logged = True  # type: ignore[attr-defined]  # so that no door logs it again


def _part(whole: Event, part: Part) -> Event:
    digest = hashlib.sha256(canonical(part.value)).hexdigest()
    return replace(
        whole,
        operation=f"{whole.operation}.part",
        parameters=dict(part.parameters),
        answer_sha256=digest,
        counts=_counts(part.value),
        facts={name: value for name, value in whole.facts.items() if name != "files"},
    )


def canonical(value: Any) -> bytes:
    """JSON of a value in the one form that is hashed and sent: UTF-8, keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode("utf-8", "surrogatepass")


def _in_view(view: View, by_source: Mapping[str, T]) -> dict[str, T]:
    return {source: by_source[source] for source in sorted({c.split("/")[0] for c in view.compartments}) if source in by_source}


def _counts(value: Any) -> dict[str, int]:
    return {name: len(part) for name, part in value.items() if isinstance(part, (list, dict))} if isinstance(value, dict) else {}
