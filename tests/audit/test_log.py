"""Appending: durable, one chain from many threads and processes, and never an acknowledgement that does not hold."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.engine import reading, sqlite_url, writing
from graphsvc.audit.event import Event
from graphsvc.audit.log import AuditLog
from graphsvc.audit.search import Filter
from graphsvc.audit.verify import verify
from graphsvc.errors import AuditUnavailable, DatabaseError, InputError, IntegrityError, NotFound
from tests.audit.conftest import LOOKER, question


def test_an_event_is_read_as_it_was_written(audit: AuditLog) -> None:
    asked = audit.append(question(5))
    answered = audit.append(replace(question(5), kind="answered", refers_to=asked.index, counts={"paths": 2}, answer_sha256="ab" * 32))
    assert (asked.index, answered.index, audit.size()) == (1, 2, 3)
    found = audit.entry(answered.index, LOOKER)
    assert (found.index, found.time, found.purged) == (2, answered.time, ())
    assert found.leaf["counts"] == {"paths": 2} and found.leaf["refers_to"] == 1
    assert found.personal == {"user": "user-5", "case": "C-5", "parameters": {"from": "a/5", "to": "b"}}
    with pytest.raises(NotFound, match="no entry 99"):
        audit.entry(99, LOOKER)


def test_several_events_stand_together(audit: AuditLog) -> None:
    entries = audit.append_many(question(n) for n in range(600))
    assert [one.index for one in entries] == list(range(1, 601))
    assert audit.append_many([]) == []
    assert verify(audit.engine.url).ok


def test_threads_share_commits_and_one_chain(audit: AuditLog) -> None:
    indices: list[int] = []

    def run(thread: int) -> None:
        for n in range(50):
            indices.append(audit.append(question(thread * 100 + n)).index)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(indices) == list(range(1, 801))
    report = verify(audit.engine.url, trusted_key=audit.keys.first())
    assert report.ok and report.entries == 801


def test_whatever_people_type_can_be_logged_and_found(audit: AuditLog) -> None:
    strange = 'a\0b \ud800 "q" \n — é'
    audit.append(Event("denied", user=strange, case=strange, inquiry=strange, parameters={"q": strange}, detail=strange))
    [found] = audit.search(Filter(user=strange), LOOKER)
    assert found.personal["parameters"] == {"q": strange}
    assert verify(audit.engine.url).ok


def test_auditors_find_by_who_what_and_when_and_are_logged_themselves(audit: AuditLog) -> None:
    entries = audit.append_many(question(n) for n in range(40))
    audit.append(replace(question(3), kind="denied", operation="export"))

    def found(which: Filter, limit: int = 100) -> list[int]:
        return [one.index for one in audit.search(which, LOOKER, limit=limit)]

    assert found(Filter(user="user-3", kind="asked")) == [4, 11, 18, 25, 32, 39]
    assert found(Filter(case="C-3")) == [4, 41]
    assert found(Filter(inquiry="inquiry-3", operation="paths")) == [4, 15, 26, 37]
    assert found(Filter(operation="export")) == [41]
    assert found(Filter(kind="asked", newest_first=True), 3) == [40, 39, 38]
    assert found(Filter(kind="asked", newest_first=True, after=38), 2) == [37, 36]
    assert found(Filter(since=entries[0].time, kind="asked"), 2) == [1, 2]
    assert found(Filter(until=entries[0].time, kind="asked")) == []
    looks = audit.search(Filter(kind="looked"), LOOKER)
    assert looks[0].personal["parameters"] == {"user": "user-3", "kind": "asked"}
    assert looks[0].personal["user"] == "auditor-1"
    assert len(looks) == 9


def test_a_stream_reads_all_pages_up_to_its_own_look(audit: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphsvc.audit.log._PAGE", 7)
    audit.append_many(question(n) for n in range(30))
    assert [one.index for one in audit.stream(Filter(), LOOKER)] == list(range(32))
    assert [one.index for one in audit.stream(Filter(newest_first=True), LOOKER)] == list(range(32, -1, -1))


def test_a_purge_takes_the_values_and_leaves_every_proof(audit: AuditLog, url: str, tmp_path: Path) -> None:
    audit.append_many(question(n, user="secret-person" if n in (3, 4, 9) else "other") for n in range(20))
    note = tmp_path / "out.note"
    Checkpointer(audit, [note]).once(force=True)
    assert audit.purge(Filter(user="secret-person"), replace(LOOKER, detail="article 16")) == 3
    assert audit.purge([1, 2, 5000], LOOKER) == 2
    assert audit.purge([1, 2], LOOKER) == 0
    report = verify(url, outside=[note], trusted_key=audit.keys.first())
    assert report.ok, report.findings
    assert audit.search(Filter(user="secret-person"), LOOKER) == []
    found = audit.entry(4, LOOKER)
    assert found.personal == {} and found.purged == ("case", "parameters", "user")
    [first, second] = audit.search(Filter(kind="purged"), LOOKER)
    assert first.leaf["facts"] == {"purged": [[4, 5], [10, 10]]} and second.leaf["facts"] == {"purged": [[1, 2]]}
    assert first.personal["detail"] == "article 16"


def test_purged_bytes_are_gone_from_the_files(tmp_path: Path) -> None:
    with AuditLog(sqlite_url(tmp_path / "a.db"), tmp_path / "keys") as audit:
        audit.append_many(question(n, user="NEEDLE-IN-THE-FILE") for n in range(50))
        assert any(b"NEEDLE" in file.read_bytes() for file in tmp_path.glob("a.db*"))
        audit.purge(Filter(user="NEEDLE-IN-THE-FILE"), LOOKER)
        assert not any(b"NEEDLE" in file.read_bytes() for file in tmp_path.glob("a.db*"))


TABLES = [table.name for table in schema.metadata.sorted_tables]


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_changes_of_what_is_written(audit: AuditLog, table: str) -> None:
    audit.append_many(question(n) for n in range(300))
    Checkpointer(audit).once()
    key = "one" if table == "audit_head" else next(iter(schema.metadata.tables[table].primary_key)).name
    statements = [f"UPDATE {table} SET {key} = {key}"]
    if table != "audit_personal":
        statements.append(f"DELETE FROM {table}")
    if audit.engine.dialect.name == "sqlite":
        statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with pytest.raises((sa.exc.IntegrityError, DatabaseError), match="append-only"), writing(audit.engine) as connection:
            connection.exec_driver_sql(statement)
    assert verify(audit.engine.url).ok


def test_a_log_that_vanished_is_not_begun_anew_in_silence(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "a.db")
    with AuditLog(url, tmp_path / "keys") as audit:
        audit.append(question(1))
    for file in tmp_path.glob("a.db*"):
        file.unlink()
    with pytest.raises(IntegrityError, match="The audit log is gone"):
        AuditLog(url, tmp_path / "keys")
    AuditLog(sqlite_url(tmp_path / "b.db"), tmp_path / "other keys").close()
    with pytest.raises(IntegrityError, match="not the one that was begun"):
        AuditLog(sqlite_url(tmp_path / "b.db"), tmp_path / "keys")


def test_a_new_key_signs_what_follows_and_the_old_one_is_gone(audit: AuditLog, url: str, tmp_path: Path) -> None:
    note, first = tmp_path / "out.note", audit.keys.first()
    assert first is not None
    checkpointer = Checkpointer(audit, [note])
    checkpointer.once()
    early = note.read_text(encoding="utf-8")
    second = audit.rotate(LOOKER)
    third = audit.rotate(LOOKER)
    checkpointer.once(force=True)
    assert [file.name for file in (tmp_path / "keys").glob("*.key")] == [f"{third.hash.hex()}.key"]
    for trusted in (first, second, third):
        assert verify(url, outside=[early, note], trusted_key=trusted).ok
    with AuditLog(url, tmp_path / "keys") as again:
        assert again.append(question(1)).index == 3


def test_a_clock_that_goes_back_is_written_down(tmp_path: Path) -> None:
    now = [10_000_000_000]
    with AuditLog(sqlite_url(tmp_path / "a.db"), tmp_path / "keys", clock=lambda: now[0]) as audit:
        audit.append(question(1))
        now[0] -= 5_000_000_000
        assert audit.append(question(2)).time == "1970-01-01T00:00:05.000000Z"
        audit.append(question(3))
        report = verify(audit.engine.url)
        assert [(one.code, one.entry) for one in report.findings] == [("clock", 2)]
        assert report.intact and not report.ok
        assert audit.entry(2, LOOKER).leaf["clock_back"] is True


def test_an_event_no_json_holds_stops_nobody_else(audit: AuditLog) -> None:
    with pytest.raises(InputError, match="can't be logged"):
        audit.append(question(1, parameters={"x": object()}))
    assert audit.append(question(2)).index == 1


def test_a_closed_log_answers_nothing(audit: AuditLog) -> None:
    audit.append(question(1))
    audit.close()
    with pytest.raises(AuditUnavailable, match="closed"):
        audit.append(question(2))


def test_a_damaged_head_is_an_error_for_each_and_ends_nothing(tmp_path: Path) -> None:
    with AuditLog(sqlite_url(tmp_path / "a.db"), tmp_path / "keys") as audit:
        with writing(audit.engine) as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_head_update")
            good = connection.exec_driver_sql("SELECT frontier FROM audit_head").scalar_one()
            connection.exec_driver_sql("UPDATE audit_head SET frontier = x'00'")
        for _ in range(2):
            with pytest.raises(AuditUnavailable, match="damaged"):
                audit.append(question(1))
        with writing(audit.engine) as connection:
            connection.exec_driver_sql("UPDATE audit_head SET frontier = ?", (good,))
        assert audit.append(question(1)).index == 1


WORKER = """
import sys, threading
from pathlib import Path
from graphsvc.audit.event import Event
from graphsvc.audit.log import AuditLog

url, folder, name = sys.argv[1:]
log = AuditLog(url, Path(folder))
out = threading.Lock()

def run(thread):
    for n in range(100_000):
        detail = f"{name}-{thread}-{n}"
        entry = log.append(Event("asked", user=name, detail=detail))
        with out:
            sys.stdout.write(f"{entry.index} {detail}\\n")
            sys.stdout.flush()

for thread in range(4):
    threading.Thread(target=run, args=(thread,)).start()
"""


def test_no_acknowledged_entry_is_missing_after_kills_of_some_of_several_processes(url: str, tmp_path: Path) -> None:
    acknowledged: dict[int, str] = {}
    enough: list[threading.Event] = []

    def start(name: str, count: int) -> tuple[subprocess.Popen[str], threading.Thread]:
        process = subprocess.Popen([sys.executable, "-c", WORKER, url, tmp_path / "keys", name], stdout=subprocess.PIPE, text=True)
        done = threading.Event()
        enough.append(done)

        def read() -> None:
            assert process.stdout is not None
            for number, line in enumerate(process.stdout):
                if line.endswith("\n"):  # the last one may be cut by the kill
                    index, detail = line.split()
                    assert acknowledged.setdefault(int(index), detail) == detail
                if number == count:
                    done.set()
            done.set()

        thread = threading.Thread(target=read)
        thread.start()
        return process, thread

    # All begin the log at once, each dies in the midst of its work, the next one starts beside the others.
    running = [start(f"w{n}", 60 * (n + 1)) for n in range(3)]
    for n in range(3):
        enough[n].wait(60)
        running[n][0].kill()
        running.append(start(f"late{n}", 60))
    for done in enough[3:]:
        done.wait(60)
    for process, thread in running:
        process.kill()
        process.wait()
        thread.join()
        assert process.stdout is not None
        process.stdout.close()
    assert len(acknowledged) > 300
    with AuditLog(url, tmp_path / "keys") as audit:
        report = verify(url, trusted_key=audit.keys.first())
        assert report.ok, report.findings
        with reading(audit.engine) as connection:
            values = schema.personal.c
            there = {index: detail for index, detail in connection.execute(sa.select(values.entry_index, values.detail))}
    assert {index: there.get(index) for index in acknowledged} == acknowledged


FULL = """
import resource, signal, sys
from pathlib import Path
from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.event import Event
from graphsvc.audit.log import AuditLog
from graphsvc.errors import AuditUnavailable

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
url, folder, file = sys.argv[1:]
log = AuditLog(url, Path(folder))
event = Event("asked", user="u", parameters={"x": "y" * 300})
last = log.append_many([event] * 50)[-1].index
largest = max(path.stat().st_size for path in Path(file).parent.glob("a.db*"))
resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 100_000, resource.RLIM_INFINITY))
refused = 0
while refused < 3:
    try:
        entry = log.append(event)
        assert refused == 0, "written without room"
        last = entry.index
    except AuditUnavailable as error:
        refused += 1
        assert error.hint and "Nothing was answered" in error.hint
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert log.append(event).index == last + 1, "an unacknowledged entry stands in the log"
log.close()
print(last + 1)
"""


def _acknowledged(script: str, *arguments: str | Path) -> int:
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_without_room_nothing_is_acknowledged_and_with_room_it_goes_on(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "a.db")
    last = _acknowledged(FULL, url, tmp_path / "keys", tmp_path / "a.db")
    report = verify(url)
    assert report.ok and report.entries == last + 1


ON_SMALL_DISK = """
import shutil
import sys
from pathlib import Path
from graphsvc.audit.event import Event
from graphsvc.audit.log import AuditLog
from graphsvc.errors import AuditUnavailable

url, folder, filler = sys.argv[1:]
log = AuditLog(url, Path(folder))
event = Event("asked", user="u", parameters={"x": "y" * 300})
last = log.append(event).index
Path(filler).write_bytes(b"0" * (shutil.disk_usage(Path(filler).parent).free - 200_000))
try:
    while True:
        last = log.append(event).index
except AuditUnavailable as error:
    assert "full" in error.message, error.message
Path(filler).unlink()
for _ in range(50):
    entry = log.append(event)
    assert entry.index == last + 1
    last = entry.index
log.close()
print(last)
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_refuses_and_recovers(small_disk: Path, tmp_path: Path) -> None:
    url = sqlite_url(small_disk / "a.db")
    last = _acknowledged(ON_SMALL_DISK, url, tmp_path / "keys", small_disk / "filler")
    report = verify(url)
    assert report.ok and report.entries == last + 1
