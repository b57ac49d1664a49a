"""The two values that every read of case data takes: what may be seen, and for which inquiry.

`graphsvc/policy` computes views and `graphsvc/inquiry` opens inquiries; the types live here, below both, so that the
read functions can demand them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Literal, get_args

Operation = Literal["pointer", "exact", "search", "paths", "analytics", "screen", "export", "disclose", "share", "resolve"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)


def _source_of(compartment: str) -> str:
    return compartment.partition("/")[0]


@dataclass(frozen=True, slots=True)
class View:
    """What one inquiry may see for one operation: compartments, sorted and without repetition.

    A compartment is a source (`case_files`), or a category of persons within one (`case_files/witness`).
    """

    compartments: tuple[str, ...]
    operation: Operation = "search"

    def __post_init__(self) -> None:
        object.__setattr__(self, "compartments", tuple(sorted(set(self.compartments))))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that the compartments are of, sorted, each once."""
        return tuple(sorted({_source_of(compartment) for compartment in self.compartments}))

    def narrowed(self, names: list[str] | tuple[str, ...] | None) -> View:
        """This view restricted to the given compartments; a source's name stands for all of it that is in view.

        What is outside the view stays outside. None restricts nothing.
        """
        if names is None:
            return self
        return View(tuple(c for c in self.compartments if c in names or _source_of(c) in names), self.operation)

    def common(self, *others: tuple[str, ...]) -> View:
        """This view without compartments that any of the others lacks. Unlike in `narrowed`, a source's name stands for itself alone."""
        return View(tuple(c for c in self.compartments if all(c in other for other in others)), self.operation)

    @property
    def sha256(self) -> str:
        """SHA-256 of the view's canonical JSON: two reads under an equal hash could see the same."""
        text = json.dumps({"compartments": self.compartments, "operation": self.operation}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks, and for what: named in the database's own query log with every read made for it.

    `reason_code` is that of the one query it travels with, for sources that ask for one each time.
    """

    id: str
    user: str
    purpose: str
    agency: str = ""
    case: str = ""
    reason_code: str | None = None
