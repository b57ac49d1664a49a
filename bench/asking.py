"""Asking for connections through the API, with view, inquiry and log on, beside the least that Neo4j takes for anything: a look-up by id.

Graphs of 1, 5 and 10 million links are written bare (bench/million.py) and kept in memory as the product does. Pairs of four kinds:
random people; two hubs; somebody linked with nobody; people asked about with too few links allowed. As many pairs first as a warm-up.
Each pair in turn is asked in an order drawn anew: one entity by its id over Bolt, the shortest path and the five best leads with all
evidence over HTTP, and the search for these alone. Then four clients at once, for a while each way: Neo4j's own SHORTEST 5, the search
alone by either rank (by the shortest it is asked for the same as Neo4j), the API.
Targets: at 5 million links p95 over HTTP at most 3 times (k 1) and 5 times (k 5) the look-up's; of four clients, the search alone at least
10 times as many a second as SHORTEST 5, the API at least 3 times; p50 over HTTP at most twice as long at 10 million links as at 1 million.

    python -m bench.asking [--links 1000000 5000000 10000000] [--pairs 300] [--seconds 20] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from bench.common import machine, report
from bench.desk import serving, set_up
from bench.million import hubs, lone, people, written
from graphsvc.connections.asked import PathOptions, search_for
from graphsvc.connections.engines import memory
from graphsvc.connections.engines.chain import Search
from graphsvc.connections.engines.ends import Ends, look_up
from graphsvc.graph.content import content
from graphsvc.graph.driver import Graph
from graphsvc.graph.server import ManagedServer
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.office import Office, open_office
from graphsvc.loading.load import load
from graphsvc.loading.specfile import load_source
from graphsvc.settings import Settings

LINKS = 5_000_000
CLIENTS = 4
HOPS, FEW = 6, 2
SEED = 3
_MOST = {"HTTP, shortest, k 1": 3.0, "HTTP, worth, k 5": 5.0}
_LEAST = {"search alone, worth, k 5": 10.0, "HTTP, worth, k 5": 3.0}
_GROWN, _MOST_GROWN = (1_000_000, 10_000_000), 2.0
_LIMIT_S = 300
_BY_ID = "MATCH (n:Entity {id: $id}) RETURN n"
_SHORTEST = "MATCH (a:Entity {id: $a}) MATCH (b:Entity {id: $b}) MATCH p = SHORTEST 5 (a)-[]-{1,6}(b) RETURN [n IN nodes(p) | n.id] AS ids"

_LATE_ROWS = 10_000
_LATE = """
id: late
title: Late
publisher: a measurement
licence: none
as_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}
tables:
  ties:
    files: ["*.jsonl"]
    format: {kind: jsonl}
    key: ["no"]
    entities:
      a: {type: Person, key: [a]}
      b: {type: Person, key: [b]}
    links:
      tie: {type: RELATED_TO, from: a, to: b}
"""

Pair = tuple[str, str, str, int]


def pairs(seed: int, each: int, links: int) -> list[Pair]:
    """Kind, two ids, and how many links a path may have: as many of each kind, in a random order."""
    chance = random.Random(f"kinds {seed}")
    drawn = [("random", a, b, HOPS) for a, b in people(seed, each, links)]
    drawn += [("two hubs", *chance.sample(hubs(links), 2), HOPS) for _ in range(each)]
    drawn += [("disconnected", a, lone(number), HOPS) for number, (a, _) in enumerate(people(seed + 1, each, links))]
    drawn += [("too far", a, b, FEW) for a, b in people(seed + 2, each, links)]
    chance.shuffle(drawn)
    return drawn


class Ways:
    """The ways to ask about a pair; each returns how many paths there are, or None where that isn't asked."""

    def __init__(self, graph: Graph, view: View, client: httpx.Client) -> None:
        self._graph, self._view, self._client = graph, view, client
        self._known: dict[tuple[Pair, str], tuple[Search, Ends]] = {}
        self.engines: set[str] = set()

    def by_id(self, pair: Pair) -> None:
        self._graph.statement(_BY_ID, id=pair[1])

    def shortest(self, pair: Pair) -> int:
        return self._http(pair, k=1, rank="shortest")

    def best(self, pair: Pair) -> int:
        return self._http(pair, k=5, rank="worth")

    def prepare(self, pair: Pair) -> None:
        """Look up what the search alone starts from."""
        _, a, b, hops = pair
        worth, shortest = (search_for(self._view, a, b, PathOptions(max_hops=hops, k=5, rank=rank)) for rank in ("worth", "shortest"))
        ends = look_up(self._graph, self._view, Inquiry("bench", "bench", "bench"), worth)
        self._known |= {(pair, "worth"): (worth, ends), (pair, "shortest"): (shortest, ends)}

    def search(self, pair: Pair, rank: str = "worth") -> int:
        asked, ends = self._known[pair, rank]
        assert self._graph.topology is not None
        state = self._graph.topology.state()
        found = memory.search(self._graph, self._view, asked, ends, state, _LIMIT_S) if state is not None else None
        if found is None:
            raise SystemExit("the topology in memory is not of this graph")
        return len(found.chains)

    def search_shortest(self, pair: Pair) -> int:
        return self.search(pair, "shortest")

    def raw(self, pair: Pair) -> None:
        self._graph.statement(_SHORTEST, a=pair[1], b=pair[2])

    def _http(self, pair: Pair, **asked: Any) -> int:
        _, a, b, hops = pair
        answer = self._client.post("/v1/paths", json={"from": a, "to": b, "max_hops": hops, **asked})
        answer.raise_for_status()
        told = answer.json()
        self.engines.add(told["engine"])
        if "time" in told["cut_by"]:
            raise SystemExit(f"the time limit ended {pair}")
        return len(told["paths"])


def one_by_one(ways: Ways, warm_up: list[Pair], asked: list[Pair]) -> list[dict[str, Any]]:
    """Rows of the table: each way's times, and p95 over the look-up's."""
    calls: dict[str, Callable[[Pair], int | None]] = {
        "look-up by id over Bolt": ways.by_id,
        "HTTP, shortest, k 1": ways.shortest,
        "HTTP, worth, k 5": ways.best,
        "search alone, worth, k 5": ways.search,
    }
    took: dict[str, list[tuple[str, float]]] = {name: [] for name in calls}
    chance = random.Random("order")
    found = 0
    for number, pair in enumerate([*warm_up, *asked]):
        ways.prepare(pair)
        counts: dict[str, int | None] = {}
        for name, call in chance.sample(list(calls.items()), len(calls)):
            began = time.perf_counter()
            counts[name] = call(pair)
            if number >= len(warm_up):
                took[name].append((pair[0], 1000 * (time.perf_counter() - began)))
        if counts["HTTP, worth, k 5"] != counts["search alone, worth, k 5"]:
            raise SystemExit(f"{pair}: the API and the search alone differ: {counts}")
        found += number >= len(warm_up) and bool(counts["HTTP, worth, k 5"])
    if ways.engines != {"memory"}:
        raise SystemExit(f"answered by {ways.engines}, not from memory alone")
    print(f"{found} of {len(asked)} pairs are connected")
    floor = quantiles([ms for _, ms in took["look-up by id over Bolt"]], n=20)[-1]
    rows = []
    for name, times in took.items():
        for kind in ("all", *dict.fromkeys(pair[0] for pair in sorted(asked))):
            of = [ms for other, ms in times if kind in ("all", other)]
            p95 = quantiles(of, n=20)[-1]
            rows.append({"asked": name, "pairs": kind, "p95 ratio": p95 / floor, "p50 ms": median(of), "p95 ms": p95})
    return rows


def at_once(ways: Ways, asked: list[Pair], seconds: float) -> list[dict[str, Any]]:
    """Rows of the table: how many a second four clients get, and that over those of SHORTEST 5.

    Connected random pairs alone: of others SHORTEST goes through all that there is.
    """
    connected = [pair for pair in asked if pair[0] == "random" and ways.search(pair)]
    calls: dict[str, Callable[[Pair], Any]] = {
        "SHORTEST 5 over Bolt": ways.raw,
        "search alone, shortest, k 5": ways.search_shortest,
        "search alone, worth, k 5": ways.search,
        "HTTP, worth, k 5": ways.best,
    }
    rates = {name: _rate(call, connected, seconds) for name, call in calls.items()}
    base = rates["SHORTEST 5 over Bolt"]
    return [{"asked": f"{CLIENTS} clients: {name}", "a second": rate, "rate ratio": rate / base} for name, rate in rates.items()]


def _rate(call: Callable[[Pair], Any], asked: list[Pair], seconds: float) -> float:
    """How many a second clients get that each ask on as soon as they are answered."""
    turn, began = count(), time.perf_counter()

    def client(_: int) -> int:
        done = 0
        while time.perf_counter() - began < seconds:
            call(asked[next(turn) % len(asked)])
            done += 1
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = sum(pool.map(client, range(CLIENTS)))
    return done / (time.perf_counter() - began)


def after_a_load(ways: Ways, office: Office, graph: Graph, folder: Path, old: Pair) -> float:
    """Seconds from the end of a load of 10,000 rows until the server answers from memory with what it told."""
    (folder / "late").mkdir()
    (folder / "late/source.yaml").write_text(_LATE)
    (folder / "late/policy.yaml").write_text((content("loaders") / "company_register/policy.yaml").read_text(encoding="utf-8"))
    source = load_source(folder / "late")
    office.register_policy("late", source.policy)
    rows = "".join(json.dumps({"no": n, "a": f"a{n}", "b": f"b{n % 1000}"}) + "\n" for n in range(_LATE_ROWS))
    (folder / "late-2024-06-30.jsonl").write_text(rows, encoding="utf-8")
    load(graph, source, [folder / "late-2024-06-30.jsonl"], home=folder / "home")
    began = time.perf_counter()
    _until_in_memory(ways, (*old[:3], 1))
    took = time.perf_counter() - began
    if ways.shortest(("late", "late/Person/a7", "late/Person/a1007", 2)) != 1 or ways.engines != {"memory"}:
        raise SystemExit("what was loaded is not found in memory")
    return took


def measure(links: int, each: int, seconds: float, folder: Path, *, heap_mb: int) -> list[dict[str, Any]]:
    """Rows of the table for one size of the graph, with `each` pairs of each kind."""
    settings = Settings(home=folder / "home", db_start_timeout_s=_LIMIT_S, db_heap_mb=heap_mb)
    server = ManagedServer(settings)
    try:
        began = time.perf_counter()
        with written(settings, SEED, links, alone=max(2 * each, 10)) as (graph, made), open_office(settings) as office:
            print(f"{', '.join(f'{n:,} {what}' for what, n in made.items())}, written in {time.perf_counter() - began:.0f} s", flush=True)
            key, inquiry = set_up(office)
            assert graph.topology is not None
            began = time.perf_counter()
            graph.topology.build(graph)
            built_s = time.perf_counter() - began
            state = graph.topology.state()
            assert state is not None
            print(f"topology of {state.links:,} links in memory: built in {built_s:.1f} s", flush=True)
            view = View(tuple(sorted({compartment for compartment, _ in state.codes} - {""})), "paths")
            with serving(settings, key, inquiry) as client:
                ways = Ways(graph, view, client)
                asked = pairs(SEED + 10, each, links)
                _until_in_memory(ways, asked[0])
                rows = one_by_one(ways, pairs(SEED, each, links), asked)
                rows += at_once(ways, asked, seconds)
                late_s = after_a_load(ways, office, graph, folder, asked[0])
            rows.append({"asked": f"{_LATE_ROWS:,} rows loaded: in memory after", "seconds": late_s})
            rows.append({"asked": "topology: built", "seconds": built_s})
            return [{"links": links, **row} for row in rows]
    finally:
        server.destroy()


def faults(rows: list[dict[str, Any]]) -> list[str]:
    """The targets that are missed, in words."""
    found = [
        f"{name}: p95 is {row['p95 ratio']:.1f} times the look-up's, target {most:g}"
        for name, most in _MOST.items()
        for row in rows
        if (row["links"], row["asked"], row.get("pairs")) == (LINKS, name, "all") and row["p95 ratio"] > most
    ]
    found += [
        f"{name}: {row['rate ratio']:.1f} times SHORTEST 5 a second, target {least:g}"
        for name, least in _LEAST.items()
        for row in rows
        if (row["links"], row["asked"]) == (LINKS, f"{CLIENTS} clients: {name}") and row["rate ratio"] < least
    ]
    for name in _MOST:
        p50 = {row["links"]: row["p50 ms"] for row in rows if (row["asked"], row.get("pairs")) == (name, "all")}
        if {*_GROWN} <= p50.keys() and (grown := p50[_GROWN[1]] / p50[_GROWN[0]]) > _MOST_GROWN:
            found.append(f"{name}: p50 grows {grown:.1f} times from {_GROWN[0]:,} to {_GROWN[1]:,} links, target {_MOST_GROWN:g}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", type=int, nargs="+", default=[_GROWN[0], LINKS, _GROWN[1]])
    parser.add_argument("--pairs", type=int, default=300, help="and as many before them that don't count")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each way with four clients")
    parser.add_argument("--smoke", action="store_true", help="a small graph and few pairs; no figure is kept")
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for links in [10_000] if given.smoke else given.links:
            each, seconds, heap_mb = (3, 1.0, 1024) if given.smoke else (given.pairs // 4, given.seconds, 4096)
            (folder / str(links)).mkdir()
            rows += measure(links, each, seconds, folder / str(links), heap_mb=heap_mb)
            # After each size, so that a run that is broken off keeps what it measured.
            report("asking", rows, machine(), folder / "smoke.json" if given.smoke else None)
    missed = faults(rows)
    print("\n".join(missed) or "within the targets")
    return int(bool(missed) and not given.smoke)


def _until_in_memory(ways: Ways, pair: Pair) -> None:
    """Wait for the server to have its topology."""
    until = time.monotonic() + _LIMIT_S
    while time.monotonic() < until:
        ways.engines.clear()
        ways.best(pair)
        if ways.engines == {"memory"}:
            return
        time.sleep(0.02)
    raise SystemExit("the server has no topology in memory")


if __name__ == "__main__":
    sys.exit(main())
