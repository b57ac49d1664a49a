"""The parts of the managed server that need no server: Java, memory, configuration, processes, reasons, refusals."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from graphsvc.errors import Conflict, InputError, ServerStartError
from graphsvc.graph import diagnosis, process
from graphsvc.graph.java import find_java, java_version
from graphsvc.graph.open import open_graph
from graphsvc.graph.server import ManagedServer, require_managed
from graphsvc.graph.server_config import Memory, memory, neo4j_conf, transaction_memory_mb
from graphsvc.graph.server_files import ServerFiles, State
from graphsvc.settings import Settings


def java_home(folder: Path, version_text: str, code: int = 0) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{version_text}' >&2\nexit {code}\n")
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("text", "major"),
    [('openjdk version "21.0.8" 2025-07-15 LTS', 21), ('java version "1.8.0_401"', 8), ('openjdk version "17" 2021-09-14', 17)],
)
def test_the_version_is_read_as_every_java_tells_it(tmp_path: Path, text: str, major: int) -> None:
    assert java_version(java_home(tmp_path, text) / "bin" / "java") == major


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ('openjdk version "11.0.2"', 0, "is version 11; this Neo4j needs 17 or 21"),
        ("segmentation fault", 139, "does not tell its version"),
        ("hello", 0, "does not tell its version"),
    ],
)
def test_a_wrong_java_is_refused_with_what_to_do(tmp_path: Path, text: str, code: int, told: str) -> None:
    with pytest.raises(ServerStartError, match=told) as caught:
        find_java(Settings(java_home=java_home(tmp_path, text, code)))
    assert "GRAPHSVC_JAVA_HOME" in str(caught.value)


def test_a_java_home_without_java_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServerStartError, match="has no program bin/java"):
        find_java(Settings(java_home=tmp_path))


def test_without_settings_a_java_is_at_hand() -> None:
    java = find_java(Settings())
    assert java_version(java.program) == java.major


def test_memory_follows_the_machine_within_bounds() -> None:
    gib = 1 << 30
    assert memory(Settings(), 2 * gib) == Memory(1024, 256)
    assert memory(Settings(), 8 * gib) == Memory(2048, 1024)
    assert memory(Settings(), 256 * gib) == Memory(4096, 2048)
    assert memory(Settings(db_heap_mb=700, db_page_cache_mb=99), 8 * gib) == Memory(700, 99)


def test_one_transaction_never_gets_more_than_all_together() -> None:
    assert transaction_memory_mb(Settings(db_transaction_memory_mb=4096), Memory(1000, 100)) == (700, 700)
    assert transaction_memory_mb(Settings(db_transaction_memory_mb=64), Memory(1000, 100)) == (64, 700)


def test_the_configuration_opens_nothing_but_bolt_on_loopback() -> None:
    conf = dict(line.split("=", 1) for line in neo4j_conf(Settings(), bolt_port=1234, size=Memory(1000, 100)).splitlines())
    assert conf["server.bolt.listen_address"] == "127.0.0.1:1234"
    assert conf["server.http.enabled"] == conf["server.https.enabled"] == "false"
    assert conf["dbms.security.auth_enabled"] == "true"
    assert conf["internal.dbms.bolt.netty_server_shutdown_quiet_period"] == "0"  # else a stop takes 10 s longer
    assert not [key for key, value in conf.items() if "0.0.0.0" in value and key != "internal.dbms.cypher_ip_blocklist"]


def test_a_reused_process_id_is_not_taken_for_the_server() -> None:
    assert process.find("graphsvc.home=/nowhere", os.getpid()) is None


def test_a_server_is_found_by_its_marker_without_its_id() -> None:
    command = [sys.executable, "-c", "input()", "-Dgraphsvc.home=/some/where"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        found = process.find("graphsvc.home=/some/where", None)
        assert found is not None
        assert found.pid == child.pid
        assert process.find("graphsvc.home=/some", None) is None
        child.communicate(b"\n")
    assert process.find("graphsvc.home=/some/where", child.pid) is None


def test_a_process_that_does_not_end_is_killed_and_that_is_said() -> None:
    ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); input()"
    said: list[str] = []
    with subprocess.Popen([sys.executable, "-c", ignoring], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        process.end(child.pid, limit_s=0.2, on_kill=lambda: said.append("killed"))
    assert said == ["killed"]
    assert not psutil.pid_exists(child.pid)


def test_a_port_that_listens_is_not_free_and_silence_is_not_bolt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not process.port_is_free(port)
    assert process.port_is_free(port)
    assert not process.answers_bolt(port)


def test_last_lines_of_a_long_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"line {i}\n\n" for i in range(50_000)))
    assert process.last_lines(log, 2) == ["line 49998", "line 49999"]
    assert process.last_lines(tmp_path / "none", 2) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("java.io.IOException: No space left on device", "the disk is full"),
        ("Caused by: java.net.BindException: Address already in use", diagnosis.PORT_TAKEN),
        ("Error: Could not reserve enough space for 10485760000KB object heap", "too little free memory"),
        ("FileLockException: Lock file has been locked by another process: /x/store_lock.", "another Neo4j is using its files"),
    ],
)
def test_known_causes_are_told_in_words(line: str, reason: str) -> None:
    assert reason in (diagnosis.cause(["Starting...", line, "\tat java.base/x"]) or "")
    assert diagnosis.cause(["Starting..."]) is None


def test_an_excerpt_leaves_stack_frames_out() -> None:
    assert diagnosis.excerpt(["what happened", "\tat a.b(C.java:1)", "\t... 3 more", "Caused by: why"]) == [
        "what happened",
        "Caused by: why",
    ]


def test_a_lost_or_damaged_state_file_counts_as_none(tmp_path: Path) -> None:
    files = ServerFiles(tmp_path)
    files.prepare()
    assert files.read_state() == State()
    files.write_state(State(bolt_port=1, pid=2))
    assert files.read_state() == State(bolt_port=1, pid=2)
    for damaged in ("", "[]", '{"bolt_port": 1, "what": 2}'):
        (files.folder / "server.json").write_text(damaged)
        assert files.read_state() == State()


def test_a_lost_password_is_said_before_a_start_is_tried(tmp_path: Path) -> None:
    files = ServerFiles(tmp_path)
    (files.folder / "data" / "databases" / "system").mkdir(parents=True)
    with pytest.raises(ServerStartError, match="its password file 'password' is gone") as caught:
        files.ensure_password(find_java(Settings()))
    assert "db destroy --yes" in str(caught.value)


def test_files_of_a_first_start_that_never_answered_are_forgotten_and_later_ones_kept(tmp_path: Path) -> None:
    files = ServerFiles(tmp_path)
    files.prepare()
    data = files.folder / "data" / "databases" / "system"
    data.mkdir(parents=True)
    assert not files.forget_unfinished()
    assert data.exists()
    (files.folder / "first-start").touch()
    assert files.forget_unfinished()
    assert not data.exists()
    files.first_start_done()
    data.mkdir(parents=True)
    assert not files.forget_unfinished()
    assert data.exists()


def test_a_home_that_cant_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerStartError, match=r"can't be written: (Not a directory|File exists)") as caught:
        ManagedServer(Settings(home=tmp_path / "file")).start()
    assert "GRAPHSVC_HOME" in str(caught.value)


def test_the_folder_is_closed_to_others(tmp_path: Path) -> None:
    files = ServerFiles(tmp_path)
    files.prepare()
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700


def test_nothing_there_is_neither_stopped_nor_destroyed(tmp_path: Path) -> None:
    server = ManagedServer(Settings(home=tmp_path))
    assert server.running() is None
    assert not server.stop()
    assert not server.destroy()


def test_a_server_of_the_users_own_is_not_managed() -> None:
    with pytest.raises(Conflict, match=r"bolt://db\.example:7687 is your own"):
        require_managed(Settings(neo4j_uri="bolt://db.example:7687"))


def test_a_server_of_the_users_own_needs_its_password() -> None:
    with pytest.raises(InputError, match="GRAPHSVC_NEO4J_PASSWORD is not"):
        open_graph(Settings(neo4j_uri="bolt://db.example:7687"))


@pytest.mark.parametrize("moved", ["nothing", "its own", "both"])
def test_a_change_of_data_folders_is_finished_wherever_it_broke_off(tmp_path: Path, moved: str) -> None:
    files, other = ServerFiles(tmp_path / "home"), tmp_path / "other" / "data"
    data, before = files.folder / "data", files.folder / "data.before"
    for folder, text in ((data, "old"), (other, "new")):
        folder.mkdir(parents=True)
        (folder / "store").write_text(text)
    (files.folder / "coming").write_text(str(other))
    if moved != "nothing":
        data.rename(before)
    if moved == "both":
        other.rename(data)
    files.finish_replacing()
    assert (data / "store").read_text() == "new"
    assert not before.exists() and not other.exists() and not (files.folder / "coming").exists()
    files.finish_replacing()
    assert (data / "store").read_text() == "new"


def test_data_folders_change_places(tmp_path: Path) -> None:
    files, other = ServerFiles(tmp_path / "home"), tmp_path / "other" / "data"
    (files.folder / "data.before").mkdir(parents=True)  # left by one before
    (files.folder / "data").mkdir()
    other.mkdir(parents=True)
    (other / "store").write_text("new")
    files.replace_data(other)
    assert [path.name for path in (files.folder / "data").iterdir()] == ["store"]
    assert sorted(path.name for path in files.folder.iterdir()) == ["data"]
