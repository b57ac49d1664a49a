"""Who is refused, and that the log says why, whatever the one who is refused is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import httpx
import pytest
import sqlalchemy as sa

from graphsvc.api import create_app
from graphsvc.audit.engine import open_engine, sqlite_url, writing
from graphsvc.audit.search import Found
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.tables import api_keys, inquiries
from tests.accountability.deployment import REASON_CODE, Deployment
from tests.accountability.doors import OPENING, at_the_office
from tests.api.test_api import serving

pytestmark = pytest.mark.neo4j

FIND = "/v1/entities?q=Ada+Holm"
LONG_AGO = "2000-01-01T00:00:00Z"


@dataclass
class Counter:
    """Where questions are put, with the deployment beside it."""

    client: httpx.Client
    d: Deployment

    def asks(self, path: str = FIND, *, method: str = "GET", **headers: str) -> httpx.Response:
        given = {**self.d.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.request(method, path, headers=given)

    def refused(self, status: int, path: str = FIND, *, method: str = "GET", **headers: str) -> tuple[dict[str, object], Found]:
        """What a refusal says, and its entry: the only one."""
        before = self.d.size()
        response = self.asks(path, method=method, **headers)
        assert response.status_code == status and response.headers["content-type"] == "application/problem+json"
        [entry] = [one for one in self.d.entries(before) if one.leaf["kind"] in ("denied", "failed")]
        assert not any(one.leaf["kind"] in ("answered", "exported") for one in self.d.entries(before))
        return response.json(), entry

    def change(self, statement: sa.Update) -> None:
        """Change what is stored of keys or inquiries, as only time can otherwise."""
        engine = open_engine(sqlite_url(self.d.settings.home / "accounts.db"))
        with writing(engine) as connection:
            connection.execute(statement)
        engine.dispose()


@pytest.fixture
def counter(deployment: Deployment, session_graph: Graph) -> Iterator[Counter]:
    with serving(create_app(deployment.settings, session_graph)) as client:
        yield Counter(client, deployment)


def test_whoever_has_no_valid_key_reads_one_same_text_and_the_log_has_the_reason(counter: Counter) -> None:
    d = counter.d
    keys = at_the_office(d, lambda office: {name: office.make_key(name, days=1) for name in ("ann", "new", "sven")})
    counter.change(sa.update(api_keys).where(api_keys.c.id == keys["ann"]["id"]).values(expires_at=LONG_AGO))
    at_the_office(d, lambda office: office.revoke_key("sven", keys["sven"]["id"]))
    texts = []
    for key, reason in (
        ("gsk_" + 43 * "x", "unknown key"),
        ("no key of ours", "unknown key"),
        (keys["ann"]["key"], f"of ann expired at {LONG_AGO}"),
        (keys["sven"]["key"], "of sven was revoked at"),
    ):
        told, entry = counter.refused(401, Authorization=f"Bearer {key}")
        assert entry.leaf["kind"] == "denied" and reason in entry.personal["detail"]
        texts.append(told)
    at_the_office(d, lambda office: office.set_active("new", active=False))
    # Disabling revokes the keys; one that was overlooked is of no use either.
    told, entry = counter.refused(401, Authorization=f"Bearer {keys['new']['key']}")
    texts.append(told)
    counter.change(sa.update(api_keys).where(api_keys.c.account == "new").values(revoked_at=None))
    told, entry = counter.refused(401, Authorization=f"Bearer {keys['new']['key']}")
    assert "new is disabled" in entry.personal["detail"]
    texts.append(told)
    assert all(text == texts[0] for text in texts)


def test_expired_training_ends_all_questions(counter: Counter) -> None:
    assert counter.asks().status_code == 200
    at_the_office(counter.d, lambda office: office.update_user("ann", {"trained_until": date(2020, 1, 1)}))
    told, entry = counter.refused(403)
    assert "training" in str(told["detail"]) and entry.leaf["kind"] == "denied" and entry.personal["user"] == "ann"


def test_another_users_inquiry_is_as_unknown_as_none(counter: Counter) -> None:
    d = counter.d
    theirs = at_the_office(d, lambda office: office.open_inquiry(office.users.get("new"), **OPENING))["id"]
    told, entry = counter.refused(403, Inquiry=theirs)
    nothing, _ = counter.refused(403, Inquiry="inq_20240101_aaaaaa")
    assert str(told["detail"]).replace(theirs, "?") == str(nothing["detail"]).replace("inq_20240101_aaaaaa", "?")
    assert entry.leaf["kind"] == "denied" and entry.leaf["inquiry"] == theirs and entry.personal["user"] == "ann"
    assert "purpose" not in entry.leaf and "case" not in entry.personal


def test_an_inquiry_that_ended_or_was_closed_counts_no_more(counter: Counter) -> None:
    d = counter.d
    ended = at_the_office(d, lambda office: office.open_inquiry(office.users.get("ann"), **OPENING))["id"]
    counter.change(sa.update(inquiries).where(inquiries.c.id == ended).values(ends_at=LONG_AGO))
    for id, state in ((ended, "ended"), (d.inquiry, "closed")):
        if state == "closed":
            at_the_office(d, lambda office: office.close_inquiry(office.users.get("ann"), d.inquiry))
        told, entry = counter.refused(403, Inquiry=id)
        assert state in str(told["detail"]) and "graphsvc inquiry open" in str(told["hint"])
        assert entry.leaf["kind"] == "denied" and entry.leaf["inquiry"] == id


def test_a_purpose_that_is_not_the_users_opens_nothing_and_one_that_was_taken_ends_the_inquiry(counter: Counter) -> None:
    before = counter.d.size()
    assert counter.client.post("/v1/inquiries", headers=counter.d.headers, json={**OPENING, "purpose": "sanctions"}).status_code == 403
    assert counter.d.entries(before)[-1].leaf["kind"] == "denied"
    assert counter.client.post("/v1/inquiries", headers=counter.d.headers, json={**OPENING, "purpose": "curiosity"}).status_code == 400
    assert counter.d.entries(before)[-1].leaf["kind"] == "failed"
    at_the_office(counter.d, lambda office: office.update_user("ann", {"purposes": ["fraud"]}))
    told, entry = counter.refused(403)
    assert "'investigation'" in str(told["detail"]) and entry.leaf["kind"] == "denied"


def test_a_purpose_that_the_policy_does_not_name_shows_nothing_of_the_source(counter: Counter) -> None:
    d = counter.d
    plate = "/v1/sightings?number=VK1001&jurisdiction=XV"
    assert counter.asks(plate).json()["sightings"]
    at_the_office(d, lambda office: office.update_user("ann", {"purposes": ["fraud"]}))
    other = at_the_office(d, lambda office: office.open_inquiry(office.users.get("ann"), **{**OPENING, "purpose": "fraud"}))["id"]
    assert counter.asks(plate, Inquiry=other).json()["sightings"] == []
    assert "reads" not in d.entries(d.size() - 1)[0].leaf["policies"]


def test_reason_codes_are_of_the_list_and_needed_where_the_policy_says_so(counter: Counter) -> None:
    plate = "/v1/sightings?number=VK1001&jurisdiction=XV"
    told, entry = counter.refused(400, plate, Reason_Code="curious")
    assert "'curious'" in str(told["detail"])
    assert entry.leaf["kind"] == "failed" and entry.leaf["reason_code"] == "curious" and entry.leaf["inquiry"] == counter.d.inquiry
    without = {name: value for name, value in counter.d.headers.items() if name != "Reason-Code"}
    answer = counter.client.get(plate, headers=without).json()
    assert answer["sightings"] == [] and "reason code" in answer["note"]
    assert len(counter.asks(plate, Reason_Code=REASON_CODE).json()["sightings"]) == 1


@pytest.mark.parametrize("plate", ["VK10*", "VK100?", "VK1%", "V", "", "VK1001,VK1002", ".*", "VK_001"])
def test_a_plate_that_is_not_complete_is_refused_and_logged(counter: Counter, plate: str) -> None:
    before = counter.d.size()
    response = counter.client.get("/v1/sightings", params={"number": plate, "jurisdiction": "XV"}, headers=counter.d.headers)
    assert response.status_code == 400 and "Give the whole number of the plate" in response.text
    asked, failed = counter.d.entries(before)
    assert (asked.leaf["kind"], failed.leaf["kind"], failed.leaf["refers_to"]) == ("asked", "failed", asked.index)
    assert failed.personal["parameters"]["plate"] == plate and failed.personal["user"] == "ann"
    assert len(plate) < 4 or plate not in response.text, "a refusal repeats the plate"


@pytest.mark.parametrize(
    ("status", "method", "path"),
    [
        (422, "GET", "/v1/entities"),
        (422, "GET", "/v1/entities?q=x&limit=0"),
        (422, "POST", "/v1/paths"),
        (404, "GET", "/v1/everything?q=Ada+Holm"),
        (405, "DELETE", "/v1/entities"),
    ],
)
def test_requests_that_are_not_as_described_are_entries_too(counter: Counter, status: int, method: str, path: str) -> None:
    _, entry = counter.refused(status, path, method=method)
    assert entry.leaf["kind"] == "failed" and entry.leaf["operation"] == "http"
    asked = entry.personal["parameters"]
    assert (asked["method"], asked["path"], asked["query"]) == (method, *[*path.split("?"), ""][:2])
    # What was asked may name people: it is personal data, and can be purged.
    assert path.split("?")[0] not in str(dict(entry.leaf))
    assert entry.personal.get("user") == ("ann" if status == 422 else None)


def test_nobody_set_up_on_the_machine_is_a_denial_of_every_command(deployment: Deployment) -> None:
    (deployment.settings.home / "me.json").unlink()
    for words in (["find", "Ada Holm"], ["inquiry", "current"], ["audit", "search"], ["load", "list"]):
        before = deployment.size()
        ran = deployment.run(*words)
        assert (ran.code, ran.out) == (5, b"") and b"Nobody is set up on this machine" in ran.err
        [entry] = deployment.entries(before)
        assert entry.leaf["kind"] == "denied" and entry.personal["parameters"]["command"] == words


def test_what_others_may_do_is_not_shown_and_the_question_is_logged(deployment: Deployment) -> None:
    deployment.acts_as("ann")
    before = deployment.size()
    ran = deployment.run("policy", "explain", *["--user", "new", "--purpose", "investigation", "--source", "reads", "--operation", "exact"])
    assert (ran.code, ran.out) == (5, b"")
    [entry] = deployment.entries(before)
    assert entry.leaf["kind"] == "denied" and entry.personal["user"] == "ann"
