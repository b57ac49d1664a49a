"""Entities, links and the feed out of all that was said of them, as an ordinary load leaves them. One bucket after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from graphsvc.graph.ontology import Ontology, Property
from graphsvc.graph.schema import label
from graphsvc.loading.assertions import LinkAssertion
from graphsvc.loading.bulk.files import Columns, Group, ImportFiles, columns_of_property, text_cell
from graphsvc.loading.bulk.lifetimes import Life, alive_at, in_force, joined, stored
from graphsvc.loading.bulk.rows import ADDED, CHANGED, ENTITIES, FEED, LINKS, RETIRED
from graphsvc.loading.bulk.spool import Spool, read
from graphsvc.loading.compose import Finisher, Properties, Told, compose, rank
from graphsvc.loading.spec import EntityBlock, LinkBlock, Spec

_BATCH = Group(
    "nodes",
    ("Batch",),
    (("seq", "long"), ("load", "string"), ("at", "string"), ("added", "string[]"), ("retired", "string[]"), ("changed", "string[]")),
)
_LIFE: Columns = (("seq_from", "long"), ("seq_to", "long"), ("seq_history", "long[]"))
_SPACE = "(Entity)"
_DATE = Property(type="date")


class Groups:
    """The groups of import files of one source: what its spec can make, with the columns that its properties usually take."""

    def __init__(self, spec: Spec, ontology: Ontology) -> None:
        self._ontology = ontology
        named: dict[str, set[str]] = defaultdict(set)
        for table in spec.tables.values():
            blocks: list[EntityBlock | LinkBlock] = [*table.entities.values(), *table.links.values()]
            for block in blocks:
                types = [block.type] if isinstance(block.type, str) else [t for t in (block.type.map or {}).values() if t]
                more = list(block.key) if isinstance(block, EntityBlock) and isinstance(block.key, dict) else []
                if isinstance(block, LinkBlock):
                    more += [name for name in ("valid_from", "valid_to") if getattr(block, name) is not None]
                for name in types:
                    named[name].update(block.properties, more)
        self._named = named
        self._of_entities: dict[tuple[str, str], Group] = {}
        self._of_links: dict[str, Group] = {}

    def entity(self, type_name: str, compartment: str) -> Group:
        group = self._of_entities.get((type_name, compartment))
        if group is None:
            columns: Columns = (
                *((name, "string") for name in ("source", "compartment", "type", "caption", "ident")),
                ("stub", "boolean"),
                ("records", "string[]"),
                *_LIFE,
                *self._columns(type_name, self._ontology.entities[type_name].properties),
            )
            labels = ("Entity", *self._ontology.labels(type_name), label(compartment))
            group = self._of_entities[type_name, compartment] = Group("nodes", labels, columns, ((f"id:ID{_SPACE}", ""),))
        return group

    def link(self, type_name: str) -> Group:
        group = self._of_links.get(type_name)
        if group is None:
            columns: Columns = (
                *((name, "string") for name in ("id", "source", "compartment")),
                ("records", "string[]"),
                *_LIFE,
                *self._columns(type_name, {**self._ontology.links[type_name].properties, "valid_from": _DATE, "valid_to": _DATE}),
            )
            ends = ((f":START_ID{_SPACE}", ""), (f":END_ID{_SPACE}", ""))
            group = self._of_links[type_name] = Group("relationships", (type_name,), columns, ends)
        return group

    def _columns(self, type_name: str, properties: dict[str, Property]) -> Iterator[tuple[str, str]]:
        for name in sorted(self._named[type_name]):
            if name in properties:
                yield from columns_of_property(name, properties[name])


class Things:
    """Writes the entities and links of one source."""

    def __init__(self, source: str, groups: Groups, finisher: Finisher, files: ImportFiles, feed: Spool | None, buckets: int) -> None:
        self._source, self._groups, self._finisher, self._files = source, groups, finisher, files
        self._feed, self._buckets = feed, buckets
        self.entities = self.links = self.stubs = 0

    def event(self, link: LinkAssertion, record: str, batch: int) -> None:
        """A link that one record only can assert."""
        self._link(link.id, link.type, link.from_id, link.to_id, dict(link.properties), [record], (batch,))

    def settle_entities(self, folders: Sequence[Path], bucket: int) -> None:
        for told in _by_id(read(folders, ENTITIES, bucket)):
            self._entity(told)

    def settle_links(self, folders: Sequence[Path], bucket: int) -> None:
        for told in _by_id(read(folders, LINKS, bucket)):
            self._settled_link(told)

    def _entity(self, told: list[tuple[Any, ...]]) -> None:
        own = [one for one in told if one[3] is not None]
        id, _, _, _, _, _, _, bare_type, may_be_stub, key_properties, _ = own[0] if own else told[0]
        lives = [one[2] for one in told]
        life = joined(lives)
        alive = in_force(life)
        speaking = [Told(one[4], one[5], one[6], one[10]) for one in own if in_force(one[2])]
        type_name = rank(speaking)[0].type if speaking else bare_type
        composed = _composed(speaking)
        node = self._finisher.finish(id, type_name, {**key_properties, **composed})
        node.update(source=self._source, type=type_name, **stored(life))
        if own:
            node["records"] = list(dict.fromkeys(one[3] for one in own))
        if not speaking and may_be_stub:
            node["stub"] = True
            self.stubs += alive
        if "compartment" not in node:
            # One that is out of force stays where it was.
            last = [] if alive else rank([Told(one[4], one[5], one[6], one[10]) for one in own])
            node["compartment"] = next((t.properties["compartment"] for t in last if "compartment" in t.properties), self._source)
        self._files.put(self._groups.entity(type_name, node["compartment"]), (text_cell(id),), node, id=id)
        self.entities += 1
        self._fed(id, life, [one[2][0] for one in own])

    def _settled_link(self, told: list[tuple[Any, ...]]) -> None:
        id, _, _, _, _, _, type_name, a, b, _ = told[0]
        life = joined([one[2] for one in told])
        speaking = [Told(one[4], one[5], type_name, one[9]) for one in told if in_force(one[2]) or not in_force(life)]
        records = list(dict.fromkeys(one[3] for one in told))
        self._link(id, type_name, a, b, dict(_composed(speaking)), records, life)
        self.links += 1
        self._fed(id, life, [one[2][0] for one in told])

    def _link(self, id: str, type_name: str, a: str, b: str, properties: Properties, records: list[str], life: Life) -> None:
        properties.update(id=id, source=self._source, compartment=self._source, records=records, **stored(life))
        self._files.put(self._groups.link(type_name), (text_cell(a), text_cell(b)), properties, id=id)

    def _fed(self, id: str, life: Life, told_in: list[int]) -> None:
        """Tell the feed when it came and went, and when something more was said of it."""
        if self._feed is None:
            return
        for turn, batch in enumerate(life):
            self._feed.put(batch % self._buckets, (batch, RETIRED if turn % 2 else ADDED, id))
        if len(told_in) > 1:
            for batch in sorted(set(told_in)):
                if batch not in life and alive_at(life, batch):
                    self._feed.put(batch % self._buckets, (batch, CHANGED, id))


def write_batches(files: ImportFiles, folders: Sequence[Path], bucket: int, load_id: str, at: str) -> int:
    """Write the batches of a bucket of the feed; how many there are."""
    batches: dict[int, tuple[list[str], list[str], list[str]]] = defaultdict(lambda: ([], [], []))
    for number, what, id in read(folders, FEED, bucket):
        batches[number][what].append(id)
    for number, told in batches.items():
        added, retired, changed = (sorted(ids) for ids in told)
        lists = {name: ids for name, ids in (("added", added), ("retired", retired), ("changed", changed)) if ids}
        files.put(_BATCH, (), {"seq": number, "load": load_id, "at": at, **lists})
    return len(batches)


def _composed(speaking: list[Told]) -> Properties:
    return speaking[0].properties if len(speaking) == 1 else compose(speaking)


def _by_id(items: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """All that was said of each thing, in the order of the rows that said it."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for one in items:
        found[one[0]].append(one)
    for told in found.values():
        if len(told) > 1:
            told.sort(key=lambda one: (one[1], one[3] is None))
        yield told
