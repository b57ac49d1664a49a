"""How routes describe their answers in the OpenAPI document: an example each, and the problems that can come instead."""

from __future__ import annotations

from typing import Any

from graphsvc.api import examples, problems
from graphsvc.api.models import Problem

PROBLEM: dict[str, Any] = {"content": {problems.MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
_TOLD = {
    400: "A value can't be used",
    401: "No valid key",
    403: "Not permitted, or no open inquiry was named",
    404: "Not in view",
    409: "A name fits several entities (`candidates`), or the state forbids it",
    422: "The request is not as described",
    503: "The database can't be used, or the log can't be written",
    504: "The time limit ended it",
}


def answers(example: Any, *statuses: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: the answer with its example, and the problems of every route besides those named."""
    given = {"description": "The answer", "content": {"application/json": {"example": example}}}
    return {status: given, **{one: {"description": _TOLD[one], **PROBLEM} for one in (401, *statuses, 422, 503)}}


LATER: dict[str, Any] = {
    "description": "Asked with `Prefer: respond-async`: it is worked on. Statements are made at once, whatever is preferred",
    "headers": {"Location": {"description": "Where to ask how it goes", "schema": {"type": "string"}}},
    "content": {"application/json": {"example": examples.LATER}},
}


def tell_later(document: dict[str, Any]) -> None:
    """Add the answer 202 to the routes of an OpenAPI document that take the header `Prefer`."""
    for path, methods in document["paths"].items():
        for route in methods.values():
            if any(one["name"] == "Prefer" for one in route.get("parameters", ())) and not path.startswith("/v1/answers"):
                route["responses"].setdefault("202", LATER)
