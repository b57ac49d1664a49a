"""The managed local Neo4j: a real server that graphsvc installs, starts, watches and stops, outliving the command that started it.

May import settings and errors, and its parts beside it (java, jars, server_config, process, locks, progress).
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from graphsvc.errors import Conflict, ServerStartError
from graphsvc.graph import process, server_config
from graphsvc.graph.jars import JarLock, installed, read_lock
from graphsvc.graph.java import Java, find_java
from graphsvc.graph.locks import exclusive
from graphsvc.graph.progress import Progress, Silent
from graphsvc.settings import Settings

USER = "neo4j"

# Neo4j flushes its page cache when it ends; 10 s measured on two shared cores, a large store on a slow disk takes longer.
STOP_LIMIT_S = 90.0

# Bolt's handshake: a magic number and four proposals. A server answers with four bytes as soon as its connector runs.
_BOLT_HANDSHAKE = bytes.fromhex("6060b017" + "00000105" + "00000404" + "00000304" + "00000004")
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers Bolt: where, and its process."""

    uri: str
    pid: int
    neo4j: str
    gds: str


@dataclass(slots=True)
class _State:
    """What one command leaves for the next, in `server.json`."""

    bolt_port: int | None = None
    pid: int | None = None
    neo4j: str | None = None
    gds: str | None = None


class ManagedServer:
    """The Neo4j under `settings.home`. Any number of processes may hold one of these; changes are made under a file lock."""

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self._settings = settings
        self._progress = progress or Silent()
        self.folder = settings.home / "neo4j"
        self.log = self.folder / "logs" / "console.log"
        self._state_file = self.folder / "server.json"
        self._secret_file = self.folder / "password"
        self._marker = f"graphsvc.home={self.folder}"

    # -- asking

    def running(self) -> Running | None:
        """The server if its process lives; None otherwise. Says nothing about whether it answers yet."""
        state = self._read_state()
        found = process.find(self._marker, state.pid)
        if found is None or state.bolt_port is None:
            return None
        return Running(f"bolt://127.0.0.1:{state.bolt_port}", found.pid, state.neo4j or "?", state.gds or "?")

    def password(self) -> str:
        """The generated secret. Raises ServerStartError when the deployment has none yet."""
        try:
            return self._secret_file.read_text(encoding="ascii").strip()
        except OSError as error:
            raise ServerStartError(
                f"The managed database's password is not at {self._secret_file}.", hint="Run `graphsvc db start`."
            ) from error

    # -- changing

    def start(self) -> Running:
        """Start the server unless it runs, and wait until it answers Bolt. Raises ServerStartError with the reason otherwise."""
        self._prepare_folder()
        with self._exclusive():
            found = self.running()
            if found is not None:
                self._wait_for_bolt(found.pid, found.uri, started=None)
                return found
            return self._start()

    def stop(self) -> bool:
        """Stop the server and wait for its end. Returns whether it ran. After a limit it is killed, which Neo4j survives."""
        if not self.folder.is_dir():
            return False
        with self._exclusive():
            return self._stop()

    def destroy(self) -> bool:
        """Stop the server and delete everything of it: data, secret, configuration. Returns whether there was anything."""
        if not self.folder.is_dir():
            return False
        with self._exclusive():
            self._stop()
            for entry in self.folder.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                elif entry != self._lock_file:
                    entry.unlink()
        return True

    # -- how

    @property
    def _lock_file(self) -> Path:
        return self.folder / ".lock"

    def _exclusive(self):  # type: ignore[no-untyped-def]
        return exclusive(
            self._lock_file, on_wait=lambda: self._progress.say("Another graphsvc is starting or stopping the database; waiting for it.")
        )

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ServerStartError(
                f"The folder {self.folder} can't be made: {error.strerror}.", hint="Set GRAPHSVC_HOME to a folder that you may write to."
            ) from error

    def _start(self) -> Running:
        java = find_java(self._settings)
        lock = read_lock()
        jars = installed(lock, self._settings.cache, self._progress)
        state = self._read_state()
        port = self._choose_port(state.bolt_port)
        self._write_files(lock, jars, port)
        if not self._secret_file.exists():
            self._make_secret(java)
        self._progress.say("Starting Neo4j.")
        started = process.spawn(self._command(java), log=self.log, cwd=self.folder, env={**os.environ, "NEO4J_HOME": str(self.folder)})
        self._write_state(_State(port, started.pid, lock.neo4j, lock.gds))
        uri = f"bolt://127.0.0.1:{port}"
        self._wait_for_bolt(started.pid, uri, started=started)
        return Running(uri, started.pid, lock.neo4j, lock.gds)

    def _command(self, java: Java) -> list[str]:
        size = server_config.memory(self._settings, psutil.virtual_memory().total)
        return [
            str(java.program),
            *server_config.java_options(size, marker=self._marker),
            f"@{self.folder / 'conf' / 'classpath'}",
            server_config.MAIN_CLASS,
            f"--home-dir={self.folder}",
            f"--config-dir={self.folder / 'conf'}",
            "--console-mode",
        ]

    def _choose_port(self, remembered: int | None) -> int:
        if remembered is None:
            return process.free_port()
        if process.port_is_free(remembered):
            return remembered
        port = process.free_port()
        self._progress.say(f"Port {remembered}, used until now, is taken by another program; Neo4j listens on {port} instead.")
        return port

    def _write_files(self, lock: JarLock, jars: list[Path], port: int) -> None:
        size = server_config.memory(self._settings, psutil.virtual_memory().total)
        for name in ("conf", "plugins", "logs"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "conf" / "neo4j.conf").write_text(
            server_config.neo4j_conf(self._settings, bolt_port=port, size=size), encoding="utf-8"
        )
        (self.folder / "conf" / "classpath").write_text(server_config.argument_file(jars), encoding="utf-8")
        plugins = self.folder / "plugins"
        wanted = {path.name: path for jar, path in zip(lock.jars, jars, strict=True) if jar.group == "org.neo4j.gds"}
        for old in plugins.iterdir():
            old.unlink()
        for name, path in wanted.items():
            (plugins / name).symlink_to(path)

    def _make_secret(self, java: Java) -> None:
        secret = secrets.token_urlsafe(32)
        result = subprocess.run(
            [
                str(java.program),
                f"@{self.folder / 'conf' / 'classpath'}",
                "org.neo4j.cli.AdminTool",
                "dbms",
                "set-initial-password",
                secret,
            ],
            env={**os.environ, "NEO4J_HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise ServerStartError(f"Neo4j's first password could not be set: {(result.stderr or result.stdout).strip()[-500:]}")
        handle = os.open(self._secret_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret)

    def _wait_for_bolt(self, pid: int, uri: str, *, started: subprocess.Popen[bytes] | None) -> None:
        deadline = time.monotonic() + self._settings.db_start_timeout_s
        port = int(uri.rsplit(":", 1)[1])
        while not _answers_bolt(port):
            if started is not None and started.poll() is not None:
                raise ServerStartError(
                    f"Neo4j ended while starting (exit code {started.returncode}).", hint="\n".join(process.last_lines(self.log, 15))
                )
            if started is None and not psutil.pid_exists(pid):
                raise ServerStartError("Neo4j ended while starting.", hint="\n".join(process.last_lines(self.log, 15)))
            if time.monotonic() > deadline:
                raise ServerStartError(
                    f"Neo4j did not answer within {self._settings.db_start_timeout_s:g} s.",
                    hint=f"It may still come up; its log is {self.log}. GRAPHSVC_DB_START_TIMEOUT_S sets the limit.",
                )
            time.sleep(_POLL_S)

    def _stop(self) -> bool:
        found = self.running()
        if found is None:
            return False
        self._progress.say("Stopping Neo4j.")
        try:
            target = psutil.Process(found.pid)
        except psutil.NoSuchProcess:
            return True
        process.end(
            target, limit_s=STOP_LIMIT_S, on_kill=lambda: self._progress.say(f"It did not end within {STOP_LIMIT_S:g} s and is killed.")
        )
        return True

    def _read_state(self) -> _State:
        try:
            data = json.loads(self._state_file.read_text(encoding="utf-8"))
            return _State(**data)
        except (OSError, ValueError, TypeError):
            return _State()

    def _write_state(self, state: _State) -> None:
        part = self._state_file.with_name("server.json.part")
        part.write_text(json.dumps(asdict(state)), encoding="utf-8")
        os.replace(part, self._state_file)


def require_managed(settings: Settings) -> None:
    """Raises Conflict when the settings name the user's own server, which graphsvc neither starts nor stops nor deletes."""
    if settings.neo4j_uri is not None:
        raise Conflict(
            f"The server at {settings.neo4j_uri} is your own (GRAPHSVC_NEO4J_URI); graphsvc does not manage it.",
            hint="Start and stop it where it was installed, or unset GRAPHSVC_NEO4J_URI to use the managed one.",
        )


def _answers_bolt(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(_BOLT_HANDSHAKE)
            return len(connection.recv(4)) == 4
    except OSError:
        return False
