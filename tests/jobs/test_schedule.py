"""When a job is due, by its cron line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graphsvc.errors import InputError
from graphsvc.jobs.schedule import due, next_after

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "following"),
    [
        ("30 2 * * *", "2026-11-24 02:30"),
        ("*/15 * * * *", "2026-11-23 12:15"),
        # As cron counts: 0 and 7 are Sunday, 1 is Monday.
        ("0 6 * * 0", "2026-11-29 06:00"),
        ("0 6 * * 7", "2026-11-29 06:00"),
        ("0 6 * * 1-5", "2026-11-24 06:00"),
        ("0 6 * * 5-7", "2026-11-27 06:00"),
        ("0 6 * * mon", "2026-11-30 06:00"),
        ("0 6 * * */3", "2026-11-25 06:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
    ],
)
def test_a_line_is_read_as_cron_reads_it(cron: str, following: str) -> None:
    assert next_after(cron, MONDAY) == at(following)


@pytest.mark.parametrize(
    ("cron", "wrong"),
    [
        ("0 0 30 2 *", "never fires"),
        ("0 0 31 4 *", "never fires"),
        ("0 0 * *", "4 fields"),
        ("61 * * * *", "no cron line"),
        ("0 0 * * 8", "no day of the week"),
        ("0 0 * * 5-1", "ends before"),
        ("0 0 1 * 1", "cron takes either"),
        ("nightly", "1 fields"),
    ],
)
def test_a_line_that_can_not_be_is_refused_with_what_is_wrong(cron: str, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong):
        due(cron, MONDAY, MONDAY)


def test_however_often_a_line_fired_meanwhile_the_last_time_is_due_once() -> None:
    assert due("30 2 * * *", at("2026-11-01 00:00"), at("2026-11-23 12:00")) == at("2026-11-23 02:30")
    assert due("* * * * *", at("2020-01-01 00:00"), at("2026-11-23 12:00")) == at("2026-11-23 12:00")
    assert due("0 0 1 1 *", at("2016-06-01 00:00"), at("2026-11-23 12:00")) == at("2026-01-01 00:00")


def test_before_its_time_nothing_is_due_and_a_time_that_was_run_is_not_due_again() -> None:
    assert due("30 2 * * *", at("2026-11-23 02:30"), at("2026-11-24 02:29")) is None
    assert due("30 2 * * *", at("2026-11-23 02:30"), at("2026-11-24 02:30")) == at("2026-11-24 02:30")
