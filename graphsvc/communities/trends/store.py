"""Results in the graph: one node an anomaly, one a series, written under their run before the run counts. May import what is beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from graphsvc.communities.trends.anomaly import Anomaly
from graphsvc.communities.trends.counts import Series
from graphsvc.communities.trends.parameters import KINDS
from graphsvc.graph.driver import Graph

_AT_ONCE = 200


def write(graph: Graph, run: str, job: str, anomalies: Iterable[Anomaly], series: Iterable[Series], first: Mapping[str, str]) -> None:
    """Write what a run has found; `first` says of anomalies that earlier runs had, which did first."""
    ordered = sorted(anomalies, key=lambda one: (KINDS.index(one.kind), -one.total, one.id(job)))
    rows = (
        {
            **{"key": f"{run}#{number}", "id": one.id(job), "number": number, "run": run, "job": job},
            **{"kind": one.kind, "month": one.month, "entities": list(one.entities), "first": first.get(one.id(job), run)},
            "told": json.dumps(one.told(), sort_keys=True),
        }
        for number, one in enumerate(ordered)
    )
    for some in _parts(rows):
        graph.run("trends/put_anomalies", rows=some)
    kept = sorted(series, key=lambda one: (one.of == "links", one.source, one.table or "", one.type or "", one.place or ""))
    counts = ({"key": f"{run}#{number}", "number": number, "run": run, "job": job, **one.stored()} for number, one in enumerate(kept))
    for some in _parts(counts):
        graph.run("trends/put_trends", rows=some)


def take_away(graph: Graph, run: str) -> None:
    """Take away what a run has written."""
    graph.auto("trends/take_away", run=run)


def _parts(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(rows)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some
