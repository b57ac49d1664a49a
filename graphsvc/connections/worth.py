"""What a path is worth: one cost in bits that adds up over its hops, lower is better. Both engines and the answer use these figures.

Imports nothing of graphsvc. docs/decisions/0012 says where they come from. Costs are whole units of 1/64 bit, so that sums are exact.
"""

from __future__ import annotations

import math

UNIT = 64  # units a bit
RANKS = ("worth", "shortest")
# Each link: so that of two paths through equally telling things the shorter comes first.
LINK = 1 * UNIT
# What rests on one record only may be a slip of one source; two agree, and a third adds little. By the number of records of a hop.
THIN = (UNIT, UNIT, UNIT // 2, 0, 0, 0, 0, 0, 0, 0)
MOST_RECORDS = len(THIN) - 1
# A statement that two are possibly the same is right about as often as not, and one such step in a path is doubt enough: as much as a
# thing that eight others share.
POSSIBLE = 3 * UNIT
# Two links in a row that never held at the same time: as much as a thing that four others share, once a path. More, or each time, would
# bury leads whose dates are merely wrong, and make the search look at all the more paths that might yet be better.
APART = 2 * UNIT
# For --rank shortest: links, then crossings of what is possibly the same.
ONE_LINK, ONE_POSSIBLE = UNIT, UNIT + 1


def through(degree: int) -> int:
    """What crossing a thing costs, in units: which of its neighbours is meant takes log2 of their number in bits."""
    return round(UNIT * math.log2(max(1, degree)))


def thin(records: int) -> int:
    """What a hop costs for resting on so few records, in units."""
    return THIN[min(records, MOST_RECORDS)]


def weight(bits: float) -> int:
    """A weight of the ontology in units."""
    return round(bits * UNIT)


def bits(units: int) -> float:
    """Units as bits: a multiple of 1/64, exact in JSON."""
    return units / UNIT
