"""Who asks, as a policy sees them.

Imports nothing of graphsvc.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Subject:
    """A user, reduced to what policies decide by. `trained_until` is the last day on which their training is valid; None: never trained."""

    user: str
    agency: str
    roles: frozenset[str]
    purposes: frozenset[str]
    trained_until: date | None
    active: bool
