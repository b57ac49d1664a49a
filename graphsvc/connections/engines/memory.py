"""The memory engine: the k shortest chains from the topology in memory. May import the graph.

The ends come from Neo4j and so do the ids of what was found, both within the view; the search applies the view at every link and node.
"""

from __future__ import annotations

from itertools import pairwise

from graphsvc.connections.engines.chain import Chain, Found, Search
from graphsvc.connections.engines.ends import look_up, named
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View

# Links that one search looks at, of those in view: it takes a second or two then, and what it found by then is rarely worth the wait.
MOST_LINKS = 5_000_000


def search(graph: Graph, view: View, inquiry: Inquiry, asked: Search) -> Found | None:
    """Chains of at most max_hops links by rank. None where there is no topology as of the last load: then ask another engine.

    Raises NotFound for an end that is not in view.
    """
    topology = graph.topology
    state = topology.state() if topology is not None else None
    if topology is None or state is None:
        return None
    ends, head = look_up(graph, view, inquiry, asked, at=state.seq)
    state = topology.followed(graph, state, head)
    start, end = (state.node_of(ends[id]) if state is not None else None for id in (asked.start, asked.end))
    if state is None or start is None or end is None:
        return None
    # Loading the compiler takes longer than most commands need.
    from graphsvc.connections.engines import kernel

    kinds = state.kinds(view.compartments, asked.searched, asked.types, asked.crossing)
    nodes, begins, costs, ended, _ = kernel.search(
        state.arrays, kinds, state.permitted(asked.searched), start, end, asked.max_hops, asked.k, MOST_LINKS
    )
    paths = [[state.number_of(int(node)) for node in nodes[begin:until]] for begin, until in pairwise(begins)]
    ids = named(graph, view, inquiry, {number for path in paths for number in path})
    if ids is None:
        return None  # a load has taken away what was there a moment ago
    chains = [Chain(tuple(ids[number] for number in path), int(cost) % kernel.LINK) for path, cost in zip(paths, costs, strict=True)]
    cut = {kernel.COMPLETE: "", kernel.MORE: "k", kernel.BUDGET: "links"}[int(ended)]
    return Found(sorted(chains, key=lambda chain: chain.rank), {cut} - {""}, "memory")
