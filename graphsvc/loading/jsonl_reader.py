"""JSON lines: one object a line. Imports errors, files and formats.

Numbers keep what the text said: integers of any size stay integers, fractions become `decimal.Decimal`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from graphsvc.errors import RowError
from graphsvc.loading.files import Lines
from graphsvc.loading.formats import JsonlFormat, RawRow, bad_encoding


class _Duplicate(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Duplicate(next(name for name in names if names.count(name) > 1))
    return members


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


_decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_object)


def jsonl_rows(lines: Lines, fmt: JsonlFormat) -> Iterator[RawRow]:
    """Rows of a JSON lines file; blank lines are no rows."""
    codec = lines.codec
    while (line := lines.take()) is not None:
        raw = lines.without_terminator(line)
        try:
            if len(raw) > fmt.max_row_bytes:
                raise RowError("row_too_long", f"the line is longer than {fmt.max_row_bytes:,} bytes")
            text = raw.decode(codec)
            if not text or text.isspace():
                continue
            values = parse(text)
        except UnicodeDecodeError as bad:
            yield RawRow(lines.number, raw, None, bad_encoding(bad, codec))
        except RowError as error:
            yield RawRow(lines.number, raw, None, error)
        else:
            yield RawRow(lines.number, raw, values, None)


def parse(text: str) -> dict[str, Any]:
    """The object that a line is; RowError when it is none."""
    try:
        values = _decoder.decode(text)
    except json.JSONDecodeError as bad:
        raise RowError("bad_json", f"not JSON at column {bad.colno}: {bad.msg}") from None
    except _Duplicate as twice:
        raise RowError("duplicate_name", f"an object has the name {str(twice)!r} twice") from None
    except RecursionError:
        raise RowError("bad_json", "nested too deeply") from None
    except InvalidOperation:
        raise RowError("bad_json", "a number has an exponent beyond any use") from None
    except ValueError as bad:  # NaN, Infinity, an integer of thousands of digits
        raise RowError("bad_json", str(bad)) from None
    if not isinstance(values, dict):
        raise RowError("not_an_object", f"the line is a JSON {_kind(values)}, not an object")
    if "\\ud" in text or "\\uD" in text:
        _refuse_lone_surrogates(values)
    if "\\u0000" in text:
        _refuse_nul(values)
    return values


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {list: "list", str: "text", bool: "truth value"}.get(type(value), "number")


def _refuse_lone_surrogates(values: dict[str, Any]) -> None:
    try:
        for text in _texts(values):
            text.encode()
    except UnicodeEncodeError as bad:
        raise RowError("bad_encoding", f"\\u{ord(bad.object[bad.start]):04x} is half a character (a lone surrogate)") from None


def _refuse_nul(values: dict[str, Any]) -> None:
    if any("\0" in text for text in _texts(values)):
        raise RowError("nul_byte", "a text holds the character NUL (\\u0000)")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
