"""What a load tells while it runs; the doors decide what it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from graphsvc.loading.report import Report


@dataclass(frozen=True, slots=True)
class LoadStep:
    """How far a load is: bytes read of all bytes, rows, seconds since its start, and the report so far."""

    bytes_done: int
    bytes_total: int
    rows: int
    seconds: float
    report: Report


class LoadProgress(Protocol):
    """Called after each committed batch."""

    def __call__(self, step: LoadStep) -> None: ...


def silent(step: LoadStep) -> None:
    """For callers that only want the result."""
