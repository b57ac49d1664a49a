"""What surrounds an entity: counts by type and year first, then its neighbours page by page. Never all four thousand at once.

May import the graph. Counts are of links in view, to a bound: a hub's say "more than" it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from graphsvc.connections import choices, evidence
from graphsvc.connections.clusters import Clusters, not_in_view
from graphsvc.connections.narrowing import narrowing
from graphsvc.connections.telling import Teller, steady, within
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import Ontology, load_ontology
from graphsvc.graph.view import Inquiry, View

MOST_COUNTED = 10_000  # links that are counted exactly: a tenth of a second; more of one type are a hub's, and the number says no more
MOST_NEIGHBOURS = 200  # of a page
_MOST_LINKS = 10  # told of one neighbour; their number is complete
UNKNOWN = "unknown"  # the year of a link that has no date


def around(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    id: str,
    *,
    identity: str = "certain",
    type: str | None = None,
    links: Sequence[str] | None = None,
    year: str | None = None,
    sources: Sequence[str] | None = None,
    during: str | None = None,
    on: str | None = None,
    min_evidence: int = 1,
    avoid: Sequence[str] | None = None,
    limit: int = 20,
    after: str | None = None,
    most: int = MOST_COUNTED,
) -> dict[str, Any]:
    """`counts` of what is linked to the entity and to those that are it, and one page of `neighbours`, by id.

    `type` (of the neighbour), `links` (types) and `year` (in which a link began, or `unknown`) narrow the page, not the counts; `sources`,
    `during`, `on`, `min_evidence` and `avoid` narrow both. `after` is
    the `next` of the page before; a later page has no counts, nor has one of what was known earlier. `most`: links counted exactly.
    Raises NotFound for an id that is not in view, InputError for wrong names and bounds.
    """
    ontology = load_ontology()
    within("The limit", limit, 1, MOST_NEIGHBOURS)
    if year is not None and year != UNKNOWN and not re.fullmatch(r"[0-9]{4}", year):
        raise InputError(f"{year!r} is no year.", hint=f"Write four digits, or {UNKNOWN} for links without a date.")
    types, kinds = choices.entity_types(ontology, type), choices.link_types(ontology, links)
    of_page: dict[str, Any] = {"types": types, "links": kinds, "year": year}
    narrowed = narrowing(view, [id], sources=sources, during=during, on=on, min_evidence=min_evidence, avoid=avoid)

    def read(graph: Graph, view: View, inquiry: Inquiry, titles: dict[str, str]) -> dict[str, Any]:
        clusters = Clusters(graph, view, inquiry, identity)
        if not (stored := evidence.entities(graph, view, inquiry, [id])):
            raise not_in_view(id)
        (key,) = clusters.of([id])
        ids = clusters.members[key]
        wanted = narrowed.parameters(clusters)
        paged: dict[str, Any] = {"ids": ids, "after": after or "", "limit": limit + 1, "most": _MOST_LINKS}
        rows = graph.ask(view, inquiry, "questions/around_page", **paged, **of_page, **wanted)
        page = rows[:limit]
        near = [one["link"] for row in page for one in row["links"]]
        teller = Teller(graph, view, inquiry, titles, [*ids, *(row["neighbour"]["id"] for row in page)], near)
        of_types = sorted({teller.entities[member]["type"] for member in ids if member in teller.entities})
        # What is counted is what is stored today: when a link began may have been told otherwise then.
        counts = (
            None
            if after or graph.earlier is not None
            else _counts(graph, view, inquiry, ontology, {"ids": ids, "most": most, **wanted}, of_types)
        )
        return {
            "question": {
                "entity": id,
                "identity": identity,
                "type": type,
                "links": kinds,
                "year": year,
                **narrowed.told,
                "limit": limit,
                "after": after,
            },
            "entity": evidence.entity_answer(stored[id], titles),
            "cluster": {**clusters.told(key), "complete": not clusters.cut},
            "counts": counts,
            "neighbours": [_neighbour(row, teller) for row in page],
            "next": page[-1]["neighbour"]["id"] if len(rows) > limit else None,
            "entities": teller.entities,
            "records": teller.records,
        }

    return steady(graph, view, inquiry, read)


def _neighbour(row: Row, teller: Teller) -> dict[str, Any]:
    other = row["neighbour"]["id"]
    links = sorted(row["links"], key=lambda one: (str(one["link"].get("at") or one["link"].get("valid_from") or "~"), one["link"]["id"]))
    return {
        "id": other,
        "count": row["total"],
        "links": [teller.link(one["type"], one["link"], *((one["of"], other) if one["outgoing"] else (other, one["of"]))) for one in links],
    }


def _counts(
    graph: Graph, view: View, inquiry: Inquiry, ontology: Ontology, wanted: dict[str, Any], types: list[str]
) -> list[dict[str, Any]]:
    rows, most = graph.ask(view, inquiry, "questions/around_counts", **wanted), wanted["most"]
    if sum(row["links"] for row in rows) <= most:
        groups: dict[tuple[str, bool], list[Row]] = {}
        for row in rows:
            groups.setdefault((row["link"], row["outgoing"]), []).append(row)
        return [_group(ontology, link, outgoing, its, most) for (link, outgoing), its in groups.items()]
    told = []
    for link, declared in sorted(ontology.links.items()):
        for outgoing, ends in ((True, declared.from_), (False, declared.to)):
            # An end that is only referred to may have a wider type than the ontology allows.
            may = any(ontology.is_a(type, end) or ontology.is_a(end, type) for type in types for end in ends)
            asked: dict[str, Any] = {"fills": {"link": link}, "outgoing": outgoing, **wanted}
            if may and (its := graph.ask(view, inquiry, "questions/around_of_type", **asked)):
                told.append(_group(ontology, link, outgoing, its, most))
    return told


def _group(ontology: Ontology, link: str, outgoing: bool, rows: list[Row], most: int) -> dict[str, Any]:
    """The counts of one type and direction; of more than `most` links an arbitrary part was looked at, so that no more is told."""
    links = sum(row["links"] for row in rows)
    declared = ontology.links.get(link)
    more = links > most
    by = [{"type": row["type"], "year": row["year"] or UNKNOWN, "links": row["links"], "neighbours": row["neighbours"]} for row in rows]
    return {
        "type": link,
        "label": declared.label if declared else link,
        "outgoing": outgoing,
        "links": min(links, most),
        "more": more,
        "by": [] if more else sorted(by, key=lambda one: (one["type"], one["year"])),
    }
