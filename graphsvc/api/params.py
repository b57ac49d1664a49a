"""What requests share: who asks, under which inquiry, the graph, and the parameters that several routes take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Path, Query, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from graphsvc.errors import Unauthenticated
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Operation
from graphsvc.inquiry.account import User
from graphsvc.inquiry.desk import Answer, Desk, Question, Reading
from graphsvc.inquiry.office import Office
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings

_bearer = HTTPBearer(auto_error=False, description="An API key or an OIDC access token, as `Authorization: Bearer <key>`.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The API key.")

_LOOK_S = 1.0  # that the loop may take to say whether a client went away
Later = Callable[["Asking", Question, Callable[[Reading], Any]], Response]


@dataclass(frozen=True, slots=True)
class Asking:
    """Everything that answering a request about case data needs; `answer` is the only way to an answer.

    `gone` says whether the client has left, for work that takes long; `later` takes a question whose answer is fetched later, if the client
    prefers that.
    """

    graph: Graph
    user: User
    desk: Desk
    settings: Settings
    vault: Vault
    inquiry: str | None
    reason_code: str | None
    gone: Callable[[], bool] | None = None
    later: Later | None = None

    def answer(
        self,
        name: str,
        operation: Operation,
        parameters: Mapping[str, Any],
        read: Callable[[Reading], Any],
        *,
        also: tuple[Operation, ...] = (),
        decides: bool = False,
        role: str | None = None,
    ) -> Response:
        """Ask the desk, and send exactly the bytes whose hash the log has."""
        question = Question(name, operation, parameters, self.inquiry, self.reason_code, also, decides=decides, role=role)
        if self.later is not None and not decides:
            return self.later(self, question, read)
        return sent(self._asked(question, read))

    def asked(
        self,
        name: str,
        operation: Operation,
        parameters: Mapping[str, Any],
        read: Callable[[Reading], Any],
        *,
        also: tuple[Operation, ...] = (),
        decides: bool = False,
        role: str | None = None,
    ) -> Answer:
        """The desk's answer, for routes that send a file of it."""
        return self._asked(Question(name, operation, parameters, self.inquiry, self.reason_code, also, decides=decides, role=role), read)

    def _asked(self, question: Question, read: Callable[[Reading], Any]) -> Answer:
        graph = self.graph.waited_for(self.gone) if self.gone is not None else self.graph
        return self.desk.ask(graph, self.user, question, read)


def sent(answer: Answer) -> Response:
    """An answer as JSON, with its entry in the log and its hash beside it."""
    return Response(answer.body, media_type="application/json", headers=proof(answer.entry, answer.sha256))


def proof(entry: int, sha256: str) -> dict[str, str]:
    """Headers by which whoever holds an answer can later ask for its proof."""
    return {"Audit-Entry": str(entry), "Answer-SHA256": sha256}


# What does not block is a coroutine: of a plain function FastAPI makes work for a thread, and waiting for one takes as long as a look-up.


def settings_of(request: Request) -> Settings:
    return cast("Settings", request.app.state.settings)


async def graph_of(request: Request) -> Graph:
    return cast("Graph", request.app.state.graph)


async def office_of(request: Request) -> Office:
    return cast("Office", request.app.state.office)


def _user(
    request: Request,
    office: AppOffice,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> User:
    given = bearer.credentials if bearer else header
    if not given:
        raise Unauthenticated("The request has no API key.", hint="Send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`.")
    user = office.authenticate(given)
    request.state.user = user
    return user


async def _asking(
    request: Request,
    office: AppOffice,
    user: KnownUser,
    inquiry: Annotated[str | None, Header(alias="Inquiry", description="The open inquiry that this belongs to.", max_length=100)] = None,
    reason_code: Annotated[
        str | None, Header(alias="Reason-Code", description="For sources that ask for a reason code per query.", max_length=100)
    ] = None,
    prefer: Annotated[
        str | None,
        Header(
            alias="Prefer",
            description="`respond-async`: answer 202 at once, and keep the answer for its inquiry (RFC 7240).",
            max_length=1000,
        ),
    ] = None,
) -> Asking:
    vault, settings = cast("Vault", request.app.state.vault), settings_of(request)
    asking = Asking(request.app.state.graph, user, office.desk, settings, vault, inquiry, reason_code, _gone(request))
    if not any(one.partition(";")[0].strip().lower() == "respond-async" for one in (prefer or "").split(",")):
        return asking
    longer = settings.model_copy(update={"query_timeout_s": settings.later_timeout_s})
    return replace(asking, settings=longer, later=cast("Later", request.app.state.later))


def _gone(request: Request) -> Callable[[], bool]:
    """Whether the client went away, asked from another thread than that of the requests."""
    loop = asyncio.get_running_loop()

    def gone() -> bool:
        if loop.is_closed():
            return True
        try:
            return asyncio.run_coroutine_threadsafe(request.is_disconnected(), loop).result(_LOOK_S)
        except TimeoutError:  # the loop is busy: the next look asks again
            return False

    return gone


def _with_ticket(request: Request, office: AppOffice, ticket: Annotated[str, Path(description="The ticket of an inquiry.")]) -> Asking:
    known = office.ticket(ticket)
    request.state.user, request.state.ticket = known.user, known
    vault = cast("Vault", request.app.state.vault)
    return Asking(request.app.state.graph, known.user, office.desk, settings_of(request), vault, known.inquiry, None)


AppOffice = Annotated[Office, Depends(office_of)]
KnownUser = Annotated[User, Depends(_user)]
Ask = Annotated[Asking, Depends(_asking)]
AskWithTicket = Annotated[Asking, Depends(_with_ticket)]
AppGraph = Annotated[Graph, Depends(graph_of)]
Id = Annotated[str, Path(description="The full id, percent-encoded as a whole.")]
Text = Annotated[str, Query(description="A name, an address, a number, or a part of one.", max_length=300)]
Type = Annotated[str | None, Query(description="Only entities of this type, e.g. `Person`.")]
KnownAt = Annotated[
    str | None,
    Query(max_length=40, description="As the graph was known at the end of this day, month or year (UTC), or at this time."),
]
Limit = Annotated[int, Query(ge=1, le=200, description="The most entities, or links of one type, to give.")]
