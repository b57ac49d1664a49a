"""Long work ends when its time is over, when nobody waits any more, and when whoever waits is interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from graphsvc.connections.engines.interrupt import interruptible
from graphsvc.errors import Cancelled


def until_told(stop: Any) -> str:
    never = threading.Event()
    while not stop[0]:
        never.wait(0.001)
    return "told"


def apart(do: Callable[[], Any]) -> Any:
    """In a thread that hears no signals, as those are in which requests are answered."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(do).result()


def test_elsewhere_it_is_done_in_the_same_thread_and_ended_alike() -> None:
    assert apart(lambda: interruptible(lambda _: threading.current_thread().name, 60.0))[0] != "search"
    assert apart(lambda: interruptible(until_told, 0.01)) == ("told", True)
    with pytest.raises(Cancelled):
        apart(lambda: interruptible(until_told, 600.0, lambda: True))
    with pytest.raises(ZeroDivisionError):
        apart(lambda: interruptible(lambda stop: 1 // int(stop[0]), 60.0))


def test_what_looking_fails_with_is_raised_where_the_work_was_done() -> None:
    def broken() -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        apart(lambda: interruptible(until_told, 0.5, broken))


def test_work_gives_what_it_gives() -> None:
    assert interruptible(lambda stop: int(stop[0]) + 1, 60.0) == (1, False)
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda stop: 1 // int(stop[0]), 60.0)


def test_the_clock_ends_it_and_that_is_said() -> None:
    assert interruptible(until_told, 0.01) == ("told", True)


def test_it_ends_when_nobody_waits_any_more() -> None:
    threads = threading.active_count()
    with pytest.raises(Cancelled):
        interruptible(until_told, 600.0, lambda: True)
    assert threading.active_count() == threads


def test_an_interruption_of_who_waits_ends_it() -> None:
    threads = threading.active_count()

    def interrupted() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interruptible(until_told, 600.0, interrupted)
    assert threading.active_count() == threads
