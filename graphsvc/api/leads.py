"""`/v1`: what surrounds an entity, who owns what, where money went, what several share. The same questions as the commands'.

No route here touches the graph itself: `ask.answer` goes to the desk, which checks the inquiry, computes the view and writes the log.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from graphsvc.api import lead_examples as examples
from graphsvc.api.params import Ask
from graphsvc.api.responses import answers
from graphsvc.connections.leads import Around, Between, Common, Flow, Ownership
from graphsvc.connections.questions import around_question, between_question, common_question, flow_question, owners_question

router = APIRouter(prefix="/v1", tags=["questions"])


@router.post("/around", responses=answers(examples.AROUND, 400, 403, 404, 409, 504))
def ask_around(ask: Ask, asked: Around) -> Response:
    """What surrounds an entity: counts by type and year, and its neighbours page by page."""
    return ask.answer("around", "search", asked.model_dump(), lambda r: around_question(r, ask.vault, asked))


@router.post("/owners", responses=answers(examples.OWNERS, 400, 403, 404, 409, 504))
def ask_owners(ask: Ask, asked: Ownership) -> Response:
    """Who owns an entity in the end: chains of shareholdings, their shares multiplied, as ranges."""
    return ask.answer("owners", "paths", asked.model_dump(), lambda r: owners_question(r, ask.vault, asked, down=False))


@router.post("/owned-by", responses=answers(examples.OWNERS, 400, 403, 404, 409, 504))
def ask_owned_by(ask: Ask, asked: Ownership) -> Response:
    """What an entity owns, through others too."""
    return ask.answer("owned_by", "paths", asked.model_dump(), lambda r: owners_question(r, ask.vault, asked, down=True))


@router.post("/flows", responses=answers(examples.FLOW, 400, 403, 404, 409, 504))
def ask_flow(ask: Ask, asked: Flow) -> Response:
    """Where money went from one to another: chains of transfers in time order, with amounts, and sums by month."""
    return ask.answer("flow", "paths", asked.model_dump(), lambda r: flow_question(r, ask.vault, asked))


@router.post("/common", responses=answers(examples.COMMON, 400, 403, 404, 409, 504))
def ask_common(ask: Ask, asked: Common) -> Response:
    """What entities share: the things that at least two of them are linked to, the most shared first."""
    return ask.answer("common", "paths", asked.model_dump(), lambda r: common_question(r, ask.vault, asked))


@router.post("/between", responses=answers(examples.BETWEEN, 400, 403, 404, 409, 504))
def ask_between(ask: Ask, asked: Between) -> Response:
    """The small subgraph that joins as many of the entities as possible, with the records of every link."""
    limits: dict[str, Any] = {"timeout_s": ask.settings.query_timeout_s, "hub_links": ask.settings.hub_links}
    return ask.answer("between", "paths", asked.model_dump(), lambda r: between_question(r, ask.vault, asked, **limits))
