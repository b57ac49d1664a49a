"""What is kept of an anomaly: ids and numbers, no names. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphsvc.communities.trends.parameters import AnomalyKind

# Links that are kept of one; how many there are is kept besides.
MOST_FACTS = 500


@dataclass(frozen=True)
class Anomaly:
    """Something that stands out in one month.

    `about` is what makes it the same one in another run: with kind and month its id follows from it. `entities` are those that it is of,
    `facts` the links that it rests on (id, a, b: its ends), at most MOST_FACTS of `total`; `numbers` what the method found.
    """

    kind: AnomalyKind
    month: str
    about: Mapping[str, Any]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    entities: tuple[str, ...] = ()
    facts: tuple[Mapping[str, str], ...] = ()
    total: int = 0

    def id(self, job: str) -> str:
        """The same in every run of a job that finds it."""
        text = json.dumps([self.kind, self.month, self.about], sort_keys=True)
        return f"{job}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "kind": self.kind,
            "month": self.month,
            "about": dict(self.about),
            "numbers": dict(self.numbers),
            "entities": list(self.entities),
            "facts": [dict(fact) for fact in self.facts],
            "total": self.total,
        }


def facts(details: Iterable[Mapping[str, Any]]) -> tuple[dict[str, str], ...]:
    """Links as they are kept: the first MOST_FACTS by id."""
    return tuple({"id": one["id"], "a": one["a"], "b": one["b"]} for one in details)[:MOST_FACTS]
