"""`/v1/reconcile/{ticket}`: lists of OpenRefine, by the Reconciliation Service API 0.2.

OpenRefine can send no header, so the URL that it is given carries a ticket, which stands for a user and an inquiry. Its pages ask from
another origin; since a ticket is all that lets in, and nothing that a browser adds by itself, any origin may.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from graphsvc.api import examples
from graphsvc.api.params import AppOffice, Asking, AskWithTicket, proof
from graphsvc.api.responses import answers
from graphsvc.errors import InputError
from graphsvc.screening import reconcile
from graphsvc.screening.preview import entities_question, preview_question

router = APIRouter(prefix="/v1/reconcile/{ticket}", tags=["reconciliation"])

_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
_MOST_BYTES = 10_000_000  # of a batch: 1,000 queries of 10 kB
Prefix = Annotated[str, Query(description="How it begins.", max_length=300)]


async def _form(request: Request) -> str | None:
    """`queries` of a form, as clients send it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise InputError(f"The batch has more than {_MOST_BYTES:,} bytes.", hint="Send fewer queries at once.")
    try:
        return next(iter(parse_qs(bytes(body).decode(), max_num_fields=20).get("queries", [])), None)
    except ValueError as error:
        raise InputError(f"The form can't be read: {error}.") from error


@router.get("", responses=answers(examples.RECONCILED, 400, 403, 504))
def describe(ask: AskWithTicket, request: Request, office: AppOffice, queries: str | None = None) -> Response:
    """What the service can do; with `queries` (JSON), the candidates of each."""
    if queries is None:
        return JSONResponse(reconcile.manifest(str(request.url.replace(query=""))), headers=_ANY_ORIGIN)
    return _reconciled(ask, request, office, queries)


@router.post("", responses=answers(examples.RECONCILED, 400, 403, 504))
def reconcile_batch(ask: AskWithTicket, request: Request, office: AppOffice, queries: Annotated[str | None, Depends(_form)]) -> Response:
    """The candidates of each query of a batch, which is the form's field `queries`."""
    if queries is None:
        raise InputError("The form has no field `queries`.")
    return _reconciled(ask, request, office, queries)


def _reconciled(ask: Asking, request: Request, office: AppOffice, queries: str) -> Response:
    batch = reconcile.batch_of(queries)
    ticket = request.state.ticket
    answer = ask.asked(
        "reconcile",
        "screen",
        {"queries": [{"query": one.text, "kinds": one.kinds, "limit": one.limit, **one.values} for one in batch]},
        lambda r: reconcile.reconcile_question(
            r,
            batch,
            digest=ask.vault.digester(),
            names=ask.settings.names,
            count=lambda rows, most: office.tickets.count(ticket, rows, most),
        ),
    )
    return Response(answer.body, media_type="application/json", headers={**_ANY_ORIGIN, **proof(answer.entry, answer.sha256)})


@router.get("/suggest/type", responses=answers({"result": [{"id": "Person", "name": "person"}]}))
def suggest_types(ask: AskWithTicket, prefix: Prefix = "") -> JSONResponse:
    """The types that a query can ask for."""
    return JSONResponse({"result": reconcile.types(prefix)}, headers=_ANY_ORIGIN)


@router.get("/suggest/property", responses=answers({"result": [{"id": "birth_date", "name": "birth date"}]}))
def suggest_properties(ask: AskWithTicket, prefix: Prefix = "") -> JSONResponse:
    """The properties that a query can have."""
    return JSONResponse({"result": reconcile.properties(prefix)}, headers=_ANY_ORIGIN)


@router.get("/suggest/entity", responses=answers({"result": [{"id": "register/person/1042", "name": "Ada Holm"}]}, 400, 403, 504))
def suggest_entities(ask: AskWithTicket, prefix: Prefix) -> Response:
    """Entities by what they are called, for whoever may search."""
    answer = ask.asked("reconcile.suggest", "search", {"prefix": prefix}, lambda r: entities_question(r, prefix))
    return Response(answer.body, media_type="application/json", headers={**_ANY_ORIGIN, **proof(answer.entry, answer.sha256)})


@router.get("/preview", response_class=Response, responses=answers("", 403, 404))
def preview(ask: AskWithTicket, id: Annotated[str, Query(description="An entity's id.", max_length=1000)]) -> Response:
    """A small page that tells which entity it is, for whoever may search."""
    answer = ask.asked("reconcile.preview", "search", {"id": id}, lambda r: preview_question(r, id))
    headers = {**_ANY_ORIGIN, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    # The entry has the hash of what was told, and among its files this one of the page itself.
    return Response(answer.files["page"], media_type="text/html", headers={**headers, **proof(answer.entry, answer.value["page_sha256"])})
