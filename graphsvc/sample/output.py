"""Writes files as they come, with row counts and SHA-256 sums, and the manifest. Memory does not grow with the files.

May import the standard library and this package.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from graphsvc.sample import rates

Progress = Callable[[str, int], None]
"""Called with a file's name (`source/file`) and the rows written to it since the last call."""
_FLUSH_CHARACTERS = 1 << 20
_TELL_ROWS = 20_000


@dataclass(frozen=True)
class FileWritten:
    name: str  # path below the output folder, with forward slashes
    rows: int  # without the header
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    version: str
    people: int
    seed: int
    as_of: str
    planted: int
    exact: int  # planted connections that exact identifiers alone hold together
    files: tuple[FileWritten, ...]
    photos: tuple[FileWritten, ...] = ()  # pictures that rows refer to by the SHA-256 which is their name

    def write(self, folder: Path) -> None:
        (folder / "manifest.json").write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8", newline="\n")


class _Hashing(io.RawIOBase):
    """Counts and hashes what reaches the disk."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.digest = sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _Rows:
    def __init__(self, folder: Path, name: str, encoding: str, progress: Progress) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.rows = 0
        self._told = 0
        self._progress = progress
        self._encoding = encoding
        self._buffer = io.StringIO(newline="")
        self._sink = _Hashing(path)
        # mtime 0 and no file name inside: the same rows give the same bytes
        self._out: IO[bytes] | gzip.GzipFile | _Hashing = (
            gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self._sink, mtime=0) if name.endswith(".gz") else self._sink
        )

    def _wrote(self, rows: int = 1) -> None:
        self.rows += rows
        if self.rows - self._told >= _TELL_ROWS:
            self._progress(self.name, self.rows - self._told)
            self._told = self.rows
        if self._buffer.tell() > _FLUSH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        self._out.write(self._buffer.getvalue().encode(self._encoding))
        self._buffer.seek(0)
        self._buffer.truncate()

    def finish(self) -> FileWritten:
        self._flush()
        if self._out is not self._sink:
            self._out.close()
        self._sink.close()
        self._progress(self.name, self.rows - self._told)
        return FileWritten(self.name, self.rows, self._sink.size, self._sink.digest.hexdigest())


class Table(_Rows):
    """A delimited file with a header."""

    def __init__(
        self, folder: Path, name: str, columns: Sequence[str], progress: Progress, *, delimiter: str, encoding: str, line_end: str
    ) -> None:
        super().__init__(folder, name, encoding, progress)
        if encoding == "utf-8-sig":
            self._buffer.write("\ufeff")
            self._encoding = "utf-8"
        self._writer = csv.writer(self._buffer, delimiter=delimiter, lineterminator=line_end)
        self._writer.writerow(columns)

    def row(self, *values: object) -> None:
        self._writer.writerow(values)
        self._wrote()


class Lines(_Rows):
    """JSON, one object a line."""

    def row(self, value: object) -> None:
        self._buffer.write(json.dumps(value, ensure_ascii=False) + "\n")
        self._wrote()


class Output:
    """Opens the files of a world and keeps the list of those finished."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self.folder = folder
        self._progress = progress
        self._open: list[_Rows] = []
        self.written: list[FileWritten] = []
        self.photos: list[FileWritten] = []
        self.mentions = self.table("truth/mentions.csv", ("source", "table", "key", "type", "true_id"))

    def table(self, name: str, columns: Sequence[str], *, delimiter: str = ",", encoding: str = "utf-8", line_end: str = "\n") -> Table:
        table = Table(self.folder, name, columns, self._progress, delimiter=delimiter, encoding=encoding, line_end=line_end)
        self._open.append(table)
        return table

    def lines(self, name: str) -> Lines:
        lines = Lines(self.folder, name, "utf-8", self._progress)
        self._open.append(lines)
        return lines

    def photo(self, source: str, png: bytes) -> str:
        """Write a picture that rows of a source refer to; returns its SHA-256, which names it."""
        digest = sha256(png).hexdigest()
        name = f"photos/{source}/{digest}.png"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
        self.photos.append(FileWritten(name, 0, len(png), digest))
        return digest

    def mention(self, source: str, table: str, key: str, person: int) -> None:
        self.mentions.row(source, table, key, "Person", f"person/{person}")

    def company_mention(self, source: str, table: str, key: str, number: str) -> None:
        self.mentions.row(source, table, key, "Company", f"company/{number}")

    def finish(self) -> None:
        """Close what is open; the truth about mentions is closed last, since every source adds to it."""
        for rows in self._open[1:] + self._open[:1]:
            self.written.append(rows.finish())
        self._open.clear()

    def __enter__(self) -> Output:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for rows in self._open:
            rows._sink.close()


def dated(name: str, ending: str = "csv") -> str:
    """A file name that carries the as-of date."""
    return f"{name}-{rates.AS_OF.isoformat()}.{ending}"
