"""A list of entities as people give it: ids and names, some of them wrong. What is wrong is told, and not lost.

May import the graph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphsvc.connections.find import resolve
from graphsvc.errors import Ambiguous, InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View

MOST_LISTED = 200  # looked up; a longer list is told apart before anything is


def listed(graph: Graph, view: View, inquiry: Inquiry, texts: Sequence[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """The ids that the texts of a list stand for, each once and in order; and the texts that stand for none, or for several.

    Raises InputError where fewer than two are left, with what is wrong with the others, or the list is longer than 200.
    """
    if len(texts) > MOST_LISTED:
        raise InputError(f"The list has {len(texts):,} entries; it can have {MOST_LISTED}.")
    ids: list[str] = []
    problems: list[dict[str, Any]] = []
    for text in dict.fromkeys(texts):
        try:
            ids.append(resolve(graph, view, inquiry, text))
        except (InputError, NotFound, Ambiguous) as error:
            problems.append({"text": text, "problem": error.message, "hint": error.hint, **error.details})
    twice = [text for text, times in Counter(texts).items() if times > 1]
    problems += [{"text": text, "problem": "It is in the list more than once, and counts once.", "hint": None} for text in twice]
    ids = list(dict.fromkeys(ids))
    if len(ids) < 2:
        told = f" {problems[0]['problem']}" if problems else ""
        raise InputError(
            f"{'One entity is' if ids else 'No entity is'} left of the list; the question needs two.{told}",
            hint="Give ids or names of different entities; `graphsvc find` looks for them.",
            problems=problems,
        )
    return ids, problems
