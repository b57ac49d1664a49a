"""A small country told month by month: companies and where they are, phones, transfers; written in bulk, as loads would have made it."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Iterable
from typing import Any

from graphsvc.communities.trends.job import TRENDS
from graphsvc.communities.trends.parameters import Trends
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.schema import ensure_source_schema, label
from graphsvc.graph.view import View
from graphsvc.jobs.definitions import Job
from graphsvc.jobs.runs import run_question
from tests.communities.groups import INQUIRY, LIMITS, reading

VIEW = View(("register", "bank", "phones", "meters"), "analytics")
NOW = "2024-06"


def months_before(month: str, many: int) -> list[str]:
    """The months before one, the oldest first."""
    end = int(month[:4]) * 12 + int(month[5:]) - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(end - many, end)]


def month_end(month: str) -> str:
    return f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]:02d}"


class Country:
    """Collects entities, links and rows, and writes them at once. A link's row is as of the end of its month, unless said otherwise."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._entities: dict[str, dict[str, Any]] = {}
        self._links: list[dict[str, Any]] = []
        self._records: list[dict[str, Any]] = []
        self._rows = 0
        self.seq = 1
        graph.statement("MERGE (s:Seq {id: 'seq'}) SET s.value = 1")

    def entity(self, id: str, caption: str | None = None, **more: Any) -> str:
        source, type, key = id.split("/", 2)
        if id not in self._entities:
            own = {
                "id": id,
                "source": source,
                "compartment": source,
                "type": type,
                "caption": caption or f"{type} {key}",
                "seq_from": self.seq,
            }
            self._entities[id] = {**own, **more}
        return id

    def row(self, source: str, as_of: str, *, table: str = "rows", key: str | None = None) -> str:
        self._rows += 1
        digest = hashlib.sha256(f"{source} {self._rows}".encode()).hexdigest()
        key = key or str(self._rows)
        id = f"{source}/record/{table}/{key}@{digest[:12]}"
        told = {"source": source, "table": table, "key": key, "version": 1, "load": f"{source}/load/1", "file_sha256": f"file-{source}"}
        self._records.append({"id": id, **told, "as_of": [as_of], "line": self._rows, "sha256": digest, "seq_from": self.seq})
        return id

    def link(self, a: str, type: str, b: str, when: str | None, *, as_of: str | None = None, key: str | None = None, **more: Any) -> str:
        source = a.split("/")[0]
        for one in (a, b):
            self.entity(one)
        records = [self.row(source, as_of or month_end((when or NOW)[:7]), key=key)]
        id = f"{source}/{type}/{hashlib.sha256(records[0].encode()).hexdigest()[:16]}"
        event = load_ontology().links[type].kind == "event"
        dates = {} if when is None else {"at": when} if event else {"valid_from": when}
        told = {"id": id, "source": source, "compartment": source, "records": records, "seq_from": self.seq, **dates, **more}
        self._links.append({"a": a, "b": b, "type": type, "p": told})
        return id

    def transfer(self, a: str, b: str, when: str, amount: int, **more: Any) -> str:
        return self.link(f"bank/Account/{a}", "TRANSFERRED_TO", f"bank/Account/{b}", when, amount=amount, amount_currency="EUR", **more)

    def batch(self) -> None:
        """What comes from now on is of the next batch."""
        self.write()
        self.seq += 1

    def write(self) -> Country:
        """Write what was collected."""
        sources = sorted({one["source"] for one in [*self._entities.values(), *self._records]})
        ensure_source_schema(self.graph, *sources, search_properties=load_ontology().search_properties, link_types=[])
        for source in sources:
            self.graph.statement("MERGE (s:Source {id: $id}) SET s.title = $title", id=source, title=f"The {source}")
            self.graph.statement("MERGE (l:Load {id: $id}) SET l.source = $s, l.files = [$f], l.file_sha256 = [$h]", **self._load(source))
        rows = [{"p": one, "labels": [*load_ontology().labels(one["type"]), label(one["source"])]} for one in self._entities.values()]
        self.graph.statement("UNWIND $rows AS row MERGE (n:Entity {id: row.p.id}) SET n += row.p SET n:$(row.labels)", rows=rows)
        self.graph.statement("UNWIND $rows AS row CREATE (r:Record) SET r = row", rows=self._records)
        self.graph.statement(
            "UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) CREATE (a)-[r:$(row.type)]->(b) SET r = row.p",
            rows=self._links,
        )
        self.graph.statement("MATCH (s:Seq {id: 'seq'}) SET s.value = $seq", seq=self.seq)
        self._links, self._records, self._entities = [], [], {}
        return self

    @staticmethod
    def _load(source: str) -> dict[str, str]:
        return {"id": f"{source}/load/1", "s": source, "f": f"{source}.csv", "h": f"file-{source}"}

    def ordinary(self, months: Iterable[str]) -> Country:
        """What happens in every month: six new companies, twelve new phones, twenty transfers, twelve meters read."""
        for number, month in enumerate(months):
            for n in range(6):
                company = self.entity(f"register/Company/{month}-{n}", f"Company {month} {n}")
                place = self.entity(f"register/Address/{month}-{n}", city="Ostbrook", full=f"Quay {month} {n}")
                self.link(company, "REGISTERED_AT", place, f"{month}-{n + 1:02d}")
                self.link(f"register/Person/{month}-{n}", "DIRECTOR_OF", company, f"{month}-{n + 1:02d}")
            for n in range(12 + (number % 3)):
                self.link(f"phones/Person/{month}-{n}", "HAS_PHONE", f"phones/Phone/{month}-{n}", f"{month}-{n + 1:02d}")
                self.row("meters", month_end(month))
            for n in range(20 + number % 5):
                self.transfer(f"o{n}", f"o{(n * 7 + number) % 40 + 40}", f"{month}-{n % 28 + 1:02d}T10:00:00Z", 100_00 + 37 * n)
        return self


def job(name: str = "trends", **parameters: Any) -> Job:
    return Job(name, TRENDS, INQUIRY.id, INQUIRY.user, None, Trends(**parameters), "api", None)


def trends(graph: Graph, *, view: View = VIEW, name: str = "trends", **parameters: Any) -> dict[str, Any]:
    """Run a job of trends to its end."""
    return run_question(reading(graph, view), job(name, **parameters), lease_s=60.0, limits=LIMITS)
