"""What has changed from one run to another, with causes, as it is kept: ids, no names. May import the graph and the parts beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from graphsvc.communities.causes import Cause, cause
from graphsvc.communities.compare import Change, changes
from graphsvc.communities.local import Local
from graphsvc.communities.parameters import Communities
from graphsvc.communities.stable import Community
from graphsvc.communities.store import community_id
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.jobs.kinds import Limits, Run

# Entities of the communities of a change, beyond which it is not looked into.
_MOST_ENTITIES = 5_000
_FAR = "Too much belongs to the communities that it is about to look into it."
_METHOD = "The two runs were made in other ways: {}."


def compared(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    run: Run,
    asked: Communities,
    limits: Limits,
    *,
    before: Sequence[Community],
    after: Sequence[Community],
    between: tuple[int, int],
    hubs: frozenset[str],
    differs: Sequence[str],
) -> list[dict[str, Any]]:
    """All changes, each with its cause. `between`: the batches that the two runs were made at. `differs`: in what else the runs differ
    (parameters, versions, view): then a change without a cause in the records is put down to that.
    """
    found = changes(before, after)
    old, new = ({one.number: one for one in some if one.number is not None} for some in (before, after))
    if not asked.causes:
        return [_told(run.job, change, Cause((), False, "Causes were not looked for."), {}, differs) for change in found]
    near = _Near(old, new)
    told = []
    for number, change in enumerate(found, 1):
        if number % 20 == 1:
            run.say(f"Looking for the causes of {len(found):,} changes: {number:,}.")
        ids = near.of(change)
        if len(ids) > _MOST_ENTITIES:
            told.append(_told(run.job, change, Cause((), False, _FAR), {}, differs))
            continue
        local = Local(graph, view, inquiry, run, asked, limits, ids, hubs, between)
        why = cause(change, local, old, new, asked.least)
        told.append(_told(run.job, change, why, _origins(graph, why), differs))
    return told


class _Near:
    """Which entities surround a change: the communities that it is of, and those that share a member with them, of before and of after."""

    def __init__(self, old: Mapping[int, Community], new: Mapping[int, Community]) -> None:
        self._sides = (old, new)
        self._at = tuple({id: number for number, one in side.items() for id in one.ids} for side in self._sides)

    def of(self, change: Change) -> list[str]:
        ids = set(change.entities)
        for side, numbers in zip(self._sides, (change.before, change.after), strict=True):
            ids.update(id for number in numbers for id in side[number].ids)
        if change.kind == "moved":
            ids.update(
                id for side, number in ((self._sides[0], change.after[0]), (self._sides[1], change.before[0])) for id in side[number].ids
            )
        more = set(ids)
        for side, at in zip(self._sides, self._at, strict=True):
            for number in {at[id] for id in ids if id in at}:
                more.update(side[number].ids)
        return sorted(more)


def _origins(graph: Graph, why: Cause) -> dict[int, dict[str, Any]]:
    seqs = sorted({fact.seq for fact in why.facts})
    return {row["seq"]: row for row in graph.run("communities/origins", seqs=seqs)} if seqs else {}


def _told(job: str, change: Change, why: Cause, origins: Mapping[int, dict[str, Any]], differs: Sequence[str]) -> dict[str, Any]:
    facts = []
    for fact in why.facts:
        origin = origins.get(fact.seq, {})
        facts.append({**asdict(fact), "load": origin.get("load"), "run": origin.get("run")})
    why_not = why.why_not
    if why_not is not None and differs:
        why_not = _METHOD.format(", ".join(differs))
    return {
        "kind": change.kind,
        "before": [community_id(job, number) for number in change.before],
        "after": [community_id(job, number) for number in change.after],
        "entities": list(change.entities),
        "facts": facts,
        "minimal": why.minimal,
        "because": "records" if facts else "method" if differs else "unknown",
        "why_not": why_not,
    }


def counted(told: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many changes there are of each kind, and of how many the cause is known."""
    counts: dict[str, int] = defaultdict(int)
    for one in told:
        counts[one["kind"]] += 1
        counts["explained"] += one["because"] != "unknown"
    return dict(sorted(counts.items()))
