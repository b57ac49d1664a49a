"""The search in memory alone, on seeded graphs of 10,000 to 10 million links, beside NetworKit's bidirectional BFS in the same run.

The graphs are made as the topology's arrays and written as its files: communities of some hundred entities that have most of the
links, and hubs whose share of the rest falls off as a power. On 200 random pairs at each size the lengths must be equal; the figures
are of these pairs, after as many others. Targets: one shortest path at 5 million links in at most 30 times the BFS's time (p50); at most
40 bytes a link on disk; from 1 to 10 million links, p50 grows by at most 2 times.

    python -m bench.search [--links 10000 100000 1000000 5000000 10000000] [--pairs 200] [--smoke]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import networkit
import numpy as np
import numpy.typing as npt

from bench.common import machine, report
from graphsvc.connections import worth
from graphsvc.connections.engines import kernel
from graphsvc.connections.engines.limits import BUDGET, ENDLESS, HUB_LINKS, levels_after
from graphsvc.connections.engines.things import Things, things
from graphsvc.graph.topology import files
from graphsvc.graph.topology.arrays import read_only
from graphsvc.graph.topology.periods import OPEN_BEGIN, OPEN_END
from graphsvc.graph.topology.state import GONE, State

SIZES = (10_000, 100_000, 1_000_000, 5_000_000, 10_000_000)
MOST_RATIO, MOST_BYTES, MOST_GROWTH = 30.0, 40.0, 2.0
SEED = 1
_LINKS_AN_ENTITY = 5
_COMMUNITY = 200
_WITHIN = 0.8  # of the links
_HOPS = 12
_TYPES = ("OWNS", "DIRECTOR_OF", "RELATED_TO", "TRANSFERRED_TO")


def drawn(links: int, seed: int) -> dict[str, npt.NDArray[Any]]:
    """The topology's arrays of a graph."""
    chance = np.random.default_rng(seed)
    n = links // _LINKS_AN_ENTITY
    begin = chance.integers(0, n, links)
    # Within a community evenly; beyond it by rank, as a power: the first of a million entities has a few thousandths of these links.
    inside = begin - begin % _COMMUNITY + chance.integers(0, _COMMUNITY, links)
    beyond = (n * chance.random(links) ** 3).astype(np.int64)
    end = np.where(chance.random(links) < _WITHIN, np.minimum(inside, n - 1), np.minimum(beyond, n - 1))
    end = np.where(end == begin, (end + 1) % n, end)
    rule = chance.integers(0, len(_TYPES), links).astype(np.uint16)
    days = 3_650
    when = chance.integers(0, days, links).astype(np.uint32)
    node, neighbour = np.concatenate([begin, end]), np.concatenate([end, begin]).astype(np.int32)
    sort = np.argsort((node << 32) | neighbour, kind="stable")
    rel = np.arange(links, dtype=np.uint32)
    first = np.arange(days, dtype=np.int32) * 2
    first[0], last = OPEN_BEGIN, first + 400
    last[0] = OPEN_END
    number = np.arange(n, dtype=np.uint32)
    return {
        "offset": np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(node, minlength=n), dtype=np.int64)]),
        "neighbour": neighbour[sort],
        "rule": np.concatenate([rule, rule])[sort],
        "rel": np.concatenate([rel, rel])[sort],
        "when": np.concatenate([when, when])[sort],
        "begin": first,
        "until": last,
        "order": np.sort(chance.integers(0, 1 << 62, n)),
        "code": np.ones(n, np.uint16),
        "number": number,
        "sorted_number": number,
        "node_at": number.astype(np.int32),
    }


def question(state: State, known: Things, rank: str, hub: int) -> kernel.Asked:
    """A question that all may answer."""
    by_worth, rules = rank == "worth", len(state.rules)
    few, ones = read_only(np.zeros(0, np.bool_)), read_only(np.ones(rules, np.int32))
    thin = worth.THIN if by_worth else (0,) * 10
    return kernel.Asked(
        known.label, known.next, known.degree, known.through if by_worth else known.nothing, read_only(np.ones(rules, np.uint8)),
        read_only(np.full(rules, worth.LINK, np.int32)), ones, few, few, read_only(np.zeros(0, np.int32)),
        read_only(np.array(thin, np.int32)), 1, hub, worth.APART if by_worth else 0, 0, -1, _HOPS,
        0 if by_worth else worth.LINK, levels_after(_HOPS),
    )  # fmt: skip


def timed(call: Callable[[int, int], Any], pairs: list[tuple[int, int]]) -> tuple[list[float], list[Any]]:
    """Milliseconds and results, pair by pair."""
    took, results = [], []
    for a, b in pairs:
        began = time.perf_counter()
        results.append(call(a, b))
        took.append(1000 * (time.perf_counter() - began))
    return took, results


def measure(links: int, count: int, folder: Path) -> dict[str, Any]:
    """One row of the table."""
    arrays = drawn(links, SEED)
    n = arrays["order"].size
    began = time.perf_counter()
    rules = [[type, ["bench"], 1] for type in _TYPES]
    files.write(folder, {"graph": "bench", "seq": 1, "at": None, "codes": [list(GONE), ["bench", "Company"]], "rules": rules}, arrays)
    written_s = time.perf_counter() - began
    disk = sum(path.stat().st_size for path in folder.rglob("*.npy"))
    state = files.read(folder)
    assert state is not None
    every, permitted = read_only(np.ones(len(rules), np.uint8)), state.permitted(["bench"])
    things(state.arrays, every, permitted)  # compiled, or taken from the disk
    began = time.perf_counter()
    known = things(state.arrays, every, permitted)
    view_s = time.perf_counter() - began
    stop = np.zeros(1, np.uint8)

    def of(rank: str, k: int, hub: int) -> Callable[[int, int], Any]:
        asked = question(state, known, rank, hub)
        return lambda a, b: kernel.search(state.arrays, asked, a, b, k, BUDGET, stop)

    chance = np.random.default_rng(SEED + 1)
    drawn_pairs = chance.integers(0, n, (2 * count, 2))
    pairs = [(int(a), int(b)) for a, b in drawn_pairs if a != b]
    warm_up, pairs = pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]
    ends = np.repeat(np.arange(n, dtype=np.uint64), np.diff(arrays["offset"])), arrays["neighbour"].astype(np.uint64)
    graph = networkit.GraphFromCoo(ends, n=n, directed=True)
    ways = {
        "BFS": lambda a, b: networkit.distance.BidirectionalBFS(graph, a, b, False).run().getDistance(),
        "one": of("shortest", 1, ENDLESS),
        "worth": of("worth", 1, HUB_LINKS),
        "five": of("worth", 5, HUB_LINKS),
    }
    told: dict[str, tuple[list[float], list[Any]]] = {}
    for name, call in ways.items():
        timed(call, warm_up)
        told[name] = timed(call, pairs)
    for pair, length, found in zip(pairs, told["BFS"][1], told["one"][1], strict=True):
        ours = found[2][0] // worth.UNIT if len(found[2]) else None
        if (ours or _HOPS + 1) != min(length, _HOPS + 1):
            raise SystemExit(f"{links:,} links, from {pair[0]} to {pair[1]}: NetworKit's length is {length}, ours {ours}")
    p50 = {name: median(took) for name, (took, _) in told.items()}
    p95 = {name: quantiles(took, n=20)[-1] for name, (took, _) in told.items()}
    ended = [int(found[5]) for found in told["five"][1]]
    return {
        "links": links,
        "entities": n,
        "largest degree": int(known.degree.max()),
        "bytes a link": round(disk / links, 1),
        "written s": round(written_s, 2),
        "view s": round(view_s, 2),
        "BFS p50 ms": round(p50["BFS"], 3),
        "BFS p95 ms": round(p95["BFS"], 3),
        "shortest p50 ms": round(p50["one"], 3),
        "shortest p95 ms": round(p95["one"], 3),
        "ratio p50": round(p50["one"] / p50["BFS"], 1),
        "worth k=1 p50 ms": round(p50["worth"], 3),
        "worth k=1 p95 ms": round(p95["worth"], 3),
        "worth k=5 p50 ms": round(p50["five"], 3),
        "worth k=5 p95 ms": round(p95["five"], 3),
        "k=5 cut by budget": ended.count(kernel.BUDGET),
        "k=5 links looked at, p50": int(median(int(found[6]) for found in told["five"][1])),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--smoke", action="store_true", help="10,000 links and 20 pairs; no figure is kept")
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        for links in [10_000] if given.smoke else given.links:
            rows.append(measure(links, 20 if given.smoke else given.pairs, Path(name) / str(links)))
            # After each size, so that a run that is broken off keeps what it measured.
            report("search", rows, machine(), Path(name) / "smoke.json" if given.smoke else None)
    if given.smoke:
        return 0
    by_size = {row["links"]: row for row in rows}
    faults = [f"{row['bytes a link']} bytes a link at {row['links']:,} links" for row in rows if row["bytes a link"] > MOST_BYTES]
    if (at := by_size.get(5_000_000)) and at["ratio p50"] > MOST_RATIO:
        faults.append(f"{at['ratio p50']} times the BFS at 5 million links")
    for what in ("shortest p50 ms", "worth k=5 p50 ms"):
        small, large = by_size.get(1_000_000), by_size.get(10_000_000)
        if small and large and large[what] > MOST_GROWTH * small[what]:
            faults.append(f"{what} grows from {small[what]} to {large[what]}")
    print("\n".join(f"ABOVE the target: {fault}" for fault in faults) or "within the targets")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
