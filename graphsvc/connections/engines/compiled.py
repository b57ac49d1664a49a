"""Compiling the search ahead, for the types that topologies have; what is compiled is kept on disk for other processes.

Imports the kernel.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from graphsvc.connections.engines.kernel import Asked, search
from graphsvc.connections.engines.things import recount, things
from graphsvc.graph.topology.arrays import Arrays, read_only


@cache
def now() -> None:
    """Make one search in a graph of two entities and no link, and what following a load needs; once a process."""

    def of(dtype: Any, size: int = 0) -> Any:
        return read_only(np.zeros(size, dtype))

    empty = Arrays(
        offset=of(np.int64, 3),
        neighbour=of(np.int32),
        rule=of(np.uint16),
        rel=of(np.uint32),
        when=of(np.uint32),
        gone=of(np.bool_),
        order=of(np.int64, 2),
        code=of(np.uint16, 2),
        begin=of(np.int32, 1),
        until=of(np.int32, 1),
        more_at=of(np.int32),
        more_offset=of(np.int64, 1),
        more_neighbour=of(np.int32),
        more_rule=of(np.uint16),
        more_when=of(np.uint32),
    )
    made = things(empty, of(np.uint8), read_only(np.ones(1, np.bool_)))
    few, rules = of(np.bool_), of(np.int32)
    asked = Asked(
        made.label, made.next, made.degree, made.through, of(np.uint8), rules, rules, few, few, rules, of(np.int32, 10),
        0, 1, 0, 0, -1, 1, 1, 1,
    )  # fmt: skip
    search(empty, asked, 0, 1, 1, 1, np.zeros(1, np.uint8))
    recount(empty, of(np.uint8), made.label, made.next, np.zeros(2, np.int32), np.zeros(0, np.int32))
