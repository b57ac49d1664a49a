"""The owner's view: until policies say more, whoever holds the installation sees every source in its graph.

May import the graph.
"""

from __future__ import annotations

from graphsvc.graph.driver import Graph
from graphsvc.graph.view import View


def owner_view(graph: Graph) -> View:
    """All sources that are in the graph now."""
    return View(tuple(row["id"] for row in graph.stream("read/sources")))
