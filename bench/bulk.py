"""How fast `graphsvc load --bulk` is beside Neo4j's import tool alone, and beside a bare script that writes over Bolt.

For each size of the sample world: the command, all sources at once, end to end (rows read, mapped, sealed, sorted; the tool; the new
database started, given its schema, put in its place), with the memory and the disk that it takes watched, and apart how long the tool
ran, which has the machine to itself meanwhile. Then what can be asked of it: the topology built, and paths between people of the company
register, drawn by chance (nobody is matched). Up to `--script-to` rows, every node and link that the command made is read back and
written into a new database by UNWIND and CREATE, as in bench/load.py.
Targets: at least 0.25 of the tool alone, at least 4 times the bare script; memory flat.

    python -m bench.bulk [--rows 120000 1000000] [--script-to 1000000] [--pairs 200] [--smoke]
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import neo4j
import psutil

from bench.common import machine, report
from bench.load import _USER, by_script, read_back
from bench.planted_paths import INQUIRY, entity, widest
from graphsvc.connections.paths import find_paths
from graphsvc.graph.open import open_graph
from graphsvc.graph.server import USER, ManagedServer
from graphsvc.graph.server_config import memory
from graphsvc.sample import SOURCES, generate
from graphsvc.settings import Settings

_ROWS_A_PERSON = 12.1
_TOOL = {"org.neo4j.cli.AdminTool", "import"}
_LOOK_S = 5.0
_START_S = 900


@dataclass(slots=True)
class Run:
    """What a bulk load took: seconds, those of Neo4j's tool among them, rows, and resident MB and GB on disk at most."""

    seconds: float = 0.0
    tool_s: float = 0.0
    rows: int = 0
    largest_mb: float = 0.0
    together_mb: float = 0.0
    disk_gb: float = 0.0


def by_command(settings: Settings, world: Path) -> Run:
    """Load a world in bulk as a user does."""
    env = {**os.environ, "GRAPHSVC_HOME": str(settings.home)}
    program = Path(sys.executable).with_name("graphsvc")
    subprocess.run([program, "user", "add", *_USER, "--trained-until", "2099-12-31"], env=env, check=True, stdout=subprocess.DEVNULL)
    command = [str(program), "load", "--bulk", *(f"{source}={world / source}" for source in SOURCES)]
    run, began, looked = Run(), time.perf_counter(), 0.0
    tool: dict[int, float] = {}
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        child = psutil.Popen(command, env=env, stdout=said, stderr=complained, text=True)
        while child.poll() is None:
            sizes = []
            for process in _of(child):
                with suppress(psutil.NoSuchProcess):
                    if process is child or "python" in process.name():
                        sizes.append(process.memory_info().rss / 1e6)
                    elif set(process.cmdline()) >= _TOOL:
                        tool[process.pid] = time.time() - process.create_time()
            run.largest_mb, run.together_mb = max([run.largest_mb, *sizes]), max(run.together_mb, sum(sizes))
            if time.perf_counter() - looked > _LOOK_S:
                run.disk_gb, looked = max(run.disk_gb, _gigabytes(settings.home)), time.perf_counter()
            time.sleep(0.2)
        run.seconds, run.tool_s = time.perf_counter() - began, sum(tool.values())
        said.seek(0)
        complained.seek(0)
        if child.returncode != 0:
            raise SystemExit(f"graphsvc load --bulk failed: {complained.read()}")
        run.rows = sum(int(line.split()[1].replace(",", "")) for line in said if line.startswith("  rows "))
    return run


def _of(command: psutil.Popen) -> list[psutil.Process]:
    """The command and all that it began."""
    try:
        return [command, *command.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _gigabytes(folder: Path) -> float:
    """What a folder takes on the disk; files that go meanwhile don't count."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            size += path.lstat().st_blocks * 512
    return size / 1e9


def people(world: Path, pairs: int) -> list[tuple[str, str]]:
    """People of the company register, drawn by chance."""
    with (world / "truth" / "mentions.csv").open(encoding="utf-8", newline="") as file:
        ids = [entity(row) for row in csv.DictReader(file) if (row["source"], row["type"]) == ("company_register", "Person")]
    drawn = random.Random("people").sample(ids, 2 * min(pairs, len(ids) // 2))
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def asked(settings: Settings, world: Path, pairs: int) -> dict[str, Any]:
    """The topology of what was loaded, and paths in it."""
    view, drawn = widest(), people(world, pairs)
    with open_graph(settings) as graph:
        assert graph.topology is not None
        began = time.perf_counter()
        graph.topology.build(graph)
        built_s = time.perf_counter() - began
        state = graph.topology.state()
        assert state is not None
        told: dict[str, Any] = {"links": state.links, "topology built s": round(built_s, 1)}
        for rank, k in (("shortest", 1), ("worth", 5)):
            times, found = [], 0
            for a, b in [*drawn, *drawn]:
                began = time.perf_counter()
                answer = find_paths(graph, view, INQUIRY, a, b, k=k, rank=rank)
                times.append(1000 * (time.perf_counter() - began))
                found += bool(answer["paths"])
                if answer["engine"] != "memory":
                    raise SystemExit(f"{a}, {b}: answered by {answer['engine']}")
            second = times[len(drawn) :]
            told |= {f"{rank}, k {k}, p50 ms": round(median(second), 1), f"{rank}, k {k}, p95 ms": round(quantiles(second, n=20)[-1], 1)}
            told["of 100 pairs connected"] = round(100 * found / len(times), 1)
    return told


def measure(rows: int, script_to: int, pairs: int, folder: Path) -> dict[str, Any]:
    """One size of the world."""
    world, dumped = folder / f"world-{rows}", folder / f"dump-{rows}"
    began = time.perf_counter()
    generate(max(100, round(rows / _ROWS_A_PERSON)), 1, world)
    print(f"a world of about {rows:,} rows: made in {time.perf_counter() - began:.0f} s", flush=True)
    settings = Settings(home=folder / f"product-{rows}", db_start_timeout_s=_START_S)
    server = ManagedServer(settings)
    script = None
    try:
        run = by_command(settings, world)
        print(f"loaded in {run.seconds:.0f} s, {run.tool_s:.0f} s of them the tool's", flush=True)
        kept_gb = _gigabytes(settings.home)
        told = asked(settings, world, pairs)
        running = server.running()
        assert running is not None
        with neo4j.GraphDatabase.driver(running.uri, auth=(USER, server.password())) as driver, driver.session() as session:
            items = session.run("MATCH (n) WHERE n:Entity OR n:Record RETURN count(n) AS n").single(strict=True)["n"] + told["links"]
            if rows <= script_to:
                dumped.mkdir()
                types, items = read_back(session, dumped)
    finally:
        server.destroy()
    if rows <= script_to:
        script = by_script(Settings(home=folder / f"bare-{rows}"), dumped, types)
    shutil.rmtree(world)
    return {
        "rows": run.rows,
        "items": items,
        "bulk s": round(run.seconds, 1),
        "tool alone s": round(run.tool_s, 1),
        "script s": round(script, 1) if script else None,
        "bulk rows/s": round(run.rows / run.seconds),
        "bulk items/s": round(items / run.seconds),
        "of the tool": round(run.tool_s / run.seconds, 3),
        "times the script": round(script / run.seconds, 2) if script else None,
        "largest process MB": round(run.largest_mb),
        "together MB": round(run.together_mb),
        "heap MB": memory(settings, psutil.virtual_memory().total).heap_mb,
        "disk at most GB": round(run.disk_gb, 2),
        "disk after GB": round(kept_gb, 2),
        **told,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[120_000, 1_000_000], help="rows of the sample world, about")
    parser.add_argument("--script-to", type=int, default=1_000_000, help="the bare script only for worlds of at most so many rows")
    parser.add_argument("--pairs", type=int, default=200, help="of people, between whom paths are asked for")
    parser.add_argument("--smoke", action="store_true", help="one small world, no figure is kept: shows that the measurement runs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, found = Path(name), []
        for rows in [2_000] if given.smoke else given.rows:
            found.append(measure(rows, given.script_to, 20 if given.smoke else given.pairs, folder))
            # After each size, so that a run that is broken off keeps what it measured.
            report("bulk", found, machine(), out=folder / "smoke.json" if given.smoke else None)


if __name__ == "__main__":
    main()
