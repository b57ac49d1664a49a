"""What runs of jobs find, for watches of it: each kind of run says how, by registering. May import communities and what is beside.

A finding is told by its number within the run; what it says is read again by whoever opens the alert, within their view.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphsvc.alerts.watches import Watch
from graphsvc.communities.questions import told_changes
from graphsvc.communities.trends.parameters import KINDS
from graphsvc.communities.trends.questions import told_anomalies
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View

MOST = 50
Of = Callable[[Graph, View, Inquiry, str, Watch], tuple[list[str], list[str]]]
Told = Callable[[Graph, View, Inquiry, str, list[str]], list[dict[str, Any]]]


@dataclass(frozen=True)
class Findings:
    """A kind of run. `kinds`: the kinds of anomaly that it finds (of communities none). `of` gives what a run found for a watch, within the
    view, as the keys of findings, and the compartments of the run; `told` tells the findings of those keys.
    """

    kinds: tuple[str, ...]
    fits: Callable[[Watch], bool]
    of: Of
    told: Told


def _changes(graph: Graph, view: View, inquiry: Inquiry, run: str, watch: Watch) -> tuple[list[str], list[str]]:
    asked: dict[str, Any] = {"job": None, "run": run, "kinds": None, "community": watch.subject.community, "after": 0, "limit": MOST}
    rows = graph.ask(view, inquiry, "communities/changes", **asked)
    return ([watch.subject.community] if rows and rows[0]["changes"] else []), (rows[0]["run"]["compartments"] if rows else [])


def _told(graph: Graph, view: View, inquiry: Inquiry, run: str, keys: list[str]) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"job": None, "run": run, "kinds": None, "after": 0, "limit": MOST}
    rows = [row for key in keys for row in graph.ask(view, inquiry, "communities/changes", community=key, **asked)]
    return told_changes(graph, view, inquiry, [json.loads(text) for row in rows for text in row["changes"]])


COMMUNITIES = Findings((), lambda watch: watch.subject.kind == "community", _changes, _told)


def _anomalies(graph: Graph, view: View, inquiry: Inquiry, run: str, watch: Watch) -> tuple[list[str], list[str]]:
    """Those that no run of the job before had."""
    asked: dict[str, Any] = {"job": None, "run": run, "kinds": [watch.subject.anomaly], "entity": None, "fresh": True}
    rows = graph.ask(view, inquiry, "trends/page", after=0, limit=MOST, **asked)
    return ([one["id"] for one in rows[0]["anomalies"]], rows[0]["run"]["compartments"]) if rows else ([], [])


def _told_anomalies(graph: Graph, view: View, inquiry: Inquiry, run: str, keys: list[str]) -> list[dict[str, Any]]:
    rows = [row["anomaly"] for key in keys for row in graph.ask(view, inquiry, "trends/one", id=key, run=run)]
    told = told_anomalies(graph, view, inquiry, rows, run)
    return [{**one, "why": f"Its method and records: `graphsvc anomalies show {one['id']}`."} for one in told]


TRENDS = Findings(KINDS, lambda watch: watch.subject.kind == "anomaly", _anomalies, _told_anomalies)

# By the kind of run. A package whose runs find something adds itself here, and it can be watched.
FINDINGS: dict[str, Findings] = {"communities": COMMUNITIES, "trends": TRENDS}


def anomalies(findings: Mapping[str, Findings] = FINDINGS) -> list[str]:
    """The kinds of anomaly that can be watched."""
    return sorted({kind for one in findings.values() for kind in one.kinds})
