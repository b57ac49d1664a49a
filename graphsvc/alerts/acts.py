"""What people do with watches, each with its two entries in the log: set one, those of a hot list, take one away. May import the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphsvc.alerts.channels import checked_mail, checked_webhook
from graphsvc.alerts.findings import anomalies
from graphsvc.alerts.hotlist import Row, rows_of
from graphsvc.alerts.outbox import Outbox
from graphsvc.alerts.questions import check_question
from graphsvc.alerts.subjects import OPERATIONS, SET_BY_NOBODY, Subject, subject_of
from graphsvc.alerts.telling import in_view, told_watch
from graphsvc.alerts.watches import Wanted, Watch, Watches
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import system_clock
from graphsvc.inquiry.desk import Question
from graphsvc.inquiry.office import Office
from graphsvc.policy.subject import Asked

_MOST_PROBLEMS = 100  # of a hot list that are told at once


class Given(BaseModel):
    """A watch as somebody sets it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"inquiry": "inq_20261124_cpw9k8", "subject": {"kind": "entity", "entity": "register/person/ada"}}]
        },
    )

    inquiry: str = Field(max_length=100, description="The standing inquiry that it is judged for.")
    subject: Subject = Field(description="What is watched.")
    until: datetime | None = Field(default=None, description="When it ends; by itself after 90 days, and never after its inquiry.")
    mail: str | None = Field(default=None, max_length=254, description="Address that its alerts are mailed to.")
    webhook: str | None = Field(default=None, max_length=1000, description="Address that its alerts are sent to, signed.")
    daily: bool = Field(default=False, description="Whether alerts are mailed together, once a day.")
    reason_code: str | None = Field(default=None, max_length=100, description="For sources that ask for one with every question.")


def given_of(given: Mapping[str, Any]) -> Given:
    """A watch from its members. Raises InputError naming what is wrong."""
    try:
        return Given.model_validate(dict(given))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc'][-1:]))}: {one['msg']}" for one in error.errors())
        raise InputError(f"The watch can't be: {problems}", hint="docs/alerts.md says what can be watched.") from error


def watches_of(office: Office) -> Watches:
    return Watches(office.engine, office.inquiries)


def outbox_of(office: Office) -> Outbox:
    return Outbox(office.engine, digest_hour=office.settings.alert_digest_hour)


def add_watch(office: Office, graph: Graph, user: User, given: Given) -> dict[str, Any]:
    """Set a watch, and look whether what it is of is in view now (`in_view`), as a question of its inquiry's.

    Raises InputError, InquiryMissing, Denied. That the subject is not in view is no error: it may come.
    """

    def do() -> dict[str, Any]:
        wanted = _wanted(office, given)
        return told_watch(watches_of(office).add([(user, wanted)], by=user, seq=_head(graph))[0])

    told = office.desk.act(user, "changed", "watch.add", given.model_dump(mode="json", by_alias=True), do)
    return {**told, "in_view": _check(office, graph, user, watches_of(office).get(user.id, told["id"]))}


def add_hot_list(office: Office, graph: Graph, user: User, name: str, data: bytes, given: Mapping[str, Any]) -> dict[str, Any]:
    """Set the watches of a hot list, all of them or none. Raises InputError with every bad row by its line."""

    def do() -> dict[str, Any]:
        rows, problems = rows_of(office, user, name, data)
        wanted = []
        for row in rows:
            try:
                asked = given_of({**given, **row.given, "inquiry": row.inquiry.id})
                one = _wanted(office, asked)
                wanted.append((row.owner, replace(one, seen=_could_see(office, row, asked.reason_code))))
            except InputError as error:
                problems.append((row.line, error.message))
        if problems:
            told = [f"{name}:{line}: {text}" for line, text in sorted(problems)[:_MOST_PROBLEMS]]
            raise InputError(f"The hot list {name} has {len(problems)} rows that can't be; nothing was set.", hint="\n".join(told))
        made = watches_of(office).add(wanted, by=user, seq=_head(graph))
        return {"watches": [told_watch(one) for one in made]}

    return office.desk.act(user, "changed", "watch.add", {"hot_list": name, "bytes": len(data), **given}, do)


def remove_watch(office: Office, user: User, id: str) -> dict[str, Any]:
    """Take away a watch of the user's. Raises NotFound. Its alerts stay."""
    return office.desk.act(user, "changed", "watch.remove", {"watch": id}, lambda: told_watch(watches_of(office).remove(user, id)))


def told_watches(office: Office, user: User, *, over: bool) -> list[dict[str, Any]]:
    """The user's own watches; `over`: also those that have ended."""
    return [told_watch(one) for one in watches_of(office).list(user, over=over) if one.subject.kind not in SET_BY_NOBODY]


def notices_after(office: Office, user: User, after: int) -> list[dict[str, Any]]:
    """That there are alerts, as a mail says it: which, of what kind, of which case; none that rests on something out of view."""
    found = outbox_of(office).alerts(user.id, after=after)
    if not found:
        return []
    judge, now = office.policies.judge_at(), datetime.now(UTC)
    return [
        {"number": one.number, "alert": one.id, "kind": one.kind, "case": one.case, "link": f"{office.settings.url}/v1/alerts/{one.id}"}
        for one in found
        if in_view(one, judge.permissions(user.subject(), Asked(one.purpose, now, one.reason_code)))
    ]


def _wanted(office: Office, given: Given) -> Wanted:
    subject = subject_of(given.subject.model_dump(by_alias=True))
    if subject.kind == "anomaly" and subject.anomaly not in anomalies():
        raise InputError(f"There is no kind of anomaly {subject.anomaly!r}.", hint=f"There are: {', '.join(anomalies()) or 'none yet'}.")
    if given.reason_code is not None:
        office.deployment.checked_reason_code(given.reason_code)
    if given.daily and given.mail is None:
        raise InputError("A daily mail needs an address.", hint="Give `mail`.")
    until = given.until.replace(tzinfo=given.until.tzinfo or UTC) if given.until else None
    mail = checked_mail(office.settings, given.mail) if given.mail else None
    webhook = checked_webhook(office.settings, given.webhook) if given.webhook else None
    return Wanted(given.inquiry, subject, until, mail, webhook, given.daily, given.reason_code)


def _check(office: Office, graph: Graph, user: User, watch: Watch) -> bool:
    question = Question("watch.test", watch.operation, {"watch": watch.id}, watch.inquiry, watch.reason_code)
    try:
        office.desk.ask(graph, user, question, lambda r: check_question(r, watches_of(office), watch.id))
    except NotFound:
        return False
    return True


def _could_see(office: Office, row: Row, reason_code: str | None) -> bool:
    """Whether an identifier could be looked up anywhere: there is no subject to be read before it comes."""
    asked = Asked(row.inquiry.purpose, system_clock(), reason_code)
    return bool(office.policies.judge_at().permissions(row.owner.subject(), asked).compartments(OPERATIONS["identifier"]))


def _head(graph: Graph) -> int:
    return int(graph.run("topology/head", at=0)[0]["seq"])
