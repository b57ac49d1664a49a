"""The worker: what is due is run once, by however many workers; what was missed is made up for once; it may be killed at any point."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from graphsvc.communities.kinds import KINDS
from graphsvc.errors import NotFound
from graphsvc.jobs.definitions import job_of_theirs, jobs
from graphsvc.jobs.worker import Worker, ask_for, standing
from tests.accountability.processes import COMMAND, ROOT
from tests.communities.groups import found
from tests.jobs.conftest import Deployment
from tests.people import policies

pytestmark = pytest.mark.neo4j
WAIT_S = 120.0
FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"


def worker(d: Deployment) -> Worker:
    return Worker(d.office, d.graph, KINDS)


def later(**time: float) -> datetime:
    return datetime.now(UTC) + timedelta(**time)


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    ends = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < ends, "it never came"
        threading.Event().wait(0.05)


def test_what_is_due_is_run_for_the_inquiry_of_its_user_and_then_not_again(deployment: Deployment) -> None:
    deployment.put(cron="0 * * * *")
    worker(deployment).look()
    assert deployment.runs() == [], "it was set after its last time"
    worker(deployment).look(later(hours=1))
    [run] = deployment.runs()
    assert (run["status"], run["by"], run["inquiry"]) == ("finished", "anna", deployment.inquiry)
    assert run["fire"].endswith(":00:00Z")
    worker(deployment).look(later(hours=1))
    assert len(deployment.runs()) == 1


def test_what_may_only_be_looked_up_exactly_is_in_no_projection(deployment: Deployment) -> None:
    world, office = deployment.groups.world, deployment.office
    world.source("reads", "Plate reads")
    policies(
        office,
        {"reads": "reason_code_per_query: true\nrules:\n  - {operations: [exact], roles: [analyst], agencies: any, purposes: any}\n"},
    )
    cars = [world.entity(f"reads/vehicle/{n}", "Vehicle", f"VK100{n}", registrationNumber=f"VK100{n}") for n in range(4)]
    camera = world.entity("reads/device/c", "Device", "c", number="c")
    for car in cars:
        world.link(car, "READ_BY", camera, at="2024-06-03T10:15:00Z")
        world.same(car, "register/person/a0")
    deployment.put(cron="0 * * * *")
    worker(deployment).look()
    worker(deployment).look(later(hours=1))
    [run] = deployment.runs()
    assert run["status"] == "finished" and run["compartments"] == ["bills", "register"]
    rows = deployment.graph.look("MATCH (c:Community) UNWIND c.members + c.things AS id RETURN id")
    assert rows and not [row["id"] for row in rows if row["id"].startswith("reads/")]
    assert "reads/" not in str(deployment.graph.look("MATCH (c:CommunityChange) RETURN c.told AS told"))
    deployment.put(cron="0 * * * *", sources=["reads"])
    worker(deployment).look(later(hours=2))
    assert deployment.runs()[-1]["status"] == "refused" and "reads" not in deployment.runs()[-1]["error"]
    anna = office.users.get("anna")
    office.schedules.put(anna, "months", "trends", deployment.inquiry, "0 * * * *", {"month": "2024-06", "together": 3, "hub_links": 5})
    worker(deployment).look(later(hours=2))
    worker(deployment).look(later(hours=3))
    run = deployment.runs("months")[-1]
    assert run["status"] == "finished" and run["compartments"] == ["bills", "register"]
    assert "No row in view tells of this month" in json.loads(run["result"])["not_looked_for"]["new_hub"]
    counted = deployment.graph.look("MATCH (t:Trend) RETURN collect(DISTINCT t.source) AS sources")[0]["sources"]
    assert counted == ["register"] and deployment.graph.look("MATCH (a:Anomaly) RETURN a.id AS id") == []


def test_what_was_missed_is_made_up_for_once(deployment: Deployment) -> None:
    deployment.put(cron="0 * * * *")
    worker(deployment).look()
    worker(deployment).look(later(hours=50))
    worker(deployment).look(later(hours=50))
    assert [run["status"] for run in deployment.runs()] == ["finished"]
    worker(deployment).look(later(hours=51))
    assert [run["status"] for run in deployment.runs()] == ["finished"] * 2


def test_of_many_workers_one_runs_a_scheduled_time(deployment: Deployment) -> None:
    deployment.put(cron="0 * * * *")
    worker(deployment).look()
    at = later(hours=1)
    workers = [threading.Thread(target=lambda: worker(deployment).look(at)) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(WAIT_S)
    assert [run["status"] for run in deployment.runs()] == ["finished"]


def test_a_job_whose_inquiry_is_over_is_refused_noted_once_and_others_go_on(deployment: Deployment) -> None:
    deployment.put("first", "0 * * * *")
    deployment.put("second", "1 * * * *", sources=["register"])
    worker(deployment).look()
    deployment.office.inquiries.close(deployment.inquiry, deployment.office.users.get("anna"))
    worker(deployment).look(later(hours=2))
    worker(deployment).look(later(hours=2))
    for name in ("first", "second"):
        [run] = deployment.runs(name)
        assert run["status"] == "refused" and "was closed" in run["error"]


def test_a_wrong_job_in_the_settings_is_told_and_ends_no_worker(deployment: Deployment) -> None:
    said: list[str] = []
    deployment.office.settings = deployment.settings.model_copy(
        update={"jobs": {"x": {"kind": "communities", "inquiry": "i", "cron": "0 0 30 2 *"}}}
    )
    Worker(deployment.office, deployment.graph, KINDS, said.append).look()
    assert "GRAPHSVC_JOBS, the job x" in said[0] and "never fires" in said[0]
    deployment.put("mine", "30 2 * * *")
    assert list(jobs(deployment.office, KINDS)) == ["mine"], "a mistake in one ended the others"


def test_a_run_that_is_asked_for_is_the_workers_once_however_often_and_nobody_elses_to_ask(deployment: Deployment) -> None:
    office, graph = deployment.office, deployment.graph
    deployment.put()
    anna = office.users.get("anna")
    first, second = (ask_for(office, graph, KINDS, anna, "groups") for _ in range(2))
    assert first == second and first["job"] == "groups" and first["running"] is None
    with pytest.raises(NotFound):
        ask_for(office, graph, KINDS, office.users.get("sven"), "groups")
    with pytest.raises(NotFound, match="You have no job 'groups'"):
        job_of_theirs(office, KINDS, office.users.get("sven"), "groups")
    with pytest.raises(NotFound):
        ask_for(office, graph, KINDS, anna, "nobodys")
    for _ in range(2):
        worker(deployment).look()
    [run] = deployment.runs()
    assert (run["status"], run["fire"]) == ("finished", first["asked_for"])
    [row] = standing(graph, jobs(office, KINDS)).values()
    assert row["wanted"] is None


@contextmanager
def process(d: Deployment, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, ended at the end."""
    started = subprocess.Popen(
        [*COMMAND, *words], env={**os.environ, **d.environment()}, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.communicate(timeout=WAIT_S)


def missed(d: Deployment) -> None:
    """The job's last time has passed and was not run, as after a night without a worker."""
    worker(d).look()
    d.graph.statement("MATCH (l:JobLease) SET l.since = '2024-01-01T00:00:00.000Z'")
    with closing(sqlite3.connect(d.settings.home / "accounts.db")) as connection, connection:
        connection.execute("UPDATE jobs SET changed_at = '2024-01-01T00:00:00.000000Z'")


def test_a_worker_process_makes_up_for_what_was_missed_and_ends_when_it_is_told(deployment: Deployment) -> None:
    deployment.put(cron="0 0 * * *")
    missed(deployment)
    with process(deployment, "worker") as one:
        until(lambda: [run["status"] for run in deployment.runs()] == ["finished"])
        one.send_signal(signal.SIGTERM)
        assert one.wait(WAIT_S) == 0
    assert len(found(deployment.graph, deployment.runs()[0]["id"])) == 2


@pytest.mark.parametrize(
    "kills", [4, pytest.param(40, marks=[pytest.mark.full, pytest.mark.skipif(not FULL, reason="runs in make test-full")])]
)
def test_a_worker_killed_at_any_point_leaves_the_last_result_and_the_next_one_finishes(deployment: Deployment, kills: int) -> None:
    deployment.put(cron="0 0 * * *")
    missed(deployment)
    random = Random(7)
    last = None
    for _ in range(kills):
        before = len(deployment.runs())
        with process(deployment, "worker") as one:
            until(lambda most=before: len(deployment.runs()) > most)  # type: ignore[misc]
            threading.Event().wait(random.uniform(0, 1.5))
            one.kill()
            one.wait(WAIT_S)
        finished = [run for run in deployment.runs() if run["status"] == "finished"]
        if last is not None:
            assert found(deployment.graph, last["id"]), "the last result is gone"
        if finished:
            last = finished[-1]
            # Due again, so that the next one has something to do.
            deployment.graph.statement("MATCH (l:JobLease) SET l.fired = null")
    with process(deployment, "worker"):
        until(lambda: deployment.runs()[-1]["status"] == "finished")
    states = [run["status"] for run in deployment.runs()]
    assert set(states) <= {"finished", "interrupted"}
    kept = {row["run"] for row in deployment.graph.look("MATCH (c:Community) RETURN DISTINCT c.run AS run")}
    assert kept <= {run["id"] for run in deployment.runs() if run["status"] == "finished"}, "half a result was left"
    graphs = deployment.graph.look("CALL gds.graph.list() YIELD graphName RETURN graphName AS name")
    assert graphs == [], "a projected graph was left in memory"


def test_jobs_run_ends_with_a_code_for_each_outcome(deployment: Deployment) -> None:
    deployment.put()

    def code(*words: str) -> int:
        with process(deployment, "jobs", *words) as one:
            return one.wait(WAIT_S)

    assert code("run", "groups") == 0
    assert code("run", "nobodys") == 3
    deployment.put(sources=["secret"])
    assert code("run", "groups") == 5
    deployment.graph.statement("MATCH (l:JobLease {job: 'groups'}) SET l.until = timestamp() + 60000")
    deployment.put()
    assert code("run", "groups") == 6
    deployment.graph.statement("MATCH (l:JobLease {job: 'groups'}) SET l.until = 0")
    deployment.office.inquiries.close(deployment.inquiry, deployment.office.users.get("anna"))
    assert code("run", "groups") == 5
