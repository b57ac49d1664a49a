"""The API killed (SIGKILL) under load: what a client holds is in the log, with its hash, and the log is intact."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
import pytest

from graphsvc.audit.verify import verify
from graphsvc.inquiry.office import audit_url
from tests.accountability.deployment import Deployment
from tests.accountability.doors import ADA, BO, READING_ROUTES, Call
from tests.accountability.processes import Server, wait_for

pytestmark = pytest.mark.neo4j

FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"
CLIENTS = 4
SEED = 20240630
# Answers between two kills: some kills come before the first one, most in the middle of some.
MOST_ANSWERS = 12
# Up to so many seconds later, so that kills don't follow answers too closely; an answer takes some tens of milliseconds.
LATER_S = 0.05


@dataclass
class Load:
    """Clients that ask and ask, and remember what they were answered completely."""

    d: Deployment
    answers: list[tuple[int, str, str]] = field(default_factory=list)
    """Entry, hash as the header says it, hash of the bytes."""
    refused: list[str] = field(default_factory=list)
    cut: int = 0
    """Requests that had been sent when their server was killed."""
    url: str | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def calls(self) -> list[Call]:
        find = READING_ROUTES["GET /v1/entities"].ask(self.d)
        show = READING_ROUTES["GET /v1/entities/{id:path}"].ask(self.d)
        return [find, show, ("POST", "/v1/paths", {"json": {"from": ADA, "to": BO, "max_hops": 4}}), *[find, show] * 2]

    def work(self, number: int) -> None:
        random, served = Random(number), ""
        while True:
            with self.changed:
                while self.url == served:
                    self.changed.wait()
                if self.url is None:
                    return
                served = self.url
            with httpx.Client(base_url=served, headers=self.d.headers, timeout=60) as client:
                try:
                    while self.url == served:
                        self.ask(client, random.choice(self.calls()))
                except httpx.ConnectError:
                    continue
                except httpx.TransportError:
                    self.cut += 1

    def ask(self, client: httpx.Client, call: Call) -> None:
        method, path, given = call
        response = client.request(method, path, **given)
        if response.status_code != 200:
            self.refused.append(response.text)
            return
        answer = (int(response.headers["Audit-Entry"]), response.headers["Answer-SHA256"], hashlib.sha256(response.content).hexdigest())
        with self.changed:
            self.answers.append(answer)
            self.changed.notify_all()

    def serve(self, url: str | None) -> None:
        with self.changed:
            self.url = url
            self.changed.notify_all()

    def wait_for_answers(self, more: int) -> None:
        with self.changed:
            wanted = len(self.answers) + more
            assert self.changed.wait_for(lambda: len(self.answers) >= wanted, 120), self.refused


@pytest.mark.parametrize(
    "kills", [5, pytest.param(200, marks=[pytest.mark.full, pytest.mark.skipif(not FULL, reason="runs in make test-full")])]
)
def test_no_answer_that_a_client_holds_is_missing_from_the_log(deployment: Deployment, tmp_path: Path, kills: int) -> None:
    outside = tmp_path / "another host"
    outside.mkdir()
    environment = {**deployment.environment, "GRAPHSVC_AUDIT_TARGETS": json.dumps([f"{outside}/"])}
    random, load = Random(SEED), Load(deployment)
    before = deployment.size()
    load.url = ""
    clients = [threading.Thread(target=load.work, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    server, following = Server(environment), Server(environment)
    try:
        for number in range(kills):
            server.begin()
            if number % 10 == 9:  # while it starts
                load.serve(server.url)
            else:
                wait_for(server)
                load.serve(server.url)
                load.wait_for_answers(random.randrange(MOST_ANSWERS))
            threading.Event().wait(random.uniform(0, LATER_S))
            server.kill()
            server, following = following, Server(environment)
        server.begin()
        wait_for(server)
        load.serve(server.url)
        load.wait_for_answers(CLIENTS)
    finally:
        load.serve(None)
        for client in clients:
            client.join(60)
        server.kill()
        following.kill()

    assert load.refused == []
    assert load.cut >= kills / 2, "the kills did not come under load"
    log = {entry.index: entry.leaf for entry in deployment.entries(before)}
    assert len(load.answers) >= 2 * kills
    for entry, told, received in load.answers:
        assert told == received == log[entry]["answer_sha256"] and log[entry]["kind"] == "answered"
    assert len({entry for entry, _, _ in load.answers}) == len(load.answers)
    assert sorted(log) == list(range(before, before + len(log)))
    report = verify(audit_url(deployment.settings), outside=[outside])
    assert report.ok and report.entries == before + len(log), report.findings
    assert report.outside is not None
    print(f"{kills} kills: {len(load.answers)} answers held, {load.cut} requests cut off, {len(log)} entries, {report.exposed} exposed")
