"""The mapper: one table of a spec, compiled, turns a row's values into what the row asserts. Pure; knows no database.

Raises RowError for a row that can't be mapped; nothing of such a row is kept but its line in the rejects file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from graphsvc.errors import RowError
from graphsvc.graph.ontology import Ontology
from graphsvc.loading.assertions import EntityAssertion, LinkAssertion, Mapped
from graphsvc.loading.compartments import spaces, told_apart
from graphsvc.loading.compile import Compiler, Put, Row, Test, Text, columns_of, describe, put_when
from graphsvc.loading.ids import digest, join_key
from graphsvc.loading.paths import compile_path, first_name
from graphsvc.loading.spec import EntityBlock, LinkBlock, Spec, Table, Value
from graphsvc.loading.values import When

Digest = Callable[[str], str]
Items = Callable[[Row], list[Any]]
ByItem = list[EntityAssertion | None]


def _once(row: Row) -> list[Any]:
    return [None]


@dataclass(slots=True)
class _Entity:
    name: str
    each: Items
    when: Test | None
    type: Text
    key: list[tuple[str | None, Text]]
    key_space: str | None
    own: bool
    bare_types: dict[str, str]
    may_be_stub: dict[str, bool]
    sensitive: bool
    puts: dict[str, list[Put]]
    compartment: Text | None
    compartment_of: str | None
    told_apart: bool


@dataclass(slots=True)
class _Link:
    name: str
    repeated: bool
    each: Items
    when: Test | None
    type: Text
    from_name: str
    to_name: str
    from_repeated: bool
    to_repeated: bool
    valid_from: Callable[[Row, Any], When | None] | None
    valid_to: Callable[[Row, Any], When | None] | None
    distinct_by: list[Text]
    required: bool
    event: dict[str, bool]
    puts: dict[str, list[Put]]


class TableMapper:
    """Maps the rows of one table.

    `digest_key` is the deployment's keyed digest, which stands for sensitive keys in ids. `categories` are the policy's; None takes
    any, for rows that were accepted under the policy of their day.
    """

    def __init__(
        self, spec: Spec, table_name: str, ontology: Ontology, digest_key: Digest, categories: Collection[str] | None = None
    ) -> None:
        self.table_name = table_name
        self.source = spec.id
        table = spec.tables[table_name]
        self._ontology = ontology
        self._digest = digest_key
        self._categories = categories
        self._compiler = Compiler(flat=table.format.kind == "csv", null_words=spec.null_words, time_zone=spec.time_zone)
        described, referred = _described_spaces(spec), _referred_spaces(spec)
        apart = told_apart([table])
        entities = [self._entity(name, block, described, referred, apart) for name, block in table.entities.items()]
        self._entities = [entity for entity in entities if entity.compartment_of is None]
        self._followers = [entity for entity in entities if entity.compartment_of is not None]
        self._tells_apart = bool(apart)
        self._repeated = repeated = {name for name, block in table.entities.items() if block.each is not None}
        self._links = [self._link(name, block, repeated) for name, block in table.links.items()]
        self._key = [self._compiler.text(v) for v in table.key] if table.key else None
        self._key_names = ", ".join(describe(v) for v in table.key or [])
        self._key_is_sensitive = self._names_sensitive(table)
        as_of = table.as_of or spec.as_of
        self.row_as_of = self._compiler.when(as_of.row) if as_of is not None and as_of.row is not None else None
        self.record_prefix = f"{spec.id}/record/{table_name}/"

    def record_key(self, row: Row) -> str | None:
        """`source/record/table/key` of a row with a key of its own; None in a table of events."""
        if self._key is None:
            return None
        parts = [part(row, None) for part in self._key]
        if any(p is None or p == "" for p in parts):
            raise RowError("missing_key", f"the record's key ({self._key_names}) is missing")
        key = join_key([str(p) for p in parts])
        return self.record_prefix + (self._digest(key) if self._key_is_sensitive else key)

    def event_key(self, sha256: str, occurrence: int) -> str:
        """The record key of a row without one, from its hash and which of its equals it is.

        Keyed by the deployment: from a plain hash, a short row (a plate, a time) could be found by trying.
        """
        return f"{self.record_prefix}{self._digest(sha256)}~{occurrence}"

    def keyed(self, sha256: str) -> str:
        """The deployment's digest of a row's hash: tells equal rows, and nothing to whoever lacks the key."""
        return self._digest(sha256)

    def version(self, sha256: str) -> str:
        """What stands for a row's hash in its record's id: the hash's start, or a keyed digest's.

        That where the key is a digest too, and where a reader who sees the id may not see all that the row holds: from a plain hash
        the rest of the row could be found by trying.
        """
        return (self._digest(sha256) if self._key is None or self._key_is_sensitive or self._tells_apart else sha256)[:12]

    def map(self, row: Row, record_key: str) -> Mapped:
        """What the row asserts; entities that it only refers to are kept if one of its links needs them."""
        mapped = Mapped()
        found: dict[str, ByItem] = {}
        for entity in self._entities:
            found[entity.name] = [self._make_entity(entity, row, item) for item in entity.each(row)]
        if self._tells_apart:
            named = self._named(found)
            for entity in self._followers:
                found[entity.name] = self._follow(entity, row, found[str(entity.compartment_of)], named)
        mapped.entities += [made for items in found.values() for made in items if made is not None and made.own]
        for link in self._links:
            self._make_links(link, row, record_key, found, mapped)
        return mapped

    def _named(self, found: dict[str, ByItem]) -> dict[str, str]:
        """The compartment of each entity of the row that is told apart by category, by id: what its describing block says."""
        named: dict[str, str] = {}
        for entity in self._entities:
            for made in found[entity.name] if entity.compartment is not None else ():
                if made is not None and named.setdefault(made.id, made.properties["compartment"]) != made.properties["compartment"]:
                    raise RowError("several_categories", f"{entity.name}: the row puts one {made.type} into two categories")
        for entity in self._entities:
            if entity.told_apart and any(made is not None and made.id not in named for made in found[entity.name]):
                raise RowError("missing_category", f"{entity.name}: the row names someone whom it does not describe: in which category?")
        return named

    def _follow(self, entity: _Entity, row: Row, leaders: ByItem, named: dict[str, str]) -> ByItem:
        """Entities that share the compartment of whoever has them; where nobody has them, they aren't there."""
        items: ByItem = []
        for index, item in enumerate(entity.each(row)):
            leader = _pick(leaders, index if entity.compartment_of in self._repeated else 0)
            items.append(None if leader is None else self._make_entity(entity, row, item, named[leader.id]))
        return items

    def _category(self, entity: _Entity, read: Text, row: Row, item: Any) -> str:
        try:
            category = read(row, item)
        except RowError as error:
            code = "unknown_category" if error.code == "unknown_text" else error.code
            raise RowError(code, f"compartment of {entity.name}: {error.message}") from error
        if category is None:
            return self.source
        if self._categories is not None and category not in self._categories:
            raise RowError("unknown_category", f"compartment of {entity.name}: {category!r} is no category of the policy")
        return f"{self.source}/{category}"

    def _make_entity(self, entity: _Entity, row: Row, item: Any, compartment: str | None = None) -> EntityAssertion | None:
        if entity.when is not None and not entity.when(row, item):
            return None
        type_name = entity.type(row, item)
        if type_name is None:
            return None
        parts: list[str] = []
        key_properties: dict[str, Any] = {}
        for name, text in entity.key:
            part = text(row, item)
            if not part:
                if entity.own and entity.each is _once:
                    raise RowError("missing_key", f"the key of {entity.name} is missing")
                return None
            parts.append(part)
            if name is not None:
                key_properties[name] = part
        space = entity.key_space or type_name
        key = join_key(parts)
        if entity.sensitive:
            key = self._digest(f"{space}\x1f{key}")
        if compartment is not None and compartment != self.source:
            key = f"{key}@{compartment.partition('/')[2]}"
            key_properties["compartment"] = compartment
        properties: dict[str, Any] = {}
        if entity.own:
            for put in entity.puts[type_name]:
                put(row, item, properties)
        if entity.compartment is not None:
            properties["compartment"] = self._category(entity, entity.compartment, row, item)
        return EntityAssertion(
            f"{self.source}/{space}/{key}",
            type_name,
            entity.bare_types[type_name],
            entity.own,
            entity.may_be_stub[type_name],
            key_properties,
            properties,
        )

    def _make_links(self, link: _Link, row: Row, record_key: str, found: dict[str, ByItem], mapped: Mapped) -> None:
        for index, item in enumerate(link.each(row)):
            if link.when is not None and not link.when(row, item):
                continue
            a = _pick(found[link.from_name], index if link.from_repeated else 0)
            b = _pick(found[link.to_name], index if link.to_repeated else 0)
            if a is None or b is None:
                if link.required:
                    missing = link.from_name if a is None else link.to_name
                    raise RowError("missing_end", f"the link {link.name} needs {missing}, whose key is missing")
                continue
            type_name = link.type(row, item)
            if type_name is None:
                continue
            properties: dict[str, Any] = {}
            since = link.valid_from(row, item) if link.valid_from else None
            until = link.valid_to(row, item) if link.valid_to else None
            if since is not None:
                put_when("valid_from", since, properties)
            if until is not None:
                put_when("valid_to", until, properties)
                if since is not None and until.max < since.min:
                    raise RowError("dates_reversed", f"the link {link.name} ends ({until.text}) before it begins ({since.text})")
            for put in link.puts[type_name]:
                put(row, item, properties)
            event = link.event[type_name]
            told_apart: tuple[str, ...]
            if event:
                # With its ends, which a new version of the row may change: a stored link can't move.
                told_apart = (self.table_name, record_key, link.name, str(index), a.id, b.id)
            else:
                more = [text(row, item) or "" for text in link.distinct_by]
                told_apart = (a.id, b.id, since.text if since else "", until.text if until else "", *more)
            link_id = f"{self.source}/{type_name}/{digest(*told_apart)}"
            mapped.links.append(LinkAssertion(link_id, type_name, a.id, b.id, event, properties))
            for end in (a, b):
                if not end.own:
                    mapped.entities.append(end)

    def _entity(self, name: str, block: EntityBlock, described: set[str], referred: dict[str, str], apart: set[str]) -> _Entity:
        compiler = self._compiler
        parts: list[tuple[str | None, Value]] = (
            list(block.key.items()) if isinstance(block.key, dict) else [(None, value) for value in block.key]
        )
        types = _names(block.type)
        own = block.describes
        declared = {t: self._ontology.entities[t] for t in types}
        puts = {
            t: [compiler.property(p, e.properties[p], v) for p, v in block.properties.items() if p in e.properties]
            for t, e in declared.items()
        }
        return _Entity(
            name=name,
            each=compile_path(block.each) if block.each else _once,
            when=compiler.test(block.when),
            type=_type(block.type, compiler, name),
            key=[(n, compiler.text(v)) for n, v in parts],
            key_space=block.key_space,
            own=own,
            bare_types={t: referred.get(block.key_space or t, t) for t in declared},
            may_be_stub={t: not e.attribute or (block.key_space or t) in described for t, e in declared.items()},
            sensitive=any(e.sensitive for e in declared.values()),
            puts=puts,
            compartment=compiler.text(block.compartment) if block.compartment is not None else None,
            compartment_of=block.compartment_of,
            told_apart=bool(apart & set(spaces(block))),
        )

    def _link(self, name: str, block: LinkBlock, repeated: set[str]) -> _Link:
        compiler = self._compiler
        declared = {t: self._ontology.links[t] for t in _names(block.type)}
        return _Link(
            name=name,
            repeated=block.each is not None,
            each=compile_path(block.each) if block.each else _once,
            when=compiler.test(block.when),
            type=_type(block.type, compiler, name),
            from_name=block.from_,
            to_name=block.to,
            from_repeated=block.from_ in repeated,
            to_repeated=block.to in repeated,
            valid_from=compiler.when(block.valid_from) if block.valid_from else None,
            valid_to=compiler.when(block.valid_to) if block.valid_to else None,
            distinct_by=[compiler.text(v) for v in block.distinct_by],
            required=block.required,
            event={t: d.kind == "event" for t, d in declared.items()},
            puts={
                t: [compiler.property(p, d.properties[p], v) for p, v in block.properties.items() if p in d.properties]
                for t, d in declared.items()
            },
        )

    def _names_sensitive(self, table: Table) -> bool:
        """Whether the record's key repeats what is the key of a sensitive entity: then a digest stands for it as well."""
        secret: set[str] = set()
        for block in table.entities.values():
            if any(self._ontology.entities[t].sensitive for t in _names(block.type)):
                values = block.key.values() if isinstance(block.key, dict) else block.key
                secret.update(*(columns_of(v) for v in values))
        return bool(secret & set().union(*(columns_of(v) for v in table.key or [])))


def mappers(spec: Spec, ontology: Ontology, digest_key: Digest, categories: Collection[str] | None = None) -> dict[str, TableMapper]:
    """A mapper for every table of a spec that the spec check has passed."""
    return {name: TableMapper(spec, name, ontology, digest_key, categories) for name in spec.tables}


def wanted_columns(spec: Spec, table: Table, more: Iterable[Value] = ()) -> set[str]:
    """Every column that the files of a table must have: what its key, entities and links read, and `more` values; none for JSON lines."""
    if table.format.kind == "jsonl":
        return set()
    values: list[Value] = [*(table.key or []), *more]
    as_of = table.as_of or spec.as_of
    if as_of is not None and as_of.row is not None:
        values.append(as_of.row)
    for entity in table.entities.values():
        values += entity.key.values() if isinstance(entity.key, dict) else entity.key
        values += entity.properties.values()
        values += [entity.compartment] if entity.compartment is not None else []
    for link in table.links.values():
        values += [v for v in (link.valid_from, link.valid_to) if v is not None]
        values += [*link.distinct_by, *link.properties.values()]
    blocks: list[EntityBlock | LinkBlock] = [*table.entities.values(), *table.links.values()]
    for block in blocks:
        values += [c.value for c in block.when]
        if isinstance(block.type, Value):
            values.append(block.type)
    columns = set().union(*(columns_of(v) for v in values))
    if table.format.kind == "csv":
        return columns
    within = {first_name(block.each) for block in blocks if block.each}
    return within | {first_name(column) for column in columns if not column.startswith("@")}


def _names(given: str | Value) -> list[str]:
    return [given] if isinstance(given, str) else list(dict.fromkeys(t for t in (given.map or {}).values() if t))


def _type(given: str | Value, compiler: Compiler, name: str) -> Text:
    if isinstance(given, str):
        return lambda row, item: given
    read = compiler.text(given)

    def type_of(row: Row, item: Any) -> str | None:
        try:
            return read(row, item)
        except RowError as error:
            code = "unknown_type" if error.code == "unknown_text" else error.code
            raise RowError(code, f"type of {name}: {error.message}") from error

    return type_of


def _described_spaces(spec: Spec) -> set[str]:
    """Key spaces that some table of the source describes: an entity there that is only referred to is a stub."""
    spaces: set[str] = set()
    for table in spec.tables.values():
        for block in table.entities.values():
            if block.describes:
                spaces.update([block.key_space] if block.key_space else _names(block.type))
    return spaces


def _referred_spaces(spec: Spec) -> dict[str, str]:
    """The type under which blocks that don't describe them refer to things of a key space (the spec check saw that it is one)."""
    spaces: dict[str, str] = {}
    for table in spec.tables.values():
        for block in table.entities.values():
            if isinstance(block.type, str) and not block.describes:
                spaces[block.key_space or block.type] = block.type
    return spaces


def _pick(items: ByItem, index: int) -> EntityAssertion | None:
    return items[index] if index < len(items) else None
