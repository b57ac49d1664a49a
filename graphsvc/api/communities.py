"""`/v1/communities`: what hangs together, why, and what has changed. Results are there for views with every source that their run saw."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from graphsvc.api import community_examples as examples
from graphsvc.api.params import Ask, Id
from graphsvc.api.responses import answers
from graphsvc.communities.questions import diff_question, list_question, show_question
from graphsvc.jobs.kinds import Limits

router = APIRouter(prefix="/v1/communities", tags=["communities"])

Job = Annotated[str | None, Query(max_length=100, description="Of this job; default: of whichever ran last.")]
Run = Annotated[str | None, Query(max_length=100, description="Of this run; default: of the last one that finished.")]
Most = Annotated[int, Query(ge=1, le=500, description="The most to give.")]
After = Annotated[int, Query(ge=0, description="How many to pass over: the `next` of the page before.")]
Entity = Annotated[str | None, Query(max_length=1000, description="Only the one that the entity of this id belongs to.")]
Since = Annotated[str | None, Query(max_length=100, description="Since this run; default: since the one before.")]
Kind = Annotated[list[str] | None, Query(max_length=7, description="Only born, died, grew, shrank, merged, split or moved.")]
Of = Annotated[str | None, Query(max_length=100, description="Only what is of this community.")]


@router.get("", responses=answers(examples.COMMUNITIES, 400, 403, 404, 504))
def list_them(ask: Ask, job: Job = None, run: Run = None, entity: Entity = None, limit: Most = 20, after: After = 0) -> Response:
    """Communities, the largest first."""
    given = {"job": job, "run": run, "entity": entity, "limit": limit, "after": after}
    return ask.answer("communities.list", "analytics", given, lambda r: list_question(r, **given))  # type: ignore[arg-type]


@router.get("/changes", responses=answers(examples.CHANGES, 400, 403, 404, 504))
def diff(
    ask: Ask,
    job: Job = None,
    run: Run = None,
    since: Since = None,
    kind: Kind = None,
    community: Of = None,
    limit: Most = 20,
    after: After = 0,
) -> Response:
    """What has changed from one run to another, with the links, records and decisions without which it would not have."""
    given = {"job": job, "run": run, "since": since, "kinds": kind, "community": community, "limit": limit, "after": after}
    most = Limits(ask.settings.job_timeout_s, ask.settings.job_memory_mb)
    return ask.answer("communities.diff", "analytics", given, lambda r: diff_question(r, **given, limits=most))  # type: ignore[arg-type]


@router.get("/{id:path}", responses=answers(examples.COMMUNITY, 400, 403, 404, 504))
def show(ask: Ask, id: Id, run: Run = None, limit: Most = 20, after: After = 0) -> Response:
    """One community: its members, each with its links inside and the records they rest on."""
    given = {"community": id, "run": run, "limit": limit, "after": after}
    return ask.answer("communities.show", "analytics", given, lambda r: show_question(r, id, run=run, limit=limit, after=after))
