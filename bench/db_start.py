"""How much `graphsvc db start` adds to the start of the server itself, with everything fetched already (warm).

Alternates, in one run, the command with a bare start: the same Java, jars, configuration and files, started directly and asked
for Bolt until it answers. Target: at most 1.5 times. The command also brings the schema up to date; both leave a running server.

    python -m bench.db_start [--rounds 3] [--smoke]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench.common import machine, report
from graphsvc.graph import process, server_config
from graphsvc.graph.java import find_java
from graphsvc.graph.open import open_graph
from graphsvc.graph.profiles import LTS
from graphsvc.graph.server import ManagedServer
from graphsvc.settings import Settings

TARGET = 1.5
_LIMIT_S = 300


def by_command(settings: Settings) -> float:
    """Seconds of `graphsvc db start`, the whole command as a user runs it."""
    env = {**os.environ, "GRAPHSVC_HOME": str(settings.home), "GRAPHSVC_DB_START_TIMEOUT_S": str(_LIMIT_S)}
    began = time.perf_counter()
    subprocess.run([Path(sys.executable).with_name("graphsvc"), "db", "start"], env=env, check=True, capture_output=True)
    return time.perf_counter() - began


def bare(settings: Settings) -> float:
    """Seconds from the start of Java with the files that the command left, until Bolt answers."""
    server = ManagedServer(settings)
    files = server.files
    port = server_config.bolt_port(files.conf / "neo4j.conf")
    assert port is not None
    size = server_config.memory(settings, psutil.virtual_memory().total)
    options = server_config.java_options(size, marker=f"graphsvc.home={files.folder}")
    command = [str(find_java(settings).program), *options, *server_config.entry(files.folder, files.conf, files.classpath, LTS.main_class)]
    began = time.perf_counter()
    child = process.spawn(command, log=files.log, env={**os.environ, "NEO4J_HOME": str(files.folder)})
    while not process.answers_bolt(port):
        if child.poll() is not None or time.perf_counter() - began > _LIMIT_S:
            raise SystemExit(f"the bare server did not come up; see {files.log}")
        time.sleep(0.05)
    took = time.perf_counter() - began
    process.let_go(child)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="starts of each kind")
    parser.add_argument("--smoke", action="store_true", help="one round, no figure is kept: shows that the measurement runs")
    given = parser.parse_args()
    rounds = 1 if given.smoke else given.rounds
    command_s, bare_s = [], []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), db_start_timeout_s=_LIMIT_S)
        server = ManagedServer(settings)
        try:
            open_graph(settings).close()  # fetches what is missing, makes the database and its schema: not measured
            server.stop()
            for _ in range(rounds):
                bare_s.append(bare(settings))
                server.stop()
                command_s.append(by_command(settings))
                server.stop()
        finally:
            server.destroy()
        rows = [
            {
                "start": name,
                "median s": round(median(all_s), 2),
                "best s": round(min(all_s), 2),
                "all s": " ".join(f"{s:.1f}" for s in all_s),
            }
            for name, all_s in (("bare server", bare_s), ("graphsvc db start", command_s))
        ]
        ratio = median(command_s) / median(bare_s)
        rows.append({"start": f"ratio (target <= {TARGET})", "median s": round(ratio, 2), "best s": round(min(command_s) / min(bare_s), 2)})
        out = Path(folder) / "smoke.json" if given.smoke else None
        path = report("db_start", rows, machine(), out)
    print(f"{'within' if ratio <= TARGET else 'ABOVE'} the target" + ("" if given.smoke else f"; written to {path.name}"))


def _row(name: str, all_s: list[float]) -> dict[str, Any]:
    return {
        "start": name,
        "median s": round(median(all_s), 2),
        "best s": round(min(all_s), 2),
        "all s": " ".join(f"{s:.1f}" for s in all_s),
    }


if __name__ == "__main__":
    main()
