"""From a load's commit to the mail that says so, with many watches, and what they cost the load.

A sample world is loaded twice as a user loads it, into databases of their own: once with nobody watching, once with watches and a worker
beside. Nine in ten watches are of entities and accounts that the measured source brings, nine in a hundred of paths between two, one
in a hundred of communities. Measured for each alert: from the time that its batch wrote into the feed to its mail's arrival at a local
SMTP server.
Targets: p95 under 5 s, the load at most 1.2 times as long.

    python -m bench.alerts [--people 170000] [--watches 10000] [--seed 6] [--smoke]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.common import machine, report
from graphsvc.alerts.acts import outbox_of, watches_of
from graphsvc.alerts.subjects import subject_of
from graphsvc.alerts.watches import Wanted
from graphsvc.graph.open import open_graph
from graphsvc.graph.server import ManagedServer
from graphsvc.inquiry.office import open_office
from graphsvc.sample import generate
from graphsvc.settings import Settings

FIRST = ("company_register", "phone_subscriptions", "utility_bills")
MEASURED = "bank_transfers"
P95_S, SLOWDOWN = 5.0, 1.2
MAIL = "anna@police.veldmark.example"
_LONGEST_S = 600.0
_WHO = ("--agency", "veldmark_police", "--purpose", "investigation", "--trained-until", "2099-12-31")


@dataclass
class Sink:
    """A mail server that notes when which alert arrived."""

    arrived: dict[str, float] = field(default_factory=dict)
    mails: int = 0
    repeats: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.content)  # type: ignore[arg-type]
        self.mails += 1
        for alert in map(str, message.get_all("Graphsvc-Alert", [])):
            self.repeats += alert in self.arrived
            self.arrived.setdefault(alert, time.time())
        return "250 accepted"


def settings_of(home: Path, port: int) -> Settings:
    mailing = {"mail_host": "127.0.0.1", "mail_port": port, "mail_sender": MAIL, "mail_tls": False, "mail_domains": [MAIL.split("@")[1]]}
    return Settings(home=home, db_heap_mb=1024, db_start_timeout_s=300, **mailing)  # type: ignore[arg-type]


def environment(settings: Settings) -> dict[str, str]:
    told = {"HOME": settings.home, "MAIL_HOST": "127.0.0.1", "MAIL_PORT": settings.mail_port, "MAIL_SENDER": MAIL, "MAIL_TLS": "false"}
    told |= {"MAIL_DOMAINS": json.dumps(settings.mail_domains), "DB_HEAP_MB": 1024}
    return {**os.environ, **{f"GRAPHSVC_{name}": str(value) for name, value in told.items()}}


def command(settings: Settings, *words: Any) -> float:
    """Seconds of a command."""
    program = Path(sys.executable).with_name("graphsvc")
    began = time.perf_counter()
    subprocess.run([program, *map(str, words)], env=environment(settings), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def load(settings: Settings, world: Path, source: str) -> float:
    return command(settings, "load", source, *sorted((world / source).iterdir()))


def watch(settings: Settings, entities: list[str], accounts: list[str], watches: int, seed: int) -> None:
    """Set the watches, for one user's standing inquiry."""
    chance = random.Random(seed)
    with open_office(settings) as office, open_graph(settings) as graph:
        add = {"agency": "veldmark_police", "purposes": ["investigation"], "trained_until": date(2099, 12, 31), "oidc": (None, None)}
        office.add_user("sven", name="Sven", roles=["supervisor"], **add)
        anna, sven = office.users.get("anna"), office.users.get("sven")
        why = "Who pays the people behind the freight firm that the witness named"
        until = datetime.now(UTC) + timedelta(days=30)
        asked = office.request_standing(anna, purpose="investigation", case="VM-2026-0417", reason=why, until=until)
        office.decide_standing(sven, asked["id"], approve=True)
        subjects: list[dict[str, Any]] = [
            {"kind": "entity", "entity": chance.choice(entities)}
            if n % 2
            else {"kind": "identifier", "identifier": chance.choice(accounts)}
            for n in range(watches * 9 // 10)
        ]
        for _ in range(watches * 9 // 100):
            a, b = chance.sample(entities, 2)
            subjects.append({"kind": "path", "from": a, "to": b})
        subjects += [{"kind": "community", "community": f"groups-{n}"} for n in range(watches - len(subjects))]
        wanted = [(anna, Wanted(asked["id"], subject_of(one), mail=MAIL)) for one in subjects]
        watches_of(office).add(wanted, by=anna, seq=graph.run("topology/head", at=0)[0]["seq"])


def prepare(settings: Settings, world: Path) -> None:
    command(settings, "user", "add", "anna", "--name", "Anna", "--role", "analyst", *_WHO)
    for source in FIRST:
        load(settings, world, source)


def measure(people: int, watches: int, seed: int, folder: Path) -> dict[str, Any]:
    world, sink = folder / "world", Sink()
    generate(people, seed, world)
    server = Controller(sink, hostname="127.0.0.1", port=_free_port())
    server.start()
    try:
        before, after = (settings_of(folder / name, server.port) for name in ("before", "after"))
        try:
            prepare(before, world)
            ManagedServer(before).stop()
            shutil.copytree(before.home, after.home)
            alone_s = load(before, world, MEASURED)
            with open_graph(before) as graph:
                rows = graph.look("MATCH (n:Src_bank_transfers) WHERE n.iban IS NULL RETURN n.id AS id ORDER BY id")
                entities = [row["id"] for row in rows if row["id"].split("/")[1] != "Account"]
                accounts = [
                    row["iban"]
                    for row in graph.look("MATCH (n:Src_bank_transfers:Account) RETURN n.iban AS iban ORDER BY iban")
                    if row["iban"]
                ]
                records = graph.look("MATCH (r:Record {source: $source}) RETURN count(r) AS n", source=MEASURED)[0]["n"]
        finally:
            ManagedServer(before).destroy()
        try:
            watch(after, entities, accounts, watches, seed)
            program = Path(sys.executable).with_name("graphsvc")
            worker = subprocess.Popen(
                [program, "worker"], env=environment(after), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            try:
                assert worker.stdout is not None
                worker.stdout.readline()
                watched_s = load(after, world, MEASURED)
                took = taken(after, sink)
            finally:
                worker.kill()
                worker.communicate()
        finally:
            ManagedServer(after).destroy()
    finally:
        server.stop()
    took.sort()
    return {
        "world": f"{people:,} people, seed {seed}; {records:,} rows loaded",
        "watches": watches,
        "alerts": len(took),
        "mails": sink.mails,
        "repeats": sink.repeats,
        "rows/s": round(records / watched_s),
        "p50 s": round(statistics.median(took), 2),
        "p95 s": round(took[int(0.95 * (len(took) - 1))], 2),
        "longest s": round(took[-1], 2),
        "load alone s": round(alone_s, 2),
        "load watched s": round(watched_s, 2),
        "slowdown": round(watched_s / alone_s, 2),
    }


def taken(settings: Settings, sink: Sink) -> list[float]:
    """Seconds from commit to mail, of every alert, once no more come."""
    with open_office(settings) as office, open_graph(settings) as graph:
        outbox, head = outbox_of(office), graph.run("topology/head", at=0)[0]["seq"]
        ends = time.monotonic() + _LONGEST_S
        while (feed := outbox.feed()) is None or feed.seq < head or outbox.waiting():
            if time.monotonic() > ends:
                raise SystemExit(f"After {_LONGEST_S:g} s not everything is judged and mailed.")
            time.sleep(0.2)
        at = {
            row["seq"]: datetime.fromisoformat(row["at"]).timestamp()
            for row in graph.look("MATCH (b:Batch) RETURN b.seq AS seq, b.at AS at")
        }
        alerts = outbox.alerts("anna")
    lost = [one.id for one in alerts if one.id not in sink.arrived]
    if lost or not alerts:
        raise SystemExit(f"{len(lost)} of {len(alerts)} alerts were not mailed.")
    return [sink.arrived[one.id] - at[one.cause["seq"]] for one in alerts]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=170_000)
    parser.add_argument("--watches", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--smoke", action="store_true", help="a small world and few watches; no figure is kept")
    given = parser.parse_args()
    people, watches = (300, 100) if given.smoke else (given.people, given.watches)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(people, watches, given.seed, Path(folder))
        rows = [{"figure": name, "value": value} for name, value in found.items()]
        report("alerts", rows, machine(), out=Path(folder) / "smoke.json" if given.smoke else None)
    good = found["p95 s"] < P95_S and found["slowdown"] <= SLOWDOWN and not found["repeats"]
    print("All targets are met." if good else "Not all targets are met.")
    return int(not good and not given.smoke)


if __name__ == "__main__":
    sys.exit(main())
