"""The engines that search for chains of entities, behind one interface: in memory where there is a topology, else in Neo4j.

Both search within the same view and rank alike. May import the graph.
"""

from __future__ import annotations

import time

from graphsvc.connections.engines import cypher, memory
from graphsvc.connections.engines.chain import Chain, Found, Search
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View

_LEAST_S = 0.001  # a search of any size takes this long

__all__ = ["Chain", "Found", "Search", "search"]


def ready() -> None:
    """Compile the search in memory, which takes seconds the first time after an installation, so that no question has to wait for it."""
    from graphsvc.connections.engines import kernel

    kernel.compile_now()


def search(graph: Graph, view: View, inquiry: Inquiry, asked: Search, timeout_s: float) -> Found:
    """Chains of at most max_hops links by rank, by the memory engine if it knows the graph as it is, else by the Cypher engine.

    Raises NotFound for an end that is not in view.
    """
    began = time.monotonic()
    found = memory.search(graph, view, inquiry, asked) if timeout_s >= _LEAST_S else None
    return found if found is not None else cypher.search(graph, view, inquiry, asked, timeout_s - (time.monotonic() - began))
