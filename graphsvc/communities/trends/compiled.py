"""What is compiled, since it goes through every link one by one: what hangs together, and circles of transfers.

Imports numpy and numba only.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_compiled: Any = numba.njit(cache=True, nogil=True)
_MOST_FOUND = 10_000


@_compiled
def joined(size, a, b):  # type: ignore[no-untyped-def]
    """For each of `size` numbers the least of those that it hangs together with, by the pairs in a and b."""
    part = np.arange(size)
    for n in range(a.size):
        x, y = a[n], b[n]
        while part[x] != x:
            part[x] = part[part[x]]
            x = part[x]
        while part[y] != y:
            part[y] = part[part[y]]
            y = part[y]
        if x < y:
            part[y] = x
        else:
            part[x] = y
    for n in range(size):
        part[n] = part[part[n]]
    return part


@_compiled
def circles(begin, end, at, amount, offset, order, passed, since, window, kept, longest, most):  # type: ignore[no-untyped-def]
    """Circles of three to `longest` transfers, and whether `most` steps sufficed for finding all: a row each, filled up with -1.

    Each transfer begins where and later than the one before ended, and has at least the part `kept` of its amount and no more than it. The
    last one ends where the first began, at most `window` seconds after it and not before `since`. Of those that begin with one transfer the
    shortest is found. Transfers are sorted by time; `order[offset[n]:offset[n + 1]]` are those that leave account n, by time; `passed` says
    which accounts may be in a circle.
    """
    found = np.full((_MOST_FOUND, longest), -1, np.int64)
    count = 0
    path = np.zeros(longest, np.int64)
    place = np.zeros(longest, np.int64)
    steps = 0
    for first in range(begin.size):
        start = begin[first]
        if not passed[start] or not passed[end[first]] or end[first] == start or at[first] + window < since:
            continue
        done = False
        for length in range(3, longest + 1):
            if done:
                break
            path[0] = first
            depth = 1
            place[1] = offset[end[first]]
            while depth > 0:
                last = path[depth - 1]
                node = end[last]
                if place[depth] >= offset[node + 1]:
                    depth -= 1
                    continue
                candidate = order[place[depth]]
                place[depth] += 1
                steps += 1
                if steps > most:
                    return found[:count], False
                if at[candidate] <= at[last] or amount[candidate] > amount[last] or amount[candidate] < kept * amount[last]:
                    continue
                if at[candidate] - at[first] > window:
                    place[depth] = offset[node + 1]
                    continue
                target = end[candidate]
                if depth == length - 1:
                    if target == start and at[candidate] >= since:
                        path[depth] = candidate
                        found[count, :length] = path[:length]
                        count += 1
                        if count == _MOST_FOUND:
                            return found, False
                        done = True
                        break
                    continue
                if target == start or not passed[target]:
                    continue
                seen = False
                for back in range(depth):
                    if end[path[back]] == target:
                        seen = True
                if seen:
                    continue
                path[depth] = candidate
                depth += 1
                place[depth] = offset[target]
    return found[:count], True
