"""What has changed for resolution since an earlier run: what need not be compared again, and what must.

May import the graph. The feed tells every change of a load, a run, a judgement or an undoing; by whatever it can't tell, everything is
compared again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphsvc import __version__
from graphsvc.graph.driver import Graph
from graphsvc.graph.feed import sorted_out
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.engines import Engine
from graphsvc.resolution.model import built_in
from graphsvc.resolution.reference import Reference
from graphsvc.resolution.things import MODEL

_AT_ONCE = 10_000


@dataclass(frozen=True)
class Before:
    """An earlier run, and which entities in view have changed since: themselves, what they are linked to, or what was decided of them."""

    run: str
    touched: frozenset[str]


def conditions(graph: Graph, view: View, inquiry: Inquiry, kinds: Sequence[str], reference: Reference, engine: Engine) -> str:
    """SHA-256 of everything besides the graph that decisions follow from: a run under others is no ground for the next.

    So is one of another engine: should the two differ somewhere, a run would else leave it as the other one had it.
    """
    models = [MODEL if kind == "things" else built_in(kind).name for kind in sorted(kinds)]
    numbering = sorted((row["source"], row["numbered"]) for row in graph.ask(view, inquiry, "resolution/numbering"))
    told = [__version__, models, reference.sha256, numbering, engine.name]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def changed_since(graph: Graph, view: View, inquiry: Inquiry, kinds: Sequence[str], given: str) -> Before | None:
    """What changed since the last finished run of these kinds on this very view under the `given` conditions; None: compare everything."""
    found = graph.ask(view, inquiry, "resolution/run_before", kinds=list(kinds), conditions=given)
    if not found:
        return None
    before = found[0]["run"]
    ids: set[str] = set()
    for batch in graph.stream("resolution/changes_since", after=before["seq"], run=before["id"]):
        if batch["by_hand"]:
            return None
        ids.update(batch["ids"])
    touched = {end for row in graph.ask(view, inquiry, "resolution/judged_since", after=before["seq"]) for end in (row["a"], row["b"])}
    entities, links = sorted_out(ids)
    touched.update(_ends(graph, view, inquiry, "resolution/touched_entities", entities))
    for type, of_type in links.items():
        touched.update(_ends(graph, view, inquiry, "resolution/touched_links", of_type, {"type": type}))
    return Before(before["id"], frozenset(touched))


def _ends(
    graph: Graph, view: View, inquiry: Inquiry, query: str, ids: Sequence[str], fills: dict[str, int | str] | None = None
) -> Iterator[str]:
    for begin in range(0, len(ids), _AT_ONCE):
        for row in graph.ask(view, inquiry, query, fills=fills, ids=ids[begin : begin + _AT_ONCE]):
            yield row["id"]
