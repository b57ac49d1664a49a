"""Things: what same-as statements join within a view, how many others each is linked with, and what crossing it costs.

Imports numpy, numba and the topology's state. Computed once for a state and a view, and kept for the questions that follow.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from graphsvc.connections import worth
from graphsvc.connections.engines.kernel import IS_LINK, IS_SAME
from graphsvc.graph.topology.arrays import Arrays, read_only
from graphsvc.graph.topology.state import State

# Views kept: those of the people who ask at the same time, 12 bytes an entity each.
_KEPT = 8
_compiled: Any = numba.njit(cache=True, nogil=True)

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Things:
    """`label` of each node: the thing that it is of, which is its node of least order, or -1 out of view; `next`, the next node of the same
    thing, in a ring; `degree` of each thing (by its label): how many other things links in view join it to.
    """

    label: Numbers
    next: Numbers
    degree: Numbers

    @cached_property
    def through(self) -> Numbers:
        """What crossing each costs, in units."""
        return read_only(_crossing(self.degree))

    @cached_property
    def nothing(self) -> Numbers:
        """The same where crossing costs nothing."""
        return read_only(np.zeros(self.label.size, np.int32))

    def members(self, thing: int) -> list[int]:
        """The nodes of a thing, the thing's own number first."""
        nodes = [thing]
        while (node := int(self.next[nodes[-1]])) != thing:
            nodes.append(node)
        return nodes


def _crossing(degree: Numbers) -> Numbers:
    bits: Numbers = np.rint(worth.UNIT * np.log2(np.maximum(degree, 1))).astype(np.int32)
    return bits


@_compiled
def _root(up, node):  # type: ignore[no-untyped-def]
    while up[node] != node:
        up[node] = up[up[node]]
        node = up[node]
    return node


@_compiled
def _join(up, order, a, b):  # type: ignore[no-untyped-def]
    a, b = _root(up, a), _root(up, b)
    if a != b:
        if order[a] < order[b]:
            up[b] = a
        else:
            up[a] = b


@_compiled
def _joined(t, kind, permitted):  # type: ignore[no-untyped-def]
    """Labels and rings of all nodes in view."""
    n = t.order.size
    up = np.arange(n).astype(np.int32)
    some_gone = t.gone.size > 0
    for node in range(n):
        if not permitted[t.code[node]]:
            continue
        if node < t.offset.size - 1:
            for at in range(t.offset[node], t.offset[node + 1]):
                other = t.neighbour[at]
                if kind[t.rule[at]] == IS_SAME and other > node and permitted[t.code[other]] and not (some_gone and t.gone[t.rel[at]]):
                    _join(up, t.order, node, other)
        row = t.more_at[node] if t.more_at.size else -1
        if row >= 0:
            for at in range(t.more_offset[row], t.more_offset[row + 1]):
                if kind[t.more_rule[at]] == IS_SAME and permitted[t.code[t.more_neighbour[at]]]:
                    _join(up, t.order, node, t.more_neighbour[at])
    ring = np.arange(n).astype(np.int32)
    for node in range(n):
        if not permitted[t.code[node]]:
            up[node] = -1
        else:
            root = _root(up, node)
            up[node] = root
            if root != node:
                ring[node], ring[root] = ring[root], node
    return up, ring


@_compiled
def _count(t, kind, label, thing, ring, seen):  # type: ignore[no-untyped-def]
    """How many other things links in view join a thing to."""
    count = 0
    node = thing
    some_gone = t.gone.size > 0
    while True:
        if node < t.offset.size - 1:
            for at in range(t.offset[node], t.offset[node + 1]):
                if kind[t.rule[at]] == IS_LINK and not (some_gone and t.gone[t.rel[at]]):
                    other = label[t.neighbour[at]]
                    if other >= 0 and other != thing and seen[other] != thing:
                        seen[other] = thing
                        count += 1
        row = t.more_at[node] if t.more_at.size else -1
        if row >= 0:
            for at in range(t.more_offset[row], t.more_offset[row + 1]):
                if kind[t.more_rule[at]] == IS_LINK:
                    other = label[t.more_neighbour[at]]
                    if other >= 0 and other != thing and seen[other] != thing:
                        seen[other] = thing
                        count += 1
        node = ring[node]
        if node == thing:
            return count


@_compiled
def _degrees(t, kind, label, ring):  # type: ignore[no-untyped-def]
    seen = np.full(label.size, -1, np.int32)
    degree = np.zeros(label.size, np.int32)
    for thing in range(label.size):
        if label[thing] == thing:
            degree[thing] = _count(t, kind, label, thing, ring, seen)
    return degree


def things(t: Arrays, kind: npt.NDArray[np.uint8], permitted: npt.NDArray[np.bool_]) -> Things:
    """What `kind` of the rules and `permitted` of the codes make of a topology."""
    label, ring = _joined(t, kind, permitted)
    return Things(read_only(label), read_only(ring), read_only(_degrees(t, kind, label, ring)))


@_compiled
def recount(t, kind, label, ring, degree, wanted):  # type: ignore[no-untyped-def]
    """Put the degrees of these things right."""
    seen = np.full(label.size, -1, np.int32)
    for thing in wanted:
        degree[thing] = _count(t, kind, label, thing, ring, seen)


def followed(known: Things, before: State, state: State, kind: npt.NDArray[np.uint8], permitted: npt.NDArray[np.bool_]) -> Things | None:
    """What `things` gives of a state, from what it gave of one before it that has the same base; None where that has to be done anew:
    what is the same has changed, or which of the entities before are in view.
    """
    in_view = permitted[state.arrays.code]
    if before.same_changes != state.same_changes or not np.array_equal(in_view[: before.nodes], known.label >= 0):
        return None
    new = np.arange(before.nodes, state.nodes, dtype=np.int32)
    label = np.concatenate([known.label, np.where(in_view[before.nodes :], new, np.int32(-1))])
    ring = np.concatenate([known.next, new])
    degree = np.concatenate([known.degree, np.zeros(new.size, np.int32)])
    touched = label[state.touched]
    touched = np.unique(touched[touched >= 0])
    recount(state.arrays, kind, read_only(label), read_only(ring), degree, touched)
    made = Things(read_only(label), read_only(ring), read_only(degree))
    if "through" in known.__dict__:
        through = np.concatenate([known.through, np.zeros(new.size, np.int32)])
        through[touched] = _crossing(degree[touched])
        made.__dict__["through"] = read_only(through)
    return made


def with_ends(t: Arrays, known: Things, kind: npt.NDArray[np.uint8], ends: tuple[int, int]) -> Things:
    """The same with both ends in it, which may lie outside of what is searched: each joined to what is the same as it in there."""
    if all(known.label[end] >= 0 for end in ends):
        return known
    label, ring = known.label.copy(), known.next.copy()
    outside = [end for end in ends if label[end] < 0]
    for end in outside:
        label[end] = end
    for end in outside:
        for other in _same_as(t, kind, end):
            if label[other] >= 0 and label[other] != label[end]:
                _merge(t, label, ring, end, other)
    # They count for nobody's degree; their own says nothing, since ends are not crossed.
    changed = replace(known, label=read_only(label), next=read_only(ring))
    changed.__dict__["through"] = known.through
    return changed


def _same_as(t: Arrays, kind: npt.NDArray[np.uint8], node: int) -> list[int]:
    found = []
    if node < t.offset.size - 1:
        part = slice(int(t.offset[node]), int(t.offset[node + 1]))
        there = kind[t.rule[part]] == IS_SAME
        if t.gone.size:
            there &= ~t.gone[t.rel[part]]
        found += t.neighbour[part][there].tolist()
    if t.more_at.size and (row := int(t.more_at[node])) >= 0:
        part = slice(int(t.more_offset[row]), int(t.more_offset[row + 1]))
        found += t.more_neighbour[part][kind[t.more_rule[part]] == IS_SAME].tolist()
    return found


def _merge(t: Arrays, label: Numbers, ring: Numbers, a: int, b: int) -> None:
    """Make one thing of the two that a and b are of: their rings become one, and all get the label of least order."""
    ring[a], ring[b] = ring[b], ring[a]
    members = [a]
    while (node := int(ring[members[-1]])) != a:
        members.append(node)
    label[members] = min(members, key=lambda node: int(t.order[node]))


class Kept:
    """The things of views asked lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[int, bytes, bytes], tuple[State, Things]] = OrderedDict()

    def of(self, state: State, kind: npt.NDArray[np.uint8], permitted: npt.NDArray[np.bool_]) -> Things:
        """The things of a state within a view. States before it are let go of."""
        key = (id(state), kind.tobytes(), permitted.tobytes())
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key][1]
            earlier = self._earlier(state, kind, permitted)
        made = followed(earlier[1], earlier[0], state, kind, permitted) if earlier is not None else None
        made = made or things(state.arrays, kind, permitted)
        with self._lock:
            for other, (older, _) in list(self._known.items()):
                if older.graph == state.graph and older.seq < state.seq:
                    del self._known[other]
            self._known[key] = (state, made)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return made

    def _earlier(self, state: State, kind: npt.NDArray[np.uint8], permitted: npt.NDArray[np.bool_]) -> tuple[State, Things] | None:
        """The things of the same view in a state before this one that it is laid over the same base as."""
        for (_, kinds, codes), (before, known) in reversed(self._known.items()):
            if before.number is not state.number or before.seq > state.seq:
                continue
            # Tables only grow: what the view made of their beginning is what it made of all before.
            if kind.tobytes().startswith(kinds) and permitted.tobytes().startswith(codes):
                return before, known
        return None
