"""Whoever changes the log is found: the careless one, one who makes all of its hashes fit again, and one who has its key as well."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphsvc.audit import merkle, schema
from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.engine import sqlite_url
from graphsvc.audit.event import Event, prepare
from graphsvc.audit.keys import KeyFolder, Rotation
from graphsvc.audit.log import AuditLog
from graphsvc.audit.note import Checkpoint, SigningKey, VerifierKey
from graphsvc.audit.search import Filter
from graphsvc.audit.verify import Report, verify
from tests.audit.conftest import LOOKER, question

FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"
COVERED = 320  # entries that the outside checkpoint covers: more than a tile
EXPOSED = 5


@dataclass
class Scene:
    """A log with a checkpoint outside, and the means of its attacker."""

    file: Path
    folder: Path
    note: Path
    trusted: VerifierKey

    def verify(self, *, outside: bool = True) -> Report:
        return verify(sqlite_url(self.file), outside=[self.note] if outside else [], trusted_key=self.trusted)

    def change(self, *changes: Callable[[sqlite3.Connection], object]) -> None:
        """Drop the triggers, change, and put the triggers back as they were."""
        connection = sqlite3.connect(self.file)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for one in changes:
            one(connection)
        for _, text in triggers:
            connection.execute(text)
        connection.commit()
        connection.close()


def begin(folder: Path) -> Scene:
    scene_keys = folder / "keys"
    file = folder / "audit.db"
    with AuditLog(sqlite_url(file), scene_keys) as audit:
        for start in range(0, COVERED - 1, 80):
            audit.append_many(question(n) for n in range(start, min(start + 80, COVERED - 1)))
            Checkpointer(audit).once(force=True)
        note = folder / "outside.note"
        (folder / "outside.note").write_text(_newest(audit), encoding="utf-8")
        audit.append_many(question(1000 + n) for n in range(EXPOSED))
        trusted = audit.keys.first()
        assert trusted is not None
    return Scene(file, scene_keys, note, trusted)


def _newest(audit: AuditLog) -> str:
    with audit.engine.connect() as connection:
        return str(
            connection.execute(sa.select(schema.checkpoints.c.note).order_by(schema.checkpoints.c.size.desc()).limit(1)).scalar_one()
        )


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return begin(tmp_path_factory.mktemp("original"))


@pytest.fixture
def scene(original: Scene, tmp_path: Path) -> Scene:
    """A copy of its own."""
    shutil.copytree(original.file.parent, tmp_path / "scene")
    place = tmp_path / "scene"
    return Scene(place / "audit.db", place / "keys", place / "outside.note", original.trusted)


def leaf_of(connection: sqlite3.Connection, index: int) -> bytes:
    return bytes(connection.execute("SELECT leaf FROM audit_entry WHERE entry_index = ?", (index,)).fetchone()[0])


def edit(connection: sqlite3.Connection, index: int = 100, *, with_hash: bool = False) -> None:
    leaf = leaf_of(connection, index).replace(b'"purpose":"investigation"', b'"purpose":"vetting"')
    connection.execute("UPDATE audit_entry SET leaf = ? WHERE entry_index = ?", (leaf, index))
    if with_hash:
        connection.execute("UPDATE audit_entry SET leaf_hash = ? WHERE entry_index = ?", (merkle.leaf_hash(leaf), index))


def delete(connection: sqlite3.Connection, first: int = 100, last: int = 100) -> None:
    connection.execute("DELETE FROM audit_personal WHERE entry_index BETWEEN ? AND ?", (first, last))
    connection.execute("DELETE FROM audit_entry WHERE entry_index BETWEEN ? AND ?", (first, last))


def move(connection: sqlite3.Connection, first: int, by: int) -> None:
    """Give the entries from `first` on other numbers, in their leaves as well."""
    connection.execute("PRAGMA foreign_keys = OFF")
    order = "DESC" if by > 0 else "ASC"
    rows = connection.execute(f"SELECT entry_index, leaf FROM audit_entry WHERE entry_index >= ? ORDER BY entry_index {order}", (first,))
    for index, leaf in rows.fetchall():
        renumbered = re.sub(rb'^\{"index":\d+', b'{"index":%d' % (index + by), leaf)
        values = (index + by, renumbered, merkle.leaf_hash(renumbered), index)
        connection.execute("UPDATE audit_entry SET entry_index = ?, leaf = ?, leaf_hash = ? WHERE entry_index = ?", values)
        connection.execute("UPDATE audit_personal SET entry_index = ? WHERE entry_index = ?", (index + by, index))


def delete_and_renumber(connection: sqlite3.Connection) -> None:
    delete(connection)
    move(connection, 101, -1)


def truncate(connection: sqlite3.Connection) -> None:
    delete(connection, 300, 10_000)


def rewrite_tail(connection: sqlite3.Connection) -> None:
    for index in range(300, COVERED + EXPOSED):
        edit(connection, index, with_hash=True)


def reorder(connection: sqlite3.Connection) -> None:
    one, other = leaf_of(connection, 100), leaf_of(connection, 101)
    columns = "inquiry, leaf_hash"
    rows = {
        index: connection.execute(f"SELECT {columns} FROM audit_entry WHERE entry_index = ?", (index,)).fetchone() for index in (100, 101)
    }
    for index, leaf, (inquiry, _) in ((100, other, rows[101]), (101, one, rows[100])):
        moved = re.sub(rb'^\{"index":\d+', b'{"index":%d' % index, leaf)
        values = (moved, merkle.leaf_hash(moved), inquiry, index)
        connection.execute("UPDATE audit_entry SET leaf = ?, leaf_hash = ?, inquiry = ? WHERE entry_index = ?", values)
    for source, target in ((100, -1), (101, 100), (-1, 101)):
        connection.execute("UPDATE audit_personal SET entry_index = ? WHERE entry_index = ?", (target, source))


def insert(connection: sqlite3.Connection, copy_of: int | None = None) -> None:
    """Put one more entry in at 100: an invented one, or a copy of another."""
    move(connection, 100, 1)
    source = 90 if copy_of is None else copy_of
    leaf = re.sub(rb'^\{"index":\d+', b'{"index":100', leaf_of(connection, source))
    if copy_of is None:
        leaf = leaf.replace(b"investigation", b"invention")
    row = connection.execute("SELECT time, kind, inquiry, operation FROM audit_entry WHERE entry_index = ?", (source,)).fetchone()
    connection.execute("INSERT INTO audit_entry VALUES (100, ?, ?, ?, ?, ?, ?)", (*row, leaf, merkle.leaf_hash(leaf)))
    personal = connection.execute("SELECT * FROM audit_personal WHERE entry_index = ?", (source,)).fetchone()
    connection.execute(f"INSERT INTO audit_personal VALUES ({','.join('?' * len(personal))})", (100, *personal[1:]))


def duplicate(connection: sqlite3.Connection) -> None:
    insert(connection, copy_of=99)


TAMPERS: dict[str, Callable[[sqlite3.Connection], None]] = {
    "entry edited": edit,
    "edited with its stored hash": lambda connection: edit(connection, with_hash=True),
    "deleted": delete,
    "deleted and renumbered": delete_and_renumber,
    "truncated": truncate,
    "tail rewritten": rewrite_tail,
    "reordered": reorder,
    "inserted": insert,
    "duplicated": duplicate,
}


def rebuild(connection: sqlite3.Connection) -> None:
    """Make everything in the database fit its entries again, and take away the checkpoints that tell."""
    frontier = merkle.Frontier()
    connection.execute("DELETE FROM audit_tile")
    rows = connection.execute("SELECT entry_index, leaf, time FROM audit_entry ORDER BY entry_index").fetchall()
    if [row[0] for row in rows] != list(range(len(rows))):
        gap = next(at for at, row in enumerate(rows) if row[0] != at)
        move(connection, rows[gap][0], gap - rows[gap][0])
        rows = connection.execute("SELECT entry_index, leaf, time FROM audit_entry ORDER BY entry_index").fetchall()
    for index, leaf, _ in rows:
        hashed = merkle.leaf_hash(leaf)
        connection.execute("UPDATE audit_entry SET leaf_hash = ? WHERE entry_index = ?", (hashed, index))
        if tile := frontier.push(hashed):
            connection.execute("INSERT INTO audit_tile VALUES (?, ?)", (index // merkle.TILE, tile))
    connection.execute("UPDATE audit_head SET size = ?, frontier = ?, time = ?", (frontier.size, frontier.packed(), rows[-1][2]))
    connection.execute("DELETE FROM audit_checkpoint")


def sign_again(scene: Scene) -> Callable[[sqlite3.Connection], None]:
    def sign(connection: sqlite3.Connection) -> None:
        size, packed = connection.execute("SELECT size, frontier FROM audit_head").fetchone()
        key = KeyFolder(scene.folder).find(scene.trusted)
        note = Checkpoint.make(scene.trusted.name, size, merkle.Frontier(size, packed).root(), "2025-01-01T00:00:00.000000Z").signed(key)
        connection.execute("INSERT INTO audit_checkpoint VALUES (?, ?, ?)", (size, "2025-01-01T00:00:00.000000Z", note))

    return sign


@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=TAMPERS)
def test_a_careless_change_is_found_without_anything_from_outside(scene: Scene, tamper: Callable[[sqlite3.Connection], None]) -> None:
    scene.change(tamper)
    report = scene.verify(outside=False)
    assert not report.intact
    assert all(one.text.endswith(".") for one in report.findings)


@pytest.mark.parametrize("with_key", [False, True], ids=["without the key", "with the key"])
@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=TAMPERS)
def test_a_careful_change_is_found_by_the_checkpoint_outside(
    scene: Scene, tamper: Callable[[sqlite3.Connection], None], with_key: bool
) -> None:
    scene.change(tamper, rebuild, *([sign_again(scene)] if with_key else []))
    # Nothing is left in the database to tell it by: what finds it, is the outside checkpoint alone.
    assert scene.verify(outside=False).ok
    report = scene.verify()
    assert {one.code for one in report.findings} <= {"truncated", "rewritten"}
    assert not report.intact


def test_the_untouched_log_raises_nothing_and_says_what_is_exposed(scene: Scene) -> None:
    report = scene.verify()
    assert report.ok, report.findings
    assert (report.entries, report.exposed) == (COVERED + EXPOSED, EXPOSED)
    assert report.outside is not None and report.outside.size == COVERED
    assert report.first_key == str(scene.trusted)
    scene.change(lambda connection: None)
    assert scene.verify().ok


def test_what_lies_behind_the_last_checkpoint_can_be_lost_unseen(scene: Scene) -> None:
    """The exposed window, as docs/audit.md states it."""
    scene.change(lambda connection: delete(connection, COVERED + 2, 10_000), lambda c: rebuild(c))
    assert scene.verify().ok


def test_an_older_database_put_back_is_found(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "audit.db")
    with AuditLog(url, tmp_path / "keys") as audit:
        audit.append_many(question(n) for n in range(50))
        Checkpointer(audit).once()
    older = {file.name: file.read_bytes() for file in tmp_path.glob("audit.db*")}
    with AuditLog(url, tmp_path / "keys") as audit:
        audit.append_many(question(n) for n in range(50))
        Checkpointer(audit, [tmp_path / "outside.note"]).once(force=True)
        first = audit.keys.first()
    for file in tmp_path.glob("audit.db*"):
        file.unlink()
    for name, content in older.items():
        (tmp_path / name).write_bytes(content)
    assert verify(url, trusted_key=first).ok
    [finding] = verify(url, outside=[tmp_path / "outside.note"], trusted_key=first).findings
    assert finding.code == "truncated" and "101 entries" in finding.text and "only 51" in finding.text
    # The log goes on from the older state: then it is a fork, also once it is longer than the checkpoint.
    with AuditLog(url, tmp_path / "keys") as audit:
        audit.append_many(question(n) for n in range(80))
    assert [one.code for one in verify(url, outside=[tmp_path / "outside.note"], trusted_key=first).findings] == ["rewritten"]


def test_a_whole_file_that_is_gone_is_found(scene: Scene) -> None:
    for file in scene.file.parent.glob("audit.db*"):
        file.unlink()
    assert [one.code for one in scene.verify().findings] == ["gone"]
    assert not scene.file.exists()
    scene.file.touch()
    assert [one.code for one in scene.verify().findings] == ["gone"]
    scene.file.write_bytes(b"\0" * 5000)
    assert [one.code for one in scene.verify().findings] == ["unreadable"]


def test_another_log_in_its_place_is_found(scene: Scene) -> None:
    for file in scene.file.parent.glob("audit.db*"):
        file.unlink()
    shutil.rmtree(scene.folder)
    with AuditLog(sqlite_url(scene.file), scene.folder) as audit:
        audit.append_many(question(n) for n in range(COVERED + 10))
    assert {one.code for one in scene.verify(outside=False).findings} == {"key"}
    assert {one.code for one in verify(sqlite_url(scene.file), outside=[scene.note]).findings} == {"forged"}


def test_a_swapped_key_is_found(scene: Scene) -> None:
    own = SigningKey.new(scene.trusted.name)

    def swap(connection: sqlite3.Connection) -> None:
        for table, column in (("audit_entry", "leaf"), ("audit_key", "vkey")):
            [(key, text)] = connection.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid LIMIT 1").fetchall()
            kind = type(text)
            changed = (text.decode() if kind is bytes else text).replace(str(scene.trusted), str(own.public))
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed.encode() if kind is bytes else changed, key))
        rebuild(connection)

    scene.change(swap)
    assert verify(sqlite_url(scene.file)).ok
    assert {one.code for one in scene.verify(outside=False).findings} == {"key"}
    assert {one.code for one in verify(sqlite_url(scene.file), outside=[scene.note]).findings} == {"forged"}


def test_a_key_that_the_old_one_did_not_sign_is_found(scene: Scene) -> None:
    own = SigningKey.new(scene.trusted.name)
    false = Rotation.make(own, own.public).facts() | {"from": str(scene.trusted)}
    with AuditLog(sqlite_url(scene.file), scene.folder) as audit:
        audit.append(Event("rotated", facts=false))
    assert [one.code for one in scene.verify().findings] == ["key"]


def test_a_key_in_the_table_that_no_entry_names_is_found(scene: Scene) -> None:
    scene.change(lambda c: c.execute("INSERT INTO audit_key VALUES (50, ?)", (str(SigningKey.new(scene.trusted.name).public),)))
    assert [one.code for one in scene.verify().findings] == ["key"]


def test_a_clock_set_back_is_found(scene: Scene) -> None:
    with AuditLog(sqlite_url(scene.file), scene.folder, clock=lambda: 1_000_000_000) as audit:
        audit.append(question(1))
    report = scene.verify()
    assert [one.code for one in report.findings] == ["clock"] and "set back" in report.findings[0].text


def test_a_time_changed_in_row_and_leaf_is_found(scene: Scene) -> None:
    def change(connection: sqlite3.Connection) -> None:
        [(time,)] = connection.execute("SELECT time FROM audit_entry WHERE entry_index = 100").fetchall()
        leaf = leaf_of(connection, 100).replace(time.encode(), b"2001-01-01T00:00:00.000000Z")
        connection.execute("UPDATE audit_entry SET time = '2001-01-01T00:00:00.000000Z', leaf = ? WHERE entry_index = 100", (leaf,))
        rebuild(connection)

    scene.change(change)
    assert {one.code for one in scene.verify(outside=False).findings} == {"clock", "time"}


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER audit_entry_update",
        "DROP TRIGGER audit_head_update",
        "DROP INDEX audit_entry_time",
        "CREATE TRIGGER audit_entry_lies AFTER INSERT ON audit_entry BEGIN UPDATE audit_entry SET kind = 'asked'; END",
        "ALTER TABLE audit_entry ADD COLUMN more TEXT",
    ],
)
def test_a_schema_that_was_changed_is_found(scene: Scene, statement: str) -> None:
    connection = sqlite3.connect(scene.file)
    connection.execute(statement)
    connection.commit()
    connection.close()
    assert {one.code for one in scene.verify().findings} == {"schema"}


def test_triggers_that_were_made_toothless_are_found(scene: Scene) -> None:
    connection = sqlite3.connect(scene.file)
    connection.execute("DROP TRIGGER audit_entry_update")
    connection.execute("CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry BEGIN SELECT 1; END")
    connection.commit()
    connection.close()
    [finding] = scene.verify().findings
    assert "audit_entry_update is not as it must be" in finding.text


def test_a_forged_checkpoint_is_found(scene: Scene) -> None:
    genuine = Checkpoint.parse(scene.note.read_text(encoding="utf-8"))
    forged = Checkpoint.make(genuine.origin, 10_000, b"x" * 32, genuine.time).signed(SigningKey.new(genuine.origin))
    report = verify(sqlite_url(scene.file), outside=[forged, scene.note], trusted_key=scene.trusted)
    assert [one.code for one in report.findings] == ["forged"]
    assert report.outside == genuine
    edited = scene.note.read_text(encoding="utf-8").replace(str(COVERED), str(COVERED - 1), 1)
    assert [one.code for one in verify(sqlite_url(scene.file), outside=[edited], trusted_key=scene.trusted).findings] == ["forged"]
    assert [one.code for one in verify(sqlite_url(scene.file), outside=["no\nnote"], trusted_key=scene.trusted).findings] == ["checkpoint"]
    scene.change(lambda connection: connection.execute("INSERT INTO audit_checkpoint VALUES (17, 't', ?)", (forged,)))
    assert {one.code for one in scene.verify().findings} == {"checkpoint", "forged"}


def test_personal_values_that_were_changed_or_taken_are_found(scene: Scene) -> None:
    scene.change(
        lambda connection: connection.execute("UPDATE audit_personal SET user = 'somebody-else' WHERE entry_index = 7"),
        lambda connection: connection.execute('UPDATE audit_personal SET "case" = NULL, case_salt = NULL WHERE entry_index = 8'),
        lambda connection: connection.execute("DELETE FROM audit_personal WHERE entry_index BETWEEN 20 AND 29"),
    )
    texts = [one.text for one in scene.verify().findings]
    assert texts == [
        "The user of entry 7 was changed: it does not fit its commitment.",
        "The case of entry 8 is gone, though no purge took it.",
        "The personal values of entries 20 to 29 are gone, though no purge took them.",
    ]


def test_purged_values_that_came_back_are_found(scene: Scene) -> None:
    with AuditLog(sqlite_url(scene.file), scene.folder) as audit, audit.engine.connect() as connection:
        before = connection.execute(sa.select(schema.personal).where(schema.personal.c.entry_index.in_([5, 6]))).all()
        connection.rollback()
        audit.purge(Filter(case="C-4"), LOOKER)
        audit.purge([6], LOOKER)
    assert scene.verify().ok
    scene.change(lambda c: c.execute("INSERT INTO audit_personal VALUES (?,?,?,?,?,?,?,?,?)", tuple(before[1])))
    [finding] = scene.verify().findings
    assert finding.text == "The personal values of entry 6 were purged, but are there or never were."


@pytest.mark.parametrize("index", [0, 6])
def test_a_byte_changed_anywhere_in_a_leaf_is_a_finding_and_no_failure(scene: Scene, index: int) -> None:
    """Also where it makes a name of another: `personal` becomes `qersonal`, and what is looked for is not there."""
    whole = sqlite3.connect(scene.file).execute("SELECT leaf FROM audit_entry WHERE entry_index = ?", (index,)).fetchone()[0]

    def put(leaf: bytes) -> None:
        scene.change(lambda c: c.execute("UPDATE audit_entry SET leaf = ? WHERE entry_index = ?", (leaf, index)))

    for at in range(len(whole)):
        put(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not scene.verify().ok, whole[at : at + 20]
    put(whole)
    assert scene.verify().ok


CELLS = [(table.name, column.name) for table in schema.metadata.sorted_tables for column in table.columns if column.name not in ("one",)]


@given(st.sampled_from(CELLS), st.randoms(use_true_random=False))
@settings(max_examples=400 if FULL else 60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_cell_of_any_table_can_be_changed_unseen(original: Scene, tmp_path: Path, cell: tuple[str, str], chance: random.Random) -> None:
    table, column = cell
    place = tmp_path / "cell"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(original.file.parent, place)
    scene = Scene(place / "audit.db", place / "keys", place / "outside.note", original.trusted)

    def change(connection: sqlite3.Connection) -> None:
        rows = connection.execute(f'SELECT rowid, "{column}" FROM {table} WHERE "{column}" IS NOT NULL').fetchall()
        if not rows:
            return
        row, value = chance.choice(rows)
        if isinstance(value, int):
            changed: object = value + 5000
        elif isinstance(value, str):
            changed = value[:-1] + ("x" if value[-1:] != "x" else "y")
        else:
            at = chance.randrange(len(value))
            changed = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE rowid = ?', (changed, row))
        altered.append(True)

    altered: list[bool] = []
    scene.change(change)
    if altered:
        assert not scene.verify().ok


def random_log(folder: Path, seed: int) -> tuple[str, list[Path], VerifierKey]:
    """Anything that a log may lawfully go through."""
    chance = random.Random(seed)
    url, outside = sqlite_url(folder / "audit.db"), folder / "outside"
    outside.mkdir(parents=True)
    for _ in range(chance.randint(1, 2)):
        with AuditLog(url, folder / "keys") as audit:
            checkpointer = Checkpointer(audit, [f"{outside}/"], every_entries=chance.choice([1, 10, 100]))
            for _ in range(chance.randint(0, 12)):
                match chance.randrange(8):
                    case 0:
                        audit.append_many(question(chance.randrange(50)) for _ in range(chance.choice([2, 30, 300])))
                    case 1:
                        audit.purge(sorted(chance.sample(range(audit.size()), min(audit.size(), 5))), LOOKER)
                    case 2:
                        audit.rotate(LOOKER)
                    case 3:
                        checkpointer.once(force=chance.random() < 0.5)
                    case 4:
                        audit.search(Filter(user=f"user-{chance.randrange(7)}"), LOOKER)
                    case _:
                        audit.append(replace(question(chance.randrange(50)), kind=chance.choice(["asked", "denied", "failed", "loaded"])))
            first = audit.keys.first()
    assert first is not None
    return url, [outside] if list(outside.iterdir()) else [], first


@pytest.mark.parametrize("part", range(20 if FULL else 4))
def test_clean_logs_raise_nothing(tmp_path: Path, part: int) -> None:
    each = 50 if FULL else 5
    for seed in range(part * each, (part + 1) * each):
        url, outside, first = random_log(tmp_path / str(seed), seed)
        report = verify(url, outside=outside, trusted_key=first)
        assert report.ok, (seed, report.findings)
        shutil.rmtree(tmp_path / str(seed))


def test_findings_are_counted_when_there_are_too_many(scene: Scene) -> None:
    scene.change(lambda connection: connection.execute("UPDATE audit_entry SET inquiry = 'x'"))
    report = scene.verify()
    assert len(report.findings) == 100 and report.unsaid == COVERED + EXPOSED - 100


def test_values_of_another_type_are_findings(scene: Scene) -> None:
    scene.change(
        lambda connection: connection.execute("UPDATE audit_entry SET leaf = replace(leaf, 'asked', 'x') WHERE entry_index = 3"),
        lambda connection: connection.execute("UPDATE audit_entry SET leaf = 17 WHERE entry_index = 4"),
        lambda connection: connection.execute("UPDATE audit_entry SET time = x'00ff' WHERE entry_index = 5"),
    )
    report = scene.verify()
    assert {3, 4, 5} <= {one.entry for one in report.findings}
    scene.change(lambda connection: connection.execute("UPDATE audit_tile SET hash = 'text'"))
    assert not scene.verify().ok


def test_an_entry_that_imitates_a_prepared_one_needs_the_tree(scene: Scene) -> None:
    """A whole new entry with commitments of its own fits every check of its row."""

    def replace_entry(connection: sqlite3.Connection) -> None:
        one = prepare(question(99, user="the-attacker"))
        [(time,)] = connection.execute("SELECT time FROM audit_entry WHERE entry_index = 100").fetchall()
        leaf = f'{{"index":100,"time":"{time}",{one.body}'.encode()
        assert json.loads(leaf)["index"] == 100 and one.personal is not None
        values = (one.kind, one.inquiry, one.operation, leaf, merkle.leaf_hash(leaf))
        connection.execute(
            "UPDATE audit_entry SET kind = ?, inquiry = ?, operation = ?, leaf = ?, leaf_hash = ? WHERE entry_index = 100", values
        )
        names = list(one.personal)
        settings = ", ".join(f'"{name}" = ?' for name in names)
        connection.execute(f"UPDATE audit_personal SET {settings} WHERE entry_index = 100", [one.personal[name] for name in names])

    scene.change(replace_entry)
    assert {one.code for one in scene.verify().findings} == {"tree", "rewritten"}
