"""What people see while a command works: a bar on a terminal, plain lines elsewhere; always on stderr.

Stdout belongs to the answer, so that `--json` can be piped.
"""

from __future__ import annotations

import time
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn

# A plain log line a quarter: enough to see that it goes on, few enough for a CI log.
_PLAIN_STEPS = 4


class CommandProgress:
    """A `graphsvc.graph.progress.Progress` for commands. Use it as a context manager."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._told: dict[str, int] = {}
        self._lock = Lock()

    def __enter__(self) -> CommandProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_bar()

    def say(self, text: str) -> None:
        with self._lock:
            if self._console.is_terminal:
                self._console.print(text, markup=False)
            else:
                self._console.print(f"{time.strftime('%H:%M:%S')} {text}", markup=False, soft_wrap=True)

    def bytes_done(self, label: str, done: int, total: int) -> None:
        with self._lock:
            if self._console.is_terminal:
                self._draw(label, done, total)
                return
            step = done * _PLAIN_STEPS // max(total, 1)
            if step <= self._told.get(label, 0):
                return
            self._told[label] = step
        self.say(f"{label}: {done / 1e6:.0f} of {total / 1e6:.0f} MB")

    def _draw(self, label: str, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._bar.start()
        if label not in self._tasks:
            self._tasks[label] = self._bar.add_task(label, total=total)
        self._bar.update(self._tasks[label], completed=done, total=total)
        if done >= total:
            self._end_bar()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
            self._tasks.clear()
