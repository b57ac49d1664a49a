"""Ids and the numbers that Neo4j keeps them under, within the view. May import the graph."""

from __future__ import annotations

from collections.abc import Collection

from graphsvc.connections.engines.chain import Search
from graphsvc.errors import NotFound
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View


def look_up(graph: Graph, view: View, inquiry: Inquiry, asked: Search, *, at: int = -1) -> tuple[dict[str, int], Row]:
    """The numbers of both ends, and how far the graph is (`seq`, `graph`, and `at` of the batch given).

    Raises NotFound for an end that is not in view.
    """
    (row,) = graph.ask(view, inquiry, "paths/entities", ids=[asked.start, asked.end], numbers=[], at=at)
    ends = {end["id"]: end["number"] for end in row["entities"]}
    for end in (asked.start, asked.end):
        if end not in ends:
            raise NotFound(f"No entity in view has the id {end!r}.", hint="`graphsvc find` gives the ids of entities by their name.")
    return ends, row


def named(graph: Graph, view: View, inquiry: Inquiry, numbers: Collection[int]) -> dict[int, str] | None:
    """The ids of numbers, or None if one of them is not, or no longer, in view."""
    if not numbers:
        return {}
    (row,) = graph.ask(view, inquiry, "paths/entities", ids=[], numbers=sorted(numbers), at=-1)
    ids = {entity["number"]: entity["id"] for entity in row["entities"]}
    return ids if len(ids) == len(numbers) else None
