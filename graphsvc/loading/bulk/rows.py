"""Rows of one source into records, and what they assert into buckets by what they assert it of.

Two steps, each done by any number of processes. `read` maps the rows; what no other row can have to do with (events) is written at once.
`settle` brings the rows of a key together: which version is in force follows as it does in an ordinary load, batch by batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphsvc.loading.assertions import EntityAssertion, LinkAssertion, Mapped
from graphsvc.loading.bulk.files import Group, ImportFiles, byte_cell, text_cell
from graphsvc.loading.bulk.lifetimes import Life, of_states, retirements, stored
from graphsvc.loading.bulk.spool import Spool, read
from graphsvc.loading.changes import LoadContext
from graphsvc.loading.prepare import PreparedBatch, PreparedRow
from graphsvc.loading.refusals import KeyRefusals, Refused
from graphsvc.loading.revision import Revision, added_by

ROWS, ENTITIES, LINKS, FEED = "rows", "entities", "links", "feed"
ADDED, RETIRED, CHANGED = range(3)
# Entities that were referred to a moment ago and need no further mention: accounts, cameras, companies come again and again.
_REMEMBERED = 50_000

_RECORD = Group(
    "nodes",
    ("Record",),
    (
        *((name, "string") for name in ("id", "source", "spec")),
        ("compartments", "string[]"),
        *((name, "string") for name in ("table", "load", "file_sha256", "key")),
        ("version", "long"),
        ("line", "long"),
        ("as_of", "string[]"),
        ("as_of_seq", "long[]"),
        ("sha256", "string"),
        ("raw", "byte[]"),
        ("expires_at", "string"),
        ("seq_from", "long"),
        ("seq_to", "long"),
        ("seq_history", "long[]"),
    ),
)
_REFUSAL = Group(
    "nodes",
    ("Refusal",),
    (
        *((name, "string") for name in ("id", "source", "table", "load")),
        ("observed", "string[]"),
        ("expires_at", "string"),
        ("seq_from", "long"),
        ("seq_to", "long"),
        ("seq_history", "long[]"),
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one process writes: the folder of its step, its part, and how many buckets there are."""

    folder: Path
    part: str
    buckets: int


class Telling:
    """Writes records, and puts what they assert where it meets what others assert of the same things."""

    def __init__(self, context: LoadContext, place: Place, files: ImportFiles, straight: Callable[[LinkAssertion, str, int], None]) -> None:
        self.context, self.files, self._straight = context, files, straight
        self._entities, self._links, self.feed = (Spool(place.folder, kind, place.part, place.buckets) for kind in (ENTITIES, LINKS, FEED))
        self._buckets = place.buckets
        self._referred: dict[str, int] = {}
        self._constant: dict[tuple[str, int], str] = {}
        self.records = self.links = 0

    def record(
        self,
        row: PreparedRow,
        life: Life,
        *,
        version: int,
        times: Sequence[str],
        sealed: bytes,
        expires_at: str | None,
        added: Sequence[int] = (),
    ) -> None:
        """Write one version of a record. `added`: the batch that added each of its as-of dates, if one was added (`added_by`)."""
        constant = self._constant.get((row.table, row.file))
        if constant is None:
            told = [self.context.source, self.context.spec_sha256, "\x1f".join(self.context.compartments[row.table])]
            told += [row.table, self.context.load_id, self.context.file_sha256[row.file]]
            constant = self._constant[row.table, row.file] = ",".join(map(text_cell, told))
        as_of, expires = text_cell("\x1f".join(times)), "" if expires_at is None else text_cell(expires_at)
        as_of_seq = text_cell("\x1f".join(map(str, added))) if added else ""
        self.files.line(
            _RECORD,
            (),
            f"{text_cell(row.id)},{constant},{text_cell(row.key.split('/', 3)[3])},{version},{row.line},{as_of},{as_of_seq},"
            f"{text_cell(row.sha256)},{byte_cell(sealed)},{expires},{_life_cells(life)}",
        )
        self.records += 1
        self.lived(row.id, life)

    def refusal(self, properties: dict[str, Any]) -> None:
        self.files.put(_REFUSAL, (), properties)

    def assertions(self, mapped: Mapped, record: str, order: int, life: Life, as_of: str, sha256: str, *, alone: bool) -> None:
        """What a record asserts. `alone`: no other record can assert its events."""
        for entity in mapped.entities:
            told = (entity.type, entity.bare_type, entity.may_be_stub, entity.key_properties)
            if entity.own:
                self._entities.add(entity.id, (entity.id, order, life, record, as_of, sha256, *told, entity.properties))
            elif self._newly_referred(entity.id, life):
                self._entities.add(entity.id, (entity.id, order, life, None, "", "", *told, {}))
        for link in mapped.links:
            if alone and link.event:
                self._straight(link, record, life[0])
                self.links += 1
                self.feed.put(life[0] % self._buckets, (life[0], ADDED, link.id))
            else:
                self._links.add(
                    link.id, (link.id, order, life, record, as_of, sha256, link.type, link.from_id, link.to_id, link.properties)
                )

    def _newly_referred(self, id: str, life: Life) -> bool:
        """Whether a reference says more than an earlier one that is remembered: that the thing was there before that."""
        if len(life) > 1:
            return True
        known = self._referred.get(id)
        if known is not None and known <= life[0]:
            return False
        if len(self._referred) >= _REMEMBERED:
            self._referred.clear()
        self._referred[id] = life[0]
        return True

    def lived(self, id: str, life: Life) -> None:
        """Tell the feed in which batches a thing came and went."""
        for turn, batch in enumerate(life):
            self.fed(batch, RETIRED if turn % 2 else ADDED, id)

    def fed(self, batch: int, what: int, id: str) -> None:
        self.feed.put(batch % self._buckets, (batch, what, id))

    def flush(self) -> None:
        for spool in (self._entities, self._links, self.feed):
            spool.flush()


class Reading:
    """The first step: the rows of a share, as they come from the preparer."""

    def __init__(self, telling: Telling, rows: Spool, keyless: set[str]) -> None:
        self._telling, self._rows, self._keyless = telling, rows, keyless
        self.asserted = 0

    def take(self, batch: PreparedBatch, number: int) -> None:
        """Take the rows of the batch with this number."""
        for row in batch.rows:
            self.asserted += len(row.mapped.links)
            if row.certainly_new and row.table in self._keyless:
                life = (number,)
                self._telling.record(row, life, version=1, times=(row.as_of,), sealed=row.sealed, expires_at=row.expires_at)
                self._telling.assertions(row.mapped, row.id, _order(row), life, row.as_of, row.sha256, alone=True)
            else:
                self._rows.add(row.key, (row.key, number, _packed_row(row), None))
        for refused in batch.refused:
            if not refused.event:  # nothing else can be of an event, so that there is nothing to withdraw
                self._rows.add(refused.key, (refused.key, number, None, _packed_refusal(refused)))


def settle(telling: Telling, folders: Sequence[Path], bucket: int) -> int:
    """The second step: all rows of the keys of a bucket; how many versions were in force and are no longer."""
    keys: dict[str, list[_Given]] = defaultdict(list)
    for key, number, row, refused in read(folders, ROWS, bucket):
        keys[key].append(_Given(number, _row(row) if row else None, Refused(*refused) if refused else None))
    retired = 0
    for key, given in keys.items():
        row = given[0].row
        if len(given) == 1 and row is not None:
            life = (given[0].batch,)
            telling.record(row, life, version=1, times=(row.as_of,), sealed=row.sealed, expires_at=row.expires_at)
            telling.assertions(row.mapped, row.id, _order(row), life, row.as_of, row.sha256, alone=False)
        else:
            retired += _Contested(telling, key, given).settle()
    return retired


@dataclass(frozen=True, slots=True)
class _Given:
    """One row of a key, accepted or refused, and the batch that it came with."""

    batch: int
    row: PreparedRow | None
    refused: Refused | None


class _Contested:
    """A key with several rows, or with refused ones: batch by batch, as an ordinary load meets them."""

    def __init__(self, telling: Telling, key: str, given: list[_Given]) -> None:
        self._telling, self._key = telling, key
        self._given = sorted(given, key=lambda one: (one.batch, _order(one.row) if one.row else -1))
        self._states: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        self._changed: dict[str, list[int]] = defaultdict(list)
        self._added: dict[str, list[int]] = {}
        self._first: dict[str, PreparedRow] = {}
        self._refusal: list[tuple[int, bool]] = []

    def settle(self) -> int:
        """Write what is kept; how many versions were in force and are no longer."""
        rows: list[PreparedRow] = []
        refused: list[Refused] = []
        before: Revision | None = None
        for batch in sorted({one.batch for one in self._given}):
            now = [one.row for one in self._given if one.batch == batch and one.row is not None]
            rows += now
            refused += [one.refused for one in self._given if one.batch == batch and one.refused is not None]
            found = self._refusals(refused, rows)
            revision = Revision([], rows, (), found.times)
            self._observe(batch, now, revision, before)
            if refused:
                self._refusal.append((batch, found.stands))
            before = revision
        assert before is not None
        if refused:
            self._keep_refusals(self._refusals(refused, rows))
        return sum(self._version(before, row) for row in before.new_rows())

    def _refusals(self, refused: list[Refused], rows: list[PreparedRow]) -> KeyRefusals:
        return KeyRefusals(None, refused, (), [(row.sha256, [row.as_of]) for row in rows], self._telling.context.digest)

    def _observe(self, batch: int, now: list[PreparedRow], revision: Revision, before: Revision | None) -> None:
        for row in Revision([], now, ()).new_rows():
            self._first.setdefault(row.sha256, row)
        for row in revision.new_rows():
            sha, states = row.sha256, self._states[row.sha256]
            if states and before and (revision.times(sha), revision.numbers[sha]) != (before.times(sha), before.numbers[sha]):
                self._changed[sha].append(batch)
            if states and before and (times := revision.times(sha)) != before.times(sha):
                self._added[sha] = added_by(times, before.times(sha), self._added.get(sha), batch)
            states.append((batch, sha == revision.winner))

    def _version(self, revision: Revision, row: PreparedRow) -> int:
        telling, sha = self._telling, row.sha256
        life, times = of_states(self._states[sha]), revision.times(sha)
        # It stands where it first came, and is kept as long as its latest as-of demands.
        place = self._first[sha]
        sealed = row.sealed if row.expires_at else place.sealed
        added = self._added.get(sha, ())
        telling.record(place, life, version=revision.numbers[sha], times=times, sealed=sealed, expires_at=row.expires_at, added=added)
        for batch in self._changed[sha]:
            if batch not in life:
                telling.fed(batch, CHANGED, row.id)
        telling.assertions(row.mapped, row.id, _order(place), life, max(times), sha, alone=False)
        return retirements(life)

    def _keep_refusals(self, found: KeyRefusals) -> None:
        if not found.observed:
            return
        context = self._telling.context
        properties: dict[str, Any] = {
            "id": self._key,
            "source": context.source,
            "table": self._key.split("/", 3)[2],
            "load": context.load_id,
            "observed": sorted(" ".join(pair) for pair in found.observed),
            "expires_at": found.expires_at,
            **stored(of_states(self._refusal)),
        }
        self._telling.refusal({name: value for name, value in properties.items() if value is not None})
        for batch in {at for at, _ in self._refusal}:
            self._telling.fed(batch, CHANGED, self._key)


def _life_cells(life: Life) -> str:
    if len(life) == 1:
        return f"{life[0]},,"
    kept = stored(life)
    history = text_cell("\x1f".join(map(str, kept["seq_history"]))) if "seq_history" in kept else ""
    return f"{kept['seq_from']},{kept.get('seq_to', '')},{history}"


def _order(row: PreparedRow) -> int:
    """Where the row stands in the load."""
    return row.file << 40 | row.line


def _packed_row(row: PreparedRow) -> tuple[Any, ...]:
    entities = [(e.id, e.type, e.bare_type, e.own, e.may_be_stub, e.key_properties, e.properties) for e in row.mapped.entities]
    links = [(one.id, one.type, one.from_id, one.to_id, one.event, one.properties) for one in row.mapped.links]
    return (row.key, row.id, row.table, row.sha256, row.file, row.line, row.as_of, row.expires_at, row.sealed, entities, links)


def _row(packed: tuple[Any, ...]) -> PreparedRow:
    key, id, table, sha256, file, line, as_of, expires_at, sealed, entities, links = packed
    return PreparedRow(
        key,
        id,
        table,
        sha256,
        file,
        line,
        as_of,
        expires_at,
        sealed,
        Mapped([EntityAssertion(*one) for one in entities], [LinkAssertion(*one) for one in links]),
    )


def _packed_refusal(refused: Refused) -> tuple[Any, ...]:
    return (refused.key, refused.table, refused.as_of, refused.digest, refused.expires_at, refused.event)
