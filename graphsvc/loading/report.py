"""The report of a load: what became of every row. Kept on the Load node and printed at the end."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

# A report names the first conflicts and counts the rest: enough to see what is wrong, bounded in size.
_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Conflict:
    """A key given twice in one load with different content."""

    file: str
    line: int
    first_line: int
    key: str

    def text(self) -> str:
        return f"{self.file}, line {self.line}: the key {self.key} was already given in line {self.first_line} with other content"


@dataclass(slots=True)
class Report:
    """Counts of one load. rows = accepted + rejected; `links_asserted` counts every statement, `links` the new links."""

    rows: int = 0
    accepted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    conflicts: int = 0
    conflict_examples: list[str] = field(default_factory=list)
    records: int = 0
    unchanged: int = 0
    entities: int = 0
    links: int = 0
    links_asserted: int = 0
    retired: int = 0
    stubs: int = 0

    @property
    def rejected_total(self) -> int:
        return sum(self.rejected.values())

    def reject(self, code: str) -> None:
        self.rejected[code] = self.rejected.get(code, 0) + 1

    def conflict(self, conflict: Conflict) -> None:
        self.conflicts += 1
        if len(self.conflict_examples) < _EXAMPLES:
            self.conflict_examples.append(conflict.text())

    def name_conflicts(self, texts: Sequence[str]) -> None:
        """Name the first of these, which are counted already."""
        self.conflict_examples = list(texts[:_EXAMPLES])

    def copy(self) -> Report:
        return copy.deepcopy(self)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """A kept report; counts that an earlier version kept, and this one doesn't, are left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})
