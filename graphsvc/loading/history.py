"""Earlier loads: what was loaded, when, and what became of the rows."""

from __future__ import annotations

import json
from typing import Any

import psutil

from graphsvc.errors import NotFound
from graphsvc.graph.driver import Graph


def loads(graph: Graph, *, source: str | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """Loads, newest first, each with its `report` as a mapping and its `state` for people."""
    return [_told(row["l"]) for row in graph.run("loading/loads", source=source, limit=limit)]


def load_by_id(graph: Graph, load_id: str) -> dict[str, Any]:
    """One load; raises NotFound."""
    rows = graph.run("loading/load_by_id", id=load_id)
    if not rows:
        raise NotFound(f"There is no load {load_id!r}.", hint="`graphsvc load list` gives the ids.")
    return _told(rows[0]["l"])


def _told(load: dict[str, Any]) -> dict[str, Any]:
    state = load["status"]
    if state == "running" and not psutil.pid_exists(load["pid"]):
        state = "interrupted (the same command goes on with it)"
    told = {name: value for name, value in load.items() if name not in ("columns", "pid")}
    return {**told, "state": state, "report": json.loads(load["report"])}
