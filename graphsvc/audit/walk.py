"""One pass over all entries, the first to the last: every leaf hashed again, and compared with all that is stored of it.

It reads rows one by one and keeps little, and a sound entry is checked without parsing it. May import errors, and what is beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.event import PERSONAL, commitment, leaf_start
from graphsvc.audit.keys import Rotation
from graphsvc.audit.merkle import TILE, Frontier
from graphsvc.audit.note import VerifierKey
from graphsvc.audit.purge import Range
from graphsvc.errors import InputError

_ROWS = 2_000  # fetched at once: some 2 MB
_MOST_FINDINGS = 100  # beyond these the rest is counted: a log that was rewritten would otherwise be a report of its own size


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, as a sentence. `code` is short and stable; `entry` is where, if it is at one."""

    code: str
    text: str
    entry: int | None = None


@dataclass(slots=True)
class Walk:
    """What the pass found and computed."""

    frontier: Frontier = field(default_factory=Frontier)
    time: str = ""
    roots: dict[int, bytes] = field(default_factory=dict)
    """Root of the tree at each size that was asked for and reached."""
    keys: list[tuple[int, VerifierKey]] = field(default_factory=list)
    """By the entries: from which entry on which key signs."""
    valued: int = 0
    """Entries whose personal values are there."""
    missing: list[Range] = field(default_factory=list)
    """Entries with commitments and without values."""
    purged: list[Range] = field(default_factory=list)
    """Those of which a later entry says that they were purged."""
    findings: list[Finding] = field(default_factory=list)
    unsaid: int = 0
    """Findings beyond the first hundred."""

    def find(self, code: str, text: str, entry: int | None = None) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(code, text, entry))
        else:
            self.unsaid += 1


def walk(connection: sa.Connection, sizes: Iterable[int]) -> Walk:
    """Read the whole log in the open transaction; `sizes` are those at which the root is wanted."""
    done = Walk()
    frontier, find = done.frontier, done.find
    wanted = iter(sorted({size for size in sizes if size > 0}))
    next_size = next(wanted, 0)
    tiles = {number: kept for number, kept in connection.execute(sa.select(schema.tiles.c.tile_index, schema.tiles.c.hash))}
    expected, before = 0, ""
    for index, time, kind, inquiry, operation, leaf, stored, *values in _rows(connection):
        if index != expected:
            _gap(done, expected, index)
        expected = index + 1
        try:
            hashed = sha256(b"\x00" + leaf).digest()
            if hashed != stored:
                find("leaf", f"Entry {index} was changed: the hash of its leaf is not the stored one.", index)
            back = time < before
            if back:
                find("clock", f"The clock was set back: entry {index} is of {time}, the one before of {before}.", index)
            before = time
            if not leaf.startswith(leaf_start(index, time, back, kind, inquiry, operation).encode()):
                _differs(done, index, leaf, {"index": index, "time": time, "kind": kind, "inquiry": inquiry, "operation": operation}, back)
            if values == _NOTHING:
                if not leaf.endswith(b'"personal":{}}'):
                    _extend(done.missing, index)
            else:
                done.valued += 1
                if not leaf.endswith(_personal(values)):
                    _unfitting(done, index, leaf, values)
            if kind in _SPEAKING:
                _listen(done, index, kind, leaf)
        except (TypeError, ValueError, AttributeError, LookupError):
            find("leaf", f"Entry {index} can't be read: its row is damaged.", index)
            hashed = b""
        tile = frontier.push(hashed)
        if tile and tiles.pop(frontier.size // TILE - 1, None) != tile:
            find("tree", f"The stored hash over entries {frontier.size - TILE} to {frontier.size - 1} is not that of these entries.")
        if frontier.size == next_size:
            done.roots[next_size] = frontier.root()
            next_size = next(wanted, 0)
    if tiles:
        find("tree", f"There are stored hashes over entries that are not there (from {min(tiles) * TILE} on).")
    done.time = before
    return done


_NOTHING: list[Any] = [None] * (2 * len(PERSONAL))
_SPEAKING = frozenset({"opened", "rotated", "purged"})


def _rows(connection: sa.Connection) -> Iterator[Any]:
    entry, joined = schema.entries.c, schema.entries.outerjoin(schema.personal)
    values = [schema.personal.c[f"{name}{end}"] for name in PERSONAL for end in ("", "_salt")]
    columns = (entry.entry_index, entry.time, entry.kind, entry.inquiry, entry.operation, entry.leaf, entry.leaf_hash, *values)
    # As the driver gives them: SQLite lets anything stand in a column, and a value of another type is a finding, not an error.
    query = sa.select(*(sa.type_coerce(column, sa.types.NullType()) for column in columns)).select_from(joined).order_by(entry.entry_index)
    for part in connection.execution_options(yield_per=_ROWS).execute(query).partitions():
        yield from part


def _personal(values: list[Any]) -> bytes:
    """How a leaf ends whose values are these (value and salt in turn)."""
    pairs = zip(PERSONAL, values[::2], values[1::2], strict=True)
    members = [f'"{name}":"{commitment(name, value, salt or b"")}"' for name, value, salt in pairs if value is not None]
    return f'"personal":{{{",".join(members)}}}}}'.encode()


def _gap(done: Walk, expected: int, index: int) -> None:
    if not isinstance(index, int) or index < expected:
        done.find("index", f"Entry {index} stands where entry {expected} must be.")
    elif index == expected + 1:
        done.find("index", f"Entry {expected} is missing.", expected)
    else:
        done.find("index", f"Entries {expected} to {index - 1} are missing.", expected)


def _differs(done: Walk, index: int, leaf: bytes, columns: dict[str, Any], back: bool) -> None:
    said = json.loads(leaf)
    wrong = [name for name, value in columns.items() if said.get(name) != value]
    if wrong:
        done.find("columns", f"Entry {index}: {' and '.join(wrong)} in its row differ from what its leaf says.", index)
    elif said.get("clock_back", False) != back:
        done.find("time", f"The time of entry {index} or of the one before it was changed: its leaf says otherwise of their order.", index)
    else:
        done.find("leaf", f"Entry {index} is not written in the form of a leaf.", index)


def _unfitting(done: Walk, index: int, leaf: bytes, values: list[Any]) -> None:
    committed = json.loads(leaf)["personal"]
    for name, value, salt in zip(PERSONAL, values[::2], values[1::2], strict=True):
        if value is None and name in committed:
            done.find("personal", f"The {name} of entry {index} is gone, though no purge took it.", index)
        elif value is not None and committed.get(name) != commitment(name, value, salt or b""):
            done.find("personal", f"The {name} of entry {index} was changed: it does not fit its commitment.", index)


def _listen(done: Walk, index: int, kind: str, leaf: bytes) -> None:
    """Take in what an entry says of the log itself."""
    facts = json.loads(leaf).get("facts", {})
    try:
        if kind == "purged":
            ranges = [(int(first), int(last)) for first, last in facts["purged"]]
            if any(not 0 <= first <= last < index for first, last in ranges):
                raise ValueError
            done.purged.extend(ranges)
        elif kind == "opened":
            if index == 0:
                done.keys.append((0, VerifierKey.parse(facts["key"])))
        else:
            rotation = Rotation.parse(facts)
            if not done.keys or rotation.old != done.keys[-1][1]:
                raise InputError("The key that it replaces was not the one in force.")
            done.keys.append((index, rotation.new))
    except InputError as error:
        done.find("key", f"Entry {index} names a new key that is not to be trusted: {error.message}", index)
    except (KeyError, TypeError, ValueError):
        done.find("leaf", f"Entry {index} does not say what an entry of kind {kind} must.", index)


def _extend(ranges: list[Range], index: int) -> None:
    if ranges and ranges[-1][1] + 1 == index:
        ranges[-1] = (ranges[-1][0], index)
    else:
        ranges.append((index, index))
