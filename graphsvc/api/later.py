"""`/v1/answers`: answers of questions that take long. With `Prefer: respond-async` a question is answered 202, and worked on meanwhile.

It passes the desk as any other, when it is worked on and when its answer is fetched: who may not see as much any more does not get it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from graphsvc.api import examples, problems
from graphsvc.api.params import AppOffice, Ask, Asking, KnownUser, proof
from graphsvc.api.responses import answers
from graphsvc.connections.evidence import batches
from graphsvc.errors import Conflict
from graphsvc.inquiry.desk import Question, Reading
from graphsvc.inquiry.later import ALIVE_EVERY_S, Later, LaterAnswers, no_such_answer

router = APIRouter(prefix="/v1/answers", tags=["answers fetched later"])

# Two cores hold two searches; more wait for their turn.
_AT_ONCE = 2
AnswerId = Annotated[str, Path(max_length=100, description="The id that the answer 202 gave.")]


class Clerk:
    """Works on questions whose answers are fetched later, until it is closed."""

    def __init__(self, known: LaterAnswers) -> None:
        self.known = known
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="later")
        self._closed = threading.Event()

    def __call__(self, ask: Asking, question: Question, read: Callable[[Reading], Any]) -> Response:
        """Take a question; the answer 202 says where to ask for its own. Raises InquiryMissing, Denied, Conflict."""
        taken = self.known.begin(ask.user, question.inquiry or "", question.name, question.operation, question.also)
        self._pool.submit(self._work, taken.id, ask, question, read)
        where = f"/v1/answers/{taken.id}"
        return JSONResponse(_told(taken), 202, {"Location": where, "Preference-Applied": "respond-async"})

    def close(self) -> None:
        """End what is worked on; those who asked find it interrupted."""
        self._closed.set()
        self._pool.shutdown(cancel_futures=True)

    def _work(self, id: str, ask: Asking, question: Question, read: Callable[[Reading], Any]) -> None:
        seen: list[tuple[str, int]] = []
        said = [0.0]

        def gone() -> bool:
            if time.monotonic() - said[0] > ALIVE_EVERY_S:
                said[0] = time.monotonic()
                return self._closed.is_set() or not self.known.alive(id)
            return self._closed.is_set()

        def noted(r: Reading) -> Any:
            seen.append((r.view.sha256, batches(r.graph, r.view, r.inquiry)))
            return read(r)

        try:
            if gone():
                return
            graph = ask.graph.waited_for(gone, query_timeout_s=ask.settings.query_timeout_s)
            answer = ask.desk.ask(graph, ask.user, question, noted)
        except Exception as error:
            problem, _ = problems.document(f"/v1/answers/{id}", error)
            state = "interrupted" if self._closed.is_set() else "failed"
            self.known.end(id, state, **_seen(seen), problem=json.dumps(problem))
        else:
            body = answer.body.decode()
            self.known.end(id, "finished", entry=answer.entry, sha256=answer.sha256, body=body, **_seen(seen))


def _seen(seen: list[tuple[str, int]]) -> dict[str, Any]:
    return dict(zip(("view_sha256", "batches"), seen[0], strict=True)) if seen else {}


def _clerk(request: Request) -> Clerk:
    return cast("Clerk", request.app.state.later)


def _told(one: Later) -> dict[str, Any]:
    return {**one.told(), "result": f"/v1/answers/{one.id}/result" if one.kept else None}


@router.get("", responses=answers([examples.LATER]))
def list_answers(request: Request, user: KnownUser) -> list[dict[str, Any]]:
    """Your questions whose answers are fetched later, newest first."""
    return [_told(one) for one in _clerk(request).known.list(user)]


@router.get("/{id}", responses=answers(examples.LATER, 404))
def show_answer(request: Request, user: KnownUser, id: AnswerId) -> dict[str, Any]:
    """How far one is."""
    return _told(_clerk(request).known.get(id, user))


@router.get("/{id}/result", responses=answers(examples.PATHS, 403, 404, 409))
def fetch_answer(request: Request, ask: Ask, id: AnswerId) -> Response:
    """The answer itself, or what went wrong, as it would have been given; if you may still see all that it was made of.

    The header `Changed-Since` says whether a source in view has been loaded since.
    """
    one = _clerk(request).known.find(id, ask.user)
    changed: list[bool] = []

    def read(r: Reading) -> Any:
        if one is None or one.inquiry != r.inquiry.id:
            raise no_such_answer()
        if one.state not in ("finished", "failed"):
            raise Conflict(f"The answer {id} is {one.state}.", hint=f"GET /v1/answers/{id} tells how it goes.")
        if not one.kept:
            raise Conflict(f"The answer {id} was deleted.", hint="Ask again.")
        if one.view_sha256 not in (None, r.view.sha256):
            raise Conflict(f"What you may see is not what it was when {id} was asked.", hint="Ask again.")
        changed.append(one.batches is not None and batches(r.graph, r.view, r.inquiry) != one.batches)
        return json.loads(one.body) if one.body is not None else one.problem

    operation, also = (one.operation, one.also) if one is not None else ("search", ())
    answer = ask.desk.ask(ask.graph, ask.user, Question("answer", operation, {"answer": id}, ask.inquiry, ask.reason_code, also), read)
    headers = {**proof(answer.entry, answer.sha256), "Changed-Since": str(changed[0]).lower()}
    if one is None or one.problem is None:
        return Response(answer.body, media_type="application/json", headers=headers)
    return Response(answer.body, one.problem["status"], headers, problems.MEDIA_TYPE)


@router.delete("/{id}", responses=answers(examples.LATER, 404))
def forget_answer(request: Request, user: KnownUser, office: AppOffice, id: AnswerId) -> dict[str, Any]:
    """End the work on one, or delete its answer."""
    known = _clerk(request).known
    return office.desk.act(user, "changed", "answers.forget", {"answer": id}, lambda: _told(known.cancel(id, user)))
