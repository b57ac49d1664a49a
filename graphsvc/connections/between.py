"""What joins a list of entities: a subgraph of few nodes, made of the best paths between each two of them.

May import the graph. Paths come from the engines that answer `path`, within the same view.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from graphsvc.connections import choices, evidence
from graphsvc.connections.clusters import Clusters, crossing, not_in_view
from graphsvc.connections.common import different
from graphsvc.connections.engines import Search, search
from graphsvc.connections.hops import JoinedPaths
from graphsvc.connections.subgraph import Nodes, subgraph
from graphsvc.connections.telling import steady, within
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View

MOST_NODES = 200
MOST_HOPS = 12
MOST_PAIRS = 400  # looked at: all of 28 entities; each takes some 20 ms from memory
_EACH = 3  # paths of a pair: the second best may share nodes with others
_CUTS = {
    "nodes": "With more than {nodes} nodes more of the list could be joined.",
    "pairs": "{most_pairs} pairs were looked at, each entity with the next ones in the order of ids; others may be joined, too.",
    "hops": "Some of what was found is longer than {max_hops} links; paths with fewer links and more crossings may have been missed.",
    "time": "The time limit ended the search after {timeout_s:g} s; more may be joined.",
}
_OTHER = "The search of at least one pair was cut ({name}); more may be joined."


def between(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    ids: Sequence[str],
    *,
    identity: str = "certain",
    nodes: int = 30,
    max_hops: int = 6,
    types: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    timeout_s: float = 30.0,
    most_pairs: int = MOST_PAIRS,
) -> dict[str, Any]:
    """`paths` that join as many of the entities as possible with at most `nodes` entities, the `groups` that hang together by them, and
    those `left_out`.

    Raises NotFound for an id that is not in view, InputError for fewer than 2 or more than 50 different ones and wrong bounds and names.
    """
    within("nodes", nodes, 2, MOST_NODES)
    within("max_hops", max_hops, 1, MOST_HOPS)
    given = list(dict.fromkeys(ids))
    narrowed: dict[str, Any] = {
        "types": choices.link_types(load_ontology(), types),
        "searched": list(view.narrowed(choices.sources(view, sources)).compartments),
        "crossing": crossing(identity),
    }

    def read(graph: Graph, view: View, inquiry: Inquiry, titles: dict[str, str]) -> dict[str, Any]:
        known = evidence.entities(graph, view, inquiry, given)
        for id in given:
            if id not in known:
                raise not_in_view(id)
        keys, duplicates = different(Clusters(graph, view, inquiry, identity), given)
        listed = sorted(keys.values())
        chains, cut, engines = _chains(graph, view, inquiry, listed, max_hops, narrowed, timeout_s, most_pairs)
        chosen = subgraph(listed, chains, nodes)
        cut |= {"nodes"} if chosen.small else set()
        joined = JoinedPaths(graph, view, inquiry, titles, chosen.paths, listed, **narrowed)
        paths = [joined.path(chain) for chain in chosen.paths]
        texts = {"nodes": nodes, "most_pairs": most_pairs, "max_hops": max_hops, "timeout_s": timeout_s}
        return {
            "question": {
                "entities": given, "identity": identity, "nodes": nodes, "max_hops": max_hops, "types": narrowed["types"],
                "sources": choices.sources(view, sources),
            },
            "paths": paths,
            "groups": chosen.groups,
            "left_out": sorted(set(listed) - {id for group in chosen.groups for id in group}),
            "nodes": sorted({node for chain in chosen.paths for node in chain}),
            "duplicates": duplicates,
            "entities": joined.teller.entities,
            "records": joined.teller.records,
            "engine": "+".join(sorted(engines)) or "none",
            "searched": {
                "sources": list(view.narrowed(narrowed["searched"]).sources), "max_hops": max_hops, "types": narrowed["types"],
            },
            "complete": not cut,
            "cut_by": sorted(cut),
            "cut_text": [_CUTS.get(name, _OTHER).format(name=name, **texts) for name in sorted(cut)],
        }  # fmt: skip

    return steady(graph, view, inquiry, read)


def _chains(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    listed: list[str],
    max_hops: int,
    narrowed: dict[str, Any],
    timeout_s: float,
    most_pairs: int,
) -> tuple[list[Nodes], set[str], set[str]]:
    """The best paths of each pair, short ones first; what cut them; which engines searched."""
    n = len(listed)
    # The next ones first, so that each entity gets its share of a budget that does not reach for all pairs.
    pairs = [(listed[i], listed[i + step]) for step in range(1, n) for i in range(n - step)]
    cut = {"pairs"} if len(pairs) > most_pairs else set()
    deadline = time.monotonic() + timeout_s
    engines: set[str] = set()
    found: dict[Nodes, int] = {}
    for a, b in pairs[:most_pairs]:
        left = deadline - time.monotonic()
        if left <= 0:
            cut.add("time")
            break
        answer = search(graph, view, inquiry, Search(start=a, end=b, max_hops=max_hops, k=_EACH, **narrowed), left)
        engines.add(answer.engine)
        cut |= answer.cut - {"k"}
        found.update({tuple(chain.nodes): chain.crossings for chain in answer.chains[:_EACH]})
    return sorted(found, key=lambda nodes: (len(nodes) - found[nodes], found[nodes], nodes)), cut, engines
