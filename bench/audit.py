"""How fast the audit log is: durable entries a second beside a floor on the same disk, checking, and what a checkpoint leaves exposed.

The floor is what any such log must pay: one thread that writes a leaf's worth of bytes into a table of the same kind of SQLite database
and commits, durably, each time; and a bare file with an fsync a line. Then 1, 8 and 32 threads append to the real log, each waiting for its
acknowledgement, with checkpoints signed and published to a file as in a server. The exposed window is how many entries no published
checkpoint covers, looked at every 10 ms meanwhile. Targets: at least 5,000 durable entries/s with 32 threads;
verify at least 50,000 entries/s.

    python -m bench.audit [--seconds 10] [--verify 500000] [--smoke]
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench.common import machine, report
from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.engine import sqlite_url
from graphsvc.audit.event import Event
from graphsvc.audit.log import AuditLog
from graphsvc.audit.verify import verify

# What a path question logs in a deployment with the eight sources of the sample world.
EVENT = Event(
    "asked",
    user="analyst-17",
    agency="agency-1",
    inquiry="0c3f2a91-6f5d-4a8e-9d0b-7f3b5e2a1c44",
    purpose="fraud",
    case="C-2024-00117",
    operation="paths",
    parameters={"from": "company_register/company/0012345", "to": "case_files/person/4411", "hops": 6},
    view_sha256="5a" * 32,
    policies={f"source_{n}": "7b" * 32 for n in range(8)},
)
LEAF_BYTES = 1_200  # of such an event


def bare_sqlite(folder: Path, seconds: float) -> dict[str, Any]:
    """Commits of one row each, by the driver alone."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, leaf BLOB)")
    return _timed(
        "floor: bare SQLite commit", 1, seconds, lambda n: connection.execute("INSERT INTO t VALUES (?, ?)", (n, b"x" * LEAF_BYTES))
    )


def bare_file(folder: Path, seconds: float) -> dict[str, Any]:
    """A line and an fsync each."""
    with (folder / "floor.txt").open("ab", buffering=0) as file:

        def line(_: int) -> None:
            file.write(b"x" * LEAF_BYTES)
            os.fsync(file.fileno())

        return _timed("floor: bare file, fsync", 1, seconds, line)


def _timed(what: str, threads: int, seconds: float, act: Any) -> dict[str, Any]:
    """Run `act` in threads for some seconds; entries a second and what one waited."""
    waits: list[list[float]] = [[] for _ in range(threads)]
    end = time.perf_counter() + seconds

    def run(mine: list[float]) -> None:
        while (began := time.perf_counter()) < end:
            act(len(mine))
            mine.append(time.perf_counter() - began)

    workers = [threading.Thread(target=run, args=(mine,)) for mine in waits]
    began = time.perf_counter()
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    taken = time.perf_counter() - began
    ordered = sorted(wait for mine in waits for wait in mine)
    return {
        "what": what,
        "threads": threads,
        "entries": len(ordered),
        "entries/s": round(len(ordered) / taken),
        "p50 ms": round(statistics.median(ordered) * 1000, 2),
        "p95 ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 2),
    }


def appended(audit: AuditLog, threads: int, seconds: float, note: Path) -> dict[str, Any]:
    """The real log, with its checkpoints; and how many entries were exposed."""
    exposed: list[int] = []
    over = threading.Event()
    with Checkpointer(audit, [note]) as checkpointer:

        def watch() -> None:
            while not over.wait(0.01):
                exposed.append(checkpointer.exposed())

        watcher = threading.Thread(target=watch)
        while checkpointer.exposed() > 1:
            time.sleep(0.01)  # the first checkpoint covers what earlier rows left
        watcher.start()
        row = _timed("append", threads, seconds, lambda _: audit.append(EVENT))
        over.set()
        watcher.join()
    exposed.sort()
    return row | {"exposed p50": exposed[len(exposed) // 2], "exposed max": exposed[-1]}


def verified(audit: AuditLog, note: Path, entries: int) -> dict[str, Any]:
    """A whole log checked, outside checkpoint and personal values included."""
    while (missing := entries - audit.size()) > 0:
        audit.append_many([EVENT] * min(1_000, missing))
    Checkpointer(audit, [note]).once(force=True)
    began, worked = time.perf_counter(), time.process_time()
    found = verify(audit.engine.url, outside=[note], trusted_key=audit.keys.first())
    taken, worked = time.perf_counter() - began, time.process_time() - worked
    if not found.ok:
        raise SystemExit(f"a sound log raised {found.findings}")
    return {"what": "verify", "threads": 1, "entries": found.entries, "entries/s": round(found.entries / taken)} | {
        "per CPU s": round(found.entries / worked)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="how long each row runs")
    parser.add_argument("--verify", type=int, default=500_000, help="entries of the log that is checked")
    parser.add_argument("--folder", type=Path, help="on which disk; default: the working folder's")
    parser.add_argument("--smoke", action="store_true", help="short, no figure is kept: shows that the measurement runs")
    given = parser.parse_args()
    seconds, entries = (0.5, 2_000) if given.smoke else (given.seconds, given.verify)
    # Not the folder for temporary files: it may lie in memory, where an fsync costs nothing.
    with tempfile.TemporaryDirectory(dir=given.folder or Path.cwd()) as name:
        folder = Path(name)
        note = folder / "outside.note"
        rows = [bare_file(folder, seconds), bare_sqlite(folder, seconds)]
        with AuditLog(sqlite_url(folder / "audit.db"), folder / "keys") as audit:
            rows += [appended(audit, threads, seconds, note) for threads in (1, 8, 32)]
            rows.append(verified(audit, note, entries))
        report("audit", rows, machine(), out=folder / "smoke.json" if given.smoke else None)


if __name__ == "__main__":
    main()
