"""Every error as an RFC 9457 problem document: one function makes them, whatever raised the error, and sees to it that it is in the log."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from graphsvc.errors import GraphsvcError

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger("graphsvc.api")
_TICKET = re.compile(r"(/v1/reconcile/)[^/]+")


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    for kind in (GraphsvcError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> JSONResponse:
    """The one handler. An error nobody foresaw goes to the server's log with its traceback and is told without it."""
    if request.url.path.startswith("/v1/"):
        try:
            await run_in_threadpool(_note, request, error)
        except GraphsvcError as unavailable:
            error = unavailable
    return _document(request, error)


def _note(request: Request, error: Exception) -> None:
    """Log what was refused before the desk saw it: no valid key, a request that is not as described, no such route."""
    office = getattr(request.app.state, "office", None)
    if office is not None:
        # The path as asked is personal data (it may hold a name): it is kept with the parameters.
        parameters = {"method": request.method, "path": _path(request), "query": request.url.query}
        office.desk.refused(error, operation="http", parameters=parameters, user=getattr(request.state, "user", None))


def _path(request: Request) -> str:
    """The path as it may be told and logged: a ticket in it is a secret."""
    return _TICKET.sub(r"\1TICKET", request.url.path)


def _document(request: Request, error: Exception) -> JSONResponse:
    body, headers = document(_path(request), error)
    return JSONResponse(body, status_code=body["status"], media_type=MEDIA_TYPE, headers=headers)


def document(path: str, error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    """The problem document of an error, and the headers that go with it."""
    headers: dict[str, str] = {}
    if isinstance(error, GraphsvcError):
        status, title, detail, extra = error.status, error.title, error.message, {**error.details}
        if error.hint:
            extra["hint"] = error.hint
        if status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, RequestValidationError):
        status, title = 422, "The request is not as described"
        problems = [{"where": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        detail, extra = "; ".join(f"{p['where']}: {p['problem']}" for p in problems), {"problems": problems}
    elif isinstance(error, HTTPException):
        status, title, detail, extra = error.status_code, HTTPStatus(error.status_code).phrase, str(error.detail), {}
        headers.update(error.headers or {})
    else:
        _log.error("Unforeseen error at %s", path, exc_info=error)
        status, title, detail, extra = 500, "graphsvc failed", "An error that nobody foresaw; the server's log tells more.", {}
    body: dict[str, Any] = {**jsonable_encoder(extra), "type": "about:blank", "title": title, "status": status, "detail": detail}
    return {**body, "instance": path}, headers
