"""What the ids in a batch of the feed are of, and what was in force after one. Imports the ontology."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphsvc.graph.ontology import load_ontology

# The first part of a same-as statement's id, and its type.
SAME = {"same": "SAME_AS", "possible": "POSSIBLY_SAME"}


def sorted_out(ids: Iterable[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Ids of entities, and those of links and same-as statements by type, in order; those of records are left out."""
    link_types = load_ontology().links
    entities: list[str] = []
    links: dict[str, list[str]] = {}
    for id in sorted(ids):
        first, _, rest = id.partition("/")
        kind = rest.partition("/")[0]
        if first in SAME:
            links.setdefault(SAME[first], []).append(id)
        elif kind in link_types:
            links.setdefault(kind, []).append(id)
        elif kind != "record":
            entities.append(id)
    return entities, links


def was_in_force(item: dict[str, Any], seq: int) -> bool:
    """Whether a thing was in force after a batch, by its `seq_from`, `seq_to` and `seq_history`."""
    history = item.get("seq_history") or []
    times = [*zip(history[::2], history[1::2], strict=True), (item["seq_from"], item.get("seq_to"))]
    return any(first <= seq and (last is None or last > seq) for first, last in times)
