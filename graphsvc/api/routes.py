"""`/v1`: entities, records, paths. Plain functions: each runs in the server's thread pool and may block.

No route here touches the graph itself: `ask.answer` goes to the desk, which checks the inquiry, computes the view and writes the log.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from graphsvc.api import examples
from graphsvc.api.models import Found, PathQuestion
from graphsvc.api.params import Ask, Id, KnownAt, Limit, Text, Type
from graphsvc.api.responses import answers
from graphsvc.connections.questions import find_question, path_question, show_question
from graphsvc.disclosure.record import record

router = APIRouter(prefix="/v1", tags=["questions"])


@router.get("/entities", response_model=Found, responses=answers({"hits": [examples.HIT], "limit": 20}, 400, 403, 504))
def find_entities(ask: Ask, q: Text, type: Type = None, limit: Limit = 20) -> Response:
    """Find entities by what they are called, typing errors allowed."""
    return ask.answer("find", "search", {"q": q, "type": type, "limit": limit}, lambda r: find_question(r, q, type=type, limit=limit))


@router.get("/entities/{id:path}", responses=answers(examples.ENTITY, 403, 404, 504))
def show_entity(ask: Ask, id: Id, limit: Limit = 50, known_at: KnownAt = None) -> Response:
    """What the sources say of one entity, or said at an earlier time."""
    given = {"id": id, "limit": limit, "known_at": known_at}
    return ask.answer("show", "search", given, lambda r: show_question(r, ask.vault, id, limit=limit, known_at=known_at))


@router.get("/records/{id:path}", responses=answers(examples.ROW, 403, 404, 504))
def show_record(ask: Ask, id: Id) -> Response:
    """One row as its source gave it, its hash checked again."""
    return ask.answer("record", "exact", {"id": id}, lambda r: record(r.graph, r.view, r.inquiry, id, ask.vault))


@router.post("/paths", responses=answers(examples.PATHS, 400, 403, 404, 409, 504))
def ask_paths(ask: Ask, question: PathQuestion) -> Response:
    """How two entities are connected, with the records that each hop rests on. No path is an answer too."""
    return ask.answer(
        "path",
        "paths",
        question.model_dump(by_alias=True),
        lambda r: path_question(
            r,
            ask.vault,
            question.from_,
            question.to,
            timeout_s=ask.settings.query_timeout_s,
            hub_links=ask.settings.hub_links,
            **question.model_dump(exclude={"from_", "to"}),
        ),
    )
