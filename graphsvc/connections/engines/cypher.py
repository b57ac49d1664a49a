"""The Cypher engine: shortest chains of entities between two ends, straight from Neo4j.

May import the graph. It works on any server without a snapshot. Its order is by steps, which count links and same-as
crossings alike; whoever calls it orders by links.
"""

from __future__ import annotations

import time
from itertools import pairwise

from graphsvc.connections.engines.chain import Chain, Found, Search
from graphsvc.connections.engines.ends import look_up
from graphsvc.errors import QueryTimeout
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View

_MOST_ROWS = 200  # chains asked of the database at once; beyond it ties are cut, and the answer says so
_MOST_ROUNDS = 12  # each leaves out newly met parallel links or asks for more; stops a graph made of parallel links only


def search(graph: Graph, view: View, inquiry: Inquiry, asked: Search, timeout_s: float) -> Found:
    """Chains of at most max_hops links by rank, possibly more than k, and what cut the search: `k`, `hops` or `time`.

    Parallel links (14 transfers between two accounts) would give the same chain again and again: they are met in one round
    and left out in the next. `k`: there may be more chains as short as the last; `hops`: what was found is longer than
    max_hops, and shorter ones with more crossings may have been missed.
    """
    deadline = time.monotonic() + timeout_s
    look_up(graph, view, inquiry, asked)
    chains: dict[tuple[str, ...], Chain] = {}
    skip: set[str] = set()
    seen: set[tuple[str, str]] = set()
    fetch, most = 2 * asked.k, max(_MOST_ROWS, 2 * asked.k)
    try:
        for _ in range(_MOST_ROUNDS):
            rows = graph.ask(
                view,
                inquiry,
                "paths/shortest",
                fills={"fetch": fetch, "steps": asked.max_steps},
                timeout_s=_left(deadline),
                **{"from": asked.start, "to": asked.end},
                skip=sorted(skip),
                **asked.parameters,
            )
            _keep(chains, rows, asked)
            if len(rows) < fetch:
                return _found(chains, set())
            pairs = {(min(p), max(p)) for row in rows for p in pairwise(row["nodes"])} - seen
            seen |= pairs
            extra = set(_parallel(graph, view, inquiry, asked, sorted(pairs), deadline)) - skip
            skip |= extra
            if not extra:
                if _enough(chains, rows, asked) or fetch == most:
                    break
                fetch = min(most, 10 * fetch)
    except QueryTimeout:
        return _found(chains, {"time"})
    return _found(chains, {"k" if len(chains) >= asked.k else "hops"})


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise QueryTimeout("The time limit of the search is over.")
    return left


def _keep(chains: dict[tuple[str, ...], Chain], rows: list[Row], asked: Search) -> None:
    for row in rows:
        chain = Chain(tuple(row["nodes"]), sum(row["same"]))
        # Every pair of equal things is joined, so that two crossings in a row only say what one says.
        detour = any(one and next_one for one, next_one in pairwise(row["same"]))
        if not detour and len(set(chain.nodes)) == len(chain.nodes) and chain.rank[0] <= asked.max_hops:
            known = chains.get(chain.nodes)
            chains[chain.nodes] = chain if known is None else min(known, chain, key=lambda c: c.rank)


def _parallel(graph: Graph, view: View, inquiry: Inquiry, asked: Search, pairs: list[tuple[str, str]], deadline: float) -> list[str]:
    listed = [list(pair) for pair in pairs]
    rows = graph.ask(view, inquiry, "paths/parallel", timeout_s=_left(deadline), pairs=listed, **asked.parameters)
    return list(rows[0]["ids"]) if rows else []


def _enough(chains: dict[tuple[str, ...], Chain], rows: list[Row], asked: Search) -> bool:
    """Whether k chains are shorter than the longest that came: of those the database gave all, not an arbitrary part."""
    longest = max(len(row["nodes"]) for row in rows)
    return sum(len(nodes) < longest for nodes in chains) >= asked.k


def _found(chains: dict[tuple[str, ...], Chain], cut: set[str]) -> Found:
    return Found(sorted(chains.values(), key=lambda chain: chain.rank), cut, "cypher")
