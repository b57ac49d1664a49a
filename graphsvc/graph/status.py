"""What the database is doing, for `graphsvc db status`: the managed server's process and files, or the user's own server.

May import settings, errors, and the graph's parts beside it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from graphsvc.errors import DatabaseError, GraphsvcError
from graphsvc.graph import server_config
from graphsvc.graph.driver import Graph
from graphsvc.graph.open import connect
from graphsvc.graph.server import ManagedServer
from graphsvc.settings import Settings


@dataclass(frozen=True, slots=True)
class Status:
    """One look at the database. Sizes are bytes; None where it can't be known (not running, or not ours)."""

    managed: bool
    running: bool
    answers: bool
    uri: str | None
    neo4j: str | None
    gds: str | None
    problem: str | None = None
    schema_version: int | None = None
    nodes: int | None = None
    links: int | None = None
    pid: int | None = None
    memory_bytes: int | None = None
    heap_bytes: int | None = None
    page_cache_bytes: int | None = None
    folder: str | None = None
    data_bytes: int | None = None


def status(settings: Settings) -> Status:
    """Looks without changing anything: nothing is started, no migration applied."""
    if settings.neo4j_uri is not None:
        told: dict[str, Any] = _ask(settings)
        up = told.get("problem") is None
        return Status(managed=False, running=up, answers=up, uri=settings.neo4j_uri, **told)
    server = ManagedServer(settings)
    folder = server.files.folder
    running = server.running()
    size = server_config.memory(settings, psutil.virtual_memory().total)
    shared: dict[str, Any] = {"folder": str(folder), "data_bytes": disk_bytes(folder) if folder.is_dir() else None}
    if running is None:
        return Status(managed=True, running=False, answers=False, uri=None, neo4j=None, gds=None, **shared)
    told = _ask(settings) if server.answers() else {"neo4j": running.neo4j, "gds": running.gds}
    try:
        memory = psutil.Process(running.pid).memory_info().rss
    except psutil.NoSuchProcess:
        memory = None
    return Status(
        managed=True,
        running=True,
        answers=told.get("nodes") is not None,
        uri=running.uri,
        pid=running.pid,
        memory_bytes=memory,
        heap_bytes=size.heap_mb << 20,
        page_cache_bytes=size.page_cache_mb << 20,
        **told,
        **shared,
    )


def disk_bytes(folder: Path) -> int:
    """Bytes that the files under `folder` take on disk (allocated, not apparent: Neo4j's logs are allocated ahead)."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(base, name)).st_blocks * 512
            except OSError:
                continue  # Neo4j removes files while we look
    return total


def _ask(settings: Settings) -> dict[str, Any]:
    """What the server itself tells; `problem` when it does not."""
    try:
        with connect(settings) as graph:
            told: dict[str, Any] = {"neo4j": graph.run("admin/components")[0]["neo4j"], "gds": _gds(graph)}
            told |= graph.run("admin/counts")[0]
            told["schema_version"] = max((row["version"] for row in graph.run("admin/migrations_applied")), default=0)
            return told
    except GraphsvcError as error:
        return {"neo4j": None, "gds": None, "problem": error.message}


def _gds(graph: Graph) -> str | None:
    try:
        return str(graph.run("admin/gds_version")[0]["gds"])
    except DatabaseError:
        return None  # a server of the user's own may lack it
