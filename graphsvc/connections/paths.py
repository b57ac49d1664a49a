"""How two entities are connected: leads by what they are worth, every hop with its cost and the records that it rests on.

May import the graph. The search gives chains of things; what each hop says, and on which records, is read afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from graphsvc.connections import evidence
from graphsvc.connections.asked import PathOptions, search_for
from graphsvc.connections.costs import HopCost, hop_costs
from graphsvc.connections.engines import Chain, Ends, Found, Search, search
from graphsvc.connections.engines.cypher import MOST_CHAINS
from graphsvc.connections.engines.limits import MOST_HUBS_NAMED
from graphsvc.connections.explain import MOST_SAME_RECORDS, Told
from graphsvc.connections.joined import Joined
from graphsvc.connections.narrowing import narrowed_by
from graphsvc.connections.route import Step, route
from graphsvc.errors import Conflict, IntegrityError
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View

_ATTEMPTS = 3  # a load may commit between the search and the reading of its evidence; then both are done again
_CUTS = {
    "k": "The answer was cut at {k}: there are more leads, or may be.",
    "chains": "Only the {chains:,} shortest chains of entities, same-as steps counted, were looked at; there may be better ones.",
    "hubs": "{hubs} with more than {hub_links:,} neighbours in view {were} met and not crossed; there may be paths through {them}.",
    "budget": "The search has looked at {budget:,} links in view and ended there; there may be other paths.",
    "memory": "The search needed more of the database's memory than one may have, and ended there; there may be other paths.",
    "time": "The time limit ended the search after {timeout_s:g} s; there may be other paths, better ones too.",
}
Drawn = tuple[Chain, list[HopCost], list[Step]]


def find_paths(graph: Graph, view: View, inquiry: Inquiry, a: str, b: str, *, timeout_s: float = 30.0, **options: Any) -> dict[str, Any]:
    """The k best leads between the entities with the ids a and b, as a JSON-ready answer (docs/asking.md).

    `options` are those of PathOptions. No path is an answer too; one cut short says by what in `cut_by` and `cut_text`.
    Raises InputError for wrong bounds and names, NotFound for an entity that is not in view, IntegrityError for a hop that can't
    show a record, Cancelled when nobody waits any more (`graph.gone`).
    """
    given = PathOptions(**options)
    return _answer(graph, view, inquiry, search_for(view, a, b, given), given, timeout_s)


def best_of(
    graph: Graph, view: View, inquiry: Inquiry, a: str, b: str, ways: Sequence[tuple[str, ...]], *, timeout_s: float = 30.0, **options: Any
) -> dict[str, Any]:
    """`find_paths` among these ways alone, each as ids of entities from a to b, one of each thing; others are not looked for."""
    given = PathOptions(**options)
    asked = replace(search_for(view, a, b, given), ways=tuple(ways))
    return _answer(graph, view, inquiry, asked, given, timeout_s)


def _answer(graph: Graph, view: View, inquiry: Inquiry, asked: Search, given: PathOptions, timeout_s: float) -> dict[str, Any]:
    for _ in range(_ATTEMPTS):
        joined = Joined()
        found, ends = search(graph, view, inquiry, asked, joined, timeout_s)
        fault: IntegrityError | None = None
        try:
            answer, batches = _told(graph, view, inquiry, asked, given, found, ends, joined)
        except IntegrityError as error:
            fault, batches = error, evidence.batches(graph, view, inquiry)
        if batches != ends.batches:
            continue
        if fault is not None:
            raise fault
        cut = sorted(found.cut)
        count = len(found.hubs)
        hubs = {"hubs": "One thing" if count == 1 else f"{count} things", "were": "was" if count == 1 else "were"}
        text = {
            **hubs,
            "them": "it" if count == 1 else "them",
            "timeout_s": timeout_s,
            "budget": asked.budget,
            "hub_links": given.hub_links,
            "chains": max(MOST_CHAINS, 2 * asked.k),
        }
        return {
            "question": {
                "from": asked.start,
                "to": asked.end,
                **given.told(),
                "types": asked.types,
                "sources": _sources(view, asked, given),
            },
            **answer,
            "complete": not cut,
            "cut_by": cut,
            "cut_text": [_CUTS[one].format(k=given.k, max_hops=given.max_hops, **text) for one in cut],
            "engine": found.engine,
            "seq": ends.batches,
        }
    raise Conflict("A load is changing the graph faster than the question can be answered.", hint="Ask again when it has ended.")


def _sources(view: View, asked: Search, given: PathOptions) -> list[str] | None:
    return list(view.narrowed(asked.searched).sources) if given.sources else None


def _told(
    graph: Graph, view: View, inquiry: Inquiry, asked: Search, given: PathOptions, found: Found, ends: Ends, joined: Joined
) -> tuple[dict[str, Any], int]:
    shown = [chain for lead in found.chains for chain in (lead, *lead.shown)]
    joined.read(graph, view, inquiry, asked, {pair for chain in shown for pair in chain.all_pairs})
    joined.ids.update({number: id for id, number in ends.numbers.items()})
    drawn = {id(chain): _drawn(chain, asked, ends, joined) for chain in shown}
    steps = [step for _, _, steps in drawn.values() for step in steps]
    hubs = [hub.members[0] for hub in found.hubs[:MOST_HUBS_NAMED]]
    nodes = {ends.numbers[asked.start], ends.numbers[asked.end], *(node for step in steps for node in (step.x, step.y)), *hubs}
    links = sorted({step.shown.number for step in steps})
    if found.engine == "memory" and not shown and not hubs:
        row = _ends_alone(asked, ends)
    else:
        own: dict[str, Any] = {"own": MOST_SAME_RECORDS, "searched": asked.searched, "crossing": asked.crossing}
        (row,) = graph.ask(view, inquiry, "paths/evidence", nodes=sorted(nodes), links=links, **own)
    records = {one["record"]["id"]: evidence.record_answer(one, ends.titles) for one in row["records"]}
    told = Told({**joined.ids, **{one["number"]: one["entity"]["id"] for one in row["entities"]}}, row, records)
    paths = []
    for lead in found.chains:
        variants = [told.path(*drawn[id(chain)]) for chain in lead.shown]
        paths.append({**told.path(*drawn[id(lead)]), "variants": {"n": lead.variants, "paths": variants}})
    all_paths = [path for lead in paths for path in (lead, *lead["variants"]["paths"])]
    named = {id for path in all_paths for id in path["nodes"]} | {asked.start, asked.end}
    used = {record for path in all_paths for hop in path["hops"] for record in hop["records"]}
    entities = {one["entity"]["id"]: one["entity"] for one in row["entities"]}
    return {
        "entities": {id: evidence.entity_answer(entities[id], ends.titles) for id in sorted(named & entities.keys())},
        "records": {id: record for id, record in sorted(records.items()) if id in used},
        "paths": paths,
        "hubs": [
            {"id": told.ids[hub.members[0]], "caption": told.caption(hub.members[0]), "degree": hub.degree}
            for hub in found.hubs[:MOST_HUBS_NAMED]
        ],
        "hubs_met": len(found.hubs),
        "searched": {
            "sources": list(view.narrowed(asked.searched).sources),
            "max_hops": asked.max_hops,
            "max_steps": asked.max_steps,
            "types": asked.types,
            "hub_links": asked.hub,
            "not_through": list(asked.no_middles),
            "budget": asked.budget if found.engine == "memory" else None,
            "narrowed": narrowed_by(given.told(), not_through=asked.no_middles, names=_names(ends)),
        },
    }, sum(row["batches"])


def _ends_alone(asked: Search, ends: Ends) -> Row:
    """What `paths/evidence` gives for the two ends alone, of what has been read of them: the search was of the graph as it was then."""
    entities = [{"number": ends.numbers[id], "entity": ends.entities[id]} for id in sorted({asked.start, asked.end})]
    return {"entities": entities, "links": [], "records": [], "batches": [ends.batches]}


def _names(ends: Ends) -> dict[str, str]:
    return {id: str(entity.get("caption") or id) for id, entity in ends.entities.items()}


def _drawn(chain: Chain, asked: Search, ends: Ends, joined: Joined) -> Drawn:
    """A chain with the costs of its hops and its steps. Raises IntegrityError where the graph says something else than the search found."""
    hops = hop_costs(chain, joined, asked)
    if hops is None or sum(hop.total for hop in hops) != chain.cost:
        raise IntegrityError("A path costs something else than the search found.", hint="Ask again; if it stays, build the topology anew.")
    return chain, hops, route(chain, hops, joined, ends.numbers[asked.start], ends.numbers[asked.end])
