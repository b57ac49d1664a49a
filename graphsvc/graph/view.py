"""The two values that every read of case data takes: what may be seen, and for which inquiry.

`graphsvc/policy` computes views and `graphsvc/inquiry` opens inquiries; the types live here, below both, so that the
read functions can demand them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """What one inquiry may see: compartments (today a compartment is a source), sorted and without repetition."""

    compartments: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "compartments", tuple(sorted(set(self.compartments))))

    def narrowed(self, compartments: list[str] | tuple[str, ...] | None) -> View:
        """This view restricted to the given compartments; those outside it stay outside. None restricts nothing."""
        return self if compartments is None else View(tuple(c for c in self.compartments if c in set(compartments)))


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks, and for what: named in the database's own query log with every read made for it."""

    id: str
    user: str
    purpose: str
