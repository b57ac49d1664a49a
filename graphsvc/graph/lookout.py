"""Looking now and then, while something takes long, whether it should go on. Imports nothing of graphsvc.

One thread looks for all. Most of what is asked ends before the first look, and then costs no change between threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_TICK_S = 0.05
_IDLE_TICKS = 100  # after which the thread waits to be woken


@dataclass(eq=False, slots=True)
class _Watched:
    look: Callable[[], object]
    every_s: float
    due: float = field(init=False)
    error: BaseException | None = None

    def __post_init__(self) -> None:
        self.due = time.monotonic() + self.every_s

    def step(self) -> None:
        try:
            self.look()
        except BaseException as error:  # raised where the block ends
            self.error = error
        self.due = time.monotonic() + self.every_s


class _Lookout:
    """The thread and what it looks after."""

    def __init__(self) -> None:
        self._watched: list[_Watched] = []
        self._changed = threading.Condition()
        self._waits = True
        self._thread: threading.Thread | None = None

    def add(self, one: _Watched) -> None:
        with self._changed:
            self._watched.append(one)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
                self._thread.start()
            if self._waits:
                self._changed.notify()

    def remove(self, one: _Watched) -> None:
        with self._changed:
            self._watched.remove(one)

    def _run(self) -> None:
        idle = 0
        while True:
            with self._changed:
                self._waits = idle > _IDLE_TICKS
                while self._waits and not self._watched:
                    self._changed.wait()
                self._waits = False
                idle = 0 if self._watched else idle + 1
                due = [one for one in self._watched if one.due <= time.monotonic()]
            for one in due:
                one.step()
            time.sleep(_TICK_S)


_lookout = _Lookout()


@contextmanager
def looking_out(look: Callable[[], object], every_s: float) -> Iterator[None]:
    """Call `look` every so many seconds, in another thread, as long as the block goes on; it must not take long.

    What it raises is raised at the end of a block that ends well.
    """
    one = _Watched(look, every_s)
    _lookout.add(one)
    try:
        yield
    finally:
        _lookout.remove(one)
    if one.error is not None:
        raise one.error
