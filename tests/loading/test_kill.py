"""A load that is killed (SIGKILL, at random points) and given again ends as an undisturbed one: graph, report, rejects file."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from testbed import HEAD, POLICY, Bench

from graphsvc.graph.driver import Graph
from graphsvc.settings import Settings
from tests.people import set_up

pytestmark = pytest.mark.neo4j

FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"
ROWS, BATCH = (24_000, 500) if FULL else (5_000, 250)
# Kills of one load, and how many loads are killed so: 24 kills in a full run.
KILLS, ROUNDS = (6, 4) if FULL else (3, 1)
SEED = 20240630

SPEC = """
id: killed
title: Generated
publisher: a test
licence: none
as_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}
tables:
  parties:
    files: ["parties-*.csv"]
    format: {kind: csv}
    key: [number]
    entities:
      it: {type: Person, key: [number], properties: {name: name, birthDate: born}}
      home: {type: Address, key: {full: home}}
      friend: {type: Person, key: [friend]}
    links:
      lives: {type: LIVES_AT, from: it, to: home}
      knows: {type: RELATED_TO, from: it, to: friend}
  payments:
    files: ["payments-*.csv"]
    format: {kind: csv}
    entities:
      a: {type: Account, key: {number: from}}
      b: {type: Account, key: {number: to}}
    links:
      paid: {type: TRANSFERRED_TO, from: a, to: b, required: true, properties: {amount: {column: amount, currency: EUR}}}
"""
COMMAND = [sys.executable, "-c", "from graphsvc.cli import main; main()", "load", "killed"]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two files with all that a report counts: rejects, duplicates, conflicting keys, equal events, stubs."""
    random = Random(SEED)
    parties, payments = tmp_path / "parties-2024-06-30.csv", tmp_path / "payments-2024-06-30.csv"
    with parties.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["number", "name", "born", "home", "friend"])
        for number in range(ROWS // 2):
            born = "neither" if random.random() < 0.02 else f"19{random.randrange(10, 99)}-05"
            row = [number, f"name {number % 97}", born, f"street {random.randrange(ROWS // 10)}", random.randrange(ROWS * 6 // 10)]
            out.writerow(row)
            if random.random() < 0.05:
                out.writerow(row)
            if random.random() < 0.05:
                out.writerow([*row[:1], "someone else", *row[2:]])
    with payments.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["from", "to", "amount"])
        for _ in range(ROWS // 2):
            out.writerow([random.choice(["", *range(20)]), random.randrange(200), random.randrange(50)])
    return [parties, payments]


class Killing:
    """The product as its user runs it, in a process of its own."""

    def __init__(self, settings: Settings, folder: Path, graph: Graph) -> None:
        set_up(settings)  # somebody must load
        source = folder / "loaders" / "killed"
        source.mkdir(parents=True)
        (source / "source.yaml").write_text(SPEC)
        (source / "policy.yaml").write_text(HEAD + POLICY)
        assert settings.neo4j_uri and settings.neo4j_password
        self.graph = graph
        self.environment = {
            **os.environ,
            "GRAPHSVC_HOME": str(settings.home),
            "GRAPHSVC_LOADERS": str(source.parent),
            "GRAPHSVC_NEO4J_URI": settings.neo4j_uri,
            "GRAPHSVC_NEO4J_USER": settings.neo4j_user,
            "GRAPHSVC_NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
            "GRAPHSVC_LOAD_BATCH_ROWS": str(BATCH),
        }

    def to_the_end(self, *arguments: str) -> dict[str, Any]:
        done = subprocess.run([*COMMAND, *arguments, "--json"], env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def kill_after(self, reached: str, value: int, *arguments: str) -> bool:
        """Kill the command once the latest load's count `reached` is at least `value`; False if it ended before."""
        with subprocess.Popen(
            [*COMMAND, *arguments], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            while process.poll() is None:
                if self.progress(reached, process.pid) >= value:
                    process.send_signal(signal.SIGKILL)
                    break
            return process.wait() == -signal.SIGKILL

    def progress(self, reached: str, pid: int) -> int:
        """How far the load of that process is: -1 before it has begun."""
        rows = self.graph.statement(
            "MATCH (l:Load {pid: $pid}) WHERE l.status = 'running' RETURN l.rows_done AS rows, l.report AS r", pid=pid
        )
        if not rows:
            return -1
        return int(rows[0]["rows"]) if reached == "rows" else int(json.loads(rows[0]["r"])[reached])


@pytest.fixture
def killing(settings: Settings, tmp_path: Path, graph: Graph) -> Killing:
    return Killing(settings, tmp_path, graph)


def _rejects(result: dict[str, Any]) -> list[str]:
    return Path(result["rejects"]).read_text().splitlines()


def test_killed_at_random_points(killing: Killing, bench: Bench, files: list[Path]) -> None:
    arguments = [str(path) for path in files]
    undisturbed = killing.to_the_end(*arguments)
    wanted, rejects = bench.hash(), _rejects(undisturbed)
    report = undisturbed["report"]
    assert not undisturbed["resumed"]
    assert report["rejected"].keys() == {"bad_date", "missing_end"}
    assert min(report[name] for name in ("duplicates", "conflicts", "stubs", "entities", "links", "unchanged")) > 0
    assert len(rejects) == sum(report["rejected"].values()) == report["rows"] - report["accepted"]

    random = Random(SEED)
    killed = 0
    for _ in range(ROUNDS):
        bench.wipe()
        # From before the first batch to nearly the end, each later than the one before.
        for point in sorted(random.choices(range(-1, report["rows"] - 3 * BATCH), k=KILLS)):
            killed += killing.kill_after("rows", point, *arguments)
        finished = killing.to_the_end(*arguments)
        assert bench.one("MATCH (l:Load) RETURN count(l)") == 1
        assert finished["resumed"]
        assert finished["report"] == report
        assert _rejects(finished) == rejects
        assert bench.hash() == wanted
    assert killed == KILLS * ROUNDS


@pytest.mark.skipif(not FULL, reason="runs in make test-full")
def test_killed_while_it_retires_what_a_full_load_did_not_hold(killing: Killing, bench: Bench, files: list[Path], tmp_path: Path) -> None:
    # Nearly all parties are gone in the later file, so that most of the work is retiring.
    lines = files[0].read_text().splitlines(keepends=True)
    later = tmp_path / "parties-2024-07-31.csv"
    later.write_text("".join(lines[:50]))

    def begin() -> None:
        bench.wipe()
        killing.to_the_end(str(files[0]))

    begin()
    report = killing.to_the_end(str(later), "--full")["report"]
    wanted = bench.hash()
    assert report["retired"] > 1000
    begin()
    assert killing.kill_after("retired", 1, str(later), "--full")
    finished = killing.to_the_end(str(later), "--full")
    assert finished["resumed"]
    assert finished["report"] == report
    assert bench.hash() == wanted
