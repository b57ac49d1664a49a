"""Runs of resolution: what the decisions of a run change in the graph, transaction by transaction, and how a run is undone.

May import the graph. A decision is content-addressed: the same evidence gives the same id, so that a run that was broken off is finished by
the next, a run again changes nothing, and nothing that was once decided is overwritten. The feed tells what each run has changed.
"""

from __future__ import annotations

import gc
import os
import platform
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph, Row, Tx
from graphsvc.graph.types import utc_now
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.changes import changed
from graphsvc.resolution.clusters import Contradiction
from graphsvc.resolution.decisions import Resolution
from graphsvc.resolution.engines import DUCKDB, Engine
from graphsvc.resolution.increments import Before, changed_since, conditions
from graphsvc.resolution.reading import Entities, read
from graphsvc.resolution.reference import NO_REFERENCE, Reference
from graphsvc.resolution.resolve import resolve_organisations, resolve_people
from graphsvc.resolution.stored import TYPES, Ground, Stored, stored, stored_likeness
from graphsvc.resolution.things import resolve_things

KINDS = ("people", "organisations", "things")
_RESOLVERS: dict[str, Callable[..., Resolution]] = {"people": resolve_people, "organisations": resolve_organisations}
# Decisions that one transaction writes, some 2 kB each.
_AT_ONCE = 2_000
_PAGE = 20_000
Pair = tuple[str, str]
Say = Callable[[str], None]


def run(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    *,
    kinds: Sequence[str] = KINDS,
    reference: Reference = NO_REFERENCE,
    everything: bool = False,
    engine: Engine = DUCKDB,
    say: Say = lambda text: None,
) -> dict[str, Any]:
    """Decide who is who within the view, and write what has changed; returns the run: id, counts, contradictions.

    Where an earlier run on the same view under the same conditions is known, only what has changed since is compared, to the same end;
    `everything` compares all again. What people have judged stays: no run joins what somebody rejected. Decisions that rest on something
    out of view are left alone. `engine` finds and weighs the pairs; what is decided does not name it.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(f"Resolution knows no {kind!r}.", hint=f"It knows: {', '.join(KINDS)}.")
    id = f"run/{utc_now()[:19].replace(':', '').replace('-', '')}-{secrets.token_hex(3)}"
    given = conditions(graph, view, inquiry, kinds, reference, engine)
    told: dict[str, Any] = {
        "id": id,
        "kinds": list(kinds),
        "compartments": list(view.compartments),
        "by": inquiry.user,
        "reference": reference.sha256,
        "engine": engine.name,
        "conditions": given,
        # What comes into the graph from here on is for the next run.
        "seq": graph.run("topology/head", at=0)[0]["seq"],
    }
    _note(graph, id, **told, status="running", started_at=utc_now(), pid=os.getpid(), host=platform.node())
    try:
        before = None if everything else changed_since(graph, view, inquiry, kinds, given)
        told["since"] = before.run if before else None
        deciding = _Run(graph, view, inquiry, id, reference, before, engine, say)
        with _seldom_collected():
            for kind in kinds:
                deciding.decide(kind)
    except BaseException as error:
        _note(graph, id, status="failed", finished_at=utc_now(), error=str(error)[:2000] or type(error).__name__)
        raise
    counts, contradictions = deciding.counts, list(deciding.contradictions)
    _note(graph, id, **counts, since=told["since"], contradictions=contradictions, status="finished", finished_at=utc_now())
    return {**told, **counts, "contradictions": contradictions}


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Millions of objects live until the end of a run: looking through them for cycles again and again took a third of its time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _note(graph: Graph, run: str, /, **told: Any) -> None:
    graph.run("resolution/run_put", id=run, set=told)


class _Run:
    """A run on its way: reads a kind of entity, decides, and writes what that changes."""

    def __init__(
        self,
        graph: Graph,
        view: View,
        inquiry: Inquiry,
        id: str,
        reference: Reference,
        before: Before | None,
        engine: Engine,
        say: Say,
    ) -> None:
        self._graph, self._view, self._inquiry, self._id = graph, view, inquiry, id
        self._reference, self._before, self._engine, self._say = reference, before, engine, say
        self._judged = graph.ask(view, inquiry, "resolution/judged")
        self.counts = dict.fromkeys(("entities", "same", "possible", "added", "retired"), 0)
        self.contradictions: dict[str, None] = {}

    def decide(self, kind: str) -> None:
        if self._before is not None and not self._before.touched:
            self._say(f"Nothing in view has changed since {self._before.run}.")
            return
        self._say(f"Reading {kind}.")
        entities = read(self._graph, self._view, self._inquiry, kind)
        self.counts["entities"] += entities.table.num_rows
        standing = {row["id"]: row for row in _standing(self._graph, self._view, self._inquiry, kind)}
        if not entities.table.num_rows and not standing:
            return
        ids = entities.table["id"].to_pylist()
        touched = None if self._before is None else self._before.touched & {*ids}
        if touched is not None and 2 * len(touched) > len(ids):
            touched = None
        self._say(f"Comparing {kind}." if self._before is None else f"Comparing the {kind} that have changed since {self._before.run}.")
        columns = entities.table.select(["id", "records"]).to_pydict()
        records = {id: listed or [] for id, listed in zip(columns["id"], columns["records"], strict=True)}
        ground = Ground(entities.compartments, records, self._reference.sha256)
        if kind == "things":
            self._things(entities, standing, ground)
        else:
            self._weighed(kind, entities, standing, touched, ground)

    def _judged_as(self, verdict: str) -> list[Pair]:
        return [(one["a"], one["b"]) for one in self._judged if one["verdict"] == verdict]

    def _things(self, entities: Entities, standing: dict[str, Row], ground: Ground) -> None:
        """Things are told by what identifies them, which takes no longer for all than for some."""
        likenesses, contradictions = resolve_things(entities.table, standing=self._judged_as("same"), apart=self._judged_as("never"))
        self._held_back(contradictions)
        self._write((stored_likeness(one, self._id, ground) for one in likenesses), {*standing})

    def _weighed(self, kind: str, entities: Entities, standing: dict[str, Row], touched: frozenset[str] | None, ground: Ground) -> None:
        while True:
            known = _strong_elsewhere(standing.values(), touched)
            resolution = _RESOLVERS[kind](
                entities.table,
                reference=self._reference,
                only=touched,
                standing=self._judged_as("same"),
                apart=self._judged_as("never"),
                earlier=[(a, b, one.bits, one.decisive) for (a, b), one in known.items()],
                engine=self._engine,
            )
            # Whom a change turns round without being near is compared again as well.
            turned = {end for pair, one in known.items() if one.held != (pair in resolution.held_earlier) for end in pair}
            if touched is None or not turned:
                break
            touched |= turned
        self._held_back(resolution.contradictions)
        model = resolution.decisions.model
        weighed = replace(ground, thresholds={"same": model.same_bits, "possible": model.possible_bits})
        self._write(
            (stored(decision, self._id, weighed) for decision in resolution.decisions),
            {id for id, row in standing.items() if touched is None or row["a"] in touched or row["b"] in touched},
        )

    def _held_back(self, contradictions: Iterable[Contradiction]) -> None:
        # Several pairs can be held back by one contradiction.
        self.contradictions.update(dict.fromkeys(one.sentence() for one in contradictions))

    def _write(self, decided: Iterable[tuple[str, Stored]], standing: set[str]) -> None:
        """Write what is new, let hold again what held before, and retire of `standing` what this run does not say any more."""
        waiting = iter(decided)
        self._say("Writing decisions.")
        # The next ones are made while the server writes.
        with ThreadPoolExecutor(1, thread_name_prefix="decisions") as writer:
            written: Future[tuple[int, int]] | None = None
            while some := list(islice(waiting, _AT_ONCE)):
                rows: dict[str, list[Stored]] = {type: [] for type in TYPES.values()}
                for type, row in some:
                    self.counts[row["p"]["decision"]] += 1
                    if row["p"]["id"] in standing:
                        standing.discard(row["p"]["id"])
                    else:
                        rows[type].append(row)
                if written is not None:
                    self._count(written.result())
                written = writer.submit(_write, self._graph, self._id, create=rows)
            if written is not None:
                self._count(written.result())
        for ids in _parts(sorted(standing)):
            self._count(_write(self._graph, self._id, retire=ids))

    def _count(self, changed: tuple[int, int]) -> None:
        self.counts["added"] += changed[0]
        self.counts["retired"] += changed[1]


class _Strong(NamedTuple):
    """A pair that is the same, or would be but for a contradiction (`held`); `decisive`: an equal identifier decided."""

    bits: float
    decisive: bool
    held: bool


def _strong_elsewhere(standing: Iterable[Row], touched: frozenset[str] | None) -> dict[Pair, _Strong]:
    """Those of the strong pairs that nothing has touched."""
    return {
        (row["a"], row["b"]): _Strong(row["bits"], row["decisive"], row["contradicted"])
        for row in standing
        if touched is not None
        and row["a"] not in touched
        and row["b"] not in touched
        and (row["contradicted"] or row["id"].startswith("same/"))
    }


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


def _standing(graph: Graph, view: View, inquiry: Inquiry, kind: str) -> Iterator[Row]:
    """The decisions in force on such entities that rest on nothing out of view."""
    for type in TYPES.values():
        after = ""
        while rows := graph.ask(view, inquiry, "resolution/standing", fills={"type": type}, kind=kind, after=after, limit=_PAGE):
            yield from rows
            after = rows[-1]["id"]


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
            there = set(tx.run("resolution/there", {"type": type}, ids=[r["p"]["id"] for r in rows])[0]["ids"]) if rows else set()
            new = [row for row in rows if row["p"]["id"] not in there]
            added += tx.run("resolution/create", {"type": type}, rows=new, seq=seq)[0]["ids"] if new else []
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
