"""The worker: looks which jobs are due, and runs them, one after the other. Any number of workers may run; each scheduled time is run once.

May import the office and the parts beside it. When each job is looked at is APScheduler's; whether it is due is what the graph says of
its runs, so that a worker that was away makes up for what was missed, with one run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from graphsvc.errors import AlreadyRunning, Denied, GraphsvcError, Unauthenticated
from graphsvc.graph.driver import Graph
from graphsvc.graph.types import utc_now
from graphsvc.inquiry.account import User
from graphsvc.inquiry.desk import Question
from graphsvc.inquiry.office import Office
from graphsvc.jobs.definitions import Job, job_of_theirs, jobs_and_problems
from graphsvc.jobs.kinds import Kind, Limits
from graphsvc.jobs.runs import refused, run_question
from graphsvc.jobs.schedule import due, next_after, trigger

_logger = logging.getLogger(__name__)

# Besides the times that the jobs have: jobs that were set meanwhile are found so, and what a killed worker left.
_LOOK_EVERY_S = 20


class Worker:
    """Runs what is due. `serve` blocks until `stop`; `look` does it once."""

    def __init__(self, office: Office, graph: Graph, kinds: Mapping[str, Kind], say: Callable[[str], None] = lambda text: None) -> None:
        self._office, self._graph, self._kinds, self._say = office, graph, kinds, say
        self._ended, self._wake = threading.Event(), threading.Event()

    def serve(self, look_every_s: float = _LOOK_EVERY_S) -> None:
        """Look at each job's times, and in between; runs go on in this thread."""
        scheduler = BackgroundScheduler(timezone=UTC)
        scheduler.add_job(self._wake.set, "interval", seconds=look_every_s, id="look", coalesce=True)
        scheduler.start()
        try:
            while not self._ended.is_set():
                self._wake.clear()
                found = self.look()
                self._set_times(scheduler, found)
                self._wake.wait()
        finally:
            scheduler.shutdown(wait=False)

    def stop(self) -> None:
        """End after the run that goes on."""
        self._ended.set()
        self._wake.set()

    def look(self, now: datetime | None = None) -> dict[str, Job]:
        """Run every job that is due now, in the order of their scheduled times; returns all jobs. What fails is noted, and no end."""
        try:
            known, problems = jobs_and_problems(self._office, self._kinds)
            for error in problems.values():
                self._say(error.message)
            waiting = due_jobs(self._graph, known, now or datetime.now(UTC))
        except GraphsvcError as error:
            self._say(f"The jobs can't be looked at: {error.message}")
            return {}
        for fire, job in waiting:
            if self._ended.is_set():
                break
            self._run(job, fire)
        return known

    def _run(self, job: Job, fire: str) -> None:
        settings = self._office.settings
        limits = Limits(settings.job_timeout_s, settings.job_memory_mb)
        told = {"job": job.name, "fire": fire, **job.parameters.model_dump(mode="json")}
        question = Question("jobs.run", "analytics", told, job.inquiry)
        self._say(f"{job.name}: begins, for {fire}.")
        try:
            user = self._office.users.get(job.user)
            answer = self._office.desk.ask(
                self._graph,
                user,
                question,
                lambda r: run_question(
                    r, job, lease_s=settings.job_lease_s, limits=limits, fire=fire, say=lambda text: self._say(f"{job.name}: {text}")
                ),
            )
            self._say(f"{job.name}: {answer.value['id']} is finished, in {answer.value['seconds']} s.")
        except AlreadyRunning:
            self._say(f"{job.name}: another worker has it.")
        except (Denied, Unauthenticated) as error:
            self._say(f"{job.name}: refused: {error.message}")
            self._note(job, fire, error)
        except GraphsvcError as error:
            self._say(f"{job.name}: {error.message}")
        except Exception:
            # A mistake in one job must not end the others'; the run's node and the log have it.
            _logger.exception("The job %s failed.", job.name)

    def _note(self, job: Job, fire: str, error: GraphsvcError) -> None:
        with suppress(AlreadyRunning):  # the run itself was refused, and is noted
            refused(self._graph, job, fire, error)

    def _set_times(self, scheduler: BackgroundScheduler, known: Mapping[str, Job]) -> None:
        there: dict[str, Any] = {one.id: one for one in scheduler.get_jobs() if one.id != "look"}
        for name, job in known.items():
            key = f"{name} {job.cron}"
            if there.pop(key, None) is None and job.cron is not None:
                scheduler.add_job(self._wake.set, trigger(job.cron), id=key, coalesce=True, misfire_grace_time=None)
        for gone in there:
            scheduler.remove_job(gone)


def due_jobs(graph: Graph, known: Mapping[str, Job], now: datetime) -> list[tuple[str, Job]]:
    """Jobs that are due, with the time that is to be run: the last one missed, once, or when somebody asked. Those that run now are not."""
    found = []
    for name, row in standing(graph, known).items():
        job = known[name]
        since = max(filter(None, (row["fired"], row["since"], job.since)), key=_moment)
        missed = due(job.cron, _moment(since), now) if job.cron else None
        fires = [*([_text(missed)] if missed is not None else []), *([row["wanted"]] if row["wanted"] is not None else [])]
        if fires and row["run"] is None:
            found.append((max(fires), job))
    return sorted(found, key=lambda one: (one[0], one[1].name))


def standing(graph: Graph, known: Mapping[str, Job]) -> dict[str, dict[str, Any]]:
    """How each job stands: since when it is known, the last scheduled time that is done with, the run that goes on."""
    rows = graph.run("jobs/leases", jobs=list(known), now=utc_now())
    return {row["job"]: row for row in rows}


def told_standing(job: Job, row: Mapping[str, Any]) -> dict[str, Any]:
    """What `jobs list` says of how a job stands."""
    following = next_after(job.cron, datetime.now(UTC)) if job.cron else None
    return {"running": row["run"], "done_for": row["fired"], "asked_for": row["wanted"], "next": _text(following) if following else None}


def ask_for(office: Office, graph: Graph, kinds: Mapping[str, Kind], user: User, name: str) -> dict[str, Any]:
    """Have a worker run a job of the user's as soon as one is free, with two entries in the log; several asks before that are one run.

    Returns the `job`, `asked_for` (the run's `fire`) and `running` (the run that goes on now, if one does). Raises NotFound.
    """

    def do() -> dict[str, Any]:
        one = job_of_theirs(office, kinds, user, name)
        [row] = graph.run("jobs/want", job=one.name, now=_text(datetime.now(UTC)))
        return {"job": one.name, "asked_for": row["wanted"], "running": row["run"]}

    return office.desk.act(user, "changed", "jobs.ask", {"job": name}, do)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
