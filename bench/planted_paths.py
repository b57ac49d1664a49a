"""How many planted connections of the sample world plain `shortestPath` finds in the loaded graph, with nobody matched and nothing ranked.

The world is loaded by the product into a real Neo4j, and things with equal identifiers are joined, people and organisations not. For each
planted connection, a shortest path is asked for between every two mentions of its two people, over all links and same-as; it counts as
found when one of the shortest passes through every planted thing in the middle. Bound: at most half. For those planted in exact
identifiers, `graphsvc`'s own path search between the mentions that the truth names must find all.

    python -m bench.planted_paths [--people 2000] [--seed 1] [--smoke]
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import neo4j

from bench.common import machine, report
from bench.load import by_command
from graphsvc.connections.paths import find_paths
from graphsvc.graph.open import open_graph
from graphsvc.graph.server import USER, ManagedServer
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.specfile import find_source, load_source
from graphsvc.policy.judge import Judge
from graphsvc.policy.subject import Asked, Subject
from graphsvc.resolution import runs
from graphsvc.sample import SOURCES, generate
from graphsvc.settings import Settings

INQUIRY = Inquiry("bench", "bench", "a measurement")
BOUND = 0.5
_SPACES = {"vehicle_register": "LegalEntity", "bank_transfers": "LegalEntity"}
_STEPS = 12
_PLAIN = f"""
UNWIND $pairs AS pair
MATCH (a:Entity {{id: pair[0]}}), (b:Entity {{id: pair[1]}})
MATCH p = shortestPath((a)-[*..{_STEPS}]-(b))
RETURN [n IN nodes(p) | n.id] AS nodes ORDER BY length(p), nodes
"""


def widest() -> View:
    """What a supervisor who is an analyst too can see of paths, under the policies of the sources."""
    judge = Judge({source: load_source(find_source(source, None)).policy for source in SOURCES})
    now = datetime.now(UTC)
    roles = frozenset({"analyst", "supervisor"})
    subject = Subject("bench", "veldmark_police", roles, frozenset({"investigation"}), now.date(), active=True)
    return judge.permissions(subject, Asked("investigation", now, None)).view("paths")


def entity(told: dict[str, str], space: str = "Person") -> str:
    """The entity id of a mention in the truth."""
    key = ",".join(told["key"].split("/"))
    return f"{told['source']}/{_SPACES.get(told['source'], space)}/{key}"


def things(session: neo4j.Session, middle: dict[str, Any]) -> set[str]:
    """Ids of all entities that tell of one planted thing."""
    if "told" in middle:
        return {entity(told, middle["type"]) for told in middle["told"]}
    value = middle["value"]
    if middle["type"] == "Address":
        where = "toUpper(n.street) = toUpper($v.street) AND toUpper(n.houseNumber) = toUpper($v.number) AND n.postalCode = $v.postcode"
    else:
        where = "$v IN [n.registrationNumber, n.number, n.iban, n.caseNumber]"
    found = session.run(f"MATCH (n:`{middle['type']}`) WHERE {where} RETURN n.id AS id", v=value)
    return {row["id"] for row in found}


def measure(people: int, seed: int, folder: Path) -> dict[str, Any]:
    """Loads one world and asks for all of its planted connections."""
    world = folder / "world"
    generate(people, seed, world)
    planted = [json.loads(line) for line in (world / "truth" / "planted.jsonl").read_text(encoding="utf-8").splitlines()]
    mentions: dict[str, list[str]] = defaultdict(list)
    with (world / "truth" / "mentions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mentions[row["true_id"]].append(entity(row, row["type"]))
    settings = Settings(home=folder / "home")
    server = ManagedServer(settings)
    view, found, exact, exact_found = widest(), 0, 0, 0
    try:
        with open_graph(settings) as graph:
            by_command(settings, world)
            runs.run(graph, view, INQUIRY, kinds=["things"])
            running = server.running()
            assert running is not None
            with neo4j.GraphDatabase.driver(running.uri, auth=(USER, server.password())) as driver, driver.session() as session:
                for one in planted:
                    middle = [things(session, thing) for thing in one["middle"]]
                    if not all(middle):
                        raise SystemExit(f"planted connection {one['id']}: a thing in its middle is not in the graph")
                    pairs = [[a, b] for a in mentions[one["a"]] for b in mentions[one["b"]]]
                    paths = [row["nodes"] for row in session.run(_PLAIN, pairs=pairs)]
                    shortest = [path for path in paths if len(path) == len(paths[0])] if paths else []
                    found += any(all(ids & set(path) for ids in middle) for path in shortest)
                    if one["exact"]:
                        exact += 1
                        ends = (entity(one["ask"]["from"]), entity(one["ask"]["to"]))
                        answer = find_paths(graph, view, INQUIRY, *ends)
                        exact_found += any(all(ids & set(path["nodes"]) for ids in middle) for path in answer["paths"])
    finally:
        server.destroy()
    return {
        "people": people,
        "seed": seed,
        "sources": len(SOURCES),
        "planted": len(planted),
        "found": found,
        "share": round(found / len(planted), 3),
        "exact": exact,
        "exact found": exact_found,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--smoke", action="store_true", help="the smallest world; no figure is kept")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in given.seed:
            rows.append(measure(300 if given.smoke else given.people, seed, Path(folder) / str(seed)))
        report("planted_paths", rows, machine(), out=Path(folder) / "smoke.json" if given.smoke else None)
    return int(any(row["share"] > BOUND or row["exact found"] < row["exact"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
