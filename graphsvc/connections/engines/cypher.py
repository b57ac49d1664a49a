"""The Cypher engine: leads between two ends, straight from Neo4j, and the oracle of the other engine.

May import the graph. It works on any server without a snapshot. Neo4j gives the shortest chains of entities, counted in steps; what
things they make, what these cost and which of them answer the question is worked out of what it says, and it says when that were not all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from graphsvc.connections import worth
from graphsvc.connections.costs import hop_costs
from graphsvc.connections.engines.chain import Chain, Found, Search, Thing
from graphsvc.connections.engines.ends import Ends, contradiction
from graphsvc.connections.engines.leads import grouped
from graphsvc.connections.engines.limits import ENDLESS
from graphsvc.connections.joined import Joined, runs_forward
from graphsvc.errors import QueryTimeout, QueryTooLarge
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.feed import SAME
from graphsvc.graph.topology.arrays import order
from graphsvc.graph.view import Inquiry, View

MOST_CHAINS = 200  # asked of the database at once; beyond it chains are cut, and the answer says so
_MOST_JOINT = 1_000  # of chains to what paths go by with those from there on
_MOST_ROUNDS = 12  # each leaves out newly met parallel links or asks for more; stops a graph made of parallel links only
_MOST_NEIGHBOURS = 100_000  # of one entity, for counting; a thing with more is a hub by any measure


def search(graph: Graph, view: View, inquiry: Inquiry, asked: Search, ends: Ends, joined: Joined, timeout_s: float) -> Found:
    """Leads by rank, and what cut the search: `k`, `chains`, `hubs`, `time` or `memory`.

    `k`: there are others; `chains`: not all chains were looked at, so that there may be others, shorter or better ones too.
    """
    reading = _Reading(graph, view, inquiry, asked, ends, joined, time.monotonic() + timeout_s)
    chains: Chains = {}
    whole: int | None = None
    cut: set[str] = set()
    try:
        if asked.ways is None:
            whole = reading.through(chains)
        else:
            reading.given(chains, asked.ways)
    except (QueryTimeout, QueryTooLarge) as error:
        cut = _ended(error)
    try:
        found, hubs = reading.valued(chains)
    except (QueryTimeout, QueryTooLarge) as error:
        return Found([], _ended(error), "cypher")
    leads = grouped(found, asked.k + 1)
    if not cut and whole is not None:
        # A chain of more steps has at least half as many links, since two ends of a link may each need a same-as.
        least = worth.LINK * -(-whole // 2)
        cut = {"k"} if len(leads) >= asked.k and leads[asked.k - 1].cost < least else {"chains"}
    cut = cut | ({"k"} if len(leads) > asked.k else set()) | ({"hubs"} if hubs else set())
    return Found(leads[: asked.k], cut, "cypher", hubs)


def _ended(error: QueryTimeout | QueryTooLarge) -> set[str]:
    return {"time" if isinstance(error, QueryTimeout) else "memory"}


Chains = dict[tuple[int, ...], tuple[str, ...]]  # numbers of entities, and their ids


class _Reading:
    """One question to the database."""

    def __init__(self, graph: Graph, view: View, inquiry: Inquiry, asked: Search, ends: Ends, joined: Joined, deadline: float) -> None:
        self._graph, self.view, self.inquiry, self._asked = graph, view, inquiry, asked
        self._ends, self._joined, self._deadline = ends, joined, deadline
        self._numbers = [ends.numbers[asked.start], ends.numbers[asked.end]]
        self._thing_of: dict[int, frozenset[int]] = {}
        self._same: dict[int, set[int]] = {}
        self._ids: dict[int, str] = {}
        self._types: dict[int, str] = {}

    def _ask(self, name: str, fills: dict[str, int | str] | None = None, **parameters: Any) -> list[Row]:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise QueryTimeout("The time limit of the search is over.")
        return self._graph.ask(self.view, self.inquiry, name, fills=fills, timeout_s=left, **parameters)

    def through(self, chains: Chains) -> int | None:
        """Fill `chains` with the shortest by way of what they are to go by, or of nothing.

        Returns up to how many steps these are all; None where they are all there are.
        """
        asked = self._asked
        via, avoid = self._by_things()
        if via is None:
            return self._shortest(chains, asked.start, asked.end, avoid)
        if self._ends.entities[via]["compartment"] not in asked.searched:
            return None
        there: Chains = {}
        onward: Chains = {}
        known = [self._shortest(there, asked.start, via, avoid), self._shortest(onward, via, asked.end, avoid)]
        # Either part may go through the other's end, or meet the other part: `valued` takes what is left of a chain with no thing twice.
        joint = sorted(((*a, *b[1:]), (*ids, *more[1:])) for a, ids in there.items() for b, more in onward.items())
        joint.sort(key=lambda one: len(one[0]))
        chains.update(joint[:_MOST_JOINT])
        if len(joint) > _MOST_JOINT:
            known.append(len(joint[_MOST_JOINT][0]) - 2)
        return min((steps for steps in known if steps is not None), default=None)

    def _by_things(self) -> tuple[str | None, list[str]]:
        """What to go by, unless an end is the same, and the ids of all that is to be avoided. Raises InputError for a contradiction."""
        asked, numbers = self._asked, self._ends.numbers
        avoid, via = [numbers[id] for id in asked.avoid], numbers[asked.via] if asked.via is not None else None
        self._close({*self._numbers, *avoid, *([via] if via is not None else [])})
        ends = [self._thing_of[number] for number in self._numbers]
        for id in asked.avoid:
            thing = self._thing_of[numbers[id]]
            if thing in ends or (via is not None and thing == self._thing_of[via]):
                raise contradiction(id, of_end=thing in ends)
        kept = None if via is None or self._thing_of[via] in ends else asked.via
        return kept, sorted(self._ids[member] for number in avoid for member in self._thing_of[number] if member in self._ids)

    def _shortest(self, chains: Chains, start: str, end: str, avoid: list[str]) -> int | None:
        """Fill `chains` with numbers and ids of the shortest chains from one to another; returns what `through` does.

        Parallel links (14 transfers between two accounts) would give the same chain again and again: they are met in one round
        and left out in the next.
        """
        asked, skip, seen, whole = self._asked, set[str](), set[tuple[str, str]](), 0
        fetch, most = 2 * asked.k, max(MOST_CHAINS, 2 * asked.k)
        for _ in range(_MOST_ROUNDS):
            rows = self._ask(
                "paths/shortest",
                fills={"fetch": fetch, "steps": asked.max_steps},
                **{"from": start, "to": end},
                skip=sorted(skip),
                avoid=avoid,
                no_middles=list(asked.no_middles),
                **asked.parameters,
            )
            for row in rows:
                if len(set(row["nodes"])) == len(row["nodes"]):
                    chains[tuple(row["nodes"])] = tuple(row["ids"])
            if len(rows) < fetch:
                return None
            whole = len(rows[-1]["nodes"]) - 2
            pairs = {(min(p), max(p)) for row in rows for p in pairwise(row["ids"])} - seen
            seen |= pairs
            told = self._ask("paths/parallel", pairs=[list(pair) for pair in sorted(pairs)], **asked.parameters)
            extra = set(told[0]["ids"] if told else []) - skip
            skip |= extra
            if not extra:
                if fetch == most:
                    break
                fetch = min(most, 10 * fetch)
        return whole

    def given(self, chains: Chains, ways: Sequence[tuple[str, ...]]) -> None:
        """Fill `chains` with ways that are known already; nothing cuts them."""
        chains.update((tuple(self._ends.numbers[id] for id in way), way) for way in ways)

    def valued(self, chains: Chains) -> tuple[list[Chain], list[Thing]]:
        """The chains of things that these make and that answer the question, by rank; and hubs that were met and are not crossed."""
        asked = self._asked
        named = [self._ends.numbers[id] for id in (*asked.avoid, *([asked.via] if asked.via is not None else []))]
        for nodes, ids in chains.items():
            self._ids.update(zip(nodes, ids, strict=True))
        self._close({*self._numbers, *named, *(node for nodes in chains for node in nodes)})
        ways = {tuple(dict.fromkeys(self._thing_of[node] for node in nodes)) for nodes in chains}
        ways = {way for way in ways if way[0] == self._thing_of[self._numbers[0]] and way[-1] == self._thing_of[self._numbers[1]]}
        avoid = {self._thing_of[self._ends.numbers[id]] for id in asked.avoid}
        via = self._thing_of[self._ends.numbers[asked.via]] if asked.via is not None else None
        ways = {way for way in ways if not avoid & {*way[1:-1]} and (via is None or via in way) and self._leads_through(way)}
        things = self._things({thing for way in ways for thing in way})
        pairs = {(a, b) for way in ways for one, two in pairwise(way) for a in one for b in two}
        self._joined.read(self._graph, self.view, self.inquiry, asked, pairs | {pair for thing in things.values() for pair in thing.same})
        most = ENDLESS if asked.hub is None else asked.hub
        hubs = {thing for way in ways for thing in way[1:-1] if things[thing].degree > most}
        found = []
        for way in ways:
            if hubs & {*way[1:-1]} or len(way) - 1 > asked.max_hops:
                continue
            joined = tuple(tuple((a, b) for a in sorted(one) for b in sorted(two)) for one, two in pairwise(way))
            chain = Chain(tuple(things[thing] for thing in way), joined, 0)
            hops = hop_costs(chain, self._joined, asked)
            if hops is not None and (not asked.sequential or runs_forward(hop.held for hop in hops)):
                found.append(Chain(chain.things, joined, sum(hop.total for hop in hops)))
        found.sort(key=lambda chain: (chain.cost, [self._order(thing) for thing in chain.things]))
        return found, sorted((things[hub] for hub in hubs), key=lambda thing: (-thing.degree, self._order(thing)))

    def _order(self, thing: Thing) -> int:
        return min(order(self._ids[node]) for node in thing.members)

    def _leads_through(self, way: tuple[frozenset[int], ...]) -> bool:
        """Whether a way leads through no thing of a type that paths don't lead through."""
        return not any(self._types.get(node) in self._asked.no_middles for thing in way[1:-1] for node in thing)

    def _close(self, numbers: set[int]) -> None:
        """Learn of which things these entities are."""
        known, new = set(self._same), numbers - set(self._same)
        identity = [SAME["same"]] if SAME["same"] in self._asked.crossing else []
        while new:
            told = self._ask("paths/same", numbers=sorted(new), ends=self._numbers, searched=self._asked.searched, identity=identity)
            for number in new:
                self._same.setdefault(number, set())
            for row in told:
                self._ids[row["x"]], self._types[row["x"]] = row["id"], row["type"]
                for other in row["others"]:
                    self._same[row["x"]].add(other)
                    self._same.setdefault(other, set()).add(row["x"])
            known |= new
            new = set(self._same) - known
        for number in numbers:
            if number not in self._thing_of:
                members, queue = {number}, [number]
                while queue:
                    for other in self._same[queue.pop()] - members:
                        members.add(other)
                        queue.append(other)
                for member in members:
                    self._thing_of[member] = frozenset(members)

    def _things(self, wanted: set[frozenset[int]]) -> dict[frozenset[int], Thing]:
        """Things with their degrees: how many other things links within what is searched join them to."""
        numbers = sorted({number for thing in wanted for number in thing})
        fills: dict[str, int | str] = {"most": _MOST_NEIGHBOURS}
        told = self._ask("paths/linked", fills=fills, numbers=numbers, searched=self._asked.searched) if numbers else []
        beside = {row["x"]: set(row["others"]) for row in told}
        self._close({other for others in beside.values() for other in others})
        made = {}
        for thing in wanted:
            others = {self._thing_of[other] for number in thing for other in beside.get(number, ())} - {thing}
            same = tuple(sorted({(min(a, b), max(a, b)) for a in thing for b in self._same[a]}))
            made[thing] = Thing(tuple(sorted(thing)), len(others), same)
        return made
