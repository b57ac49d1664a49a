"""Which strong pairs stand: from the strongest on, none past a contradiction, and none that could as well be another's.

Those with an equal identifier come first, whatever their bits.
A record that tells no date of birth can fit father and son of one name alike. The first of the two pairs would stand, the second be held
back, since the two were born on different days, and which is the first would be chance. So neither stands unless one is clearly the
stronger. Imports this package only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graphsvc.resolution.clusters import Clusters, Contradiction, Facts, facts
from graphsvc.resolution.decisions import BITS_KEPT
from graphsvc.resolution.model import Model

# How much stronger one of two that contradict each other must be: eight times as likely.
MARGIN_BITS = 3.0
_ROWS = 20_000  # made into Python objects at once

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Links = Mapping[int, Mapping[int, int]]
"""By entity whom it is joined with, and the place of the pair; -1 for one that people have decided."""


def grow(
    table: pa.Table,
    model: Model,
    a: Ints,
    b: Ints,
    bits: npt.NDArray[np.float64],
    strong: Bools,
    decisive: Bools,
    standing: list[tuple[int, int]],
    apart: list[tuple[int, int]],
) -> tuple[Bools, Bools, tuple[Contradiction, ...]]:
    """Which of the strong pairs stand, which are held back, and by what.

    `decisive`: pairs with an equal identifier, which are never as well another's. `standing` and `apart`: what people have decided.
    """
    wanted = np.unique(np.concatenate([a[strong], b[strong], np.array([*standing, *apart], dtype=np.int64).reshape(-1)]))
    columns = [name for name in ("born", "identifiers", "addresses") if name in table.column_names]
    facts_of, ids = all_facts(table.select(columns), wanted), table["id"].to_pylist()
    # As decisions keep them: a pair that is known from an earlier run has its place among those that were compared now.
    kept = np.array([round(one, BITS_KEPT) for one in bits.tolist()])
    in_order = np.flatnonzero(strong)
    in_order = in_order[np.lexsort((b[in_order], a[in_order], -kept[in_order], ~decisive[in_order]))]
    ends = list(zip(a.tolist(), b.tolist(), strict=True))
    held: dict[int, Contradiction] = {}
    around = _surroundings(ends, in_order.tolist(), standing)
    growing, joined = in_order.tolist(), standing
    while growing:
        clusters = Clusters(ids, facts_of.__getitem__, apart, model.contradicting())
        links: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for x, y in joined:
            clusters.join(x, y, force=True)
            links[x][y] = links[y][x] = -1
        against: dict[int, Contradiction] = {}
        for i in growing:
            if i not in held:
                x, y = ends[i]
                if (contradiction := clusters.join(x, y)) is None:
                    links[x][y] = links[y][x] = i
                else:
                    against[i] = contradiction
        loose = _loose(ends, kept, decisive, links, clusters, against, ids) if against else {}
        # Where a pair was taken away all grows again; elsewhere it stays as it is.
        again = {around[ends[i][0]] for i in loose}
        held.update(loose)
        held.update((i, contradiction) for i, contradiction in against.items() if around[ends[i][0]] not in again)
        growing = [i for i in growing if around[ends[i][0]] in again]
        joined = [(x, y) for x, y in joined if around[x] in again]
    back = np.zeros(len(bits), dtype=bool)
    back[list(held)] = True
    return strong & ~back, back, tuple(held[i] for i in in_order.tolist() if i in held)


def _surroundings(ends: list[tuple[int, int]], pairs: list[int], standing: list[tuple[int, int]]) -> dict[int, int]:
    """Of each entity one that stands for all whom strong pairs, standing or not, join it with: what happens beyond has no bearing on it."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        while (above := parent.setdefault(one, one)) != one:
            parent[one] = one = parent[above]
        return one

    for x, y in chain((ends[i] for i in pairs), standing):
        parent[root(x)] = root(y)
    return {one: root(one) for one in parent}


def _loose(
    ends: list[tuple[int, int]],
    bits: npt.NDArray[np.float64],
    decisive: Bools,
    links: Links,
    clusters: Clusters,
    against: Mapping[int, Contradiction],
    ids: list[str],
) -> dict[int, Contradiction]:
    """Pairs that are as well another's, with those that were held back in their favour; by what.

    One end of a pair that was held back hangs, by nothing clearly stronger than that pair, on who contradicts the other end.
    """
    wanted = {id for contradiction in against.values() for id in (contradiction.a, contradiction.b)}
    number = {id: n for n, id in enumerate(ids) if id in wanted}
    refused: defaultdict[int, list[int]] = defaultdict(list)
    for i in against:
        for end in ends[i]:
            refused[end].append(i)
    found: dict[int, Contradiction] = {}
    for i, contradiction in against.items():

        def firm(by: int, enough: float = float(bits[i]) + MARGIN_BITS) -> bool:
            return bool(by < 0 or decisive[by] or bits[by] >= enough)

        for one, other in (ends[i], ends[i][::-1]):
            who = next(n for n in (number[contradiction.a], number[contradiction.b]) if clusters.root(n) == clusters.root(one))
            core = _reached(links, one, firm)
            if who in core:
                continue
            outer = _reached(links, who, lambda by: True, without=core)
            cut = [by for c in core for z, by in links[c].items() if z in outer]
            cut += [j for c in core for j in refused[c] if any(clusters.root(z) == clusters.root(other) for z in ends[j])]
            for j in cut:
                x, y = sorted((ids[ends[j][0]], ids[ends[j][1]]))
                found.setdefault(j, replace(contradiction, blocked=(x, y)))
    return found


def _reached(links: Links, start: int, by: Callable[[int], bool], without: frozenset[int] = frozenset()) -> frozenset[int]:
    """Whom one is joined with, through others too, by pairs that `by` takes and past none of `without`."""
    found, ahead = {start}, [start]
    while ahead:
        for other, pair in links.get(ahead.pop(), {}).items():
            if other not in found and other not in without and by(pair):
                found.add(other)
                ahead.append(other)
    return frozenset(found)


def all_facts(table: pa.Table, entities: Ints) -> dict[int, Facts]:
    """By entity what of it can contradict another."""
    found: dict[int, Facts] = {}
    for start in range(0, len(entities), _ROWS):
        part = entities[start : start + _ROWS]
        rows = table.take(pa.array(part)).to_pylist()
        found.update((entity, facts(entity, row)) for entity, row in zip(part.tolist(), rows, strict=True))
    return found
