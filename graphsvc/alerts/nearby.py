"""The topology in memory for watched paths: brought up to the graph in a thread of its own. May import connections and the graph.

Without it each path that a batch may have made is a search in the database, seconds long; with it, milliseconds. What takes long (compiling
the search, building the topology of a large graph) must not hold up the judge, who searches in the database meanwhile.
"""

from __future__ import annotations

import logging
import threading

from graphsvc.connections.engines import ready
from graphsvc.errors import GraphsvcError
from graphsvc.graph.driver import Graph

_logger = logging.getLogger(__name__)
_WAIT_S = 3.0  # for following some batches; building takes longer, and is not waited for


class Nearby:
    """Brings the topology of a graph up to date when it is asked to. For one thread."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._going: threading.Thread | None = None
        self._there = False

    def catch_up(self) -> None:
        """Follow the graph as far as it is now; returns when that is done, or soon where there is no topology yet."""
        if self._going is None or not self._going.is_alive():
            self._going = threading.Thread(target=self._keep_up, name="nearby", daemon=True)
            self._going.start()
        if self._there:
            self._going.join(_WAIT_S)

    def _keep_up(self) -> None:
        if self._graph.topology is None:
            return
        try:
            ready()
            self._graph.topology.keep_up(self._graph)
            self._there = True
        except GraphsvcError as error:
            _logger.warning("The topology in memory could not be made: %s Watched paths are looked for in the database.", error.message)
