"""How fast `graphsvc load` is beside a bare script that only writes, and how much memory the loader takes.

In one run: the sample world is loaded by the command, source by source, in a process whose resident memory is watched. Then every
node and link that it made is read back, and written into a new database of the same kind by a bare script: UNWIND and CREATE in
batches, nothing looked up, nothing read, mapped, sealed or logged. An item is a node or a link. Targets: the ratio of the load's items
per second to the bare script's at least 0.6; the loader's resident memory under 500 MB, and flat from the smaller world to the larger.

    python -m bench.load [--people 9000 87000] [--smoke]
"""

from __future__ import annotations

import argparse
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j
import psutil

from bench.common import machine, report
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.open import open_graph
from graphsvc.graph.schema import ensure_source_schema
from graphsvc.graph.server import USER, ManagedServer
from graphsvc.sample import SOURCES, generate
from graphsvc.settings import Settings

# What a script of this kind usually takes at once: large enough that round trips don't count, small enough for the heap.
BARE_ROWS = 10_000
# Whom the commands act as: the first user of a deployment, who becomes an operator.
_USER = ("bench", "--name", "Bench", "--agency", "veldmark_police", "--role", "analyst", "--purpose", "investigation")


def by_command(settings: Settings, world: Path) -> tuple[float, int, float]:
    """Seconds of all load commands as a user runs them, rows, and the loader's largest resident memory in MB."""
    env = {**os.environ, "GRAPHSVC_HOME": str(settings.home)}
    program = Path(sys.executable).with_name("graphsvc")
    subprocess.run([program, "user", "add", *_USER, "--trained-until", "2099-12-31"], env=env, check=True, stdout=subprocess.DEVNULL)
    seconds, most, rows = 0.0, 0.0, 0
    for source in SOURCES:
        files = sorted((world / source).iterdir())
        began = time.perf_counter()
        command = [program, "load", source, *files]
        child = psutil.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while child.poll() is None:
            try:
                most = max(most, child.memory_info().rss / 1e6)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.1)
        out, err = child.communicate()
        if child.returncode != 0:
            raise SystemExit(f"graphsvc load {source} failed: {err}")
        seconds += time.perf_counter() - began
        rows += _rows(out)
    return seconds, rows, most


def _rows(out: str) -> int:
    return int(next(line for line in out.splitlines() if line.startswith("  rows ")).split()[1].replace(",", ""))


def read_back(session: neo4j.Session, folder: Path) -> tuple[list[str], int]:
    """Write all nodes and links to pickle files, one a label set or type; returns link types and how many items there are."""
    items = 0
    labels = [r["labels"] for r in session.run("MATCH (n) WHERE n:Entity OR n:Record RETURN DISTINCT labels(n) AS labels")]
    for number, names in enumerate(labels):
        wanted = ":".join(f"`{name}`" for name in names)
        query = f"MATCH (n:{wanted}) WHERE size(labels(n)) = {len(names)} RETURN properties(n) AS p"
        items += _dump(folder / f"node-{number:02}.pickle", names, (r["p"] for r in session.run(query)))
    types = [r["t"] for r in session.run("MATCH (:Entity)-[r]->(:Entity) RETURN DISTINCT type(r) AS t")]
    for number, name in enumerate(types):
        query = f"MATCH (a:Entity)-[r:`{name}`]->(b:Entity) RETURN a.id AS a, b.id AS b, properties(r) AS p"
        items += _dump(folder / f"rel-{number:02}.pickle", name, (r.data() for r in session.run(query)))
    return types, items


def _dump(path: Path, head: Any, rows: Iterator[Any]) -> int:
    count, batch = 0, []
    with path.open("wb") as file:
        pickle.dump(head, file)
        for row in rows:
            batch.append(row)
            count += 1
            if len(batch) == BARE_ROWS:
                pickle.dump(batch, file)
                batch = []
        pickle.dump(batch, file)
    return count


def bare(session: neo4j.Session, folder: Path) -> float:
    """Seconds to write the files: nodes first, then links between nodes matched by their ids."""
    began = time.perf_counter()
    for path in sorted(folder.glob("node-*.pickle")):
        with path.open("rb") as file:
            names = ":".join(f"`{name}`" for name in pickle.load(file))
            for batch in _batches(file):
                session.run(f"UNWIND $rows AS row CREATE (n:{names}) SET n = row", rows=batch).consume()
    for path in sorted(folder.glob("rel-*.pickle")):
        with path.open("rb") as file:
            name = pickle.load(file)
            query = (
                "UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) "
                f"CREATE (a)-[r:`{name}`]->(b) SET r = row.p"
            )
            for batch in _batches(file):
                session.run(query, rows=batch).consume()
    return time.perf_counter() - began


def _batches(file: Any) -> Iterator[list[Any]]:
    while True:
        try:
            batch = pickle.load(file)
        except EOFError:
            return
        if batch:
            yield batch


def by_script(settings: Settings, dumped: Path, types: list[str]) -> float:
    """Seconds of the bare script for what was read back."""
    server = ManagedServer(settings)
    try:
        ontology = load_ontology()
        with open_graph(settings) as graph:
            for source in SOURCES:
                links = [name for name in types if name in ontology.links]
                ensure_source_schema(graph, source, search_properties=ontology.search_properties, link_types=links)
        running = server.running()
        assert running is not None
        with neo4j.GraphDatabase.driver(running.uri, auth=(USER, server.password())) as driver, driver.session() as session:
            return bare(session, dumped)
    finally:
        server.destroy()


def measure(people: int, folder: Path) -> dict[str, Any]:
    """One world of `people`: the command, then the bare script on a new database."""
    world, dumped = folder / f"world-{people}", folder / f"dump-{people}"
    dumped.mkdir()
    generate(people, 1, world)
    settings = Settings(home=folder / f"product-{people}")
    server = ManagedServer(settings)
    try:
        open_graph(settings).close()
        seconds, rows, memory = by_command(settings, world)
        running = server.running()
        assert running is not None
        with neo4j.GraphDatabase.driver(running.uri, auth=(USER, server.password())) as driver, driver.session() as session:
            types, items = read_back(session, dumped)
    finally:
        server.destroy()
    settings = Settings(home=folder / f"bare-{people}")
    bare_s = by_script(settings, dumped, types)
    return {
        "people": people,
        "rows": rows,
        "items": items,
        "load s": round(seconds, 1),
        "bare s": round(bare_s, 1),
        "load items/s": round(items / seconds),
        "bare items/s": round(items / bare_s),
        "ratio": round(bare_s / seconds, 3),
        "loader MB": round(memory),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[9_000, 87_000], help="sizes of the world; 11.5 rows a person")
    parser.add_argument("--smoke", action="store_true", help="one small world, no figure is kept: shows that the measurement runs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for people in [200] if given.smoke else given.people:
            rows.append(measure(people, Path(folder)))
            # After each size, so that a run that is broken off keeps what it measured.
            report("load", rows, machine(), out=Path(folder) / "smoke.json" if given.smoke else None)


if __name__ == "__main__":
    main()
