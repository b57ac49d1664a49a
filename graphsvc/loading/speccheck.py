"""What a spec of the right shape can still get wrong: names that don't exist, ends that don't fit, values that can't be read.

Pure: takes a spec and the ontology, gives the problems with their places.
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Collection, Iterable, Iterator

from graphsvc.graph.ontology import Ontology, Property
from graphsvc.loading.compartments import compartment_problems, spaces
from graphsvc.loading.format import reading_format
from graphsvc.loading.normalise import compile_normalisers
from graphsvc.loading.paths import compile_path
from graphsvc.loading.spec import AsOf, CsvBlock, EntityBlock, JsonlBlock, LinkBlock, ParquetBlock, Spec, Table, Value
from graphsvc.loading.values import compile_date

Place = tuple[int | str, ...]
Problem = tuple[Place, str]


def problems_of(spec: Spec, ontology: Ontology, categories: Collection[str] | None = None) -> list[Problem]:
    """Every problem of the spec, each with its place in the YAML; none for a right one. `categories`: those of its policy, if known."""
    return [
        *_source_problems(spec),
        *compartment_problems(spec, ontology, categories),
        *_key_space_problems(spec),
        *(p for name, table in spec.tables.items() for p in _Checker(spec, ontology, name, table).problems()),
    ]


def near(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: what it may have meant."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _source_problems(spec: Spec) -> Iterator[Problem]:
    if spec.time_zone and not _is_zone(spec.time_zone):
        yield ("time_zone",), f"{spec.time_zone!r} is no time zone of the IANA list"
    if spec.as_of:
        yield from _as_of_problems(spec.as_of, ("as_of",), spec)


def _key_space_problems(spec: Spec) -> Iterator[Problem]:
    """Blocks that name the same things must agree, or what is stored would depend on the order of loading."""
    names: dict[str, list[str] | int] = {}
    types: dict[str, str] = {}
    for table_name, table in spec.tables.items():
        for name, block in table.entities.items():
            place = ("tables", table_name, "entities", name)
            key = list(block.key) if isinstance(block.key, dict) else len(block.key)
            for space in spaces(block):
                if names.setdefault(space, key) != key:
                    yield (*place, "key"), f"the key of {space} has other parts elsewhere in this spec: {names[space]}"
            space = block.key_space or str(block.type)
            own = block.describes
            if not own and isinstance(block.type, str) and types.setdefault(space, block.type) != block.type:
                yield (*place, "type"), f"{space} is referred to as {types[space]} elsewhere in this spec; refer to it by one type"


def _as_of_problems(as_of: AsOf, place: Place, spec: Spec) -> Iterator[Problem]:
    if as_of.file_name is not None:
        try:
            if re.compile(as_of.file_name).groups < 1:
                yield (*place, "file_name"), "the pattern needs a group that holds the date: (...)"
        except re.error as error:
            yield (*place, "file_name"), f"not a regular expression: {error}"
    if as_of.value is not None:
        try:
            if compile_date(["iso"], "UTC")(as_of.value).precision not in ("day", "second"):
                yield (*place, "value"), f"{as_of.value!r} does not say a day"
        except Exception as error:
            yield (*place, "value"), str(error)
    if as_of.row is not None:
        yield from value_problems(as_of.row, (*place, "row"), spec, each=None)


def value_problems(value: Value, place: Place, spec: Spec, each: str | None, *, csv: bool = False) -> Iterator[Problem]:
    """What is wrong with one value; `each` is that of its block, `csv` whether its rows are flat."""
    for field in ("join", "first_of"):
        for index, part in enumerate(getattr(value, field) or []):
            yield from value_problems(part, (*place, field, index), spec, each, csv=csv)
    for field in ("lon", "lat"):
        if (part := getattr(value, field)) is not None:
            yield from value_problems(part, (*place, field), spec, each, csv=csv)
    if value.column is not None:
        if value.column.startswith("@.") and each is None:
            yield (*place, "column"), f"{value.column!r} looks into an item, but the block has no `each`"
        try:
            if not csv:
                compile_path(value.column.removeprefix("@."))
        except ValueError as error:
            yield (*place, "column"), str(error)
    if value.pattern is not None:
        try:
            if re.compile(value.pattern).groups < value.group:
                yield (*place, "pattern"), f"has no group {value.group}"
        except re.error as error:
            yield (*place, "pattern"), f"not a regular expression: {error}"
    try:
        compile_normalisers(value.normalise)
    except ValueError as error:
        yield (*place, "normalise"), str(error)
    if value.time_zone and not _is_zone(value.time_zone):
        yield (*place, "time_zone"), f"{value.time_zone!r} is no time zone of the IANA list"
    try:
        zone = value.time_zone or spec.time_zone
        compile_date(value.formats, zone if zone and _is_zone(zone) else None)  # a wrong zone is told once, where it stands
    except ValueError as error:
        yield (*place, "formats"), str(error)


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


class _Checker:
    """Problems of one table."""

    def __init__(self, spec: Spec, ontology: Ontology, name: str, table: Table) -> None:
        self.spec, self.ontology, self.table = spec, ontology, table
        self.at: Place = ("tables", name)
        self.csv = table.format.kind == "csv"  # whose columns may have dots and brackets in their names

    def problems(self) -> Iterator[Problem]:
        yield from self._format_problems(self.table.format)
        if self.table.as_of:
            yield from _as_of_problems(self.table.as_of, (*self.at, "as_of"), self.spec)
        for index, value in enumerate(self.table.key or []):
            yield from value_problems(value, (*self.at, "key", index), self.spec, None, csv=self.csv)
        for name, entity in self.table.entities.items():
            yield from self._entity_problems(entity, (*self.at, "entities", name))
        for name, link in self.table.links.items():
            yield from self._link_problems(link, (*self.at, "links", name))
        used = {end for link in self.table.links.values() for end in (link.from_, link.to)}
        for name, entity in self.table.entities.items():
            if name not in used and not entity.properties and not entity.own:
                yield (*self.at, "entities", name), f"{name!r} has no properties and no link uses it: it would never be kept"

    def _format_problems(self, form: CsvBlock | JsonlBlock | ParquetBlock) -> Iterator[Problem]:
        try:
            reading_format(form)
        except ValueError as error:
            yield (*self.at, "format"), str(error)

    def _types(self, given: str | Value, known: Iterable[str], place: Place, each: str | None) -> Iterator[Problem]:
        known = list(known)
        if isinstance(given, str):
            if given not in known:
                yield (*place, "type"), f"the ontology has no type {given!r}{near(given, known)}"
            return
        yield from value_problems(given, (*place, "type"), self.spec, each, csv=self.csv)
        if given.map is None:
            yield (*place, "type"), "a type that comes from a column needs a map from its texts to types"
        for text, name in (given.map or {}).items():
            if name is not None and name not in known:
                yield (*place, "type", "map", text), f"the ontology has no type {name!r}{near(name, known)}"
        if given.other == "keep":
            yield (*place, "type"), "a type can't be taken from the data as it is: other must be reject or missing"

    def _entity_types(self, block: EntityBlock) -> list[str]:
        names = [block.type] if isinstance(block.type, str) else [n for n in (block.type.map or {}).values() if n]
        return [n for n in names if n in self.ontology.entities]

    def _entity_problems(self, block: EntityBlock, place: Place) -> Iterator[Problem]:
        yield from self._types(block.type, self.ontology.entities, place, block.each)
        own = block.describes
        if not isinstance(block.type, str) and own and block.key_space is None:
            yield (*place, "key_space"), "a type that varies needs a key_space, so that ids don't depend on it"
        if not isinstance(block.type, str) and not own and block.key_space is not None:
            yield (*place, "type"), "where a row only refers to it, give one type (LegalEntity if it may be either); its own row tells more"
        yield from self._each_problems(block.each, place)
        types = self._entity_types(block)
        allowed: dict[str, Property] = {n: p for t in types for n, p in self.ontology.entities[t].properties.items()}
        parts = block.key.items() if isinstance(block.key, dict) else enumerate(block.key)
        for key, value in parts:
            if types and isinstance(key, str) and key not in allowed:
                yield (*place, "key", key), f"{types[0]} has no property {key!r}{near(key, allowed)}"
            yield from value_problems(value, (*place, "key", key), self.spec, block.each, csv=self.csv)
        yield from self._property_problems(block.properties, allowed, types, place, block.each)
        if block.compartment is not None:
            yield from value_problems(block.compartment, (*place, "compartment"), self.spec, block.each, csv=self.csv)
        yield from self._when_problems(block, place)

    def _property_problems(
        self, given: dict[str, Value], allowed: dict[str, Property], types: list[str], place: Place, each: str | None
    ) -> Iterator[Problem]:
        for name, value in given.items():
            at = (*place, "properties", name)
            yield from value_problems(value, at, self.spec, each, csv=self.csv)
            if not types:
                continue
            if name not in allowed:
                yield at, f"{' or '.join(types)} has no property {name!r}{near(name, allowed)}"
            elif allowed[name].type == "money" and value.currency is None:
                yield at, f"{name!r} is money: say its currency (ISO 4217)"
            elif (allowed[name].type == "point") != (value.lon is not None):
                yield at, f"{name!r} is {'a point: give lon and lat' if value.lon is None else 'no point'}"

    def _link_problems(self, block: LinkBlock, place: Place) -> Iterator[Problem]:
        yield from self._types(block.type, self.ontology.links, place, block.each)
        yield from self._each_problems(block.each, place)
        names = [block.type] if isinstance(block.type, str) else [n for n in (block.type.map or {}).values() if n]
        types = [n for n in names if n in self.ontology.links]
        for side, end in (("from", block.from_), ("to", block.to)):
            entity = self.table.entities.get(end)
            if entity is None:
                yield (*place, side), f"there is no entity {end!r} in this table{near(end, self.table.entities)}"
                continue
            if entity.each is not None and entity.each != block.each:
                yield (*place, side), f"{end!r} is repeated over {entity.each!r}: the link needs the same `each`"
            for link_type in types:
                wanted = self.ontology.links[link_type].from_ if side == "from" else self.ontology.links[link_type].to
                for entity_type in self._entity_types(entity):
                    if not any(self.ontology.is_a(entity_type, w) or self.ontology.is_a(w, entity_type) for w in wanted):
                        yield (*place, side), f"{link_type} can't have {entity_type} at its {side!r} end, only {', '.join(wanted)}"
        allowed = {n: p for t in types for n, p in self.ontology.links[t].properties.items()}
        yield from self._property_problems(block.properties, allowed, types, place, block.each)
        for field in ("valid_from", "valid_to"):
            if (value := getattr(block, field)) is not None:
                yield from value_problems(value, (*place, field), self.spec, block.each, csv=self.csv)
        for index, value in enumerate(block.distinct_by):
            yield from value_problems(value, (*place, "distinct_by", index), self.spec, block.each, csv=self.csv)
        yield from self._when_problems(block, place)

    def _when_problems(self, block: EntityBlock | LinkBlock, place: Place) -> Iterator[Problem]:
        for index, condition in enumerate(block.when):
            yield from value_problems(condition.value, (*place, "when", index, "value"), self.spec, block.each, csv=self.csv)

    def _each_problems(self, each: str | None, place: Place) -> Iterator[Problem]:
        if each is None:
            return
        if self.csv:
            yield (*place, "each"), "delimited rows hold no lists; `each` is for JSON"
        try:
            compile_path(each)
        except ValueError as error:
            yield (*place, "each"), str(error)
