"""What a transaction did, and what stays the same over a load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Changes:
    """What a transaction did, for the feed and the report."""

    seq: int
    added: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    records: int = 0
    unchanged: int = 0
    entities: int = 0
    links: int = 0
    links_asserted: int = 0
    retired_records: int = 0

    @property
    def any(self) -> bool:
        return bool(self.added or self.retired or self.changed)


@dataclass(frozen=True, slots=True)
class LoadContext:
    """What stays the same over a load.

    `full_loads`: table -> as-of texts of finished full loads; `compartments`: table -> those that its rows may hold something of;
    `has_refusals`: whether a row of the source may have been refused; `digest`: the deployment's keyed digest.
    """

    load_id: str
    source: str
    spec_sha256: str
    file_sha256: Sequence[str]
    full_loads: dict[str, list[str]]
    compartments: dict[str, list[str]]
    has_refusals: bool
    digest: Callable[[str], str]
