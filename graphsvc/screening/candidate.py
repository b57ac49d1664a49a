"""An entity that a row of a list may speak of, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Told = dict[str, Any]


@dataclass(frozen=True)
class Candidate:
    """An entity that a row may speak of. `score` is 0 to 1; bits and comparisons are those of resolution, none of an address."""

    id: str
    verdict: str
    score: float
    bits: float | None
    corroborated_by: tuple[str, ...]
    contradicted: bool
    sentences: tuple[str, ...]
    comparisons: tuple[Told, ...]

    @property
    def order(self) -> tuple[bool, float, float, str]:
        """The likeliest first, ties by id."""
        return self.verdict != "same", -(self.bits or 0.0), -self.score, self.id
