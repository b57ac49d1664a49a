"""Deconfliction: inquiries of two agencies come upon one entity, and its policy lets both share it. Each owner learns which agency, and
whom to call there.

An inquiry comes upon an entity by a watch of it, or by a question that named it. Nothing else is told: not who, not which case, and of the
entity nothing that they did not have. May import the office and the outbox.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from graphsvc.alerts.leads import mail_of
from graphsvc.alerts.outbox import MEETING, Found, insert_alert
from graphsvc.alerts.subjects import Asked as AskedSubject
from graphsvc.alerts.subjects import Entity
from graphsvc.alerts.tables import alerts, watches
from graphsvc.alerts.watches import Watch, over_from_the_beginning, read_watch
from graphsvc.audit.engine import reading
from graphsvc.errors import Denied
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.account import User
from graphsvc.inquiry.clock import system_clock
from graphsvc.inquiry.desk import Question, Reading
from graphsvc.inquiry.office import Office
from graphsvc.inquiry.open_inquiry import OpenInquiry
from graphsvc.inquiry.tables import alone, inquiries
from graphsvc.policy.subject import Asked


@dataclass(frozen=True, slots=True)
class Interest:
    """That an open inquiry has come upon an entity; `watch` None: by a question."""

    user: User
    inquiry: OpenInquiry
    entity: str
    reason_code: str | None
    watch: Watch | None


def meet(office: Office, graph: Graph, interests: Iterable[Interest]) -> None:
    """Tell those of different agencies who have come upon one entity of each other, once, as far as they both may share it now."""
    together: dict[str, dict[tuple[str, str], Interest]] = defaultdict(dict)
    for one in sorted(interests, key=lambda one: (one.watch is not None, one.inquiry.id)):  # of two the watch, which says how to tell it
        together[one.entity][one.user.id, one.inquiry.case] = one
    several = {id: list(those.values()) for id, those in together.items() if len({one.user.agency for one in those.values()}) > 1}
    rows = graph.stream("alerts/compartments", ids=sorted(several), communities=[]) if several else ()
    held = {row["id"]: row["compartments"] for row in rows}
    for id, those in sorted(several.items()):
        sharing = [one for one in those if _may_share(office, one, held.get(id, []))]
        pairs = [(one, other) for one in sharing for other in sorted({two.user.agency for two in sharing}) if other != one.user.agency]
        if all(_knows(office, one, other) for one, other in pairs):
            continue
        # Each of them asks, in the name of their own inquiry; who may not share learns nothing and tells nothing.
        shared = [(one, found) for one in sharing if (found := _shared(office, graph, one)) is not None]
        for one, found in shared:
            for other in sorted({two.user.agency for two, _ in shared} - {one.user.agency}):
                _tell(office, one, other, found)


def _may_share(office: Office, one: Interest, held: list[str]) -> bool:
    """Whether somebody may find and hand on what is in these compartments; nothing is in none."""
    permissions = office.policies.judge_at().permissions(one.user.subject(), Asked(one.inquiry.purpose, system_clock(), one.reason_code))
    return bool(held) and {*held} <= {*permissions.compartments("share")} & {*permissions.compartments("search")}


def _shared(office: Office, graph: Graph, one: Interest) -> list[str] | None:
    """In which compartment the entity is, if it may be shared now; else None."""
    question = Question("watch.meet", "share", {"entity": one.entity}, one.inquiry.id, one.reason_code, also=("search",))
    try:
        answer = office.desk.ask(graph, one.user, question, lambda r: _entity(r, one.entity))
    except Denied:
        return None
    return answer.value["compartments"] or None


def _entity(r: Reading, id: str) -> dict[str, Any]:
    return {"compartments": [row["entity"]["compartment"] for row in r.graph.ask(r.view, r.inquiry, "read/entity", ids=[id])]}


def _tell(office: Office, one: Interest, other: str, compartments: list[str]) -> None:
    """Tell one of them of the other's agency, by their watch, or by what tells of one thing that nobody watches."""
    now = system_clock()
    with alone(office.engine, alerts) as connection:
        if _told_before(connection, one, other):
            return
        id = one.watch.id if one.watch is not None else None
        if id is None:
            mail = mail_of(connection, one.user.id)
            id = over_from_the_beginning(connection, one.user, one.inquiry.id, AskedSubject(asked=one.entity), mail, now, one.reason_code)
        found = Found(read_watch(connection, id), f"{MEETING}/{other}", {MEETING: _whom(office, other)}, compartments)
        insert_alert(connection, found, now, office.settings.alert_digest_hour)


def _knows(office: Office, one: Interest, other: str) -> bool:
    with reading(office.engine) as connection:
        return _told_before(connection, one, other)


def _told_before(connection: Connection, one: Interest, other: str) -> bool:
    """Whether they have learnt of the other agency and this entity in this case before, by a watch or a question."""
    subjects = [Entity(entity=one.entity).model_dump_json(), AskedSubject(asked=one.entity).model_dump_json()]
    theirs = (watches.c.account == one.user.id) & watches.c.subject.in_(subjects) & (inquiries.c.case_number == one.inquiry.case)
    query = select(alerts.c.id).join(watches, watches.c.id == alerts.c.watch).join(inquiries, inquiries.c.id == watches.c.inquiry)
    return connection.execute(query.where(theirs, alerts.c.cause_key == f"{MEETING}/{other}")).first() is not None


def _whom(office: Office, agency: str) -> Mapping[str, str]:
    """Which agency it is, and whom to call there."""
    listed = office.deployment.agencies.get(agency)
    return {"agency": agency, "name": listed.name if listed else agency, "contact": listed.contact if listed else ""}
