"""Shares as ranges: what one link says, what several sources say, what a chain of them comes to. Pure.

A share that is not stated is 0 to 100 %, one that is stated as a band is that band: nothing is made up between.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from graphsvc.connections.periods import Days, held_together, surely_held

_DIGITS = 6  # of a percentage: beyond what any register states, and short of where floats differ


class Share(NamedTuple):
    """From `low` to `high` percent."""

    low: float
    high: float

    @property
    def known(self) -> bool:
        return self != UNKNOWN

    def as_dict(self) -> dict[str, Any]:
        return {"min": round(self.low, _DIGITS), "max": round(self.high, _DIGITS)}


UNKNOWN = Share(0.0, 100.0)
WHOLE = Share(100.0, 100.0)


def stated(link: dict[str, Any]) -> Share:
    """What one link says. A share beyond 100 % is an error of its source and counts as 100."""
    exact = link.get("percent")
    given = (exact, exact) if exact is not None else (link.get("percentMin"), link.get("percentMax"))
    low, high = (default if value is None else min(100.0, max(0.0, float(value))) for value, default in zip(given, UNKNOWN, strict=True))
    return Share(min(low, high), max(low, high))


def told_by(links: Sequence[dict[str, Any]], on: Days | None) -> Share:
    """What one source says in several links between the same two.

    Links that may have held at one time may say one thing twice or add up (two classes of shares): from the largest of their least to the
    sum of their most. Over times, from the least to the most. A link that only may have held on the date counts as nothing for the least.
    """
    ranges = []
    for link in links:
        shares = [_on(other, on) for other in links if on is not None or held_together(link, other)]
        ranges.append(Share(max(s.low for s in shares), min(100.0, math.fsum(s.high for s in shares))))
    return spanning(ranges)


def _on(link: dict[str, Any], on: Days | None) -> Share:
    share = stated(link)
    return share if on is None or surely_held(link, on) else Share(0.0, share.high)


def spanning(shares: Iterable[Share]) -> Share:
    """From the least to the most that anybody says."""
    every = list(shares)
    return Share(min(s.low for s in every), max(s.high for s in every))


def times(a: Share, b: Share) -> Share:
    """A share of a share."""
    return Share(a.low * b.low / 100, a.high * b.high / 100)


def total(shares: Iterable[Share]) -> Share:
    """The sum over the chains to one owner; nobody has more than all of it."""
    every = list(shares)
    return Share(min(100.0, math.fsum(s.low for s in every)), min(100.0, math.fsum(s.high for s in every)))
