"""Opening a source's file: gzip by its content, byte order marks, physical lines as bytes. Imports errors and formats.

Files are read as bytes, since a row is kept exactly as given; decoding is the readers' work, row by row, so that one bad
byte costs one row and not the file.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from graphsvc.errors import InputError
from graphsvc.loading.formats import is_wide, normal_encoding

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK = 256 * 1024
# Longest marks first: UTF-32-LE's begins with UTF-16-LE's.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ARCHIVES = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ\x00", "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"PAR1", "a Parquet file"),
)
# What reading compressed data raises when it is cut off or damaged.
BROKEN_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)


Stream: TypeAlias = "io.BufferedReader[io.FileIO] | io.BufferedReader[_Unpacked]"


class _Readable(Protocol):
    def readline(self, size: int = -1, /) -> bytes: ...


def hash_file(path: Path) -> str:
    """SHA-256 (hex) of the file as it lies on disk, compressed or not; memory stays flat."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


class _Unpacked(gzip.GzipFile):
    """Hands on what one step unpacks. GzipFile itself fills the whole buffer first and, at a fault, loses what it had."""

    def readinto(self, buffer: WriteableBuffer) -> int:
        return self.readinto1(buffer)


@contextmanager
def open_source(path: Path) -> Iterator[Stream]:
    """The file's bytes, unpacked when its first bytes say gzip (whatever its name says). InputError when it can't be opened."""
    try:
        file = io.BufferedReader(io.FileIO(path), _BLOCK)
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        head = file.peek(8)[:8]
        for magic, what in _ARCHIVES:
            if head.startswith(magic):
                hint = (
                    "Write `format: {kind: parquet}` in the spec."
                    if magic == b"PAR1"
                    else "Export it to CSV or JSON lines (gzip is fine) and load that."
                )
                raise InputError(f"{path} is {what}, not text", hint=hint)
        if head.startswith(b"\x1f\x8b"):
            # The buffer on top makes readline run in C.
            with _Unpacked(fileobj=file) as unpacked, io.BufferedReader(unpacked, _BLOCK) as stream:
                yield stream
        else:
            yield file


class Lines:
    """The physical lines of a stream, terminators kept, counted from 1, with room to give lines back."""

    def __init__(self, stream: Stream, path: Path, encoding: str, max_row_bytes: int, *, from_start: bool = True) -> None:
        """`from_start`: the stream begins where a file does, and not with a row of it, so a byte order mark may come first."""
        self.codec = normal_encoding(encoding)
        if from_start:
            _take_mark(stream, path, self.codec)
        self.newline = "\n".encode(self.codec)
        self.carriage = "\r".encode(self.codec)
        self.number = 0
        self._limit = max_row_bytes + len(self.newline) + len(self.carriage) + 1
        self._source: _Readable = _WideLines(stream, self.newline) if is_wide(self.codec) else stream
        self._given_back: deque[bytes] = deque()

    def take(self) -> bytes | None:
        """The next line, None at the end. Of a line beyond the limit only its beginning is kept."""
        if self._given_back:
            self.number += 1
            return self._given_back.popleft()
        line = self._source.readline(self._limit)
        if not line:
            return None
        self.number += 1
        if len(line) >= self._limit and not line.endswith(self.newline):
            self._skip_rest_of_line()
        return line

    def give_back(self, lines: Sequence[bytes]) -> None:
        """Puts lines back that were looked at in vain; `take` gives them again with their numbers."""
        self._given_back.extendleft(reversed(lines))
        self.number -= len(lines)

    def without_terminator(self, line: bytes) -> bytes:
        if line.endswith(self.newline):
            line = line[: -len(self.newline)]
            if line.endswith(self.carriage):
                line = line[: -len(self.carriage)]
        return line

    def _skip_rest_of_line(self) -> None:
        while (rest := self._source.readline(_BLOCK)) and not rest.endswith(self.newline):
            pass


class _WideLines:
    """`readline` for UTF-16 and UTF-32: a line end counts only where a character begins."""

    def __init__(self, stream: Stream, newline: bytes) -> None:
        self._stream = stream
        self._newline = newline
        self._buffer = bytearray()

    def readline(self, size: int = -1, /) -> bytes:
        width = len(self._newline)
        searched = 0
        while True:
            at = self._buffer.find(self._newline, searched)
            if at >= 0 and at % width:
                searched = at + 1
                continue
            if at >= 0 and (size < 0 or at + width <= size):
                return self._cut(at + width)
            if at >= 0 or 0 <= size <= len(self._buffer):
                return self._cut(max(width, size - size % width))
            searched = max(0, len(self._buffer) - width + 1)
            block = self._stream.read(64 * 1024)
            if not block:
                return self._cut(len(self._buffer))
            self._buffer += block

    def _cut(self, length: int) -> bytes:
        line = bytes(self._buffer[:length])
        del self._buffer[:length]
        return line


def _take_mark(stream: Stream, path: Path, declared: str) -> None:
    """Takes a byte order mark off the stream, and refuses a file that contradicts its spec."""
    head = stream.peek(64)[:64]
    for mark, codec in _MARKS:
        if head.startswith(mark):
            if codec != declared:
                raise InputError(
                    f"{path} begins with the byte order mark of {codec}, but its spec says `encoding: {declared}`",
                    hint=f"Write `encoding: {codec}` in the spec, or convert the file.",
                )
            stream.read(len(mark))
            return
    # Text in UTF-16 of a Latin script has a zero in every other byte; honest narrow text has none.
    if not is_wide(declared) and head.count(0) * 3 > len(head):
        raise InputError(
            f"{path} looks like UTF-16 text (every other byte is zero), but its spec says `encoding: {declared}`",
            hint="Write `encoding: utf-16-le` (or utf-16-be) in the spec, or convert the file to utf-8.",
        )


def _unreadable(path: Path, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(f"{path}: no such file")
    return InputError(f"{path} can't be read: {error.strerror or error}")
