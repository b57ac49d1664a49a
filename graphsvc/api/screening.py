"""`/v1/match`: who on a list is in the graph."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from graphsvc.api import examples
from graphsvc.api.models import Screening
from graphsvc.api.params import Ask
from graphsvc.api.responses import answers
from graphsvc.screening.lists import list_of_rows
from graphsvc.screening.questions import match_question, parameters
from graphsvc.screening.rows import Manner

router = APIRouter(prefix="/v1", tags=["lists"])


@router.post("/match", responses=answers(examples.MATCHES, 400, 403, 504))
def match(ask: Ask, asked: Screening) -> Response:
    """Say of each row of a list who in the graph it may speak of, with the evidence; never by name alone. Nothing is written there."""
    given = list_of_rows(asked.rows, asked.type, columns=asked.columns)
    how = Manner(asked.country, asked.dates, asked.jurisdiction)
    names = ask.settings.names
    return ask.answer(
        "match",
        "screen",
        parameters(given, asked.limit),
        lambda r: match_question(r, given, limit=asked.limit, digest=ask.vault.digester(), how=how, names=names),
    )
