"""One entity: what its sources say of it, what it is linked to, and what is stated to be the same thing.

May import the graph. Counts are of what is in view.
"""

from __future__ import annotations

from typing import Any

from graphsvc.connections import evidence, words
from graphsvc.connections.find import source_titles
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View

MOST_LINKS = 1000


def show(graph: Graph, view: View, inquiry: Inquiry, entity_id: str, *, limit: int = 50) -> dict[str, Any]:
    """An entity by its id: `entity`, `values` (properties as stored), `records`, `links` (groups by type and direction, each
    with its count and its first `limit` links, earliest first), `same_as` with `same_as_count`, and `seq` (batches of the sources in view).

    Raises NotFound for an id that is not in view, InputError for a limit outside 1 to 1000.
    """
    if not 1 <= limit <= MOST_LINKS:
        raise InputError(f"The limit is {limit}; it can be 1 to {MOST_LINKS}.")
    entity = evidence.entities(graph, view, inquiry, [entity_id]).get(entity_id)
    if entity is None:
        raise NotFound(f"No entity in view has the id {entity_id!r}.", hint="`graphsvc find` gives the ids of entities by their name.")
    titles, seq = source_titles(graph, view, inquiry)
    same = graph.ask(view, inquiry, "read/same_as", id=entity_id, limit=limit)
    groups = graph.ask(view, inquiry, "read/links", id=entity_id, limit=limit)
    return {
        "entity": evidence.entity_answer(entity, titles),
        "values": {k: words.plain(v) for k, v in sorted(entity.items()) if k not in words.OWN},
        "records": list(evidence.records(graph, view, inquiry, entity.get("records") or [], titles).values()),
        "links": [_group(row, entity, titles) for row in groups],
        "same_as": [_same(row, titles) for row in same],
        "same_as_count": same[0]["total"] if same else 0,
        "seq": seq,
    }


def _group(row: Row, entity: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    declared = load_ontology().links.get(row["type"])
    return {
        "type": row["type"],
        "label": declared.label if declared else row["type"],
        "outgoing": row["outgoing"],
        "count": row["count"],
        "links": [_link(row["type"], one, entity, titles, outgoing=row["outgoing"]) for one in row["links"]],
    }


def _link(kind: str, one: dict[str, Any], entity: dict[str, Any], titles: dict[str, str], *, outgoing: bool) -> dict[str, Any]:
    ontology = load_ontology()
    link, other = one["link"], evidence.entity_answer(one["other"], titles)
    caption = entity.get("caption") or entity["id"]
    ends = (caption, other["caption"]) if outgoing else (other["caption"], caption)
    declared = ontology.links.get(kind)
    return {
        "id": link["id"],
        "source": link["source"],
        "other": {k: other[k] for k in ("id", "source", "source_title", "type", "type_label", "caption", "stub")},
        "sentence": words.sentence(ontology, kind, link, *ends),
        "valid_from": link.get("valid_from"),
        "valid_to": link.get("valid_to"),
        "properties": words.properties(declared.properties if declared else {}, link),
        "records": list(link.get("records") or []),
    }


def _same(row: Row, titles: dict[str, str]) -> dict[str, Any]:
    other = evidence.entity_answer(row["other"], titles)
    return {
        "id": row["decision"]["id"],
        "other": {k: other[k] for k in ("id", "source", "source_title", "type", "type_label", "caption", "stub")},
        "method": row["decision"].get("method"),
        "evidence": evidence.same_as_answer(row["decision"]),
    }
