"""API, commands and a worker write together: one chain, with every answer that anybody got in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from graphsvc.audit.verify import verify
from graphsvc.inquiry.office import audit_url
from tests.accountability.deployment import Deployment
from tests.accountability.doors import OPEN_IT, READING_ROUTES
from tests.accountability.processes import COMMAND, ROOT, serving_process

pytestmark = pytest.mark.neo4j

API_CLIENTS, QUESTIONS, COMMANDS, WORKERS = 3, 25, 3, 2
# A process of its own that asks the desk, as jobs do.
WORKER = """
import json, sys
from graphsvc.connections.questions import find_question
from graphsvc.graph.open import open_graph
from graphsvc.inquiry.desk import Question
from graphsvc.inquiry.office import open_office
from graphsvc.settings import Settings

settings = Settings()
with open_office(settings, serving=True) as office, open_graph(settings) as graph:
    user = office.users.get("ann")
    for number in range(int(sys.argv[2])):
        question = Question("job", "search", {"number": number}, sys.argv[1])
        answer = office.desk.ask(graph, user, question, lambda r: find_question(r, "Ada Holm", type=None, limit=5))
        print(json.dumps([answer.entry, answer.sha256]), flush=True)
"""
Held = list[tuple[int, str]]


def test_processes_that_write_together_write_one_chain(deployment: Deployment) -> None:
    deployment.acts_as("ann")
    before = deployment.size()
    environment = {**os.environ, **deployment.environment}

    def process(*words: str) -> str:
        done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def worker(_: int) -> Held:
        lines = process(sys.executable, "-c", WORKER, deployment.inquiry, str(QUESTIONS)).splitlines()
        return [tuple(json.loads(line)) for line in lines]

    def command(_: int) -> Held:
        # A question under the inquiry that all share, and an act.
        printed = process(*COMMAND, "path", "register/person/ada", "phones/person/bo", "--inquiry", deployment.inquiry)
        process(*COMMAND, "inquiry", "open", *OPEN_IT)
        found = re.search(r"^Entry (\d+) of the audit log; SHA-256 of the answer ([0-9a-f]{16})", printed, re.MULTILINE)
        assert found is not None
        return [(int(found[1]), found[2])]

    with serving_process(deployment.environment) as server, ThreadPoolExecutor(20) as pool:

        def client(number: int) -> Held:
            held = []
            with httpx.Client(base_url=server.url, headers=deployment.headers, timeout=60) as http:
                for turn in range(QUESTIONS):
                    method, path, given = list(READING_ROUTES.values())[(turn + number) % len(READING_ROUTES)].ask(deployment)
                    response = http.request(method, path, **given)
                    assert response.status_code == 200, response.text
                    held.append((int(response.headers["Audit-Entry"]), response.headers["Answer-SHA256"]))
            return held

        jobs = [pool.submit(worker, n) for n in range(WORKERS)]
        jobs += [pool.submit(command, n) for n in range(COMMANDS)]
        jobs += [pool.submit(client, n) for n in range(API_CLIENTS)]
        held = [one for job in jobs for one in job.result()]

    entries = deployment.entries(before)
    assert [entry.index for entry in entries] == list(range(before, before + len(entries)))
    log = {entry.index: entry.leaf for entry in entries}
    assert len(dict(held)) == len(held) == API_CLIENTS * QUESTIONS + COMMANDS + WORKERS * QUESTIONS
    for index, sha256 in held:
        files = log[index].get("facts", {}).get("files", {})
        assert log[index]["answer_sha256"].startswith(sha256) or sha256 in files.values()
        assert log[log[index]["refers_to"]]["kind"] == "asked"
    # They did write at the same time: questions of one lie between the question and the answer of another.
    assert any(log[index]["refers_to"] < index - 1 for index, _ in held)
    assert len(deployment.wholes(before)) == 2 * len(held) + 2 * COMMANDS
    report = verify(audit_url(deployment.settings), outside=[deployment.settings.home / "audit" / "checkpoint.note"])
    assert report.ok and report.entries == before + len(entries), report.findings
