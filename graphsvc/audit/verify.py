"""Is the log what it was? Every entry, the tree, the schema, all signed checkpoints, and those that were kept outside.

May import errors, and what is beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.engine import open_engine, reading
from graphsvc.audit.note import Checkpoint, VerifierKey
from graphsvc.audit.purge import Range
from graphsvc.audit.walk import Finding, walk
from graphsvc.errors import DatabaseError, InputError


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; `ok` if nothing was, `intact` if nothing but clocks that were set back."""

    entries: int
    root: str
    """Hexadecimal root of the tree over all entries."""
    first_key: str | None
    """The key that the log says it began with; trust comes from comparing it with one kept elsewhere."""
    checkpoints: int
    """How many signed checkpoints are in the database."""
    outside: Checkpoint | None
    """The largest checkpoint from outside that is signed by a trusted key."""
    findings: tuple[Finding, ...]
    unsaid: int = 0
    """Further findings, only counted."""

    @property
    def ok(self) -> bool:
        return not self.findings

    @property
    def intact(self) -> bool:
        return all(one.code == "clock" for one in self.findings)

    @property
    def exposed(self) -> int:
        """Entries that no outside checkpoint covers: for these only the log itself speaks."""
        return max(0, self.entries - (self.outside.size if self.outside else 0))


def verify(url: str | sa.URL, *, outside: Sequence[str | Path] = (), trusted_key: str | VerifierKey | None = None) -> Report:
    """Check the whole log. Memory does not grow with it, but for a line a checkpoint.

    `outside` are checkpoints kept elsewhere: a file, a folder of `*.note`, or the text of a note. `trusted_key` is a key of the log from
    elsewhere (its first one, best); without it the log's own word is taken for its keys. Raises InputError for outside checkpoints that are
    not there, DatabaseError for a server that can't be reached.
    """
    notes = [note for one in outside for note in _notes(one)]
    trusted = VerifierKey.parse(trusted_key) if isinstance(trusted_key, str) else trusted_key
    given = sa.make_url(url)
    if given.drivername.startswith("sqlite"):
        if not Path(given.database or "").is_file():
            return _nothing(Finding("gone", f"The log is gone: there is no file {given.database}."))
        try:
            return _verify(given, notes, trusted)
        except (DatabaseError, TypeError, ValueError) as error:  # the last two: a column holds values of another type
            return _nothing(Finding("unreadable", f"The log can't be read: {error}"))
    return _verify(given, notes, trusted)


def _nothing(finding: Finding) -> Report:
    return Report(0, "", None, 0, None, (finding,))


def _notes(outside: str | Path) -> Iterator[str]:
    if isinstance(outside, str) and "\n" in outside:
        yield outside
        return
    path = Path(outside)
    try:
        files = sorted(path.glob("*.note")) if path.is_dir() else [path]
        if not files:
            raise InputError(f"There is no checkpoint in {path}.", hint="It holds files that end in .note.")
        for file in files:
            yield file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"The checkpoint {path} can't be read: {error.strerror}.") from error


def _verify(url: sa.URL, notes: list[str], trusted: VerifierKey | None) -> Report:
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            problems = schema.schema_problems(connection)
            inspector = sa.inspect(connection)
            if not all(inspector.has_table(table.name) for table in schema.metadata.sorted_tables):
                return _nothing(Finding("gone", "The log is gone: its database does not have its tables."))
            return _Check(connection, notes, trusted).report(problems)
    finally:
        engine.dispose()


class _Check:
    """The comparisons around the one pass over the entries."""

    def __init__(self, connection: sa.Connection, notes: list[str], trusted: VerifierKey | None) -> None:
        self._connection = connection
        self._trusted = trusted
        self._early: list[Finding] = []
        kept = schema.checkpoints.c
        rows = connection.execute(sa.select(kept.note, kept.size, kept.time).order_by(kept.size))
        self._stored = self._parsed([(note, (size, time)) for note, size, time in rows], "A stored checkpoint")
        self._outside = self._parsed([(note, None) for note in notes], "The checkpoint from outside")
        self._walk = walk(connection, [one.size for one in (*self._stored, *self._outside)])
        self._find = self._walk.find

    def report(self, problems: list[str]) -> Report:
        done = self._walk
        self._early += [Finding("schema", problem) for problem in problems]
        self._head()
        chain = self._chain()
        for one in self._faulty(self._stored, chain, "A stored checkpoint")[:1]:
            self._find(*one)
        for one in self._faulty(self._outside, chain, "The checkpoint from outside"):
            self._find(*one)
        self._personal()
        sound = [one for one in self._outside if _signed(one, chain)]
        return Report(
            done.frontier.size,
            done.frontier.root().hex(),
            str(done.keys[0][1]) if done.keys else None,
            len(self._stored),
            max(sound, key=lambda one: one.size, default=None),
            (*self._early, *done.findings),
            done.unsaid,
        )

    def _parsed(self, notes: list[tuple[str, tuple[int, str] | None]], what: str) -> list[Checkpoint]:
        """The notes that can be read; beside a stored one its size and time as the table has them."""
        found = []
        for note, row in notes:
            try:
                one = Checkpoint.parse(note)
            except InputError as error:
                self._early.append(Finding("checkpoint", f"{what}{f' ({row[0]} entries)' if row else ''} can't be read: {error.message}"))
                continue
            if row not in (None, (one.size, one.time)):
                self._early.append(
                    Finding("checkpoint", f"{what} of {one.size} entries and {one.time} stands in a row that says otherwise.")
                )
            found.append(one)
        return found

    def _head(self) -> None:
        """The row that the next entry will be chained to."""
        rows = self._connection.execute(sa.select(schema.head.c.size, schema.head.c.frontier, schema.head.c.time)).all()
        frontier = self._walk.frontier
        if len(rows) != 1:
            self._find("head", f"The log has {len(rows)} heads instead of one.")
            return
        size, packed, time = rows[0]
        if size != frontier.size:
            self._find("head", f"The log's head counts {size} entries, but {frontier.size} are there.")
        elif packed != frontier.packed():
            self._find("tree", "The entries are not those that the log's head was computed from: something in them was changed.")
        elif time != self._walk.time:
            self._find("head", f"The log's head is of {time}, its last entry of {self._walk.time}.")

    def _chain(self) -> list[tuple[int, VerifierKey]]:
        """From which entry on which key is to be trusted."""
        said = self._walk.keys
        if not said:
            self._find("key", "The log does not begin with the entry that names its first key.")
        stored = self._connection.execute(sa.select(schema.keys.c.since, schema.keys.c.vkey).order_by(schema.keys.c.since)).all()
        if [tuple(row) for row in stored] != [(since, str(key)) for since, key in said]:
            self._find("key", "The table of keys is not what the log's entries say.")
        if self._trusted is None or any(key == self._trusted for _, key in said):
            return said
        self._find("key", "The log's keys are not the trusted one, nor signed by it: the key was swapped, or this is another log.")
        return [(0, self._trusted)]

    def _faulty(self, checkpoints: list[Checkpoint], chain: list[tuple[int, VerifierKey]], what: str) -> list[tuple[str, str]]:
        found = []
        sound = 0  # up to which size the entries are those that were signed
        for one in sorted(checkpoints, key=lambda one: one.size):
            name = f"{what} ({one.size} entries, {one.time})"
            if not _signed(one, chain):
                found.append(("forged", f"{name} is not signed by the key in force: it is forged, or of another log."))
            elif one.size > self._walk.frontier.size:
                found.append(
                    (
                        "truncated",
                        f"{name} is of a larger log; only {self._walk.frontier.size} entries are there: the log was cut or put back.",
                    )
                )
            elif self._walk.roots.get(one.size) != one.root:
                found.append(
                    ("rewritten", f"{name} is not of these entries: between entry {sound} and {one.size - 1} something was changed.")
                )
            else:
                sound = one.size
        return found

    def _personal(self) -> None:
        """Values are there unless a purge says that they are not."""
        done = self._walk
        missing, purged = _merged(done.missing), _merged(done.purged)
        for first, last in _without(missing, purged):
            self._find("personal", f"The personal values of {_entries(first, last)} are gone, though no purge took them.", first)
        for first, last in _without(purged, missing):
            self._find("personal", f"The personal values of {_entries(first, last)} were purged, but are there or never were.", first)
        rows = self._connection.execute(sa.select(sa.func.count()).select_from(schema.personal)).scalar_one()
        if rows != done.valued:
            self._find("personal", f"There are personal values of {rows} entries, but {done.valued} entries have some.")


def _signed(one: Checkpoint, chain: list[tuple[int, VerifierKey]]) -> bool:
    """Whether the key in force at this size signed it, in the name of this log."""
    key = next((key for since, key in reversed(chain) if since < one.size or since == 0), None)
    return key is not None and one.origin == key.name and one.is_signed_by(key)


def _entries(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def _merged(ranges: list[Range]) -> list[Range]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _without(ranges: list[Range], others: list[Range]) -> Iterator[Range]:
    """The parts of merged ranges that lie in none of the others, which are merged as well."""
    at = 0
    for first, last in ranges:
        while first <= last:
            while at < len(others) and others[at][1] < first:
                at += 1
            if at == len(others) or others[at][0] > last:
                yield (first, last)
                break
            if first < others[at][0]:
                yield (first, others[at][0] - 1)
            first = others[at][1] + 1
