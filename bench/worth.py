"""Whether the connections that matter come first: planted ones among the first leads, in the sample world, beside shortest paths.

The world is loaded in bulk, and who is who is decided by `graphsvc`'s own resolution. Each planted connection is asked for
between the two mentions that the truth names; it counts as found if one of the first 3 leads passes all the things in its middle,
whichever source's entities tell of them. Beside, over links and same-as, on the same graph: `shortestPath`, the first 3 of
`allShortestPaths` in the order they come, and the 3 shortest by Yen's algorithm, igraph's and GDS's, for at most `--beside` of them
(evenly chosen): in a large world the peers take seconds each. Costs are tuned on seeds 1-5 and reported on 6-10. Target: 0.95 of all.

    python -m bench.worth [--people 2000] [--seed 6 7 8 9 10] [--beside 100] [--smoke]
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import igraph
import neo4j

from bench.bulk import by_command
from bench.common import machine, report
from bench.planted_paths import INQUIRY, entity, things, widest
from graphsvc.connections.paths import find_paths
from graphsvc.graph.open import open_graph
from graphsvc.graph.server import USER, ManagedServer
from graphsvc.resolution import runs
from graphsvc.sample import generate
from graphsvc.settings import Settings

TARGET, FIRST = 0.95, 3
_STEPS = 13
_ONE = f"""
MATCH (a:Entity {{id: $a}}), (b:Entity {{id: $b}})
MATCH p = shortestPath((a)-[*..{_STEPS}]-(b))
RETURN [n IN nodes(p) | n.id] AS nodes"""
_ALL = _ONE.replace("shortestPath", "allShortestPaths") + f" LIMIT {FIRST}"
_PROJECT = "CALL gds.graph.project('bench', 'Entity', {ALL: {type: '*', orientation: 'UNDIRECTED'}}) YIELD nodeCount RETURN nodeCount"
_YEN = f"""
MATCH (a:Entity {{id: $a}}), (b:Entity {{id: $b}})
CALL gds.shortestPath.yens.stream('bench', {{sourceNode: a, targetNode: b, k: {FIRST}}}) YIELD nodeIds
RETURN [n IN gds.util.asNodes(nodeIds) | n.id] AS nodes"""
RANKS = ("worth", "shortest")
WAYS = (*RANKS, "shortestPath", "allShortestPaths", "igraph Yen", "GDS Yen")


def truth(world: Path) -> tuple[list[dict[str, Any]], dict[str, str], dict[str, set[str]]]:
    """The planted connections, of whom each mention is, and the mentions of each."""
    planted = [json.loads(line) for line in (world / "truth" / "planted.jsonl").read_text(encoding="utf-8").splitlines()]
    of: dict[str, str] = {}
    mentions: dict[str, set[str]] = defaultdict(set)
    with (world / "truth" / "mentions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            of[entity(row, row["type"])] = row["true_id"]
            mentions[row["true_id"]].add(entity(row, row["type"]))
    return planted, of, mentions


class Yen:
    """The same links and statements in igraph."""

    def __init__(self, session: neo4j.Session) -> None:
        rows = session.run("MATCH (a:Entity)-[r]->(b:Entity) RETURN a.id AS a, b.id AS b").values()
        self._graph = igraph.Graph.TupleList(rows, directed=False)
        self._graph.simplify()
        self._ids = self._graph.vs["name"]

    def paths(self, a: str, b: str) -> list[list[str]]:
        """The shortest paths between two."""
        found = self._graph.get_k_shortest_paths(a, b, k=FIRST, output="vpath")
        return [[self._ids[at] for at in path] for path in found]


def passes(paths: list[list[str]], middle: list[set[str]]) -> bool:
    """Whether one of the paths passes all the things."""
    return any(all(ids & set(path) for ids in middle) for path in paths)


def measure(people: int, seed: int, beside: int, folder: Path) -> list[dict[str, Any]]:
    """A row for each way to ask, and one for those of each kind that `worth` finds."""
    world = folder / "world"
    generate(people, seed, world)
    planted, of, mentions = truth(world)
    settings = Settings(home=folder / "home", db_start_timeout_s=300)
    server = ManagedServer(settings)
    found: dict[str, int] = dict.fromkeys(WAYS, 0)
    by_kind: dict[str, list[bool]] = defaultdict(list)
    recognised, times = 0, []
    every = -(-len(planted) // beside)
    try:
        by_command(settings, world)
        with open_graph(settings) as graph:
            view = widest()
            runs.run(graph, view, INQUIRY)
            assert graph.topology is not None
            graph.topology.build(graph)
            running = server.running()
            assert running is not None
            with neo4j.GraphDatabase.driver(running.uri, auth=(USER, server.password())) as driver, driver.session() as session:
                yen = Yen(session)
                session.run(_PROJECT).consume()
                for number, one in enumerate(planted):
                    middle = [things(session, thing) for thing in one["middle"]]
                    middle = [ids.union(*(mentions[of[id]] for id in ids if id in of)) for ids in middle]
                    a, b = entity(one["ask"]["from"]), entity(one["ask"]["to"])
                    for rank in RANKS:
                        began = perf_counter()
                        told = find_paths(graph, view, INQUIRY, a, b, k=FIRST, rank=rank)["paths"]
                        if rank == "worth":
                            times.append(1000 * (perf_counter() - began))
                        hit = passes([path["nodes"] for path in told], middle)
                        found[rank] += hit
                        if rank == "worth":
                            by_kind[one["kind"]].append(hit)
                            deep = hit or passes([p["nodes"] for p in find_paths(graph, view, INQUIRY, a, b, k=100)["paths"]], middle)
                            recognised += deep
                            if not hit:
                                print(f"not among the first {FIRST}: {one['id']} ({one['kind']}), {'later' if deep else 'nor later'}")
                    if number % every:
                        continue
                    found["igraph Yen"] += passes(yen.paths(a, b), middle)
                    for name, query in (("shortestPath", _ONE), ("allShortestPaths", _ALL), ("GDS Yen", _YEN)):
                        found[name] += passes([row["nodes"] for row in session.run(query, a=a, b=b)], middle)
    finally:
        server.destroy()
    kinds = {f"{kind} found": f"{sum(hits)} of {len(hits)}" for kind, hits in sorted(by_kind.items())}
    rows: list[dict[str, Any]] = []
    for way in WAYS:
        asked = len(planted if way in RANKS else planted[::every])
        row = {"people": people, "seed": seed, "way": way, "planted": asked, "found": found[way]}
        rows.append({**row, "share": round(found[way] / asked, 3)})
    rows[0] |= {**kinds, "among 100 leads": recognised, "p50 ms": round(median(times), 1)}
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--seed", type=int, nargs="+", default=[6, 7, 8, 9, 10])
    parser.add_argument("--beside", type=int, default=100, help="how many of the planted connections the peers are asked for, at most")
    parser.add_argument("--smoke", action="store_true", help="the smallest world; no figure is kept")
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in [1] if given.smoke else given.seed:
            rows += measure(300 if given.smoke else given.people, seed, given.beside, Path(folder) / str(seed))
            report("worth", rows, machine(), out=Path(folder) / "smoke.json" if given.smoke else None)
    worth = [row for row in rows if row["way"] == "worth"]
    share = sum(row["found"] for row in worth) / sum(row["planted"] for row in worth)
    print(f"{share:.3f} of all planted connections are among the first {FIRST}; target {TARGET}")
    return int(share < TARGET and not given.smoke)


if __name__ == "__main__":
    sys.exit(main())
