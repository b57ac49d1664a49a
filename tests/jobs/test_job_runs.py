"""Runs of jobs: one at a time, cancelled, refused, too large; what is in place stays until the next one is."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from graphsvc.communities.job import COMMUNITIES
from graphsvc.communities.kinds import KINDS
from graphsvc.errors import AlreadyRunning, Conflict, Denied, InputError, NotFound, RunCancelled, TooLarge
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading
from graphsvc.jobs.definitions import Given, checked, job
from graphsvc.jobs.kinds import Kind, Limits, Run
from graphsvc.jobs.lease import Lease
from graphsvc.jobs.runs import cancel_question, history_question, run_question, show_question
from tests.communities.groups import Groups, found, reading, run
from tests.communities.groups import job as plain_job
from tests.jobs.conftest import Deployment

pytestmark = pytest.mark.neo4j
WAIT_S = 60.0


class Waiting:
    """A kind of job whose work begins and waits: a run on its way."""

    def __init__(self) -> None:
        self.begun, self.end = threading.Event(), threading.Event()
        self.undone: list[str] = []
        self.kind = Kind("waiting", COMMUNITIES.parameters, self.work, lambda r, run, asked: None, lambda r, id: self.undone.append(id))

    def work(self, r: Reading, run: Run, asked: Any, limits: Limits) -> dict[str, Any]:
        run.say("Waiting.")
        self.begun.set()
        while not self.end.wait(0.05):
            run.check()
        return {"waited": True}

    def start(self, groups: Groups, name: str = "groups") -> tuple[threading.Thread, list[BaseException | dict[str, Any]]]:
        """A run in a thread, begun; and what came of it, once the thread has ended."""
        came: list[BaseException | dict[str, Any]] = []

        def work() -> None:
            one = plain_job(name)
            waiting = type(one)(one.name, self.kind, one.inquiry, one.user, None, one.parameters, "api", None)
            try:
                came.append(run_question(reading(groups.graph), waiting, lease_s=1.0, limits=Limits(60, None)))
            except BaseException as error:
                came.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        assert self.begun.wait(WAIT_S)
        return thread, came


@pytest.fixture
def groups(deployment: Deployment) -> Groups:
    return deployment.groups


def test_a_run_keeps_its_parameters_versions_view_projection_duration_and_result(groups: Groups) -> None:
    told = run(groups.graph, plain_job(scale=100.0))
    assert told["status"] == "finished" and told["seconds"] > 0 and told["inquiry"] == "inq_test"
    assert told["parameters"]["scale"] == 100.0 and told["versions"]["gds"] and told["versions"]["neo4j"]
    assert told["compartments"] == ["bills", "register"] and len(told["projection_sha256"]) == 64
    assert told["view_sha256"] == View(("bills", "register"), "analytics").sha256
    assert told["result"]["communities"] == 2 and told["result"]["links"] == 20
    assert show_question(reading(groups.graph), told["id"]) == told
    assert history_question(reading(groups.graph), "groups", limit=5)["runs"] == [told]


def test_a_job_runs_once_at_a_time_and_its_heartbeats_keep_the_lease(groups: Groups) -> None:
    waiting = Waiting()
    thread, came = waiting.start(groups)
    for _ in range(3):  # longer than the lease by itself
        with pytest.raises(AlreadyRunning, match="runs already"):
            run(groups.graph)
        threading.Event().wait(0.6)
    waiting.end.set()
    thread.join(WAIT_S)
    assert isinstance(came[0], dict) and came[0]["result"] == {"waited": True}
    run(groups.graph)


def test_a_cancelled_run_ends_and_what_was_in_place_stays(groups: Groups) -> None:
    before = run(groups.graph, plain_job(scale=100.0))
    waiting = Waiting()
    thread, came = waiting.start(groups)
    [going] = [one for one in history_question(reading(groups.graph), None, limit=5)["runs"] if one["status"] == "running"]
    assert going["progress"] == "Waiting."
    another = Reading(groups.graph, View(("bills", "register"), "analytics"), Inquiry("inq_else", "somebody", "a test"), None, {})  # type: ignore[arg-type]
    with pytest.raises(Denied, match="is not yours"):
        cancel_question(another, going["id"], anybodys=False)
    cancel_question(reading(groups.graph), going["id"], anybodys=False)
    thread.join(WAIT_S)
    assert isinstance(came[0], RunCancelled) and "tester" in came[0].message
    assert show_question(reading(groups.graph), going["id"])["status"] == "cancelled" and waiting.undone == [going["id"]]
    assert found(groups.graph, before["id"])
    with pytest.raises(Conflict, match="does not go on"):
        cancel_question(another, going["id"], anybodys=True)


def test_who_has_lost_the_lease_does_not_put_a_result_in_place(groups: Groups) -> None:
    waiting = Waiting()
    thread, came = waiting.start(groups)
    groups.graph.statement("MATCH (l:JobLease {job: 'groups'}) SET l.run = 'run_another', l.until = timestamp() + 60000")
    thread.join(WAIT_S)
    assert isinstance(came[0], Conflict) and "taken over" in came[0].message
    [told] = history_question(reading(groups.graph), "groups", limit=5)["runs"]
    assert told["status"] == "failed" and told["result"] is None


def test_the_lease_of_a_worker_that_says_nothing_is_taken_over(groups: Groups) -> None:
    Lease(groups.graph, "groups", "run_dead", 0.2).take()
    groups.graph.run("jobs/run_put", id="run_dead", set={"job": "groups", "status": "running", "compartments": [], "started_at": "2024"})
    groups.graph.statement("CREATE (:Community {key: 'run_dead#1', run: 'run_dead', id: 'groups-1', number: 1})")
    while not groups.graph.look("MATCH (l:JobLease {job: 'groups'}) WHERE l.until < timestamp() RETURN 1 AS free"):
        threading.Event().wait(0.05)
    told = run(groups.graph)
    assert told["status"] == "finished"
    states = {one["id"]: one["status"] for one in groups.graph.look("MATCH (r:JobRun) RETURN r.id AS id, r.status AS status")}
    assert states == {"run_dead": "interrupted", told["id"]: "finished"}
    assert found(groups.graph, "run_dead") == {}, "half a result was left"


def test_a_run_is_seen_by_views_with_all_that_it_saw_and_by_no_other(groups: Groups) -> None:
    told = run(groups.graph)
    narrow = reading(groups.graph, View(("register",), "analytics"))
    assert history_question(narrow, None, limit=5)["runs"] == []
    with pytest.raises(NotFound):
        show_question(narrow, told["id"])
    with pytest.raises(NotFound):
        cancel_question(narrow, told["id"], anybodys=True)


def test_a_run_that_has_seen_nothing_is_for_who_runs_it(groups: Groups) -> None:
    with pytest.raises(Denied):
        run(groups.graph, plain_job(sources=["secret"]))
    [mine] = history_question(reading(groups.graph), None, limit=5)["runs"]
    assert mine["status"] == "refused" and mine["parameters"]["sources"] == ["secret"]
    another = Reading(groups.graph, View(("bills", "register"), "analytics"), Inquiry("inq_else", "somebody", "a test"), None, {})  # type: ignore[arg-type]
    assert history_question(another, None, limit=5)["runs"] == []
    with pytest.raises(NotFound):
        show_question(another, mine["id"])


def test_a_source_that_may_not_be_analysed_is_refused_by_the_rule_and_not_by_its_name(groups: Groups) -> None:
    refusals = []
    for source in ("secret", "no_such_source"):
        with pytest.raises(Denied, match="no rule of its policy permits `analytics` for a test") as refusal:
            run(groups.graph, plain_job(sources=["register", source]))
        assert source not in refusal.value.message + str(refusal.value.hint)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]
    assert {one["status"] for one in history_question(reading(groups.graph), None, limit=5)["runs"]} == {"refused"}


def test_an_empty_projection_is_an_error_that_says_so(groups: Groups) -> None:
    with pytest.raises(Conflict, match="nothing to analyse"):
        run(groups.graph, plain_job(sources=["bills"]))
    assert history_question(reading(groups.graph), None, limit=5)["runs"][0]["status"] == "failed"


def test_what_would_take_too_much_memory_is_refused_before_it_is_projected(groups: Groups) -> None:
    one = plain_job()
    with pytest.raises(TooLarge, match=r"MiB of the database's heap, and may take 1 \(10 entities, 20 links\)"):
        run_question(reading(groups.graph), plain_job(), lease_s=60, limits=Limits(60, 1))
    assert groups.graph.look("CALL gds.graph.list() YIELD graphName RETURN graphName AS name") == [], one


def test_older_results_are_taken_away_and_their_runs_stay(groups: Groups) -> None:
    ids = [run(groups.graph, plain_job(keep=2))["id"] for _ in range(4)]
    assert [bool(found(groups.graph, id)) for id in ids] == [False, False, True, True]
    assert len(history_question(reading(groups.graph), None, limit=9)["runs"]) == 4


@pytest.mark.parametrize(
    ("name", "given", "wrong"),
    [
        ("Groups", {}, "can't be the name"),
        ("runs", {}, "can't be the name"),
        ("groups", {"kind": "magic"}, "no kind of job"),
        ("groups", {"cron": "0 0 30 2 *"}, "never fires"),
        ("groups", {"parameters": {"scale": 0}}, "scale"),
        ("groups", {"parameters": {"hub_links": 10**21}}, "hub_links"),
        ("groups", {"parameters": {"seed": 10**21}}, "seed"),
        ("groups", {"parameters": {"speed": 1}}, "speed"),
    ],
)
def test_a_job_that_can_not_be_is_refused_with_what_is_wrong(name: str, given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(InputError, match=wrong):
        checked(name, Given(**{"kind": "communities", "inquiry": "inq_1", **given}), KINDS)


def test_jobs_of_the_settings_and_of_the_api_are_known_and_a_wrong_one_is_named(deployment: Deployment) -> None:
    deployment.put("mine", "30 2 * * *")
    set_up = {"theirs": {"kind": "communities", "inquiry": deployment.inquiry, "cron": "0 3 * * *"}}
    office = deployment.office
    office.settings = office.settings.model_copy(update={"jobs": set_up})
    one = job(office, KINDS, "theirs")
    assert (one.user, one.where) == ("anna", "settings") and job(office, KINDS, "mine").where == "api"
    with pytest.raises(NotFound):
        job(office, KINDS, "nobodys")
    for wrong, text in (
        ({"cron": "0 0 30 2 *"}, "never fires"),
        ({"inquiry": "inq_none"}, "no standing inquiry"),
        ({"colour": 1}, "colour"),
        (None, "valid dictionary"),
    ):
        given: Any = {**set_up["theirs"], **wrong} if wrong is not None else 1
        office.settings = office.settings.model_copy(update={"jobs": {"theirs": given}})
        with pytest.raises(InputError, match=f"GRAPHSVC_JOBS, the job theirs.*{text}"):
            job(office, KINDS, "theirs")
