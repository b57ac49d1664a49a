"""The shapes that reading knows: how a file is written, and what one row of it is. Imports errors only.

A format is plain values, made from a loader spec; a wrong one raises ValueError with a sentence for `source check`.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphsvc.errors import RowError

# A row longer than this is nearly always a quote that never closes or a file that isn't text; it bounds memory too.
MAX_ROW_BYTES = 1024 * 1024

_WIDE = {"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"}
_ASCII = bytes(range(128))
# Text codecs that read ASCII as itself for the most part but treat some of it as escapes.
_ESCAPING = {"unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined"}


class RawRow(NamedTuple):
    """One row of a file. A named tuple, since one is made for every row and it costs a third of a frozen dataclass."""

    line: int
    """Physical line on which the row starts, from 1."""
    raw: bytes
    """The row's bytes exactly as the file has them, without the line terminator that ends it (and without a BOM)."""
    values: dict[str, Any] | None
    """Column or member name to value; None when the row can't be read, and then `error` says why."""
    error: RowError | None


def normal_encoding(encoding: str) -> str:
    """The codec's canonical name. ValueError for one that doesn't exist or in which `,`, quotes or line ends aren't themselves."""
    try:
        codec = codecs.lookup(encoding)
    except LookupError:
        raise ValueError(f"there is no text encoding {encoding!r} (usual ones: utf-8, windows-1252, iso-8859-1, utf-16-le)") from None
    name = codec.name
    if name == "utf-8-sig":
        return "utf-8"  # a byte order mark is taken off in any case
    if name in _WIDE:
        return name
    if name in ("utf-16", "utf-32"):
        # A row is kept without the file's byte order mark and must be readable alone.
        raise ValueError(f"write {name}-le (as Windows programs do) or {name}-be; {name} alone does not say which byte comes first")
    if name not in _ESCAPING and codec._is_text_encoding:
        try:
            if _ASCII.decode(name) == _ASCII.decode("ascii"):
                return name
        except UnicodeError:
            pass
    raise ValueError(f"files in the encoding {encoding!r} can't be split into rows; convert them to utf-8 first")


def is_wide(codec: str) -> bool:
    """True for UTF-16 and UTF-32, whose line ends are several bytes."""
    return codec in _WIDE


def bad_encoding(bad: UnicodeDecodeError, codec: str) -> RowError:
    """The error of a line that isn't text in its encoding; the position counts bytes from 1."""
    return RowError("bad_encoding", f"byte 0x{bad.object[bad.start]:02x} at position {bad.start + 1} of the line is not {codec}")


@dataclass(frozen=True)
class CsvFormat:
    """Separated text. `escape` is the backslash of MySQL-like exports; doubled quotes are understood in any case.

    `columns` names the columns when there is no header line, or replaces the header's names by position.
    """

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    encoding: str = "utf-8"
    header: bool = True
    columns: tuple[str, ...] | None = None
    skip_lines: int = 0
    max_row_bytes: int = MAX_ROW_BYTES

    def __post_init__(self) -> None:
        normal_encoding(self.encoding)
        for what, sign in (("delimiter", self.delimiter), ("quote", self.quote), ("escape", self.escape)):
            if sign is not None and (len(sign) != 1 or sign in "\r\n\0"):
                raise ValueError(f"the {what} must be one character, not {sign!r}")
        signs = [sign for sign in (self.delimiter, self.quote, self.escape) if sign is not None]
        if len(set(signs)) != len(signs):
            raise ValueError("delimiter, quote and escape must differ from each other")
        if not self.header and not self.columns:
            raise ValueError("a file without a header line needs `columns`")
        if self.columns and len(set(self.columns)) != len(self.columns):
            raise ValueError("`columns` names a column twice")
        if self.skip_lines < 0 or self.max_row_bytes < 1:
            raise ValueError("skip_lines can't be negative and max_row_bytes must be positive")


@dataclass(frozen=True)
class JsonlFormat:
    """One JSON object a line."""

    encoding: str = "utf-8"
    max_row_bytes: int = MAX_ROW_BYTES

    def __post_init__(self) -> None:
        normal_encoding(self.encoding)
        if self.max_row_bytes < 1:
            raise ValueError("max_row_bytes must be positive")


@dataclass(frozen=True)
class ParquetFormat:
    """Columns, of which each row is read as one JSON object."""

    max_row_bytes: int = MAX_ROW_BYTES
