"""A graph of a million links for measurements: four sources of the invented country, told by a seed, in the model of the product.

Written bare, by Neo4j's import tool: what is measured on it is asking, not loading. Each source tells of people, firms, addresses,
phones and accounts, a few of which many share; a third of its addresses and phones is joined to those of each other source. A link rests
on a record that is there, and that other links rest on too.
"""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.open import open_graph
from graphsvc.graph.schema import ensure_source_schema, label
from graphsvc.graph.server import ManagedServer
from graphsvc.loading.bulk.database import import_files
from graphsvc.loading.bulk.files import Columns, Group, ImportFiles, text_cell
from graphsvc.settings import Settings

SOURCES = ("company_register", "utility_bills", "phone_subscriptions", "bank_transfers")
LINKS = 1_000_000
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
_MIDDLE = 999_999_999  # the number of what a crowd has in common
_STEP = 7_919  # a prime, so that links of an entity rest on records here and there

_ENTITY: Columns = (
    ("source", "string"), ("compartment", "string"), ("type", "string"), ("caption", "string"), ("full", "string"), ("number", "string"),
    ("name", "string[]"), ("records", "string[]"), ("seq_from", "long"),
)  # fmt: skip
_LINK: Columns = (
    ("id", "string"), ("source", "string"), ("compartment", "string"), ("records", "string[]"), ("method", "string"),
    ("evidence", "string"), ("compartments", "string[]"), ("seq_from", "long"),
)  # fmt: skip
_ENDS: Columns = ((":START_ID", ""), (":END_ID", ""))
_SOURCE = Group("nodes", ("Source",), (("id", "string"), ("title", "string"), ("batches", "long")))
_LOAD = Group(
    "nodes", ("Load",), (("id", "string"), ("source", "string"), ("status", "string"), ("files", "string[]"), ("file_sha256", "string[]"))
)
_RECORD = Group(
    "nodes",
    ("Record",),
    (
        ("id", "string"), ("source", "string"), ("table", "string"), ("key", "string"), ("version", "long"), ("load", "string"),
        ("as_of", "string[]"), ("file_sha256", "string"), ("line", "long"), ("sha256", "string"), ("seq_from", "long"),
    ),
)  # fmt: skip


@contextmanager
def written(settings: Settings, seed: int, links: int = LINKS, *, alone: int = 0, crowd: int = 0) -> Iterator[tuple[Graph, dict[str, int]]]:
    """The graph, open, in a managed database that is made for it; with it how many entities, links (same-as too) and records there are.

    So many people more stand `alone`, linked with nobody, and so many are a `crowd`: they live at one address; two of them run one firm.
    """
    share = links / LINKS
    counts = {type: max(30, round(count * share)) for type, count in _ENTITIES.items()}
    with tempfile.TemporaryDirectory() as name:
        files = _Files(Path(name), max(1, round(_RECORDS * share)))
        for source in SOURCES:
            files.source(source)
            for type, count in counts.items():
                files.entities(source, type, ((_id(source, type, n), n) for n in range(count)))
        files.entities(SOURCES[0], "Person", ((lone(n), n) for n in range(alone)))
        chance = random.Random(seed)
        for source in SOURCES:
            for begin, type, end, count, uneven in _LINKS:
                files.links(source, type, _drawn(chance, source, begin, end, counts, round(count * share), uneven))
        files.same(_same(counts))
        if crowd:
            files.entities(SOURCES[0], "Person", ((of_crowd(n), n) for n in range(crowd)))
            for type, link, many in (("Address", "LIVES_AT", crowd), ("Company", "DIRECTOR_OF", 2)):
                files.entities(SOURCES[0], type, [(middle(type), _MIDDLE)])
                files.links(SOURCES[0], link, ((of_crowd(n), middle(type)) for n in range(many)), first=_MIDDLE)
        import_files(ManagedServer(settings), Path(name), [files.close()], 1)
    with open_graph(settings) as graph:
        # At last: an index over what is there is built faster than one that grows with it.
        types = [type for _, type, _, _, _ in _LINKS]
        ensure_source_schema(graph, *SOURCES, search_properties=load_ontology().search_properties, link_types=types)
        yield graph, files.made


class _Files:
    """Import files of the graph's nodes and links."""

    def __init__(self, folder: Path, records: int) -> None:
        self._files, self._records = ImportFiles(folder, "graph"), records
        self.made = {"entities": 0, "links": 0, "records": 0}

    def source(self, source: str) -> None:
        """A source, its one load and the records of that."""
        load, file = f"{source}/load/1", f"file-{source}"
        self._node(_SOURCE, {"id": source, "title": source.replace("_", " "), "batches": 1})
        self._node(_LOAD, {"id": load, "source": source, "status": "finished", "files": ["rows.csv"], "file_sha256": [file]})
        told = {"source": source, "table": "rows", "version": 1, "load": load, "as_of": ["2024-01-31"], "file_sha256": file, "seq_from": 1}
        for n in range(self._records):
            digest = hashlib.sha256(f"{source} {n}".encode()).hexdigest()
            self._node(_RECORD, {**told, "id": _record_id(source, n), "key": str(n), "line": n + 2, "sha256": digest})
        self.made["records"] += self._records

    def entities(self, source: str, type: str, entities: Iterable[tuple[str, int]]) -> None:
        """Entities of a type by their ids and numbers."""
        group = Group("nodes", ("Entity", *load_ontology().labels(type), label(source)), _ENTITY, (("id:ID", ""),))
        attribute = load_ontology().entities[type].attribute
        called = {"Address": "full"}.get(type, "number")
        for id, n in entities:
            caption = f"{type} {n} of {source}"
            told = {"source": source, "compartment": source, "type": type, "caption": caption, "seq_from": 1}
            more = {called: caption} if attribute else {"name": [caption], "records": [_record_id(source, n % self._records)]}
            self._files.put(group, [text_cell(id)], {**told, **more})
            self.made["entities"] += 1

    def links(self, source: str, type: str, ends: Iterable[tuple[str, str]], *, first: int = 0) -> None:
        """Links of a type by their ends, numbered from `first` on."""
        group = Group("relationships", (type,), _LINK, _ENDS)
        told = {"source": source, "compartment": source, "seq_from": 1}
        for n, (a, b) in enumerate(ends, first):
            record = _record_id(source, n * _STEP % self._records)
            self._link(group, a, b, {**told, "id": f"{source}/{type}/{n:06}", "records": [record]})

    def same(self, ends: Iterable[tuple[str, str]]) -> None:
        """Same-as statements by their ends, which two sources tell."""
        group, evidence = Group("relationships", ("SAME_AS",), _LINK, _ENDS), json.dumps({"properties": ["number"]})
        for a, b in ends:
            told = {"method": "exact-identifier", "evidence": evidence, "compartments": [a.split("/")[0], b.split("/")[0]], "seq_from": 1}
            self._link(group, a, b, {**told, "id": f"same/{a}~{b}"})

    def close(self) -> dict[str, Any]:
        """What the import tool has to be told."""
        return self._files.close()

    def _node(self, group: Group, properties: dict[str, Any]) -> None:
        self._files.put(group, [], properties)

    def _link(self, group: Group, a: str, b: str, properties: dict[str, Any]) -> None:
        self._files.put(group, [text_cell(a), text_cell(b)], properties)
        self.made["links"] += 1


def middle(type: str) -> str:
    """The id of the crowd's Address, or of the Company that two of it run."""
    return _id(SOURCES[0], type, _MIDDLE)


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


def _id(source: str, type: str, number: int) -> str:
    return f"{source}/{type}/{number:06}"


def _record_id(source: str, number: int) -> str:
    return f"{source}/record/rows/{number}@{hashlib.sha256(f'{source} {number}'.encode()).hexdigest()[:12]}"


def _drawn(
    chance: random.Random, source: str, begin: str, end: str, counts: dict[str, int], count: int, uneven: float
) -> Iterator[tuple[str, str]]:
    for _ in range(count):
        a, b = chance.randrange(counts[begin]), int(counts[end] * chance.random() ** uneven)
        if begin == end and a == b:
            b = (b + 1) % counts[end]
        yield _id(source, begin, a), _id(source, end, b)


def _same(counts: dict[str, int]) -> Iterator[tuple[str, str]]:
    """What two sources tell of alike; nothing is told by three, so that no join leads to a next one."""
    for type in _JOINED:
        taken = dict.fromkeys(SOURCES, 0)
        for a, b in combinations(SOURCES, 2):
            for _ in range(counts[type] // 3):
                yield _id(a, type, taken[a]), _id(b, type, taken[b])
                taken[a], taken[b] = taken[a] + 1, taken[b] + 1
