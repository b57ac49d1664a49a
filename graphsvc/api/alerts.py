"""`/v1/watches`, `/v1/alerts`: what you want to be told of, and what was found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from graphsvc.alerts.acts import Given, add_watch, notices_after, outbox_of, remove_watch, told_watches, watches_of
from graphsvc.alerts.questions import check_question, list_question, mark_question, show_question
from graphsvc.api import alert_examples as examples
from graphsvc.api.params import AppGraph, AppOffice, Ask, KnownUser
from graphsvc.api.responses import answers
from graphsvc.inquiry.account import User
from graphsvc.inquiry.office import Office

router = APIRouter(prefix="/v1", tags=["alerts"])

WatchId = Annotated[str, Path(max_length=100, description="A watch's id.")]
AlertId = Annotated[str, Path(max_length=100, description="An alert's id.")]
LastEvent = Annotated[
    int, Header(alias="Last-Event-ID", ge=0, lt=1 << 63, description="Number of the last alert that the client has seen.")
]

_LOOK_EVERY_S = 1.0
_LOOKS = 600  # after which the stream ends: who comes again shows the key again
_ALIVE_EVERY = 15  # looks without an alert, after which a comment keeps proxies from ending the stream
EVENTS = "text/event-stream"


class Dismissal(BaseModel):
    """Why an alert is put aside."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "another vehicle: the photographs show a lorry"}]})

    reason: str = Field(min_length=1, max_length=1000)


@router.get("/watches", responses=answers([examples.WATCH]))
def list_watches(user: KnownUser, office: AppOffice, over: bool = False) -> list[dict[str, Any]]:
    """Your watches; with `over` also those that have ended."""
    return told_watches(office, user, over=over)


@router.post("/watches", status_code=201, responses=answers(examples.WATCH | {"in_view": True}, 400, 403, status=201))
def add(user: KnownUser, office: AppOffice, graph: AppGraph, given: Given) -> dict[str, Any]:
    """Set a watch for a standing inquiry of yours; `in_view` says whether what it is of is in view now."""
    return add_watch(office, graph, user, given)


@router.delete("/watches/{id}", responses=answers(examples.WATCH, 404))
def remove(user: KnownUser, office: AppOffice, id: WatchId) -> dict[str, Any]:
    """End a watch of yours; its alerts stay."""
    return remove_watch(office, user, id)


@router.post("/watches/{id}/test", responses=answers(examples.TEST, 403, 404))
def check(ask: Ask, office: AppOffice, id: WatchId) -> Response:
    """Whether what a watch is of is in view under the inquiry, and how it is judged."""
    return ask.answer("watch.test", "search", {"watch": id}, lambda r: check_question(r, watches_of(office), id))


@router.get("/alerts", responses=answers(examples.ALERTS, 400, 403))
def list_alerts(
    ask: Ask,
    office: AppOffice,
    state: Annotated[Literal["new", "acknowledged", "dismissed"] | None, Query(description="Only those in this state.")] = None,
    dead: Annotated[bool, Query(description="Only those with a mail or webhook that was given up.")] = False,
    limit: Annotated[int, Query(ge=1, le=500, description="The most to give.")] = 50,
    before: Annotated[int | None, Query(ge=0, description="Where the page before ended: its `next`.")] = None,
) -> Response:
    """Your alerts of the inquiry's case, newest first."""
    given = {"state": state, "dead": dead, "limit": limit, "before": before}
    return ask.answer(
        "alerts.list",
        "search",
        given,
        lambda r: list_question(r, outbox_of(office), state=state, dead=dead, limit=limit, before=before),
    )


@router.get("/alerts/events", response_class=Response, responses=answers(""))
async def events(request: Request, user: KnownUser, office: AppOffice, last: LastEvent = 0) -> Response:
    """That there are alerts, as server-sent events: number, id, kind, case, link. A client that accepts `text/event-stream` is told of new
    ones as they come; any other reads what there is.
    """
    if EVENTS in request.headers.get("accept", ""):
        return StreamingResponse(_stream(request, office, user, last), media_type=EVENTS, headers={"Cache-Control": "no-store"})
    there = await run_in_threadpool(notices_after, office, user, last)
    return Response("".join(map(_event, there)), media_type=EVENTS)


@router.get("/alerts/{id}", responses=answers(examples.ALERT, 403, 404))
def show_alert(ask: Ask, office: AppOffice, id: AlertId) -> Response:
    """One alert with its cause, as it is in view now; or the lead that it tells of."""
    return ask.answer("alerts.show", "search", {"alert": id}, lambda r: show_question(r, office, id))


@router.post("/alerts/{id}/acknowledge", responses=answers(examples.MARKED, 403, 404, 409))
def acknowledge(ask: Ask, office: AppOffice, id: AlertId) -> Response:
    """Note that you have seen to an alert."""
    given = {"alert": id, "reason": None}
    return ask.answer(
        "alerts.acknowledge", "search", given, lambda r: mark_question(r, outbox_of(office), id, "acknowledged", None), decides=True
    )


@router.post("/alerts/{id}/dismiss", responses=answers(examples.MARKED, 400, 403, 404))
def dismiss(ask: Ask, office: AppOffice, id: AlertId, given: Dismissal) -> Response:
    """Put an alert aside, with a reason."""
    return ask.answer(
        "alerts.dismiss",
        "search",
        {"alert": id, "reason": given.reason},
        lambda r: mark_question(r, outbox_of(office), id, "dismissed", given.reason),
        decides=True,
    )


async def _stream(request: Request, office: Office, user: User, last: int) -> AsyncIterator[str]:
    quiet = 0
    yield "retry: 3000\n\n"
    for _ in range(_LOOKS):
        owner = await run_in_threadpool(office.users.get, user.id)
        if not owner.active or await request.is_disconnected():
            return
        there = await run_in_threadpool(notices_after, office, owner, last)
        for one in there:
            last = one["number"]
            yield _event(one)
        quiet = 0 if there else quiet + 1
        if quiet >= _ALIVE_EVERY:
            quiet = 0
            yield ": alive\n\n"
        await asyncio.sleep(_LOOK_EVERY_S)


def _event(one: dict[str, Any]) -> str:
    data = json.dumps({name: value for name, value in one.items() if name != "number"}, sort_keys=True)
    return f"id: {one['number']}\nevent: alert\ndata: {data}\n\n"
