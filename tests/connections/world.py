"""Small graphs in the model of the product, written by hand: what loads would have made of a few invented rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.schema import ensure_source_schema, label
from graphsvc.policy.retention import expiry_month
from graphsvc.policy.vault import Vault

TITLES = {"register": "Company register", "bills": "Utility bills", "phones": "Phone subscriptions", "secret": "Sealed cases"}
EXPIRES = "2034-01-31"
# In the order in which they have to be written.
_STATEMENTS = {
    "load": "UNWIND $rows AS row CREATE (:Source {id: row.source, title: row.title}) CREATE (l:Load) SET l = row.load",
    "record": "UNWIND $rows AS row CREATE (r:Record) SET r = row",
    "entity": "UNWIND $rows AS row CREATE (n:Entity) SET n = row.entity SET n:$(row.labels)",
    "link": "UNWIND $rows AS row MATCH (a:Entity {id: row.a}), (b:Entity {id: row.b}) CREATE (a)-[r:$(row.type)]->(b) SET r = row.link",
}


class World:
    """Writes sources, entities, links, same-as statements and records; every link and entity gets a record of its own.

    Each at once, or what is written within `together` at its end: a transaction for each node takes most of a small graph's time.
    """

    def __init__(self, graph: Graph, home: Path) -> None:
        self.graph = graph
        self.vault = Vault(home / "keys")
        self._line = 1
        self._waiting: dict[str, list[dict[str, Any]]] = {what: [] for what in _STATEMENTS}
        self._waits = False
        graph.statement("MERGE (s:Seq {id: 'seq'}) SET s.value = 1")

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write what is written within at its end, all at once."""
        self._waits = True
        yield
        self._waits = False
        self._write_waiting()

    def _write(self, what: str, row: dict[str, Any]) -> None:
        self._waiting[what].append(row)
        if not self._waits:
            self._write_waiting()

    def _write_waiting(self) -> None:
        for what, rows in self._waiting.items():
            if rows:
                self.graph.statement(_STATEMENTS[what], rows=rows)
                rows.clear()

    def source(self, id: str, title: str) -> None:
        ensure_source_schema(self.graph, id, search_properties=load_ontology().search_properties, link_types=[])
        load = {"id": f"{id}/load/1", "source": id, "status": "finished", "files": [f"{id}.csv"], "file_sha256": [f"file-{id}"]}
        self._write("load", {"source": id, "title": title, "load": load})

    def record(self, source: str, raw: bytes | None = None, *, key: str | None = None, **changes: Any) -> str:
        self._line += 1
        raw = f"row {self._line} of {source}".encode() if raw is None else raw
        digest = hashlib.sha256(raw).hexdigest()
        id = f"{source}/record/rows/{key or self._line}@{digest[:12]}"
        record = {
            "id": id,
            "source": source,
            "table": "rows",
            "key": key or str(self._line),
            "version": 1,
            "load": f"{source}/load/1",
            "as_of": ["2024-01-31"],
            "file_sha256": f"file-{source}",
            "line": self._line,
            "sha256": digest,
            "raw": self.vault.seal(source, expiry_month(EXPIRES), id, raw),
            "expires_at": EXPIRES,
            "spec": "spec",
            "seq_from": 1,
        }
        self._write("record", {**record, **changes})
        return id

    def entity(self, id: str, type: str, caption: str, **properties: Any) -> str:
        source = id.split("/")[0]
        declared = load_ontology().entities[type]
        named = {"name": [caption]} if "name" in declared.properties and declared.properties["name"].many else {}
        own = {} if declared.attribute else {"records": [self.record(source)]}
        entity = {"id": id, "source": source, "compartment": source, "type": type, "caption": caption, "seq_from": 1}
        labels = [*load_ontology().labels(type), label(source)]
        self._write("entity", {"entity": {**entity, **named, **own, **properties}, "labels": labels})
        return id

    def link(self, a: str, type: str, b: str, *, id: str | None = None, **properties: Any) -> str:
        source = a.split("/")[0]
        id = id or f"{source}/{type}/{hashlib.sha256(f'{a}{b}{sorted(properties.items())}'.encode()).hexdigest()[:16]}"
        link = {"id": id, "source": source, "compartment": source, "seq_from": 1, **properties}
        if "records" not in link:
            link["records"] = [self.record(source)]
        self._write("link", {"a": a, "b": b, "type": type, "link": link})
        return id

    def same(self, a: str, b: str, *, type: str = "SAME_AS", **properties: Any) -> str:
        statement = {
            "id": f"same/{a}~{b}",
            "method": "exact-identifier",
            "evidence": json.dumps({"properties": ["full"]}),
            "compartments": [a.split("/")[0], b.split("/")[0]],
            "seq_from": 1,
            **properties,
        }
        self._write("link", {"a": a, "b": b, "type": type, "link": statement})
        return str(statement["id"])

    def mystery(self) -> World:
        """Three sources; Ada and Bo are joined by an address, a phone and, in a source that can be hidden, a company.

        register: Ada -director of-> Holm Shipping -registered at-> Quay 4; bills: Quay 4 (same) <-supplied- Cy; Cy has a phone;
        phones: the same phone <- Bo. secret: Ada -director of-> Deep Holding <-owns- Bo, by its own entities and same-as.
        """
        with self.together():
            self._mystery()
        return self

    def _mystery(self) -> None:
        for id, title in TITLES.items():
            self.source(id, title)
        self.entity("register/person/ada", "Person", "Ada Holm", birthDate="1971-03")
        self.entity("register/company/holm", "Company", "Holm Shipping", registrationNumber="12-3456-7", jurisdiction="NO")
        self.entity("register/address/quay4", "Address", "Quay 4, 5003 Bergen", full="Quay 4, 5003 Bergen", city="Bergen")
        self.entity("bills/address/q", "Address", "Quay 4, 5003 Bergen", full="Quay 4, 5003 Bergen", city="Bergen")
        self.entity("bills/person/cy", "Person", "Cy Brandt")
        self.entity("bills/phone/d1", "Phone", "+4755501234", number="+4755501234")
        self.entity("phones/phone/d1", "Phone", "+4755501234", number="+4755501234")
        self.entity("phones/person/bo", "Person", "Bo Nilsen")
        self.link("register/person/ada", "DIRECTOR_OF", "register/company/holm", valid_from="2019-05", valid_to="2021")
        self.link("register/company/holm", "REGISTERED_AT", "register/address/quay4")
        self.same("register/address/quay4", "bills/address/q")
        self.link("bills/person/cy", "SUPPLIED_AT", "bills/address/q", amount=123456, amount_currency="NOK")
        self.link("bills/person/cy", "HAS_PHONE", "bills/phone/d1")
        self.same("bills/phone/d1", "phones/phone/d1")
        self.link("phones/person/bo", "HAS_PHONE", "phones/phone/d1")
        self.entity("secret/person/ada", "Person", "Ada Holm")
        self.entity("secret/person/bo", "Person", "Bo Nilsen")
        self.entity("secret/company/deep", "Company", "Deep Holding")
        self.same("secret/person/ada", "register/person/ada")
        self.same("secret/person/bo", "phones/person/bo")
        self.link("secret/person/ada", "DIRECTOR_OF", "secret/company/deep")
        self.link("secret/person/bo", "OWNS", "secret/company/deep", percentMin=25.0, percentMax=50.0)
