"""The arrays of a topology, and what they mean. Imports numpy only."""

from __future__ import annotations

import hashlib
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T", bound=np.generic)


class Arrays(NamedTuple):
    """n nodes, numbered by their `order`; those before `offset.size - 1` with m links, each at both of its ends.

    `offset` int64: where a node's neighbours begin; `neighbour` int32[2m], `rule` uint16[2m], `rel` uint32[2m] (int64 where Neo4j's
    numbers are larger) and `when` uint32[2m]: the other end, an index into the table of rules, which link it is, and an index into the
    table of periods. `gone` bool[largest rel + 1]: links to pass over, empty if there are none. `order` int64[n]: by what ties go.
    `code` uint16[n]: an index into the table of what nodes are. `begin` and `until` int32[periods]: the widest interval that a link may
    have held in, in days since 1970-01-01; the first one is that of links without a date.
    What came later: `more_at` int32[n] (empty if there is none), a row of `more_offset` int64[rows + 1] or -1, with `more_neighbour`
    int32, `more_rule` uint16 and `more_when` uint32.
    """

    offset: npt.NDArray[np.int64]
    neighbour: npt.NDArray[np.int32]
    rule: npt.NDArray[np.uint16]
    rel: npt.NDArray[np.uint32]
    when: npt.NDArray[np.uint32]
    gone: npt.NDArray[np.bool_]
    order: npt.NDArray[np.int64]
    code: npt.NDArray[np.uint16]
    begin: npt.NDArray[np.int32]
    until: npt.NDArray[np.int32]
    more_at: npt.NDArray[np.int32]
    more_offset: npt.NDArray[np.int64]
    more_neighbour: npt.NDArray[np.int32]
    more_rule: npt.NDArray[np.uint16]
    more_when: npt.NDArray[np.uint32]


def order(id: str) -> int:
    """By what ties between entities go: 63 bits of the SHA-256 of the id. Arbitrary, and the same at every load, view and engine."""
    return int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "big") >> 1


def read_only(array: npt.NDArray[T]) -> npt.NDArray[T]:
    """The same values as a plain array that can't be written: what compiled code takes for one type, mapped from a file or not."""
    plain = np.asarray(array).view()
    plain.flags.writeable = False
    return plain
