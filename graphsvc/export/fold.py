"""Folds a long drawing into bands, one below the other, so that its cards stay large enough to read.

The bands are read like a path that winds down a hill: the first from left to right, the next back, and so on. Their number
is odd, so that the two ends stand at the left and the right all the same. Imports nothing of graphsvc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

WIDEST = 5  # columns that fit 1110 px, the drawing's width in a window of 1440, with text of 11 px
LANES = 3  # more rows than that fill the height of the drawing anyway
UNEVEN, LANE_MORE = 0.5, 4.0  # what a difference of one column between bands costs, and a lane, against 3 for two lines that cross
STRETCH = 1.4  # how far columns move apart where a band has few of them

Point = tuple[float, float]
Pairs = Sequence[tuple[int, int]]


def folded(
    columns: Mapping[int, int],
    rows: Mapping[int, float],
    pairs: Pairs,
    steps: tuple[float, float, float],
    cost: Callable[[dict[int, Point]], float],
) -> dict[int, Point] | None:
    """Places in bands for nodes with these columns and rows, or None for a drawing that is best left as it is.

    `pairs` are the nodes that a line joins, `steps` the distances between columns, between the lanes of a band, and between
    bands; `cost` says how bad places are. The breaks between bands are where that makes least of it.
    """
    count = max(columns.values()) + 1
    crowd = max(list(columns.values()).count(column) for column in range(count))
    if count <= WIDEST or crowd > LANES:
        return None
    best, least = None, float("inf")
    for starts in _breaks(count):
        sizes = [end - start for start, end in zip(starts, [*starts[1:], count], strict=True)]
        places = _places(columns, rows, pairs, steps, starts, sizes)
        lanes = (max(y for _, y in places.values()) - (len(sizes) - 1) * steps[2]) / steps[1]
        total = cost(places) + UNEVEN * (max(sizes) - min(sizes)) + LANE_MORE * lanes
        if total < least - 1e-9:  # the first of equals
            best, least = places, total
    return best


def _breaks(count: int) -> Iterator[list[int]]:
    """The first columns of the bands, for every way of breaking `count` columns into as few bands as hold them."""
    bands = 3
    while bands * WIDEST < count:
        bands += 2
    even = [round(band * count / bands) for band in range(bands)]
    if bands > 3:  # so many ways that they are not tried
        yield even
        return
    for one, two in combinations(range(2, count - 1), 2):
        if two - one >= 2 and max(one, two - one, count - two) <= WIDEST:
            yield [0, one, two]


def _places(
    columns: Mapping[int, int],
    rows: Mapping[int, float],
    pairs: Pairs,
    steps: tuple[float, float, float],
    starts: Sequence[int],
    sizes: Sequence[int],
) -> dict[int, Point]:
    column_step, lane_step, band_step = steps
    gaps = max(sizes) - 1
    width = gaps * column_step * max(1.0, min(STRETCH, (WIDEST - 1) / gaps))
    places: dict[int, Point] = {}
    top = 0.0
    for band, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        members = [node for node, column in columns.items() if start <= column < start + size]
        lanes = _lanes(members, columns, rows, pairs)
        for node in members:
            share = (columns[node] - start) / (size - 1)
            places[node] = (width * (1 - share if band % 2 else share), top + lanes[node] * lane_step)
        top += max(lanes.values(), default=0.0) * lane_step + band_step
    return places


def _lanes(members: Sequence[int], columns: Mapping[int, int], rows: Mapping[int, float], pairs: Pairs) -> dict[int, float]:
    """Rows of a band without the gaps that nodes of other bands leave; an end stands level with its neighbours."""
    every = list(columns.values())
    outer = {column for column in (0, max(every)) if every.count(column) == 1}
    inner = [node for node in members if columns[node] not in outer]
    rank = {row: float(order) for order, row in enumerate(sorted({rows[node] for node in inner}))}
    lanes = {node: rank[rows[node]] for node in inner}
    for node in members:
        if node not in lanes:
            beside = [lanes[b if a == node else a] for a, b in pairs if node in (a, b) and (b if a == node else a) in inner]
            lanes[node] = sum(beside) / len(beside) if beside else 0.0
    return lanes
