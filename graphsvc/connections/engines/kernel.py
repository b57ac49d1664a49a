"""The search of the memory engine, compiled: the k best leads between two things of a topology, within a view.

Imports numpy, numba and the arrays. A thing is what same-as statements join (`things.py`), so that same-as is no step. A path is a row of
things, none twice. It costs, in units: for each link what its type costs and how thin its evidence is, for each inner thing what crossing
it costs, and once a penalty if two links in a row did not hold at the same time. Ties go by the things' `order`, from the start on.

First a bidirectional Dijkstra (Pohl 1971) finds the least cost without the penalties, which hang on pairs of links. Then paths are taken
best first (A*: Hart, Nilsson and Raphael 1968), each piece valued by what it cost and the exact rest of the way that the search from the
end knows, up to a bound that rises until there are enough; a penalty is added when a piece's turn comes, so that what comes out first is
the best. A path that shares all but one inner thing with a lead, and two at least, is a variant of it and no lead of its own.

Where that looks at more than a little, levels are read from both ends, as deep together as a path may be long, or as what was looked at so
far allows. What lies on no path of so few links, as they show exactly then, is left out from there on; hubs that a path might go through
are named by what the levels met.

Where one path is wanted and every hop costs the same, levels of both ends are enough, which takes a fraction of the time.

`_read` is the one place where neighbours are read: what the view does not permit is not there for the search, nor for its budget.
All compiled parts of a search stand in this file: what numba keeps on disk is made anew when this file changes, and no other.
"""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from numba.extending import intrinsic

from graphsvc.connections.engines.limits import MOST_VARIANTS, SHORT
from graphsvc.graph.topology.arrays import Arrays

HIDDEN, IS_LINK, IS_SAME, IS_POSSIBLE = 0, 1, 2, 3  # what a view makes of a rule
COMPLETE, MORE, BUDGET, STOPPED = 0, 1, 2, 3  # how a search ends
MOST_RECORDS = 9  # more records than this for a hop count as this many

_NONE = 1 << 30  # larger than any cost
_SLOT_BITS, _LINK_BITS = 27, 4  # of a heap entry, which says cost, place and links
_TABLE = 1 << 10  # places in a table at first
_LEVELS_MORE = 4  # times what was looked at so far that levels may look at for a short path: they take a fourth of the time for each link
_LOOK_FIRST = 500  # links that the search for the best looks at before levels take its place: less than a millisecond
_LOOK_ON = 4_000  # links looked at to learn whether there are more than k leads: less than a millisecond
_STEP = 64  # by how much the bound rises first, in units: one bit, twice as many paths; then by a quarter more each time
_LEAST_HOP = 64  # what any hop costs at least, by either rank (worth.LINK)

_njit: Any = numba.njit
_intrinsic: Any = intrinsic
_compiled = _njit(cache=True, nogil=True)
# What Python itself does not call needs no code for that, which takes a fifth of the time to compile.
_inner = _njit(cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
# What makes nothing and keeps nothing needs no count of references to what it is given.
_leaf = _njit(cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)


@_intrinsic
def _lent(typing, array):  # type: ignore[no-untyped-def]
    """The same array without its count of references, which at each call takes longer than the call.

    To be taken anew after whatever may have put another array in its place: something else must hold it.
    """

    def told(context, builder, signature, given):  # type: ignore[no-untyped-def]
        one = context.make_array(signature.args[0])(context, builder, given[0])
        one.meminfo, one.parent = one.meminfo.type(None), one.parent.type(None)
        return one._getvalue()

    return array(array), told


class Asked(NamedTuple):
    """What a question makes of a topology. `label`, `next`, `degree` and `through` int32[n]: the thing that a node is of (-1: not in view),
    the next node of it in a ring, how many others it is linked with, and what crossing it costs. `kind` uint8, `cost` and `records`
    int32, of each rule. `fits` bool[periods]: which links may be used by their period, empty for all; `barred` bool[codes]: what is no
    inner thing by its type, empty for none; `avoid` int32: things to keep out of. `thin` int32[10]: what a hop's number of records costs.
    `even`: what every hop costs, if nothing else costs and all that is asked for is one path; else 0. `levels_after`: how many links are
    looked at before levels are read from both ends.
    """

    label: npt.NDArray[np.int32]
    next: npt.NDArray[np.int32]
    degree: npt.NDArray[np.int32]
    through: npt.NDArray[np.int32]
    kind: npt.NDArray[np.uint8]
    cost: npt.NDArray[np.int32]
    records: npt.NDArray[np.int32]
    fits: npt.NDArray[np.bool_]
    barred: npt.NDArray[np.bool_]
    avoid: npt.NDArray[np.int32]
    thin: npt.NDArray[np.int32]
    least_records: int
    hub: int
    apart: int
    forward: int
    via: int
    max_links: int
    even: int
    levels_after: int


@_inner
def _held_by_caller(t, q):  # type: ignore[no-untyped-def]
    """Topology and question as they are handed on within a search, which whoever asked holds until it ends."""
    lent = Arrays(
        _lent(t.offset), _lent(t.neighbour), _lent(t.rule), _lent(t.rel), _lent(t.when), _lent(t.gone), _lent(t.order), _lent(t.code),
        _lent(t.begin), _lent(t.until), _lent(t.more_at), _lent(t.more_offset), _lent(t.more_neighbour), _lent(t.more_rule),
        _lent(t.more_when),
    )  # fmt: skip
    asked = Asked(
        _lent(q.label), _lent(q.next), _lent(q.degree), _lent(q.through), _lent(q.kind), _lent(q.cost), _lent(q.records), _lent(q.fits),
        _lent(q.barred), _lent(q.avoid), _lent(q.thin), q.least_records, q.hub, q.apart, q.forward, q.via, q.max_links, q.even,
        q.levels_after,
    )  # fmt: skip
    return lent, asked


@_inner
def _room(box, need):  # type: ignore[no-untyped-def]
    """Make all arrays of a box hold `need` values at least."""
    if box[0].size < need:
        for i in range(len(box)):
            larger = np.zeros(2 * need, box[i].dtype)
            larger[: box[i].size] = box[i]
            box[i] = larger


@_leaf
def _find(keys, key):  # type: ignore[no-untyped-def]
    """Where a key stands, or would stand, in an open table whose size is a power of two; -1 marks a free place."""
    mask = keys.size - 1
    at = ((key * np.int64(-7046029254386353131)) >> np.int64(29)) & mask
    while keys[at] != -1 and keys[at] != key:
        at = (at + 1) & mask
    return at


@_inner
def _get(table, key):  # type: ignore[no-untyped-def]
    """The number that a key of a table ([keys, numbers, [count]]) has, or -1."""
    keys = _lent(table[0])
    at = _find(keys, key)
    return _lent(table[1])[at] if keys[at] != -1 else np.int64(-1)


@_inner
def _add(table, key):  # type: ignore[no-untyped-def]
    """Give a new key the next number. The table grows when half full."""
    keys, numbers, count = _lent(table[0]), _lent(table[1]), _lent(table[2])
    if 2 * count[0] >= keys.size:
        larger, their = np.full(4 * keys.size, -1, np.int64), np.zeros(4 * keys.size, np.int64)
        for old in range(keys.size):
            if keys[old] != -1:
                place = _find(larger, keys[old])
                larger[place], their[place] = keys[old], numbers[old]
        table[0], table[1] = larger, their
        keys, numbers = _lent(larger), _lent(their)
    at = _find(keys, key)
    number = count[0]
    keys[at], numbers[at] = key, number
    count[0] = number + 1
    return number


@_inner
def _table():  # type: ignore[no-untyped-def]
    return [np.full(_TABLE, -1, np.int64), np.zeros(_TABLE, np.int64), np.zeros(1, np.int64)]


@_inner
def _read(t, q, thing, box):  # type: ignore[no-untyped-def]
    """Write what a thing is linked with in view into `box`: other thing, cost and records, in one number each; returns how many."""
    count = 0
    some_gone, some_later, some_unfit = t.gone.size > 0, t.more_at.size > 0, q.fits.size > 0
    node = thing
    while True:
        if node < t.offset.size - 1:
            begin, until = t.offset[node], t.offset[node + 1]
            _room(box, count + until - begin)
            out = _lent(box[0])
            for at in range(begin, until):
                rule = t.rule[at]
                kind = q.kind[rule]
                if kind in (HIDDEN, IS_SAME):
                    continue
                other = q.label[t.neighbour[at]]
                if other < 0 or other == thing or (some_gone and t.gone[t.rel[at]]) or (some_unfit and not q.fits[t.when[at]]):
                    continue
                out[count] = (np.int64(other) << 32) | (q.cost[rule] << 8) | (q.records[rule] if kind == IS_LINK else 0)
                count += 1
        row = t.more_at[node] if some_later else -1
        if row >= 0:
            begin, until = t.more_offset[row], t.more_offset[row + 1]
            _room(box, count + until - begin)
            out = _lent(box[0])
            for at in range(begin, until):
                rule = t.more_rule[at]
                kind = q.kind[rule]
                other = q.label[t.more_neighbour[at]]
                fits = not some_unfit or q.fits[t.more_when[at]]
                if kind != HIDDEN and kind != IS_SAME and other >= 0 and other != thing and fits:
                    out[count] = (np.int64(other) << 32) | (q.cost[rule] << 8) | (q.records[rule] if kind == IS_LINK else 0)
                    count += 1
        node = q.next[node]
        if node == thing:
            return count


@_inner
def _row(t, q, thing, rows, box, work):  # type: ignore[no-untyped-def]
    """The number of the row of a thing's neighbours: each once, with the least cost of a hop to it. Read once in a search."""
    table, offset, joined = rows
    number = _get(table, np.int64(thing))
    if number >= 0:
        return number
    number = _add(table, np.int64(thing))
    count = _read(t, q, thing, box)
    work[0] += 1 + count
    read = _lent(box[0])
    for at in range(1, count):
        if read[at] >> 32 < read[at - 1] >> 32:  # seldom: they stand in the topology by what they are
            read[:count].sort()
            break
    _room(offset, number + 2)
    begins = _lent(offset[0])
    at = begins[number]
    _room(joined, at + count)
    to, costs = _lent(joined[0]), _lent(joined[1])
    i = 0
    while i < count:
        other = read[i] >> 32
        cheapest, possible, records = np.int64(_NONE), np.int64(_NONE), np.int64(0)
        while i < count and read[i] >> 32 == other:
            cost, of = (read[i] >> 8) & 0xFFFFFF, read[i] & 0xFF
            if of:
                cheapest = min(cheapest, cost)
                records += of
            else:
                possible = min(possible, cost)
            i += 1
        best = possible
        if cheapest < _NONE and records >= q.least_records:
            best = min(best, cheapest + q.thin[min(records, MOST_RECORDS)])
        if best < _NONE:
            to[at], costs[at] = other, best
            at += 1
    begins[number + 1] = at
    return number


@_leaf
def _passes(t, q, thing):  # type: ignore[no-untyped-def]
    """What crossing a thing costs; -1 for one that is not crossed, -2 for a hub."""
    for i in range(q.avoid.size):
        if q.avoid[i] == thing:
            return -1
    if q.barred.size:
        node = thing
        while True:
            if q.barred[t.code[node]]:
                return -1
            node = q.next[node]
            if node == thing:
                break
    if q.degree[thing] > q.hub:
        return -2
    return q.through[thing]


@_inner
def _within(origin):  # type: ignore[no-untyped-def]
    """What is within so many links of a thing, at first itself: table, things and levels, and [begin, end, number] of the last level."""
    near = (_table(), [np.zeros(256, np.int64), np.zeros(256, np.int64)], np.zeros(3, np.int64))
    near[1][0][_add(near[0], origin)] = origin
    near[2][1] = 1
    return near


@_inner
def _grow(t, q, near, far, rows, box, work, limit, stop):  # type: ignore[no-untyped-def]
    """Read the next level, unless the limit is reached; returns whether it is known whole."""
    table, known, last = near
    keys, things, levels = _lent(table[0]), _lent(known[0]), _lent(known[1])
    for at in range(last[0], last[1]):
        thing = things[at]
        if work[0] > limit or stop[0]:
            return False
        if thing == far or (at and _passes(t, q, thing) < 0):
            continue
        row = _row(t, q, thing, rows, box, work)
        others = _lent(rows[2][0])
        for i in range(rows[1][0][row], rows[1][0][row + 1]):
            other = np.int64(others[i])
            if keys[_find(keys, other)] == -1:
                number = _add(table, other)
                _room(known, number + 1)
                keys, things, levels = _lent(table[0]), _lent(known[0]), _lent(known[1])
                things[number], levels[number] = other, last[2] + 1
    last[0], last[1] = last[1], table[2][0]
    last[2] += 1
    return True


@_inner
def _by_degree(q, near):  # type: ignore[no-untyped-def]
    """About how many links the next level has."""
    links, things = np.int64(0), _lent(near[1][0])
    for at in range(near[2][0], near[2][1]):
        links += 1 + q.degree[things[at]]
    return links


@_inner
def _near_both(t, q, start, end, near_start, near_end, rows, box, work, limit, stop, hubs):  # type: ignore[no-untyped-def]
    """Read levels from both ends, the smaller next, until they are as deep together as a path may be long, or cost too much.

    They may look at several times as many links as the search did so far. Returns how many it is to have looked at before they go on: the
    limit where they are deep enough.
    """
    more = _LEVELS_MORE if q.max_links <= SHORT else 1
    most = min((1 + more) * work[0], work[0] + (limit - work[0]) // 4)
    while near_start[2][2] + near_end[2][2] < q.max_links:
        ahead, behind = _by_degree(q, near_start), _by_degree(q, near_end)
        if work[0] + min(ahead, behind) > most:
            return 2 * work[0]
        if ahead <= behind:
            whole = _grow(t, q, near_start, end, rows, box, work, most, stop)
        else:
            whole = _grow(t, q, near_end, start, rows, box, work, most, stop)
        if not whole:
            return 2 * work[0]
    if near_start[2][2] + near_end[2][2] == q.max_links:
        _hubs_between(t, q, start, end, near_start, near_end, hubs)
        meets_end, meets_start = _met(near_start, near_end)
        _go_on(t, q, near_end, near_start, meets_end, start, rows, box, work, limit, stop)
        _go_on(t, q, near_start, near_end, meets_start, end, rows, box, work, limit, stop)
    return limit


@_inner
def _met(near_start, near_end):  # type: ignore[no-untyped-def]
    """Of what is near both ends: what is on the last level from the end, and what is on the last from the start."""
    of_end, of_start = [np.int64(0)], [np.int64(0)]
    of_end.pop()
    of_start.pop()
    turned = near_start[0][2][0] > near_end[0][2][0]
    few, many = (near_end, near_start) if turned else (near_start, near_end)
    for at in range(few[0][2][0]):
        thing = few[1][0][at]
        other = _get(many[0], thing)
        if other >= 0:
            if few[1][1][at] == few[2][2]:
                (of_end if turned else of_start).append(thing)
            if many[1][1][other] == many[2][2]:
                (of_start if turned else of_end).append(thing)
    return of_end, of_start


@_inner
def _go_on(t, q, near, other, level, far, rows, box, work, limit, stop):  # type: ignore[no-untyped-def]
    """Give what lies further from where levels were read than these go its distance, where it lies on a path short enough.

    Such a path goes on within what is near the other end, from what both met on the last of these levels. What has no distance then is too
    far for any path.
    """
    table, known, last = near
    links, keys = last[2], _lent(table[0])
    their_keys, their_numbers, their_levels = _lent(other[0][0]), _lent(other[0][1]), _lent(other[1][1])
    while len(level) and links < q.max_links:
        links += 1
        following = [np.int64(0)]
        following.pop()
        for thing in level:
            if work[0] > limit or stop[0]:
                return
            if thing == far or (links > 1 and _passes(t, q, thing) < 0):
                continue
            row = _row(t, q, thing, rows, box, work)
            others = _lent(rows[2][0])
            for i in range(rows[1][0][row], rows[1][0][row + 1]):
                beside = np.int64(others[i])
                there = _find(their_keys, beside)
                if their_keys[there] == -1 or their_levels[their_numbers[there]] + links > q.max_links:
                    continue
                if keys[_find(keys, beside)] == -1:
                    number = _add(table, beside)
                    _room(known, number + 1)
                    keys = _lent(table[0])
                    known[0][number], known[1][number] = beside, links
                    following.append(beside)
        level = following
    last[2] = q.max_links


@_inner
def _hubs_of(t, q, near, start, end):  # type: ignore[no-untyped-def]
    """The places of the hubs among what is near an end, and how near the nearest is."""
    places, nearest = [np.int64(0)], np.int64(_NONE)
    places.pop()
    for at in range(near[0][2][0]):
        thing = near[1][0][at]
        if q.degree[thing] > q.hub and thing != start and thing != end and _passes(t, q, thing) == -2:
            places.append(np.int64(at))
            nearest = min(nearest, near[1][1][at])
    return places, nearest


@_inner
def _hubs_between(t, q, start, end, near_start, near_end, hubs):  # type: ignore[no-untyped-def]
    """Name the hubs that a path short enough may go through: what is near both ends, or may be by what levels did not reach."""
    of_start, from_start = _hubs_of(t, q, near_start, start, end)
    of_end, from_end = _hubs_of(t, q, near_end, start, end)
    for places, near, other, beyond in ((of_start, near_start, near_end, from_end), (of_end, near_end, near_start, from_start)):
        for at in places:
            thing = near[1][0][at]
            if near[1][1][at] + min(beyond, other[2][2]) < q.max_links or _get(other[0], thing) >= 0:
                hubs.append(thing)


# What runs for each link takes single arrays and numbers: handing over all of a topology and a question costs more than what it does.
@_leaf
def _too_far(keys, numbers, levels, last, thing, left):  # type: ignore[no-untyped-def]
    """Whether a thing is known to be more than `left` links from where `last` levels were read from."""
    if left > last:
        return False
    at = _find(keys, np.int64(thing))
    return keys[at] == -1 or levels[numbers[at]] > left


# A side of the search: table, heap, and what is known of each place: thing, layer, what crossing it costs, least cost, fewest links, and
# from then on its least cost by links; and the hubs that it has met.
_OF, _ON, _CROSSING, _BEST, _FEWEST, _BY_LINKS = range(6)


@_inner
def _side(width):  # type: ignore[no-untyped-def]
    heap = [np.int64(0)]
    heap.pop()
    return (_table(), heap, [np.full((256, _BY_LINKS + width), _NONE, np.int32)], _table())


@_inner
def _new_place(side, thing, layer, crossing):  # type: ignore[no-untyped-def]
    """A place for a thing and layer that a side has none of yet."""
    place = _add(side[0], (np.int64(thing) << 1) | layer)
    known = _lent(side[2][0])
    if known.shape[0] <= place:
        more = np.full((4 * place, known.shape[1]), _NONE, np.int32)
        more[: known.shape[0]] = known
        side[2][0] = more
        known = _lent(more)
    known[place, _OF], known[place, _ON], known[place, _CROSSING] = thing, layer, crossing
    return place


@_leaf
def _rest(keys, numbers, known, thing, layer, left):  # type: ignore[no-untyped-def]
    """The least cost that a side knows of a thing and layer with at most `left` links."""
    key = (np.int64(thing) << 1) | layer
    there, best = _find(keys, key), np.int64(_NONE)
    if keys[there] != -1:
        place = numbers[there]
        for at in range(_BY_LINKS, _BY_LINKS + left + 1):
            best = min(best, np.int64(known[place, at]))
    return best


@_leaf
def _onward(keys, numbers, known, thing, layer, left, via):  # type: ignore[no-untyped-def]
    """The same for what joins a path to it: layer 1 has met the thing to go by (or there is none), layer 0 needs the other side to."""
    if via < 0:
        return _rest(keys, numbers, known, thing, 1 - layer, left)  # the side from the start is all in layer 1, the other in layer 0
    best = _rest(keys, numbers, known, thing, 1, left)
    return min(best, _rest(keys, numbers, known, thing, 0, left)) if layer else best


@_inner
def _begin(side, thing, layer):  # type: ignore[no-untyped-def]
    """Begin a side at an end of the path."""
    place = _new_place(side, thing, layer, np.int64(0))
    side[2][0][place, _BY_LINKS] = side[2][0][place, _BEST] = 0
    heapq.heappush(side[1], place << _LINK_BITS)


@_inner
def _top(heap):  # type: ignore[no-untyped-def]
    return heap[0] >> (_SLOT_BITS + _LINK_BITS) if len(heap) else np.int64(_NONE)


@_inner
def _pop(heap, known):  # type: ignore[no-untyped-def]
    """The next entry that no way with a lower cost and as few links has overtaken, or -1."""
    while len(heap):
        entry = heapq.heappop(heap)
        place, links = (entry >> _LINK_BITS) & ((1 << _SLOT_BITS) - 1), entry & ((1 << _LINK_BITS) - 1)
        if entry >> (_SLOT_BITS + _LINK_BITS) == known[place, _BY_LINKS + links] and links < known[place, _FEWEST]:
            return entry
    return np.int64(-1)


@_inner
def _expand(t, q, entry, side, other_side, backward, best, start, end, near_far, rows, box, work, hubs):  # type: ignore[no-untyped-def]
    """Go on from a popped entry, to what may be within reach of the far end."""
    cost = entry >> (_SLOT_BITS + _LINK_BITS)
    place, links = (entry >> _LINK_BITS) & ((1 << _SLOT_BITS) - 1), entry & ((1 << _LINK_BITS) - 1)
    table, heap, places, hubs_met = side
    known = _lent(places[0])
    thing, layer = np.int64(known[place, _OF]), np.int64(known[place, _ON])
    known[place, _FEWEST] = links
    far, near = (start, end) if backward else (end, start)
    far_keys, far_numbers, far_levels = _lent(near_far[0][0]), _lent(near_far[0][1]), _lent(near_far[1][1])
    levels = near_far[2][2]
    if thing == far or links >= q.max_links or _too_far(far_keys, far_numbers, far_levels, levels, thing, q.max_links - links):
        return
    if backward:
        cost += known[place, _CROSSING]
    row = _row(t, q, thing, rows, box, work)
    others, costs = _lent(rows[2][0]), _lent(rows[2][1])
    keys, numbers = _lent(table[0]), _lent(table[1])
    their_keys, their_numbers, theirs = _lent(other_side[0][0]), _lent(other_side[0][1]), _lent(other_side[2][0])
    via, links, left = np.int64(q.via), links + 1, q.max_links - links - 1
    degree, through, hub = q.degree, q.through, q.hub
    plain = q.avoid.size == 0 and q.barred.size == 0
    for at in range(rows[1][0][row], rows[1][0][row + 1]):
        other = np.int64(others[at])
        if other == near or _too_far(far_keys, far_numbers, far_levels, levels, other, left):
            continue
        if other == far:
            crossing = np.int64(0)
        elif plain:
            crossing = np.int64(-2) if degree[other] > hub else np.int64(through[other])
        else:
            crossing = np.int64(_passes(t, q, other))
        if crossing >= 0:
            its_layer = np.int64(1 if layer or other == via else 0)
            there = _find(keys, (other << 1) | its_layer)
            if keys[there] != -1:
                place = numbers[there]
            else:
                place = _new_place(side, other, its_layer, crossing)
                keys, numbers, known = _lent(table[0]), _lent(table[1]), _lent(places[0])
            least = cost + costs[at] + (0 if backward else crossing)
            # Noted if it is the least so far with so few links, with what it makes of the best path known.
            if links < known[place, _FEWEST] and least < known[place, _BY_LINKS + links]:
                known[place, _BY_LINKS + links] = least
                known[place, _BEST] = min(known[place, _BEST], least)
                heapq.heappush(heap, (least << (_SLOT_BITS + _LINK_BITS)) | (place << _LINK_BITS) | links)
                best[0] = min(best[0], least + _onward(their_keys, their_numbers, theirs, other, its_layer, left, via))
        elif crossing == -2 and left > 0 and _get(hubs_met, other) < 0:
            _add(hubs_met, other)
            hubs.append(other)


@_inner
def _meet(t, q, start, end, near_start, near_end, front, back, best, bound, limit, rows, box, work, stop, hubs):  # type: ignore[no-untyped-def]
    """Let both searches grow, the smaller first, until no path of less than the bound, or than the best, can be unknown to both."""
    from_start, from_end = front[1], back[1]
    while work[0] <= limit and not stop[0]:
        ahead, behind = _top(from_start), _top(from_end)
        # What neither has seen has an end of a link on each side, and that link between them.
        if ahead + behind + _LEAST_HOP >= min(bound + 1, best[0]) or ahead == _NONE or behind == _NONE:
            break
        if len(from_start) <= len(from_end):
            entry = _pop(from_start, _lent(front[2][0]))
            if entry >= 0:
                _expand(t, q, entry, front, back, False, best, start, end, near_end, rows, box, work, hubs)
        else:
            entry = _pop(from_end, _lent(back[2][0]))
            if entry >= 0:
                _expand(t, q, entry, back, front, True, best, start, end, near_start, rows, box, work, hubs)


@_leaf
def _least_before(keys, numbers, known, top, thing, layer, crossing):  # type: ignore[no-untyped-def]
    """The least that any path can have cost on reaching a thing whose way to the end has this layer, and crossing it.

    What the search from the start has not met yet lies a hop behind the next that it goes on from.
    """
    least = top + _LEAST_HOP + crossing
    there = _find(keys, (np.int64(thing) << 1) | 1)
    if keys[there] != -1:
        least = min(least, np.int64(known[numbers[there], _BEST]))
    if layer:
        there = _find(keys, np.int64(thing) << 1)
        if keys[there] != -1:
            least = min(least, np.int64(known[numbers[there], _BEST]))
    return least


@_inner
def _wake(back, later, bound):  # type: ignore[no-untyped-def]
    """Let the search from the end go on from what a path of at most the bound may go through."""
    order, entries = later
    while len(order) and order[0] >> 32 <= bound:
        heapq.heappush(back[1], entries[heapq.heappop(order) & 0xFFFFFFFF])


@_inner
def _reach(t, q, start, end, near_start, front, back, later, best, bound, limit, rows, box, work, stop, hubs):  # type: ignore[no-untyped-def]
    """Let the search from the end reach every thing that a path of at most the bound goes through, and few others.

    What only a path above the bound goes through waits in `later`: a heap of the least that such a path costs, which never falls, and
    the entries. Returns the least bound for which it would have to go on.
    """
    order, entries = later
    heap, beyond = back[1], np.int64(_NONE)
    keys, numbers, theirs, top = _lent(front[0][0]), _lent(front[0][1]), _lent(front[2][0]), _top(front[1])
    while work[0] <= limit and not stop[0] and _top(heap) <= bound:
        known = _lent(back[2][0])
        entry = _pop(heap, known)
        if entry < 0:
            break
        place = (entry >> _LINK_BITS) & ((1 << _SLOT_BITS) - 1)
        whole = entry >> (_SLOT_BITS + _LINK_BITS)
        whole += _least_before(keys, numbers, theirs, top, known[place, _OF], known[place, _ON], known[place, _CROSSING])
        if whole > bound:
            heapq.heappush(order, (whole << 32) | len(entries))
            entries.append(entry)
        else:
            _expand(t, q, entry, back, front, True, best, start, end, near_start, rows, box, work, hubs)
    if len(heap):
        beyond = min(beyond, max(bound + 1, _top(heap)))
    if len(order):
        beyond = min(beyond, order[0] >> 32)
    return beyond


@_inner
def _held(t, q, one, two, held, work):  # type: ignore[no-untyped-def]
    """The number of the row of days on which what links two things held: intervals, ascending and apart; none if it is not known."""
    table, offset, days = held
    key = (np.int64(min(one, two)) << 32) | max(one, two)
    number = _get(table, key)
    if number >= 0:
        return number
    number = _add(table, key)
    _room(offset, number + 2)
    thing, wanted = (one, two) if q.degree[one] <= q.degree[two] else (two, one)
    found, known = [np.int64(0)], True
    found.pop()
    node = thing
    while True:
        if node < t.offset.size - 1:
            for at in range(t.offset[node], t.offset[node + 1]):
                kind = q.kind[t.rule[at]]
                if kind not in (IS_LINK, IS_POSSIBLE) or q.label[t.neighbour[at]] != wanted:
                    continue
                if (t.gone.size and t.gone[t.rel[at]]) or (q.fits.size and not q.fits[t.when[at]]):
                    continue
                known = known and t.when[at] > 0 and kind == IS_LINK
                found.append(np.int64(t.when[at]))
        row = t.more_at[node] if t.more_at.size else -1
        if row >= 0:
            for at in range(t.more_offset[row], t.more_offset[row + 1]):
                kind = q.kind[t.more_rule[at]]
                fits = not q.fits.size or q.fits[t.more_when[at]]
                if kind in (IS_LINK, IS_POSSIBLE) and fits and q.label[t.more_neighbour[at]] == wanted:
                    known = known and t.more_when[at] > 0 and kind == IS_LINK
                    found.append(np.int64(t.more_when[at]))
        node = q.next[node]
        if node == thing:
            break
    work[0] += len(found)
    at = offset[0][number]
    if known and len(found):
        when = np.array(found)
        _room(days, at + when.size)
        begins = t.begin[when]
        for i in np.argsort(begins):
            begin, until = t.begin[when[i]], t.until[when[i]]
            if at > offset[0][number] and begin <= days[1][at - 1]:
                days[1][at - 1] = max(days[1][at - 1], until)
            else:
                days[0][at], days[1][at] = begin, until
                at += 1
    offset[0][number + 1] = at
    return number


@_inner
def _together(held, one, two):  # type: ignore[no-untyped-def]
    """Whether two rows of days share one, or one of them is not known."""
    begin, until = held[2]
    i, j = held[1][0][one], held[1][0][two]
    last_i, last_j = held[1][0][one + 1], held[1][0][two + 1]
    if i == last_i or j == last_j:
        return True
    while i < last_i and j < last_j:
        if until[i] < begin[j]:
            i += 1
        elif until[j] < begin[i]:
            j += 1
        else:
            return True
    return False


@_inner
def _earliest(held, row, since):  # type: ignore[no-untyped-def]
    """The first day, not before `since`, on which what links two things held; _NONE if there is none."""
    begin, until = held[1][0][row], held[1][0][row + 1]
    if begin == until:
        return since
    for at in range(begin, until):
        if held[2][1][at] >= since:
            return max(since, np.int64(held[2][0][at]))
    return np.int64(_NONE)


# Pieces of paths: [parent, thing, layer, links, cost so far, cost at least, at and until (in the rows of what follows its parent), row
# of days, since, whether its penalty is in, whether it has one].
_PARENT, _THING, _LAYER, _LINKS, _COST, _LEAST, _AT, _UNTIL, _DAYS, _SINCE, _DONE, _APART = range(12)


@_inner
def _before(pieces, order, one, two):  # type: ignore[no-untyped-def]
    """Whether a piece comes before another: by cost, then by the things' order from the start on."""
    if pieces[_LEAST][one] != pieces[_LEAST][two]:
        return pieces[_LEAST][one] < pieces[_LEAST][two]
    # The shorter one is walked against the beginning of the longer.
    a, b = one, two
    while pieces[_LINKS][a] > pieces[_LINKS][b]:
        a = pieces[_PARENT][a]
    while pieces[_LINKS][b] > pieces[_LINKS][a]:
        b = pieces[_PARENT][b]
    first = 0
    while a != b:
        x, y = order[pieces[_THING][a]], order[pieces[_THING][b]]
        if x != y:
            first = -1 if x < y else 1
        a, b = pieces[_PARENT][a], pieces[_PARENT][b]
    return first < 0 or (first == 0 and pieces[_LINKS][one] < pieces[_LINKS][two])


@_inner
def _push(queue, pieces, order, piece):  # type: ignore[no-untyped-def]
    queue.append(piece)
    at = len(queue) - 1
    while at and _before(pieces, order, queue[at], queue[(at - 1) >> 1]):
        up = (at - 1) >> 1
        queue[at], queue[up] = queue[up], queue[at]
        at = up


@_inner
def _take(queue, pieces, order):  # type: ignore[no-untyped-def]
    first, last = queue[0], queue.pop()
    if len(queue):
        queue[0] = last
        at = 0
        while True:
            down = 2 * at + 1
            if down >= len(queue):
                break
            if down + 1 < len(queue) and _before(pieces, order, queue[down + 1], queue[down]):
                down += 1
            if not _before(pieces, order, queue[down], queue[at]):
                break
            queue[at], queue[down] = queue[down], queue[at]
            at = down
    return first


@_inner
def _following(t, q, thing, layer, left, start, end, back, rows, follow, box, work, bound):  # type: ignore[no-untyped-def]
    """The number of the row of where a path can go on from a thing with `left` links, by what the way to the end costs then, then by order.

    What would cost more than the bound is left out; the least of that stands in the row's `beyond`.
    """
    table, offset, joined, beyond = follow
    key = (np.int64(thing) << 5) | (layer << 4) | left
    number = _get(table, key)
    if number >= 0:
        return number
    number = _add(table, key)
    row = _row(t, q, thing, rows, box, work)
    begin, until = rows[1][0][row], rows[1][0][row + 1]
    others, costs = np.zeros(until - begin, np.int64), np.zeros(until - begin, np.int64)
    read, read_costs = _lent(rows[2][0]), _lent(rows[2][1])
    keys, numbers, known = _lent(back[0][0]), _lent(back[0][1]), _lent(back[2][0])
    count, least_beyond = 0, np.int64(_NONE)
    for at in range(begin, until):
        other, cost = np.int64(read[at]), np.int64(read_costs[at])
        if other == start:
            continue
        at_other = 1 if layer or other == q.via else 0
        if other == end:
            cost += 0 if at_other else _NONE
        else:
            rest = _onward(keys, numbers, known, other, at_other, left - 1, np.int64(q.via))
            if rest >= _NONE:
                continue
            cost += rest + q.through[other]  # what is not crossed has no way on
        if cost > bound:
            least_beyond = min(least_beyond, cost)
        else:
            others[count], costs[count] = other, cost
            count += 1
    _room(offset, number + 2)
    _room(beyond, number + 2)
    beyond[0][number] = least_beyond
    at = offset[0][number]
    _room(joined, at + count)
    by_order = np.argsort(t.order[others[:count]])
    for i in np.argsort(costs[:count][by_order], kind="mergesort"):
        joined[0][at], joined[1][at] = others[by_order[i]], costs[by_order[i]]
        at += 1
    offset[0][number + 1] = at
    return number


@_inner
def _alike(things, begins, lead, chain, length):  # type: ignore[no-untyped-def]
    """Whether a chain shares all but one inner thing with a lead, and two at least."""
    begin, until = begins[lead] + 1, begins[lead + 1] - 1
    shared = 0
    for i in range(1, length - 1):
        for j in range(begin, until):
            shared += chain[i] == things[j]
    return shared >= 2 and shared >= length - 3 and shared >= until - begin - 1


@_inner
def _results():  # type: ignore[no-untyped-def]
    """Things, where each path begins, costs, the lead that each is a variant of, and how many variants each has."""
    things, begins, costs, lead_of, met = [np.int64(0)], [np.int64(0)], [np.int64(0)], [np.int64(0)], [np.int64(0)]
    things.pop()
    costs.pop()
    lead_of.pop()
    met.pop()
    return things, begins, costs, lead_of, met


# The search by levels keeps one table of the things that either side has met, and of each place: thing, level (from the end: -1 minus it),
# the place that it was reached from, and, from the start, which place comes at this turn of its level and whose turn is when.
_MET, _LEVEL, _FROM, _TURN, _WHEN = range(5)


@_inner
def _note(table, known, thing, level, place_from):  # type: ignore[no-untyped-def]
    place = _add(table, np.int64(thing))
    if known[_MET].size <= place:
        _room(known, place + 1)
    known[_MET][place], known[_LEVEL][place], known[_FROM][place] = thing, level, place_from


@_inner
def _links_of(known, degree, begin, until):  # type: ignore[no-untyped-def]
    """About how many links there are to read of a level."""
    links, things = np.int64(0), _lent(known[_MET])
    for place in range(begin, until):
        links += 1 + degree[things[place]]
    return links


@_inner
def _in_turn(known, order, begin, until):  # type: ignore[no-untyped-def]
    """Give the places of a level from the start their turns: as the first path to each comes by the things' order.

    They were met in the turns of the level before, so that only those reached from one thing are to be sorted.
    """
    things, place_from, turn, when = known[_MET], known[_FROM], known[_TURN], known[_WHEN]
    first = begin
    while first < until:
        last = first + 1
        while last < until and place_from[last] == place_from[first]:
            last += 1
        if last - first == 1:
            turn[first] = first
        else:
            by_order = np.argsort(order[things[first:last]])
            for at in range(last - first):
                turn[first + at] = first + by_order[at]
        first = last
    for at in range(begin, until):
        when[turn[at]] = at


@_inner
def _next_level(t, q, table, known, begin, until, grow, level, theirs, box, work, limit, stop, hubs, hubs_met):  # type: ignore[no-untyped-def]
    """Read a level from the start in its turns, up to the first thing with a neighbour on the level `theirs` of the other side.

    Returns that thing's place and its neighbour of least order, or -1 and -1. What is met goes to the next level if it is to `grow`.
    """
    plain, degree, hub, order = q.avoid.size == 0 and q.barred.size == 0, q.degree, q.hub, t.order
    keys, numbers, levels = _lent(table[0]), _lent(table[1]), _lent(known[_LEVEL])
    for at in range(begin, until):
        if work[0] > limit or stop[0]:
            break
        place = np.int64(known[_TURN][at])
        count = _read(t, q, np.int64(known[_MET][place]), box)
        work[0] += 1 + count
        read, first = _lent(box[0]), np.int64(-1)
        for i in range(count):
            other = read[i] >> 32
            there = _find(keys, other)
            if keys[there] != -1:
                if levels[numbers[there]] == theirs and (first < 0 or order[other] < order[first]):
                    first = other
            elif grow and first < 0:
                crossing = (np.int64(-2) if degree[other] > hub else np.int64(0)) if plain else np.int64(_passes(t, q, other))
                if crossing >= 0:
                    _note(table, known, other, level + 1, place)
                    keys, numbers, levels = _lent(table[0]), _lent(table[1]), _lent(known[_LEVEL])
                elif crossing == -2 and _get(hubs_met, other) < 0:
                    _add(hubs_met, other)
                    hubs.append(other)
        if first >= 0:
            return place, first
    return np.int64(-1), np.int64(-1)


@_inner
def _level_before(t, q, table, known, begin, until, level, theirs, to_read, box, work, limit, stop, hubs, hubs_met):  # type: ignore[no-untyped-def]
    """Read a level from the end, and meet the next. Returns the first by order of the places on the level `theirs` that it meets, or -1;
    and whether it was read to its end: not if to read the other level in its turns, of `to_read` links, looks like less.
    """
    plain, degree, hub, order = q.avoid.size == 0 and q.barred.size == 0, q.degree, q.hub, t.order
    whole, read_before, first = _links_of(known, degree, begin, until), work[0], np.int64(-1)
    keys, numbers, levels = _lent(table[0]), _lent(table[1]), _lent(known[_LEVEL])
    for place in range(begin, until):
        if work[0] > limit or stop[0]:
            break
        count = _read(t, q, np.int64(known[_MET][place]), box)
        work[0] += 1 + count
        read = _lent(box[0])
        for i in range(count):
            other = read[i] >> 32
            there = _find(keys, other)
            if keys[there] != -1:
                there = numbers[there]
                if levels[there] == theirs:
                    if first < 0:
                        first = there
                    else:
                        one, two = known[_WHEN][known[_FROM][there]], known[_WHEN][known[_FROM][first]]
                        if one < two or (one == two and order[other] < order[known[_MET][first]]):
                            first = there
            elif first < 0:
                crossing = (np.int64(-2) if degree[other] > hub else np.int64(0)) if plain else np.int64(_passes(t, q, other))
                if crossing >= 0:
                    _note(table, known, other, level - 1, place)
                    keys, numbers, levels = _lent(table[0]), _lent(table[1]), _lent(known[_LEVEL])
                elif crossing == -2 and _get(hubs_met, other) < 0:
                    _add(hubs_met, other)
                    hubs.append(other)
        done = work[0] - read_before
        # The sooner they meet here, the more often they do, and the sooner there.
        if first >= 0 and to_read * done < whole * (whole - done):
            return first, False
    return first, True


@_inner
def _first_by_order(t, q, thing, table, known, level, box, work):  # type: ignore[no-untyped-def]
    """Of a thing's neighbours on this level, the first by order."""
    count, first = _read(t, q, np.int64(thing), box), np.int64(-1)
    work[0] += 1 + count
    read = box[0]
    for at in range(count):
        other = read[at] >> 32
        place = _get(table, other)
        if place >= 0 and known[_LEVEL][place] == level and (first < 0 or t.order[other] < t.order[first]):
            first = other
    return first


@_compiled
def by_levels(t, q, start, end, budget, stop):  # type: ignore[no-untyped-def]
    """The shortest path, of equal ones the first by order; what `search` returns of it.

    Levels grow from both ends, the one with fewer links to read first. On the last of them, most things are never looked at: those from
    the start are read in the order of the first paths to them, so that the first that meets the other side is on the path looked for.
    """
    work, limit, box = np.zeros(1, np.int64), np.int64(budget), [np.zeros(256, np.int64)]
    table, known = _table(), [np.zeros(256, np.int32) for _ in range(5)]
    hubs, hubs_met = [np.int64(0)], _table()
    hubs.pop()
    nobody = np.int64(-1)
    _note(table, known, start, np.int64(0), np.int64(0))
    _note(table, known, end, np.int64(-1), np.int64(1))
    ahead, behind = np.int64(0), np.int64(0)
    front, front_until, back, back_until = np.int64(0), np.int64(1), np.int64(1), np.int64(2)
    place, joint = nobody, nobody
    while joint < 0 and ahead + behind < q.max_links and front < front_until and back < back_until and work[0] <= limit and not stop[0]:
        in_front, in_back = _links_of(known, q.degree, front, front_until), _links_of(known, q.degree, back, back_until)
        if in_front <= in_back:
            _in_turn(known, t.order, front, front_until)
            grown = table[2][0]
            place, joint = _next_level(
                t, q, table, known, front, front_until, True, ahead, -1 - behind, box, work, limit, stop, hubs, hubs_met
            )
            front, front_until = grown, table[2][0]
            ahead += 0 if joint >= 0 else 1
        else:
            grown = table[2][0]
            place, whole = _level_before(
                t, q, table, known, back, back_until, -1 - behind, ahead, in_front, box, work, limit, stop, hubs, hubs_met
            )
            if place >= 0 and not whole:
                _in_turn(known, t.order, front, front_until)
                place, joint = _next_level(
                    t, q, table, known, front, front_until, False, ahead, -1 - behind, box, work, limit, stop, hubs, hubs_met
                )
            elif place >= 0:
                joint = _first_by_order(t, q, known[_MET][place], table, known, -1 - behind, box, work)
            back, back_until = grown, table[2][0]
            behind += 0 if joint >= 0 else 1
    things, begins, costs, lead_of, found = _results()
    late = stop[0] or work[0] > limit
    if joint >= 0 and not late:
        chain = np.zeros(ahead + 1, np.int64)
        for at in range(ahead, -1, -1):
            chain[at] = known[_MET][place]
            place = np.int64(known[_FROM][place])
        for at in range(ahead + 1):
            things.append(chain[at])
        things.append(joint)
        for at in range(behind - 1, -1, -1):
            joint = _first_by_order(t, q, joint, table, known, -1 - at, box, work)
            things.append(joint)
        begins.append(np.int64(len(things)))
        costs.append(q.even * (ahead + behind + 1))
        lead_of.append(nobody)
        found.append(np.int64(0))
    ended = STOPPED if stop[0] else BUDGET if late else MORE if joint >= 0 else COMPLETE
    return np.array(things), np.array(begins), np.array(costs), np.array(lead_of), np.array(found), ended, work[0], np.array(hubs)


@_compiled
def search(t, q, start, end, k, budget, stop):  # type: ignore[no-untyped-def]
    """The k best leads: see `_by_bounds`, whose result this is."""
    start, end = np.int64(start), np.int64(end)
    t, q = _held_by_caller(t, q)
    if q.even and k == 1 and budget > _LOOK_FIRST:
        found = _by_bounds(t, q, start, end, k, _LOOK_FIRST, stop)
        # There may be others: only looking at all could tell.
        return found if found[5] != BUDGET else by_levels(t, q, start, end, budget, stop)
    return _by_bounds(t, q, start, end, k, budget, stop)


@_inner
def _by_bounds(t, q, start, end, k, budget, stop):  # type: ignore[no-untyped-def]
    """The k best leads with at most `max_links` links, their first variants, and how the search ended.

    `start` and `end` are two things. Returns the things of all paths in a row, where each begins (one entry more than there are
    paths), the cost of each, the number of the lead that it is a variant of (-1: a lead), how many variants of each were met, how it ended
    (COMPLETE: there is no other lead; MORE: there are others, or may be; BUDGET: it had looked at `budget` links; STOPPED:
    `stop[0]` was set), how many links it looked at, and the hubs that it met and did not cross.
    """
    limit, work = np.int64(budget), np.zeros(1, np.int64)
    box = [np.zeros(256, np.int64)]
    rows = (_table(), [np.zeros(256, np.int64)], [np.zeros(256, np.int32), np.zeros(256, np.int32)])
    held = (_table(), [np.zeros(16, np.int64)], [np.zeros(16, np.int32), np.zeros(16, np.int32)])
    hubs = [np.int64(0)]
    hubs.pop()
    width = q.max_links + 1
    front, back = _side(width), _side(width)
    best, unknown = np.full(1, _NONE, np.int64), np.full(1, _NONE, np.int64)
    layer = np.int64(1 if q.via < 0 else 0)
    _begin(front, start, layer)
    _begin(back, end, np.int64(0))
    near_start, near_end = _within(start), _within(end)
    levels_at = min(limit, np.int64(q.levels_after))
    _meet(t, q, start, end, near_start, near_end, front, back, best, np.int64(_NONE), levels_at, rows, box, work, stop, hubs)
    while levels_at < work[0] <= limit and not stop[0]:
        levels_at = min(limit, _near_both(t, q, start, end, near_start, near_end, rows, box, work, limit, stop, hubs))
        _meet(t, q, start, end, near_start, near_end, front, back, best, np.int64(_NONE), levels_at, rows, box, work, stop, hubs)
    kept, kept_leads, leads = _results(), np.int64(0), np.int64(0)
    later = ([np.int64(0)], [np.int64(0)])
    later[0].pop()
    chain = np.zeros(width + 1, np.int64)
    bound, step, done = best[0], np.int64(_STEP), False
    while bound < _NONE and not done and work[0] <= limit and not stop[0]:
        if work[0] > levels_at:
            levels_at = _near_both(t, q, start, end, near_start, near_end, rows, box, work, limit, stop, hubs)
        _wake(back, later, bound)
        until = min(limit, levels_at)
        _meet(t, q, start, end, near_start, near_end, front, back, unknown, bound, until, rows, box, work, stop, hubs)
        beyond = _reach(t, q, start, end, near_start, front, back, later, unknown, bound, until, rows, box, work, stop, hubs)
        if work[0] > until or stop[0]:
            continue  # to levels, if it is to go on, and then on from here
        # What was found below a lower bound is found again, in the same order, and costs little beside what is new.
        found = _results()
        things, begins, costs, lead_of, met = found
        leads = np.int64(0)
        follow = (_table(), [np.zeros(256, np.int64)], [np.zeros(256, np.int64), np.zeros(256, np.int64)], [np.zeros(256, np.int64)])
        pieces = [np.zeros(256, np.int64) for _ in range(12)]
        pieces[_PARENT][0], pieces[_THING][0], pieces[_LAYER][0], pieces[_DAYS][0] = -1, start, layer, -1
        pieces[_SINCE][0], pieces[_DONE][0] = -_NONE, 1
        used = np.int64(1)
        queue = [np.int64(0)]
        while len(queue) and work[0] <= limit and not stop[0]:
            piece = _take(queue, pieces, t.order)
            work[0] += 1
            thing, parent, links = pieces[_THING][piece], pieces[_PARENT][piece], pieces[_LINKS][piece]
            if not pieces[_DONE][piece]:
                pieces[_DONE][piece] = 1
                # The next best way on from the same parent.
                at = pieces[_AT][piece] + 1
                if at < pieces[_UNTIL][piece]:
                    least = pieces[_COST][parent] + follow[2][1][at]
                    if least > bound:
                        beyond = min(beyond, least)
                    else:
                        _room(pieces, used + 1)
                        other = follow[2][0][at]
                        pieces[_PARENT][used], pieces[_THING][used], pieces[_LINKS][used] = parent, other, links
                        pieces[_LAYER][used] = 1 if pieces[_LAYER][parent] or other == q.via else 0
                        pieces[_LEAST][used], pieces[_AT][used], pieces[_UNTIL][used] = least, at, pieces[_UNTIL][piece]
                        pieces[_DONE][used] = 0
                        _push(queue, pieces, t.order, used)
                        used += 1
                again = False
                before = parent
                while before >= 0:
                    again = again or pieces[_THING][before] == thing
                    before = pieces[_PARENT][before]
                if again:
                    continue
                row = _row(t, q, pieces[_THING][parent], rows, box, work)
                hop = np.int64(_NONE)
                first, last = rows[1][0][row], rows[1][0][row + 1]
                while first < last:
                    middle = (first + last) >> 1
                    if rows[2][0][middle] < thing:
                        first = middle + 1
                    else:
                        last = middle
                hop = np.int64(rows[2][1][first])
                cost = pieces[_COST][parent] + hop + (0 if thing == end else q.through[thing])
                penalty = np.int64(0)
                pieces[_SINCE][piece] = pieces[_SINCE][parent]
                if q.apart or q.forward:
                    days = _held(t, q, pieces[_THING][parent], thing, held, work)
                    pieces[_DAYS][piece] = days
                    pieces[_APART][piece] = pieces[_APART][parent]
                    if q.apart and links > 1 and not pieces[_APART][parent] and not _together(held, pieces[_DAYS][parent], days):
                        pieces[_APART][piece] = 1
                        penalty = np.int64(q.apart)
                    if q.forward:
                        pieces[_SINCE][piece] = _earliest(held, days, pieces[_SINCE][parent])
                        if pieces[_SINCE][piece] == _NONE:
                            continue
                pieces[_COST][piece] = cost + penalty
                if penalty:
                    pieces[_LEAST][piece] += penalty
                    if pieces[_LEAST][piece] > bound:
                        beyond = min(beyond, pieces[_LEAST][piece])
                    else:
                        _push(queue, pieces, t.order, piece)
                    continue
            if thing == end:
                at = piece
                for i in range(links, -1, -1):
                    chain[i] = pieces[_THING][at]
                    at = pieces[_PARENT][at]
                of = np.int64(-1)
                for i in range(len(costs)):
                    if of < 0 and lead_of[i] < 0 and _alike(things, begins, i, chain, links + 1):
                        of = np.int64(i)
                if of >= 0:
                    met[of] += 1
                if of < 0 and leads == k:
                    done = True
                    break
                if of < 0 or met[of] <= MOST_VARIANTS:
                    for i in range(links + 1):
                        things.append(chain[i])
                    begins.append(np.int64(len(things)))
                    costs.append(pieces[_COST][piece])
                    lead_of.append(of)
                    met.append(np.int64(0))
                if of < 0:
                    leads += 1
                    if leads == k:
                        limit = min(limit, work[0] + _LOOK_ON)
                continue
            if links < q.max_links:
                row = _following(t, q, thing, pieces[_LAYER][piece], q.max_links - links, start, end, back, rows, follow, box, work, bound)
                at, until = follow[1][0][row], follow[1][0][row + 1]
                beyond = min(beyond, pieces[_COST][piece] + follow[3][0][row])
                if at < until:
                    least = pieces[_COST][piece] + follow[2][1][at]
                    if least > bound:
                        beyond = min(beyond, least)
                    else:
                        _room(pieces, used + 1)
                        other = follow[2][0][at]
                        pieces[_PARENT][used], pieces[_THING][used], pieces[_LINKS][used] = piece, other, links + 1
                        pieces[_LAYER][used] = 1 if pieces[_LAYER][piece] or other == q.via else 0
                        pieces[_LEAST][used], pieces[_AT][used], pieces[_UNTIL][used], pieces[_DONE][used] = least, at, until, 0
                        _push(queue, pieces, t.order, used)
                        used += 1
        if leads >= kept_leads:
            kept, kept_leads = found, leads
        if beyond >= _NONE:
            bound = np.int64(_NONE)
        else:
            bound = max(beyond, bound + step)
            step += step // 4
    cut_short = STOPPED if stop[0] else BUDGET if kept_leads < k else MORE
    ended = MORE if done else cut_short if stop[0] or work[0] > limit else COMPLETE
    things, begins, costs, lead_of, met = kept
    return np.array(things), np.array(begins), np.array(costs), np.array(lead_of), np.array(met), ended, work[0], np.array(hubs)
