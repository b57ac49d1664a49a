"""One run of a job: its lease, its node in the graph, and the work, from a reading of the desk's to a result that is in place.

May import the desk's types and the parts beside it. A run that is killed has changed nothing that is in use: its result counts from the
moment that its node says `finished`, and the next run takes away what it had written.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from graphsvc import __version__
from graphsvc.errors import Conflict, Denied, GraphsvcError, InputError, NotFound, RunCancelled
from graphsvc.graph.driver import Graph
from graphsvc.graph.types import utc_now
from graphsvc.inquiry.clock import system_clock
from graphsvc.inquiry.desk import Reading
from graphsvc.inquiry.ids import readable_id
from graphsvc.jobs.definitions import Job
from graphsvc.jobs.kinds import Limits
from graphsvc.jobs.lease import Lease

_MOST_RUNS = 200
Say = Callable[[str], None]


class _Run:
    """A `kinds.Run`."""

    def __init__(self, graph: Graph, id: str, job: str, lease: Lease, say: Say) -> None:
        self.id, self.job = id, job
        self._graph, self._lease, self._say = graph, lease, say

    def say(self, text: str) -> None:
        self.check()
        self._say(text)
        self._graph.run("jobs/run_put", id=self.id, set={"progress": text, "progress_at": utc_now()})

    def check(self) -> None:
        if self._lease.cancelled_by is not None:
            raise RunCancelled(f"The run {self.id} was cancelled by {self._lease.cancelled_by}.")
        if self._lease.lost:
            raise Conflict(f"The run {self.id} said nothing for too long, and another worker has taken over the job.")

    def note(self, **told: Any) -> None:
        self._graph.run("jobs/run_put", id=self.id, set=told)


def run_question(
    r: Reading,
    job: Job,
    *,
    lease_s: float,
    limits: Limits,
    fire: str | None = None,
    say: Say = lambda text: None,
) -> dict[str, Any]:
    """Run a job now, within the view of the reading. `fire` is the scheduled time that it is of.

    Raises AlreadyRunning, Denied when it names sources that may not be analysed, RunCancelled, and whatever the work raises.
    """
    id = readable_id("run", system_clock())
    lease = Lease(r.graph, job.name, id, lease_s).take(fire)
    with lease:
        run = _Run(r.graph, id, job.name, lease, say)
        begun = time.monotonic()
        told: dict[str, Any] = {
            "job": job.name,
            "kind": job.kind.name,
            "by": r.inquiry.user,
            "inquiry": r.inquiry.id,
            "purpose": r.inquiry.purpose,
            "parameters": json.dumps(job.parameters.model_dump(mode="json"), sort_keys=True),
            "versions": json.dumps({"graphsvc": __version__}),
            "compartments": [],
            "fire": fire,
            "started_at": utc_now(),
            "status": "running",
        }
        r.graph.run("jobs/run_put", id=id, set=told)
        try:
            for row in r.graph.run("jobs/interrupted", job=job.name, run=id):
                job.kind.undone(r, row["id"])
            within = _within(r, job.parameters.sources)
            run.note(compartments=list(within.view.compartments), view_sha256=within.view.sha256)
            result = job.kind.work(within, run, job.parameters, limits)
            run.check()
            ended = {
                "status": "finished",
                "finished_at": utc_now(),
                "seconds": _since(begun),
                "result": json.dumps(result),
                "progress": None,
            }
            if not r.graph.run("jobs/run_end", id=id, job=job.name, set=ended)[0]["ended"]:
                raise Conflict(f"The run {id} said nothing for too long, and another worker has taken over the job.")
        except BaseException as error:
            _failed(r, job, lease, id, error, _since(begun))
            raise
        job.kind.done(within, run, job.parameters)
    return told_run(r.graph.ask(r.view, r.inquiry, "jobs/runs_in_view", id=id, job=None, user=r.inquiry.user, limit=1)[0])


def _failed(r: Reading, job: Job, lease: Lease, id: str, error: BaseException, seconds: float) -> None:
    """Note how a run ended that has no result. What the database was told to end is no failure of its own."""
    status = "failed" if isinstance(error, Exception) else "interrupted"
    status = "cancelled" if lease.cancelled_by is not None else "refused" if isinstance(error, Denied) else status
    text = error.message if isinstance(error, GraphsvcError) else type(error).__name__
    r.graph.run(
        "jobs/run_put", id=id, set={"status": status, "finished_at": utc_now(), "seconds": seconds, "error": text, "progress": None}
    )
    job.kind.undone(r, id)
    if lease.cancelled_by is not None and not isinstance(error, RunCancelled):
        raise RunCancelled(f"The run {id} was cancelled by {lease.cancelled_by}.") from error


def _within(r: Reading, sources: list[str]) -> Reading:
    """The reading narrowed to sources. Raises Denied by the name of the rule, not of a source: what there is besides is not told."""
    if not set(sources) <= set(r.view.sources):
        raise Denied(
            f"The job names a source that may not be analysed: no rule of its policy permits `analytics` for {r.inquiry.purpose}.",
            hint="`graphsvc policy explain --operation analytics` says why; `graphsvc jobs list --json` what the job names.",
        )
    return Reading(r.graph, r.view.narrowed(sources or None), r.inquiry, r.permissions, r.policies)


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)


def refused(graph: Graph, job: Job, fire: str, error: GraphsvcError) -> None:
    """Note that the desk refused a run that was due: its inquiry is over, its user may no longer. One such note a scheduled time."""
    id = readable_id("run", system_clock())
    Lease(graph, job.name, id, 1.0).take(fire)
    now = utc_now()
    told = {"job": job.name, "kind": job.kind.name, "by": job.user, "inquiry": job.inquiry, "compartments": [], "fire": fire}
    ended = {"status": "refused", "started_at": now, "finished_at": now, "seconds": 0.0, "error": error.message}
    graph.run("jobs/run_put", id=id, set={**told, **ended, "parameters": "{}", "versions": json.dumps({"graphsvc": __version__})})
    graph.run("jobs/lease_end", job=job.name, run=id, fire=fire)


def history_question(r: Reading, job: str | None, *, limit: int) -> dict[str, Any]:
    """`runs` of one job or of all, newest first: those on sources that may all be analysed by the asker."""
    if not 1 <= limit <= _MOST_RUNS:
        raise InputError(f"The limit is {limit}; it can be 1 to {_MOST_RUNS}.")
    return {
        "runs": [
            told_run(row) for row in r.graph.ask(r.view, r.inquiry, "jobs/runs_in_view", id=None, job=job, user=r.inquiry.user, limit=limit)
        ]
    }


def show_question(r: Reading, id: str) -> dict[str, Any]:
    """One run. Raises NotFound: unknown, or on a source that is not in view."""
    found = r.graph.ask(r.view, r.inquiry, "jobs/runs_in_view", id=id, job=None, user=r.inquiry.user, limit=1)
    if not found:
        raise NotFound(f"There is no run {id[:80]!r} on sources that are all in view.", hint="`graphsvc jobs history` names them.")
    return told_run(found[0])


def cancel_question(r: Reading, id: str, *, anybodys: bool) -> dict[str, Any]:
    """Ask for the end of a run of the asker's that goes on, or of `anybodys`; it ends with the next heartbeat.

    Raises NotFound, Denied for another's, Conflict for one that has ended.
    """
    found = show_question(r, id)
    if found["by"] != r.inquiry.user and not anybodys:
        raise Denied(f"The run {id} is not yours.", hint="Who runs a job can end its runs, and an operator any.")
    if found["status"] != "running":
        raise Conflict(f"The run {id} does not go on: it is {found['status']}.")
    r.graph.run("jobs/cancel", id=id, by=r.inquiry.user, at=utc_now())
    return show_question(r, id)


def told_run(row: dict[str, Any]) -> dict[str, Any]:
    """A run as doors show it."""
    run = row["run"]
    dead = run["status"] == "running" and not row["held"]
    kept = ("id", "job", "kind", "by", "inquiry", "purpose", "fire", "started_at", "finished_at", "seconds", "progress", "error")
    also = ("cancelled_by", "view_sha256", "projection_sha256")
    return {
        **{name: run.get(name) for name in (*kept, *also)},
        "compartments": run["compartments"],
        "status": "interrupted" if dead else run["status"],
        "parameters": json.loads(run["parameters"]),
        "versions": json.loads(run["versions"]),
        "result": json.loads(run["result"]) if run.get("result") else None,
    }
