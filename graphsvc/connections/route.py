"""Which entities a chain of things is told with: from one end to the other over as few same-as statements as possible.

Pure functions over what joins the entities.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from graphsvc.connections.costs import HopCost
from graphsvc.connections.engines.chain import Chain, Thing
from graphsvc.connections.joined import Join, Joined
from graphsvc.errors import IntegrityError
from graphsvc.graph.feed import SAME


class Step(NamedTuple):
    """From one entity to the next: what is shown of what joins them, the others, and which hop it is (None: same-as within a thing)."""

    x: int
    y: int
    shown: Join
    also: list[Join]
    hop: int | None


def route(chain: Chain, hops: list[HopCost], joined: Joined, start: int, end: int) -> list[Step]:
    """The steps of a chain. Of routes with as few steps the first by the entities' ids is taken.

    Raises IntegrityError where what joined them is not there any more.
    """
    # For each entity at which the hop at hand may be left: how long the shortest way to it is, its ids, and its steps.
    ways: dict[int, tuple[int, tuple[str, ...], list[Step]]] = {start: (0, (), [])}
    for at, (pairs, hop) in enumerate(zip(chain.pairs, hops, strict=True)):
        entries = [(pair, step) for pair in pairs if (step := _step(pair, hop, at, chain, joined)) is not None]
        further: dict[int, tuple[int, tuple[str, ...], list[Step]]] = {}
        for (x, y), step in entries:
            for came, (length, ids, steps) in ways.items():
                within = _within(chain.things[at], joined, came, x)
                if within is None:
                    continue
                way = (length + len(within) + 1, (*ids, *(joined.ids[s.y] for s in within), joined.ids[y]), [*steps, *within, step])
                if y not in further or way[:2] < further[y][:2]:
                    further[y] = way
        ways = further
    best = None
    for came, (length, ids, steps) in ways.items():
        within = _within(chain.things[-1], joined, came, end)
        if within is not None:
            way = (length + len(within), (*ids, *(joined.ids[s.y] for s in within)), [*steps, *within])
            best = way if best is None or way[:2] < best[:2] else best
    if best is None:
        raise IntegrityError("A hop can't be shown: what joined two entities a moment ago is not in force any more.")
    return best[2]


def _step(pair: tuple[int, int], hop: HopCost, at: int, chain: Chain, joined: Joined) -> Step | None:
    if not hop.certain:
        statements = joined.statements(pair, SAME["possible"])
        return Step(*pair, statements[0], statements[1:], at) if statements else None
    links = joined.links(pair)
    shown = next((link for link in links if link.type in hop.types), None)
    if shown is None:
        return None
    others = [link for other in chain.pairs[at] for link in joined.links(other) if link.number != shown.number]
    return Step(*pair, shown, others, at)


def _within(thing: Thing, joined: Joined, begin: int, end: int) -> list[Step] | None:
    """The shortest way from one entity of a thing to another over same-as statements, or None if there is none."""
    beside: dict[int, list[int]] = {}
    for x, y in thing.same:
        if joined.statements((x, y), SAME["same"]):
            beside.setdefault(x, []).append(y)
            beside.setdefault(y, []).append(x)
    came: dict[int, int] = {begin: begin}
    queue = deque([begin])
    while queue and end not in came:
        node = queue.popleft()
        for other in sorted(beside.get(node, []), key=lambda number: joined.ids[number]):
            if other not in came:
                came[other] = node
                queue.append(other)
    if end not in came:
        return None
    steps: list[Step] = []
    while end != begin:
        statements = joined.statements((came[end], end), SAME["same"])
        steps.append(Step(came[end], end, statements[0], statements[1:], None))
        end = came[end]
    return steps[::-1]
