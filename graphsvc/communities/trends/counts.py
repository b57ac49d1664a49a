"""Counts of links by type, source, place and month, and of rows by table: as series, and held against their own past.

May import the parts beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from graphsvc.communities.trends import months
from graphsvc.communities.trends.anomaly import Anomaly, facts
from graphsvc.communities.trends.parameters import AnomalyKind, Trends
from graphsvc.communities.trends.past import Judged, judged
from graphsvc.communities.trends.reading import Links, Numbers, Reader, Told

# Of the months before, those in which a source that is said to have gone silent told something.
_STEADY = 0.9
# A source has doubled from this many times what was to be expected on.
_DOUBLED = 1.8


@dataclass(frozen=True)
class Series:
    """Counts of the months that end with the one that is looked at; `began` is the first month with any, `whole` of all places together."""

    of: Literal["links", "rows"]
    source: str
    counts: Numbers
    first: int
    began: int
    type: str | None = None
    table: str | None = None
    place: str | None = None
    rels: Numbers = field(default_factory=lambda: np.zeros(0, np.int64), repr=False)
    """Of links: those of the last month."""

    @property
    def about(self) -> dict[str, Any]:
        named = {"of": self.of, "source": self.source, "type": self.type, "table": self.table, "place": self.place}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def id(self) -> str:
        """Names the same series in every run."""
        return hashlib.sha256(repr(sorted(self.about.items())).encode()).hexdigest()[:12]

    @property
    def now(self) -> int:
        return int(self.counts[-1])

    def past(self) -> Numbers:
        """The months before the one that is looked at, from the first on in which anything was counted."""
        return self.counts[max(0, min(self.began - self.first, self.counts.size - 1)) : -1]

    def stored(self) -> dict[str, Any]:
        return {"id": self.id, **self.about, "first": months.text(self.first), "counts": self.counts.tolist()}


def of_links(links: Links, places: dict[str, Numbers], month: int, asked: Trends) -> list[Series]:
    """Of each type and source all links that tell a date, and of each place of their ends besides."""
    first = month - asked.history
    code, when, rel, thing = (values[links.dated] for values in (links.code, links.month, links.rel, links.thing))
    found = []
    at = np.full(rel.size, -1, np.int64)
    names = sorted(places)
    if names:
        nodes = np.concatenate([places[name] for name in names])
        number = np.repeat(np.arange(len(names)), [places[name].size for name in names])
        sort = np.argsort(nodes, kind="stable")
        where = np.minimum(np.searchsorted(nodes[sort], thing), nodes.size - 1)
        at = np.where(nodes[sort][where] == thing, number[sort][where], -1)
    for kind, (type, source) in enumerate(links.kinds):
        of_kind = np.flatnonzero((code == kind) & (when <= month))
        if not of_kind.size:
            continue
        found.append(_series(type, source, None, when[of_kind], rel[of_kind], first, month))
        there = of_kind[at[of_kind] >= 0]
        for place in np.unique(at[there]).tolist():
            here = there[at[there] == place]
            # A place where in all these months too little happened to be told of is not kept.
            if (when[here] >= first).sum() >= asked.least:
                found.append(_series(type, source, names[place], when[here], rel[here], first, month))
    return found


def _series(type: str, source: str, place: str | None, when: Numbers, rel: Numbers, first: int, month: int) -> Series:
    within = when >= first
    counts = np.bincount(when[within] - first, minlength=month - first + 1)
    return Series("links", source, counts, first, int(when.min()), type=type, place=place, rels=rel[when == month])


def of_rows(told: Iterable[Told], month: int, asked: Trends) -> list[Series]:
    """Of each table the rows that it told as of each month."""
    first, found = month - asked.history, []
    for one in told:
        counts = np.zeros(asked.history + 1, np.int64)
        for n, rows in enumerate(one.rows.tolist(), one.first - first):
            if 0 <= n <= asked.history:
                counts[n] = rows
        if one.first <= month:
            found.append(Series("rows", one.source, counts, first, one.first, table=one.table))
    return found


def old_enough(series: Iterable[Series], links: Links, told: Iterable[Told], month: int, asked: Trends) -> set[tuple[str, str]]:
    """Types and sources whose past is long enough for saying what is new in them: by the dates of links, or by those of telling."""
    known = {(one.type, one.source) for one in series if one.type and one.place is None and one.past().size >= asked.least_history}
    long_told = {one.source for one in told if month - one.first >= asked.least_history}
    undated = set(links.code[~links.dated].tolist())
    return known | {kind for code, kind in enumerate(links.kinds) if code in undated and kind[1] in long_told}


def standing_out(reader: Reader, series: Sequence[Series], month: int, asked: Trends) -> list[Anomaly]:
    """Counts of links that are far more or far fewer than before, and tables that told nothing, or twice as much."""
    found = []
    for one in series:
        past = one.past()
        if past.size < asked.least_history:
            continue
        told = judged(past, one.now)
        kind = _kind(one, past, told, asked)
        if kind is not None and kind in asked.kinds:
            new = [row for row in reader.details(one.rels) if row["new"]] if kind == "more_than_before" else []
            if kind == "more_than_before":
                # Rows that tell otherwise what was told before, with a date of this month, are nothing that happened in it.
                told = judged(past, len(new))
                if _kind(one, past, told, asked) != kind:
                    continue
            numbers = {**told.told(), "series": one.id, "past": past.tolist()}
            found.append(Anomaly(kind, months.text(month), one.about, numbers, facts=facts(new), total=told.now))
    return found


def _kind(one: Series, past: Numbers, told: Judged, asked: Trends) -> AnomalyKind | None:
    enough = max(told.now, told.expected) >= asked.least and abs(told.off) >= asked.deviations
    if one.of == "rows":
        if told.now == 0 and told.expected >= asked.least and (past > 0).mean() >= _STEADY:
            return "source_silent"
        return "source_doubled" if enough and told.now >= _DOUBLED * max(told.expected, 1.0) else None
    if enough and told.now >= asked.times * told.expected:
        return "more_than_before"
    # Of what happens seldom a month without any says nothing.
    return "fewer_than_before" if enough and told.now * asked.times <= told.expected else None
