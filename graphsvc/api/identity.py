"""`/v1/identity`: who is who. Why two are the same, what may be, and what stewards decide."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from graphsvc.api import examples
from graphsvc.api.models import Judging, Reason
from graphsvc.api.params import Ask, Id, proof
from graphsvc.api.responses import answers
from graphsvc.resolution import questions

router = APIRouter(prefix="/v1/identity", tags=["who is who"])

Entity = Annotated[str, Query(description="An entity's id.", max_length=1000)]
_SVG: dict[str, Any] = {"description": "The chart", "content": {"image/svg+xml": {"example": ""}}}
Pairs = Annotated[int, Query(ge=1, le=1000, description="The most pairs to give.")]
Runs = Annotated[int, Query(ge=1, le=100, description="The most runs to give.")]


@router.get("/decisions", responses=answers(examples.WHY, 400, 403, 404, 504))
def why(ask: Ask, a: Entity, b: Entity) -> Response:
    """What is decided of two entities, and why: each decision with its evidence in bits, and what people have judged."""
    return ask.answer("why", "search", {"a": a, "b": b}, lambda r: questions.why_question(r, a, b))


@router.get("/decisions/chart", response_class=Response, responses={**answers("", 400, 403, 404, 504), 200: _SVG})
def chart(ask: Ask, a: Entity, b: Entity) -> Response:
    """How the evidence of the decision on two entities adds up, drawn: a waterfall from the odds of two at random."""
    answer = ask.asked("why.chart", "search", {"a": a, "b": b}, lambda r: questions.chart_question(r, a, b), also=("export",))
    # The entry has the hash of what was told, and among its files this one of the chart itself.
    return Response(answer.files["svg"], media_type="image/svg+xml", headers=proof(answer.entry, answer.value["svg_sha256"]))


@router.get("/differences", responses=answers(examples.WHY_NOT, 400, 403, 404, 504))
def why_not(ask: Ask, a: Entity, b: Entity) -> Response:
    """Why two entities are not stated to be the same: what lacks, what speaks against it, and how they compare now."""
    names = ask.settings.names
    return ask.answer("why_not", "search", {"a": a, "b": b}, lambda r: questions.why_not_question(r, a, b, names=names))


@router.get("/clusters/{id:path}", responses=answers(examples.HOW, 400, 403, 404, 504))
def how(ask: Ask, id: Id) -> Response:
    """Everybody that an entity is the same as, the decisions by which they hang together, and what in it contradicts what."""
    return ask.answer("how", "search", {"entity": id}, lambda r: questions.how_question(r, id))


@router.get("/candidates", responses=answers(examples.CANDIDATES, 400, 403, 504))
def candidates(ask: Ask, limit: Pairs = 20) -> Response:
    """Pairs that are possibly the same and that nobody has judged, the likeliest first. For stewards."""
    return ask.answer(
        "resolve.review", "resolve", {"limit": limit}, lambda r: questions.candidates_question(r, limit=limit), role="steward"
    )


@router.post("/judgements", responses=answers(examples.JUDGEMENT, 400, 403, 404))
def judge(ask: Ask, given: Judging) -> Response:
    """Judge that two entities are the same, or never are; no run changes that. For stewards."""
    name = "resolve.accept" if given.verdict == "same" else "resolve.reject"
    return ask.answer(
        name,
        "resolve",
        {"a": given.a, "b": given.b, "reason": given.reason},
        lambda r: questions.judge_question(r, given.a, given.b, given.verdict, given.reason),
        decides=True,
        role="steward",
    )


@router.post("/judgements/{id:path}/end", responses=answers(examples.JUDGEMENT, 400, 403, 404, 409))
def take_back(ask: Ask, id: Id, given: Reason) -> Response:
    """Take back a judgement, whoever made it: what it had ended holds again, until the next run decides. For stewards."""
    return ask.answer(
        "resolve.take_back",
        "resolve",
        {"judgement": id, "reason": given.reason},
        lambda r: questions.take_back_question(r, id, given.reason),
        decides=True,
        role="steward",
    )


@router.get("/runs", responses=answers(examples.RUNS, 400, 403, 504))
def runs(ask: Ask, limit: Runs = 20) -> Response:
    """Runs of resolution, newest first: those on sources that you may all resolve."""
    return ask.answer("resolve.list", "resolve", {"limit": limit}, lambda r: questions.runs_question(r, limit=limit))


@router.post("/runs/{id:path}/undo", responses=answers(examples.UNDONE, 400, 403, 404, 409))
def undo(ask: Ask, id: Id, given: Reason) -> Response:
    """Take back a whole run: its decisions end, and those that it ended hold again. For stewards."""
    return ask.answer(
        "resolve.undo",
        "resolve",
        {"run": id, "reason": given.reason},
        lambda r: questions.undo_question(r, id, given.reason),
        decides=True,
        role="steward",
    )
