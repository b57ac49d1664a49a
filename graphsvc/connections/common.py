"""What several entities share: the things that at least two of them are linked to, the most shared and the most telling first.

May import the graph. A thing that few are linked to tells more than one that thousands are: log2 of 1/degree in view, after Adamic and
Adar, "Friends and neighbors on the Web", Social Networks 25 (2003).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphsvc.connections import choices, evidence
from graphsvc.connections.clusters import Clusters, not_in_view
from graphsvc.connections.narrowing import narrowed_by, narrowing
from graphsvc.connections.sharing import HUB_LINKS, MOST_EACH, MOST_MIDDLE_LINKS, Sharing, Thing
from graphsvc.connections.telling import Teller, cut_told, steady, within
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View

MOST_ENTITIES = 50
MOST_THINGS = 200
_MOST_TOLD = 5  # links told of one step; their number is complete
_MOST_HUBS = 50  # named
_CUTS = {
    "limit": "The first {limit} of {things:,} things are shown.",
    "links": "Of an entity with more than {most_each:,} links only so many were read, by their ids; things may be missing.",
    "middles": "Things were looked for behind the {crossed:,} middles with the fewest links; those behind others may be missing.",
    "hubs": "{hubs:,} hubs, with more than {hub:,} links, were not crossed; things behind them are missing.",
    "members": "More entities are the same as one of these than are looked at; what the others share is missing.",
}


def common(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    ids: Sequence[str],
    *,
    identity: str = "certain",
    hops: int = 1,
    types: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    during: str | None = None,
    on: str | None = None,
    min_evidence: int = 1,
    avoid: Sequence[str] | None = None,
    limit: int = 20,
    hub_links: int = HUB_LINKS,
    most_each: int = MOST_EACH,
    most_middle_links: int = MOST_MIDDLE_LINKS,
) -> dict[str, Any]:
    """`things` that at least two of the entities are linked to in at most `hops` links (1 or 2), and the links between these
    themselves (`direct`). Entities that are the same count as one (`duplicates` tells). Of degrees all links in view count, however the
    question is narrowed.

    Raises NotFound for an id that is not in view, InputError for fewer than 2 or more than 50 different ones, and wrong bounds and types.
    """
    within("hops", hops, 1, 2)
    within("The limit", limit, 1, MOST_THINGS)
    given = list(dict.fromkeys(ids))
    kinds = choices.link_types(load_ontology(), types)
    narrowed = narrowing(view, given, sources=sources, during=during, on=on, min_evidence=min_evidence, avoid=avoid)

    def read(graph: Graph, view: View, inquiry: Inquiry, titles: dict[str, str]) -> dict[str, Any]:
        clusters = Clusters(graph, view, inquiry, identity)
        known = evidence.entities(graph, view, inquiry, given)
        for id in given:
            if id not in known:
                raise not_in_view(id)
        keys, duplicates = different(clusters, given)
        wanted = narrowed.parameters(clusters)
        sharing = Sharing(graph, view, inquiry, clusters, kinds, wanted, hub_links=hub_links, most_each=most_each)
        things = sharing.things(keys, hops, most_middle_links)
        shown = things[:limit]
        cut = sharing.cut | {name for name, is_cut in (("limit", len(things) > limit), ("members", clusters.cut)) if is_cut}
        texts = {
            "limit": limit, "things": len(things), "most_each": most_each, "hub": hub_links, "hubs": len(sharing.hubs),
            "crossed": sharing.crossed,
        }  # fmt: skip
        return {
            "question": {"entities": given, "identity": identity, "hops": hops, "types": kinds, **narrowed.told, "limit": limit},
            **_told(graph, view, inquiry, titles, clusters, sharing, keys, shown),
            "duplicates": duplicates,
            "searched": {
                "sources": list(view.narrowed(narrowed.searched).sources),
                "max_hops": hops,
                "types": kinds,
                "narrowed": narrowed_by({**narrowed.told, "identity": identity}),
            },
            **cut_told(cut, _CUTS, texts),
        }

    return steady(graph, view, inquiry, read)


def different(clusters: Clusters, given: Sequence[str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Clusters of a list, each with the first entity given of it; and which were given twice by other ids.

    Raises InputError where fewer than two are left, or there are more than 50.
    """
    clusters.of(given)
    keys: dict[str, str] = {}
    duplicates = []
    for id in given:
        first = keys.setdefault(clusters.key[id], id)
        if first != id:
            duplicates.append({"id": id, "same_as": first})
    if not 2 <= len(keys) <= MOST_ENTITIES:
        raise InputError(
            f"The list has {len(keys)} different {'entity' if len(keys) == 1 else 'entities'}; it can have 2 to {MOST_ENTITIES}.",
            hint="Entities that are the same at the identity level count as one; --identity none keeps them apart.",
            duplicates=duplicates,
        )
    return keys, duplicates


def _told(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    titles: dict[str, str],
    clusters: Clusters,
    sharing: Sharing,
    keys: dict[str, str],
    shown: list[Thing],
) -> dict[str, Any]:
    direct = sharing.direct(keys)
    steps = [step for thing in shown for route in thing.routes.values() for step in route] + direct
    hubs = sharing.hubs[:_MOST_HUBS]
    named = sorted({*keys, *hubs, *(thing.key for thing in shown), *(key for a, b, _ in steps for key in (a, b))})
    links = [row["link"] for _, _, rows in steps for row in rows[:_MOST_TOLD]]
    teller = Teller(graph, view, inquiry, titles, clusters.all_of(named), links)

    def step(a: str, b: str, rows: list[Row]) -> dict[str, Any]:
        told = []
        for row in rows[:_MOST_TOLD]:
            ends = (row["of"], row["other"]) if row["outgoing"] else (row["other"], row["of"])
            told.append(teller.link(row["type"], row["link"], *ends))
        return {"from": a, "to": b, "count": len(rows), "links": told}

    things = [
        {
            "cluster": thing.key,
            "shared_by": len(thing.routes),
            "degree": min(thing.degree, sharing.hub_links),
            "hub": thing.degree > sharing.hub_links,
            "information": round(thing.information, 4),
            "routes": [{"cluster": key, "steps": [step(*one) for one in route]} for key, route in sorted(thing.routes.items())],
        }
        for thing in shown
    ]
    return {
        "given": [{"cluster": key, "entity": id} for key, id in keys.items()],
        "things": things,
        "direct": [step(*one) for one in direct],
        "hubs": hubs,
        "hubs_count": len(sharing.hubs),
        "clusters": {key: clusters.told(key) for key in named},
        "entities": teller.entities,
        "records": teller.records,
    }
