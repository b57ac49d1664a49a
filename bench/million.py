"""A graph of a million links for measurements: four sources of the invented country, told by a seed, in the model of the product.

Written bare, by UNWIND and CREATE in batches: what is measured on it is asking, not loading. Each source tells of people, firms, addresses,
phones and accounts, a few of which many share; a third of its addresses and phones is joined to those of each other source. A link rests
on a record that is there, and that other links rest on too.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from typing import Any

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.schema import ensure_source_schema, label

SOURCES = ("company_register", "utility_bills", "phone_subscriptions", "bank_transfers")
LINKS = 1_000_000
_ROWS = 10_000  # as in bench/load.py
_RECORDS = 10_000  # a source

# Of 50,000 entities a source, how many are of a type; and of 240,000 links: from, type, to, how many, and how unevenly the end is drawn
# (1: evenly; with 1.5, the most shared of 5,000 ends has some 240 of 70,000 links).
_ENTITIES = {"Person": 20_000, "Company": 5_000, "Address": 10_000, "Phone": 10_000, "Account": 5_000}
_LINKS = (
    ("Person", "LIVES_AT", "Address", 50_000, 1.25),
    ("Person", "HAS_PHONE", "Phone", 50_000, 1.0),
    ("Person", "DIRECTOR_OF", "Company", 40_000, 1.25),
    ("Person", "HAS_ACCOUNT", "Account", 30_000, 1.0),
    ("Account", "TRANSFERRED_TO", "Account", 70_000, 1.5),
)
_JOINED = ("Address", "Phone")


def write(graph: Graph, seed: int, links: int = LINKS, *, alone: int = 0) -> dict[str, int]:
    """Write the graph into an empty database; returns how many entities, links (same-as among them) and records there are.

    So many people more stand `alone`, linked with nobody.
    """
    share = links / LINKS
    chance = random.Random(seed)
    counts = {type: max(30, round(count * share)) for type, count in _ENTITIES.items()}
    records = max(1, round(_RECORDS * share))
    graph.statement("MERGE (s:Seq {id: 'seq'}) SET s.value = 1")
    made = {"entities": 0, "links": 0, "records": 0}
    for source in SOURCES:
        load = f"{source}/load/1"
        graph.statement("CREATE (:Source {id: $id, title: $title, batches: 1})", id=source, title=source.replace("_", " "))
        told = {"id": load, "source": source, "status": "finished", "files": ["rows.csv"], "file_sha256": [f"file-{source}"]}
        graph.statement("CREATE (l:Load) SET l = $load", load=told)
        _create(
            graph, "loading/create_records", (_record(source, load, n) for n in range(records)), lambda rows: {"rows": rows, "common": {}}
        )
        made["records"] += records
        for type, count in counts.items():
            labels = [*load_ontology().labels(type), label(source)]
            rows = (_entity(source, type, n, records) for n in range(count))
            made["entities"] += _create(
                graph, "loading/create_entities", rows, lambda r, of=labels: {"groups": [{"labels": of, "rows": r}]}
            )
    labels = [*load_ontology().labels("Person"), label(SOURCES[0])]
    rows = ({**_entity(SOURCES[0], "Person", n, records), "id": lone(n)} for n in range(alone))
    made["entities"] += _create(graph, "loading/create_entities", rows, lambda r: {"groups": [{"labels": labels, "rows": r}]})
    for source in SOURCES:
        for begin, type, end, count, uneven in _LINKS:
            drawn = _drawn(chance, source, begin, type, end, counts, round(count * share), uneven, records)
            made["links"] += _create(graph, "loading/create_links", drawn, lambda r, of=type: {"groups": [{"type": of, "rows": r}]})
    made["links"] += _create(graph, "loading/create_links", _same(counts), lambda r: {"groups": [{"type": "SAME_AS", "rows": r}]})
    # At last: an index over what is there is built faster than one that grows with it.
    types = [type for _, type, _, _, _ in _LINKS]
    ensure_source_schema(graph, *SOURCES, search_properties=load_ontology().search_properties, link_types=types)
    return made


def crowd(graph: Graph, members: int) -> tuple[str, str]:
    """An address at which so many people more live, of whom two also run one firm; returns their ids. For a graph that is written."""
    source = SOURCES[0]
    hub, firm, types = _id(source, "Address", 999_999), _id(source, "Company", 999_999), ("Address", "Company")
    for type, id in zip(types, (hub, firm), strict=True):
        labels = [*load_ontology().labels(type), label(source)]
        entity = {**_entity(source, type, 999_999, 1), "id": id}
        graph.run("loading/create_entities", groups=[{"labels": labels, "rows": [entity]}])
    labels = [*load_ontology().labels("Person"), label(source)]
    rows = ({**_entity(source, "Person", n, 1), "id": _id(source, "Crowd", n)} for n in range(members))
    _create(graph, "loading/create_entities", rows, lambda r: {"groups": [{"labels": labels, "rows": r}]})
    told = {"source": source, "compartment": source, "seq_from": 1, "records": [_record_id(source, 0)]}
    ties = ({"a": _id(source, "Crowd", n), "b": hub, "p": {**told, "id": f"{source}/LIVES_AT/crowd-{n:07}"}} for n in range(members))
    _create(graph, "loading/create_links", ties, lambda r: {"groups": [{"type": "LIVES_AT", "rows": r}]})
    runs = ({"a": _id(source, "Crowd", n), "b": firm, "p": {**told, "id": f"{source}/DIRECTOR_OF/crowd-{n}"}} for n in range(2))
    _create(graph, "loading/create_links", runs, lambda r: {"groups": [{"type": "DIRECTOR_OF", "rows": r}]})
    return hub, firm


def of_crowd(number: int) -> str:
    """The id of somebody who lives at the crowd's address."""
    return _id(SOURCES[0], "Crowd", number)


def people(seed: int, pairs: int, links: int = LINKS) -> list[tuple[str, str]]:
    """Pairs of different people, of any source."""
    chance = random.Random(f"pairs {seed}")
    count = max(30, round(_ENTITIES["Person"] * links / LINKS))
    drawn: list[tuple[str, str]] = []
    while len(drawn) < pairs:
        a, b = (_id(chance.choice(SOURCES), "Person", chance.randrange(count)) for _ in range(2))
        if a != b:
            drawn.append((a, b))
    return drawn


def lone(number: int) -> str:
    """The id of somebody who is linked with nobody."""
    return _id(SOURCES[0], "Lone", number)


def hubs(links: int = LINKS) -> list[str]:
    """The entities that most are linked with: the first accounts and companies of each source."""
    count = max(3, round(20 * links / LINKS))
    return [_id(source, type, number) for source in SOURCES for type in ("Account", "Company") for number in range(count)]


def _create(graph: Graph, query: str, rows: Iterator[dict[str, Any]], parameters: Callable[[list[dict[str, Any]]], dict[str, Any]]) -> int:
    count = 0
    while batch := list(islice(rows, _ROWS)):
        graph.run(query, **parameters(batch))
        count += len(batch)
    return count


def _id(source: str, type: str, number: int) -> str:
    return f"{source}/{type}/{number:06}"


def _record_id(source: str, number: int) -> str:
    return f"{source}/record/rows/{number}@{hashlib.sha256(f'{source} {number}'.encode()).hexdigest()[:12]}"


def _record(source: str, load: str, number: int) -> dict[str, Any]:
    return {
        "id": _record_id(source, number),
        "source": source,
        "table": "rows",
        "key": str(number),
        "version": 1,
        "load": load,
        "as_of": ["2024-01-31"],
        "file_sha256": f"file-{source}",
        "line": number + 2,
        "sha256": hashlib.sha256(f"{source} {number}".encode()).hexdigest(),
        "seq_from": 1,
    }


def _entity(source: str, type: str, number: int, records: int) -> dict[str, Any]:
    caption = f"{type} {number} of {source}"
    entity = {"id": _id(source, type, number), "source": source, "compartment": source, "type": type, "caption": caption, "seq_from": 1}
    if load_ontology().entities[type].attribute:
        return {**entity, {"Address": "full"}.get(type, "number"): caption}
    return {**entity, "name": [caption], "records": [_record_id(source, number % records)]}


def _drawn(
    chance: random.Random, source: str, begin: str, type: str, end: str, counts: dict[str, int], count: int, uneven: float, records: int
) -> Iterator[dict[str, Any]]:
    for number in range(count):
        a, b = chance.randrange(counts[begin]), int(counts[end] * chance.random() ** uneven)
        if begin == end and a == b:
            b = (b + 1) % counts[end]
        link = {"id": f"{source}/{type}/{number:06}", "source": source, "compartment": source, "seq_from": 1}
        link["records"] = [_record_id(source, chance.randrange(records))]  # type: ignore[assignment]
        yield {"a": _id(source, begin, a), "b": _id(source, end, b), "p": link}


def _same(counts: dict[str, int]) -> Iterator[dict[str, Any]]:
    """What two sources tell of alike; nothing is told by three, so that no join leads to a next one."""
    evidence = json.dumps({"properties": ["number"]})
    for type in _JOINED:
        taken = dict.fromkeys(SOURCES, 0)
        for a, b in combinations(SOURCES, 2):
            for _ in range(counts[type] // 3):
                ends = _id(a, type, taken[a]), _id(b, type, taken[b])
                taken[a], taken[b] = taken[a] + 1, taken[b] + 1
                link = {"id": f"same/{ends[0]}~{ends[1]}", "method": "exact-identifier", "evidence": evidence}
                yield {"a": ends[0], "b": ends[1], "p": {**link, "compartments": [a, b], "seq_from": 1}}
