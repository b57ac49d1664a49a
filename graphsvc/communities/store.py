"""Results in the graph: one node a community, written under its run before the run counts. May import the graph and what is beside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from graphsvc.communities.projection import Found
from graphsvc.communities.stable import Community
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View

# Ids that one transaction writes, some 100 bytes each.
_IDS_AT_ONCE = 50_000
_CHANGES_AT_ONCE = 500


def write(graph: Graph, run: str, job: str, found: Iterable[Community], whole: Found) -> None:
    """Write the communities of a run, with the measures of each member."""
    values = {id: group.measured[at] for group in whole.groups for at, id in enumerate(group.ids)} if whole.measures else {}
    rows: list[dict[str, Any]] = []
    ids = 0
    for one in found:
        rows.append(_row(run, job, one, whole.measures, values))
        ids += len(one.members) + len(one.things)
        if ids >= _IDS_AT_ONCE:
            graph.run("communities/put", rows=rows)
            rows, ids = [], 0
    graph.run("communities/put", rows=rows)


def _row(run: str, job: str, one: Community, measures: list[str], values: Mapping[str, list[float]]) -> dict[str, Any]:
    nothing = [0.0] * len(measures)
    measured = [values.get(id, nothing) for id in one.members]
    return {
        "key": f"{run}#{one.number}",
        "id": community_id(job, one.number or 0),
        "number": one.number,
        "run": run,
        "job": job,
        "size": one.size,
        "members": one.members,
        "things": one.things,
        **{name: [value[at] for value in measured] for at, name in enumerate(measures)},
    }


def community_id(job: str, number: int) -> str:
    """The id of a community of a job: the same as long as it goes on."""
    return f"{job}-{number}"


def before(graph: Graph, view: View, inquiry: Inquiry, job: str) -> Row | None:
    """The last finished run of the job on compartments that are all in view (its properties), or None."""
    rows = graph.ask(view, inquiry, "communities/before", job=job)
    return rows[0]["run"] if rows else None


def of_run(graph: Graph, view: View, inquiry: Inquiry, run: str, *, timeout_s: float | None = None) -> list[Community]:
    """All communities of a finished run that is in view."""
    rows = graph.ask(view, inquiry, "communities/whole", run=run, timeout_s=timeout_s)
    return [Community(row["number"], row["members"], row["things"], row["size"]) for row in rows]


def write_changes(graph: Graph, run: str, since: str, changes: Sequence[dict[str, Any]]) -> None:
    """Write what has changed since the run before, in order."""
    rows = (
        {
            **{"run": run, "since": since, "number": number, "kind": one["kind"]},
            "communities": sorted({*one["before"], *one["after"]}),
            "told": json.dumps(one, sort_keys=True),
        }
        for number, one in enumerate(changes)
    )
    for some in _parts(rows, _CHANGES_AT_ONCE):
        graph.run("communities/put_changes", rows=some)


def write_bridges(graph: Graph, run: str, found: Found) -> None:
    """Write the bridges that a run has measured, by the entities at either end."""
    ids: dict[int, list[str]] = {}
    wanted = {cluster for pair in found.bridges for cluster in pair}
    for group in found.groups:
        for id, cluster in zip(group.ids, group.clusters, strict=True):
            if cluster in wanted:
                ids.setdefault(cluster, []).append(id)
    rows = ({"run": run, "a": ids[a], "b": ids[b]} for a, b in found.bridges if a in ids and b in ids)
    for some in _parts(rows, _CHANGES_AT_ONCE):
        graph.run("communities/put_bridges", rows=some)


def take_away(graph: Graph, run: str) -> None:
    """Take away what a run has written."""
    graph.auto("communities/take_away", run=run)


def _parts(rows: Iterable[dict[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(rows)
    while some := list(islice(waiting, most)):
        yield some
