"""Sightings by their ids, for alerts of them. May import the look-up, whose answers they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.sightings.exact import require_exact, sighting_types
from graphsvc.sightings.look_up import told


def these(graph: Graph, view: View, inquiry: Inquiry, ids: Sequence[str], *, today: date) -> list[dict[str, Any]]:
    """The sightings in view and within retention of these ids, newest first, as a look-up gives them."""
    require_exact(view)
    of: dict[str, list[str]] = {}
    for id in ids:
        of.setdefault(id.split("/")[1] if id.count("/") == 2 else "", []).append(id)
    rows = [
        row
        for type in sighting_types(load_ontology())
        if type in of
        for row in graph.ask(view, inquiry, "sightings/these", fills={"type": type}, ids=of[type], today=today.isoformat())
    ]
    rows.sort(key=lambda row: row["link"]["id"])
    rows.sort(key=lambda row: str(row["link"].get("at") or ""), reverse=True)
    return told(graph, view, inquiry, rows)
