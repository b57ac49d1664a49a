"""How fast `graphsvc load --bulk` is beside Neo4j's import tool alone, and beside a bare script that writes over Bolt.

In one run, for each size of the sample world: the command, all sources at once, end to end (rows read, mapped, sealed, sorted; the tool;
the new database started, given its schema, put in its place), with the memory of its processes watched. Then the same import files once
more, which is not measured, and the tool alone on them. Then every node and link that the command made, read back and written into a new
database by UNWIND and CREATE, as in bench/load.py. Targets: at least 0.25 of the tool alone, at least 4 times the bare script; memory flat.

    python -m bench.bulk [--rows 120000 1000000] [--smoke]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import neo4j
import psutil

from bench.common import machine, report
from bench.load import _USER, by_script, read_back
from graphsvc.graph.content import content
from graphsvc.graph.server import USER, ManagedServer
from graphsvc.graph.types import utc_now
from graphsvc.loading.bulk import steps
from graphsvc.loading.bulk.database import import_files
from graphsvc.loading.bulk.spool import buckets_for
from graphsvc.loading.opening import input_files, new_load_id
from graphsvc.loading.specfile import load_source
from graphsvc.sample import SOURCES, generate
from graphsvc.settings import Settings

_ROWS_A_PERSON = 12.1


def by_command(settings: Settings, world: Path) -> tuple[float, int, float, float]:
    """Seconds of the command, rows, and resident MB of the largest of its own processes and of all of them together."""
    env = {**os.environ, "GRAPHSVC_HOME": str(settings.home)}
    program = Path(sys.executable).with_name("graphsvc")
    subprocess.run([program, "user", "add", *_USER, "--trained-until", "2099-12-31"], env=env, check=True, stdout=subprocess.DEVNULL)
    command = [program, "load", "--bulk", *(f"{source}={world / source}" for source in SOURCES)]
    began, one, together = time.perf_counter(), 0.0, 0.0
    child = psutil.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while child.poll() is None:
        sizes = [_resident(process) for process in _python(child)]
        one, together = max([one, *sizes]), max(together, sum(sizes))
        time.sleep(0.2)
    out, err = child.communicate()
    if child.returncode != 0:
        raise SystemExit(f"graphsvc load --bulk failed: {err}")
    seconds = time.perf_counter() - began
    rows = sum(int(line.split()[1].replace(",", "")) for line in out.splitlines() if line.startswith("  rows "))
    return seconds, rows, one, together


def _python(command: psutil.Popen) -> list[psutil.Process]:
    """The command and its processes, without the database's."""
    try:
        return [command, *(one for one in command.children(recursive=True) if "python" in one.name())]
    except psutil.NoSuchProcess:
        return []


def _resident(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def tool_alone(world: Path, folder: Path) -> float:
    """Seconds that Neo4j's import tool takes for the files of a bulk load of this world."""
    now, last, given = utc_now(), 0, []
    folder.mkdir()
    for name in SOURCES:
        source = load_source(content("loaders") / name)
        files = input_files(source.spec, sorted((world / name).iterdir()), None, False)
        buckets = buckets_for(sum(file.size for file in files))
        job = steps.Job(
            source.folder, source.spec_sha256, source.policy.sha256, files, new_load_id(name, now), folder / "home", folder / name, 2000,
            buckets, last, now,
        )  # fmt: skip
        with steps.Workers(psutil.cpu_count() or 1) as workers:
            for step in steps.STEPS:
                made = workers.do(job, step, lambda done, rows: None)
                steps.clear(job, step)
                given += [one["files"] for one in made]
                last = made[0].get("last", last)
    server = ManagedServer(Settings(home=folder / "server"))
    try:
        began = time.perf_counter()
        import_files(server, folder, given, last)
        return time.perf_counter() - began
    finally:
        server.destroy()


def measure(rows: int, folder: Path) -> dict[str, Any]:
    """One size of the world, all three ways."""
    people = max(100, round(rows / _ROWS_A_PERSON))
    world, dumped = folder / f"world-{people}", folder / f"dump-{people}"
    dumped.mkdir()
    generate(people, 1, world)
    settings = Settings(home=folder / f"product-{people}")
    server = ManagedServer(settings)
    try:
        seconds, rows, one, together = by_command(settings, world)
        running = server.running()
        assert running is not None
        with neo4j.GraphDatabase.driver(running.uri, auth=(USER, server.password())) as driver, driver.session() as session:
            types, items = read_back(session, dumped)
    finally:
        server.destroy()
    alone = tool_alone(world, folder / f"files-{people}")
    script = by_script(Settings(home=folder / f"bare-{people}"), dumped, types)
    return {
        "rows": rows,
        "items": items,
        "bulk s": round(seconds, 1),
        "tool alone s": round(alone, 1),
        "script s": round(script, 1),
        "bulk rows/s": round(rows / seconds),
        "bulk items/s": round(items / seconds),
        "of the tool": round(alone / seconds, 3),
        "times the script": round(script / seconds, 2),
        "largest process MB": round(one),
        "together MB": round(together),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[120_000, 1_000_000], help="rows of the sample world, about")
    parser.add_argument("--smoke", action="store_true", help="one small world, no figure is kept: shows that the measurement runs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, found = Path(name), []
        for rows in [2_000] if given.smoke else given.rows:
            found.append(measure(rows, folder))
            # After each size, so that a run that is broken off keeps what it measured.
            report("bulk", found, machine(), out=folder / "smoke.json" if given.smoke else None)


if __name__ == "__main__":
    main()
