"""Long work in compiled code that can be ended: by the clock, by whoever asks going away, by Ctrl-C. May import the graph."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from graphsvc.errors import Cancelled
from graphsvc.graph.driver import Gone
from graphsvc.graph.lookout import looking_out

T = TypeVar("T")
# How often it is looked whether anybody still waits: an answer that nobody reads is worked on for so long, no more.
_LOOK_EVERY_S = 0.2


def interruptible(work: Callable[[npt.NDArray[np.uint8]], T], limit_s: float, gone: Gone | None = None) -> tuple[T, bool]:
    """What `work` gives, and whether the limit ended it. It gets an array whose first value becomes 1 when it should end.

    Raises Cancelled where `gone` says that nobody waits for it any more; whatever ends the thread that waits here ends the work, too.
    """
    if threading.current_thread() is threading.main_thread():
        return _beside(work, limit_s, gone)
    stop, left, until = np.zeros(1, np.uint8), threading.Event(), time.monotonic() + limit_s

    def look() -> None:
        over = True  # also where looking fails
        try:
            if gone is not None and gone():
                left.set()
            over = left.is_set() or time.monotonic() >= until
        finally:
            if over:
                stop[0] = 1

    with looking_out(look, min(_LOOK_EVERY_S, limit_s)):
        told = work(stop)
    if left.is_set():
        raise _cancelled()
    return told, bool(stop[0])


def _beside(work: Callable[[npt.NDArray[np.uint8]], T], limit_s: float, gone: Gone | None) -> tuple[T, bool]:
    """The same in a thread beside this one: while compiled code runs, Python hears no signal in the thread that runs it."""
    stop = np.zeros(1, np.uint8)
    done: list[T] = []
    failed: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            done.append(work(stop))
        except BaseException as error:  # raised where it is waited for
            failed.append(error)
        finally:
            ended.set()

    worker = threading.Thread(target=run, name="search", daemon=True)
    until, late, left = time.monotonic() + limit_s, False, False
    worker.start()
    try:
        while not ended.wait(min(_LOOK_EVERY_S, max(0.0, until - time.monotonic()))):
            left = gone is not None and gone()
            late = time.monotonic() >= until
            if left or late:
                break
    finally:
        stop[0] = 1
        worker.join()
    if failed:
        raise failed[0]
    if left:
        raise _cancelled()
    return done[0], late


def _cancelled() -> Cancelled:
    return Cancelled("Whoever asked went away; the search was ended.")
