"""Runs of resolution: what the decisions of a run change in the graph, transaction by transaction, and how a run is undone.

May import the graph. A decision is content-addressed: the same evidence gives the same id, so that a run that was broken off is finished by
the next, a run again changes nothing, and nothing that was once decided is overwritten. The feed tells what each run has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph, Tx
from graphsvc.graph.types import utc_now
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.changes import changed
from graphsvc.resolution.decisions import Decision, Resolution
from graphsvc.resolution.reading import Entities, read
from graphsvc.resolution.reference import NO_REFERENCE, Reference
from graphsvc.resolution.resolve import resolve_organisations, resolve_people
from graphsvc.resolution.stored import TYPES, Stored, stored

KINDS = ("people", "organisations")
_LABELS = {"people": "Person", "organisations": "Organization"}
_RESOLVERS: dict[str, Callable[..., Resolution]] = {"people": resolve_people, "organisations": resolve_organisations}
# Decisions that one transaction writes, some 2 kB each.
_AT_ONCE = 2_000
_PAGE = 20_000


def run(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    *,
    kinds: Sequence[str] = KINDS,
    reference: Reference = NO_REFERENCE,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Decide who is who within the view, and write what has changed; returns the run: id, counts, contradictions.

    What people have judged stays: no run joins what somebody rejected. Decisions that rest on something out of view are left alone.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(f"Resolution knows no {kind!r}.", hint=f"It knows: {', '.join(KINDS)}.")
    id = f"run/{utc_now()[:19].replace(':', '').replace('-', '')}-{secrets.token_hex(3)}"
    told: dict[str, Any] = {
        "id": id,
        "kinds": list(kinds),
        "compartments": list(view.compartments),
        "by": inquiry.user,
        "reference": reference.sha256,
    }
    _note(graph, id, **told, status="running", started_at=utc_now())
    try:
        counts, contradictions = _decided(graph, view, inquiry, id, kinds, reference, say)
    except BaseException as error:
        _note(graph, id, status="failed", finished_at=utc_now(), error=str(error)[:2000] or type(error).__name__)
        raise
    _note(graph, id, **counts, contradictions=contradictions, status="finished", finished_at=utc_now())
    return {**told, **counts, "contradictions": contradictions}


def _note(graph: Graph, run: str, /, **told: Any) -> None:
    graph.run("resolution/run_put", id=run, set=told)


def _decided(
    graph: Graph, view: View, inquiry: Inquiry, id: str, kinds: Sequence[str], reference: Reference, say: Callable[[str], None]
) -> tuple[dict[str, int], list[str]]:
    judged = graph.ask(view, inquiry, "resolution/judged")
    contradictions: dict[str, None] = {}
    counts = dict.fromkeys(("entities", "same", "possible", "added", "retired"), 0)
    for kind in kinds:
        say(f"Reading {kind}.")
        entities = read(graph, view, inquiry, kind)
        counts["entities"] += entities.table.num_rows
        if not entities.table.num_rows:
            continue
        say(f"Comparing {entities.table.num_rows:,} {kind}.")
        resolution = _RESOLVERS[kind](
            entities.table,
            reference=reference,
            standing=[(j["a"], j["b"]) for j in judged if j["verdict"] == "same"],
            apart=[(j["a"], j["b"]) for j in judged if j["verdict"] == "never"],
        )
        # Several pairs can be held back by one contradiction.
        contradictions.update(dict.fromkeys(contradiction.sentence() for contradiction in resolution.contradictions))
        say(f"Writing {len(resolution.decisions):,} decisions.")
        _Applied(graph, id, entities, reference.sha256, counts).apply(resolution.decisions, _standing(graph, view, inquiry, kind))
    return counts, list(contradictions)


def undo(graph: Graph, view: View, inquiry: Inquiry, id: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Take back what a run has changed: its decisions are retired, and those that it retired hold again. Returns the run, and counts.

    One that is undone already stays so. Raises NotFound for a run that is unknown, or not on compartments that are all in view.
    """
    found = graph.ask(view, inquiry, "resolution/runs_in_view", id=id, limit=1)
    if not found:
        raise NotFound(f"There is no run {id!r} on sources that are all in view.", hint="`graphsvc resolve list` names them.")
    run, counts = found[0]["run"], {"retired": 0, "added": 0}
    if run["status"] == "undone":
        return run, counts
    for batch in graph.run("resolution/run_batches", run=id):
        for ids in _parts(batch["added"]):
            counts["retired"] += _write(graph, f"undo {id}", retire=ids)[1]
        for ids in _parts(batch["retired"]):
            counts["added"] += _write(graph, f"undo {id}", revive=ids)[0]
    _note(graph, id, status="undone", undone_at=utc_now())
    return run, counts


def _standing(graph: Graph, view: View, inquiry: Inquiry, kind: str) -> set[str]:
    """Ids of the decisions in force on such entities that rest on nothing out of view."""
    found: set[str] = set()
    for type in TYPES.values():
        after = ""
        fills: dict[str, int | str] = {"type": type, "label": _LABELS[kind]}
        while rows := graph.ask(view, inquiry, "resolution/standing", fills=fills, after=after, limit=_PAGE):
            found.update(row["id"] for row in rows)
            after = rows[-1]["id"]
    return found


class _Applied:
    """A run's decisions on one kind of entity, being written."""

    def __init__(self, graph: Graph, run: str, entities: Entities, reference: str, counts: dict[str, int]) -> None:
        self._graph, self._run, self._reference = graph, run, reference
        self._entities, self._counts = entities, counts
        columns = entities.table.select(["id", "records"]).to_pydict()
        self._records = {id: listed or [] for id, listed in zip(columns["id"], columns["records"], strict=True)}

    def apply(self, decisions: Iterable[Decision], standing: set[str]) -> None:
        """Write what is new, let hold again what held before, and retire of `standing` what this run does not say any more."""
        waiting = iter(decisions)
        while some := list(islice(waiting, _AT_ONCE)):
            rows: dict[str, list[Stored]] = {type: [] for type in TYPES.values()}
            for decision in some:
                type, row = stored(decision, self._run, self._reference, self._entities.compartments, self._records)
                self._counts[decision.verdict] += 1
                if row["p"]["id"] in standing:
                    standing.discard(row["p"]["id"])
                else:
                    rows[type].append(row)
            self._count(_write(self._graph, self._run, create=rows))
        for ids in _parts(sorted(standing)):
            self._count(_write(self._graph, self._run, retire=ids))

    def _count(self, changed: tuple[int, int]) -> None:
        self._counts["added"] += changed[0]
        self._counts["retired"] += changed[1]


def _write(
    graph: Graph,
    run: str,
    *,
    create: dict[str, list[Stored]] | None = None,
    revive: Sequence[str] = (),
    retire: Sequence[str] = (),
) -> tuple[int, int]:
    """One transaction: new decisions, those that hold again, those that end, and the feed's entry. Returns how many came and went."""

    def work(tx: Tx) -> tuple[int, int]:
        seq = tx.run("loading/next_seq")[0]["seq"]
        added: list[str] = []
        for type, rows in (create or {}).items():
            there = {row["id"] for row in tx.run("resolution/there", {"type": type}, ids=[r["p"]["id"] for r in rows])} if rows else set()
            new = [row for row in rows if row["p"]["id"] not in there]
            added += [row["id"] for row in tx.run("resolution/create", {"type": type}, rows=new, seq=seq)] if new else []
            added += changed(tx, "resolution/revive", sorted(there), seq)
        added += changed(tx, "resolution/revive", revive, seq)
        retired = changed(tx, "resolution/retire", retire, seq)
        if added or retired:
            tx.run("resolution/batch", seq=seq, run=run, at=utc_now(), added=added, retired=retired)
        else:
            tx.run("loading/return_seq")
        return len(added), len(retired)

    return graph.write(work) if create or revive or retire else (0, 0)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[begin : begin + _AT_ONCE] for begin in range(0, len(ids), _AT_ONCE))
