"""The lease of a job: one run at a time, however many workers there are. It is kept by heartbeats, and lost without them.

May import the graph. It lies in Neo4j, beside what the runs write, so that who can write a result can hold the lease, and nobody else.
"""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from graphsvc.errors import AlreadyRunning, GraphsvcError
from graphsvc.graph.driver import Graph

_logger = logging.getLogger(__name__)

# Of the lease's time: three beats may fail before it is lost.
_BEATS = 4


class Lease:
    """The lease of one run, taken by `take`. `lost`: it is another's now; `cancelled_by`: who asked for the end of the run."""

    def __init__(self, graph: Graph, job: str, run: str, lease_s: float) -> None:
        self._graph, self._job, self._run, self._lease_s = graph, job, run, lease_s
        self._ended = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="lease", daemon=True)
        self.fire: str | None = None
        self.lost = False
        self.cancelled_by: str | None = None

    def take(self, fire: str | None = None) -> Self:
        """Take it, for the scheduled time `fire` if there is one. Raises AlreadyRunning; also where a run of that time has ended."""
        [row] = self._graph.run("jobs/lease_take", job=self._job, run=self._run, ms=self._ms, fire=fire)
        if not row["taken"]:
            raise AlreadyRunning(
                f"The job {self._job} runs already: {row['run']}.", hint=f"`graphsvc jobs show {row['run']}` tells how far it is."
            )
        self.fire = fire
        return self

    def __enter__(self) -> Self:
        self._beating.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._beating.join()
        if kind is None or issubclass(kind, Exception):
            self._graph.run("jobs/lease_end", job=self._job, run=self._run, fire=self.fire)
        else:
            # Interrupted from outside: the scheduled time is not done with, and whoever comes next makes up for it.
            self._graph.run("jobs/lease_end", job=self._job, run=self._run, fire=None)

    @property
    def _ms(self) -> int:
        return round(self._lease_s * 1000)

    def _beat(self) -> None:
        while not self._ended.wait(self._lease_s / _BEATS):
            try:
                [row] = self._graph.run("jobs/lease_beat", job=self._job, run=self._run, ms=self._ms)
            except GraphsvcError as error:
                _logger.warning("The lease of the job %s could not be kept: %s", self._job, error.message)
                continue
            self.lost = self.lost or not row["held"]
            if row["cancelled_by"] is not None and self.cancelled_by is None:
                self.cancelled_by = row["cancelled_by"]
            if self.lost or self.cancelled_by is not None:
                # What the database is doing for this run is not wanted any more.
                self._graph.auto("jobs/terminate", run=self._run)
