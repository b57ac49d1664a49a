"""Whether the process lives, and whether it can answer: for service managers, without a key, telling nothing else."""

from __future__ import annotations

from fastapi import APIRouter

from graphsvc.api.params import AppGraph
from graphsvc.errors import DatabaseError, GraphsvcError
from graphsvc.graph.migrations import read_migrations

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "The database does not answer, or its schema is not up to date"}})
def ready(graph: AppGraph) -> dict[str, str]:
    """The database answers and every migration is applied; 503 otherwise."""
    try:
        applied = {row["version"] for row in graph.stream("admin/migrations_applied")}
    except GraphsvcError as error:
        raise DatabaseError("The database is not ready.", hint="The server's log tells more.") from error
    if any(migration.version not in applied for migration in read_migrations()):
        raise DatabaseError("Migrations are waiting to be applied.", hint="Start graphsvc again.")
    return {"status": "ready"}
