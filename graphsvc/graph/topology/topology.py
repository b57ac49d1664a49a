"""The topology that a process holds: opened from the files, kept up with the graph, built again when it must be.

May import the driver.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphsvc.errors import GraphsvcError
from graphsvc.graph.driver import Graph
from graphsvc.graph.locks import exclusive
from graphsvc.graph.topology import files
from graphsvc.graph.topology.build import build
from graphsvc.graph.topology.follow import follow
from graphsvc.graph.topology.state import State
from graphsvc.graph.types import utc_now

logger = logging.getLogger(__name__)

# Touched since, in ids: a question reads again no more than this, a fraction of a second; the keeper as long as that is faster than
# building.
ASKED_MOST = 10_000
_KEPT_MOST = 150_000
# Links laid over the base: a search takes longer for them, so that beyond this many the base is built again.
_MOST_LAID_OVER = 200_000
_LOOK_EVERY_S = 1.0
_AFTER_FAILURE_S = 30.0
_WAIT_S = 10.0  # for a building to end before the server does


class Topology:
    """The topology in `folder`, for any number of threads; other processes may use and build the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._state: State | None = None
        self._name: str | None = None

    def state(self) -> State | None:
        """The state at hand, of whatever batch; None if there is none. Another process may have built a newer one."""
        with self._lock:
            name = files.current_name(self._folder)
            if self._state is None and name is not None and name != self._name:
                self._state, self._name = files.read(self._folder), name
            return self._state

    def followed(self, graph: Graph, state: State, head: dict[str, Any], *, most: int = ASKED_MOST) -> State | None:
        """The state as of `head` (the row of `topology/head` for the state's seq) or later, or None if it can't be made from `state`.

        A graph that has been put back to an earlier one, or is another one, gets None; so does one that is more than `most` ids ahead.
        """
        if state.graph != head["graph"] or state.at != head["at"] or head["seq"] < state.seq:
            return None
        if head["seq"] == state.seq:
            return state
        with self._lock:
            known = self._state
            if known is not None and known.seq < head["seq"]:
                known = follow(graph, known, most)
                self._state = known or self._state
            return known

    def build(self, graph: Graph) -> State | None:
        """Build it anew and use it; another process that is building it now is waited for, and its work taken."""
        before = files.current_name(self._folder)
        with exclusive(self._folder / "lock"):
            if files.current_name(self._folder) == before or self._fresh(graph) is None:
                build(graph, self._folder)
        with self._lock:
            self._state = None
        return self._fresh(graph)

    def keep_up(self, graph: Graph) -> None:
        """Follow the graph as far as it is now, building anew what can't be followed."""
        state = self._fresh(graph)
        if state is None or len(state.more) > _MOST_LAID_OVER:
            self.build(graph)

    def _fresh(self, graph: Graph) -> State | None:
        state = self.state()
        if state is None:
            return None
        (head,) = graph.stream("topology/head", at=state.seq)
        return self.followed(graph, state, head, most=_KEPT_MOST)


def changed_by_hand(graph: Graph) -> None:
    """Say in the feed that the graph was changed past it, so that no topology from before is used any more."""
    graph.run("topology/by_hand", at=utc_now())


@contextmanager
def kept(topology: Topology, graph: Graph, *, first: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Keep a topology up with its graph in the background, for the block; there, `first` is called before all else."""
    ended = threading.Event()

    def keep() -> None:
        first()
        wait_s = 0.0
        while not ended.wait(wait_s):
            try:
                topology.keep_up(graph)
                wait_s = _LOOK_EVERY_S
            except GraphsvcError as error:
                logger.warning("The topology in memory could not be made: %s Searches go to the database meanwhile.", error.message)
                wait_s = _AFTER_FAILURE_S

    keeper = threading.Thread(target=keep, name="topology", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join(_WAIT_S)
