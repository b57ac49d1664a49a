"""Bounds of searches, each with its reason. Imports nothing of graphsvc."""

from __future__ import annotations

# Links that one search looks at, of those in view: it takes a second or two then, and what it found by then is rarely worth the wait.
BUDGET = 5_000_000
MOST_BUDGET = 100_000_000
# More than any thing has neighbours: every one is crossed.
ENDLESS = (1 << 31) - 1
# Variants of a lead that are shown; all that were met are counted.
MOST_VARIANTS = 2
# A thing that more others are linked with is not crossed unless asked to. Of two of a thousand that share an address or an employer, half a
# million pairs can be made: that any two are connected by it says less than ten bits of what a path costs, and such things make most of
# the work of a search. The largest ordinary ones of the sample world (a block of flats, a village's practice) stay below.
HUB_LINKS = 1_000
# Hubs that an answer names; their number is always told.
MOST_HUBS_NAMED = 20
# Links looked at before a search reads levels from both ends, to leave out what lies on no path of so few links: a millisecond. What ends
# without them has ended by then. For a path of more links than SHORT they rarely reach so deep, and are worth trying later.
LEVELS_AFTER, LEVELS_AFTER_LONG = 1_000, 10_000
SHORT = 6


def levels_after(max_hops: int) -> int:
    """Links looked at before levels are read, for paths of at most so many links."""
    return LEVELS_AFTER if max_hops <= SHORT else LEVELS_AFTER_LONG
