"""New links between communities that nothing joined before. May import the parts beside it, and those of communities.

Communities are those that the last run knew before the link came; whether anything else hangs the two together is what the last run has
measured after it (bridges: links without which what hangs together falls apart).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphsvc.communities.projection import MOST_BRIDGES
from graphsvc.communities.stable import Community
from graphsvc.communities.store import community_id, of_run
from graphsvc.communities.trends import months
from graphsvc.communities.trends.anomaly import Anomaly, facts
from graphsvc.communities.trends.parameters import Trends
from graphsvc.communities.trends.reading import Links, Reader
from graphsvc.graph.driver import Row
from graphsvc.graph.ontology import load_ontology


def new_bridges(reader: Reader, links: Links, known: set[tuple[str, str]], month: int, asked: Trends) -> tuple[list[Anomaly], str | None]:
    """The anomalies, and of which links it can't be said (None: of all it can)."""
    states = [name for name, link in load_ontology().links.items() if link.kind == "state"]
    codes = [code for code, kind in enumerate(links.kinds) if kind in known]
    fresh = links.rel[links.of(*states) & (links.month == month) & np.isin(links.code, codes)]
    new = [row for row in reader.details(fresh) if row["new"]]
    runs = reader.ask("community_runs", job=asked.communities)
    if new and not runs:
        whose = f"the job {asked.communities}" if asked.communities else "any job"
        return [], f"Of {len(new):,} links of this month it can't be said: there is no run of {whose} that has found communities, in view."
    by_run: dict[str, list[Row]] = defaultdict(list)
    for row in new:
        by_run[next((run["run"] for run in runs if run["seq"] < row["seq"]), "")].append(row)
    too_early = by_run.pop("", [])
    told = []
    for run, rows in sorted(by_run.items()):
        job = next(one["job"] for one in runs if one["run"] == run)
        last = max(row["seq"] for row in rows)
        after = next((one["run"] for one in runs if _measured(one) and one["seq"] >= last), None)
        told += _of_run(reader, run, job, after, rows, month, asked)
    why_not = f"Of {len(too_early):,} links of this month it can't be said: they came before the first run of communities that is kept."
    return told, why_not if too_early else None


def _measured(run: Row) -> bool:
    """Whether all bridges that there were are kept of a run."""
    return run["bridges"] is not None and run["bridges"] < MOST_BRIDGES


def _of_run(reader: Reader, run: str, job: str, after: str | None, new: list[Row], month: int, asked: Trends) -> list[Anomaly]:
    """Those between the communities of one run, by links that came after it. `after`: a run that has measured bridges with them."""
    found = of_run(reader.graph, reader.view, reader.inquiry, run, timeout_s=reader.limits.timeout_s)
    pairs = _joining(found, new, asked)
    cut = _Cut(reader.ask("community_bridges", run=after)) if after else None
    told = []
    for (a, b), rows in sorted(pairs.items()):
        if cut is not None and not any(cut.has(row["a"], row["b"]) for row in rows):
            continue
        [earlier] = reader.ask("between", a=found[a].ids, b=found[b].ids, besides=[row["id"] for row in rows], seq=reader.seq)
        if earlier["links"]:
            continue
        names = [community_id(job, found[n].number or 0) for n in (a, b)]
        numbers: dict[str, Any] = {"communities": names, "members": [found[n].size for n in (a, b)], "run": run, "measured": after}
        about = {"links": sorted(row["id"] for row in rows)}
        ends = tuple(sorted({end for row in rows for end in (row["a"], row["b"])}))
        told.append(Anomaly("new_bridge", months.text(month), about, numbers, ends, facts(rows), len(rows)))
    return told


def _joining(found: Sequence[Community], new: Sequence[Row], asked: Trends) -> dict[tuple[int, int], list[Row]]:
    """The new links between each two communities that are large enough."""
    at = {id: n for n, one in enumerate(found) if one.size >= asked.bridge_members for id in one.ids}
    pairs: dict[tuple[int, int], list[Row]] = defaultdict(list)
    # Somebody who is new may bring the two together: who is in neither joins what their own links lead to.
    middle: dict[str, dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in new:
        a, b = at.get(row["a"]), at.get(row["b"])
        if a is not None and b is not None and a != b:
            pairs[min(a, b), max(a, b)].append(row)
        elif (a is None) != (b is None):
            outside, n = (row["a"], b) if a is None else (row["b"], a)
            middle[outside][n if n is not None else -1].append(row)
    for reached in middle.values():
        if len(reached) == 2:
            a, b = sorted(reached)
            pairs[a, b] += [*reached[a], *reached[b]]
    return pairs


class _Cut:
    """The bridges that a run has measured, by the entities at their ends."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._at: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for n, row in enumerate(rows):
            for side, ids in enumerate((row["a"], row["b"])):
                for id in ids:
                    self._at[id].add((n, side))

    def has(self, a: str, b: str) -> bool:
        there = self._at.get(b, set())
        return any((n, 1 - side) in there for n, side in self._at.get(a, ()))
