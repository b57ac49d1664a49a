"""A count held against its own past: the median, how far it usually is from it, and the season if there is one. Pure.

Two measures say how far it is off, and the smaller one counts. By the months before: the median absolute deviation, of which 1.4826 are
the standard deviation of what is normal (F. Hampel, "The influence curve and its role in robust estimation", JASA 69, 1974). By chance:
as counts of what happens independently vary, whose roots all vary alike (F. Anscombe, "The transformation of Poisson, binomial and
negative-binomial data", Biometrika 35, 1948).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
_NORMAL = 1.4826
_ANSCOMBE = 0.375
# Two years must agree about their months as much as chance lets 12 pairs of numbers agree in one case of a hundred (r = 0.71).
_AGREE = 0.71
_YEAR = 12


@dataclass(frozen=True)
class Judged:
    """`now` beside what was `expected`: the `median` of the months before, with the season times its factor; `off` is by how many standard
    deviations `now` differs.
    """

    now: int
    months: int
    median: float
    expected: float
    mad: float
    season: float | None
    off: float

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        exact = {"now": self.now, "months": self.months, "median": self.median}
        season = None if self.season is None else round(self.season, 3)
        rounded = {name: round(getattr(self, name), 2) for name in ("expected", "mad", "off")}
        return {**exact, **rounded, "season": season}


def judged(past: Counts, now: int) -> Judged:
    """`now` against the months before it, the oldest first."""
    median = float(np.median(past))
    season = _season(past)
    if season is None:
        expected, rest = median, past - median
    else:
        usual = np.tile(season, past.size // _YEAR + 1)[: past.size]
        median = float(np.median(past / usual))
        # The month now is the one a year after the first of the last twelve.
        expected = median * float(season[past.size % _YEAR])
        rest = past - median * usual
    mad = float(np.median(np.abs(rest)))
    unsure = 1.0
    if season is not None:
        # Fitted to so few years the season takes up part of what varies by chance, and is off itself: by (years + 1) / (years - 1) in all.
        years = past.size // _YEAR
        mad *= math.sqrt((years + 1) / (years - 1))
        unsure = math.sqrt(1 + 1 / years)
    factor = None if season is None else float(season[past.size % _YEAR])
    off = 2 * (math.sqrt(now + _ANSCOMBE) - math.sqrt(max(expected, 0.0) + _ANSCOMBE)) / unsure
    if mad > 0:
        usual_off = (now - expected) / (_NORMAL * mad)
        off = math.copysign(min(abs(off), abs(usual_off)), off)
    return Judged(int(now), int(past.size), median, expected, mad, factor, off)


def _season(past: Counts) -> npt.NDArray[np.float64] | None:
    """The factor of each month of the year, beginning with that of the first count; None where two years don't agree about it."""
    years = past.size // _YEAR
    if years < 2:
        return None
    table = past[: years * _YEAR].reshape(years, _YEAR).astype(np.float64)
    if (table == 0).any():
        return None
    ratios = table / np.median(table, axis=1, keepdims=True)
    first, last = np.log(ratios[0]), np.log(ratios[-1])
    if first.std() == 0 or last.std() == 0 or float(np.corrcoef(first, last)[0, 1]) < _AGREE:
        return None
    factors: npt.NDArray[np.float64] = np.median(ratios, axis=0)
    return factors
