"""Circles: transfers that come back to where they began, in time order, and shares that companies own in a ring.

May import the parts beside it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from graphsvc.communities.trends import compiled, months
from graphsvc.communities.trends.anomaly import Anomaly, facts
from graphsvc.communities.trends.parameters import Trends
from graphsvc.communities.trends.reading import Links, Numbers, Reader
from graphsvc.connections.flow import transfer_types
from graphsvc.graph.driver import Row
from graphsvc.graph.ontology import load_ontology

# Transfers looked at: a second or two.
_MOST_STEPS = 200_000_000
CUT = "Looking for circles ended before all transfers were followed."
_OWNS = "OWNS"


def circular_transfers(reader: Reader, month: int, asked: Trends) -> tuple[list[Anomaly], str | None]:
    """Transfers whose last one, of this month, ends where the first began; and what of that was not looked at."""
    last = months.last_day(month)
    first = months.first_day(month) - timedelta(days=asked.circle_days)
    given: dict[str, Any] = {"from": first.isoformat(), "until": last.isoformat(), "least": asked.circle_amount, "seq": reader.seq}
    by_currency: dict[str, list[Row]] = defaultdict(list)
    for type in transfer_types(load_ontology()):
        for row in reader.ask("transfers", fills={"type": type}, **given):
            by_currency[row["currency"]].append(row)
    since = int(datetime.combine(months.first_day(month), datetime.min.time(), UTC).timestamp())
    told: dict[tuple[int, ...], list[int]] = {}
    hubs, whole = 0, True
    for rows in by_currency.values():
        found, passed_by, complete = _circles(reader, rows, since, asked)
        hubs, whole = hubs + passed_by, whole and complete
        for accounts, rels in found:
            told.setdefault(accounts, rels)  # the first one of these accounts; the links of another are behind the same point
    details = {row["rel"]: row for row in reader.details(np.array([rel for rels in told.values() for rel in rels], np.int64))}
    anomalies = []
    for rels in told.values():
        rows = [details[rel] for rel in rels if rel in details]
        if len(rows) < len(rels):
            continue
        ends = list(dict.fromkeys(row["a"] for row in rows))
        about = {"links": sorted(row["id"] for row in rows)}
        numbers = {"transfers": len(rows), "days": asked.circle_days}
        anomalies.append(Anomaly("circular_transfers", months.text(month), about, numbers, tuple(ends), facts(rows), len(rows)))
    anomalies.sort(key=lambda one: str(one.about["links"]))
    why_not = None if whole else CUT
    if hubs and whole:
        why_not = f"{hubs:,} accounts with more than {asked.circle_hub:,} transfers were not passed."
    return anomalies, why_not


def _circles(reader: Reader, rows: list[Row], since: int, asked: Trends) -> tuple[list[tuple[tuple[int, ...], list[int]]], int, bool]:
    """Circles of one currency: the accounts in them, and the transfers in time order; hubs not passed; whether all was looked at."""
    a, b, rel, at, amount = (
        np.array([value for row in rows for value in row[name]], np.int64) for name in ("froms", "tos", "rels", "at", "amounts")
    )
    if rel.size < 3:
        return [], 0, True
    a, b = reader.labels(a), reader.labels(b)
    sort = np.lexsort((rel, at))
    a, b, rel, at, amount = a[sort], b[sort], rel[sort], at[sort], amount[sort]
    accounts, both = np.unique(np.concatenate([a, b]), return_inverse=True)
    begin, end = both[: a.size].astype(np.int64), both[a.size :].astype(np.int64)
    leaving = np.bincount(begin, minlength=accounts.size)
    passed = leaving <= asked.circle_hub
    order = np.argsort(begin, kind="stable").astype(np.int64)
    offset = np.concatenate([np.zeros(1, np.int64), np.cumsum(leaving, dtype=np.int64)])
    window, kept, longest = asked.circle_days * 86_400, asked.circle_kept, asked.circle_transfers
    found, complete = compiled.circles(begin, end, at, amount, offset, order, passed, since, window, kept, longest, _MOST_STEPS)
    circles = []
    for line in found:
        path = line[line >= 0]
        circles.append((tuple(sorted(begin[path].tolist())), rel[path].tolist()))
    return circles, int((~passed).sum()), bool(complete)


def ownership_cycles(reader: Reader, links: Links, known: set[tuple[str, str]], month: int, asked: Trends) -> list[Anomaly]:
    """Rings of shareholdings of which at least one is new in this month: the shortest one through each of those."""
    codes = [code for code, kind in enumerate(links.kinds) if kind in known]
    there = links.of(_OWNS) & (links.begin != links.end) & (links.month <= month)
    a, b, rel, when, code = (values[there] for values in (links.begin, links.end, links.rel, links.month, links.code))
    a, b, rel, when, code = _core(a, b, rel, when, code)
    details = {row["rel"]: row for row in reader.details(rel)}
    day = months.first_day(month).isoformat()
    out: dict[int, dict[int, Row]] = defaultdict(dict)
    fresh = []
    for begin, end, number, moment, kind in zip(*(values.tolist() for values in (a, b, rel, when, code)), strict=True):
        row = details.get(number)
        if row is None or (row["until"] and str(row["until"]) < day[: len(str(row["until"]))]):
            continue
        out[begin].setdefault(end, row)
        if moment == month and kind in codes and row["new"]:
            out[begin][end] = row
            fresh.append((str(row["id"]), begin, end))
    found: dict[tuple[int, ...], list[Row]] = {}
    for _, begin, end in sorted(fresh):
        ring = _back(out, end, begin, asked.cycle_links - 1)
        if ring is not None:
            nodes = [begin, *ring[:-1]]
            least = nodes.index(min(nodes))
            turned = [*nodes[least:], *nodes[:least]]
            found.setdefault(tuple(turned), [out[x][y] for x, y in zip(turned, [*turned[1:], turned[0]], strict=True)])
    told = []
    for _, rows in sorted(found.items()):
        owners = tuple(row["a"] for row in rows)
        about, n = {"links": sorted(row["id"] for row in rows)}, len(rows)
        told.append(Anomaly("ownership_cycle", months.text(month), about, {"links": n}, owners, facts(rows), n))
    return sorted(told, key=lambda one: str(one.about["links"]))


def _core(a: Numbers, b: Numbers, *more: Numbers) -> Any:
    """The links between those that both own and are owned, again and again: what is left holds every ring, and little else."""
    while a.size:
        keep = np.isin(a, b) & np.isin(b, a)
        if keep.all():
            break
        a, b, more = a[keep], b[keep], tuple(values[keep] for values in more)
    return (a, b, *more)


def _back(out: dict[int, dict[int, Row]], start: int, goal: int, most: int) -> list[int] | None:
    """The shortest way from start to goal, by the least numbers of those: the nodes of it, both ends among them."""
    before: dict[int, int] = {start: start}
    waiting = deque([(start, 0)])
    while waiting:
        node, depth = waiting.popleft()
        if node == goal:
            way = [node]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
        if depth < most:
            for other in sorted(out.get(node, ())):
                if other not in before:
                    before[other] = node
                    waiting.append((other, depth + 1))
    return None
