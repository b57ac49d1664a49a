"""Ids and the numbers that Neo4j keeps them under, within the view. May import the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphsvc.connections.engines.chain import Search
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View


@dataclass(frozen=True, slots=True)
class Ends:
    """Numbers and stored properties of the entities that a question names, how far the graph is (`head`: seq, graph, at), titles of the
    sources in view, and how many batches have changed these.
    """

    numbers: dict[str, int]
    entities: dict[str, dict[str, Any]]
    head: dict[str, Any]
    titles: dict[str, str]
    batches: int


def contradiction(id: str, *, of_end: bool) -> InputError:
    """What is to be avoided, and is the same as an end of the question, or as what paths are to go by."""
    what = "an end of the question" if of_end else "what paths are to go by"
    return InputError(f"{id} is to be avoided, and is stated to be the same as {what}.", hint="Leave out one of the two.")


def look_up(graph: Graph, view: View, inquiry: Inquiry, asked: Search, *, at: int = -1) -> Ends:
    """What a search needs to know first, in one query; `at` is the batch of a topology. Raises NotFound for an id that is not in view."""
    ids = [
        asked.start,
        asked.end,
        *asked.avoid,
        *([asked.via] if asked.via is not None else []),
        *(id for way in asked.ways or () for id in way),
    ]
    (row,) = graph.ask(view, inquiry, "paths/entities", ids=sorted(set(ids)), at=at)
    numbers = {end["id"]: end["number"] for end in row["entities"]}
    for id in ids:
        if id not in numbers:
            raise NotFound(f"No entity in view has the id {id!r}.", hint="`graphsvc find` gives the ids of entities by their name.")
    entities = {end["id"]: end["entity"] for end in row["entities"]}
    return Ends(numbers, entities, row, {source["id"]: source["title"] for source in row["titles"]}, int(row["batches"]))
