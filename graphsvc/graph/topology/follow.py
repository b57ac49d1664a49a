"""Following the feed: what batches touched since is read again, and laid over the arrays.

May import the driver. Whatever can't be followed (too much at once, something deleted) is answered by None: then it is built again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from graphsvc.graph.driver import Graph
from graphsvc.graph.feed import SAME, sorted_out
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.topology.arrays import order, read_only
from graphsvc.graph.topology.periods import Periods
from graphsvc.graph.topology.state import GONE, Later, State

_AT_ONCE = 10_000


def follow(graph: Graph, state: State, most: int) -> State | None:
    """The state after the last batch, or None if it can't be made from this one, or more than `most` ids were touched since."""
    (touched,) = graph.stream("topology/touched", after=state.seq)
    if touched["by_hand"] or touched["ids"] > most:
        return None
    batches = list(graph.stream("topology/batches", after=state.seq))
    if not batches:
        return None
    ids = {id for batch in batches for id in batch["ids"]}
    entities, links = sorted_out(ids)
    change, events = _Change(state), load_ontology().events
    try:
        for some in _parts(entities):
            [row] = graph.stream("topology/nodes_now", ids=some)
            change.nodes(row["found"], len(some))
        for type, of_type in links.items():
            for some in _parts(of_type):
                [row] = graph.stream("topology/links_now", fills={"type": type}, ids=some, events=events)
                change.links(type, row["found"], len(some))
    except _Lost:
        return None
    return replace(change.state(), seq=batches[-1]["seq"], at=batches[-1]["at"])


def _parts(ids: list[str]) -> Iterator[list[str]]:
    return (ids[begin : begin + _AT_ONCE] for begin in range(0, len(ids), _AT_ONCE))


class _Lost(Exception):
    """Something that a batch touched is not there any more, or hangs on something unknown."""


class _Change:
    """A state in the making."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._codes = {code: at for at, code in enumerate(state.codes)}
        self._rules = {rule: at for at, rule in enumerate(state.rules)}
        self._code: dict[int, int] = {}
        self._later = dict(state.later)
        self._new_order: list[int] = []
        self._more = dict(state.more)
        self._touched: set[int] = set()
        self._same_changed = False
        self._periods = Periods(state.arrays.begin, state.arrays.until)

    def nodes(self, found: list[list[Any]], asked: int) -> None:
        if len(found) != asked:
            raise _Lost
        for id, number, compartment, type in found:
            node = self._node(number)
            if node is None:
                node = self._state.nodes + len(self._new_order)
                self._later[number] = node
                self._new_order.append(order(id))
            self._code[node] = _number(self._codes, (compartment, type or "") if compartment else GONE)

    def links(self, type: str, found: list[list[Any]], asked: int) -> None:
        if len(found) != asked:
            raise _Lost
        self._same_changed = self._same_changed or type in SAME.values()
        for start, target, rel, compartments, records, since, until in found:
            begin, end = self._node(start), self._node(target)
            if begin is None or end is None:
                raise _Lost
            self._touched.update((begin, end))
            if compartments is None:
                self._more[rel] = None
            else:
                rule = _number(self._rules, (type, tuple(compartments), records))
                self._more[rel] = (begin, end, rule, self._periods.number(since, until))

    def _node(self, number: int) -> int | None:
        return self._later[number] if number in self._later else self._state.node_of(number)

    def state(self) -> State:
        before = self._state.arrays
        orders = np.concatenate([before.order, np.array(self._new_order, np.int64)]) if self._new_order else before.order
        code = before.code
        if self._code:
            code = np.concatenate([before.code, np.zeros(len(self._new_order), np.uint16)])
            code[np.fromiter(self._code.keys(), np.int64)] = np.fromiter(self._code.values(), np.uint16)
        first, last = self._periods.arrays()
        own = {"order": orders, "code": code, "begin": first, "until": last}
        arrays = before._replace(**{name: read_only(one) for name, one in own.items()}, **_laid_over(self._more, before.rel, orders.size))
        return replace(
            self._state,
            arrays=arrays,
            codes=tuple(self._codes),
            rules=tuple(self._rules),
            later=self._later,
            more=self._more,
            touched=np.union1d(self._state.touched, np.fromiter(self._touched, np.int64, len(self._touched))),
            same_changes=self._state.same_changes + self._same_changed,
        )


def _number(table: dict[Any, int], value: Any) -> int:
    return table.setdefault(value, len(table))


def _laid_over(more: dict[int, Later | None], rel: npt.NDArray[Any], nodes: int) -> dict[str, npt.NDArray[Any]]:
    """Which links of the base to pass over, and the neighbours that came instead or besides."""
    last = int(rel.max()) if rel.size else -1
    gone = np.zeros(last + 1, np.bool_)
    touched = np.fromiter(more.keys(), np.int64, len(more))
    gone[touched[touched <= last]] = True
    there = np.array([link for link in more.values() if link is not None], np.int64).reshape(-1, 4)
    node, neighbour = np.concatenate([there[:, 0], there[:, 1]]), np.concatenate([there[:, 1], there[:, 0]])
    sort = np.lexsort((neighbour, node))
    rows, counts = np.unique(node, return_counts=True)
    more_at = np.full(nodes, -1, np.int32)
    more_at[rows] = np.arange(rows.size, dtype=np.int32)
    return {
        "gone": read_only(gone),
        "more_at": read_only(more_at),
        "more_offset": read_only(np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])),
        "more_neighbour": read_only(neighbour[sort].astype(np.int32)),
        "more_rule": read_only(np.concatenate([there[:, 2], there[:, 2]])[sort].astype(np.uint16)),
        "more_when": read_only(np.concatenate([there[:, 3], there[:, 3]])[sort].astype(np.uint32)),
    }
