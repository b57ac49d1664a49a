"""Building a topology from Neo4j: all entities and links in force, read part by part.

May import the driver. Loads may go on meanwhile: the state is said to be of the batch that was the last when the reading began, and
following the feed from there makes up for what was read too early or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphsvc.errors import Conflict
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.topology import files
from graphsvc.graph.topology.arrays import order
from graphsvc.graph.topology.periods import Periods
from graphsvc.graph.topology.state import GONE, Code, Rule

# Internal numbers read in one query: some 20,000 links on a usual graph, a few MB on the wire.
_PART = 20_000
# Reading at the same time: one part is unpacked here while the server makes the next.
_READERS = 2

Parts = list[npt.NDArray[np.int64]]


def build(graph: Graph, folder: Path) -> None:
    """Read the whole graph and write it as the current snapshot of `folder`. Raises Conflict where it is too large for this form."""
    named = graph.run("topology/name")[0]
    head = graph.run("topology/head", at=named["seq"])[0]
    size = int(graph.run("topology/size")[0]["nodes"])
    nodes = _Nodes()
    _read_parts(graph, "topology/nodes", size, nodes.add)
    number, sorted_order, code = nodes.arrays()
    by_number = np.argsort(number, kind="stable")
    sorted_number, node_at = number[by_number], by_number.astype(np.int32)
    links = _Links(sorted_number, node_at)
    _read_parts(graph, "topology/links", size, links.add, events=load_ontology().events)
    told = {
        "graph": named["graph"],
        "seq": named["seq"],
        "at": head["at"],
        "codes": [list(code) for code in nodes.codes],
        "rules": [[type, list(compartments), records] for type, compartments, records in links.rules],
    }
    small = np.uint32 if size <= np.iinfo(np.uint32).max else np.int64
    files.write(
        folder,
        told,
        {
            "order": sorted_order,
            "code": code,
            "number": number.astype(small),
            "sorted_number": sorted_number.astype(small),
            "node_at": node_at,
            **links.arrays(number.size),
        },
    )


def _read_parts(graph: Graph, query: str, size: int, add: Callable[[Row], None], **parameters: Any) -> None:
    with ThreadPoolExecutor(_READERS, thread_name_prefix="topology") as readers:

        def part(begin: int) -> list[Row]:
            return list(graph.stream(query, begin=begin, end=min(begin + _PART, size), **parameters))

        for rows in readers.map(part, range(0, size, _PART)):
            for row in rows:
                add(row)


class _Nodes:
    """Entities as they are read: numbers, orders, and what they are: compartments and types."""

    def __init__(self) -> None:
        self.codes: list[Code] = [GONE]
        self._codes = {GONE: 0}
        self._number: Parts = []
        self._order: Parts = []
        self._code: list[npt.NDArray[np.uint16]] = []

    def add(self, row: Row) -> None:
        code = (row["compartment"], row["type"] or "") if row["compartment"] else GONE
        if code not in self._codes:
            self._codes[code] = len(self.codes)
            self.codes.append(code)
        self._number.append(np.array(row["nodes"], np.int64))
        self._order.append(np.array([order(id) for id in row["ids"]], np.int64))
        self._code.append(np.full(len(row["nodes"]), self._codes[code], np.uint16))

    def arrays(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
        """Number, order and code of all, sorted by order: so that what a search does hangs on nothing but the ids."""
        number, orders, code = _joined(self._number, np.int64), _joined(self._order, np.int64), _joined(self._code, np.uint16)
        if number.size >= np.iinfo(np.int32).max:
            raise Conflict(f"The topology in memory takes {np.iinfo(np.int32).max:,} entities at most; the graph has {number.size:,}.")
        by_order = np.lexsort((number, orders))
        return number[by_order], orders[by_order], code[by_order]


class _Links:
    """Links as they are read: both ends in our numbers, rule, rel and period."""

    def __init__(self, sorted_number: npt.NDArray[np.int64], node_at: npt.NDArray[np.int32]) -> None:
        self.rules: list[Rule] = []
        self._codes: dict[Rule, int] = {}
        self._sorted_number, self._node_at = sorted_number, node_at
        self._from: list[npt.NDArray[np.int32]] = []
        self._to: list[npt.NDArray[np.int32]] = []
        self._rel: Parts = []
        self._rule: list[npt.NDArray[np.uint16]] = []
        self._when: list[npt.NDArray[np.uint32]] = []
        self._periods = Periods()

    def add(self, row: Row) -> None:
        rule = (row["type"], tuple(row["compartments"]), row["records"])
        if rule not in self._codes:
            self._codes[rule] = len(self.rules)
            self.rules.append(rule)
        begin, begin_there = self._nodes(row["froms"])
        end, end_there = self._nodes(row["tos"])
        # An end that was made since the nodes were read comes with the feed, and its links too.
        there = begin_there & end_there
        self._from.append(begin[there])
        self._to.append(end[there])
        self._rel.append(np.array(row["rels"], np.int64)[there])
        self._when.append(self._periods.numbers(row["since"], row["until"])[there])
        self._rule.append(np.full(int(there.sum()), self._codes[rule], np.uint16))

    def _nodes(self, numbers: list[int]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        asked = np.array(numbers, np.int64)
        at = np.minimum(np.searchsorted(self._sorted_number, asked), max(self._sorted_number.size - 1, 0))
        return self._node_at[at], self._sorted_number[at] == asked

    def arrays(self, nodes: int) -> dict[str, npt.NDArray[Any]]:
        """Every link at both of its ends, sorted by node and neighbour."""
        begin, end, rel = _joined(self._from, np.int32), _joined(self._to, np.int32), _joined(self._rel, np.int64)
        rule, when = _joined(self._rule, np.uint16), _joined(self._when, np.uint32)
        first, last = self._periods.arrays()
        small = np.uint32 if rel.size == 0 or rel.max() <= np.iinfo(np.uint32).max else np.int64
        node, neighbour = np.concatenate([begin, end]), np.concatenate([end, begin])
        sort = np.argsort((node.astype(np.int64) << 32) | neighbour, kind="stable")
        counts = np.bincount(node, minlength=nodes)
        return {
            "offset": np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)]),
            "neighbour": neighbour[sort],
            "rule": np.concatenate([rule, rule])[sort],
            "rel": np.concatenate([rel, rel]).astype(small)[sort],
            "when": np.concatenate([when, when])[sort],
            "begin": first,
            "until": last,
        }


def _joined(parts: list[Any], dtype: Any) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype)
