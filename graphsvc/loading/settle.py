"""Entities and links worked out again from all the records in force that assert them.

The long way of `writer`: taken by what changed, disagrees or comes back. The outcome depends on the records alone, not on the order
in which they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from graphsvc.graph.driver import Tx
from graphsvc.graph.ontology import Ontology
from graphsvc.graph.schema import label
from graphsvc.loading.assertions import EntityAssertion, LinkAssertion, Mapped
from graphsvc.loading.changes import Changes
from graphsvc.loading.compose import Finisher, Properties, Told, compose, rank
from graphsvc.loading.remap import Remapper

# What a link or entity keeps whatever its records say.
_LINK_FRAME = ("id", "source", "compartment", "records", "seq_from", "seq_to", "seq_history")
_ENTITY_FRAME = ("id", "source", "type", "records", "seq_from", "seq_to", "seq_history")


class Settler:
    """Settles what one transaction disturbed. `touched`: entities settled."""

    def __init__(self, tx: Tx, changes: Changes, ontology: Ontology, finisher: Finisher, remapper: Remapper) -> None:
        self._tx, self._changes, self._ontology, self._finisher, self._remapper = tx, changes, ontology, finisher, remapper
        self._mapped: dict[str, tuple[dict[str, Any], Mapped]] = {}
        self._asked: set[str] = set()
        self.touched: set[str] = set()

    def settle(self, links: Mapping[str, LinkAssertion], entities: Mapping[str, EntityAssertion]) -> None:
        """Links first: whether an entity that no row describes is still there depends on them."""
        by_type: dict[str, list[str]] = defaultdict(list)
        for link_id, told in links.items():
            by_type[told.type].append(link_id)
        for link_type, ids in by_type.items():
            self._links(link_type, ids)
        self._entities(entities)

    def _in_force(self, items: list[Properties]) -> None:
        """Map again every record in force that the items rest on, once."""
        wanted = {record for item in items for record in item.get("records") or []} - self._asked
        self._asked |= wanted
        for row in self._tx.run("loading/records_in_force", ids=sorted(wanted)) if wanted else []:
            self._mapped[row["id"]] = (row, self._remapper.map_row(self._tx, row))

    def _told(self, item: Properties, kind: str) -> list[Told]:
        told = []
        for record in item.get("records") or []:
            if record not in self._mapped:
                continue
            row = self._mapped[record][0]
            statements = self._statements(record, item["id"], kind)
            told += [Told(max(row["as_of"]), row["sha256"], s.type, s.properties) for s in statements]
        return told

    def _records(self, item: Properties, kind: str) -> list[str]:
        """The item's records, each once, without those in force that (mapped by a newer spec) don't assert it any more."""
        return [r for r in dict.fromkeys(item.get("records") or []) if r not in self._mapped or self._statements(r, item["id"], kind)]

    def _statements(self, record: str, item_id: str, kind: str) -> list[Any]:
        mapped = self._mapped[record][1]
        statements: list[Any] = mapped.links if kind == "link" else [e for e in mapped.entities if e.own]
        return [s for s in statements if s.id == item_id]

    def _links(self, link_type: str, ids: list[str]) -> None:
        stored = self._tx.run("loading/links_by_id", {"type": link_type}, ids=ids)[0]["found"]
        self._in_force(stored)
        replace = []
        for link in stored:
            told = self._told(link, "link")
            frame = {name: link[name] for name in _LINK_FRAME if link.get(name) is not None}
            frame["records"] = self._records(link, "link")
            properties = compose(told) if told else {n: v for n, v in link.items() if n not in _LINK_FRAME}
            after = self._force({**properties, **frame}, link["id"], bool(told))
            if after != link:
                self._changes.changed.append(link["id"])
                replace.append({"id": link["id"], "p": after})
        if replace:
            self._tx.run("loading/replace_links", {"type": link_type}, rows=replace)

    def _entities(self, entities: Mapping[str, EntityAssertion]) -> None:
        ids = sorted(entities)
        stored = self._tx.run("loading/entities_by_id", ids=ids)[0]["found"]
        linked = {row["id"] for row in self._tx.run("loading/entities_linked", ids=ids)}
        self._in_force(stored)
        replace = []
        for entity in stored:
            told = self._told(entity, "entity")
            assertion = entities[entity["id"]]
            type_name = rank(told)[0].type if told else assertion.bare_type
            properties = {**assertion.key_properties, **compose(told)}
            node = self._finisher.finish(entity["id"], type_name, properties)
            node.update({name: entity[name] for name in _ENTITY_FRAME if entity.get(name) is not None}, type=type_name)
            if "records" in node:
                node["records"] = self._records(entity, "entity")
            if not told and assertion.may_be_stub:
                node["stub"] = True
            in_force = bool(told) or entity["id"] in linked
            # One that goes out of force stays where it was: what was a witness's must not turn up elsewhere.
            node.setdefault("compartment", entity["source"] if in_force else entity["compartment"])
            after = self._force(node, entity["id"], in_force)
            self.touched.add(entity["id"])
            if after != entity:
                self._changes.changed.append(entity["id"])
                labels = self._labels(after)
                gone = sorted(set(self._labels(entity)) - set(labels))
                replace.append({"id": entity["id"], "p": after, "labels": labels, "gone": gone})
        if replace:
            self._tx.run("loading/replace_entities", rows=replace)

    def _labels(self, entity: Properties) -> list[str]:
        return [*self._ontology.labels(entity["type"]), label(entity["compartment"])]

    def _force(self, item: Properties, item_id: str, in_force: bool) -> Properties:
        """The item retired, revived, or left as it is, with the feed told."""
        seq = self._changes.seq
        retired = item.get("seq_to") is not None
        if in_force and retired:
            history = [*(item.get("seq_history") or []), item["seq_from"], item["seq_to"]]
            self._changes.added.append(item_id)
            return {**{n: v for n, v in item.items() if n != "seq_to"}, "seq_from": seq, "seq_history": history}
        if not in_force and not retired:
            self._changes.retired.append(item_id)
            return {**item, "seq_to": seq}
        return item
