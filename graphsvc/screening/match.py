"""A list of people or organisations compared with a view: each row with what look-ups found for it, by resolution itself.

The list is one source more, which numbers nobody. What is said of a row and an entity is what resolution says of these two alone, whatever
else is on the list. May import the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import combinations

import pyarrow as pa
import pyarrow.compute as pc

from graphsvc.connections.find import source_titles
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.ids import canonical
from graphsvc.resolution.clusters import differ, facts
from graphsvc.resolution.decisions import Decision, Decisions, Resolution, is_decisive
from graphsvc.resolution.explain import explain
from graphsvc.resolution.grow import MARGIN_BITS
from graphsvc.resolution.model import built_in
from graphsvc.resolution.reading import SCHEMAS, read_some
from graphsvc.resolution.reference import Reference
from graphsvc.resolution.resolve import resolve_organisations, resolve_people, weigh_pairs
from graphsvc.screening.addresses import same_addresses
from graphsvc.screening.candidate import Candidate, Told
from graphsvc.screening.lookups import Near, look_up
from graphsvc.screening.rows import SOURCE, Row

# Rows compared at once: enough to share the half second that a comparison takes to set up, few enough for a page of candidates each.
_AT_ONCE = 25
_RESOLVERS: dict[str, Callable[..., Resolution]] = {"people": resolve_people, "organisations": resolve_organisations}
_CUT = {
    "name": "more entities bear the name than were looked at",
    "value": "more entities share a phone, account or address than were looked at",
    "birth date": "more people were born on the day than were looked at",
    "number": "more organisations have the number than were looked at",
    "pairs": "too many entities share a value of the row: none was compared",
}


def screen(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    kind: str,
    rows: Sequence[Row],
    *,
    digest: Callable[[str], str],
    reference: Reference,
    limit: int,
) -> list[Told]:
    """What is in view of each row, in the order of the list.

    Of each: `row`, `line`, `asked`, `problems`, `answered`, `verdict` (the best one's), at most `limit` of `candidates` and how many
    `more`, with how many entities it was `compared`, how many candidates do no more than bear the name (`namesakes`), and by what
    the look-up was `cut`.
    """
    found: dict[int, tuple[list[Candidate], Near]] = {}
    able = [row for row in rows if row.told is not None]
    for start in range(0, len(able), _AT_ONCE):
        batch = able[start : start + _AT_ONCE]
        near = look_up(graph, view, inquiry, kind, batch, digest=digest)
        if kind == "addresses":
            compared = same_addresses(graph, view, inquiry, batch, near)
        else:
            compared = _compared(graph, view, inquiry, kind, batch, near, reference)
        found.update({row.number: (sorted(compared[row.number], key=lambda c: c.order), near[row.number]) for row in batch})
    shown = sorted({candidate.id for candidates, _ in found.values() for candidate in candidates[:limit]})
    captions = _described(graph, view, inquiry, shown)
    return [_told(row, found.get(row.number), captions, limit) for row in rows]


def _compared(
    graph: Graph, view: View, inquiry: Inquiry, kind: str, rows: Sequence[Row], near: dict[int, Near], reference: Reference
) -> dict[int, list[Candidate]]:
    """Of each row, by its number, what resolution says of it; of too many pairs at once, by halves of the rows."""
    entities = read_some(graph, view, inquiry, kind, [id for row in rows for id in near[row.number].ids]).table
    numbers = dict(zip(entities["id"].to_pylist(), entities["identifiers"].to_pylist(), strict=True))
    listed = [as_spelt(row.told or {}, [numbers[id] or [] for id in sorted(near[row.number].ids) if id in numbers]) for row in rows]
    decided: dict[int, list[Decision]] = {row.number: [] for row in rows}
    by_id = {row.id: row.number for row in rows}
    try:
        for decision in _decided(kind, listed, entities, reference):
            # Only with what was looked up for this very row, so that another row of the list changes nothing.
            number = by_id[decision.a]
            if decision.b in near[number].ids:
                decided[number].append(decision)
    except InputError as error:
        if "pairs" not in error.details:
            raise
        if len(rows) == 1:
            near[rows[0].number].cut.add("pairs")
            return {rows[0].number: []}
        half = len(rows) // 2
        parts = [_compared(graph, view, inquiry, kind, part, near, reference) for part in (rows[:half], rows[half:])]
        return parts[0] | parts[1]
    found = {number: [_candidate(one) for one in _of_one(kind, decisions, entities)] for number, decisions in decided.items()}
    for number, candidates in _namesakes(kind, rows, listed, entities, near, found, reference):
        found[number] += candidates
    return found


def _namesakes(
    kind: str,
    rows: Sequence[Row],
    listed: Sequence[Told],
    entities: pa.Table,
    near: dict[int, Near],
    found: dict[int, list[Candidate]],
    reference: Reference,
) -> Iterator[tuple[int, list[Candidate]]]:
    """Of each row, by its number, those who bear its name and of whom resolution says nothing."""
    known = {*entities["id"].to_pylist()}
    pairs = [
        (row.id, id) for row in rows for id in sorted((near[row.number].named & known) - {candidate.id for candidate in found[row.number]})
    ]
    if not pairs:
        return
    numbers = {row.id: row.number for row in rows}
    for decision in weigh_pairs(kind, _together(kind, listed, entities), pairs, reference=reference):
        summed = f"together {decision.bits:+.1f} bits: of the name, with too little besides"
        yield numbers[decision.a], [replace(_candidate(decision), verdict="namesake", sentences=(*explain(decision)[:-1], summed))]


def _together(kind: str, listed: Sequence[Told], entities: pa.Table) -> pa.Table:
    schema = SCHEMAS[kind]
    rows = [{name: row.get(name) for name in schema.names} for row in listed]
    return pa.concat_tables([pa.Table.from_pylist(rows, schema=schema), entities])


def as_spelt(told: Told, others: Sequence[Sequence[str]]) -> Told:
    """The row with its identifiers also as the entities write them that have the same: `12-3456-7` and `1234567` are one number."""
    own = {_plain(one) for one in told["identifiers"]}
    same = [one for identifiers in others for one in identifiers if _plain(one) in own]
    return {**told, "identifiers": list(dict.fromkeys([*told["identifiers"], *same]))}


def _plain(identifier: str) -> tuple[str, ...]:
    return tuple(canonical(part) for part in identifier.split("|"))


def _decided(kind: str, listed: Sequence[Told], entities: pa.Table, reference: Reference) -> Iterator[Decision]:
    """Resolution's decisions on pairs of a row and an entity."""
    table = _together(kind, listed, entities)
    decisions = _RESOLVERS[kind](table, reference=reference, only=[row["id"] for row in listed]).decisions
    for decision in decisions:
        if decision.a.startswith(f"{SOURCE}/") and not decision.b.startswith(f"{SOURCE}/"):
            yield _alone(decision, decisions) if decision.contradicted else decision


def _alone(decision: Decision, decisions: Decisions) -> Decision:
    """The decision on two alone: what contradicts only others of the list, or of a cluster, does not part these two."""
    ids = decisions.table["id"].to_pylist()
    a, b = (facts(n, decisions.table.slice(ids.index(id), 1).to_pylist()[0]) for n, id in enumerate((decision.a, decision.b)))
    if differ(a, b, decisions.model.contradicting()) is not None:
        return decision
    return replace(decision, verdict="same", contradicted=False)


def _of_one(kind: str, decisions: Sequence[Decision], entities: pa.Table) -> Iterator[Decision]:
    """The decisions on one row, of which it is not the same as two who contradict each other: the clearly stronger, or neither."""
    same = sorted((one for one in decisions if one.verdict == "same"), key=lambda one: (not is_decisive(one), -one.bits, one.b))
    ids = pa.array([one.b for one in same], pa.string())
    rows = {row["id"]: row for row in entities.filter(pc.is_in(entities["id"], ids)).to_pylist()} if len(same) > 1 else {}
    parted: set[str] = set()
    for one, other in combinations(same, 2):
        if differ(facts(0, rows[one.b]), facts(1, rows[other.b]), built_in(kind).contradicting()) is not None:
            clearly = is_decisive(one) or one.bits >= other.bits + MARGIN_BITS
            parted.update([other.b] if clearly else [one.b, other.b])
    return (replace(one, verdict="possible", contradicted=True) if one.b in parted else one for one in decisions)


def _candidate(decision: Decision) -> Candidate:
    return Candidate(
        id=decision.b,
        verdict=decision.verdict,
        score=round(decision.score, 6),
        bits=round(decision.bits, 4),
        corroborated_by=decision.corroborated_by,
        contradicted=decision.contradicted,
        sentences=tuple(explain(decision)),
        comparisons=tuple({**asdict(one), "bits": round(one.bits, 4)} for one in decision.comparisons),
    )


def _described(graph: Graph, view: View, inquiry: Inquiry, ids: list[str]) -> dict[str, Told]:
    """How the candidates are called, and by whom."""
    if not ids:
        return {}
    titles, _ = source_titles(graph, view, inquiry)
    entities = [row["entity"] for row in graph.ask(view, inquiry, "read/entity", ids=ids)]
    return {
        one["id"]: {
            "caption": one.get("caption") or one["id"],
            "type": one["type"],
            "source": one["source"],
            "source_title": titles.get(one["source"], one["source"]),
        }
        for one in entities
    }


def _told(row: Row, found: tuple[list[Candidate], Near] | None, captions: dict[str, Told], limit: int) -> Told:
    candidates, near = found or ([], Near())
    return {
        "row": row.number,
        "line": row.given.line,
        "asked": {name: list(values) for name, values in sorted(row.given.values.items())},
        "problems": list(row.problems),
        "answered": row.told is not None,
        "verdict": candidates[0].verdict if candidates else None,
        "candidates": [{**asdict(one), **captions[one.id]} for one in candidates[:limit] if one.id in captions],
        "more": max(0, len(candidates) - limit),
        "compared": len(near.ids),
        "namesakes": sum(one.verdict == "namesake" for one in candidates),
        "cut": [_CUT[by] for by in sorted(near.cut)],
    }
