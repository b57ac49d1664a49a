"""The search of the memory engine, compiled: the k shortest paths between two nodes of a topology, within a view.

Imports numpy, numba and the arrays. A path is a row of nodes, none twice, with no two same-as crossings in a row (every pair of equal
things is joined, so that two in a row only say what one says). It costs LINK a link and CROSSING a crossing: by cost means by links,
then by crossings. Ties go by the nodes' `order`, from the start on.

First a bidirectional Dijkstra (Pohl 1971) finds the least cost. Then paths are enumerated depth first by rising bounds (Korf's IDA*,
1985): what the backward search knows of the distance to the end prunes, exactly where it matters, so that what is looked at is
proportional to what is found. A state is a node and whether it was reached by a crossing: 2 * node + crossed.

`around` is the one place where neighbours are read: what the view does not permit is not there for the search, nor for its budget.
"""

from __future__ import annotations

import heapq
from typing import Any

import numba
import numpy as np

from graphsvc.graph.topology.arrays import Arrays, read_only

LINK = 64  # more than the crossings of the longest path (12 links, 13 crossings), so that one link outweighs them all
CROSSING = 1
HIDDEN, IS_LINK, IS_CROSSING = 0, 1, 2  # what a view makes of a rule

COMPLETE, MORE, BUDGET = 0, 1, 2  # how a search ends

_NONE = 1 << 40  # larger than any cost
_STATE_BITS = 40  # of a heap entry; the cost stands above them
_TABLE = 1 << 12  # places in a table of states at first
_LOOK_ON = 4_000  # links looked at to learn whether there are more than k paths: less than a millisecond


_compiled: Any = numba.njit(cache=True, nogil=True)


@_compiled
def around(t, kinds, permitted, start, end, node, box):  # type: ignore[no-untyped-def]
    """Write a node's neighbours in view into `box` ([nodes, kinds], grown as needed); returns how many. Parallel links repeat them."""
    out, out_kind = box[0], box[1]
    count = 0
    some_gone = t.gone.size > 0
    if node < t.offset.size - 1:
        for at in range(t.offset[node], t.offset[node + 1]):
            kind = kinds[t.rule[at]]
            other = t.neighbour[at]
            if kind != HIDDEN and (permitted[t.code[other]] or other in (start, end)) and not (some_gone and t.gone[t.rel[at]]):
                if count == out.size:
                    out, out_kind = np.append(out, np.zeros_like(out)), np.append(out_kind, np.zeros_like(out_kind))
                out[count], out_kind[count] = other, kind
                count += 1
    row = t.more_at[node] if t.more_at.size else -1
    if row >= 0:
        for at in range(t.more_offset[row], t.more_offset[row + 1]):
            kind = kinds[t.more_rule[at]]
            other = t.more_neighbour[at]
            if kind != HIDDEN and (permitted[t.code[other]] or other in (start, end)):
                if count == out.size:
                    out, out_kind = np.append(out, np.zeros_like(out)), np.append(out_kind, np.zeros_like(out_kind))
                out[count], out_kind[count] = other, kind
                count += 1
    box[0], box[1] = out, out_kind
    return count


@_compiled
def _find(keys, key):  # type: ignore[no-untyped-def]
    """Where a key stands, or would stand, in an open table whose size is a power of two; -1 marks a free place."""
    mask = keys.size - 1
    at = ((key * np.int64(-7046029254386353131)) >> np.int64(29)) & mask
    while keys[at] != -1 and keys[at] != key:
        at = (at + 1) & mask
    return at


@_compiled
def _put(table, used, key, value):  # type: ignore[no-untyped-def]
    """Set a key of a table ([keys, values]), which grows when half full. `used[0]` counts its keys."""
    at = _find(table[0], key)
    if table[0][at] == -1:
        if 2 * used[0] >= table[0].size:
            keys, values = table[0], table[1]
            larger, their = np.full(4 * keys.size, -1, np.int64), np.zeros(4 * keys.size, np.int64)
            for old in range(keys.size):
                if keys[old] != -1:
                    place = _find(larger, keys[old])
                    larger[place], their[place] = keys[old], values[old]
            table[0], table[1] = larger, their
            at = _find(larger, key)
        table[0][at] = key
        used[0] += 1
    table[1][at] = value


@_compiled
def _get(table, key, otherwise):  # type: ignore[no-untyped-def]
    at = _find(table[0], key)
    return table[1][at] if table[0][at] != -1 else otherwise


@_compiled
def _lower(side, other_side, best, state, cost):  # type: ignore[no-untyped-def]
    """Note a cost of a state if it is the least so far, and what it makes of the best path known. A side is (table, used, heap)."""
    table, used, heap = side
    if cost < _get(table, state, _NONE):
        _put(table, used, state, cost)
        heapq.heappush(heap, (cost << _STATE_BITS) | state)
        best[0] = min(best[0], cost + _get(other_side[0], state, _NONE))


@_compiled
def _top(heap):  # type: ignore[no-untyped-def]
    return heap[0] >> _STATE_BITS if len(heap) else _NONE


@_compiled
def _pop(side):  # type: ignore[no-untyped-def]
    """The next state whose entry no cheaper way has overtaken, or -1."""
    table, _, heap = side
    while len(heap):
        entry = heapq.heappop(heap)
        state = entry & ((1 << _STATE_BITS) - 1)
        if entry >> _STATE_BITS == _get(table, state, _NONE):
            return state
    return np.int64(-1)


@_compiled
def _forward(t, kinds, permitted, start, end, state, front, back, best, box):  # type: ignore[no-untyped-def]
    """Expand a state of the search from the start; returns how many links were looked at."""
    node, crossed = state >> 1, state & 1
    if node == end:
        return 0
    cost = _get(front[0], state, _NONE)
    count = around(t, kinds, permitted, start, end, node, box)
    for i in range(count):
        other = np.int64(box[0][i])
        if other != start:
            if box[1][i] == IS_LINK:
                _lower(front, back, best, 2 * other, cost + LINK)
            elif not crossed:
                _lower(front, back, best, 2 * other + 1, cost + CROSSING)
    return count


@_compiled
def _backward(t, kinds, permitted, start, end, state, front, back, best, box):  # type: ignore[no-untyped-def]
    """Expand a state of the search from the end: what leads to it, by a crossing if the state is a crossed one, else by a link."""
    node, crossed = state >> 1, state & 1
    if node == start:
        return 0
    cost = _get(back[0], state, _NONE)
    count = around(t, kinds, permitted, start, end, node, box)
    for i in range(count):
        other = np.int64(box[0][i])
        if other != end:
            if crossed and box[1][i] == IS_CROSSING:
                _lower(back, front, best, 2 * other, cost + CROSSING)
            elif not crossed and box[1][i] == IS_LINK:
                _lower(back, front, best, 2 * other, cost + LINK)
                _lower(back, front, best, 2 * other + 1, cost + LINK)
    return count


@_compiled
def _meet(t, kinds, permitted, start, end, front, back, best, bound, work, limit, box):  # type: ignore[no-untyped-def]
    """Let both searches grow, the smaller first, until no path of less than the bound, or than the best, can be unknown to both."""
    while work <= limit:
        ahead, behind = _top(front[2]), _top(back[2])
        if ahead + behind >= min(bound, best[0]) or ahead == _NONE or behind == _NONE:
            break
        if len(front[2]) <= len(back[2]):
            state = _pop(front)
            if state >= 0:
                work += 1 + _forward(t, kinds, permitted, start, end, state, front, back, best, box)
        else:
            state = _pop(back)
            if state >= 0:
                work += 1 + _backward(t, kinds, permitted, start, end, state, front, back, best, box)
    return work


@_compiled
def _least_before(front, state):  # type: ignore[no-untyped-def]
    """The least that any path can have cost on reaching the state: exactly, if the search from the start has been there."""
    return min(_get(front[0], state, _NONE), _top(front[2]))


@_compiled
def _reach(t, kinds, permitted, start, end, front, back, best, bound, work, limit, box):  # type: ignore[no-untyped-def]
    """Let the search from the end reach every state that a path of at most the bound goes through, and few others.

    Returns the work done and the least bound for which it would have to go on.
    """
    later = [np.int64(0)]
    later.pop()
    beyond = np.int64(_NONE)
    while work <= limit and _top(back[2]) <= bound:
        state = _pop(back)
        if state < 0:
            break
        cost = _get(back[0], state, _NONE)
        whole = cost + _least_before(front, state)
        if cost > bound or whole > bound:
            later.append((cost << _STATE_BITS) | state)
            beyond = min(beyond, whole)
        else:
            work += 1 + _backward(t, kinds, permitted, start, end, state, front, back, best, box)
    if len(back[2]):
        beyond = min(beyond, max(bound + 1, _top(back[2])))
    for entry in later:
        heapq.heappush(back[2], entry)
    return work, beyond


@_compiled
def _following(t, kinds, permitted, start, end, node, bound, front, back, box, rows):  # type: ignore[no-untyped-def]
    """Append to `rows` ([nodes, left by a link, left by a crossing]) where a path of at most the bound can go on from a node, by order.

    What is left is the cost from here to the end by that way. Returns how many links were looked at, and the least bound for which
    there would be more.
    """
    by_link, by_crossing = _least_before(front, 2 * node), _least_before(front, 2 * node + 1)
    count = around(t, kinds, permitted, start, end, node, box)
    others = box[0][:count].astype(np.int64)
    beyond = np.int64(_NONE)
    by_order = np.argsort(t.order[others])
    last = np.int64(-1)
    for i in range(count):
        at = by_order[i]
        other = others[at]
        if other == start:
            continue
        if box[1][at] == IS_LINK:
            cost = LINK + (0 if other == end else _get(back[0], 2 * other, _NONE))
            whole = min(by_link, by_crossing) + cost
        else:
            cost = CROSSING + (0 if other == end else _get(back[0], 2 * other + 1, _NONE))
            whole = by_link + cost
        if whole > bound:
            beyond = min(beyond, whole)
            continue
        if other != last:
            rows[0].append(other)
            rows[1].append(np.int64(_NONE))
            rows[2].append(np.int64(_NONE))
            last = other
        rows[1 if box[1][at] == IS_LINK else 2][-1] = cost
    return count, beyond


@_compiled
def search(t, kinds, permitted, start, end, max_links, k, budget):  # type: ignore[no-untyped-def]
    """The k paths of least cost with at most `max_links` links, and one more if it was met.

    `kinds` uint8[rules] and `permitted` bool[compartments] are the view; both ends are taken to be permitted. Returns the nodes of all
    paths in a row, where each begins (one entry more than there are paths), the cost of each, how the search ended (COMPLETE: there is
    no other path; MORE: there are others, or may be; BUDGET: it had looked at `budget` links), and how many links it looked at.
    """
    start, end = np.int64(start), np.int64(end)
    box = [np.zeros(256, np.int32), np.zeros(256, np.int32)]
    front = ([np.full(_TABLE, -1, np.int64), np.zeros(_TABLE, np.int64)], np.zeros(1, np.int64), [2 * start])
    back = ([np.full(_TABLE, -1, np.int64), np.zeros(_TABLE, np.int64)], np.zeros(1, np.int64), [2 * end, 2 * end + 1])
    _put(front[0], front[1], 2 * start, 0)
    _put(back[0], back[1], 2 * end, 0)
    _put(back[0], back[1], 2 * end + 1, 0)
    most, limit = max_links * LINK + LINK - 1, np.int64(budget)
    nodes, begins, costs = [np.int64(0)], [np.int64(0)], [np.int64(0)]
    nodes.pop()
    costs.pop()
    # The path at hand: its nodes, the least cost of reaching each by a link and by a crossing, and what follows each, as yet untried.
    deepest = 2 * max_links + 3
    path, by_link, by_crossing = np.zeros(deepest, np.int64), np.zeros(deepest, np.int64), np.zeros(deepest, np.int64)
    at, until = np.zeros(deepest, np.int64), np.zeros(deepest, np.int64)
    best = np.full(1, _NONE, np.int64)
    work = _meet(t, kinds, permitted, start, end, front, back, best, most + 1, np.int64(0), limit, box)
    bound = best[0]
    while bound <= most and work <= limit and len(costs) <= k:
        unknown = np.full(1, _NONE, np.int64)
        work = _meet(t, kinds, permitted, start, end, front, back, unknown, bound, work, limit, box)
        work, beyond = _reach(t, kinds, permitted, start, end, front, back, unknown, bound, work, limit, box)
        rows, ends = [[np.int64(0)], [np.int64(0)], [np.int64(0)]], [np.int64(1)]
        row_of, row_used = [np.full(256, -1, np.int64), np.zeros(256, np.int64)], np.zeros(1, np.int64)
        depth = 0
        path[0], by_link[0], by_crossing[0], at[0] = start, 0, _NONE, -1
        while depth >= 0 and work <= limit and len(costs) <= k:
            node = path[depth]
            if at[depth] < 0:
                row = _get(row_of, node, np.int64(-1))
                if row < 0:
                    row = np.int64(len(ends) - 1)
                    _put(row_of, row_used, node, row)
                    count, more = _following(t, kinds, permitted, start, end, node, bound, front, back, box, rows)
                    work += 1 + count
                    beyond = min(beyond, more)
                    ends.append(np.int64(len(rows[0])))
                at[depth], until[depth] = ends[row], ends[row + 1]
            if at[depth] == until[depth]:
                depth -= 1
                continue
            other, left_by_link, left_by_crossing = rows[0][at[depth]], rows[1][at[depth]], rows[2][at[depth]]
            at[depth] += 1
            work += 1
            so_far = min(by_link[depth], by_crossing[depth])
            whole = min(so_far + left_by_link, by_link[depth] + left_by_crossing)
            if whole > bound:
                beyond = min(beyond, whole)
                continue
            again = False
            for i in range(depth + 1):
                again = again or path[i] == other
            if again:
                continue
            if other == end:
                if whole == bound:
                    for i in range(depth + 1):
                        nodes.append(path[i])
                    nodes.append(end)
                    begins.append(np.int64(len(nodes)))
                    costs.append(bound)
                    if len(costs) == k:
                        limit = min(limit, work + _LOOK_ON)
                continue
            depth += 1
            path[depth], at[depth] = other, -1
            by_link[depth] = so_far + LINK if left_by_link < _NONE else _NONE
            by_crossing[depth] = by_link[depth - 1] + CROSSING if left_by_crossing < _NONE else _NONE
        bound = max(beyond, bound + 1)
    ended = COMPLETE
    if len(costs) > k or (len(costs) == k and work > limit):
        ended = MORE
    elif work > limit:
        ended = BUDGET
    return np.array(nodes), np.array(begins), np.array(costs), ended, work


def compile_now() -> None:
    """Compile the search for the types that topologies have; what is compiled is kept on disk for other processes."""
    numbers, few = read_only(np.zeros(0, np.int32)), read_only(np.zeros(0, np.uint16))
    empty = Arrays(
        offset=read_only(np.zeros(3, np.int64)),
        neighbour=numbers,
        rule=few,
        rel=read_only(np.zeros(0, np.uint32)),
        gone=read_only(np.zeros(0, np.bool_)),
        order=read_only(np.zeros(2, np.int64)),
        code=few,
        more_at=numbers,
        more_offset=read_only(np.zeros(1, np.int64)),
        more_neighbour=numbers,
        more_rule=few,
    )
    search(empty, read_only(np.zeros(0, np.uint8)), read_only(np.zeros(0, np.bool_)), 0, 1, 1, 1, 1)
