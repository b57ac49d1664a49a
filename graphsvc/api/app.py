"""The application: routes, key, problems, and a lifespan that opens and closes the graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from graphsvc import __version__
from graphsvc.api import (
    alerts,
    batch,
    communities,
    health,
    identity,
    inquiries,
    jobs,
    later,
    leads,
    problems,
    published,
    reconcile,
    routes,
    screening,
    sightings,
    trends,
)
from graphsvc.api.later import Clerk
from graphsvc.api.responses import tell_later
from graphsvc.connections.engines import ready
from graphsvc.graph.driver import Graph
from graphsvc.graph.open import open_graph
from graphsvc.graph.topology.topology import kept
from graphsvc.inquiry.later import LaterAnswers
from graphsvc.inquiry.office import open_office
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings

_ABOUT = """How are these people and organisations connected, and how do you know?

Every answer is within the view of whoever asks; a path shows the records that each hop rests on. Errors are RFC 9457 problem
documents. Ids travel in paths percent-encoded as a whole (`/` as `%2F`, `%` as `%25`)."""


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        tell_later(document)
        return document


def create_app(settings: Settings, graph: Graph | None = None) -> FastAPI:
    """The API over the graph and the office of `settings`, opened when the server starts and closed when it ends.

    A `graph` given is used instead and left open.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stack = ExitStack()
        try:
            app.state.office = await run_in_threadpool(stack.enter_context, open_office(settings, serving=True))
            app.state.later = Clerk(LaterAnswers(app.state.office.engine, app.state.office.inquiries))
            stack.callback(app.state.later.close)
            app.state.graph = graph if graph is not None else await run_in_threadpool(open_graph, settings)
            if graph is None:
                stack.callback(app.state.graph.close)
                if settings.keep_topology:
                    stack.enter_context(kept(app.state.graph.topology, app.state.graph, first=ready))
            yield
        finally:
            await run_in_threadpool(stack.close)

    app = _App(title="graphsvc", version=__version__, description=_ABOUT, lifespan=lifespan)
    app.state.settings = settings
    app.state.vault = Vault(settings.home / "keys")
    problems.install(app)
    app.include_router(health.router)
    app.include_router(routes.router)
    app.include_router(leads.router)
    app.include_router(batch.router)
    app.include_router(later.router)
    app.include_router(inquiries.router)
    app.include_router(sightings.router)
    app.include_router(identity.router)
    app.include_router(communities.router)
    app.include_router(trends.router)
    app.include_router(jobs.router)
    app.include_router(alerts.router)
    app.include_router(published.router)
    app.include_router(screening.router)
    app.include_router(reconcile.router)
    return app
