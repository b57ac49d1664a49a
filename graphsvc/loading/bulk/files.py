"""Import files: nodes and links as the CSV that Neo4j's import tool reads, exactly as the ordinary load would store them.

A file has one shape, its columns with their types: what has another (a list where others have one text, say) goes into a file of its own.
Of what CSV can't tell, a list with an element that is empty or holds the sign between elements, a note is kept, to be stored over Bolt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from graphsvc.graph.ontology import Property
from graphsvc.graph.types import is_point

ARRAY_DELIMITER = "\x1f"
# Lines wait to be written in blocks of this size.
_BUFFER = 1 << 18
_POINT = "point{crs:WGS-84}"
_KINDS: dict[type, str] = {str: "string", int: "long", float: "double", bool: "boolean", bytes: "byte[]"}
# Every byte as the signed number that Java makes of it, in four signs and the delimiter, so that a whole row is translated at once.
_SIGNED = np.array([list(f"{(b - 256 if b > 127 else b):04d}{ARRAY_DELIMITER}".encode()) for b in range(256)], dtype=np.uint8)

Columns = tuple[tuple[str, str], ...]
_PLAIN = ("text", "name", "identifier", "country", "url")


def columns_of_property(name: str, declared: Property) -> Columns:
    """The columns in which a property of the ontology is usually stored, with what belongs to it."""
    if declared.type in _PLAIN:
        return ((name, "string"),)
    if declared.type in ("date", "datetime"):
        return tuple((f"{name}{more}", "string") for more in ("", "_min", "_max", "_offset"))
    if declared.type == "money":
        return ((name, "long"), (f"{name}_currency", "string"), (f"{name}_exact", "string"))
    if declared.type == "point":
        return ((name, _POINT),)
    if declared.type == "boolean":
        return ((name, "boolean"),)
    return ((name, "long" if declared.type == "integer" else "double"), (f"{name}_unit", "string"))


def byte_cell(data: bytes) -> str:
    """A cell of a `byte[]` column."""
    return _SIGNED[np.frombuffer(data, dtype=np.uint8)].tobytes()[:-1].decode("ascii")


def text_cell(text: str) -> str:
    """A cell of a text; an empty one is told from a missing one by its quotes."""
    return '"' + text.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Group:
    """What the import tool is told together: nodes with the same labels, or links of one type, and what their rows begin with."""

    kind: str  # nodes or relationships
    labels: tuple[str, ...]
    columns: Columns
    ends: Columns = ()  # where a node is named, or a link's ends

    @property
    def name(self) -> str:
        return ":".join(self.labels)


class ImportFiles:
    """Writes the import files of one process into a folder. Close it; `told` is what the tool has to be told of them."""

    def __init__(self, folder: Path, part: str) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder, self._part = folder, part
        self._open: dict[tuple[str, tuple[str, ...], Columns, bool], TextIO] = {}
        self._notes: TextIO | None = None
        self._longest = 0
        self.told: list[dict[str, Any]] = []
        self.nodes = self.links = 0

    def put(self, group: Group, ends: Sequence[str], properties: dict[str, Any], *, id: str = "") -> None:
        """Write one node or link. `ends`: the cells before its properties, in the order of the group's. `id`: what a note calls it."""
        odd: list[tuple[str, str]] = []
        cells = list(ends)
        found = 0
        for name, kind in group.columns:
            value = properties.get(name)
            if value is None:
                cells.append("")
                continue
            found += 1
            if kind == "string" and type(value) is str:
                cells.append(text_cell(value))
            else:
                cells.append(self._cell(group, id, name, value, kind, odd))
        if found < len(properties):
            known = {name for name, _ in group.columns}
            for name, value in properties.items():
                if name not in known and value is not None and (cell := self._cell(group, id, name, value, None, odd)):
                    cells.append(cell)
        self.line(group, tuple(odd), ",".join(cells))

    def line(self, group: Group, odd: Columns, line: str) -> None:
        """Write a finished line; `odd` are the columns in which its shape differs from the group's."""
        if len(line) > self._longest:
            self._longest = len(line)
        multiline = "\n" in line or "\r" in line
        key = (group.kind, group.labels, odd, multiline)
        file = self._open.get(key)
        if file is None:
            file = self._open[key] = self._new(group, odd, multiline)
        file.write(line)
        file.write("\n")
        if group.kind == "nodes":
            self.nodes += 1
        else:
            self.links += 1

    def close(self) -> dict[str, Any]:
        """Close the files; what the tool has to be told, as plain values."""
        for file in self._open.values():
            file.close()
        if self._notes is not None:
            self._notes.close()
        return {"groups": self.told, "nodes": self.nodes, "links": self.links, "longest": self._longest}

    def _new(self, group: Group, odd: Columns, multiline: bool) -> TextIO:
        number = len(self.told)
        path = self._folder / f"{self._part}-{number:04}.csv"
        head = self._folder / f"{self._part}-{number:04}.head.csv"
        differs = dict(odd)
        names = {name for name, _ in group.columns}
        columns = [
            *group.ends,
            *((name, differs.get(name, kind)) for name, kind in group.columns),
            *((name, kind) for name, kind in odd if name not in names),
        ]
        head.write_text(",".join(f"{name}:{kind}" if kind else name for name, kind in columns) + "\n", encoding="utf-8")
        self.told.append({"kind": group.kind, "name": group.name, "head": str(head), "file": str(path), "multiline": multiline})
        return path.open("w", encoding="utf-8", newline="\n", buffering=_BUFFER)

    def _cell(self, group: Group, id: str, name: str, value: Any, kind: str | None, odd: list[tuple[str, str]]) -> str:
        """The cell of a value that is no plain text, with a note of its column where that is not of the group's kind."""
        if isinstance(value, list) and not _tellable(value):
            self._note(group, id, name, value)
            return ""
        if (other := _kind(value)) != kind:
            odd.append((name, other))
        return _cell(value)

    def _note(self, group: Group, id: str, name: str, value: Any) -> None:
        if self._notes is None:
            self._notes = (self._folder / f"{self._part}.notes.jsonl").open("w", encoding="utf-8")
        type_name = group.labels[0] if group.kind == "relationships" else None
        self._notes.write(json.dumps({"link": type_name, "id": id, "set": {name: value}}, ensure_ascii=False) + "\n")


def notes(folder: Path) -> list[Path]:
    """The files of notes in a folder, in order."""
    return sorted(folder.glob("*.notes.jsonl"))


def _tellable(value: list[Any]) -> bool:
    return bool(value) and all(not isinstance(one, str) or (one and ARRAY_DELIMITER not in one) for one in value)


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return f"{_KINDS[type(value[0])]}[]"
    return _POINT if is_point(value) else _KINDS[type(value)]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return text_cell(ARRAY_DELIMITER.join(map(str, value)))
    if isinstance(value, bytes):
        return byte_cell(value)
    if is_point(value):
        longitude, latitude = value
        return f'"{{longitude:{_decimal(longitude)}, latitude:{_decimal(latitude)}}}"'
    return repr(value)


def _decimal(number: float) -> str:
    """The shortest decimal that is read as this very number, without an exponent."""
    return f"{Decimal(repr(number)):f}"
