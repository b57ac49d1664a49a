"""What is counted: links in view as arrays of numbers, streamed out of the graph part by part. May import the graph.

A link counts in the month of its fact: of an event, when it happened; of a state, when it began. One that tells neither counts in the month
as of which its source told it first, unless that is the first month that the source told of at all: then it was there before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from graphsvc.communities.trends import months
from graphsvc.communities.trends.compiled import joined
from graphsvc.communities.trends.months import NO_MONTH
from graphsvc.errors import Conflict, TooLarge
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View
from graphsvc.jobs.kinds import Limits, Run

Numbers = npt.NDArray[np.int64]
# Internal numbers of nodes that one query looks at: some 100,000 links, a few MB.
_PART = 50_000
_DETAILS_AT_ONCE = 2_000
# As arrays, and while they are sorted: 251 at the most at 200,000 links (tracemalloc), and half as much again for what stands out.
_BYTES_A_LINK = 400
_SHARE = 0.6
_MIB = 1 << 20


@dataclass(frozen=True)
class Told:
    """Rows of one table that a source told as of each month: `rows[n]` in the month `first + n`."""

    source: str
    table: str
    first: int
    rows: Numbers
    last: str


@dataclass(frozen=True)
class Links:
    """Links in view: the clusters of both ends (by the number of one of their entities), their own numbers, months, and codes of `kinds`.

    `dated`: whether the month is that of the fact; else it is when the source told it, or NO_MONTH: there before.
    """

    begin: Numbers
    end: Numbers
    thing: Numbers
    rel: Numbers
    month: Numbers
    dated: npt.NDArray[np.bool_]
    code: Numbers
    kinds: list[tuple[str, str]]
    """Type and source, by code."""

    def of(self, *types: str) -> npt.NDArray[np.bool_]:
        """Which links are of one of these types."""
        return np.isin(self.code, [code for code, (type, _) in enumerate(self.kinds) if type in types])


@dataclass
class Reader:
    """Reads within one view, as of one batch, for one run."""

    graph: Graph
    view: View
    inquiry: Inquiry
    run: Run
    limits: Limits
    seq: int
    _label: tuple[Numbers, Numbers] | None = None

    def ask(self, name: str, /, *, fills: dict[str, int | str] | None = None, **given: Any) -> list[Row]:
        self.run.check()
        return self.graph.ask(
            self.view, self.inquiry, f"trends/{name}", fills=fills, timeout_s=self.limits.timeout_s, job_run=self.run.id, **given
        )

    def within_memory(self) -> float:
        """How many MiB the links in view will take of this process at the most. Raises TooLarge where that is more than it may."""
        [size] = self.graph.ask(
            self.view, self.inquiry, "communities/size", timeout_s=self.limits.timeout_s, job_run=self.run.id, seq=self.seq, left_out=[]
        )
        expected = size["links"] * _BYTES_A_LINK / _MIB
        most = self.limits.memory_mb if self.limits.memory_mb is not None else psutil.virtual_memory().available / _MIB * _SHARE
        if expected > most:
            raise TooLarge(
                f"The job would take some {expected:,.0f} MiB of the worker's memory, and may take {most:,.0f} ({size['links']:,} links).",
                hint="Run it on a machine with more memory, let it take more (GRAPHSVC_JOB_MEMORY_MB), or give it fewer sources.",
            )
        return float(round(expected, 1))

    def told(self) -> list[Told]:
        """How much each table told as of each month; those that tell no month are left out."""
        rows: dict[tuple[str, str], dict[int, int]] = {}
        last: dict[tuple[str, str], str] = {}
        for row in self.ask("rows", seq=self.seq):
            key, month = (row["source"], row["table"]), months.number(row["month"])
            if month != NO_MONTH:
                rows.setdefault(key, {})[month] = row["rows"]
                last[key] = max(last.get(key, ""), row["last"])
        found = []
        for (source, table), by_month in sorted(rows.items()):
            first = min(by_month)
            counts = np.zeros(max(by_month) - first + 1, np.int64)
            for month, n in by_month.items():
                counts[month - first] = n
            found.append(Told(source, table, first, counts, last[source, table]))
        return found

    def links(self, told: Iterable[Told], month: int) -> Links:
        """All links in view. Raises Conflict where there is none."""
        first_told: dict[str, int] = {}
        for one in told:
            first_told[one.source] = min(one.first, first_told.get(one.source, one.first))
        size = self.graph.run("topology/size")[0]["nodes"]
        kinds: dict[tuple[str, str], int] = {}
        parts: dict[str, list[Numbers]] = {name: [] for name in ("begin", "end", "rel", "month", "code", "seq")}
        for begin in range(0, size, _PART):
            for row in self.ask("links", begin=begin, end=min(begin + _PART, size), seq=self.seq):
                code = kinds.setdefault((row["type"], row["source"]), len(kinds))
                n = len(row["rels"])
                for name, given in (("begin", row["froms"]), ("end", row["tos"]), ("rel", row["rels"])):
                    parts[name].append(np.array(given, np.int64))
                parts["month"].append(np.full(n, months.number(row["month"]), np.int64))
                parts["code"].append(np.full(n, code, np.int64))
                parts["seq"].append(np.array(row["seqs"], np.int64) if row["seqs"] else np.full(n, -1, np.int64))
        if not parts["rel"]:
            raise Conflict(
                "There is nothing to analyse: no link of what the job may analyse is in view.",
                hint="`graphsvc policy explain --operation analytics` says of a source whether it may be analysed.",
            )
        whole = {name: np.concatenate(some) for name, some in parts.items()}
        dated = whole["month"] != NO_MONTH
        names = sorted(kinds, key=lambda kind: kinds[kind])
        self._date_by_telling(whole, dated, names, first_told, month)
        begins, ends = self._labelled(whole["begin"], whole["end"], size)
        return Links(begins, ends, whole["end"], whole["rel"], whole["month"], dated, whole["code"], names)

    def _date_by_telling(
        self, whole: dict[str, Numbers], dated: npt.NDArray[np.bool_], kinds: list[tuple[str, str]], first_told: dict[str, int], month: int
    ) -> None:
        """Give those without a date the month as of which they were told first."""
        loads = self.graph.run("trends/batches")
        top = max((row["seq"] for row in loads), default=0)
        of_load, unsure = np.full(top + 2, NO_MONTH, np.int64), np.zeros(top + 2, np.bool_)
        for row in loads:
            told = sorted({months.number(day) for day in row["as_of"]})
            if told:
                of_load[row["seq"]] = told[-1]
                unsure[row["seq"]] = len(told) > 1 and month in told
        wanted = np.flatnonzero(~dated & (whole["seq"] <= top))
        seqs = whole["seq"][wanted]
        whole["month"][wanted] = of_load[seqs]
        exactly = wanted[unsure[seqs]]
        if exactly.size:
            by_rel = {row["rel"]: months.number(row["told"]) for row in self.details(whole["rel"][exactly])}
            whole["month"][exactly] = [by_rel.get(rel, NO_MONTH) for rel in whole["rel"][exactly].tolist()]
        first = np.array([first_told.get(source, NO_MONTH) for _, source in kinds], np.int64)
        there_before = wanted[whole["month"][wanted] <= first[whole["code"][wanted]]]
        whole["month"][there_before] = NO_MONTH

    def _labelled(self, begin: Numbers, end: Numbers, size: int) -> tuple[Numbers, Numbers]:
        """The ends by cluster: those that are stated to be the same have one number."""
        same: list[tuple[Numbers, Numbers]] = []
        for start in range(0, size, _PART):
            [row] = self.ask("same", begin=start, end=min(start + _PART, size), seq=self.seq)
            same.append((np.array(row["froms"], np.int64), np.array(row["tos"], np.int64)))
        a, b = (np.concatenate([pair[side] for pair in same]) for side in (0, 1))
        nodes = np.unique(np.concatenate([begin, end, a, b]))
        label = joined(nodes.size, np.searchsorted(nodes, a), np.searchsorted(nodes, b))
        self._label = (nodes, label)
        return nodes[label[np.searchsorted(nodes, begin)]], nodes[label[np.searchsorted(nodes, end)]]

    def labels(self, numbers: Numbers) -> Numbers:
        """The clusters of nodes that links were read of; a node of none is its own."""
        assert self._label is not None, "links are read before"
        nodes, label = self._label
        at = np.minimum(np.searchsorted(nodes, numbers), nodes.size - 1)
        found: Numbers = np.where(nodes[at] == numbers, nodes[label[at]], numbers)
        return found

    def details(self, rels: Numbers) -> list[Row]:
        """Links by their numbers, with their ends' ids and whether their rows are told for the first time; by id."""
        found: list[Row] = []
        wanted = np.unique(rels).tolist()
        for begin in range(0, len(wanted), _DETAILS_AT_ONCE):
            found += self.ask("details", rels=wanted[begin : begin + _DETAILS_AT_ONCE])
        return sorted(found, key=lambda row: str(row["id"]))

    def ids(self, labels: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
        """Of each of these clusters the entities in view that have links: id and type, by id."""
        assert self._label is not None, "links are read before"
        nodes, label = self._label
        of = nodes[label]
        wanted = np.array(sorted(set(labels)), np.int64)
        members = nodes[np.isin(of, wanted)]
        cluster = dict(zip(members.tolist(), of[np.isin(of, wanted)].tolist(), strict=True))
        found: dict[int, list[tuple[str, str]]] = {int(one): [] for one in wanted}
        for row in self.ask("ids", nodes=members.tolist()):
            found[cluster[row["node"]]].append((row["id"], row["type"]))
        return {one: sorted(some) for one, some in found.items()}
