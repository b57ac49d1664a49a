"""The engines that search for leads, behind one interface: in memory where there is a topology, else in Neo4j.

Both search within the same view and rank alike. May import the graph.
"""

from __future__ import annotations

import time

from graphsvc.connections.engines import cypher, memory
from graphsvc.connections.engines.chain import Chain, Found, Search, Thing
from graphsvc.connections.engines.ends import Ends, look_up
from graphsvc.connections.joined import Joined
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View

_LEAST_S = 0.001  # a search of any size takes this long

__all__ = ["Chain", "Ends", "Found", "Search", "Thing", "search"]


def ready() -> None:
    """Compile the search in memory, which takes seconds the first time after an installation, so that no question has to wait for it."""
    from graphsvc.connections.engines import compiled

    compiled.now()


def search(graph: Graph, view: View, inquiry: Inquiry, asked: Search, joined: Joined, timeout_s: float) -> tuple[Found, Ends]:
    """Leads of at most max_hops links by rank, by the memory engine if it knows the graph as it is, else by the Cypher engine.

    Raises NotFound for an entity of the question that is not in view, Cancelled where nobody waits any more.
    """
    began = time.monotonic()
    topology = graph.topology if asked.ways is None and timeout_s >= _LEAST_S else None
    state = topology.state() if topology is not None else None
    ends = look_up(graph, view, inquiry, asked, at=state.seq if state is not None else -1)
    found = memory.search(graph, view, asked, ends, state, timeout_s) if state is not None else None
    if found is None:
        found = cypher.search(graph, view, inquiry, asked, ends, joined, timeout_s - (time.monotonic() - began))
    return found, ends
