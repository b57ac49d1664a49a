"""How hard the sample world is, with nobody matched and nothing ranked: `python -m bench.sample_difficulty [--smoke] [--people N ...]`.

Measures, on the generated files alone (a small projection of its own, no database):
(a) how many planted connections a plain shortest path finds when equal identifiers are joined, and people never;
(b) how many true pairs of person mentions across sources exact matching finds (equal name, equal birth date where both have one);
and, so that the world is not merely hopeless, how many of the pairs share something besides the name, and how many planted connections rank
among the first three when everybody is recognised and hubs are dear.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import heapq
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import combinations
from math import log2
from pathlib import Path
from typing import Any

from bench.common import machine, report
from graphsvc.sample import VERSION, generate

Node = tuple[str, str, str]  # kind, source, key
_FOLD = str.maketrans("øåäé", "oaae")


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w ]", " ", text.casefold().translate(_FOLD)).split())


class Mention:
    __slots__ = ("accounts", "addresses", "born", "name", "phones", "plates", "source")

    def __init__(self, source: str) -> None:
        self.source, self.name, self.born = source, "", ""
        self.addresses: set[str] = set()
        self.phones: set[str] = set()
        self.plates: set[str] = set()
        self.accounts: set[str] = set()


class Graph:
    """Undirected and unweighted, as plain `shortestPath` sees it; a same-as between two sources is a step like any other."""

    def __init__(self) -> None:
        self.ids: dict[Node, int] = {}
        self.nodes: list[Node] = []
        self.near: list[list[int]] = []
        self.same: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.mentions: dict[tuple[str, str], Mention] = {}

    def node(self, kind: str, source: str, key: str) -> int:
        node = (kind, source, key)
        found = self.ids.get(node)
        if found is None:
            found = self.ids[node] = len(self.nodes)
            self.nodes.append(node)
            self.near.append([])
            if kind not in ("Person", "Investigation", "Company-unnumbered"):
                for other in self.same[kind, key]:
                    self.link(found, other)
                self.same[kind, key].append(found)
        return found

    def link(self, a: int, b: int) -> None:
        self.near[a].append(b)
        self.near[b].append(a)

    def person(self, source: str, key: str) -> tuple[int, Mention]:
        mention = self.mentions.setdefault((source, key), Mention(source))
        return self.node("Person", source, key), mention


def address(street: str, number: str, postcode: str, city: str) -> str:
    return "|".join((plain(street), plain(number), postcode, plain(city))) if street and number else ""


def phone(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return re.sub(r"^(0044|44|0)", "", digits)


def plate(text: str) -> str:
    return re.sub(r"\W", "", text.upper())


def rows(folder: Path, source: str, name: str, encoding: str = "utf-8", delimiter: str = ",") -> Iterator[dict[str, str]]:
    path = next((folder / source).glob(f"{name}-*"))
    with gzip.open(path, "rt", encoding=encoding) if path.suffix == ".gz" else path.open(encoding=encoding, newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def attribute(g: Graph, source: str, who: int, kind: str, value: str, known: set[str] | None = None) -> None:
    if value:
        g.link(who, g.node(kind, source, value))
        if known is not None:
            known.add(value)


def read(folder: Path) -> Graph:
    g = Graph()
    s = "company_register"
    for r in rows(folder, s, "companies", "cp1252", ";"):
        where = address(r["registered_street"], r["registered_number"], r["registered_postcode"], r["registered_city"])
        attribute(g, s, g.node("Company", s, r["company_no"]), "Address", where)
    for r in rows(folder, s, "officers", "cp1252", ";"):
        who, m = g.person(s, r["person_no"])
        m.name, m.born = plain(f"{r['given_names']} {r['surname']}"), r["born"]
        g.link(who, g.node("Company", s, r["company_no"]))
        attribute(g, s, who, "Address", address(r["street"], r["number"], r["postcode"], r["city"]), m.addresses)
        attribute(g, s, who, "Phone", phone(r["contact_phone"]), m.phones)
    for r in rows(folder, s, "shareholdings", "cp1252", ";"):
        who = g.person(s, r["holder_no"])[0] if r["holder_kind"] == "P" else g.node("Company", s, r["holder_no"])
        g.link(who, g.node("Company", s, r["company_no"]))
    s = "case_files"
    with next((folder / s).glob("cases-*")).open(encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            node = g.node("Investigation", s, case["case_no"])
            for p in case["persons"]:
                who, m = g.person(s, f"{case['case_no']}/{p['ref']}")
                g.link(who, node)
                m.name, m.born = plain(f"{p['name']['given']} {p['name']['family']}"), p["born"] or ""
            for kind, name in (("Address", "addresses"), ("Phone", "phones"), ("Vehicle", "vehicles")):
                for item in case[name]:
                    who, m = g.person(s, f"{case['case_no']}/{item['person']}")
                    if kind == "Address":
                        attribute(g, s, who, kind, address(item["street"], item["no"], item["postcode"], item["town"]), m.addresses)
                    elif kind == "Phone":
                        attribute(g, s, who, kind, phone(item["number"]), m.phones)
                    else:
                        attribute(g, s, who, kind, plate(item["plate"]), m.plates)
    s = "vehicle_register"
    for r in rows(folder, s, "vehicles", "utf-8-sig"):
        where = address(r["street"], r["number"], r["postcode"], r["city"])
        if r["holder_kind"] == "P":
            who, m = g.person(s, r["holder_no"])
            surname, given = r["holder_name"].split(", ", 1)
            m.name, m.born = plain(f"{given} {surname}"), "-".join(reversed(r["holder_born"].split(".")))
            attribute(g, s, who, "Address", where, m.addresses)
            attribute(g, s, who, "Vehicle", plate(r["plate"]), m.plates)
        else:
            who = g.node("Company" if r["company_no"] else "Company-unnumbered", s, r["company_no"] or r["holder_no"])
            attribute(g, s, who, "Address", where)
            attribute(g, s, who, "Vehicle", plate(r["plate"]))
    s = "utility_bills"
    for r in rows(folder, s, "contracts", delimiter="|"):
        who, m = g.person(s, r["customer_no"])
        m.name = plain(r["account_holder"])
        for kind in ("supply", "billing"):
            where = address(*(r[f"{kind}_{part}"] for part in ("street", "number", "postcode", "city")))
            attribute(g, s, who, "Address", where, m.addresses)
        attribute(g, s, who, "Phone", phone(r["phone"]), m.phones)
        attribute(g, s, who, "Account", r["direct_debit_iban"].replace(" ", ""), m.accounts)
    s = "phone_subscriptions"
    for r in rows(folder, s, "subscriptions", delimiter="\t"):
        who, m = g.person(s, r["customer_no"])
        m.name, m.born = plain(r["name"]), "-".join(reversed(r["born"].split("/")))
        attribute(g, s, who, "Address", address(r["street"], r["house_no"], r["postcode"], r["town"]), m.addresses)
        attribute(g, s, who, "Phone", phone(r["number"]), m.phones)
    s = "bank_transfers"
    owners: dict[str, int] = {}
    for r in rows(folder, s, "customers"):
        where = address(r["street"], r["number"], r["postcode"], r["city"])
        if r["kind"] == "P":
            who, m = g.person(s, r["customer_no"])
            m.name, m.born = plain(f"{r['given_names']} {r['surname']}"), r["born"]
            attribute(g, s, who, "Address", where, m.addresses)
            attribute(g, s, who, "Phone", phone(r["phone"]), m.phones)
        else:
            who = g.node("Company" if r["company_no"] else "Company-unnumbered", s, r["company_no"] or r["customer_no"])
            attribute(g, s, who, "Address", where)
            attribute(g, s, who, "Phone", phone(r["phone"]))
        owners[r["customer_no"]] = who
    for r in rows(folder, s, "accounts"):
        attribute(g, s, owners[r["customer_no"]], "Account", r["iban"])
        if (s, r["customer_no"]) in g.mentions:
            g.mentions[s, r["customer_no"]].accounts.add(r["iban"])
    for pair in {(r["from_iban"], r["to_iban"]) for r in rows(folder, s, "transfers")}:
        g.link(g.node("Account", s, pair[0]), g.node("Account", s, pair[1]))
    s = "plate_reads"
    for device, number in {(r["device"], r["plate"]) for r in rows(folder, s, "reads")}:
        g.link(g.node("Device", s, device), g.node("Vehicle", s, plate(number)))
    return g


def thing_nodes(g: Graph, thing: dict[str, Any], people: dict[str, list[int]]) -> set[int]:
    """Every node that stands for a planted middle thing."""
    if thing["type"] == "Person":
        return set(people[thing["true_id"]])
    value = thing["value"]
    if thing["type"] == "Address":
        value = address(*value.values())
    elif thing["type"] == "Phone":
        value = phone(value)
    if thing["type"] == "Investigation":
        return {g.ids["Investigation", "case_files", value]}
    return set(g.same[thing["type"], value])


def spread(g: Graph, start: dict[int, int], goal: set[int], limit: int) -> dict[int, int]:
    """Steps from `start` (node to steps so far) to each node of `goal`, up to `limit`."""
    left, seen, level = set(goal), {}, min(start.values(), default=0)
    later = defaultdict(list)
    for node, steps in start.items():
        later[steps].append(node)
    found: dict[int, int] = {}
    while level <= limit and left and any(k >= level for k in later):
        for node in later.pop(level, []):
            if node in seen:
                continue
            seen[node] = level
            if node in left:
                left.discard(node)
                found[node] = level
            later[level + 1].extend(n for n in g.near[node] if n not in seen)
        level += 1
    return found


def shortest(g: Graph, sources: Iterable[int], targets: set[int]) -> list[int]:
    """One shortest path, breadth first, or nothing."""
    before: dict[int, int] = {node: -1 for node in sources}
    queue = deque(before)
    while queue:
        node = queue.popleft()
        if node in targets:
            path = [node]
            while before[path[-1]] != -1:
                path.append(before[path[-1]])
            return path[::-1]
        for other in g.near[node]:
            if other not in before:
                before[other] = node
                queue.append(other)
    return []


def plain_paths(g: Graph, planted: list[dict[str, Any]], people: dict[str, list[int]]) -> dict[str, Any]:
    """(a): `found` by the path that comes back; `possible` if any path of that length has all middle things in order."""
    counts: Counter[str] = Counter()
    steps = []
    for chain in planted:
        ends, things = (people[chain["a"]], people[chain["b"]]), [thing_nodes(g, t, people) for t in chain["middle"]]
        path = shortest(g, ends[0], set(ends[1]))
        counts["all"] += 1
        counts[f"all {chain['kind']}"] += 1
        if not path:
            continue
        steps.append(len(path) - 1)
        if all(t & set(path) for t in things):
            counts["found"] += 1
            counts[f"found {chain['kind']}"] += 1
        reached = {node: 0 for node in ends[0]}
        for goal in [*things, set(ends[1])]:
            reached = spread(g, reached, goal, len(path) - 1)
        if reached:
            counts["possible"] += 1
            counts[f"possible {chain['kind']}"] += 1
        if chain["exact"]:
            ask = [g.ids["Person", chain["ask"][end]["source"], chain["ask"][end]["key"]] for end in ("from", "to")]
            asked = shortest(g, [ask[0]], {ask[1]})
            counts["asked, found"] += bool(asked) and all(t & set(asked) for t in things)
    return {"counts": dict(counts), "median_steps": sorted(steps)[len(steps) // 2] if steps else None}


def same_birth(a: str, b: str) -> bool | None:
    if not a or not b:
        return None
    shown = min(len(a), len(b))
    return a[:shown] == b[:shown]


def pairs(g: Graph, truth: dict[tuple[str, str], str]) -> dict[str, Any]:
    """(b), and what a matcher could go by besides the name."""
    by_person: dict[str, list[Mention]] = defaultdict(list)
    by_name: dict[str, list[tuple[str, Mention]]] = defaultdict(list)
    for key, mention in g.mentions.items():
        if key in truth and mention.name:
            by_person[truth[key]].append(mention)
            by_name[mention.name].append((truth[key], mention))
    n: Counter[str] = Counter()
    for mentions in by_person.values():
        group = list(range(len(mentions)))
        across = [(i, j) for i, j in combinations(range(len(mentions)), 2) if mentions[i].source != mentions[j].source]
        for i, j in combinations(range(len(mentions)), 2):
            if corroborated(mentions[i], mentions[j]):
                old, new = group[j], group[i]
                group = [new if x == old else x for x in group]
        for i, j in across:
            a, b = mentions[i], mentions[j]
            n["true"] += 1
            n["same name"] += a.name == b.name
            n["exact"] += a.name == b.name and same_birth(a.born, b.born) is not False
            n["corroborated"] += corroborated(a, b)
            n["corroborated, through others"] += group[i] == group[j]
    for same in by_name.values():
        for (p, a), (q, b) in combinations(same, 2):
            if p != q:
                n["namesake pairs"] += 1
                if a.source != b.source and same_birth(a.born, b.born) is not False:
                    n["exact, false"] += 1
    found = n["exact"]
    return {
        **n,
        "exact_recall": round(found / n["true"], 4),
        "exact_precision": round(found / (found + n["exact, false"]), 4),
        "corroborated_share": round(n["corroborated"] / n["true"], 4),
        "corroborated_through_others_share": round(n["corroborated, through others"] / n["true"], 4),
    }


def corroborated(a: Mention, b: Mention) -> bool:
    """Something besides the name agrees exactly: full or partial birth date, address, phone, vehicle, account."""
    return bool(
        same_birth(a.born, b.born) or a.addresses & b.addresses or a.phones & b.phones or a.plates & b.plates or a.accounts & b.accounts
    )


def oracle(g: Graph, planted: list[dict[str, Any]], people: dict[str, list[int]], truth: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Everybody recognised, equal identifiers joined, each middle thing costs log2 of its links: what rank has the planted chain?"""
    cluster: dict[Any, int] = {}
    of = []
    for node in g.nodes:
        kind, source, key = node
        true = truth.get((source, key)) if kind == "Person" else None
        alone = kind in ("Person", "Investigation", "Company-unnumbered")
        of.append(cluster.setdefault(true or (node if alone else (kind, key)), len(cluster)))
    near: list[set[int]] = [set() for _ in cluster]
    for node, others in enumerate(g.near):
        for other in others:
            if of[node] != of[other]:
                near[of[node]].add(of[other])
    cost = [log2(1 + len(n)) for n in near]
    first = three = 0
    for chain in planted:
        a, b = of[people[chain["a"]][0]], of[people[chain["b"]][0]]
        middle = [of[next(iter(thing_nodes(g, t, people)))] for t in chain["middle"]]
        limit = sum(cost[m] for m in middle)
        to_b = reach(near, cost, b, limit)
        cheaper = sum(1 for _ in zip(cheaper_paths(near, cost, a, b, limit, to_b), range(3), strict=False))
        first += cheaper == 0
        three += cheaper < 3
    return {"first": first, "among_first_3": three, "all": len(planted)}


def reach(near: list[set[int]], cost: list[float], b: int, limit: float) -> dict[int, float]:
    """Cheapest sum of middle costs from each node to `b`, the node's own cost not counted."""
    best: dict[int, float] = {}
    heap = [(0.0, b)]
    while heap:
        so_far, node = heapq.heappop(heap)
        if node in best:
            continue
        best[node] = so_far
        further = so_far + (cost[node] if node != b else 0.0)
        if further <= limit:
            for other in near[node]:
                if other not in best:
                    heapq.heappush(heap, (further, other))
    return best


def cheaper_paths(
    near: list[set[int]], cost: list[float], a: int, b: int, limit: float, to_b: dict[int, float]
) -> Iterator[tuple[int, ...]]:
    stack: list[tuple[float, tuple[int, ...]]] = [(0.0, (a,))]
    while stack:
        so_far, path = stack.pop()
        for other in near[path[-1]]:
            if other == b:
                if so_far < limit - 1e-9:
                    yield (*path, b)
            elif other not in path and other in to_b and so_far + cost[other] + to_b[other] < limit - 1e-9:
                stack.append((so_far + cost[other], (*path, other)))


def measure(people_count: int, seed: int, at_most: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()  # processor time: other work on the machine does not count
        manifest = generate(people_count, seed, Path(folder))
        took = time.process_time() - began
        g = read(Path(folder))
        truth: dict[tuple[str, str], str] = {}
        people: dict[str, list[int]] = defaultdict(list)
        for r in csv.DictReader((Path(folder) / "truth/mentions.csv").open(encoding="utf-8", newline="")):
            if r["type"] == "Person":
                truth[r["source"], r["key"]] = r["true_id"]
                people[r["true_id"]].append(g.ids["Person", r["source"], r["key"]])
        planted = [json.loads(line) for line in (Path(folder) / "truth/planted.jsonl").open(encoding="utf-8")]
    planted = sorted(planted, key=lambda chain: sha256(str(chain["id"]).encode()).digest())[:at_most]  # kinds alternate: no fixed step
    told = [f for f in manifest.files if not f.name.startswith("truth/")]
    return {
        "people": people_count,
        "seed": seed,
        "generator": VERSION,
        "rows": sum(f.rows for f in told),
        "rows_per_cpu_second": round(sum(f.rows for f in manifest.files) / took),
        "nodes": len(g.nodes),
        "paths": plain_paths(g, planted, people),
        "pairs": pairs(g, truth),
        "oracle": oracle(g, planted, people, truth),
    }


def row(result: dict[str, Any]) -> dict[str, Any]:
    """The figures of one world, as the table names them."""
    counts, p, best = result["paths"]["counts"], result["pairs"], result["oracle"]
    return {
        **{name: result[name] for name in ("generator", "rows", "rows_per_cpu_second")},
        "planted connections tried": counts["all"],
        **{f"  of them {kind}": counts.get(f"all {kind}", 0) for kind in ("exact", "mixed", "person")},
        **{f"  found by the plain path, {kind}": counts.get(f"found {kind}", 0) for kind in ("exact", "mixed", "person")},
        "(a) share found by the plain path, at most .50": counts.get("found", 0) / counts["all"],
        "  share on any shortest path": counts.get("possible", 0) / counts["all"],
        "  exact ones found between the mentions that they name": counts.get("asked, found", 0) / max(1, counts.get("all exact", 0)),
        "true pairs of mentions across sources": p["true"],
        "(b) share found by exact matching, at most .60": p["exact_recall"],
        "  share of exact matches that are right": p["exact_precision"],
        "  share in which something besides the name agrees": p["corroborated_share"],
        "  the same through third mentions": p["corroborated_through_others_share"],
        "pairs of namesakes": p["namesake pairs"],
        "planted among the first 3, all recognised, hubs dear": best["among_first_3"] / best["all"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="the smallest size only, no figure is kept: shows that the measurement runs")
    parser.add_argument("--people", type=int, nargs="*", default=[2_000, 20_000])
    parser.add_argument("--seed", type=int, nargs="*", default=[1])
    parser.add_argument("--chains", type=int, default=200, help="planted connections to try at each size")
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    results = []
    for people_count in [2_000] if given.smoke else given.people:
        for seed in given.seed:
            results.append(measure(people_count, seed, given.chains))
    worlds = {f"{r['people']:,} people, seed {r['seed']}": row(r) for r in results}
    figures = list(next(iter(worlds.values())))
    with tempfile.TemporaryDirectory() as folder:
        out = given.out or (Path(folder) / "smoke.json" if given.smoke else None)
        report("sample_difficulty", [{"figure": f, **{w: values[f] for w, values in worlds.items()}} for f in figures], machine(), out)
    hard = all(
        r["paths"]["counts"].get("possible", 0) <= 0.5 * r["paths"]["counts"]["all"] and r["pairs"]["exact_recall"] <= 0.6 for r in results
    )
    print("\nwithin the bounds" if hard else "\nTOO EASY: a bound is not met")
    return 0 if hard else 1


if __name__ == "__main__":
    sys.exit(main())
