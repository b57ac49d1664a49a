"""How long work tells that it goes on: the doors decide what it looks like. Imports nothing of graphsvc."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What the managed server reports to while it works; calls may come from several threads."""

    def say(self, text: str) -> None:
        """A sentence about what happens now."""

    def bytes_done(self, label: str, done: int, total: int) -> None:
        """So many bytes of `total` are there; called often, the receiver thins it out."""


class Silent:
    """For callers that only want the result."""

    def say(self, text: str) -> None:
        pass

    def bytes_done(self, label: str, done: int, total: int) -> None:
        pass
