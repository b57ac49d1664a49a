"""Fetching Neo4j's jars: whole, checked, once, and with one clear sentence when it can't be done.

The repository is a small HTTP server on loopback with small files; nothing leaves the machine.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from graphsvc.errors import ServerStartError
from graphsvc.graph.jars import Jar, JarLock, installed, read_lock
from graphsvc.graph.process import free_port
from graphsvc.graph.profiles import PROFILES, Profile

CONTENTS = {f"part{i}": bytes([i]) * (5000 + i) for i in range(12)}


class Repository(ThreadingHTTPServer):
    """Serves CONTENTS as Maven artifacts of the group `org.example`, counts requests, and misbehaves on demand."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.break_off: Counter[str] = Counter()
        self.altered: set[str] = set()
        self.gone: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/maven"


class _Handler(BaseHTTPRequestHandler):
    server: Repository

    def do_GET(self) -> None:
        name = self.path.split("/")[-3]
        self.server.asked[name] += 1
        if name in self.server.gone:
            self.send_error(404)
            return
        body = CONTENTS[name]
        if name in self.server.altered:
            body = bytes(len(body))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.break_off[name] > 0:
            self.server.break_off[name] -= 1
            self.wfile.write(body[:100])
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def repository() -> Iterator[Repository]:
    with Repository() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def jar(name: str, content: bytes) -> Jar:
    return Jar("org.example", name, "1.0", "", hashlib.sha256(content).hexdigest(), len(content))


@pytest.fixture
def lock() -> JarLock:
    return JarLock("1", "1", tuple(jar(name, content) for name, content in CONTENTS.items()))


def install(lock: JarLock, cache: Path, repository: Repository) -> list[Path]:
    return installed(lock, cache, repositories={"central": repository.url})


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_the_shipped_lock_names_every_jar_once_and_no_place_to_fetch_from(profile: Profile) -> None:
    lock = read_lock(profile.lock)
    assert (lock.neo4j, lock.gds) == (profile.neo4j, profile.gds)
    assert len({jar.coordinates for jar in lock.jars}) == len(lock.jars) > 300
    assert {jar.version for jar in lock.jars if jar.group == "org.neo4j.gds"} == {lock.gds}
    assert {jar.version for jar in lock.jars if jar.coordinates.startswith("org.neo4j:neo4j:")} == {lock.neo4j}
    assert "://" not in profile.lock.read_text()


@pytest.mark.parametrize(
    "text", ["", "neo4j = 1", 'neo4j = "5"\ngds = "2"\njars = [{ at = "a:b:1", sha256 = "zz", bytes = 1 }]', "jars = [", "\udcff"]
)
def test_a_damaged_lock_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "neo4j.lock.toml"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(ServerStartError, match=r"neo4j\.lock\.toml, is damaged"):
        read_lock(path)


def test_jars_are_fetched_once_and_are_what_the_lock_says(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    paths = install(lock, tmp_path, repository)
    assert [path.read_bytes() for path in paths] == list(CONTENTS.values())
    assert install(lock, tmp_path, repository) == paths
    assert set(repository.asked.values()) == {1}
    assert not list(tmp_path.rglob("*.part"))


def test_a_half_fetched_or_altered_jar_is_fetched_again(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    paths = install(lock, tmp_path, repository)
    paths[0].write_bytes(CONTENTS["part0"][:100])
    paths[1].write_bytes(bytes(len(CONTENTS["part1"])))
    paths[2].unlink()
    paths[2].with_name(f"{paths[2].name}.part").write_bytes(b"left over from a killed fetch")
    install(lock, tmp_path, repository)
    assert [path.read_bytes() for path in paths] == list(CONTENTS.values())
    assert {name for name, count in repository.asked.items() if count == 2} == {"part0", "part1", "part2"}


def test_a_broken_connection_is_tried_again(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    repository.break_off["part3"] = 2
    paths = install(lock, tmp_path, repository)
    assert paths[3].read_bytes() == CONTENTS["part3"]
    assert repository.asked["part3"] == 3


def test_a_jar_with_another_sum_is_refused_and_not_kept(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    repository.altered.add("part4")
    with pytest.raises(ServerStartError, match=r"part4:1\.0 could not be fetched: what arrived does not have the locked SHA-256"):
        install(lock, tmp_path, repository)
    assert not list(tmp_path.rglob("part4*.jar*"))


def test_a_jar_that_is_not_there_is_named_and_the_others_are_kept(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    install(JarLock("1", "1", lock.jars[:5]), tmp_path, repository)
    repository.gone.add("part5")
    with pytest.raises(ServerStartError, match=r"part5:1\.0 could not be fetched: the repository answered HTTP 404"):
        install(lock, tmp_path, repository)
    repository.gone.clear()
    install(lock, tmp_path, repository)
    assert all(repository.asked[f"part{i}"] == 1 for i in range(5))


def test_no_network_is_one_clear_sentence(lock: JarLock, tmp_path: Path) -> None:
    with pytest.raises(ServerStartError, match=r"could not be fetched: .*[Cc]onnection refused") as caught:
        installed(lock, tmp_path, repositories={"central": f"http://127.0.0.1:{free_port()}"})
    assert "\n" not in caught.value.message
    assert "0x" not in caught.value.message
    assert "Check the network" in str(caught.value)


def test_too_little_space_is_said_before_anything_is_fetched(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    huge = Jar("org.example", "part0", "1.0", "", "0" * 64, 1 << 60)
    with pytest.raises(ServerStartError, match=r"jars need \d+ MB and .* has \d+ MB left") as caught:
        install(JarLock("1", "1", (huge,)), tmp_path, repository)
    assert "GRAPHSVC_CACHE" in str(caught.value)
    assert not repository.asked


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which fails every write as a full disk does")
def test_a_disk_that_fills_up_is_one_clear_sentence(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    path = tmp_path / "jars" / lock.jars[0].path
    path.parent.mkdir(parents=True)
    path.with_name(f"{path.name}.part").symlink_to("/dev/full")
    with pytest.raises(ServerStartError, match=r"can't be stored in .*: the disk is full"):
        install(lock, tmp_path, repository)


def test_a_cache_that_cant_be_written_is_one_clear_sentence(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(ServerStartError, match="can't be made"):
        install(lock, tmp_path / "cache", repository)


_INSTALL = """
import sys
from pathlib import Path
from graphsvc.graph.jars import Jar, JarLock, installed
jars = [Jar("org.example", *entry.split(":")[:1], "1.0", "", entry.split(":")[1], int(entry.split(":")[2])) for entry in sys.argv[3:]]
installed(JarLock("1", "1", tuple(jars)), Path(sys.argv[1]), repositories={"central": sys.argv[2]})
"""


def test_two_processes_at_once_fetch_each_jar_once(lock: JarLock, tmp_path: Path, repository: Repository) -> None:
    entries = [f"{jar.artifact}:{jar.sha256}:{jar.size}" for jar in lock.jars]
    command = [sys.executable, "-c", _INSTALL, str(tmp_path), repository.url, *entries]
    running = [subprocess.Popen(command, env=os.environ) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert set(repository.asked.values()) == {1}
    assert len(repository.asked) == len(lock.jars)
