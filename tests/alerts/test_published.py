"""Published leads: they reach whom they are for, without a watch; a reader is shown what is in their view; what stays unread goes on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from graphsvc.alerts import published, questions
from graphsvc.alerts.published import list_question, show_question
from graphsvc.alerts.publishing import given_of, publish_question, set_mail, withdraw
from graphsvc.alerts.tables import lead_readers
from graphsvc.audit.engine import writing
from graphsvc.errors import Conflict, GraphsvcError, InputError, NotFound
from graphsvc.inquiry.clock import as_text
from graphsvc.inquiry.desk import Question
from tests.alerts.conftest import ADA, BO, CY, MAIL, Deployment, opened
from tests.people import CASE, OPEN, REASON, SEALED, policies

pytestmark = pytest.mark.neo4j

OTHER_CASE = "VK-2024-0999"
POLICE_ONLY = OPEN.replace("agencies: any", "agencies: [veldmark_police]")


def publish(d: Deployment, *, inquiry: str | None = None, **given: Any) -> dict[str, Any]:
    """A lead of anna's."""
    asked = given_of({"title": "One telephone", "about": [ADA], **given})
    question = Question("leads.publish", "share", {}, inquiry or d.opened, also=("search",), decides=True)
    answer = d.office.desk.ask(d.graph, d.anna(), question, lambda r: publish_question(r, d.office, asked))
    return dict(answer.value["lead"])


def read(d: Deployment, who: str, lead: str, inquiry: str | None = None) -> dict[str, Any]:
    """A lead as somebody opens it, under an inquiry of any case of theirs."""
    question = Question("leads.show", "search", {"lead": lead}, inquiry or opened(d.office, who, OTHER_CASE))
    answer = d.office.desk.ask(d.graph, d.office.users.get(who), question, lambda r: show_question(r, d.office, lead))
    return dict(answer.value)


def told(d: Deployment, who: str) -> list[str]:
    """The leads that somebody has been told of."""
    return [str(one.lead) for one in d.alerts(who) if one.kind == "lead"]


def test_a_lead_reaches_an_agency_and_nobody_else_and_opening_it_is_logged(deployment: Deployment) -> None:
    lead = publish(deployment, agencies=["veldmark_fiu"], text="Ask them before you act.")
    assert told(deployment, "fay") == [lead["id"]] and told(deployment, "bert") == told(deployment, "anna") == []
    assert [one.case for one in deployment.alerts("fay")] == [CASE]
    before = len(deployment.entries())
    shown = read(deployment, "fay", lead["id"])
    assert shown["lead"]["text"] == "Ask them before you act." and shown["lead"]["contact"] == "inquiries@police.veldmark.example"
    assert [one["id"] for one in shown["entities"]] == [ADA]
    asked, answered = [one for one in deployment.entries()[before:] if one.leaf["operation"] == "leads.show"]
    assert answered.leaf["kind"] == "answered" and asked.personal["parameters"] == {"lead": lead["id"]} and asked.personal["user"] == "fay"
    # Whom else it is for, and in whose inquiry it was found, is not told.
    assert shown["lead"]["readers"] is None and deployment.opened not in json.dumps(shown)


@pytest.mark.parametrize(
    ("whom", "reached"),
    [
        ({"regions": ["coast"]}, {"bert", "sven", "fay", "fred"}),
        ({"regions": ["inland"], "roles": ["supervisor"]}, {"sven"}),
        ({"roles": ["supervisor"]}, {"sven"}),  # of those with this role only they may see any of it
        ({"agencies": ["veldmark_fiu"], "regions": ["inland"], "roles": ["analyst"]}, {"bert", "sven", "fay"}),
    ],
)
def test_a_lead_is_for_agencies_and_regions_and_among_them_for_roles(
    deployment: Deployment, whom: dict[str, list[str]], reached: set[str]
) -> None:
    lead = publish(deployment, **whom)
    everybody = {"anna", "bert", "sven", "fay", "fred"}
    # `fred` is a supervisor and no analyst, whom no policy here permits anything.
    assert {who for who in everybody if told(deployment, who) == [lead["id"]]} == reached - {"fred"}


def test_a_memo_reaches_whoever_holds_a_case_that_it_touches_also_later(deployment: Deployment) -> None:
    opened(deployment.office, "fay", OTHER_CASE)
    lead = publish(deployment, cases=[OTHER_CASE, "VK-2024-0555"])
    assert told(deployment, "fay") == [lead["id"]] and told(deployment, "bert") == []
    assert [one.case for one in deployment.alerts("fay")] == [OTHER_CASE]
    opened(deployment.office, "bert", "VK-2024-0555")
    for _ in range(2):
        deployment.rounds()
    assert told(deployment, "bert") == [lead["id"]] and told(deployment, "fay") == [lead["id"]]


def test_a_reader_is_shown_what_is_in_their_view_as_if_the_lead_had_nothing_else(deployment: Deployment) -> None:
    policies(deployment.office, {"phones": POLICE_ONLY})
    record, hidden = deployment.world.record("register"), deployment.world.record("phones")
    fact = deployment.link(ADA, "FAMILY_OF", CY)
    path = {"from": ADA, "to": CY, "max_hops": 1}
    whole = publish(deployment, about=[ADA, BO, record, hidden], path=path, agencies=["veldmark_fiu"])
    part = publish(deployment, about=[ADA, record], path=path, agencies=["veldmark_fiu"])
    shown, less = (read(deployment, "fay", one["id"]) for one in (whole, part))
    assert [one["id"] for one in shown["entities"]] == [ADA] and [one["id"] for one in shown["records"]] == [record]
    assert [one["id"] for one in shown["facts"]] == [fact]
    own = ("id", "made_at", "until")
    assert {**shown, "lead": {k: v for k, v in shown["lead"].items() if k not in own}} == {
        **less,
        "lead": {k: v for k, v in less["lead"].items() if k not in own},
    }
    assert "phones" not in json.dumps(shown)
    mine = read(deployment, "anna", whole["id"], deployment.opened)
    assert {one["id"] for one in mine["entities"]} == {ADA, BO} and {one["id"] for one in mine["records"]} == {record, hidden}


def test_who_may_see_nothing_of_it_has_no_lead_in_the_same_words_as_for_none(deployment: Deployment) -> None:
    policies(deployment.office, {"phones": POLICE_ONLY})
    lead = publish(deployment, about=[BO], agencies=["veldmark_fiu", "veldmark_police"])
    assert told(deployment, "fay") == [] and told(deployment, "bert") == [lead["id"]]
    said = []
    for id in (lead["id"], "led_20260101_0000000000"):
        with pytest.raises(NotFound) as error:
            read(deployment, "fay", id)
        said.append(str(error.value).replace(id, "ID"))
    assert said[0] == said[1]
    # A source that leaves the view takes the lead along, its alert too.
    policies(deployment.office, {"phones": SEALED})
    with pytest.raises(NotFound):
        read(deployment, "bert", lead["id"])
    inquiry = opened(deployment.office, "bert")
    question = Question("leads.list", "search", {}, inquiry)
    listed = deployment.office.desk.ask(
        deployment.graph, deployment.office.users.get("bert"), question, lambda r: list_question(r, deployment.office, limit=50)
    )
    assert listed.value["received"] == []


def test_a_lead_is_read_for_the_purpose_that_it_was_found_for(deployment: Deployment) -> None:
    lead = publish(deployment, agencies=["veldmark_fiu"])
    deployment.office.users.update("fay", by=deployment.anna(), purposes=["investigation", "fraud"])
    fay = deployment.office.users.get("fay")
    other = deployment.office.open_inquiry(fay, purpose="fraud", case=CASE, reason=REASON)
    with pytest.raises(NotFound):
        read(deployment, "fay", lead["id"], other["id"])
    assert read(deployment, "fay", lead["id"])["lead"]["id"] == lead["id"]


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"about": []}, InputError, "names nothing"),
        ({"about": ["secret/person/ada"]}, NotFound, "'secret/person/ada' in view that you may share"),
        ({"about": ["secret/person/nobody"]}, NotFound, "'secret/person/nobody' in view that you may share"),
        ({"path": {"from": ADA, "to": "secret/person/ada"}}, NotFound, "'secret/person/ada' in view that you may share"),
        ({"community": "groups-1"}, NotFound, "no change of a community"),
        ({"agencies": []}, InputError, "for nobody"),
        ({"agencies": ["nowhere"]}, InputError, "no agency 'nowhere'"),
        ({"regions": ["moon"]}, InputError, "no region 'moon'"),
        ({"roles": ["king"]}, InputError, "no role 'king'"),
        ({"cases": ["x"]}, InputError, "not a case number"),
    ],
)
def test_a_lead_that_can_not_be_is_refused_and_reaches_nobody(
    deployment: Deployment, given: dict[str, Any], error: type[GraphsvcError], said: str
) -> None:
    with pytest.raises(error) as refused:
        publish(deployment, **{"agencies": ["veldmark_fiu"], **given})
    assert said in str(refused.value)
    assert told(deployment, "fay") == [] and published.leads_of(deployment.office).of("anna") == []


def test_what_may_not_be_shared_is_not_published(deployment: Deployment) -> None:
    policies(deployment.office, {"register": OPEN.replace("share, ", "")})
    with pytest.raises(NotFound, match="that you may share"):
        publish(deployment, agencies=["veldmark_fiu"])


def test_a_lead_that_is_taken_back_is_gone_and_is_not_mailed(deployment: Deployment) -> None:
    fay = deployment.office.users.get("fay")
    set_mail(deployment.office, fay, "fay@police.veldmark.example")
    lead = publish(deployment, agencies=["veldmark_fiu"])
    with pytest.raises(NotFound):
        withdraw(deployment.office, fay, lead["id"], "not mine")
    assert withdraw(deployment.office, deployment.anna(), lead["id"], "a namesake")["withdrawn_because"] == "a namesake"
    deployment.send()
    deployment.rounds()
    assert deployment.mailbox.messages == [] and told(deployment, "fay") == []
    with pytest.raises(NotFound):
        read(deployment, "fay", lead["id"])
    with pytest.raises(Conflict):
        withdraw(deployment.office, deployment.anna(), lead["id"], "again")


def test_a_reader_with_an_address_is_mailed_that_there_is_a_lead_and_nothing_of_it(deployment: Deployment) -> None:
    set_mail(deployment.office, deployment.office.users.get("bert"), MAIL)
    publish(deployment, roles=["analyst"], title="The telephone of Holm", text="Ada Holm has it.")
    deployment.send()
    [message] = deployment.mailbox.messages
    [alert] = deployment.alerts("bert")
    text = message.as_string()
    assert message["Graphsvc-Alert"] == alert.id and f"a lead was published, case {CASE}" in text
    assert not any(word in text for word in ("Holm", "telephone", "Ada", "register"))
    with pytest.raises(InputError, match=r"not mailed to elsewhere\.example"):
        set_mail(deployment.office, deployment.office.users.get("bert"), "bert@elsewhere.example")


def test_what_stays_unread_goes_to_the_supervisor_once(deployment: Deployment) -> None:
    lead = publish(deployment, agencies=["veldmark_police"], roles=["analyst"])
    assert told(deployment, "sven") == [lead["id"]]  # an analyst as well
    read(deployment, "sven", lead["id"])
    deployment.rounds()
    assert len(deployment.alerts("sven")) == 1
    earlier = as_text(datetime.now(UTC) - timedelta(days=8))
    with writing(deployment.office.engine) as connection:
        connection.execute(update(lead_readers).values(reached_at=earlier))
    for _ in range(2):
        deployment.rounds()
    first, second = deployment.alerts("sven")
    assert second.cause["unread_by"] == "bert" and "unread_by" not in first.cause
    assert told(deployment, "fay") == told(deployment, "fred") == []
    inquiry = opened(deployment.office, "bert")
    read(deployment, "bert", lead["id"], inquiry)
    deployment.rounds()
    assert len(deployment.alerts("sven")) == 2


def test_an_alert_that_tells_of_a_lead_shows_and_opens_it(deployment: Deployment) -> None:
    lead = publish(deployment, agencies=["veldmark_police"])
    [alert] = deployment.alerts("bert")
    inquiry = opened(deployment.office, "bert", OTHER_CASE)
    question = Question("alerts.show", "search", {"alert": alert.id}, inquiry)
    shown = deployment.office.desk.ask(
        deployment.graph, deployment.office.users.get("bert"), question, lambda r: questions.show_question(r, deployment.office, alert.id)
    ).value
    assert shown["lead"]["id"] == lead["id"] and [one["id"] for one in shown["entities"]] == [ADA]
    assert shown["alert"]["subject"] == "One telephone" and shown["alert"]["inquiry"] is None
    assert "bert" not in published.leads_of(deployment.office).unread(published.leads_of(deployment.office).of("anna")[0], -1)
