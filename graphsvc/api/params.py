"""What requests share: the caller's key, the graph, the view and inquiry, and the parameters that several routes take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Path, Query, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from graphsvc.api.keys import key_fits
from graphsvc.errors import Unauthenticated
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.owner import owner_inquiry
from graphsvc.policy.vault import Vault
from graphsvc.policy.view import owner_view
from graphsvc.settings import Settings

_bearer = HTTPBearer(auto_error=False, description="The API key, as `Authorization: Bearer <key>`.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The API key.")


@dataclass(frozen=True, slots=True)
class Asking:
    """Everything that answering a request needs."""

    graph: Graph
    view: View
    inquiry: Inquiry
    settings: Settings
    vault: Vault


def settings_of(request: Request) -> Settings:
    return cast("Settings", request.app.state.settings)


def graph_of(request: Request) -> Graph:
    return cast("Graph", request.app.state.graph)


def _authenticated(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> None:
    given = bearer.credentials if bearer else header
    if not given:
        raise Unauthenticated("The request has no API key.", hint="Send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`.")
    if not key_fits(settings_of(request).home, given):
        raise Unauthenticated("The API key is not known.", hint="`graphsvc serve --new-key` makes a new one, in place of the old.")


def _asking(request: Request, _: Annotated[None, Depends(_authenticated)]) -> Asking:
    graph, settings = graph_of(request), settings_of(request)
    return Asking(graph, owner_view(graph), owner_inquiry(settings), settings, cast("Vault", request.app.state.vault))


Ask = Annotated[Asking, Depends(_asking)]
AppGraph = Annotated[Graph, Depends(graph_of)]
Id = Annotated[str, Path(description="The full id, percent-encoded as a whole.")]
Text = Annotated[str, Query(description="A name, an address, a number, or a part of one.", max_length=300)]
Type = Annotated[str | None, Query(description="Only entities of this type, e.g. `Person`.")]
Limit = Annotated[int, Query(ge=1, le=200, description="The most entities, or links of one type, to give.")]
