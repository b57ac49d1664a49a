"""Values of a spec made into functions: a row (and the item of `each`) in, a text or a stored property out.

Made once a load and called for every row, so nothing is looked up in the spec again. `RowError`s name the column.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from typing import Any

from graphsvc.errors import RowError
from graphsvc.graph.ontology import Property
from graphsvc.graph.types import wgs84
from graphsvc.loading.normalise import compile_normalisers
from graphsvc.loading.paths import compile_path
from graphsvc.loading.spec import Condition, Value
from graphsvc.loading.values import When, compile_boolean, compile_date, compile_money, compile_number, compile_point, text_of

Row = Mapping[str, Any]
Texts = Callable[[Row, Any], list[str]]
Text = Callable[[Row, Any], str | None]
Put = Callable[[Row, Any, dict[str, Any]], None]
Test = Callable[[Row, Any], bool]


class Compiler:
    """Compiles values of one table: whether its rows are flat (CSV), and the source's null words and time zone."""

    def __init__(self, *, flat: bool, null_words: list[str], time_zone: str | None) -> None:
        self.flat = flat
        self.null_words = null_words
        self.time_zone = time_zone

    def text(self, value: Value) -> Text:
        """The one text of a value, or None when it is missing. Several texts where one is meant are an error of the row."""
        if self.flat and value.column is not None and not (value.split or value.map or value.pattern):
            return self._flat_text(value)
        texts, name = self.texts(value), describe(value)

        def one(row: Row, item: Any) -> str | None:
            found = texts(row, item)
            if not found:
                return None
            if len(found) > 1 and any(t != found[0] for t in found):
                raise RowError("several_values", f"{name}: {len(found)} values ({', '.join(found[:3])}, ...) where one is expected")
            return found[0]

        return one

    def _flat_text(self, value: Value) -> Text:
        """The usual case, a column of a delimited file, without the detour over lists."""
        column = str(value.column)
        nulls = frozenset(self.null_words if value.null_words is None else value.null_words)
        normalise = compile_normalisers(value.normalise) if value.normalise else None
        default, required = value.default, value.required

        def one(row: Row, item: Any) -> str | None:
            given: str = row[column]
            text: str | None = given
            if given in nulls or given.strip() in nulls:
                text = None
            elif normalise is not None:
                try:
                    text = normalise(given)
                except RowError as error:
                    raise RowError(error.code, f"{column}: {error.message}") from error
            if text is None:
                text = default
                if text is None and required:
                    raise RowError("missing_value", f"{column} is missing, and is required")
            return text

        return one

    def texts(self, value: Value) -> Texts:
        """Every text of a value, in order; an empty list when it is missing."""
        origin, name = self._origin(value), describe(value)
        steps: list[Callable[[str], str | None]] = []
        if value.pattern is not None:
            steps.append(_pattern(value.pattern, value.group))
        nulls = frozenset(self.null_words if value.null_words is None else value.null_words)
        steps.append(lambda text: None if text in nulls or text.strip() in nulls else text)
        if value.normalise:
            steps.append(compile_normalisers(value.normalise))
        mapping = _mapping(value, name) if value.map is not None else None
        split, default, required = value.split, value.default, value.required

        def all_of(row: Row, item: Any) -> list[str]:
            found = []
            try:
                for raw in origin(row, item):
                    text: str | None = raw
                    for step in steps:
                        text = step(text) if text is not None else None
                    if text is None:
                        continue
                    for part in text.split(split) if split is not None else (text,):
                        part_or_none: str | None = part.strip() if split is not None else part
                        if mapping is not None and part_or_none is not None:
                            part_or_none = mapping(part_or_none)
                        if part_or_none:
                            found.append(part_or_none)
            except RowError as error:
                raise error if error.message.startswith(name) else RowError(error.code, f"{name}: {error.message}") from error
            if not found:
                if default is not None:
                    return [default]
                if required:
                    raise RowError("missing_value", f"{name} is missing, and is required")
            return found

        return all_of

    def _origin(self, value: Value) -> Texts:
        if value.value is not None:
            constant = [value.value]
            return lambda row, item: constant
        if value.join is not None:
            parts, glue = [self.text(v) for v in value.join], value.with_
            return lambda row, item: [joined] if (joined := glue.join(t for p in parts if (t := p(row, item)))) else []
        if value.first_of is not None:
            choices = [self.texts(v) for v in value.first_of]
            return lambda row, item: next((found for c in choices if (found := c(row, item))), [])
        column = str(value.column)
        if self.flat:
            return lambda row, item: [row[column]]
        if column == "@":
            return lambda row, item: [_as_text(item, column)]
        if column.startswith("@."):
            inside = compile_path(column.removeprefix("@."))

            def in_item(row: Row, item: Any) -> list[str]:
                if not isinstance(item, dict):
                    raise RowError("unexpected_shape", f"{column}: an item of the list is no object")
                return [_as_text(found, column) for found in inside(item)]

            return in_item
        path = compile_path(column)
        return lambda row, item: [_as_text(found, column) for found in path(row)]

    def test(self, conditions: list[Condition]) -> Test | None:
        """Whether all conditions hold for a row; None when there are none."""
        if not conditions:
            return None
        tests = [(self.texts(c.value), c) for c in conditions]

        def holds(row: Row, item: Any) -> bool:
            for texts, condition in tests:
                found = texts(row, item)
                if condition.is_ is not None:
                    good = any(t in condition.is_ for t in found)
                elif condition.is_not is not None:
                    good = not any(t in condition.is_not for t in found)
                else:
                    good = bool(found) != condition.missing
                if not good:
                    return False
            return True

        return holds

    def property(self, name: str, prop: Property, value: Value) -> Put:
        """Puts a property (and what belongs to it: unit, currency, offset, bounds) into a mapping of stored properties."""
        if prop.type == "point":
            return self._point(name, value)
        if prop.type in ("text", "name", "identifier", "country", "url"):
            return self._plain(name, value, many=prop.many)
        read = self._reader(name, prop, value)
        text, column = self.text(value), describe(value)

        def put(row: Row, item: Any, out: dict[str, Any]) -> None:
            found = text(row, item)
            if found is None:
                return
            try:
                read(found, out)
            except RowError as error:
                raise RowError(error.code, f"{column}: {error.message}") from error

        return put

    def _plain(self, name: str, value: Value, *, many: bool) -> Put:
        if many and (value.split or value.first_of or value.join or not self.flat):
            texts = self.texts(value)

            def put_all(row: Row, item: Any, out: dict[str, Any]) -> None:
                if found := texts(row, item):
                    out[name] = found[0] if len(found) == 1 else list(dict.fromkeys(found))

            return put_all
        text = self.text(value)

        def put(row: Row, item: Any, out: dict[str, Any]) -> None:
            if (found := text(row, item)) is not None:
                out[name] = found

        return put

    def _point(self, name: str, value: Value) -> Put:
        assert value.lon is not None and value.lat is not None  # the spec check saw to it
        lon, lat, read = self.text(value.lon), self.text(value.lat), compile_point()
        column = f"{describe(value.lon)}, {describe(value.lat)}"

        def put(row: Row, item: Any, out: dict[str, Any]) -> None:
            try:
                if (found := read(lon(row, item), lat(row, item))) is not None:
                    out[name] = wgs84(*found)
            except RowError as error:
                raise RowError(error.code, f"{column}: {error.message}") from error

        return put

    def _reader(self, name: str, prop: Property, value: Value) -> Callable[[str, dict[str, Any]], None]:
        if prop.type in ("date", "datetime"):
            return self._date(name, value)
        if prop.type == "money":
            money = compile_money(value.currency, value.decimal, value.group_mark)

            def read_money(text: str, out: dict[str, Any]) -> None:
                amount = money(text)
                out[name], out[f"{name}_currency"] = amount.minor, amount.currency
                if amount.exact is not None:
                    out[f"{name}_exact"] = amount.exact

            return read_money
        if prop.type == "boolean":
            boolean = compile_boolean()

            def read_boolean(text: str, out: dict[str, Any]) -> None:
                out[name] = boolean(text)

            return read_boolean
        number, unit = compile_number(value.decimal, value.group_mark, prop.type == "integer"), value.unit

        def read_number(text: str, out: dict[str, Any]) -> None:
            out[name] = number(text)
            if unit is not None:
                out[f"{name}_unit"] = unit

        return read_number

    def when(self, value: Value) -> Callable[[Row, Any], When | None]:
        """The date of a value, or None when it is missing."""
        text, read, name = self.text(value), compile_date(value.formats, value.time_zone or self.time_zone), describe(value)

        def date(row: Row, item: Any) -> When | None:
            found = text(row, item)
            if found is None:
                return None
            try:
                return read(found)
            except RowError as error:
                raise RowError(error.code, f"{name}: {error.message}") from error

        return date

    def _date(self, name: str, value: Value) -> Callable[[str, dict[str, Any]], None]:
        read = compile_date(value.formats, value.time_zone or self.time_zone)

        def read_date(text: str, out: dict[str, Any]) -> None:
            put_when(name, read(text), out)

        return read_date


def put_when(name: str, when: When, out: dict[str, Any]) -> None:
    """Store a date: its text, the bounds of a partial one, the offset of a time."""
    out[name] = when.text
    if when.precision in ("year", "month"):
        out[f"{name}_min"], out[f"{name}_max"] = when.min, when.max
    if when.offset is not None:
        out[f"{name}_offset"] = when.offset


def describe(value: Value) -> str:
    """What to call a value in a message: its column, or the columns that it is made of."""
    if value.column is not None:
        return value.column
    parts = value.join or value.first_of or [v for v in (value.lon, value.lat) if v is not None]
    return "+".join(describe(v) for v in parts) if parts else f"the constant {value.value!r}"


def columns_of(value: Value) -> set[str]:
    """Every column that a value reads."""
    parts = [*(value.join or []), *(value.first_of or []), *(v for v in (value.lon, value.lat) if v is not None)]
    return ({value.column} if value.column is not None else set()).union(*(columns_of(v) for v in parts))


def _as_text(found: Any, column: str) -> str:
    try:
        return text_of(found)
    except RowError as error:
        raise RowError(error.code, f"{column}: {error.message}") from error


def _pattern(pattern: str, group: int) -> Callable[[str], str | None]:
    search = re.compile(pattern).search
    return lambda text: match[group] if (match := search(text)) else None


def _mapping(value: Value, name: str) -> Callable[[str], str | None]:
    given, other = value.map or {}, value.other
    exact = {k: v for k, v in given.items() if not ("*" in k or "?" in k)}
    globs = [(re.compile(fnmatch.translate(k)).match, v) for k, v in given.items() if k not in exact]

    def mapped(text: str) -> str | None:
        if text in exact:
            return exact[text]
        for match, target in globs:
            if match(text):
                return target
        if other == "reject":
            known = ", ".join(list(given)[:8]) + (", ..." if len(given) > 8 else "")
            raise RowError("unknown_text", f"{text!r} is not one of the texts that the spec knows here ({known})")
        return text if other == "keep" else None

    return mapped
