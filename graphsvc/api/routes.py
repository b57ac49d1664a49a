"""`/v1`: entities, records, paths. Plain functions: each runs in the server's thread pool and may block."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from graphsvc.api import examples, problems
from graphsvc.api.models import Found, PathQuestion, Problem
from graphsvc.api.params import Ask, Id, Limit, Text, Type
from graphsvc.connections.find import find, resolve
from graphsvc.connections.paths import find_paths
from graphsvc.connections.show import show
from graphsvc.disclosure.record import record

_PROBLEM: dict[str, Any] = {"content": {problems.MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}


def _answers(example: Any, *statuses: int) -> dict[int | str, dict[str, Any]]:
    told = {
        400: "A value can't be used",
        401: "No valid key",
        404: "Not in view",
        409: "A name fits several entities (`candidates`)",
        422: "The request is not as described",
        503: "The database can't be used",
        504: "The time limit ended it",
    }
    given = {"description": "The answer", "content": {"application/json": {"example": example}}}
    return {200: given, **{status: {"description": told[status], **_PROBLEM} for status in (401, *statuses, 422, 503)}}


router = APIRouter(prefix="/v1", tags=["questions"])


@router.get("/entities", responses=_answers({"hits": [examples.HIT], "limit": 20}, 400, 504))
def find_entities(ask: Ask, q: Text, type: Type = None, limit: Limit = 20) -> Found:
    """Find entities by what they are called, typing errors allowed."""
    hits = find(ask.graph, ask.view, ask.inquiry, q, type=type, limit=limit)
    return Found(hits=[hit.as_dict() for hit in hits], limit=limit)


@router.get("/entities/{id:path}", responses=_answers(examples.ENTITY, 404, 504))
def show_entity(ask: Ask, id: Id, limit: Limit = 50) -> dict[str, Any]:
    """What the sources say of one entity."""
    return show(ask.graph, ask.view, ask.inquiry, id, limit=limit)


@router.get("/records/{id:path}", responses=_answers(examples.ROW, 404, 504))
def show_record(ask: Ask, id: Id) -> dict[str, Any]:
    """One row as its source gave it, its hash checked again."""
    return record(ask.graph, ask.view, ask.inquiry, id, ask.vault)


@router.post("/paths", responses=_answers(examples.PATHS, 400, 404, 409, 504))
def ask_paths(ask: Ask, question: PathQuestion) -> dict[str, Any]:
    """How two entities are connected, with the records that each hop rests on. No path is an answer too."""
    ends = [resolve(ask.graph, ask.view, ask.inquiry, end) for end in (question.from_, question.to)]
    return find_paths(
        ask.graph,
        ask.view,
        ask.inquiry,
        *ends,
        max_hops=question.max_hops,
        k=question.k,
        types=question.types,
        sources=question.sources,
        timeout_s=ask.settings.query_timeout_s,
    )
