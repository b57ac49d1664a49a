"""Judging a batch: what of it concerns a watch, as far as its owner may see it then. May import the desk's types and what is beside.

Each judgement is a question of the owner's standing inquiry, and passes the desk. It gives causes: ids that were in view, and the
compartments that they rest on. Whoever opens the alert reads them again, within the view of then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphsvc.alerts.index import Fact, Hit
from graphsvc.alerts.outbox import Found
from graphsvc.alerts.subjects import Entity, Identifier, Joining, Path, named_plate
from graphsvc.alerts.watches import Watch
from graphsvc.alerts.ways import Way, Ways
from graphsvc.connections.clusters import Clusters
from graphsvc.connections.evidence import entities
from graphsvc.connections.paths import best_of
from graphsvc.errors import NotFound
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.feed import SAME, sorted_out
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.settings import Settings
from graphsvc.sightings.exact import Named, sighting_types

MOST = 50  # of each kind that one alert names: it is about one batch, and says how many more there are
_PATHS = 20  # of one watch that are told in full, the best of those that a batch has touched


def judge_question(
    r: Reading,
    batch: Row,
    hits: Sequence[tuple[Watch, Hit]],
    settings: Settings,
    keep: Callable[[Found], None],
    alive: Callable[[], object],
) -> Result:
    """What a batch holds for watches that one view judges, each handed to `keep`; the answer says which watches it concerns.

    `alive` is called before what may take long.
    """
    told = _Told(r.graph, r.view, r.inquiry, batch, [hit for _, hit in hits])
    same = _Same(r.graph, r.view, r.inquiry, hits)
    ways = _ways(r, hits)
    concerned = []
    for watch, hit in hits:
        if isinstance(watch.subject, Path):
            alive()
            cause = _path(r, watch, hit, batch, settings, ways.of(watch.id))
        elif isinstance(watch.subject, Entity):
            hit, joining = same.of(watch.subject.entity, hit)
            cause = told.cause(watch, hit, (), joining)
        else:
            hit, rest = _outside(r.graph, r.view, r.inquiry, watch, hit)
            cause = told.cause(watch, hit, rest)
        if cause is not None:
            keep(cause)
            concerned.append(watch.id)
    return Result({"seq": batch["seq"], "watches": concerned}, counts={"watches": len(concerned)})


def of_batch(batch: Row) -> dict[str, Any]:
    """Which batch a cause is of."""
    return {name: batch[name] for name in ("seq", "at", "load", "run")}


class _Told:
    """What a batch says of the entities and links that concern watches of one view."""

    def __init__(self, graph: Graph, view: View, inquiry: Inquiry, batch: Row, hits: Sequence[Hit]) -> None:
        self._batch = batch
        facts = {fact.id: fact for hit in hits for fact in hit.facts.values()}
        self._facts = facts_in_view(graph, view, inquiry, facts.values())
        ids = sorted({id for hit in hits for id in hit.entities})
        rows = graph.ask(view, inquiry, "alerts/records", ids=ids, seq=batch["seq"], most=MOST) if ids else []
        self._records = {row["id"]: row for row in rows}
        self._seen = set(sighting_types(load_ontology()))
        vehicles = {row["a"] for row in self._facts.values() if row["type"] in self._seen}
        self._vehicles = entities(graph, view, inquiry, vehicles) if vehicles else {}

    def cause(self, watch: Watch, hit: Hit, rest: Sequence[str], joining: Sequence[Row] = ()) -> Found | None:
        """What of the hit is in view, or None. `rest`: what the watch's subject rests on besides; `joining`: statements, there before, by
        which the hit is one of the subject.
        """
        facts = [(fact, self._facts[id]) for id, fact in sorted(hit.facts.items()) if id in self._facts]
        rows = [self._records[id] for id in sorted(hit.entities) if id in self._records]
        records = [{"of": row["id"], **one} for row in rows for one in row["records"]]
        brought: list[str] = []
        if isinstance(watch.subject, Identifier):
            if any(row["type"] in self._seen for _, row in facts):
                facts = self._of_plate(named_plate(watch.subject), facts)
            brought = [row["id"] for row in rows if row["new"]]
        if not (facts or records or brought):
            return None
        told = [{**_fact(fact), "type": row["type"]} for fact, row in facts]
        cause = {**of_batch(self._batch), "facts": told[:MOST], "records": records[:MOST], "entities": brought[:MOST]}
        cause["facts"] += [{**_fact(Fact(row["id"], row["a"], row["b"], "was there")), "type": row["type"]} for row in joining]
        cause["more"] = sum(max(0, len(all) - MOST) for all in (told, records, brought))
        of = {c for row in (*(row for _, row in facts), *rows, *joining) for c in row["compartments"]}
        return Found(watch, f"batch/{self._batch['seq']}", cause, sorted(of.union(rest)))

    def _of_plate(self, plate: Named | None, facts: Sequence[tuple[Fact, Row]]) -> list[tuple[Fact, Row]]:
        """Without sightings of others: an identity folds accents, which plates may differ in; and a plate alerts when it is seen, not when
        a read is taken back.
        """
        return [
            (fact, row)
            for fact, row in facts
            if row["type"] not in self._seen
            or (fact.change == "came" and plate is not None and plate.names(self._vehicles.get(row["a"], {})))
        ]


class _Same:
    """What is the same as watched entities in one view: through statements in view alone."""

    def __init__(self, graph: Graph, view: View, inquiry: Inquiry, hits: Sequence[tuple[Watch, Hit]]) -> None:
        self._graph, self._view, self._inquiry = graph, view, inquiry
        self._clusters = Clusters(graph, view, inquiry, "certain")
        # Only where something else than the entity itself was touched: most batches tell of what is watched directly.
        of = [(watch.subject.entity, hit) for watch, hit in hits if isinstance(watch.subject, Entity)]
        self._clusters.of(entity for entity, hit in of if _others(entity, hit))

    def of(self, entity: str, hit: Hit) -> tuple[Hit, list[Row]]:
        """What of a hit is of the entity or the same in view; and the statements by which it is, as they are stored."""
        if not _others(entity, hit):
            return hit, []
        key = self._clusters.key[entity]
        members = set(self._clusters.members[key])
        facts = {id: fact for id, fact in hit.facts.items() if fact.a in members or fact.b in members}
        kept = Hit(hit.entities & members, facts)
        touched = _others(entity, kept) & members
        steps = [step for step in self._clusters.told(key)["same_as"] if step["id"] not in facts]
        joining = _between(entity, touched, steps)
        both = [
            Fact(step["id"], *ends, "was there") for step in joining for ends in ((step["from"], step["to"]), (step["to"], step["from"]))
        ]
        rows = facts_in_view(self._graph, self._view, self._inquiry, both)
        return kept, [rows[id] for id in sorted(rows)]


def _others(entity: str, hit: Hit) -> set[str]:
    """What of a hit is not of the entity itself: entities, and both ends of links that don't touch it."""
    return (hit.entities | {end for fact in hit.facts.values() if entity not in (fact.a, fact.b) for end in (fact.a, fact.b)}) - {entity}


def _between(entity: str, touched: set[str], steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of the statements that join a cluster (a tree) those between an entity and what was touched."""
    near: dict[str, list[Mapping[str, Any]]] = {}
    for step in steps:
        near.setdefault(step["from"], []).append(step)
        near.setdefault(step["to"], []).append(step)
    needed: list[Mapping[str, Any]] = []
    through: dict[str, list[Mapping[str, Any]]] = {entity: []}
    frontier = [entity]
    while frontier:
        here = frontier.pop()
        for step in near.get(here, ()):
            other = step["to"] if step["from"] == here else step["from"]
            if other not in through:
                through[other] = [*through[here], step]
                frontier.append(other)
    for id in sorted(touched):
        needed += [step for step in through.get(id, ()) if step not in needed]
    return needed


def _ways(r: Reading, hits: Sequence[tuple[Watch, Hit]]) -> Ways:
    """What watched paths may have become through the batch."""
    paths = [(watch, hit) for watch, hit in hits if isinstance(watch.subject, Path)]
    facts = facts_in_view(r.graph, r.view, r.inquiry, {fact.id: fact for _, hit in paths for fact in hit.facts.values()}.values())
    pairs = {watch.id: (watch.subject.from_, watch.subject.to, [hit.facts[id] for id in sorted(hit.facts)]) for watch, hit in paths}
    return Ways(r.graph, r.view, r.inquiry, pairs, facts)


def _path(r: Reading, watch: Watch, hit: Hit, batch: Row, settings: Settings, ways: Sequence[Way]) -> Found | None:
    """The best path in view between the two that the batch has touched, if there is one."""
    asked = watch.subject
    if not ways:
        return None
    try:
        answer = best_of(
            r.graph,
            r.view,
            r.inquiry,
            asked.from_,
            asked.to,
            ways,
            max_hops=asked.max_hops,
            k=_PATHS,
            hub_links=settings.hub_links,
            timeout_s=settings.query_timeout_s,
        )
    except NotFound:
        return None
    for path in (path for lead in answer["paths"] for path in (lead, *lead["variants"]["paths"])):
        links = [hop["id"] for hop in path["hops"]]
        if not any(id in hit.facts for id in links):
            continue
        facts = [stored(hop, hit.facts.get(hop["id"])) for hop in path["hops"]]
        rows = facts_in_view(r.graph, r.view, r.inquiry, facts)
        key = hashlib.sha256(" ".join(sorted(links)).encode()).hexdigest()[:32]
        told = [{**_fact(fact), "type": rows[fact.id]["type"]} for fact in facts if fact.id in rows]
        cause = {**of_batch(batch), "facts": told, "records": [], "entities": [], "more": 0, "length": path["length"]}
        return Found(watch, f"path/{key}", cause, sorted({c for row in rows.values() for c in row["compartments"]}))
    return None


def _outside(graph: Graph, view: View, inquiry: Inquiry, watch: Watch, hit: Hit) -> tuple[Hit, list[str]]:
    """Of a watch of new links to a community those between a member, as the last run in view has it, and somebody who is none, with all
    that the run saw; of others everything.
    """
    if not isinstance(watch.subject, Joining):
        return hit, []
    rows = graph.ask(view, inquiry, "communities/one", id=watch.subject.community, run=None)
    inside = {id for row in rows for id in (*row["community"]["members"], *row["community"]["things"])}
    facts = {id: fact for id, fact in hit.facts.items() if (fact.a in inside) != (fact.b in inside)}
    return Hit(set(), facts), [compartment for row in rows for compartment in row["run"]["compartments"]]


def stored(hop: Mapping[str, Any], touched: Fact | None) -> Fact:
    """A hop as its link is stored: from its start to its end, whichever way the path goes."""
    ends = (hop["from"], hop["to"]) if hop["forward"] else (hop["to"], hop["from"])
    return Fact(hop["id"], *ends, touched.change if touched is not None else "was there")


def facts_in_view(graph: Graph, view: View, inquiry: Inquiry, facts: Iterable[Fact]) -> dict[str, Row]:
    """Those of these facts that are in view, by id: ends, type, and the compartments that each rests on. None is of what is possibly
    the same.
    """
    asked: dict[str, list[dict[str, str]]] = {}
    for fact in facts:
        asked.setdefault(fact.id, []).append({"id": fact.id, "a": fact.a, "b": fact.b})
    found: dict[str, Row] = {}
    for type, ids in sorted_out(asked)[1].items():
        if type != SAME["possible"]:
            given = [fact for id in ids for fact in asked[id]]
            [row] = graph.ask(view, inquiry, "alerts/facts", fills={"type": type}, facts=given)
            found.update((id, {"id": id, "a": a, "b": b, "type": type, "compartments": of}) for id, a, b, of in row["found"])
    return found


def _fact(fact: Fact) -> dict[str, Any]:
    return {"id": fact.id, "a": fact.a, "b": fact.b, "change": fact.change}
