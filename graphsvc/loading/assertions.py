"""What a row asserts, in plain values: the mapper makes them, the writer puts them into the graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class EntityAssertion:
    """One row's statement about one entity. `own`: the row describes it; else it only refers to it.

    `bare_type` is the type under which rows refer to it: all that is known of it while no row in force describes it.
    `key_properties` follow from the key alone, so every row that names the entity agrees in them.
    """

    id: str
    type: str
    bare_type: str
    own: bool
    may_be_stub: bool
    key_properties: dict[str, Any]
    properties: dict[str, Any]


@dataclass(slots=True)
class LinkAssertion:
    """One row's statement that a link exists. `event`: no other row can state the same link."""

    id: str
    type: str
    from_id: str
    to_id: str
    event: bool
    properties: dict[str, Any]


@dataclass(slots=True)
class Mapped:
    """All that one row asserts."""

    entities: list[EntityAssertion] = field(default_factory=list)
    links: list[LinkAssertion] = field(default_factory=list)
