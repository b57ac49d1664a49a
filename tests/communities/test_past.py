"""A count against its past: what chance does says nothing, what it can't do does; the season only where two years agree."""

from __future__ import annotations

import numpy as np
import pytest

from graphsvc.communities.trends import months
from graphsvc.communities.trends.past import judged

SEASON = np.array([100, 80, 90, 100, 120, 60, 40, 90, 110, 130, 160, 240])


@pytest.mark.parametrize(
    ("past", "now", "out"), [(0, 3, False), (0, 12, True), (12, 0, True), (12, 20, False), (12, 40, True), (100, 130, False)]
)
def test_what_is_usual_by_chance_is_not_off(past: int, now: int, out: bool) -> None:
    told = judged(np.full(24, past), now)
    assert (abs(told.off) >= 5) is out and told.median == past and told.mad == 0


def test_where_much_varies_much_is_usual() -> None:
    past = np.random.default_rng(1).permutation([20, 220] * 12)
    assert abs(judged(past, 300).off) < 2 and judged(np.full(24, 120), 300).off > 5


def test_one_odd_month_before_hides_nothing() -> None:
    past = np.full(24, 100)
    past[7] = 5_000
    assert judged(past, 200).off > 5


def test_a_season_counts_where_two_years_agree() -> None:
    past = np.concatenate([SEASON, SEASON + 3])
    january, last = judged(past, 103), judged(np.concatenate([past[1:], [100]])[-24:], 85)
    assert january.season == pytest.approx(1.0, abs=0.1) and abs(january.off) < 1 and last.season is not None
    december = judged(np.concatenate([SEASON[-1:], SEASON, SEASON[:-1]]), 245)
    assert december.expected == pytest.approx(240, rel=0.05) and abs(december.off) < 1
    assert judged(np.concatenate([SEASON[-1:], SEASON, SEASON[:-1]]), 100).off < -5
    mixed = np.concatenate([SEASON, SEASON[::-1]])
    assert judged(mixed, 100).season is None and judged(past[:12], 100).season is None


def test_months_are_numbers_and_back() -> None:
    assert months.text(months.number("2024-03")) == "2024-03" and months.number("2024-01") - months.number("2023-12") == 1
    assert months.number("2024") == months.number("March") == months.number(None) == months.NO_MONTH
    assert months.whole("2024-02-29") == months.number("2024-02") and months.whole("2024-02-28") == months.number("2024-01")
    assert months.spoken("2024-03") == "March 2024" and months.last_day(months.number("2023-12")).isoformat() == "2023-12-31"
