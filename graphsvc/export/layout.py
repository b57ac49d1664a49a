"""Where the cards, lines and labels of a drawn path answer stand: computed here, so that the page needs no physics.

Columns are the longest distance from the first end, so every hop leads to the right of where it started; each path that
brings new entities gets a row of its own. A long drawing of few rows is folded. The same answer gives the same drawing.
Imports fold. The figures are canvas units (CSS pixels at zoom 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from graphsvc.export.fold import folded

CARD_W, CARD_H = 146, 76  # holds a badge beside the type, and two lines of a name
COLUMN, ROW = 284, 142  # leaves 138 between cards for a label of 15 characters and an arrow, 66 between rows
LANE, BAND = 122, 160  # rows of a folded drawing: lanes of one band, and bands, with a label of four lines between two cards
BOW = 58  # distance between the middles of parallel links: a label of three lines
ROUTES_TRIED = (0.12, -0.12, 0.2, -0.2, 0.3, -0.3, 0.42, -0.42, 0.55, -0.55, 0.7, -0.7, 0.85, -0.85)  # bends, the flattest first

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Line:
    """A link to be drawn: indices of its ends and the size of its label."""

    start: int
    end: int
    label_w: float
    label_h: float


@dataclass(frozen=True)
class Route:
    """How a line is drawn: vis-network's roundness (positive: clockwise) and the middle of its label."""

    bend: float
    label: Point


@dataclass(frozen=True)
class Layout:
    places: dict[int, Point]
    routes: list[Route]
    folded: bool


def arrange(first: int, last: int, paths: Sequence[Sequence[int]], lines: Sequence[Line]) -> Layout:
    """Places for every node in `paths` and both ends, and a route for each of `lines`."""
    columns = _columns(first, last, paths)
    rows = _rows(first, last, paths, columns)
    rows = _untangled(columns, rows, first, last, lines)
    pairs = _pairs(lines)
    bands = folded(columns, rows, pairs, (COLUMN, LANE, BAND), lambda spots: _tangle(spots, pairs))
    places = bands or {node: (columns[node] * float(COLUMN), rows[node] * float(ROW)) for node in columns}
    bends = _bends(places, lines)
    return Layout(places, _routes(places, lines, bends), bands is not None)


def with_others(places: dict[int, Point], nodes: Sequence[int]) -> dict[int, Point]:
    """The same places, and rows below them for what is on no path: as wide as the drawing, four cards at least."""
    left, below = min(x for x, _ in places.values()), max(y for _, y in places.values()) + ROW
    wide = max(4, round((max(x for x, _ in places.values()) - left) / COLUMN) + 1)
    others = [node for node in nodes if node not in places]
    return {**places, **{node: (left + at % wide * COLUMN, below + at // wide * ROW) for at, node in enumerate(others)}}


def _pairs(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """The nodes that a line joins, each two once."""
    return sorted({(min(line.start, line.end), max(line.start, line.end)) for line in lines if line.start != line.end})


def _tangle(spots: dict[int, Point], pairs: Sequence[tuple[int, int]]) -> float:
    """How hard a drawing with straight lines is to read: cards on cards, lines through cards, lines through each other."""
    covered = sum(abs(a[0] - b[0]) < CARD_W + 12 and abs(a[1] - b[1]) < CARD_H + 12 for a, b in combinations(spots.values(), 2))
    through = sum(_struck(spots, spots[a], spots[b], (a, b)) for a, b in pairs)
    crossed = sum(_cross(spots[a], spots[b], spots[c], spots[d]) for (a, b), (c, d) in combinations(pairs, 2) if not {a, b} & {c, d})
    return 100.0 * (covered + through) + 3.0 * crossed


def _columns(first: int, last: int, paths: Sequence[Sequence[int]]) -> dict[int, int]:
    after: dict[int, set[int]] = {first: set(), last: set()}
    for path in paths:
        for here, there in pairwise(path):
            after.setdefault(here, set())
            after.setdefault(there, set())
            if here != last and there != first and not _reaches(after, there, here):
                after[here].add(there)
    width = max(2, _earliest(after, {first: 0})[last])  # two columns at least, so that the ends stand apart
    fixed = {first: 0} if first == last else {first: 0, last: width}
    for path in sorted(paths, key=lambda p: -len(p)):
        for run, low, high in _runs(path, fixed):
            for position, node in enumerate(run):
                # the outermost cards of a run stand next to its ends: lines that fan out then cross nothing
                share = position / (len(run) - 1) if len(run) > 1 else 0.5
                wish = round(low + 1 + share * (high - low - 2))
                early, late = _earliest(after, fixed)[node], _latest(after, fixed, width)[node]
                fixed[node] = min(max(wish, early), max(early, late))
    return fixed


def _runs(path: Sequence[int], fixed: dict[int, int]) -> list[tuple[list[int], int, int]]:
    """The stretches of a path that have no place yet, with the columns of the placed nodes around each."""
    found: list[tuple[list[int], int, int]] = []
    run: list[int] = []
    before = 0
    for node in path:
        if node in fixed:
            if run:
                found.append((run, before, fixed[node]))
            run, before = [], fixed[node]
        elif node not in run:
            run.append(node)
    if run:
        found.append((run, before, before + len(run) + 1))
    return found


def _reaches(after: dict[int, set[int]], start: int, goal: int) -> bool:
    seen, todo = {start}, [start]
    while todo:
        node = todo.pop()
        if node == goal:
            return True
        new = after.get(node, set()) - seen
        seen |= new
        todo.extend(new)
    return False


def _earliest(after: dict[int, set[int]], fixed: dict[int, int]) -> dict[int, int]:
    column = {node: fixed.get(node, 1) for node in after}
    for _ in after:  # at most one round for each node, since `after` has no cycle
        moved = False
        for node, followers in after.items():
            for follower in followers:
                if follower not in fixed and column[follower] <= column[node]:
                    column[follower] = column[node] + 1
                    moved = True
        if not moved:
            break
    return column


def _latest(after: dict[int, set[int]], fixed: dict[int, int], width: int) -> dict[int, int]:
    column = {node: fixed.get(node, width - 1) for node in after}
    for _ in after:
        moved = False
        for node, followers in after.items():
            limit = min((column[f] for f in followers), default=width) - 1
            if node not in fixed and column[node] > limit:
                column[node] = limit
                moved = True
        if not moved:
            break
    return column


def _rows(first: int, last: int, paths: Sequence[Sequence[int]], columns: dict[int, int]) -> dict[int, float]:
    lanes: list[dict[int, int]] = []  # column -> node; neighbours in a lane never share a column
    seen = {first, last}
    direct = any(len(path) == 2 for path in paths)
    for path in sorted(paths, key=len):
        fresh = [node for node in dict.fromkeys(path) if node not in seen]
        seen.update(fresh)
        span = range(min((columns[n] for n in fresh), default=0) - 1, max((columns[n] for n in fresh), default=0) + 2)
        lane = next((free for free in lanes if fresh and not any(c in free for c in span)), None)
        if lane is None and fresh:
            lane = {}
            lanes.append(lane)
        for node in fresh:
            assert lane is not None
            if columns[node] in lane:  # only where paths run against each other
                lane = {}
                lanes.append(lane)
            lane[columns[node]] = node
    rows = {first: 0.0, last: 0.0}
    for lane, row in zip(lanes, _slots(len(lanes), direct), strict=True):
        rows.update(dict.fromkeys(lane.values(), row))
    return rows


def _slots(count: int, direct: bool) -> list[float]:
    """Row numbers around the ends' row, the nearest first; a direct link keeps the middle row free."""
    if direct:
        return [(-1.0) ** n * (n // 2 + 1) for n in range(count)]
    return sorted((n - (count - 1) / 2 for n in range(count)), key=lambda row: (abs(row), -row))


def _untangled(columns: dict[int, int], rows: dict[int, float], first: int, last: int, lines: Sequence[Line]) -> dict[int, float]:
    """Swaps whole rows as long as that makes fewer lines run through cards and through each other."""

    def cost(trial: dict[int, float]) -> float:
        spots = {node: (columns[node] * float(COLUMN), trial[node] * float(ROW)) for node in columns}
        return _tangle(spots, pairs) + sum(abs(trial[a] - trial[b]) for a, b in pairs)

    pairs = _pairs(lines)
    best, slots = rows, sorted(set(rows.values()) - ({0.0} if len(set(rows.values())) == 1 else set()))
    if len(slots) > 12:  # beyond that the search costs more than the drawing gains
        return rows
    best_cost, better = cost(best), True
    while better:
        better = False
        for one, other in combinations(slots, 2):
            swap = {one: other, other: one}
            trial = {n: r if n in (first, last) else swap.get(r, r) for n, r in best.items()}
            trial_cost = cost(trial)
            if trial_cost < best_cost - 1e-9:
                best, best_cost, better = trial, trial_cost, True
    return best


def card(centre: Point, margin: float = 0) -> Box:
    """The rectangle of a card: left, top, right, bottom."""
    x, y = centre
    return x - CARD_W / 2 - margin, y - CARD_H / 2 - margin, x + CARD_W / 2 + margin, y + CARD_H / 2 + margin


def overlap(a: Box, b: Box) -> float:
    """The area that two rectangles share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _struck(places: dict[int, Point], start: Point, end: Point, ends: tuple[int, int], bend: float = 0) -> int:
    """How many cards, other than its own two, a line runs through."""
    middle = via(start, end, bend)
    corners = (start, middle, end)  # a curve stays inside the triangle of its ends and its control point
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    boxes = [card(place, 6) for node, place in places.items() if node not in ends]
    near = [box for box in boxes if box[0] < right and left < box[2] and box[1] < bottom + 1 and top - 1 < box[3]]
    curve = [_on(start, middle, end, step / 20) for step in range(1, 20)] if near else []
    return sum(any(b[0] < x < b[2] and b[1] < y < b[3] for x, y in curve) for b in near)


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def via(start: Point, end: Point, bend: float) -> Point:
    """The control point that vis-network 9.1.2 gives `curvedCW` (bend > 0) and `curvedCCW` lines of that roundness."""
    across, up = end[0] - start[0], start[1] - end[1]
    angle = math.atan2(up, across) + (0.5 * bend + 0.5) * math.pi
    reach = (0.5 * abs(bend) + 0.5) * math.hypot(across, up)
    return start[0] + reach * math.sin(angle), start[1] + reach * math.cos(angle)


def _on(start: Point, middle: Point, end: Point, t: float) -> Point:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
    return a * start[0] + b * middle[0] + c * end[0], a * start[1] + b * middle[1] + c * end[1]


def _bends(places: dict[int, Point], lines: Sequence[Line]) -> list[float]:
    groups: dict[tuple[int, int], list[int]] = {}
    for number, line in enumerate(lines):
        groups.setdefault((min(line.start, line.end), max(line.start, line.end)), []).append(number)
    bends = [0.0] * len(lines)
    left, right = min(x for x, _ in places.values()), max(x for x, _ in places.values())
    for ends, members in groups.items():
        start, end = places[ends[0]], places[ends[1]]

        def worth(bend: float, start: Point = start, end: Point = end, ends: tuple[int, int] = ends) -> tuple[float, ...]:
            inside = left <= via(start, end, bend)[0] <= right  # a line that bulges out makes the whole drawing smaller
            return _struck(places, start, end, ends, bend), not inside, abs(bend), -bend

        for order, number in enumerate(members):
            bend = _bend_for((order - (len(members) - 1) / 2) * BOW, math.dist(start, end))
            if len(members) == 1 and _struck(places, start, end, ends):
                bend = min((0.0, *ROUTES_TRIED), key=worth)
            bends[number] = bend if lines[number].start == ends[0] else -bend
    return bends


def _bend_for(offset: float, length: float) -> float:
    """The roundness whose curve has its middle `offset` away from the straight line."""
    if not offset or not length:
        return 0.0
    steps = [step / 50 for step in range(51)]
    size = min(steps, key=lambda f: abs((0.5 * f + 0.5) * math.sin(f * math.pi / 2) * length / 2 - abs(offset)))
    return math.copysign(size, offset)


def _routes(places: dict[int, Point], lines: Sequence[Line], bends: Sequence[float]) -> list[Route]:
    """Labels stand in the middle of their lines, or a little to the side where that place is taken; short lines choose first."""
    taken = [card(place, 4) for place in places.values()]
    routes: dict[int, Route] = {}
    for number in sorted(range(len(lines)), key=lambda n: round(math.dist(places[lines[n].start], places[lines[n].end]))):
        line, bend = lines[number], bends[number]
        start, end = places[line.start], places[line.end]
        middle = via(start, end, bend)
        spots = [_on(start, middle, end, 0.5 + shift) for shift in (0, -0.06, 0.06, -0.12, 0.12, -0.18, 0.18, -0.24, 0.24, -0.3, 0.3)]

        def box(spot: Point, line: Line = line) -> Box:
            return (
                spot[0] - line.label_w / 2,
                spot[1] - line.label_h / 2,
                spot[0] + line.label_w / 2,
                spot[1] + line.label_h / 2,
            )

        spot = min(spots, key=lambda s: sum(overlap(box(s), other) for other in taken))  # the first of equals
        taken.append(box(spot))
        routes[number] = Route(round(bend, 3), (round(spot[0], 1), round(spot[1], 1)))
    return [routes[number] for number in range(len(lines))]
