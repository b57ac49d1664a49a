"""Why two entities are not stated to be the same: what lacks, and what speaks against it.

May import the graph. The two are compared as they are now, within the view, whether or not a run has ever compared them.
"""

from __future__ import annotations

from typing import Any

from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.explain import explain
from graphsvc.resolution.model import built_in
from graphsvc.resolution.reading import kind_of, read_some
from graphsvc.resolution.reference import Reference
from graphsvc.resolution.resolve import Weighed, weigh
from graphsvc.resolution.things import resolve_things


def reasons_against(
    graph: Graph, view: View, inquiry: Inquiry, entities: dict[str, dict[str, Any]], reference: Reference
) -> tuple[list[str], list[str]]:
    """Why two entities in view (stored properties by id) are not the same by what is told of them now; and what was weighed."""
    kinds = {kind_of(entity["type"]) for entity in entities.values()}
    if len(kinds) > 1:
        types = " and the other a ".join(sorted(entity["type"] for entity in entities.values()))
        return [f"One is a {types}: such are never compared."], []
    [kind] = kinds
    table = read_some(graph, view, inquiry, kind, list(entities)).table
    if table.num_rows < 2:
        return ["One of them tells nothing by which it could be known."], []
    if kind == "things":
        likenesses, _ = resolve_things(table)
        if not likenesses:
            return ["What identifies them differs."], []
        return ([] if likenesses[0].verdict == "same" else ["They are alike but for a slip, which a person must judge."]), []
    weighed = weigh(kind, table, reference=reference)
    return _against(kind, weighed), [*explain(weighed.decision)[:-1], f"together {weighed.decision.bits:+.1f} bits"]


def _against(kind: str, weighed: Weighed) -> list[str]:
    model, bits = built_in(kind), weighed.decision.bits
    found = []
    if weighed.contradiction is not None:
        found.append(f"They contradict each other. {weighed.contradiction.sentence()}")
    if not weighed.corroborated:
        found.append("Nothing but the name agrees, which never makes two the same." if _named(weighed) else "Nothing agrees that tells.")
    if bits < model.same_bits:
        found.append(f"The evidence comes to {bits:+.1f} bits; two are the same from {model.same_bits:+.1f} on.")
    if not weighed.met:
        found.append("They share nothing by which a run would come to compare them.")
    return found


def _named(weighed: Weighed) -> bool:
    return weighed.decision.name_share is not None
