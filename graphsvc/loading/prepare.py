"""From files to prepared rows: read, find each row's record key and as-of, map it, seal it, or write it to the rejects.

Runs beside the writer in a thread of its own; yields batches in file order, the same ones for the same files and batch size.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from graphsvc.errors import InputError, RowError
from graphsvc.loading.assertions import Mapped
from graphsvc.loading.format import reading_format
from graphsvc.loading.ids import record_id
from graphsvc.loading.mapper import TableMapper, wanted_columns
from graphsvc.loading.readers import RawRow, read_rows
from graphsvc.loading.refusals import Refused
from graphsvc.loading.rejects import Rejects
from graphsvc.loading.report import Conflict, Report
from graphsvc.loading.rules import TableRules, not_eligible
from graphsvc.loading.seen import Seen
from graphsvc.loading.spec import AsOf, CsvBlock, Spec, Table
from graphsvc.loading.specfile import LoadedSource
from graphsvc.loading.values import compile_date
from graphsvc.policy.retention import expiry_month
from graphsvc.policy.vault import Vault


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file of a load: which table its name belongs to, and the as-of date of its statements (None: each row's own)."""

    path: Path
    table: str
    sha256: str
    size: int
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """Which rows one of several processes prepares: those whose key (without one: content) falls to it, so that equals stay together."""

    number: int
    of: int

    def has(self, told: str) -> bool:
        return self.of == 1 or crc32(told.encode()) % self.of == self.number


ALL_ROWS = Share(0, 1)


@dataclass(slots=True)
class PreparedRow:
    """One mapped row, sealed, ready to be written. `certainly_new`: no other load and no earlier row can have its key."""

    key: str
    id: str
    table: str
    sha256: str
    file: int
    line: int
    as_of: str
    expires_at: str | None
    sealed: bytes
    mapped: Mapped
    certainly_new: bool = False


@dataclass(slots=True)
class PreparedBatch:
    """Rows of one transaction; `rows_done` counts every row read so far, good or not, and `report` is as of then."""

    rows: list[PreparedRow]
    rows_done: int
    report: Report
    bytes_done: int
    columns: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def table_of(path: Path, spec: Spec) -> str:
    """The table whose patterns the file's name fits; raises InputError for none or several."""
    fits = [name for name, table in spec.tables.items() if any(fnmatch.fnmatchcase(path.name, p) for p in table.files)]
    if len(fits) == 1:
        return fits[0]
    known = "; ".join(f"{name}: {', '.join(table.files)}" for name, table in spec.tables.items())
    if fits:
        raise InputError(
            f"{path.name} fits several tables of {spec.id} ({', '.join(fits)}).", hint="Make the spec's `files` patterns disjoint."
        )
    raise InputError(f"{path.name} fits no table of {spec.id}.", hint=f"Its tables take: {known}.")


def as_of_of(path: Path, table: Table, spec: Spec, given: str | None) -> str | None:
    """The as-of date of a file: from its name or the spec, else the one given; None when each row states its own.

    Raises InputError when there is none, or when it is no date.
    """
    rule: AsOf | None = table.as_of or spec.as_of
    if given is not None:
        return _day(given, "--as-of")
    if rule is None:
        raise InputError(f"From when are the statements in {path.name}?", hint="The spec does not say (`as_of`): add --as-of YYYY-MM-DD.")
    if rule.row is not None:
        return None
    if rule.value is not None:
        return _day(rule.value, "as_of of the spec")
    match = re.search(str(rule.file_name), path.name)
    if match is None:
        raise InputError(
            f"The name {path.name} holds no as-of date of the form {rule.file_name!r}.", hint="Rename the file, or add --as-of YYYY-MM-DD."
        )
    return _day(match[1], f"the date in the name {path.name}")


def _day(text: str, what: str) -> str:
    try:
        when = compile_date(["iso"], "UTC")(text)
    except RowError as error:
        raise InputError(f"{what}: {error.message}.", hint="Write it as YYYY-MM-DD, or with a time: 2024-06-30T12:00:00Z.") from error
    if when.precision not in ("day", "second"):
        raise InputError(f"{what}: {text!r} does not say a day.", hint="Write it as YYYY-MM-DD.")
    return when.text


class Preparer:
    """Prepares the rows of a load's files, in order. With a `share`, only those of it; its batches are those of all rows nevertheless."""

    def __init__(
        self,
        source: LoadedSource,
        files: Sequence[InputFile],
        mappers: dict[str, TableMapper],
        vault: Vault,
        seen: Seen,
        rejects: Rejects,
        batch_rows: int,
        empty_tables: Collection[str] = (),
        share: Share = ALL_ROWS,
    ) -> None:
        given = [file.table for file in files]
        # In a table of events each file counts its equal rows anew, so that a second file can bring a key again.
        self._new_keys = {t for t in empty_tables if source.spec.tables[t].key or given.count(t) == 1}
        self._source, self._files, self._mappers = source, files, mappers
        self._vault, self._seen, self._rejects, self._batch_rows = vault, seen, rejects, batch_rows
        self._share = share
        self._rejected: list[tuple[int, str, RowError, bytes | None]] = []
        self._report = Report()
        self._columns = [""] * len(files)
        self._expiry: dict[str, tuple[str | None, str]] = {}
        self._rules = {table: TableRules(source.rules, source.spec, table) for table in sorted(set(given))}

    def batches(self) -> Iterator[PreparedBatch]:
        """Batches of at most `batch_rows` rows read; a batch never spans two files."""
        rows_done = bytes_before = 0
        for number, file in enumerate(self._files):
            raws: list[RawRow] = []
            taken = 0
            for raw in self._read(file):
                raws.append(raw)
                taken += len(raw.raw) + 1
                if len(raws) == self._batch_rows:
                    rows_done += len(raws)
                    yield self._batch(number, file, raws, rows_done, bytes_before + min(taken, file.size))
                    raws = []
            rows_done += len(raws)
            bytes_before += file.size
            yield self._batch(number, file, raws, rows_done, bytes_before)

    def _read(self, file: InputFile) -> Iterator[RawRow]:
        table = self._source.spec.tables[file.table]
        fmt = reading_format(table.format)
        expected = wanted_columns(self._source.spec, table, self._source.rules.values)
        return read_rows(file.path, fmt, expected=expected)

    def _batch(self, number: int, file: InputFile, raws: list[RawRow], rows_done: int, bytes_done: int) -> PreparedBatch:
        mapper, rules = self._mappers[file.table], self._rules[file.table]
        report = self._report
        keyed: list[tuple[RawRow, str | None, str]] = []
        refused: list[Refused] = []
        for raw in raws:
            if raw.error is not None or raw.values is None:
                if not self._share.has(str(raw.line)):
                    continue
                self._reject(file, raw, raw.error or RowError("unreadable", "the row can't be read"), keep=not rules.guards)
                continue
            if not self._columns[number] and isinstance(self._source.spec.tables[file.table].format, CsvBlock):
                self._columns[number] = _columns_json(list(raw.values))
            try:
                key, sha = mapper.record_key(raw.values), hashlib.sha256(raw.raw).hexdigest()
                if self._share.has(key or sha):
                    keyed.append((raw, key, sha))
            except RowError as error:
                if not self._share.has(str(raw.line)):
                    continue
                eligible = rules.eligible(raw.values)
                self._reject(file, raw, error if eligible else not_eligible(), keep=eligible)
        occurrences = self._seen.add(
            [
                # Events are counted within their file, keys over the whole load.
                (_blake(f"{number if key is None else ''}\x1f{file.table}\x1f{key or sha}"), bytes.fromhex(sha[:16]), raw.line)
                for raw, key, sha in keyed
            ]
        )
        rows = []
        for (raw, key, sha), (count, first, first_line) in zip(keyed, occurrences, strict=True):
            record_key = key or mapper.event_key(sha, count)
            if not rules.eligible(raw.values or {}):
                self._reject(file, raw, not_eligible(), keep=False)
                refused += self._refused(mapper, file, raw, record_key, sha, event=key is None)
                continue
            try:
                row = self._row(mapper, number, file, raw, record_key, sha)
            except RowError as error:
                self._reject(file, raw, error)
                continue
            if key is not None and count > 1:
                if first == bytes.fromhex(sha[:16]):
                    report.duplicates += 1
                elif file.as_of is not None:  # rows with dates of their own are versions, not in conflict
                    report.conflict(Conflict(file.path.name, raw.line, first_line, row.key))
            row.certainly_new = file.table in self._new_keys and (key is None or count == 1)
            rows.append(row)
        report.accepted += len(rows)
        report.rows = report.accepted + report.rejected_total
        self._write_rejected()
        return PreparedBatch(rows, rows_done, report.copy(), bytes_done, list(self._columns), refused)

    def _row(self, mapper: TableMapper, number: int, file: InputFile, raw: RawRow, key: str, sha: str) -> PreparedRow:
        assert raw.values is not None
        as_of = _as_of(mapper, file, raw)
        mapped = mapper.map(raw.values, key)
        start = self._rules[file.table].retention_start(raw.values, as_of)
        if start not in self._expiry:
            expires_at = self._source.policy.expires_at(start)
            self._expiry[start] = (expires_at, expiry_month(expires_at))
        expires_at, month = self._expiry[start]
        version = record_id(key, mapper.version(sha))
        sealed = self._vault.seal(self._source.spec.id, month, version, raw.raw)
        return PreparedRow(key, version, file.table, sha, number, raw.line, as_of, expires_at, sealed, mapped)

    def _refused(self, mapper: TableMapper, file: InputFile, raw: RawRow, key: str, sha: str, *, event: bool) -> Iterator[Refused]:
        """That a row was not eligible, unless it does not say from when it is: then it withdraws nothing."""
        with suppress(RowError):
            as_of = _as_of(mapper, file, raw)
            yield Refused(key, file.table, as_of, mapper.keyed(sha), self._source.policy.expires_at(as_of), event)

    def _reject(self, file: InputFile, raw: RawRow, error: RowError, *, keep: bool = True) -> None:
        """Count a row and have it written to the rejects; of one that is not eligible, or may not be, nothing is kept."""
        self._report.reject(error.code)
        self._rejected.append((raw.line, file.path.name, error, raw.raw if keep else None))

    def _write_rejected(self) -> None:
        """Write the rejected rows of a batch, in the order of the file."""
        for line, name, error, raw in sorted(self._rejected, key=lambda one: one[0]):
            self._rejects.write(name, line, error.code, error.message, raw)
        self._rejected.clear()


def _as_of(mapper: TableMapper, file: InputFile, raw: RawRow) -> str:
    if file.as_of is not None:
        return file.as_of
    when = mapper.row_as_of(raw.values or {}, None) if mapper.row_as_of else None
    if when is None or when.precision not in ("day", "second"):
        raise RowError("missing_as_of", "the row does not say from which day it is (`as_of` of the spec)")
    return when.text


def _blake(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _columns_json(columns: list[str]) -> str:
    return json.dumps(columns, ensure_ascii=False)
