"""Who owns an entity in the end, or what it owns: chains of shareholdings with their shares multiplied, as ranges.

May import the graph. Nodes are clusters at the identity level, so that a chain goes on where another source tells the rest. A chain
visits no cluster twice: a cycle is named and not followed round.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from graphsvc.connections import evidence, shares
from graphsvc.connections.clusters import Clusters, not_in_view
from graphsvc.connections.narrowing import narrowing
from graphsvc.connections.shareholdings import MOST_CYCLES, Chain, Web
from graphsvc.connections.telling import Teller, cut_told, steady, within
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View

OWNERSHIP = "OWNS"  # votes, board seats and influence are control without a share, and don't multiply
MOST_LEVELS = 20
MOST_CHAINS = 500  # shown
MOST_LINKS = 20_000  # shareholdings that one question reads
MOST_STEPS = 50_000  # of following them: more are a web of cross-holdings that no list of chains explains
_MOST_TOLD = 20  # links told of one hop
_CUTS = {
    "levels": "Chains longer than {levels} levels were cut there.",
    "links": "{most_links:,} shareholdings were read; those beyond are missing, and totals are too low.",
    "steps": "After {most_steps:,} steps no more chains were followed; totals are too low.",
    "cycles": "The first {most_cycles} cycles are named; there are more.",
    "limit": "The first {limit} of {chains:,} chains are shown; totals are of all.",
    "members": "More entities are the same as one of these than are looked at; shareholdings of the others are missing.",
}


def owners(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    id: str,
    *,
    down: bool = False,
    identity: str = "certain",
    sources: Sequence[str] | None = None,
    during: str | None = None,
    on: str | None = None,
    min_evidence: int = 1,
    avoid: Sequence[str] | None = None,
    min_share: float = 0.0,
    levels: int = 10,
    via: str | None = None,
    limit: int = 50,
    most_links: int = MOST_LINKS,
    most_steps: int = MOST_STEPS,
) -> dict[str, Any]:
    """`chains` of shareholdings up from the entity (`down`: what it owns), `totals` of everybody on them, and `cycles`.

    Shares are percentages from `min` to `max`. `on`, `during`: only what held then, or may have. `min_share`: chains whose share is surely
    smaller are not followed. `via`: only chains that pass this entity, and totals over these.

    Raises NotFound for an id that is not in view, InputError for wrong bounds and dates.
    """
    within("levels", levels, 1, MOST_LEVELS)
    within("The limit", limit, 1, MOST_CHAINS)
    if not 0 <= min_share <= 100:
        raise InputError(f"min_share is {min_share:g}; it can be 0 to 100 (percent).")
    named = [id, *([via] if via is not None else [])]
    if via is not None and via in (avoid or ()):
        raise InputError(f"Chains are to go by {via}, which is to be avoided.", hint="Leave out one of the two.")
    narrowed = narrowing(view, named, sources=sources, during=during, on=on, min_evidence=min_evidence, avoid=avoid)

    def read(graph: Graph, view: View, inquiry: Inquiry, titles: dict[str, str]) -> dict[str, Any]:
        clusters = Clusters(graph, view, inquiry, identity)
        known = evidence.entities(graph, view, inquiry, named)
        for one in named:
            if one not in known:
                raise not_in_view(one)
        (start,) = clusters.of([id])
        by = clusters.of([via])[0] if via is not None else None
        web = Web(clusters, narrowed.held, levels, min_share, most_steps, by)
        cut = web.read(graph, view, inquiry, start, narrowed.parameters(clusters), down=down, most=most_links)
        cut |= web.follow(start)
        web.chains.sort(key=lambda chain: chain.rank)
        shown = web.chains[:limit]
        cut |= {name for name, is_cut in (("limit", len(web.chains) > limit), ("members", clusters.cut)) if is_cut}
        told = _told(graph, view, inquiry, titles, clusters, web, shown, start, id, down=down)
        texts = {
            "levels": levels,
            "limit": limit,
            "chains": len(web.chains),
            "most_links": most_links,
            "most_steps": most_steps,
            "most_cycles": MOST_CYCLES,
        }
        return {
            "question": {
                "entity": id,
                "down": down,
                "identity": identity,
                **narrowed.told,
                "min_share": min_share,
                "levels": levels,
                "via": via,
                "limit": limit,
            },
            **told,
            "below_min_share": web.below,
            **cut_told(cut, _CUTS, texts),
        }

    return steady(graph, view, inquiry, read)


def _told(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    titles: dict[str, str],
    clusters: Clusters,
    web: Web,
    shown: list[Chain],
    start: str,
    id: str,
    *,
    down: bool,
) -> dict[str, Any]:
    hops = {pair for chain in shown for pair in pairwise(chain.nodes)}
    hops |= {pair for cycle in web.cycles for pair in pairwise((*cycle, cycle[0]))}
    keys = sorted({start, *web.reached, *(key for pair in hops for key in pair)})
    links = [row["link"] for key, other in hops for row in web.rows[key][other][:_MOST_TOLD]]
    teller = Teller(graph, view, inquiry, titles, clusters.all_of(keys), links)

    def hop(key: str, other: str) -> dict[str, Any]:
        rows, by = web.rows[key][other], web.by_source(key, other)
        told = []
        for row in rows[:_MOST_TOLD]:
            ends = (row["of"], row["other"]) if down else (row["other"], row["of"])
            told.append({**teller.link(OWNERSHIP, row["link"], *ends), "share": shares.stated(row["link"]).as_dict()})
        return {
            "from": key,
            "to": other,
            "share": web.share[key, other].as_dict(),
            "stated": web.share[key, other].known,
            "sources": [{"source": source, "share": share.as_dict()} for source, share in by],
            "disagree": len({share for _, share in by}) > 1,
            "links": told,
            "count": len(rows),
        }

    chains = [
        {"nodes": chain.nodes, "share": chain.share.as_dict(), "ends": chain.ends, "hops": [hop(*pair) for pair in pairwise(chain.nodes)]}
        for chain in shown
    ]
    totals = [
        {"cluster": key, "share": shares.total(its).as_dict(), "chains": len(its), "ultimate": web.rows.get(key) == {}}
        for key, its in web.reached.items()
    ]
    cycles = [{"nodes": list(cycle), "hops": [hop(*pair) for pair in pairwise([*cycle, cycle[0]])]} for cycle in sorted(web.cycles)]
    return {
        "entity": teller.entities[id],
        "cluster": start,
        "clusters": {key: clusters.told(key) for key in keys},
        "chains": chains,
        "totals": sorted(totals, key=lambda one: (not one["ultimate"], -one["share"]["max"], -one["share"]["min"], one["cluster"])),
        "cycles": cycles,
        "entities": teller.entities,
        "records": teller.records,
    }
