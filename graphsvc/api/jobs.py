"""`/v1/jobs`: what runs by itself, when, for which standing inquiry, and how it went. Runs themselves are the worker's."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from graphsvc.api import community_examples as examples
from graphsvc.api.params import AppGraph, AppOffice, Ask, KnownUser
from graphsvc.api.responses import answers
from graphsvc.communities.kinds import KINDS
from graphsvc.jobs.definitions import Given, put_job, remove_job, told_jobs
from graphsvc.jobs.runs import cancel_question, history_question, show_question
from graphsvc.jobs.worker import ask_for

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Name = Annotated[str, Path(max_length=100, description="The job's name.")]
RunId = Annotated[str, Path(max_length=100, description="A run's id.")]
Runs = Annotated[int, Query(ge=1, le=200, description="The most runs to give.")]


@router.get("", responses=answers([examples.JOB]))
def list_jobs(user: KnownUser, office: AppOffice) -> list[dict[str, Any]]:
    """Your jobs; operators and auditors see all."""
    return told_jobs(office, KINDS, user)


@router.put("/{name}", responses=answers(examples.JOB, 400, 403))
def put(user: KnownUser, office: AppOffice, name: Name, given: Given) -> dict[str, Any]:
    """Set a job, or set it anew, for a standing inquiry of yours. A worker runs it at its times."""
    return put_job(office, KINDS, user, name, given)


@router.delete("/{name}", responses=answers(examples.JOB, 404))
def remove(user: KnownUser, office: AppOffice, name: Name) -> dict[str, Any]:
    """Take away a job of yours; its runs and their results stay."""
    return remove_job(office, KINDS, user, name)


@router.post("/{name}/runs", status_code=202, responses=answers(examples.ASKED, 404, status=202))
def run(user: KnownUser, office: AppOffice, graph: AppGraph, name: Name) -> dict[str, Any]:
    """Have a worker run a job of yours as soon as one is free, at its times or besides; `runs` tells when it has begun and how it went."""
    return ask_for(office, graph, KINDS, user, name)


@router.get("/{name}/runs", responses=answers(examples.RUNS, 400, 403, 504))
def history(ask: Ask, name: Name, limit: Runs = 20) -> Response:
    """Runs of a job, newest first: those on sources that you may all analyse."""
    return ask.answer("jobs.history", "analytics", {"job": name, "limit": limit}, lambda r: history_question(r, name, limit=limit))


@router.get("/runs/{id}", responses=answers(examples.RUN, 403, 404, 504))
def show(ask: Ask, id: RunId) -> Response:
    """One run: how far it is, or how it ended."""
    return ask.answer("jobs.show", "analytics", {"run": id}, lambda r: show_question(r, id))


@router.post("/runs/{id}/cancel", responses=answers(examples.RUN, 403, 404, 409))
def cancel(ask: Ask, id: RunId) -> Response:
    """End a run of yours that goes on, or as an operator any; the result before it stays in place."""
    anybodys = "operator" in ask.user.roles
    return ask.answer("jobs.cancel", "analytics", {"run": id}, lambda r: cancel_question(r, id, anybodys=anybodys), decides=True)
