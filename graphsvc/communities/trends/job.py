"""The job of trends: count, hold against the past, look for what stands out, write. May import the graph and the parts beside it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphsvc import __version__
from graphsvc.communities.trends import bridges, circles, counts, gathered, months, store
from graphsvc.communities.trends.anomaly import Anomaly
from graphsvc.communities.trends.parameters import Trends
from graphsvc.communities.trends.reading import Links, Reader, Told
from graphsvc.errors import InputError
from graphsvc.inquiry.desk import Reading
from graphsvc.jobs.kinds import Kind, Limits, Run


def work(r: Reading, run: Run, asked: Trends, limits: Limits) -> dict[str, Any]:
    """One run: its counts and anomalies are written when it returns, and in use when it is finished."""
    seq = r.graph.run("topology/head", at=0)[0]["seq"]
    versions = {"graphsvc": __version__, **r.graph.step("communities/versions", timeout_s=limits.timeout_s, job_run=run.id)[0]}
    run.note(seq=seq, versions=json.dumps(versions))
    reader = Reader(r.graph, r.view, r.inquiry, run, limits, seq)
    run.say("Estimating the memory that it takes.")
    expected_mb = reader.within_memory()
    run.say("Counting rows.")
    told = reader.told()
    month = _month(told, asked)
    run.say(f"Counting links until {months.spoken(months.text(month))}.")
    links = reader.links(told, month)
    places = {row["place"]: np.array(row["nodes"], np.int64) for row in reader.ask("places")}
    series = [*counts.of_rows(told, month, asked), *counts.of_links(links, places, month, asked)]
    run.note(projection_sha256=_sha256(series))
    found, not_looked_for = _found(reader, links, series, told, month, asked)
    run.say(f"Writing {len(series):,} series and {len(found):,} anomalies.")
    first = {row["id"]: row["first"] for row in r.graph.ask(r.view, r.inquiry, "trends/first", job=run.job)}
    store.write(r.graph, run.id, run.job, found, series, first)
    if not told or month > months.number(max(one.last for one in told)):
        not_looked_for |= dict.fromkeys(asked.kinds, "No row in view tells of this month or of a later one.")
    fresh = sum(one.id(run.job) not in first for one in found)
    return {
        "month": months.text(month),
        "expected_mb": expected_mb,
        "links": int(links.rel.size),
        "undated": int((~links.dated).sum()),
        "rows": int(sum(one.rows.sum() for one in told)),
        "series": len(series),
        "anomalies": len(found),
        "new": fresh,
        "kinds": dict(sorted(Counter(one.kind for one in found).items())),
        "not_looked_for": not_looked_for,
    }


def _month(told: Sequence[Told], asked: Trends) -> int:
    if asked.month is not None:
        return months.number(asked.month)
    if not told:
        hint = "Give it as the parameter `month`: 2024-06."
        raise InputError("No row in view tells as of which day it is, so that the month must be given.", hint=hint)
    return months.whole(max(one.last for one in told))


def _found(
    reader: Reader, links: Links, series: Sequence[counts.Series], told: Sequence[Told], month: int, asked: Trends
) -> tuple[list[Anomaly], dict[str, str]]:
    """All anomalies of the kinds that are asked for, and of which kinds not all was looked at, with why."""
    known = counts.old_enough(series, links, told, month, asked)
    reader.run.say("Holding counts against their past.")
    found = counts.standing_out(reader, series, month, asked)
    not_looked_for: dict[str, str] = {}
    if "many_at_once" in asked.kinds:
        reader.run.say("Looking for addresses and phones that many newly have.")
        found += gathered.many_at_once(reader, links, known, month, asked)
    if "new_hub" in asked.kinds:
        reader.run.say("Looking for new hubs.")
        found += gathered.new_hubs(reader, links, known, month, asked)
    if "new_bridge" in asked.kinds:
        reader.run.say("Looking for new bridges between communities.")
        more, why_not = bridges.new_bridges(reader, links, known, month, asked)
        found += more
        not_looked_for |= {"new_bridge": why_not} if why_not else {}
    if "circular_transfers" in asked.kinds:
        reader.run.say("Looking for circles of transfers.")
        more, why_not = circles.circular_transfers(reader, month, asked)
        found += more
        not_looked_for |= {"circular_transfers": why_not} if why_not else {}
    if "ownership_cycle" in asked.kinds:
        reader.run.say("Looking for cycles of ownership.")
        found += circles.ownership_cycles(reader, links, known, month, asked)
    return found, not_looked_for


def _sha256(series: Sequence[counts.Series]) -> str:
    """Of all counts: two runs with the same have counted the same."""
    lines = sorted(json.dumps(one.stored(), sort_keys=True) for one in series)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def done(r: Reading, run: Run, asked: Trends) -> None:
    """Take away what runs found that are no longer kept."""
    for row in r.graph.run("trends/older", job=run.job, keep=asked.keep):
        store.take_away(r.graph, row["run"])


def undone(r: Reading, run: str) -> None:
    store.take_away(r.graph, run)


TRENDS = Kind("trends", Trends, work, done, undone)
