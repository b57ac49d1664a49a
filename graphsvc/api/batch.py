"""`/v1/paths/batch`: how the two of each pair are connected."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from graphsvc.api import lead_examples as examples
from graphsvc.api.models import PathQuestion
from graphsvc.api.params import Ask
from graphsvc.api.responses import answers
from graphsvc.connections.pairs import Pair, batch_question, within
from graphsvc.connections.questions import path_question
from graphsvc.inquiry.desk import Reading

router = APIRouter(prefix="/v1", tags=["questions"])


class PathQuestions(BaseModel):
    """How are the two of each pair connected?"""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"pairs": [{"from": "register/person/1042", "to": "bank/account/5f3c", "k": 1}]}]},
    )

    pairs: list[PathQuestion] = Field(description="What `POST /v1/paths` takes, once a pair.")


@router.post("/paths/batch", responses=answers(examples.BATCH, 400, 403, 504))
def ask_path_pairs(ask: Ask, asked: PathQuestions) -> Response:
    """How the two of each pair are connected: one answer a pair, or what is wrong with it; each pair is an entry of the log."""
    pairs = within([Pair(line, one.from_, one.to) for line, one in enumerate(asked.pairs, 1)], ask.settings.batch_pairs)

    def one(r: Reading, pair: Pair) -> Any:
        options = asked.pairs[pair.line - 1].model_dump(exclude={"from_", "to"})
        limits: dict[str, Any] = {"timeout_s": ask.settings.query_timeout_s, "hub_links": ask.settings.hub_links}
        return path_question(r, ask.vault, pair.start, pair.end, **limits, **options)

    return ask.answer("path.batch", "paths", {"pairs": len(pairs)}, lambda r: batch_question(r, pairs, one))
