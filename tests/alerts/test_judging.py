"""What a batch holds for watches: judged once, by the view of the owner at that moment, and shown within the view of whoever opens it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graphsvc.alerts import judge
from graphsvc.alerts.acts import outbox_of
from graphsvc.errors import InputError, InquiryMissing, NotFound, QueryTimeout
from tests.alerts.conftest import ADA, BO, CY, Deployment, opened
from tests.people import SEALED, policies

pytestmark = pytest.mark.neo4j


def test_a_link_that_a_batch_brings_to_a_watched_entity_alerts_once_with_its_record(deployment: Deployment) -> None:
    watch = deployment.watch("entity", entity=ADA)
    assert watch["in_view"]
    deployment.link("register/company/holm", "OWNS", ADA)
    deployment.judge()
    deployment.judge()
    [alert] = deployment.alerts()
    told = deployment.shown(alert.id)
    [fact] = told["facts"]
    assert fact["change"] == "came" and "Holm Shipping" in fact["sentence"] and len(fact["records"]) == 1
    assert told["cause"]["seq"] and told["method"] and deployment.listed() == [alert.id]


def test_what_was_there_before_the_watch_alerts_nobody(deployment: Deployment) -> None:
    deployment.watch("entity", entity=BO)
    deployment.link(CY, "FAMILY_OF", ADA)
    deployment.watch("entity", entity=ADA)
    deployment.judge()
    assert deployment.alerts() == []


def test_a_new_record_and_a_statement_of_identity_alert(deployment: Deployment) -> None:
    deployment.watch("entity", entity="register/person/new")
    deployment.watch("entity", entity=CY)
    deployment.person("register/person/new")
    same = deployment.world.same(CY, ADA, seq_from=deployment.seq())
    deployment.batch(added=[same], load=None, run="run/1")
    deployment.judge()
    new, joined = map(deployment.shown, (one.id for one in deployment.alerts()))
    assert [one["change"] for one in new["records"]] == ["came"]
    assert "is stated to be the same as" in joined["facts"][0]["sentence"] and joined["cause"]["run"] == "run/1"


def test_a_watch_follows_who_is_who_as_its_owner_sees_it_and_shows_the_statements(deployment: Deployment) -> None:
    eva, also, third = (deployment.person(id) for id in ("register/person/eva", "bills/person/also", "bills/person/third"))
    deployment.watch("entity", entity=eva)
    first = deployment.world.same(also, eva, seq_from=deployment.seq())
    second = deployment.world.same(third, also, seq_from=deployment.seq())
    deployment.batch(added=[first, second], load=None, run="run/1")
    deployment.judge()
    [joined] = deployment.alerts()
    assert {fact["id"] for fact in joined.cause["facts"]} == {first, second}
    link = deployment.link(third, "FAMILY_OF", BO)
    deployment.judge()
    told = deployment.shown(deployment.alerts()[-1].id)
    assert {fact["id"]: fact["change"] for fact in told["facts"]} == {link: "came", first: "was there", second: "was there"}
    deployment.graph.statement("MATCH ()-[r {id: $id}]->() SET r.seq_to = $seq", id=second, seq=deployment.seq())
    deployment.batch(retired=[second], load=None, run="run/2")
    deployment.judge()
    ended = deployment.alerts()[-1]
    assert [fact["change"] for fact in ended.cause["facts"] if fact["id"] == second] == ["ended"]
    deployment.link(third, "FAMILY_OF", "register/company/holm")
    deployment.judge()
    assert deployment.alerts()[-1].id == ended.id


def test_what_is_the_same_only_through_a_hidden_source_alerts_nobody(deployment: Deployment) -> None:
    liv, also = deployment.person("register/person/liv"), deployment.person("bills/person/liv")
    deployment.world.entity("secret/person/liv", "Person", "Liv", seq_from=deployment.seq())
    deployment.watch("entity", entity=liv)
    hidden = [deployment.world.same(a, b, seq_from=deployment.seq()) for a, b in ((also, "secret/person/liv"), ("secret/person/liv", liv))]
    deployment.batch(added=hidden, load=None, run="run/1")
    deployment.link(also, "FAMILY_OF", BO)
    deployment.judge()
    assert deployment.alerts() == []


@pytest.mark.parametrize(("identifier", "issuer"), [("+4755501234", None), ("+47 555 01 234", None), ("12-3456-7", "NO")])
def test_a_whole_identifier_alerts_however_it_is_grouped(deployment: Deployment, identifier: str, issuer: str | None) -> None:
    deployment.watch("identifier", identifier=identifier, issuer=issuer)
    deployment.link(BO, "FAMILY_OF", ADA)
    deployment.judge()
    assert deployment.alerts() == []
    deployment.link(ADA, "HAS_PHONE", "phones/phone/d1")
    deployment.link(ADA, "OWNS", "register/company/holm")
    deployment.judge()
    assert len(deployment.alerts()) == 1


def test_a_plate_of_an_exact_source_alerts_unverified_with_both_photographs_and_is_in_nothing_else(deployment: Deployment) -> None:
    deployment.watch("identifier", identifier="VK 1001", issuer="XV", reason_code="lead")
    deployment.watch("identifier", identifier="VK1001", issuer="XO", reason_code="lead")
    deployment.watch("identifier", identifier="VK1001", issuer="XV")  # without the reason that the policy asks for
    deployment.watch("entity", entity="reads/vehicle/VK1001")
    sighting = deployment.read()
    deployment.read("VK1002")
    deployment.judge()
    [alert] = deployment.alerts()
    assert deployment.listed() == [] and deployment.listed(reason_code="lead") == [alert.id]
    with pytest.raises(NotFound):
        deployment.shown(alert.id)
    told = deployment.shown(alert.id, reason_code="lead")
    [seen] = told["sightings"]
    assert (seen["id"], seen["status"], seen["photos"]) == (sighting, "unverified", {"overview": "a" * 64, "plate": "b" * 64})
    assert "unverified" in told["note"] and told["facts"] == []


def test_a_path_of_three_links_alerts_when_its_last_link_comes_and_not_again(deployment: Deployment) -> None:
    deployment.watch("path", **{"from": ADA, "to": "bills/person/far"})
    deployment.person("bills/person/far")
    deployment.person("bills/person/mid")
    deployment.link("bills/person/mid", "FAMILY_OF", "bills/person/far")
    deployment.link(BO, "FAMILY_OF", ADA)
    deployment.judge()
    assert deployment.alerts() == []
    middle = deployment.link(BO, "FAMILY_OF", "bills/person/mid")
    deployment.judge()
    [alert] = deployment.alerts()
    facts = deployment.shown(alert.id)["facts"]
    assert len(facts) == 3 and [fact["id"] for fact in facts if fact["change"] == "came"] == [middle]
    deployment.batch(changed=[middle])
    deployment.judge()
    assert len(deployment.alerts()) == 1


def test_a_path_of_four_links_or_through_a_hidden_source_alerts_nobody(deployment: Deployment) -> None:
    deployment.watch("path", **{"from": CY, "to": "bills/person/farther", "max_hops": 2})
    deployment.watch("path", **{"from": ADA, "to": "register/person/other"})
    for id in ("bills/person/farther", "bills/person/x", "bills/person/y", "register/person/other"):
        deployment.person(id)
    deployment.link(CY, "FAMILY_OF", "bills/person/x")
    deployment.link("bills/person/x", "FAMILY_OF", "bills/person/y")
    deployment.link("bills/person/y", "FAMILY_OF", "bills/person/farther")
    hidden = deployment.world.link(
        ADA, "FAMILY_OF", "register/person/other", source="secret", compartment="secret", seq_from=deployment.seq()
    )
    deployment.batch(added=[hidden], load="secret/load/1")
    deployment.judge()
    assert deployment.alerts() == []


def test_what_cannot_be_judged_holds_up_neither_others_nor_what_follows_and_is_made_up_for(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    tom, una = deployment.person("register/person/tom"), deployment.person("register/person/una")
    path = deployment.watch("path", **{"from": tom, "to": una})
    entity = deployment.watch("entity", entity=tom)
    deployment.judge()
    found = []

    def too_long(*args: object, **more: object) -> None:
        raise QueryTimeout("The time limit ended the search.")

    with monkeypatch.context() as patched:
        patched.setattr(judge, "best_of", too_long)
        deployment.link(tom, "FAMILY_OF", una)
        deployment.link(tom, "FAMILY_OF", BO)
        for _ in range(2):
            deployment.judge()
            found.append([one.watch for one in deployment.alerts()])
    assert found == [[entity["id"]] * 2] * 2
    deployment.judge()
    deployment.judge()
    [late] = [one for one in deployment.alerts() if one.watch == path["id"]]
    assert late.cause["facts"] and outbox_of(deployment.office).aside() == {}


def test_a_hidden_source_alerts_nobody_and_a_batch_of_it_leaves_no_trace(deployment: Deployment) -> None:
    deployment.watch("entity", entity=ADA)
    hidden = deployment.world.same("secret/person/ada", ADA, seq_from=deployment.seq(), id="same/x")
    deployment.batch(added=[hidden], load="secret/load/1")
    assert deployment.judge() == 1
    assert deployment.alerts() == []


def test_a_watch_on_something_hidden_looks_like_one_on_nothing(deployment: Deployment) -> None:
    hidden, nothing = deployment.watch("entity", entity="secret/person/ada"), deployment.watch("entity", entity="secret/person/nobody")
    assert not hidden["in_view"] and not nothing["in_view"]
    deployment.judge()
    assert not deployment.ended(hidden) and not deployment.ended(nothing) and deployment.alerts() == []


def test_when_a_source_leaves_the_view_its_watches_end_its_alerts_are_gone_and_the_owner_learns_no_more(deployment: Deployment) -> None:
    watch, other = deployment.watch("entity", entity=BO, mail="anna@police.veldmark.example"), deployment.watch("entity", entity=ADA)
    deployment.link(BO, "FAMILY_OF", "phones/phone/d1")
    deployment.judge()
    [before] = deployment.alerts()
    policies(deployment.office, {"phones": SEALED})
    deployment.link(BO, "HAS_PHONE", "phones/phone/d1")
    deployment.judge()
    assert deployment.ended(watch) and not deployment.ended(other)
    first, last = deployment.alerts()
    assert (first.id, last.kind, last.cause, last.compartments) == (before.id, "ended", {}, ())
    assert deployment.listed() == [last.id]
    with pytest.raises(NotFound, match="in view of this inquiry"):
        deployment.shown(before.id)
    deployment.send()
    text = deployment.mailbox.messages[-1].as_string()
    assert "a watch has ended" in text and "phones" not in text and "Nilsen" not in text


def test_a_watch_ends_with_its_inquiry_and_at_its_own_end(deployment: Deployment) -> None:
    with pytest.raises(InputError, match="too late"):
        deployment.watch("entity", entity=ADA, until=datetime.now(UTC) + timedelta(days=31))
    watch = deployment.watch("entity", entity=ADA)
    deployment.office.close_inquiry(deployment.anna(), deployment.inquiry)
    deployment.link(BO, "FAMILY_OF", ADA)
    deployment.judge()
    assert deployment.ended(watch) and [one.kind for one in deployment.alerts()] == ["ended"]


def test_a_watch_needs_a_standing_inquiry_of_ones_own(deployment: Deployment) -> None:
    with pytest.raises(InquiryMissing):
        deployment.watch("entity", entity=ADA, inquiry="inq_none")
    with pytest.raises(Exception, match="not a standing one"):
        deployment.watch("entity", entity=ADA, inquiry=deployment.opened)
    with pytest.raises(InputError, match="no kind of anomaly"):
        deployment.watch("anomaly", anomaly="guilt")
    with pytest.raises(InputError, match="no complete identifier"):
        deployment.watch("identifier", identifier="A")


def test_an_alert_is_read_under_an_inquiry_of_its_case_alone(deployment: Deployment) -> None:
    deployment.watch("entity", entity=ADA)
    deployment.link(BO, "FAMILY_OF", ADA)
    deployment.judge()
    other = opened(deployment.office, "anna", "VK-2024-0999")
    assert deployment.listed(inquiry=other) == []
    with pytest.raises(NotFound):
        deployment.shown(deployment.alerts()[0].id, inquiry=other)


def test_judging_is_in_the_log_as_a_question_of_the_standing_inquiry(deployment: Deployment) -> None:
    deployment.watch("entity", entity=ADA)
    before = deployment.entries()
    deployment.link(BO, "FAMILY_OF", ADA)
    deployment.judge()
    asked, answered = deployment.entries()[len(before) :]
    assert (asked.leaf["kind"], answered.leaf["kind"], answered.leaf["refers_to"]) == ("asked", "answered", asked.index)
    assert {one.leaf["operation"] for one in (asked, answered)} == {"watch.judge"} and answered.leaf["counts"] == {"watches": 1}
    assert answered.leaf["inquiry"] == deployment.inquiry and answered.personal["user"] == "anna"
