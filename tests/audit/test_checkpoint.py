"""Checkpoints are signed when they are due, and reach their targets without ever stopping anybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.engine import reading
from graphsvc.audit.log import AuditLog
from graphsvc.audit.note import Checkpoint
from graphsvc.audit.targets import publish
from graphsvc.audit.verify import verify
from graphsvc.errors import DatabaseError, InputError
from tests.audit.conftest import LOOKER, question


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, f"20 s passed without: {what}"
        threading.Event().wait(0.01)


def stored(audit: AuditLog) -> list[int]:
    with reading(audit.engine) as connection:
        return list(connection.execute(sa.select(schema.checkpoints.c.size).order_by(schema.checkpoints.c.size)).scalars())


def size_in(file: Path) -> int:
    return Checkpoint.parse(file.read_text(encoding="utf-8")).size if file.exists() else 0


class Receiver:
    """A server that takes notes, and refuses the first few if told to."""

    def __init__(self, refuse: int = 0) -> None:
        self.notes: list[str] = []
        self.refused = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                wanted = receiver.refused >= refuse
                receiver.refused += not wanted
                if wanted:
                    receiver.notes.append(body)
                self.send_response(204 if wanted else 500)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver(refuse=1)
    yield one
    one.close()


def test_a_short_process_signs_when_it_is_due(audit: AuditLog, tmp_path: Path) -> None:
    note = tmp_path / "out.note"
    checkpointer = Checkpointer(audit, [note])
    assert checkpointer.once() is not None  # the first one always is
    assert checkpointer.once() is None
    audit.append_many(question(n) for n in range(99))
    assert checkpointer.once() is None
    audit.append(question(100))
    signed = checkpointer.once()
    assert signed is not None and signed.size == 101 and size_in(note) == 101
    audit.append(question(101))
    assert checkpointer.once() is None
    assert Checkpointer(audit, [note], every_s=0).once() is not None
    assert stored(audit) == [1, 101, 102]
    assert verify(audit.engine.url, outside=[note]).exposed == 0


def test_a_thread_signs_by_count_by_time_and_at_the_end(audit: AuditLog, tmp_path: Path) -> None:
    note = tmp_path / "out.note"
    with Checkpointer(audit, [note], every_entries=100, every_s=0.5) as checkpointer:
        until(lambda: size_in(note) == 1, "the first checkpoint")
        audit.append_many(question(n) for n in range(150))
        until(lambda: size_in(note) == 151, "one after 100 entries")
        audit.append(question(1))
        until(lambda: size_in(note) == 152, "one after the time")
        until(lambda: checkpointer.exposed() == 0, "word of it")
        seen = note.read_text(encoding="utf-8")
        until(lambda: note.read_text(encoding="utf-8") != seen, "the same tree signed again")
        assert size_in(note) == 152
        audit.append(question(2))
    assert size_in(note) == 153
    assert stored(audit) == [1, 151, 152, 153]
    assert verify(audit.engine.url, outside=[note], trusted_key=audit.keys.first()).ok


def test_entries_of_another_process_are_signed_too(audit: AuditLog, url: str, tmp_path: Path) -> None:
    note = tmp_path / "out.note"
    with Checkpointer(audit, [note]), AuditLog(url, tmp_path / "keys") as other:
        other.append_many(question(n) for n in range(120))
        until(lambda: size_in(note) == 121, "a checkpoint over another's entries")


def test_folders_and_urls_get_every_note(audit: AuditLog, receiver: Receiver, tmp_path: Path) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    with Checkpointer(audit, [folder, receiver.url]):
        until(lambda: bool(receiver.notes), "a note at the server, which refused the first time")
        audit.append_many(question(n) for n in range(100))
        until(lambda: (folder / "000000000101.note").exists(), "a note in the folder")
    assert receiver.refused == 1
    assert Checkpoint.parse(receiver.notes[-1]).size == 101
    assert verify(audit.engine.url, outside=[folder, receiver.notes[-1]], trusted_key=audit.keys.first()).ok


def test_targets_that_fail_are_warned_of_and_stop_nobody(audit: AuditLog, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    targets = ["http://127.0.0.1:1/", f"{tmp_path}/not mounted/", tmp_path / "out.note"]
    checkpointer = Checkpointer(audit, targets)
    assert checkpointer.once() is not None
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert size_in(tmp_path / "out.note") == 1
    assert not (tmp_path / "not mounted").exists()
    with Checkpointer(audit, targets, every_entries=1):
        for n in range(20):
            audit.append(question(n))
    assert size_in(tmp_path / "out.note") == 21


def test_a_file_never_goes_back_to_an_older_note(audit: AuditLog, tmp_path: Path) -> None:
    note = tmp_path / "out.note"
    first = Checkpointer(audit).once()
    assert first is not None
    audit.append(question(1))
    Checkpointer(audit, [note]).once(force=True)
    publish(note, first, "an older note")
    assert size_in(note) == 2


def test_without_the_key_nothing_is_signed_and_everything_else_works(audit: AuditLog, tmp_path: Path) -> None:
    for file in (tmp_path / "keys").glob("*.key"):
        file.unlink()
    with pytest.raises(DatabaseError, match="The key that signs checkpoints is not in"):
        Checkpointer(audit).once()
    with Checkpointer(audit):
        assert audit.append(question(1)).index == 1
    assert stored(audit) == []


def test_a_key_that_rotates_in_between_is_always_the_one_in_force(audit: AuditLog, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    with Checkpointer(audit, [folder], every_entries=1, every_s=0.2):
        for n in range(10):
            audit.append(question(n))
            audit.rotate(LOOKER)
    assert verify(audit.engine.url, outside=[folder], trusted_key=audit.keys.first()).ok


def test_checkpoints_that_are_not_there_are_an_error_of_the_caller(audit: AuditLog, tmp_path: Path) -> None:
    for missing in (tmp_path / "no.note", tmp_path / "keys"):
        with pytest.raises(InputError, match="checkpoint"):
            verify(audit.engine.url, outside=[missing])
