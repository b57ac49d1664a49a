"""What the ids in a batch of the feed are of. Imports the ontology."""

from __future__ import annotations

from collections.abc import Iterable

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
