"""Deconfliction: two agencies come upon one entity, by watches or by what they asked for, and learn whom to call and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graphsvc.alerts.acts import Given, add_watch
from graphsvc.alerts.publishing import set_mail
from graphsvc.connections.questions import find_question, show_question
from graphsvc.errors import NotFound
from graphsvc.inquiry.desk import Question
from graphsvc.sightings.questions import sighting_question
from tests.alerts.conftest import ADA, BO, CY, MAIL, Deployment, opened, standing
from tests.people import OPEN, policies

pytestmark = pytest.mark.neo4j

FIU, POLICE = "veldmark_fiu", "veldmark_police"
OTHER_CASE = "VK-2024-0999"


def watch(d: Deployment, who: str, entity: str = ADA) -> None:
    """A watch of an entity, for a standing inquiry of its owner's."""
    given = Given(inquiry=standing(d.office, who), subject={"kind": "entity", "entity": entity})  # type: ignore[arg-type]
    add_watch(d.office, d.graph, d.office.users.get(who), given)


def show(d: Deployment, who: str, entity: str = ADA, *, inquiry: str | None = None, by: str = "id") -> None:
    """A question that names an entity."""
    question = Question("show", "search", {by: entity, "limit": 20}, inquiry or opened(d.office, who))
    d.office.desk.ask(d.graph, d.office.users.get(who), question, lambda r: show_question(r, d.world.vault, entity, limit=20))


def met(d: Deployment, who: str) -> list[str]:
    """Of which agencies somebody has learnt."""
    return [one.cause["meeting"]["agency"] for one in d.alerts(who)]


@pytest.mark.parametrize(("police", "fiu"), [(watch, watch), (watch, show), (show, watch), (show, show)])
def test_two_agencies_that_come_upon_one_entity_learn_whom_to_call_and_no_more(
    deployment: Deployment, police: Callable[..., None], fiu: Callable[..., None]
) -> None:
    police(deployment, "anna")
    deployment.rounds()
    assert deployment.alerts() == []
    fiu(deployment, "fay")
    for _ in range(2):
        deployment.rounds()
    [mine], [theirs] = deployment.alerts(), deployment.alerts("fay")
    told = deployment.shown(mine.id)
    assert told["meeting"] == {
        "agency": FIU,
        "name": "Financial Intelligence Unit of Veldmark",
        "contact": "inquiries@fiu.veldmark.example",
    }
    assert theirs.cause["meeting"]["agency"] == POLICE and "fay" not in str(told) and theirs.inquiry not in str(told)


def test_what_merely_stood_in_an_answer_meets_nobody(deployment: Deployment) -> None:
    show(deployment, "anna", ADA)
    question = Question("find", "search", {"text": "Ada Holm"}, opened(deployment.office, "fay"))
    fay = deployment.office.users.get("fay")
    answer = deployment.office.desk.ask(deployment.graph, fay, question, lambda r: find_question(r, "Ada Holm", type=None, limit=20))
    assert ADA in str(answer.value)
    show(deployment, "fay", CY)  # who is linked with Ada's firm by what Ada has
    deployment.rounds()
    assert deployment.alerts() == deployment.alerts("fay") == []


def test_a_question_that_found_nothing_meets_nobody(deployment: Deployment) -> None:
    show(deployment, "anna", BO)
    policies(deployment.office, {"phones": OPEN.replace("agencies: any", "agencies: [veldmark_police]")})
    with pytest.raises(NotFound):
        show(deployment, "fay", BO)
    policies(deployment.office, {"phones": OPEN})
    deployment.rounds()
    assert deployment.alerts() == deployment.alerts("fay") == []


@pytest.mark.parametrize("may", [POLICE, FIU])
def test_agencies_do_not_meet_where_one_may_not_share(deployment: Deployment, may: str) -> None:
    closed = OPEN.replace("share, ", "") + f"  - {{operations: [share], roles: [analyst], agencies: [{may}], purposes: any}}\n"
    assert closed != OPEN and "share" in OPEN
    policies(deployment.office, {"register": closed})
    watch(deployment, "anna")
    watch(deployment, "fay")
    show(deployment, "anna")
    show(deployment, "fay")
    before = len(deployment.entries())
    deployment.rounds()
    assert deployment.alerts() == deployment.alerts("fay") == [] and len(deployment.entries()) == before


def test_two_of_one_agency_do_not_meet(deployment: Deployment) -> None:
    show(deployment, "anna")
    show(deployment, "bert")
    deployment.rounds()
    assert deployment.alerts() == deployment.alerts("bert") == []


def test_an_inquiry_that_is_over_meets_nobody(deployment: Deployment) -> None:
    inquiry = opened(deployment.office, "anna")
    show(deployment, "anna", inquiry=inquiry)
    deployment.office.close_inquiry(deployment.anna(), inquiry)
    show(deployment, "fay")
    deployment.rounds()
    assert deployment.alerts() == deployment.alerts("fay") == []


def test_each_learns_it_once_in_a_case_however_often_they_ask(deployment: Deployment) -> None:
    show(deployment, "fay")
    for case in ("VK-2024-0117", "VK-2024-0117", OTHER_CASE):
        show(deployment, "anna", inquiry=opened(deployment.office, "anna", case))
        deployment.rounds()
    watch(deployment, "anna")
    deployment.rounds()
    assert met(deployment, "anna") == [FIU, FIU] and sorted(one.case for one in deployment.alerts()) == ["VK-2024-0117", OTHER_CASE]
    assert met(deployment, "fay") == [POLICE]


@pytest.mark.parametrize("name", ["path", "common", "why"])
def test_ends_of_other_questions_count_too(deployment: Deployment, name: str) -> None:
    given: dict[str, Any] = {"path": {"from": ADA, "to": CY}, "common": {"entities": [CY, ADA]}, "why": {"a": CY, "b": ADA}}[name]
    question = Question(name, "search", given, opened(deployment.office, "fay"))
    fay = deployment.office.users.get("fay")
    deployment.office.desk.ask(deployment.graph, fay, question, lambda r: show_question(r, deployment.world.vault, ADA, limit=1))
    show(deployment, "anna", by="entity")
    deployment.rounds()
    assert met(deployment, "anna") == [FIU] and met(deployment, "fay") == [POLICE]


def test_a_whole_identifier_that_was_asked_for_is_what_bears_it(deployment: Deployment) -> None:
    policies(deployment.office, {"reads": OPEN})
    deployment.read("VK3003")
    vehicle = "reads/vehicle/VK3003"
    given = {"plate": "VK 3003", "jurisdiction": "XV", "hash": None, "limit": 50, "before": None}
    question = Question("sighting", "exact", given, opened(deployment.office, "fay"), "lead")
    vault = deployment.world.vault
    fay = deployment.office.users.get("fay")
    deployment.office.desk.ask(
        deployment.graph, fay, question, lambda r: sighting_question(r, vault, [("VK 3003", "XV")], [], limit=50, before=None)
    )
    show(deployment, "anna", vehicle)
    deployment.rounds()
    assert met(deployment, "anna") == [FIU] and met(deployment, "fay") == [POLICE]


def test_who_has_no_watch_is_mailed_where_they_want_to_be(deployment: Deployment) -> None:
    set_mail(deployment.office, deployment.anna(), MAIL)
    show(deployment, "anna")
    show(deployment, "fay")
    deployment.rounds()
    deployment.send()
    [message] = deployment.mailbox.messages
    assert message["To"] == MAIL and "meeting" in str(message["Subject"]) and "Ada" not in message.as_string()
