"""Deconfliction: two agencies watch one entity, and its policy lets both share it. Each owner learns which agency, and whom to call there.

Nothing else: not who, not which case, and of the entity nothing that they did not have. May import the office.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphsvc.alerts.outbox import MEETING, Found, Outbox
from graphsvc.alerts.watches import Watch
from graphsvc.errors import Denied
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.desk import Question, Reading
from graphsvc.inquiry.office import Office


def meetings(office: Office, graph: Graph, outbox: Outbox, together: Iterable[list[Watch]]) -> list[Found]:
    """What the owners of watches of one entity are to learn of each other and have not learnt yet."""
    found: list[Found] = []
    for watches in together:
        agency = {watch.id: office.users.get(watch.user).agency for watch in watches}
        if len(set(agency.values())) < 2:
            continue
        keys = {watch.id: sorted({one for one in agency.values() if one != agency[watch.id]}) for watch in watches}
        if all(outbox.knows(watch, f"{MEETING}/{other}") for watch in watches for other in keys[watch.id]):
            continue
        # Each of them asks, in the name of the inquiry that the watch belongs to; who may not share learns nothing and tells nothing.
        sharing = {watch.id: held for watch in watches if (held := _shared(office, graph, watch)) is not None}
        for watch in watches:
            for other in keys[watch.id]:
                if watch.id in sharing and any(agency[id] == other for id in sharing):
                    found.append(Found(watch, f"{MEETING}/{other}", {MEETING: _whom(office, other)}, sharing[watch.id]))
    return found


def _shared(office: Office, graph: Graph, watch: Watch) -> list[str] | None:
    """In which compartment the entity is, if its owner may share it now; else None."""
    question = Question("watch.meet", "share", {"watch": watch.id}, watch.inquiry, watch.reason_code, also=("search",))
    try:
        answer = office.desk.ask(graph, office.users.get(watch.user), question, lambda r: _entity(r, watch.subject.entity))
    except Denied:
        return None
    return answer.value["compartments"] or None


def _entity(r: Reading, id: str) -> dict[str, Any]:
    return {"compartments": [row["entity"]["compartment"] for row in r.graph.ask(r.view, r.inquiry, "read/entity", ids=[id])]}


def _whom(office: Office, agency: str) -> dict[str, str]:
    """Which agency it is, and whom to call there."""
    listed = office.deployment.agencies.get(agency)
    return {"agency": agency, "name": listed.name if listed else agency, "contact": listed.contact if listed else ""}
