"""No log, no answer: while the log can't be written nothing leaves, nothing is read unasked, and it goes on by itself afterwards."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphsvc.api import create_app
from graphsvc.audit import engine
from graphsvc.graph.driver import Graph
from tests.accountability.deployment import REASON_CODE, Deployment
from tests.accountability.doors import ACTING_ROUTES, OPEN_IT, READING_COMMANDS, READING_ROUTES, UNRESTRICTED, Call
from tests.accountability.processes import serving_process
from tests.api.test_api import problem, serving

pytestmark = pytest.mark.neo4j

# Values of every answer that the calls of the table get, or of its bytes.
ANSWERED = (b"Ada", b"Bo Nilsen", b"row ", b"READ_BY", b"CAM", b"photoPlate", b"Border crossings", b"decided_by", b"\x89PNG")
TITLE = "The audit log can't be written, so there is no answer"


@contextmanager
def nobody_else_writes(d: Deployment) -> Iterator[None]:
    """Hold the lock of the log's database, so that no entry can be committed."""
    other = sqlite3.connect(d.settings.home / "audit.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_BUSY_TIMEOUT_S", 0.1)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was read from the graph, by the name of the query."""
    seen: list[str] = []
    for name in ("ask", "look", "stream"):
        proper = getattr(Graph, name)

        def touched(self: Graph, *given: Any, _proper: Any = proper, _name: str = name, **more: Any) -> Any:
            seen.append(given[2] if _name == "ask" else given[0])
            return _proper(self, *given, **more)

        monkeypatch.setattr(Graph, name, touched)
    return seen


@contextmanager
def locked_at_the_first_read(d: Deployment) -> Iterator[None]:
    """The log can be written until the graph is read, and not from then on."""
    other = sqlite3.connect(d.settings.home / "audit.db", isolation_level=None, check_same_thread=False)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ask", "look", "stream"):
            proper = getattr(Graph, name)

            def touched(self: Graph, *given: Any, _proper: Any = proper, **more: Any) -> Any:
                if not other.in_transaction:
                    other.execute("BEGIN IMMEDIATE")
                return _proper(self, *given, **more)

            patch.setattr(Graph, name, touched)
        yield
    assert other.in_transaction, "nothing was read"
    other.execute("ROLLBACK")
    other.close()


def send(client: httpx.Client, call: Call, headers: dict[str, str]) -> httpx.Response:
    method, path, given = call
    return client.request(method, path, headers=headers, **given)


def nothing_answered(response: httpx.Response) -> None:
    told = problem(response, 503)
    assert told["title"] == TITLE and "Make the log writable again" in str(told["hint"])
    del told["instance"]  # the path that was asked
    assert not any(value in str(told).encode() for value in ANSWERED)
    assert "answer-sha256" not in response.headers and "audit-entry" not in response.headers


def test_no_route_answers_and_nothing_is_read_when_the_question_cant_be_logged(
    deployment: Deployment, session_graph: Graph, reads: list[str]
) -> None:
    with serving(create_app(deployment.settings, session_graph)) as client:
        before = deployment.size()
        with nobody_else_writes(deployment):
            for reading in READING_ROUTES.values():
                nothing_answered(send(client, reading.ask(deployment), deployment.headers))
            # A refusal that can't be logged is not told either, so that nobody can try in the dark.
            nothing_answered(client.get("/v1/entities?q=Ada", headers={**deployment.headers, "Inquiry": "inq_20240101_aaaaaa"}))
            nothing_answered(client.get("/v1/entities?q=Ada", headers={"X-API-Key": "gsk_wrong"}))
            nothing_answered(client.get("/v1/nothing", headers=deployment.headers))
            opening = ACTING_ROUTES["POST /v1/inquiries"].call(deployment)
            nothing_answered(send(client, opening, deployment.headers))
            assert client.get("/healthz").status_code == 200
        assert reads == [] and deployment.size() == before
        for reading in READING_ROUTES.values():
            assert send(client, reading.ask(deployment), deployment.headers).status_code == 200
        assert len(deployment.wholes(before)) == 2 * len(READING_ROUTES)


def test_no_route_answers_when_the_answer_cant_be_logged(deployment: Deployment, session_graph: Graph) -> None:
    with serving(create_app(deployment.settings, session_graph)) as client:
        for reading in READING_ROUTES.values():
            before = deployment.size()
            with locked_at_the_first_read(deployment):
                nothing_answered(send(client, reading.ask(deployment), deployment.headers))
            assert [entry.leaf["kind"] for entry in deployment.entries(before)] == ["asked"]
            assert send(client, reading.ask(deployment), deployment.headers).status_code == 200


@pytest.mark.parametrize("moment", [nobody_else_writes, locked_at_the_first_read])
def test_no_command_prints_or_writes_anything(deployment: Deployment, tmp_path: Path, moment: Any, reads: list[str]) -> None:
    for who in ("root", "ann"):
        deployment.acts_as(who)
        assert deployment.run("inquiry", "open", *OPEN_IT).code == 0
    for name in (*READING_COMMANDS, *UNRESTRICTED):
        file = tmp_path / "file"
        # The watches and alerts are ann's; past the views only an operator reads.
        deployment.acts_as("ann" if name in READING_COMMANDS else "root")
        _, words, given = UNRESTRICTED.get(name, ("", [], ""))
        if name in READING_COMMANDS:
            one = READING_COMMANDS[name]
            words = [*one.ask(deployment), *([str(file)] if one.file else [])]
            words += ["--reason-code", REASON_CODE] if one.takes_reason else []
        before = deployment.size()
        reads.clear()
        with moment(deployment):
            ran = deployment.run(*words, given=given)
        assert (ran.code, ran.out) == (1, b""), (name, ran)
        assert b"Make the log writable again" in ran.err and not any(value in ran.err for value in ANSWERED)
        assert not file.exists()
        if moment is nobody_else_writes:
            assert reads == [] and deployment.size() == before
        else:
            assert [entry.leaf["kind"] for entry in deployment.entries(before)] == ["asked"]
        ran = deployment.run(*words, given=given)
        assert ran.code == 0 and ran.out, (name, ran.err)
        file.unlink(missing_ok=True)


def can_mount() -> bool:
    """Whether this user can have a file system of its own."""
    return shutil.which("unshare") is not None and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount a file system in a name space of its own")
def test_with_the_disk_full_nothing_is_answered_until_there_is_room_again(deployment: Deployment, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    calls = [reading.ask(deployment) for reading in READING_ROUTES.values()]  # what they need is in the home that is copied
    script = f'mount -t tmpfs -o size=16m tmpfs {disk} && cp -a {deployment.settings.home} {disk}/home && exec "$@"'
    there = {**deployment.environment, "GRAPHSVC_HOME": str(disk / "home")}
    with serving_process(there, before=["unshare", "-m", "sh", "-c", script, "sh"]) as server:
        inside = Path(f"/proc/{server.process.pid}/root{disk}")
        with httpx.Client(base_url=server.url, headers=deployment.headers, timeout=60) as client:
            assert all(send(client, call, {}).status_code == 200 for call in calls)
            filler = inside / "filler"
            with pytest.raises(OSError, match="No space left"), filler.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            for call in calls * 2:
                nothing_answered(send(client, call, {}))
            filler.unlink()
            assert all(send(client, call, {}).status_code == 200 for call in calls)
        shutil.copytree(inside / "home", tmp_path / "after")
    after = replace(deployment, settings=deployment.settings.model_copy(update={"home": tmp_path / "after"}))
    kinds = [entry.leaf["kind"] for entry in after.wholes(deployment.size())]
    assert sum(kinds.count(kind) for kind in ("answered", "decided", "exported")) == 2 * len(READING_ROUTES)
    assert after.run("audit", "verify").code == 0
