"""The memory engine: the k best leads from the topology in memory. May import the graph.

The numbers of the ends come from Neo4j, within the view; the search applies the view at every link and node.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graphsvc.connections import worth
from graphsvc.connections.engines.chain import Chain, Found, Pair, Search, Thing
from graphsvc.connections.engines.ends import Ends, contradiction
from graphsvc.connections.engines.interrupt import interruptible
from graphsvc.connections.engines.limits import ENDLESS, levels_after
from graphsvc.graph.driver import Gone, Graph
from graphsvc.graph.feed import SAME
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.topology.arrays import read_only
from graphsvc.graph.topology.state import State
from graphsvc.graph.view import View

if TYPE_CHECKING:
    from graphsvc.connections.engines.kernel import Asked
    from graphsvc.connections.engines.things import Kept, Things

_kept: list[Kept] = []


def search(graph: Graph, view: View, asked: Search, ends: Ends, state: State, timeout_s: float) -> Found | None:
    """Leads by rank. None where the topology is not of the last load: then ask another engine."""
    topology = graph.topology
    followed = topology.followed(graph, state, ends.head) if topology is not None else None
    at = {id: followed.node_of(number) for id, number in ends.numbers.items()} if followed is not None else {}
    nodes = {id: node for id, node in at.items() if node is not None}
    return _Question(followed, view, asked, nodes).found(timeout_s, graph.gone) if followed and len(nodes) == len(ends.numbers) else None


def things_of(state: State, kind: npt.NDArray[np.uint8], permitted: npt.NDArray[np.bool_]) -> Things:
    """The things of a view, from those kept or made now."""
    # Loading the compiler takes longer than most commands need.
    from graphsvc.connections.engines.things import Kept

    if not _kept:
        _kept.append(Kept())
    return _kept[0].of(state, kind, permitted)


class _Question:
    """One question to one state."""

    def __init__(self, state: State, view: View, asked: Search, nodes: dict[str, int]) -> None:
        from graphsvc.connections.engines.things import with_ends

        self._state, self._search, self._nodes = state, asked, nodes
        every = state.kinds(view.compartments, asked.searched, None, asked.crossing)
        known = things_of(state, every, state.permitted(asked.searched))
        # With types given, same-as is crossed all the same: the things are those of the view.
        self._kind = state.kinds(view.compartments, asked.searched, asked.types, asked.crossing) if asked.types is not None else every
        self._things = with_ends(state.arrays, known, every, (nodes[asked.start], nodes[asked.end]))
        self._fits = self._periods()

    def found(self, timeout_s: float, gone: Gone | None) -> Found:
        from graphsvc.connections.engines import compiled, kernel

        compiled.now()  # before the clock starts
        label = self._things.label
        start, end = (int(label[self._nodes[id]]) for id in (self._search.start, self._search.end))
        via = int(label[self._nodes[self._search.via]]) if self._search.via is not None else -1
        avoid = set()
        for id in self._search.avoid:
            thing = int(label[self._nodes[id]])
            if thing in (start, end) or thing == via >= 0:
                raise contradiction(id, of_end=thing in (start, end))
            avoid.add(thing)
        if start == end:
            alone = Chain((self._thing(start),), (), 0)
            return Found([alone] if via in (-1, start) else [], set(), "memory")
        if self._search.via is not None and via < 0:
            return Found([], set(), "memory")
        question = self._asked(-1 if via in (start, end) else via, avoid)
        told, late = interruptible(
            lambda stop: kernel.search(self._state.arrays, question, start, end, self._search.k, self._search.budget, stop), timeout_s, gone
        )
        things, begins, costs, lead_of, met, ended, _, hubs = told
        paths = [things[begin:until].tolist() for begin, until in pairwise(begins)]
        chains = [self._chain(path, int(cost)) for path, cost in zip(paths, costs, strict=True)]
        leads = [
            Chain(chain.things, chain.pairs, chain.cost, int(met[at]), tuple(chains[i] for i in np.flatnonzero(lead_of == at)))
            for at, chain in enumerate(chains)
            if lead_of[at] < 0
        ]
        cut = {kernel.COMPLETE: set(), kernel.MORE: {"k"}, kernel.BUDGET: {"budget"}, kernel.STOPPED: {"time"}}[int(ended)]
        cut = {"time"} if late and cut != {"k"} else cut
        crowded = [self._thing(hub) for hub in sorted({int(hub) for hub in hubs}, key=lambda hub: (-int(self._things.degree[hub]), hub))]
        return Found(leads, cut | ({"hubs"} if crowded else set()), "memory", crowded)

    def _asked(self, via: int, avoid: set[int]) -> Asked:
        from graphsvc.connections.engines.kernel import Asked

        state, search, things = self._state, self._search, self._things
        by_worth, weights = search.rank == "worth", load_ontology().links
        cost, records = np.zeros(len(state.rules), np.int32), np.zeros(len(state.rules), np.int32)
        for at, (type, _, number) in enumerate(state.rules):
            weight = worth.weight(weights[type].weight) if type in weights else 0
            records[at] = max(1, number)
            cost[at] = worth.LINK + weight if by_worth else worth.ONE_LINK
            if type == SAME["possible"]:
                cost[at] = worth.POSSIBLE if by_worth else worth.ONE_POSSIBLE
        thin = worth.THIN if by_worth else (0,) * len(worth.THIN)
        doubtful = any(type == SAME["possible"] and self._kind[at] for at, (type, _, _) in enumerate(state.rules))
        even = not (by_worth or doubtful or search.sequential or search.via or search.least_records > 1)
        return Asked(
            things.label, things.next, things.degree, things.through if by_worth else things.nothing, self._kind,
            read_only(cost), read_only(records), read_only(self._fits), state.of_types(search.no_middles),
            read_only(np.array(sorted(avoid), np.int32)), read_only(np.array(thin, np.int32)),
            search.least_records, ENDLESS if search.hub is None else search.hub,
            worth.APART if by_worth else 0, int(search.sequential), via, search.max_hops,
            worth.ONE_LINK if even else 0, levels_after(search.max_hops),
        )  # fmt: skip

    def _periods(self) -> npt.NDArray[np.bool_]:
        if self._search.during is None:
            return np.zeros(0, np.bool_)
        begin, until = self._search.during
        fits = (self._state.arrays.begin <= until) & (self._state.arrays.until >= begin)
        fits[0] = True
        return fits

    def _thing(self, thing: int) -> Thing:
        members = self._things.members(thing)
        same = {(min(a, b), max(a, b)) for a in members for b in self._beside(a, thing, same=True)} if len(members) > 1 else set()
        numbers = {node: self._state.number_of(node) for node in members}
        return Thing(tuple(numbers.values()), int(self._things.degree[thing]), tuple((numbers[a], numbers[b]) for a, b in sorted(same)))

    def _chain(self, path: list[int], cost: int) -> Chain:
        pairs: list[tuple[Pair, ...]] = []
        for one, two in pairwise(path):
            if len(self._things.members(one)) == len(self._things.members(two)) == 1:
                pairs.append((self._pair(one, two),))
                continue
            # Read from the side that has fewer neighbours.
            turned = self._things.degree[one] > self._things.degree[two]
            read, other = (two, one) if turned else (one, two)
            joined = {(a, b) for a in self._things.members(read) for b in self._beside(a, other, same=False)}
            pairs.append(tuple(self._pair(b, a) if turned else self._pair(a, b) for a, b in sorted(joined)))
        return Chain(tuple(self._thing(thing) for thing in path), tuple(pairs), cost)

    def _pair(self, a: int, b: int) -> Pair:
        return self._state.number_of(a), self._state.number_of(b)

    def _beside(self, node: int, thing: int, *, same: bool) -> set[int]:
        """The nodes of a thing that a node is joined to: by a same-as statement, or by a link or a possible one."""
        t, label = self._state.arrays, self._things.label
        found: set[int] = set()
        if node < t.offset.size - 1:
            part = slice(int(t.offset[node]), int(t.offset[node + 1]))
            of = np.flatnonzero(label[t.neighbour[part]] == thing) + part.start
            kind = self._kind[t.rule[of]]
            there = _joins(kind, same=same) & (~t.gone[t.rel[of]] if t.gone.size else True)
            found.update(t.neighbour[of[there & self._in_time(kind, t.when[of])]].tolist())
        if t.more_at.size and (row := int(t.more_at[node])) >= 0:
            part = slice(int(t.more_offset[row]), int(t.more_offset[row + 1]))
            kind = self._kind[t.more_rule[part]]
            there = (label[t.more_neighbour[part]] == thing) & _joins(kind, same=same) & self._in_time(kind, t.more_when[part])
            found.update(t.more_neighbour[part][there].tolist())
        return found

    def _in_time(self, kind: npt.NDArray[np.uint8], when: npt.NDArray[np.uint32]) -> Any:
        return (kind != 1) | self._fits[when] if self._fits.size else True


def _joins(kind: npt.NDArray[np.uint8], *, same: bool) -> Any:
    # The numbers are the kernel's, which takes long to load: a link, same-as, possibly the same.
    return kind == 2 if same else (kind == 1) | (kind == 3)
