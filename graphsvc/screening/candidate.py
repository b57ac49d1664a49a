"""An entity that a row of a list may speak of, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Told = dict[str, Any]
VERDICTS = ("same", "possible", "namesake")


@dataclass(frozen=True)
class Candidate:
    """An entity that a row may speak of. `score` is 0 to 1; bits and comparisons are those of resolution, none of an address.

    `verdict`: `same` and `possible` as resolution has them, or `namesake`: it bears the name, and too little agrees besides.
    """

    id: str
    verdict: str
    score: float
    bits: float | None
    corroborated_by: tuple[str, ...]
    contradicted: bool
    sentences: tuple[str, ...]
    comparisons: tuple[Told, ...]

    @property
    def order(self) -> tuple[int, float, float, str]:
        """The likeliest first, ties by id."""
        return VERDICTS.index(self.verdict), -(self.bits or 0.0), -self.score, self.id
