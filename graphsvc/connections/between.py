"""What joins a list of entities: a subgraph of few nodes, made of the best paths between each two of them.

May import the graph. Paths are those that `path` answers with, and told alike.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from graphsvc.connections import choices, evidence
from graphsvc.connections.clusters import Clusters, not_in_view
from graphsvc.connections.common import different
from graphsvc.connections.engines import ready
from graphsvc.connections.engines.limits import HUB_LINKS, MOST_HUBS_NAMED
from graphsvc.connections.narrowing import narrowing
from graphsvc.connections.paths import find_paths
from graphsvc.connections.subgraph import Nodes, subgraph
from graphsvc.connections.telling import steady, within
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View

MOST_NODES = 200
MOST_HOPS = 12
MOST_PAIRS = 200  # looked at: all of 20 entities; each takes some 40 ms from memory, evidence included
_EACH = 3  # paths of a pair: the second best may share nodes with others
_CUTS = {
    "nodes": "With more than {nodes} nodes more of the list could be joined.",
    "pairs": "{most_pairs} pairs were looked at, each entity with the next ones in the order of ids; others may be joined, too.",
    "chains": "Of some pairs only the shortest chains of entities, same-as steps counted, were looked at; more may be joined.",
    "hubs": "Things with more than {hub_links:,} neighbours in view were met and not crossed; more may be joined through them.",
    "memory": "A search needed more of the database's memory than one may have, and ended there; more may be joined.",
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
    during: str | None = None,
    on: str | None = None,
    min_evidence: int = 1,
    avoid: Sequence[str] | None = None,
    through_hubs: bool = False,
    hub_links: int = HUB_LINKS,
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
    kinds = choices.link_types(load_ontology(), types)
    narrowed = narrowing(view, given, sources=sources, during=during, on=on, min_evidence=min_evidence, avoid=avoid)
    options: dict[str, Any] = {"max_hops": max_hops, "types": kinds, "identity": identity, **narrowed.told}
    options |= {"through_hubs": through_hubs, "hub_links": hub_links}

    def read(graph: Graph, view: View, inquiry: Inquiry, titles: dict[str, str]) -> dict[str, Any]:
        known = evidence.entities(graph, view, inquiry, given)
        for id in given:
            if id not in known:
                raise not_in_view(id)
        keys, duplicates = different(Clusters(graph, view, inquiry, identity), given)
        listed = sorted(keys.values())
        answers, cut = _between(graph, view, inquiry, listed, most_pairs, timeout_s, **options)
        found = {tuple(path["nodes"]): path for answer in answers for path in answer["paths"]}
        chains: list[Nodes] = sorted(found, key=lambda nodes: (found[nodes]["length"], found[nodes]["crossings"], nodes))
        chosen = subgraph(listed, chains, nodes)
        cut |= {"nodes"} if chosen.small else set()
        paths = [found[chain] for chain in chosen.paths]
        told = {node for path in paths for node in path["nodes"]}
        drawn = [one for path in paths for one in (path, *path["variants"]["paths"])]
        named = {node for path in drawn for node in path["nodes"]}
        used = {record for path in drawn for hop in path["hops"] for record in hop["records"]}
        entities = {id: evidence.entity_answer(known[id], titles) for id in listed}
        entities.update({id: entity for answer in answers for id, entity in answer["entities"].items() if id in named})
        hubs = {hub["id"]: hub for answer in answers for hub in answer["hubs"]}
        met = max([len(hubs), *(answer["hubs_met"] for answer in answers)])
        texts = {"nodes": nodes, "most_pairs": most_pairs, "timeout_s": timeout_s, "hub_links": hub_links}
        nowhere = {"sources": list(view.sources), "narrowed": []}
        return {
            "question": {"entities": given, "nodes": nodes, **options},
            "paths": paths,
            "groups": chosen.groups,
            "left_out": sorted(set(listed) - {id for group in chosen.groups for id in group}),
            "nodes": sorted(told),
            "duplicates": duplicates,
            "entities": entities,
            "records": {id: record for answer in answers for id, record in answer["records"].items() if id in used},
            "hubs": sorted(hubs.values(), key=lambda hub: (-hub["degree"], hub["id"]))[:MOST_HUBS_NAMED],
            "hubs_met": met,
            "engine": "+".join(sorted({answer["engine"] for answer in answers})) or "none",
            "searched": answers[0]["searched"] if answers else {**nowhere, "max_hops": max_hops, "types": kinds},
            "complete": not cut,
            "cut_by": sorted(cut),
            "cut_text": [_CUTS.get(name, _OTHER).format(name=name, **texts) for name in sorted(cut)],
        }

    return steady(graph, view, inquiry, read)


def _between(
    graph: Graph, view: View, inquiry: Inquiry, listed: list[str], most_pairs: int, timeout_s: float, **options: Any
) -> tuple[list[dict[str, Any]], set[str]]:
    """The answers about each pair, and what cut them."""
    n = len(listed)
    # The next ones first, so that each entity gets its share of a budget that does not reach for all pairs.
    pairs = [(listed[i], listed[i + step]) for step in range(1, n) for i in range(n - step)]
    cut = {"pairs"} if len(pairs) > most_pairs else set()
    if graph.topology is not None and graph.topology.state() is not None:
        ready()  # once in an installation, and no part of the time that the answer may take
    deadline = time.monotonic() + timeout_s
    answers = []
    for a, b in pairs[:most_pairs]:
        left = deadline - time.monotonic()
        if left <= 0:
            cut.add("time")
            break
        answers.append(find_paths(graph, view, inquiry, a, b, k=_EACH, timeout_s=left, **options))
        cut |= {*answers[-1]["cut_by"]} - {"k"}
    return answers, cut
