"""Separated text: records out of physical lines, fields out of records. Imports errors, files, formats, header.

Most lines hold no quote and are simply split. The others go to `csv.reader`, which pulls further lines while a quoted
field is open; the bytes of those lines, joined, are the row as given. When a quoted field goes wrong (never closed,
text after its end), only the line in which it opened is given up and reading goes on with the next: a stray quote costs
one row, not the rest of the file.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from graphsvc.errors import InputError, RowError
from graphsvc.loading.files import Lines
from graphsvc.loading.formats import CsvFormat, RawRow, bad_encoding
from graphsvc.loading.header import column_names


def csv_rows(lines: Lines, fmt: CsvFormat, path: Path, expected: Collection[str]) -> Iterator[RawRow]:
    """Rows of a CSV file; empty lines are no rows. InputError for a header that can't serve."""
    # The csv module's own limit (128 KiB a field) is one number for the process; ours is per format and stricter in kind.
    csv.field_size_limit(max(csv.field_size_limit(), fmt.max_row_bytes))
    for _ in range(fmt.skip_lines):
        lines.take()
    records = _Records(lines, fmt)
    names = column_names(_header(records, path) if fmt.header else None, fmt, path, lines.number, expected)
    if names is None:
        return
    wanted = len(names)
    make = RawRow
    while (record := records.take()) is not None:
        line, raw, fields, error = record
        if error is not None:
            yield make(line, raw, None, error)
        elif len(fields) == wanted:
            yield make(line, raw, dict(zip(names, fields, strict=False)), None)
        else:
            yield make(line, raw, None, _wrong_count(len(fields), wanted))


def _header(records: _Records, path: Path) -> list[str] | None:
    """The fields of the first record; None in an empty file."""
    if (record := records.take()) is not None:
        line, _, fields, error = record
        if error is not None:
            hint = "If the file is an export of Windows programs, try `encoding: windows-1252`." if error.code == "bad_encoding" else None
            raise InputError(f"{path}, line {line}: the header can't be read: {error.message}", hint=hint)
        return fields
    return None


def _wrong_count(found: int, wanted: int) -> RowError:
    code = "too_few_fields" if found < wanted else "too_many_fields"
    return RowError(code, f"{found} fields where the header has {wanted}")


class _TooLong(Exception):
    pass


_Record = tuple[int, bytes, list[str], RowError | None]


class _Records:
    """Cuts lines into records: (line, raw, fields, error); the fields of a record in error mean nothing."""

    def __init__(self, lines: Lines, fmt: CsvFormat) -> None:
        self._lines = lines
        self._codec = lines.codec
        self._delimiter = fmt.delimiter
        self._quote = fmt.quote
        self._escape = fmt.escape
        self._limit = fmt.max_row_bytes
        # `"\0"` stands in for a sign that the format lacks: a text with it is refused in any case.
        self._quote_or_nul = fmt.quote or "\0"
        self._escape_or_nul = fmt.escape or "\0"
        self._dialect: dict[str, Any] = {
            "delimiter": fmt.delimiter,
            "quotechar": fmt.quote,
            "quoting": csv.QUOTE_MINIMAL if fmt.quote else csv.QUOTE_NONE,
            "escapechar": fmt.escape,
            "doublequote": True,
            "strict": True,
        }

    def take(self) -> _Record | None:
        """The next record; None at the end. Empty lines are skipped."""
        while (line := self._lines.take()) is not None:
            if raw := self._lines.without_terminator(line):
                return self._record(line, raw)
        return None

    def _record(self, line: bytes, raw: bytes) -> _Record:
        number = self._lines.number
        if len(raw) > self._limit:
            return number, raw[: self._limit], [], self._too_long("the line")
        try:
            text = raw.decode(self._codec)
        except UnicodeDecodeError as bad:
            # Replacement leaves the quotes in place, so a row of several lines still ends where it should.
            if self._quote is None or self._quote not in raw.decode(self._codec, "replace"):
                return number, raw, [], bad_encoding(bad, self._codec)
            return self._quoted(line, number)
        if self._quote_or_nul in text or "\r" in text or "\0" in text or self._escape_or_nul in text:
            return self._quoted(line, number)
        return number, raw, text.split(self._delimiter), None

    def _quoted(self, first: bytes, number: int) -> _Record:
        """A record that begins with the line `first` and may take more lines, or the error that it ends in."""
        taken = [first]
        texts: list[str] = []
        wrong: list[RowError] = []
        reader = csv.reader(self._pull(taken, texts, wrong), **self._dialect)
        error: RowError | None = None
        fields: list[str] = []
        try:
            fields = next(reader)
        except _TooLong:
            error = self._give_up(taken, texts, number, "row_too_long", f"is not closed within {self._limit:,} bytes")
        except csv.Error as bad:
            error = self._csv_error(str(bad), taken, texts, number)
        raw = self._lines.without_terminator(b"".join(taken))
        if error is None and wrong:
            error = wrong[0]
        if error is None and b"\0" in raw and any("\0" in text for text in texts):
            error = RowError("nul_byte", "the row holds a NUL byte")
        return number, raw, fields, error

    def _pull(self, taken: list[bytes], texts: list[str], wrong: list[RowError]) -> Iterator[str]:
        """Decoded lines for the csv reader, as many as it asks for; notes what was taken and what was not text."""
        size = 0
        line: bytes | None = taken[0]
        while line is not None:
            if texts:
                taken.append(line)
            size += len(line)
            if size > self._limit + 2 * len(self._lines.newline):
                raise _TooLong
            try:
                text = line.decode(self._codec)
            except UnicodeDecodeError as bad:
                text = line.decode(self._codec, "replace")
                error = bad_encoding(bad, self._codec)
                where = f" (line {self._lines.number})" if len(taken) > 1 else ""
                wrong.append(RowError(error.code, error.message + where))
            texts.append(text)
            yield text
            line = self._lines.take()

    def _csv_error(self, said: str, taken: list[bytes], texts: list[str], number: int) -> RowError:
        if "unexpected end" in said:
            return self._give_up(taken, texts, number, "unterminated_quote", "is never closed")
        if "expected after" in said:
            return self._give_up(taken, texts, number, "bad_quoting", "is followed by text after its closing quote")
        if "new-line character" in said:
            return RowError("stray_carriage_return", "a carriage return stands inside the line, outside of quotes")
        return RowError("bad_csv", said)

    def _give_up(self, taken: list[bytes], texts: list[str], number: int, code: str, what: str) -> RowError:
        """Keeps the record up to the line in which its last field opened; later lines are read as rows of their own."""
        text = "".join(texts)
        opened = _last_opening(text, self._delimiter, self._quote, self._escape)
        within = text.count("\n", 0, opened)
        self._lines.give_back(taken[within + 1 :])
        del taken[within + 1 :]
        return RowError(code, f"the quoted field that opens in line {number + within} {what}")

    def _too_long(self, what: str) -> RowError:
        return RowError("row_too_long", f"{what} is longer than {self._limit:,} bytes; its raw text is cut there")


def _last_opening(text: str, delimiter: str, quote: str | None, escape: str | None) -> int:
    """Position of the quote that opens the first field of the record which does not end properly."""
    at = 0
    while quote and at < len(text):
        if text[at] != quote:
            at = _after(text, delimiter, escape, at)
            continue
        closing = _closing(text, quote, escape, at + 1)
        if closing < 0 or text[closing + 1 : closing + 2] != delimiter:
            return at
        at = closing + 2
    return at


def _closing(text: str, quote: str, escape: str | None, at: int) -> int:
    while at < len(text):
        if text[at] == escape:
            at += 2
        elif text[at] != quote:
            at += 1
        elif text.startswith(quote, at + 1):
            at += 2
        else:
            return at
    return -1


def _after(text: str, delimiter: str, escape: str | None, at: int) -> int:
    while at < len(text) and text[at] != delimiter:
        at += 2 if text[at] == escape else 1
    return at + 1
