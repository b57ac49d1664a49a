"""Every route and every command that reads case data asks for an inquiry, keeps to the view, and is in the log before and after.

One that is new fails here until it stands in the table of `doors.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.main

from graphsvc.api import create_app
from graphsvc.audit.search import Found
from graphsvc.cli import app
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.conditions import HOW_TO_OPEN
from graphsvc.inquiry.desk import canonical
from graphsvc.settings import Settings
from tests.accountability.deployment import MARK, REASON_CODE, Deployment, Ran, found
from tests.accountability.doors import (
    ACTING_COMMANDS,
    ACTING_ROUTES,
    OTHER_COMMANDS,
    OTHER_ROUTES,
    READING_COMMANDS,
    READING_ROUTES,
    TICKET_ROUTES,
    UNRESTRICTED,
    Call,
    at_the_office,
    commands,
    routes,
)
from tests.api.test_api import serving
from tests.people import CASE

pytestmark = pytest.mark.neo4j

# Values of the sources; what needs no inquiry shows none of them.
CASE_DATA = (b"Ada Holm", b"Holm Shipping", b"Bo Nilsen", b"+4755501234", b"VK1001", b"Eva Strand", b"Deep Holding", b"register/person")


@pytest.fixture(scope="module")
def open_deployment(shared: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return found(shared.copy(tmp_path_factory.mktemp("found") / "home"))


@pytest.fixture(scope="module")
def client(shared: Deployment, session_graph: Graph) -> Iterator[httpx.Client]:
    with serving(create_app(shared.settings, session_graph)) as client:
        yield client


@pytest.fixture(scope="module")
def open_client(open_deployment: Deployment, session_graph: Graph) -> Iterator[httpx.Client]:
    with serving(create_app(open_deployment.settings, session_graph)) as client:
        yield client


@pytest.fixture
def sizes(shared: Deployment, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries the log had at each touch of what is in the graph; opening it asks for applied migrations alone."""
    seen: list[int] = []
    for name in ("ask", "run", "look", "stream"):
        proper = getattr(Graph, name)

        def touched(self: Graph, *given: Any, _proper: Any = proper, **more: Any) -> Any:
            if given[0] != "admin/migrations_applied":
                seen.append(shared.size())
            return _proper(self, *given, **more)

        monkeypatch.setattr(Graph, name, touched)
    return seen


def send(client: httpx.Client, call: Call, headers: dict[str, str]) -> httpx.Response:
    method, path, given = call
    return client.request(method, path, headers=headers, **given)


def the_denial(entries: list[Found], user: str) -> Found:
    [denied] = [entry for entry in entries if entry.leaf["kind"] == "denied"]
    assert denied.personal["user"] == user
    assert not any(entry.leaf["kind"] in ("answered", "decided", "exported", "changed", "loaded") for entry in entries)
    return denied


def asked_and_answered(d: Deployment, entries: list[Found], operation: str, view: str, *, kind: str, reason_code: bool) -> Found:
    """The entry of the answer, after it was compared with the one before and with what an entry must say.

    Between the two of a list stand its rows or pairs, each an entry of the same kind.
    """
    asked, *parts, answered = entries
    assert (asked.leaf["kind"], answered.leaf["kind"]) == ("asked", kind)
    assert answered.leaf["refers_to"] == asked.index and answered.index == asked.index + 1 + len(parts)
    assert bool(parts) == (view == "screen" or operation == "path.batch")
    seen = d.view(view, reason_code)  # type: ignore[arg-type]  # the table has operations
    for entry in entries:
        assert entry.personal["user"] == "ann" and entry.personal["case"] == CASE and entry.personal["parameters"]
        said = {name: entry.leaf.get(name) for name in ("agency", "inquiry", "purpose", "operation", "reason_code", "software")}
        assert said == {
            "agency": "veldmark_police",
            "inquiry": d.inquiry,
            "purpose": "investigation",
            "operation": f"{operation}.part" if entry in parts else operation,
            "reason_code": REASON_CODE if reason_code else None,
            "software": asked.leaf["software"],
        }
        assert entry.leaf["facts"]["originating_agency"] == "VM0010000"
        if kind != "exported":
            assert entry.leaf["view_sha256"] == seen.sha256
        assert entry.leaf["policies"] == d.policies(seen)
        if entry in parts:
            assert (entry.leaf["kind"], entry.leaf["refers_to"]) == (kind, asked.index) and entry.leaf["answer_sha256"]
    return answered


def test_every_route_is_in_the_table() -> None:
    there = list(routes(create_app(Settings()).routes))
    assert sorted(there) == sorted([*READING_ROUTES, *TICKET_ROUTES, *ACTING_ROUTES, *OTHER_ROUTES])


def test_every_command_is_in_the_table() -> None:
    there = set(commands(typer.main.get_command(app)))
    listed = {*READING_COMMANDS, *UNRESTRICTED, *ACTING_COMMANDS, *OTHER_COMMANDS}
    # Some have several entries, by what they are given: `user key --revoke`, `load list`.
    assert {name if name in there else name.rsplit(" ", 1)[0] for name in listed} == there


@pytest.mark.parametrize("route", READING_ROUTES)
def test_a_route_without_an_inquiry_is_refused_and_logged(client: httpx.Client, shared: Deployment, route: str, sizes: list[int]) -> None:
    before = shared.size()
    response = send(client, READING_ROUTES[route].ask(shared), {"Authorization": f"Bearer {shared.keys['new']}"})
    assert response.status_code == 403 and response.json()["hint"] == HOW_TO_OPEN
    assert the_denial(shared.entries(before), "new").leaf["operation"] == READING_ROUTES[route].operation
    assert sizes == []


@pytest.mark.parametrize("route", READING_ROUTES)
def test_a_route_is_logged_before_and_after_with_the_hash_of_what_was_sent(
    client: httpx.Client, shared: Deployment, route: str, sizes: list[int]
) -> None:
    reading, before = READING_ROUTES[route], shared.size()
    response = send(client, reading.ask(shared), shared.headers)
    assert response.status_code == 200
    entries = shared.entries(before)
    answered = asked_and_answered(shared, entries, reading.operation, reading.view, kind=reading.kind, reason_code=True)
    sent = hashlib.sha256(response.content).hexdigest()
    assert response.headers["Answer-SHA256"] == sent and response.headers["Audit-Entry"] == str(answered.index)
    files = answered.leaf["facts"].get("files", {})
    assert sent in (answered.leaf["answer_sha256"], files.get("photo"), files.get("svg"))
    assert sizes and set(sizes) == {entries[0].index + 1}, "something was read before the question was in the log, or after the answer was"


@pytest.mark.parametrize("route", READING_ROUTES)
def test_a_route_shows_nothing_of_a_hidden_source(
    client: httpx.Client, open_client: httpx.Client, shared: Deployment, open_deployment: Deployment, route: str
) -> None:
    ask = READING_ROUTES[route].hidden or READING_ROUTES[route].ask
    shown = send(open_client, ask(open_deployment), open_deployment.headers)
    assert shown.status_code == 200 and MARK in shown.content, "nothing would be hidden"
    asked = ask(shared)
    hidden = send(client, asked, shared.headers)
    assert hidden.status_code == (404 if READING_ROUTES[route].hidden else 200)
    if hidden.status_code == 200:
        assert MARK not in hidden.content
    else:
        # The same words as for an id that was never there.
        method, path, given = asked
        nothing = send(client, (method, _of_nothing(path), json.loads(_of_nothing(json.dumps(given)))), shared.headers)
        assert _of_nothing(hidden.text) == nothing.text


@pytest.mark.parametrize("route", TICKET_ROUTES)
def test_a_route_with_a_ticket_is_logged_in_the_name_of_who_made_it(
    client: httpx.Client, shared: Deployment, route: str, sizes: list[int]
) -> None:
    reading = TICKET_ROUTES[route]
    call, before = reading.ask(shared), shared.size()
    response = send(client, call, {})
    assert response.status_code == 200, response.text
    entries = shared.entries(before)
    answered = asked_and_answered(shared, entries, reading.operation, reading.view, kind=reading.kind, reason_code=False)
    sent = hashlib.sha256(response.content).hexdigest()
    assert response.headers["Answer-SHA256"] == sent and response.headers["Audit-Entry"] == str(answered.index)
    assert sent in (answered.leaf["answer_sha256"], answered.leaf["facts"].get("files", {}).get("page"))
    assert sizes and set(sizes) == {entries[0].index + 1}


@pytest.mark.parametrize("route", TICKET_ROUTES)
def test_a_ticket_shows_nothing_of_a_hidden_source(
    client: httpx.Client, open_client: httpx.Client, shared: Deployment, open_deployment: Deployment, route: str
) -> None:
    ask = TICKET_ROUTES[route].hidden or TICKET_ROUTES[route].ask
    shown = send(open_client, ask(open_deployment), {})
    assert shown.status_code == 200 and MARK in shown.content, "nothing would be hidden"
    hidden = send(client, ask(shared), {})
    assert hidden.status_code == (404 if TICKET_ROUTES[route].hidden else 200)
    # An id that was asked for is repeated in the words for one that was never there.
    assert MARK not in hidden.content or hidden.status_code == 404


@pytest.mark.parametrize("route", TICKET_ROUTES)
def test_a_ticket_ends_with_its_inquiry(deployment: Deployment, session_graph: Graph, route: str) -> None:
    call = TICKET_ROUTES[route].ask(deployment)
    deployment.acts_as("ann")
    assert deployment.run("inquiry", "close", deployment.inquiry).code == 0
    with serving(create_app(deployment.settings, session_graph)) as client:
        before = deployment.size()
        assert send(client, call, {}).status_code == 403
        assert the_denial(deployment.entries(before), "ann").leaf["operation"] == TICKET_ROUTES[route].operation
        method, path, given = call
        assert send(client, (method, path.replace("gst_", "gst_x"), given), {}).status_code == 401
        assert "gst_" not in str([entry.personal for entry in deployment.entries(before)])


def _of_nothing(text: str) -> str:
    return text.replace("secret", "nothing").replace("sealed", "nothing")


def typed(command: str, d: Deployment, folder: Path, *, hidden: bool = False) -> list[str]:
    one = READING_COMMANDS[command]
    words = (one.hidden if hidden and one.hidden else one.ask)(d)
    return [*words, *([str(folder / "file")] if one.file else []), *(["--reason-code", REASON_CODE] if one.takes_reason else [])]


def written(folder: Path) -> bytes:
    return (folder / "file").read_bytes() if (folder / "file").exists() else b""


def refused(ran: Ran, folder: Path) -> None:
    assert ran.code == 5 and ran.out == b"" and not written(folder)
    assert HOW_TO_OPEN.encode() in ran.err


@pytest.mark.parametrize("command", READING_COMMANDS)
def test_a_command_without_an_inquiry_is_refused_and_logged(shared: Deployment, command: str, tmp_path: Path, sizes: list[int]) -> None:
    shared.acts_as("new")
    before = shared.size()
    refused(shared.run(*typed(command, shared, tmp_path)), tmp_path)
    assert the_denial(shared.entries(before), "new").leaf["operation"] == READING_COMMANDS[command].operation
    assert sizes == []


@pytest.mark.parametrize("command", READING_COMMANDS)
def test_a_command_is_logged_before_and_after_with_the_hash_of_what_was_given(
    shared: Deployment, command: str, tmp_path: Path, sizes: list[int]
) -> None:
    one, before = READING_COMMANDS[command], shared.size()
    shared.acts_as("ann")
    ran = shared.run(*typed(command, shared, tmp_path))
    assert ran.code == 0, ran.err
    answered = asked_and_answered(shared, shared.entries(before), one.operation, one.view, kind=one.kind, reason_code=one.takes_reason)
    assert sizes and set(sizes) == {before + 1}
    if one.file is not None:
        assert answered.leaf["facts"]["files"] == {one.file: hashlib.sha256(written(tmp_path)).hexdigest()}
    if ran.out.startswith(b"{"):
        assert hashlib.sha256(ran.out.removesuffix(b"\n")).hexdigest() == answered.leaf["answer_sha256"]
    else:
        assert f"entry {answered.index} ".encode() in ran.out


@pytest.mark.parametrize("command", READING_COMMANDS)
def test_a_command_shows_nothing_of_a_hidden_source(shared: Deployment, open_deployment: Deployment, command: str, tmp_path: Path) -> None:
    for one, shows in ((shared, False), (open_deployment, True)):
        one.acts_as("ann")
        (folder := tmp_path / str(shows)).mkdir()
        ran = one.run(*typed(command, one, folder, hidden=True))
        assert (MARK in ran.out + written(folder)) == shows, ran.err
        assert ran.code == (3 if READING_COMMANDS[command].hidden and not shows else 0)


@pytest.mark.parametrize("command", UNRESTRICTED)
def test_who_reads_past_the_views_is_an_operator_with_an_inquiry(deployment: Deployment, command: str) -> None:
    operation, words, given = UNRESTRICTED[command]
    for who, code in (("root", 5), ("ann", 5)):  # an operator without an inquiry; an inquiry of somebody who is no operator
        deployment.acts_as(who)
        before = deployment.size()
        ran = deployment.run(*words, given=given)
        assert (ran.code, ran.out) == (code, b"")
        assert the_denial(deployment.entries(before), who).leaf["operation"] == operation
    deployment.acts_as("root")
    assert deployment.run("inquiry", "open", *ACTING_COMMANDS["inquiry open"].call(deployment)[2:]).code == 0
    before = deployment.size()
    ran = deployment.run(*words, given=given)
    assert ran.code == 0 and MARK in ran.out, "no view limits it"
    asked, answered = deployment.entries(before)
    assert (asked.leaf["kind"], answered.leaf["kind"], answered.leaf["refers_to"]) == ("asked", "answered", asked.index)
    assert answered.personal["user"] == "root" and answered.personal["case"] == CASE and answered.leaf["inquiry"]
    told = {"sha256": hashlib.sha256(ran.out).hexdigest()} if command == "db hash" else [json.loads(line) for line in ran.out.splitlines()]
    assert answered.leaf["answer_sha256"] == hashlib.sha256(canonical(told)).hexdigest()


@pytest.mark.parametrize("command", ACTING_COMMANDS)
def test_an_act_is_logged_with_who_did_it(deployment: Deployment, command: str) -> None:
    act = ACTING_COMMANDS[command]
    words, before = act.call(deployment), deployment.size()
    deployment.acts_as(act.by)
    ran = deployment.run(*words, given=act.given(deployment))
    assert ran.code == 0, ran.err
    logged(deployment, before, act.operation, act.kinds, act.by)


@pytest.mark.parametrize("command", [name for name, act in ACTING_COMMANDS.items() if act.refused])
def test_an_act_of_somebody_who_may_not_is_refused_and_logged(deployment: Deployment, command: str) -> None:
    act = ACTING_COMMANDS[command]
    assert act.refused is not None
    who, call = act.refused
    words = (call or act.call)(deployment)
    before = deployment.size()
    deployment.acts_as(who)
    ran = deployment.run(*words, given="gsk_no-such-key")
    assert (ran.code, ran.out) == (5, b"")
    the_denial(deployment.entries(before), who)


@pytest.mark.parametrize("route", ACTING_ROUTES)
def test_an_act_over_http_is_logged_with_who_did_it(deployment: Deployment, session_graph: Graph, route: str) -> None:
    act = ACTING_ROUTES[route]
    with serving(create_app(deployment.settings, session_graph)) as client:
        if act.refused is not None:
            who, call = act.refused
            made = (call or act.call)(deployment)
            before = deployment.size()
            assert send(client, made, {"X-API-Key": deployment.keys[who]}).status_code == 403
            the_denial(deployment.entries(before), who)
        made = act.call(deployment)
        before = deployment.size()
        assert send(client, made, {"X-API-Key": deployment.keys[act.by]}).is_success
        logged(deployment, before, act.operation, act.kinds, act.by)


def logged(d: Deployment, before: int, operation: str, kinds: tuple[str, ...], user: str) -> None:
    entries = [entry for entry in d.entries(before) if entry.leaf["operation"] == operation]
    assert tuple(entry.leaf["kind"] for entry in entries) == kinds
    assert {entry.personal["user"] for entry in entries} == {user}
    if len(entries) > 1:
        assert entries[-1].leaf["refers_to"] == entries[0].index and entries[-1].leaf["answer_sha256"]


def test_what_needs_no_inquiry_shows_no_case_data(deployment: Deployment, session_graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Graph, "ask", lambda self, view, inquiry, name, **more: asked.append(name))
    with serving(create_app(deployment.settings, session_graph), headers={"X-API-Key": deployment.keys["new"]}) as client:
        ticket = at_the_office(deployment, lambda office: office.tickets.make(deployment.inquiry, office.users.get("ann")))[0]
        for route in OTHER_ROUTES:
            response = client.get(route.removeprefix("GET ").replace("{ticket}", ticket))
            assert response.status_code == (404 if route.endswith("/{id}") else 200)
            # The description has invented examples of its own.
            assert route == "GET /openapi.json" or not any(value in response.content for value in CASE_DATA), route
    for name, (_, words) in OTHER_COMMANDS.items():
        if words is not None:
            ran = deployment.run(*words)
            assert ran.code in (0, 5), (name, ran.err)
            assert not any(value in ran.out + ran.err for value in CASE_DATA), name
    assert asked == []
