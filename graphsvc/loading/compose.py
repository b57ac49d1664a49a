"""One entity or link out of all the rows that assert it: the same whatever order they came in. Pure.

Of two rows that disagree in a property, the one with the later as-of counts; of one as-of, the one with the smallest SHA-256.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from graphsvc.graph.ontology import Ontology, caption_parts
from graphsvc.loading.ids import identity

Properties = dict[str, Any]
# What a property may carry beside its value: belongs to the row that won the property itself.
_SUFFIXES = ("_currency", "_exact", "_unit", "_offset", "_min", "_max")


@dataclass(frozen=True, slots=True)
class Told:
    """What one record says of one thing, with what ranks it."""

    as_of: str
    sha256: str
    type: str
    properties: Properties


def rank(told: Sequence[Told]) -> list[Told]:
    """Strongest first: latest as-of, then smallest SHA-256 (stable sorts, least significant first)."""
    return sorted(sorted(told, key=lambda t: t.sha256), key=lambda t: t.as_of, reverse=True)


def compose(told: Sequence[Told]) -> Properties:
    """Each property from the strongest row that has it, together with its unit, currency, offset and bounds."""
    result: Properties = {}
    for one in rank(told):
        taken = {name for name in one.properties if base(name, one.properties) == name and name not in result}
        result.update({n: v for n, v in one.properties.items() if base(n, one.properties) in taken})
    return result


def base(name: str, properties: Properties) -> str:
    """The property that `name` belongs to: itself, or `amount` for `amount_currency`."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and (stem := name.removesuffix(suffix)) in properties:
            return stem
    return name


def compatible(new: Properties, stored: Properties) -> bool:
    """Whether a further row can be added without weighing it: where both have a property, they agree in all its parts."""
    for name, value in new.items():
        if base(name, new) != name or stored.get(name) is None:
            continue
        if stored[name] != value or any(stored.get(name + s) != new.get(name + s) for s in _SUFFIXES):
            return False
    return True


class Finisher:
    """Completes an entity's stored properties with what follows from them: caption and exact identity."""

    def __init__(self, ontology: Ontology, digest: Callable[[str], str]) -> None:
        self._ontology = ontology
        self._digest = digest

    def finish(self, entity_id: str, type_name: str, properties: Properties) -> Properties:
        """`properties` with `caption` and, where the type has one and it is complete, `ident`."""
        entity = self._ontology.entities[type_name]
        caption = next((text for one in entity.caption if (text := _caption(one, properties))), None)
        if caption is None:
            key = entity_id.split("/", 2)[2].partition("@")[0]  # behind it stands a compartment: an @ of the key is encoded
            caption = entity.label if entity.sensitive else f"{entity.label} {unquote(key)}"
        finished = {**properties, "caption": caption}
        exact = identity(type_name, entity, properties)
        if exact is not None:
            finished["ident"] = self._digest(exact)
        return finished


def _caption(one: str, properties: Properties) -> str:
    """One entry of an ontology's `caption` filled in; empty when nothing of it is known."""
    if "{" not in one:
        return _first(properties.get(one))
    known = {name: _first(properties.get(name)) for name in caption_parts(one)}
    if not any(known.values()):
        return ""
    # Parts between commas stay together; what is missing leaves no gap.
    return ", ".join(part for piece in one.split(",") if (part := " ".join(piece.format_map(known).split())))


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value) if value else ""
