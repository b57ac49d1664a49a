"""Inquiries: opened for a purpose, a case and a reason; ended by time; standing ones approved by another person; nobody else's."""

from __future__ import annotations

import multiprocessing
import re
import threading
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st
from sqlalchemy import Engine
from standing_clock import Clock

from graphsvc.audit.engine import open_engine
from graphsvc.errors import Conflict, Denied, GraphsvcError, InputError, InquiryMissing, NotFound
from graphsvc.graph.view import Inquiry
from graphsvc.inquiry import inquiries as module
from graphsvc.inquiry.account import User
from graphsvc.inquiry.deployment import Deployment
from graphsvc.inquiry.inquiries import Inquiries
from graphsvc.inquiry.users import Users

ASK = {"purpose": "fraud", "case": "VM-2026-0417", "reason": "Who directs the companies at the burnt warehouse?"}
HOW = "graphsvc inquiry open --purpose CODE --case NUMBER --reason TEXT"


@pytest.fixture
def people(users: Users, operator: User, anna: User) -> SimpleNamespace:
    """Anna and Bert are analysts of one agency, Sara and Sven its supervisors; Finn supervises another; Aud is an auditor."""

    def add(id: str, agency: str, *roles: str, purposes: tuple[str, ...] = ("fraud", "investigation")) -> User:
        return users.add(id, name=id, agency=agency, roles=roles, purposes=purposes, trained_until=date(2027, 6, 30), by=operator)

    return SimpleNamespace(
        anna=anna,
        bert=add("bert", "veldmark_police", "analyst"),
        sara=add("sara", "veldmark_police", "supervisor", "analyst"),
        sven=add("sven", "veldmark_police", "supervisor"),
        finn=add("finn", "veldmark_fiu", "supervisor"),
        aud=add("aud", "veldmark_fiu", "auditor", purposes=()),
    )


def test_an_inquiry_keeps_what_is_needed_later(inquiries: Inquiries, deployment: Deployment, anna: User) -> None:
    opened = inquiries.open(anna, **ASK)
    assert re.fullmatch(r"inq_20261124_[0-9a-hjkmnp-tv-z]{6}", opened.id)
    assert (opened.user, opened.agency, opened.purpose, opened.case) == ("anna", "veldmark_police", "fraud", "VM-2026-0417")
    assert (opened.reason, opened.state, opened.standing) == (ASK["reason"], "open", False)
    assert opened.rules_sha256 == deployment.rules_sha256
    assert opened.opened_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert opened.ends_at == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert inquiries.get(opened.id, anna) == inquiries.current(anna) == opened
    assert opened.as_graph_inquiry("locate") == Inquiry(opened.id, "anna", "fraud", "veldmark_police", "VM-2026-0417", "locate")
    assert opened.as_graph_inquiry().reason_code is None


def test_an_inquiry_ends_by_itself(inquiries: Inquiries, anna: User, clock: Clock) -> None:
    opened = inquiries.open(anna, **ASK)
    clock.forward(hours=8, milliseconds=-1)
    inquiries.get(opened.id, anna)
    clock.forward(milliseconds=1)
    with pytest.raises(InquiryMissing, match=rf"^The inquiry {opened.id} ended by itself at 2026-11-24 17:00 UTC\.\nOpen one: ") as caught:
        inquiries.get(opened.id, anna)
    assert (caught.value.status, caught.value.exit_code) == (403, 5)
    assert HOW in str(caught.value)
    with pytest.raises(InquiryMissing, match=r"^No inquiry was named, and you have none open\.\nOpen one: "):
        inquiries.current(anna)
    assert inquiries.show(opened.id, anna).state == "ended"


def test_an_inquiry_can_end_earlier_and_not_later(inquiries: Inquiries, anna: User, clock: Clock) -> None:
    soon = clock.now + timedelta(minutes=5)
    assert inquiries.open(anna, **ASK, until=soon).ends_at == soon
    assert inquiries.open(anna, **ASK, until=clock.now + timedelta(hours=8)).state == "open"
    for until, says in (
        (clock.now, "not in the future"),
        (clock.now - timedelta(days=1), "not in the future"),
        (clock.now + timedelta(hours=8, milliseconds=1), r"too late\.\nIt may be as late as 2026-11-24T17:00:00\.000Z"),
        (datetime(2026, 11, 24, 12, 0), "needs a time zone"),
    ):
        with pytest.raises(InputError, match=says):
            inquiries.open(anna, **ASK, until=until)


def test_a_closed_inquiry_stays_closed(inquiries: Inquiries, anna: User, clock: Clock) -> None:
    first, second = inquiries.open(anna, **ASK), inquiries.open(anna, **ASK)
    assert inquiries.current(anna) == second
    clock.forward(minutes=3)
    closed = inquiries.close(second.id, anna)
    assert (closed.state, closed.closed_by, closed.closed_at) == ("closed", "anna", clock.now)
    assert inquiries.current(anna) == first
    with pytest.raises(InquiryMissing, match=r"was closed at 2026-11-24 09:03 UTC\.\nOpen one: "):
        inquiries.get(second.id, anna)
    with pytest.raises(Conflict, match="is closed already"):
        inquiries.close(second.id, anna)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"purpose": "fun"}, r"no purpose 'fun' in this deployment\.\nKnown: fraud, investigation, sanctions\."),
        ({"case": "0417"}, r"'0417' is not a case number of this deployment\.\nOne looks like VM-2026-0417\."),
        ({"case": ""}, "not a case number"),
        ({"reason": "investigation"}, "says nothing"),
        ({"reason": "VM-2026-0417"}, "says nothing"),
    ],
)
def test_what_is_wrong_with_an_inquiry_is_said(inquiries: Inquiries, anna: User, change: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        inquiries.open(anna, **{**ASK, **change})
    assert inquiries.list(anna) == ()


def test_who_may_not_ask_is_told_why(users: Users, inquiries: Inquiries, operator: User, anna: User, clock: Clock) -> None:
    with pytest.raises(Denied, match=r"^anna may not ask for the purpose 'sanctions'\.\nTheir purposes: fraud, investigation\."):
        inquiries.open(anna, **{**ASK, "purpose": "sanctions"})
    with pytest.raises(Denied, match=r"^The training of olga is not recorded\."):
        inquiries.open(operator, **ASK)
    with pytest.raises(Denied, match=r"^Whoever opens an inquiry accepts the rules of use\.\nYou ask for the purpose"):
        inquiries.open(anna, **ASK, accept_rules=False)
    with pytest.raises(Denied, match="is disabled"):
        inquiries.open(users.disable("anna", by=operator).after, **ASK)
    clock.now = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
    with pytest.raises(Denied, match=r"^The training of anna was valid until 2026-12-31\.\n.*--trained-until DATE"):
        inquiries.open(anna, **ASK)


def test_what_a_user_may_is_asked_at_every_use(users: Users, inquiries: Inquiries, operator: User, anna: User) -> None:
    opened = inquiries.open(anna, **ASK)
    without = users.update("anna", by=operator, purposes=["investigation"]).after
    with pytest.raises(Denied, match="may not ask for the purpose"):
        inquiries.get(opened.id, without)
    moved = users.update("anna", by=operator, purposes=["fraud"], agency="veldmark_fiu").after
    with pytest.raises(InquiryMissing, match="was opened for veldmark_police, which is no longer your agency"):
        inquiries.get(opened.id, moved)
    with pytest.raises(InquiryMissing):
        inquiries.current(moved)


def test_a_purpose_that_left_the_list_is_used_no_more(
    engine: Engine, inquiries: Inquiries, deployment: Deployment, anna: User, clock: Clock
) -> None:
    opened = inquiries.open(anna, **ASK)
    left = {code: title for code, title in deployment.purposes.items() if code != "fraud"}
    later = Inquiries(engine, deployment.model_copy(update={"purposes": left}), clock)
    with pytest.raises(InquiryMissing, match=r"The purpose 'fraud' of .* is no longer one of this deployment\."):
        later.get(opened.id, anna)


def test_anothers_inquiry_is_as_one_that_is_not_there(inquiries: Inquiries, people: SimpleNamespace) -> None:
    theirs = inquiries.open(people.anna, **ASK)
    for do in (inquiries.get, inquiries.close):
        said = []
        for id in (theirs.id, theirs.id[:-6] + "zzzzzz"):
            with pytest.raises(InquiryMissing) as caught:
                do(id, people.bert)
            said.append((str(caught.value).replace(id, "ID"), caught.value.details))
        assert said[0] == said[1]
    for viewer in (people.bert, people.finn):
        with pytest.raises(NotFound):
            inquiries.show(theirs.id, viewer)


@pytest.mark.parametrize("id", ["", "\0", "é", "\ud800", "x" * 10_000, "' OR 1=1 --"])
def test_nonsense_names_no_inquiry(inquiries: Inquiries, people: SimpleNamespace, id: str) -> None:
    with pytest.raises(InquiryMissing, match="You have no inquiry" if id else "No inquiry was named") as caught:
        inquiries.get(id, people.anna)
    assert len(str(caught.value)) < 500
    with pytest.raises(InquiryMissing):
        inquiries.close(id, people.anna)
    with pytest.raises(NotFound):
        inquiries.show(id, people.anna)
    with pytest.raises(NotFound):
        inquiries.approve(id, people.sara)
    assert inquiries.list(people.aud, user=id) == ()


def test_users_see_their_own_supervisors_their_agencys_auditors_all(inquiries: Inquiries, people: SimpleNamespace, clock: Clock) -> None:
    of_anna, of_bert = inquiries.open(people.anna, **ASK).id, inquiries.open(people.bert, **ASK).id
    inquiries.close(of_bert, people.sara)
    of_finn = inquiries.open(people.finn, **ASK).id

    def seen(viewer: User, **by: object) -> list[str]:
        return [inquiry.id for inquiry in inquiries.list(viewer, **by)]  # type: ignore[arg-type]

    assert seen(people.anna) == [of_anna]
    assert seen(people.bert) == [of_bert]
    assert seen(people.sara) == [of_bert, of_anna]
    assert seen(people.finn) == [of_finn]
    assert seen(people.aud) == [of_finn, of_bert, of_anna]
    assert seen(people.aud, user="bert") == [of_bert]
    assert seen(people.aud, state="open") == [of_finn, of_anna]
    assert seen(people.aud, state="closed") == [of_bert]
    assert seen(people.aud, limit=1) == [of_finn]
    clock.forward(hours=9)
    assert seen(people.aud, state="open") == []
    assert seen(people.aud, state="ended") == [of_finn, of_anna]
    assert inquiries.show(of_anna, people.sara).state == "ended"


def standing(inquiries: Inquiries, user: User, clock: Clock, days: float = 30) -> str:
    return inquiries.request_standing(user, **ASK, until=clock.now + timedelta(days=days)).id


def test_a_standing_inquiry_opens_by_another_persons_approval(inquiries: Inquiries, people: SimpleNamespace, clock: Clock) -> None:
    id = standing(inquiries, people.anna, clock)
    with pytest.raises(InquiryMissing, match=rf"waits for the approval of a supervisor\.\n.*`graphsvc inquiry approve {id}`"):
        inquiries.get(id, people.anna)
    assert [i.id for i in inquiries.list(people.sara, state="requested")] == [id]
    clock.forward(days=1)
    approved = inquiries.approve(id, people.sara)
    assert (approved.state, approved.approved_by, approved.opened_at) == ("open", "sara", clock.now)
    assert approved.requested_at == clock.now - timedelta(days=1)
    clock.forward(days=28)
    assert inquiries.get(id, people.anna) == approved
    # Nobody asks in its name without naming it.
    with pytest.raises(InquiryMissing):
        inquiries.current(people.anna)
    clock.forward(days=1)
    with pytest.raises(InquiryMissing, match="ended by itself"):
        inquiries.get(id, people.anna)


def test_only_another_supervisor_of_the_agency_decides(inquiries: Inquiries, people: SimpleNamespace, clock: Clock) -> None:
    id = standing(inquiries, people.sara, clock)
    usual = inquiries.open(people.anna, **ASK).id
    for decide in (inquiries.approve, inquiries.reject):
        with pytest.raises(Denied, match="of their own"):
            decide(id, people.sara)
        with pytest.raises(Denied, match="by a supervisor"):
            decide(id, people.bert)
        for wrong, supervisor in ((id, people.finn), (usual, people.sven), ("inq_20261124_zzzzzz", people.sven)):
            with pytest.raises(NotFound, match="Your agency has no request"):
                decide(wrong, supervisor)
    assert inquiries.approve(id, people.sven).approved_by == "sven"
    for decide in (inquiries.approve, inquiries.reject):
        with pytest.raises(Conflict, match="is open already"):
            decide(id, people.sven)


def test_a_rejected_request_says_so(inquiries: Inquiries, people: SimpleNamespace, clock: Clock) -> None:
    id = standing(inquiries, people.anna, clock)
    rejected = inquiries.reject(id, people.sara, because="The case\nis closed.")
    assert (rejected.state, rejected.rejected_by, rejected.rejected_because) == ("rejected", "sara", "The case is closed.")
    with pytest.raises(InquiryMissing, match="was rejected"):
        inquiries.get(id, people.anna)
    with pytest.raises(Conflict):
        inquiries.approve(id, people.sven)


def test_a_request_can_be_withdrawn_and_lapses(inquiries: Inquiries, people: SimpleNamespace, clock: Clock) -> None:
    withdrawn, lapsed = standing(inquiries, people.anna, clock), standing(inquiries, people.anna, clock, days=1)
    inquiries.close(withdrawn, people.anna)
    clock.forward(days=1)
    for id, state in ((withdrawn, "closed"), (lapsed, "ended")):
        with pytest.raises(Conflict, match=f"is {state} already"):
            inquiries.approve(id, people.sara)


def test_a_request_has_an_end_within_the_limit(inquiries: Inquiries, anna: User, clock: Clock) -> None:
    assert standing(inquiries, anna, clock, days=90)
    with pytest.raises(InputError, match="too late"):
        standing(inquiries, anna, clock, days=90.1)


def test_a_request_of_somebody_who_may_no_longer_ask_is_not_approved(
    users: Users, inquiries: Inquiries, operator: User, people: SimpleNamespace, clock: Clock
) -> None:
    id = standing(inquiries, people.anna, clock)
    users.disable("anna", by=operator)
    with pytest.raises(Denied, match="anna is disabled"):
        inquiries.approve(id, people.sara)
    assert inquiries.show(id, people.sara).state == "requested"


def test_ids_that_collide_are_drawn_again(inquiries: Inquiries, anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["inq_1", "inq_1", "inq_1", "inq_2"])
    monkeypatch.setattr(module, "readable_id", lambda kind, moment: next(drawn))
    assert [inquiries.open(anna, **ASK).id for _ in range(2)] == ["inq_1", "inq_2"]


def _open(database: str, deployment: Deployment, user: User, count: int, opened: multiprocessing.SimpleQueue[str]) -> None:
    engine = open_engine(database)
    inquiries = Inquiries(engine, deployment, Clock())
    for _ in range(count):
        opened.put(inquiries.open(user, **ASK).id)
    engine.dispose()


def test_processes_that_open_together_lose_nothing(
    database: str, deployment: Deployment, inquiries: Inquiries, people: SimpleNamespace
) -> None:
    context = multiprocessing.get_context("spawn")
    opened = context.SimpleQueue()
    started = [context.Process(target=_open, args=(database, deployment, user, 20, opened)) for user in (people.anna, people.bert)]
    for process in started:
        process.start()
    ids = {opened.get() for _ in range(40)}
    for process in started:
        process.join()
    assert {inquiry.id for inquiry in inquiries.list(people.aud, limit=100)} == ids
    assert len(ids) == 40


def test_of_two_supervisors_one_decides(engine: Engine, inquiries: Inquiries, people: SimpleNamespace, clock: Clock) -> None:
    for _ in range(5):
        id = standing(inquiries, people.anna, clock)
        together = threading.Barrier(2)
        outcomes: list[str] = []

        def decide(
            how: str, supervisor: User, id: str = id, together: threading.Barrier = together, outcomes: list[str] = outcomes
        ) -> None:
            together.wait()
            try:
                outcomes.append(getattr(inquiries, how)(id, supervisor).state)
            except GraphsvcError as error:
                outcomes.append(type(error).__name__)

        threads = [threading.Thread(target=decide, args=pair) for pair in (("approve", people.sara), ("reject", people.sven))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert "Conflict" in outcomes
        assert inquiries.show(id, people.anna).state in outcomes


@run(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    case=st.one_of(
        st.text(max_size=120),
        st.from_regex(r"[A-Z]{2}-\d{4}-\d{3,6}", fullmatch=True),
        st.from_regex(r"[A-Z]{2}-\d{4}-\d{1,9}\s?"),
    ),
    reason=st.one_of(st.text(max_size=60), st.just(ASK["reason"])),
)
def test_whatever_is_given_an_open_inquiry_has_a_case_and_a_reason(inquiries: Inquiries, anna: User, case: str, reason: str) -> None:
    try:
        opened = inquiries.open(anna, "fraud", case, reason)
    except InputError as error:
        assert error.hint
    else:
        assert re.fullmatch(r"[A-Z]{2}-\d{4}-\d{3,6}", opened.case)
        assert len(set(opened.reason.split())) >= 3 or not opened.reason.isascii()
        assert inquiries.get(opened.id, anna) == opened
