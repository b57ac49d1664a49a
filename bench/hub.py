"""Questions beside a hub of a million links: each ends, says what was cut, and leaves the servers within their memory.

A small graph (bench/million.py) with one address more, at which a million people live. Two of them run a firm together. Asked over HTTP, in
memory and by Cypher alone: the path of these two (the hub is named and not crossed); of two others, through the hub; the same with fewer
links to look at than the hub has; a preview of the hub; what three of its people share. Of each question: seconds, what cut it, and the
most memory that the database and the API held meanwhile. The database may use its heap and its page cache, and what Java needs besides.

    python -m bench.hub [--members 1000000] [--smoke]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.common import machine, report
from bench.desk import serving, set_up
from bench.million import middle, of_crowd, written
from graphsvc.graph.server import ManagedServer
from graphsvc.inquiry.office import open_office
from graphsvc.settings import Settings

MEMBERS = 1_000_000
LINKS = 10_000
HEAP_MB, CACHE_MB = 2048, 512
_BESIDES_MB = 1024  # of a Java process, beyond heap and page cache: code, threads, buffers of the network
_SLOW_S = 35.0  # the time limit of a question is 30
_LIMIT_S = 300


class Memory:
    """The most that processes hold, looked at ten times a second."""

    def __init__(self, **processes: psutil.Process) -> None:
        self._processes, self.most = processes, dict.fromkeys(processes, 0)

    @contextmanager
    def watched(self) -> Iterator[None]:
        over = threading.Event()
        self.most = dict.fromkeys(self._processes, 0)

        def look() -> None:
            while True:
                for name, process in self._processes.items():
                    self.most[name] = max(self.most[name], process.memory_info().rss >> 20)
                if over.wait(0.1):
                    return

        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join()


def questions(hub: str, members: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Name, route and body of each."""
    run_a_firm = {"from": of_crowd(0), "to": of_crowd(1)}
    neighbours = {"from": of_crowd(members - 2), "to": of_crowd(members - 1)}
    return [
        ("path of two who run a firm", "/v1/paths", run_a_firm),
        ("the same, through hubs", "/v1/paths", {**run_a_firm, "through_hubs": True}),
        ("path of two who share the hub alone", "/v1/paths", neighbours),
        ("the same, through hubs", "/v1/paths", {**neighbours, "through_hubs": True}),
        ("the same, looking at a tenth of its links", "/v1/paths", {**neighbours, "through_hubs": True, "budget": members // 10}),
        ("around the hub", "/v1/around", {"entity": hub}),
        ("what three of its people share", "/v1/common", {"entities": [of_crowd(n) for n in (2, 3, 4)], "hops": 2}),
        ("what joins three of its people", "/v1/between", {"entities": [of_crowd(n) for n in (2, 3, 4)], "through_hubs": True}),
    ]


def ask(client: httpx.Client, memory: Memory, engine: str, asked: list[tuple[str, str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of the table."""
    rows = []
    for name, route, body in asked:
        with memory.watched():
            began = time.perf_counter()
            answer = client.post(route, json=body)
            took = time.perf_counter() - began
        told = answer.json()
        good = answer.status_code == 200
        found = f"{len(told['paths'])} paths" if "paths" in told else ""
        cut = ", ".join(told.get("cut_by", ())) or "nothing" if good else told["detail"][:60]
        row = {"engine": engine, "asked": name, "found": found, "cut by": cut, "seconds": took, "status": answer.status_code}
        rows.append({**row, **{f"{who} MiB": most for who, most in memory.most.items()}})
        print(f"{engine}: {name}: {took:.1f} s", flush=True)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--smoke", action="store_true", help="a hub of 5,000; no figure is kept")
    given = parser.parse_args()
    members = 5_000 if given.smoke else given.members
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(home=folder / "home", db_start_timeout_s=_LIMIT_S, db_heap_mb=HEAP_MB, db_page_cache_mb=CACHE_MB)
        server = ManagedServer(settings)
        try:
            with written(settings, 1, LINKS, crowd=members) as (graph, _), open_office(settings) as office:
                key, inquiry = set_up(office)
                running = server.running()
                assert running is not None and graph.topology is not None
                graph.topology.build(graph)
                database, rows = psutil.Process(running.pid), []
                asked = questions(middle("Address"), members)
                for engine, keep in (("memory", "true"), ("cypher", "false")):
                    if engine == "cypher":
                        shutil.rmtree(settings.topology)
                    with serving(settings, key, inquiry, GRAPHSVC_KEEP_TOPOLOGY=keep) as client:
                        if engine == "memory":
                            _until(client, asked[0][2], engine)
                        (api,) = (p for p in psutil.Process().children() if "serve" in p.cmdline())
                        rows += ask(client, Memory(database=database, api=api), engine, asked if engine == "memory" else asked[:4])
            report("hub", rows, machine(), folder / "smoke.json" if given.smoke else None)
        finally:
            server.destroy()
    cap = HEAP_MB + CACHE_MB + _BESIDES_MB
    faults = [f"{row['engine']}: {row['asked']}: {row['cut by']}" for row in rows if row["status"] >= 500 and row["status"] != 504]
    faults += [f"{row['engine']}: {row['asked']} took {row['seconds']:.0f} s" for row in rows if row["seconds"] > _SLOW_S]
    faults += [f"{row['asked']}: the database held {row['database MiB']:,} MiB of {cap:,}" for row in rows if row["database MiB"] > cap]
    print("\n".join(faults) or f"all ended in time; the database stayed within {cap:,} MiB")
    return int(bool(faults) and not given.smoke)


def _until(client: httpx.Client, asked: dict[str, Any], engine: str) -> None:
    """Wait until the server answers by an engine."""
    until = time.monotonic() + _LIMIT_S
    while client.post("/v1/paths", json=asked).json().get("engine") != engine:
        if time.monotonic() > until:
            raise SystemExit(f"the server does not answer by {engine}")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
