"""Small random graphs as arrays, one question each, and the answer that trying every path gives."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from graphsvc.connections.engines import kernel
from graphsvc.connections.engines.things import things, with_ends
from graphsvc.graph.topology.arrays import Arrays, read_only
from graphsvc.graph.topology.periods import UNKNOWN

MANY = 10**6
Link = tuple[int, int, int, int]  # both ends, rule, period
Lead = tuple[tuple[int, ...], int, int]  # things, cost, variants


@dataclass
class Case:
    """A graph of n nodes with links, some of them later than the base or gone, and one question."""

    n: int
    base: list[Link]
    later: list[Link] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    kinds: tuple[int, ...] = (kernel.IS_LINK, kernel.IS_SAME)
    cost: tuple[int, ...] = (64, 0)
    records: tuple[int, ...] = (1, 0)
    thin: tuple[int, ...] = (0,) * 10
    periods: list[tuple[int, int]] = field(default_factory=lambda: [UNKNOWN])
    fits: list[bool] = field(default_factory=list)
    code: list[int] = field(default_factory=list)
    permitted: tuple[bool, ...] = (True,)
    barred: tuple[bool, ...] = ()
    order: list[int] = field(default_factory=list)
    avoid: tuple[int, ...] = ()
    via: int = -1
    start: int = 0
    end: int = 1
    unit: int = 0
    hub: int = MANY
    least_records: int = 0
    apart: int = 0
    forward: bool = False
    max_links: int = 6
    k: int = 5
    by_levels: bool = False
    levels_after: int = MANY

    def arrays(self) -> Arrays:
        offset, neighbour, rule, rel, when = _rows(self.base, self.n)
        more_offset, more_neighbour, more_rule, _, more_when = _rows(self.later, self.n)
        gone = np.zeros(len(self.base) if self.gone else 0, np.bool_)
        gone[sorted(self.gone)] = True
        begin, until = np.array(self.periods, np.int32).reshape(-1, 2).T
        arrays: dict[str, npt.NDArray[Any]] = {
            "offset": offset, "neighbour": neighbour, "rule": rule, "rel": rel, "when": when, "gone": gone,
            "order": np.array(self.order or range(self.n), np.int64), "code": np.array(self.code or [0] * self.n, np.uint16),
            "begin": np.ascontiguousarray(begin), "until": np.ascontiguousarray(until),
            "more_at": np.arange(self.n if self.later else 0, dtype=np.int32),
            "more_offset": more_offset, "more_neighbour": more_neighbour, "more_rule": more_rule, "more_when": more_when,
        }  # fmt: skip
        return Arrays(**{name: read_only(array) for name, array in arrays.items()})

    def search(self, budget: int = MANY, stop: int = 0) -> tuple[list[Lead], int, int, set[int]]:
        """Leads, how it ended, how many links were looked at, and hubs that were not crossed."""
        t = self.arrays()
        kind, permitted = read_only(np.array(self.kinds, np.uint8)), read_only(np.array(self.permitted, np.bool_))
        within = with_ends(t, things(t, kind, permitted), kind, (self.start, self.end))
        at = [int(within.label[node]) for node in (self.start, self.end)]
        via = int(within.label[self.via]) if self.via >= 0 else -1
        if at[0] == at[1]:
            if via not in (-1, at[0]):
                return [], kernel.COMPLETE, 0, set()
            return [((at[0],), 0, 0)], kernel.COMPLETE, 0, set()
        through = np.rint(self.unit * np.log2(np.maximum(within.degree, 1))).astype(np.int32)
        asked = kernel.Asked(
            within.label, within.next, within.degree, read_only(through), kind,
            read_only(np.array(self.cost, np.int32)), read_only(np.array(self.records, np.int32)),
            read_only(np.array(self.fits, np.bool_)), read_only(np.array(self.barred, np.bool_)),
            read_only(np.array([within.label[node] for node in self.avoid], np.int32)), read_only(np.array(self.thin, np.int32)),
            self.least_records, self.hub, self.apart, int(self.forward),
            via if via not in at else -1, self.max_links, 64 if self.by_levels else 0, self.levels_after,
        )  # fmt: skip
        told_to = np.full(1, stop, np.uint8)
        nodes, begins, costs, lead_of, met, ended, work, hubs = (
            kernel.by_levels(t, asked, at[0], at[1], budget, told_to)
            if self.by_levels
            else kernel.search(t, asked, at[0], at[1], self.k, budget, told_to)
        )
        paths = [tuple(int(node) for node in nodes[begin:until]) for begin, until in pairwise(begins)]
        told = zip(paths, costs, lead_of, met, strict=True)
        return [(path, int(cost), int(more)) for path, cost, of, more in told if of < 0], int(ended), int(work), {int(hub) for hub in hubs}

    def tried(self) -> list[tuple[tuple[int, ...], int]]:
        """Every path with its cost, best first."""
        order = self.order or list(range(self.n))
        code = self.code or [0] * self.n
        there = [link for number, link in enumerate(self.base) if number not in self.gone] + self.later
        ends = (self.start, self.end)
        within = {node for node in range(self.n) if self.permitted[code[node]]}
        alone, label = self.labels(there, within), self.labels(there, within | set(ends))
        hops: dict[tuple[int, int], list[Link]] = {}
        beside: dict[int, set[int]] = {node: set() for node in range(self.n)}
        for link in there:
            if self.kinds[link[2]] == kernel.IS_LINK and {*link[:2]} <= within and alone[link[0]] != alone[link[1]]:
                beside[alone[link[0]]].add(alone[link[1]])
                beside[alone[link[1]]].add(alone[link[0]])
            if self.kinds[link[2]] in (kernel.IS_LINK, kernel.IS_POSSIBLE) and {*link[:2]} <= within | set(ends):
                a, b = label[link[0]], label[link[1]]
                if a != b and (not self.fits or self.fits[link[3]]):
                    hops.setdefault((a, b), []).append(link)
                    hops.setdefault((b, a), []).append(link)
        start, end = label[self.start], label[self.end]
        avoid = {label[node] for node in self.avoid}
        middle = {
            node
            for node in range(self.n)
            if label[node] == node and node in within and node not in avoid and len(beside[node]) <= self.hub
            and not (self.barred and any(self.barred[code[other]] for other in within if label[other] == node))
        }  # fmt: skip
        best: dict[tuple[int, ...], int] = {}

        def go(path: tuple[int, ...], cost: int, paid: bool) -> None:
            if path[-1] == end:
                if self.via < 0 or label[self.via] in path:
                    best[path] = cost
                return
            for (one, other), links in hops.items():
                if one != path[-1] or other in path or len(path) > self.max_links or (other != end and other not in middle):
                    continue
                hop = self.hop(links)
                if hop is not None:
                    crossing = 0 if other == end else round(self.unit * math.log2(max(1, len(beside[other]))))
                    late = len(path) > 1 and not together(self.held(hops[path[-2], one]), self.held(links))
                    apart = self.apart if late and not paid else 0
                    if not self.forward or runs([*(self.held(hops[pair]) for pair in pairwise(path)), self.held(links)]):
                        go((*path, other), cost + hop + crossing + apart, paid or late)

        go((start,), 0, False)
        return sorted(best.items(), key=lambda item: (item[1], [order[node] for node in item[0]]))

    def labels(self, there: list[Link], within: set[int]) -> list[int]:
        """Of each node the thing that it is of: its node of least order."""
        order = self.order or list(range(self.n))
        label = list(range(self.n))
        for _ in range(self.n):
            for a, b, rule, _ in there:
                if self.kinds[rule] == kernel.IS_SAME and {a, b} <= within:
                    label[a] = label[b] = min(label[a], label[b], key=lambda node: order[node])
        return label

    def hop(self, links: list[Link]) -> int | None:
        """What a hop costs, or None if it rests on too little."""
        certain = [rule for _, _, rule, _ in links if self.kinds[rule] == kernel.IS_LINK]
        options = [self.cost[rule] for _, _, rule, _ in links if self.kinds[rule] == kernel.IS_POSSIBLE]
        records = sum(self.records[rule] for rule in certain)
        if certain and records >= self.least_records:
            options.append(min(self.cost[rule] for rule in certain) + self.thin[min(records, 9)])
        return min(options, default=None)

    def held(self, links: list[Link]) -> list[tuple[int, int]]:
        """When it held; nothing for what is not known."""
        if any(self.kinds[rule] == kernel.IS_POSSIBLE or when == 0 for _, _, rule, when in links):
            return []
        return [self.periods[when] for _, _, _, when in links]

    def leads(self) -> list[Lead]:
        """The leads that all paths make, best first, with the number of their variants."""
        found: list[list[Any]] = []
        for path, cost in self.tried():
            inner = set(path[1:-1])
            for lead in found:
                of = set(lead[0][1:-1])
                shared = len(inner & of)
                if shared >= 2 and max(len(inner), len(of)) - shared <= 1:
                    lead[2] += 1
                    break
            else:
                found.append([path, cost, 0])
        return [(path, cost, variants) for path, cost, variants in found]


def together(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> bool:
    return not one or not two or any(a[0] <= b[1] and b[0] <= a[1] for a in one for b in two)


def runs(hops: list[list[tuple[int, int]]]) -> bool:
    """Whether there are days for the hops, none before that of the hop before."""
    since = -MANY * MANY
    for held in hops:
        since = min((max(since, begin) for begin, until in held if until >= since), default=MANY * MANY) if held else since
    return since < MANY * MANY


def _rows(links: list[Link], n: int) -> tuple[npt.NDArray[Any], ...]:
    node = np.array([a for a, *_ in links] + [b for _, b, *_ in links], np.int64)
    neighbour = np.array([b for _, b, *_ in links] + [a for a, *_ in links], np.int32)
    rule, when = (np.array([link[at] for link in links] * 2, dtype) for at, dtype in ((2, np.uint16), (3, np.uint32)))
    rel = np.array(list(range(len(links))) * 2, np.uint32)
    sort = np.argsort(node, kind="stable")
    offset = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(node, minlength=n))])
    return offset, neighbour[sort], rule[sort], rel[sort], when[sort]


def drawn(chance: random.Random) -> Case:
    n = chance.randint(2, 11)
    count = 6
    links: list[Link] = []
    for _ in range(chance.randint(1, 32)):
        a, b = chance.sample(range(n), 2)
        links.append((a, b, min(chance.randrange(12), chance.randrange(6)), chance.randrange(count)))
    cut = chance.choice([len(links), chance.randint(0, len(links))])
    start, end, other = [*chance.sample(range(n), 2), chance.randrange(n)]
    periods = [UNKNOWN]
    for _ in range(count - 1):
        begin = chance.randint(0, 20)
        periods.append((begin, begin + chance.randint(0, 6)))
    dated = chance.random() < 0.6
    return Case(
        n=n,
        base=links[:cut],
        later=links[cut:],
        gone={number for number in range(cut) if chance.random() < 0.1} if chance.random() < 0.5 else set(),
        kinds=tuple(kernel.HIDDEN if chance.random() < 0.1 else kind for kind in (1, 1, 1, 1, 2, chance.choice((2, 3)))),
        cost=tuple(64 + chance.choice((0, 0, 16, 64)) for _ in range(6)),
        records=tuple(0 if at > 3 else chance.choice((1, 1, 2, 9)) for at in range(6)),
        thin=chance.choice(((0,) * 10, (64, 64, 32, *(0,) * 7))),
        periods=periods,
        fits=[True, *(chance.random() < 0.8 for _ in range(count - 1))] if chance.random() < 0.2 else [],
        code=[chance.randrange(3) for _ in range(n)],
        permitted=tuple(chance.random() < 0.85 for _ in range(3)),
        barred=tuple(chance.random() < 0.3 for _ in range(3)) if chance.random() < 0.1 else (),
        order=chance.sample(range(1000), n),
        avoid=(other,) if chance.random() < 0.1 and other not in (start, end) else (),
        via=chance.choice([node for node in range(n) if node not in (start, end)] or [-1]) if chance.random() < 0.15 else -1,
        start=start,
        end=end,
        unit=chance.choice((0, 64)),
        hub=chance.choice((MANY, MANY, 3)),
        least_records=chance.choice((0, 0, 0, 2)),
        apart=128 if dated else 0,
        forward=chance.random() < 0.15,
        max_links=chance.randint(1, 6),
        k=chance.choice([1, 2, 5, 100]),
        levels_after=chance.choice((0, 10, MANY)),
    )
