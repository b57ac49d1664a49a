"""How two entities are connected: paths whose every hop shows the records that it rests on.

May import the graph. The search gives chains of entities; what each hop says, and on which records, is read afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from graphsvc.connections import choices, evidence
from graphsvc.connections.engines import Chain, Found, Search, search
from graphsvc.connections.engines.memory import MOST_LINKS
from graphsvc.connections.explain import MOST_ALSO, Hops, same_records
from graphsvc.connections.find import source_titles
from graphsvc.errors import Conflict, InputError, IntegrityError
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View

MOST_HOPS = 12
MOST_PATHS = 100
# Identity levels, and the statements that paths cross at each.
CROSSING = {"none": [], "certain": ["SAME_AS"], "possible": ["SAME_AS", "POSSIBLY_SAME"]}
_ATTEMPTS = 3  # a load may commit between the search and the reading of its evidence; then both are done again
_CUTS = {
    "k": "The answer was cut at {k}: there are more paths, or may be.",
    "hops": "What was found is longer than {max_hops} links; a path with fewer links and more same-as crossings may have been missed.",
    "links": "The search has looked at {most_links:,} links in view and ended there; there may be other paths.",
    "time": "The time limit ended the search after {timeout_s:g} s; there may be other paths, shorter ones too.",
}


def find_paths(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    a: str,
    b: str,
    *,
    max_hops: int = 6,
    k: int = 5,
    types: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    identity: str = "certain",
    timeout_s: float = 30.0,
) -> dict[str, Any]:
    """The k paths with the fewest links between the entities with the ids a and b, as a JSON-ready answer (docs/asking.md).

    Same-as crossings are not counted as links. `types` are link types, `sources` those that links and inner nodes may come from;
    the ends may lie outside `sources`. `identity`: which statements of who is who are crossed (`none`, `certain`, `possible`). No path
    is an answer too; one cut short says by what in `cut_by` and `cut_text`.
    Raises InputError for wrong bounds and names, NotFound for an end that is not in view, IntegrityError for a hop that can't
    show a record.
    """
    asked = _question(view, a, b, max_hops, k, types, sources, identity)
    for _ in range(_ATTEMPTS):
        titles, seq = source_titles(graph, view, inquiry)
        found = search(graph, view, inquiry, asked, timeout_s)
        try:
            answer = _told(graph, view, inquiry, asked, found, titles)
        except IntegrityError:
            if source_titles(graph, view, inquiry)[1] == seq:
                raise
            continue
        if source_titles(graph, view, inquiry)[1] == seq:
            order = sorted(answer["cut_by"])
            texts = [_CUTS[cut].format(k=k, max_hops=max_hops, timeout_s=timeout_s, most_links=MOST_LINKS) for cut in order]
            question = {
                "from": a,
                "to": b,
                "max_hops": max_hops,
                "k": k,
                "types": asked.types,
                "sources": choices.sources(view, sources),
                "identity": identity,
            }
            return {"question": question, **answer, "cut_by": order, "cut_text": texts, "engine": found.engine, "seq": seq}
    raise Conflict("A load is changing the graph faster than the question can be answered.", hint="Ask again when it has ended.")


def _question(
    view: View, a: str, b: str, max_hops: int, k: int, types: Sequence[str] | None, sources: Sequence[str] | None, identity: str
) -> Search:
    if a == b:
        raise InputError("Both ends are the same entity.", hint="Give two different ones.")
    if not 1 <= max_hops <= MOST_HOPS:
        raise InputError(f"max_hops is {max_hops}; it can be 1 to {MOST_HOPS}.")
    if not 1 <= k <= MOST_PATHS:
        raise InputError(f"k is {k}; it can be 1 to {MOST_PATHS}.")
    if identity not in CROSSING:
        raise InputError(f"There is no identity level {identity!r}.", hint=f"There are: {', '.join(CROSSING)}.")
    searched = list(view.narrowed(choices.sources(view, sources)).compartments)
    return Search(a, b, max_hops, k, choices.link_types(load_ontology(), types), searched, CROSSING[identity])


def _told(graph: Graph, view: View, inquiry: Inquiry, asked: Search, found: Found, titles: dict[str, str]) -> dict[str, Any]:
    shown: list[Chain] = found.chains[: asked.k]
    pairs = sorted({pair for chain in shown for pair in pairwise(chain.nodes)})
    rows = graph.ask(view, inquiry, "paths/hops", pairs=[list(p) for p in pairs], most=MOST_ALSO, **asked.parameters) if pairs else []
    nodes = evidence.entities(graph, view, inquiry, {node for chain in shown for node in chain.nodes} | {asked.start, asked.end})
    ids = {record for row in rows if row["first"] for record in row["first"]["link"].get("records") or []}
    ids |= {record for row in rows if row["same"] for end in (row["x"], row["y"]) for record in same_records(nodes.get(end, {}))}
    records = evidence.records(graph, view, inquiry, ids, titles)
    hops = Hops(rows, nodes, records)
    paths = [hops.path(chain) for chain in shown]
    used = {record for path in paths for hop in path["hops"] for record in hop["records"]}
    cut = found.cut | ({"k"} if len(found.chains) > asked.k else set())
    return {
        "entities": {id: evidence.entity_answer(entity, titles) for id, entity in sorted(nodes.items())},
        "records": {id: record for id, record in sorted(records.items()) if id in used},
        "paths": paths,
        "complete": not cut,
        "cut_by": cut,
        "searched": {
            "sources": list(view.narrowed(asked.searched).sources),
            "max_hops": asked.max_hops,
            "max_steps": asked.max_steps,
            "types": asked.types,
        },
    }
