"""The managed local Neo4j: a real server that graphsvc installs, starts, watches and stops, outliving the command that started it.

May import settings and errors, and its parts beside it (java, jars, server_config, server_files, process, locks, progress).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import psutil

from graphsvc.errors import Conflict, DatabaseError, ServerStartError
from graphsvc.graph import diagnosis, process, server_config
from graphsvc.graph.jars import installed, read_lock
from graphsvc.graph.java import Java, find_java
from graphsvc.graph.locks import exclusive
from graphsvc.graph.profiles import Profile, profile_of
from graphsvc.graph.progress import Progress, Silent
from graphsvc.graph.server_files import ServerFiles, State
from graphsvc.settings import Settings

USER = "neo4j"

# Neo4j flushes its page cache when it ends: 10 s on two busy cores, longer for a large store on a slow disk.
STOP_LIMIT_S = 90.0

# A port lost to another program twice in a row is bad luck; more is something else.
_ATTEMPTS = 3
_POLL_S = 0.05
# Often enough that nobody thinks it hangs, seldom enough not to scroll a log away.
_SAY_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Running:
    """A managed server whose process lives: where it listens, and what it is."""

    uri: str
    port: int
    pid: int
    neo4j: str
    gds: str


class ManagedServer:
    """The Neo4j under `settings.home`. Any number of processes may hold one of these; changes are made under a file lock."""

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self._settings = settings
        self._progress = progress or Silent()
        self.files = ServerFiles(settings.home)
        self._marker = f"graphsvc.home={self.files.folder}"

    def running(self) -> Running | None:
        """The server if its process lives; None otherwise. Says nothing about whether it answers yet."""
        state = self.files.read_state()
        found = process.find(self._marker, state.pid)
        if found is None:
            return None
        # Without its state file (lost, or its start was interrupted) the configuration tells the port it was started with.
        port = state.bolt_port or server_config.bolt_port(self.files.conf / "neo4j.conf")
        if port is None:
            return None
        return Running(f"bolt://127.0.0.1:{port}", port, found.pid, state.neo4j or "unknown", state.gds or "unknown")

    def answers(self) -> bool:
        """Whether the server runs and answers Bolt now."""
        found = self.running()
        return found is not None and process.answers_bolt(found.port)

    def password(self) -> str:
        """The generated secret. Raises ServerStartError when the deployment has none yet."""
        return self.files.password()

    def start(self) -> Running:
        """Start the server unless it runs, and wait until it answers Bolt. Raises ServerStartError with the reason otherwise."""
        found = self.running()
        if found is None or not process.answers_bolt(found.port):
            with self._exclusive():
                found = self.running()
                if found is None:
                    self.files.prepare()
                    profile = profile_of(self._settings, self.files.read_state().neo4j)
                    found = self._start(find_java(self._settings, profile.java), profile)
                else:
                    self._wait(found.port, psutil.Process(found.pid))
        self.files.first_start_done()
        return found

    def stop(self) -> bool:
        """Stop the server and wait for its end. Returns whether it ran. After a limit it is killed, which its files survive."""
        if not self.files.folder.is_dir():
            return False
        with self._exclusive():
            return self._stop()

    def destroy(self) -> bool:
        """Stop the server and delete everything of it: data, secret, configuration. Returns whether there was anything."""
        if not self.files.folder.is_dir():
            return False
        with self._exclusive():
            self._stop()
            self.files.delete()
        return True

    def import_full(self, arguments: Sequence[str], *, folder: Path) -> None:
        """Make a database of import files by Neo4j's own tool; there must be none yet. Paths in `arguments` count from `folder`.

        Raises DatabaseError with the reason when the tool refuses or fails.
        """
        with self._exclusive():
            self._stop()
            self.files.prepare()
            profile = profile_of(self._settings, self.files.read_state().neo4j)
            java, jars = find_java(self._settings, profile.java), installed(read_lock(profile.lock), self._settings.cache, self._progress)
            size = server_config.memory(self._settings, psutil.virtual_memory().total)
            conf = server_config.neo4j_conf(self._settings, bolt_port=process.free_port(), size=size)
            self.files.write_configuration(conf, server_config.argument_file(jars), [])
            options = [f"-Xmx{size.heap_mb}m", f"-D{self._marker}", f"@{self.files.classpath}", "org.neo4j.cli.AdminTool"]
            log = self.files.folder / "logs" / "import.log"
            report = f"--report-file={self.files.folder / 'logs' / 'import.report'}"
            off_heap = f"--max-off-heap-memory={size.page_cache_mb + size.heap_mb}m"
            with self.files.writing(), log.open("wb") as output:
                done = subprocess.run(
                    [str(java.program), *options, "database", "import", "full", "neo4j", report, off_heap, *arguments],
                    cwd=folder, env={**os.environ, "NEO4J_HOME": str(self.files.folder), "NEO4J_CONF": str(self.files.conf)},
                    stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False,
                )  # fmt: skip
            if done.returncode != 0:
                lines = process.last_lines(log, 400)
                reason = diagnosis.cause(lines)
                if reason is None and self.files.nearly_full():
                    reason = f"the disk of {self.files.folder} is nearly full"
                raise DatabaseError(
                    f"Neo4j's import tool ended with code {done.returncode}: {reason or 'its last words tell why'}.",
                    hint="\n".join(f"  {line}" for line in diagnosis.excerpt(lines)),
                )

    def replace(self, make: Callable[[str], Path], *, check: Callable[[], None]) -> None:
        """Stop this server and put the data folder that `make` gives in the place of its own; nobody can start it meanwhile.

        `check` is called first, while it may still run; `make` is called with the password that the data must be opened by. What
        either raises leaves everything as it was, but the server stopped.
        """
        with self._exclusive():
            check()
            self._stop()
            self.files.prepare()
            self.files.replace_data(make(self.files.password_for_data()))

    def _exclusive(self) -> AbstractContextManager[None]:
        self.files.prepare_lock()
        return exclusive(
            self.files.lock, on_wait=lambda: self._progress.say("Another graphsvc is starting or stopping the database; waiting for it.")
        )

    def _start(self, java: Java, profile: Profile) -> Running:
        lock = read_lock(profile.lock)
        jars = installed(lock, self._settings.cache, self._progress)
        plugins = [path for jar, path in zip(lock.jars, jars, strict=True) if jar.group == "org.neo4j.gds"]
        size = server_config.memory(self._settings, psutil.virtual_memory().total)
        remembered = self.files.read_state().bolt_port
        self.files.finish_replacing()
        if self.files.forget_unfinished():
            self._progress.say("The first start of this database did not finish; starting afresh.")
        for attempt in range(1, _ATTEMPTS + 1):
            port = self._choose_port(remembered)
            conf = server_config.neo4j_conf(self._settings, bolt_port=port, size=size)
            self.files.write_configuration(conf, server_config.argument_file(jars), plugins)
            self.files.ensure_password(java)
            self._progress.say("Starting Neo4j.")
            command = [
                str(java.program),
                *server_config.java_options(size, marker=self._marker),
                *server_config.entry(self.files.folder, self.files.conf, self.files.classpath, profile.main_class),
            ]
            with self.files.writing():
                child = process.spawn(command, log=self.files.log, env={**os.environ, "NEO4J_HOME": str(self.files.folder)})
            try:
                self.files.write_state(State(port, child.pid, lock.neo4j, lock.gds))
                self._wait(port, child)
            except _PortTaken:
                # Taken between our look and Neo4j's; the next look sees that and chooses another.
                remembered = port
                if attempt == _ATTEMPTS:
                    raise
                continue
            finally:
                process.let_go(child)
            break
        return Running(f"bolt://127.0.0.1:{port}", port, child.pid, lock.neo4j, lock.gds)

    def _choose_port(self, remembered: int | None) -> int:
        if remembered is not None and process.port_is_free(remembered):
            return remembered
        port = process.free_port()
        if remembered is not None:
            self._progress.say(f"Port {remembered}, used until now, is taken by another program; Neo4j listens on {port} instead.")
        return port

    def _wait(self, port: int, server: subprocess.Popen[bytes] | psutil.Process) -> None:
        began = said = time.monotonic()
        limit = self._settings.db_start_timeout_s
        while not process.answers_bolt(port):
            if process.has_ended(server):
                raise self._ended(server.returncode if isinstance(server, subprocess.Popen) else None)
            now = time.monotonic()
            if now - began > limit:
                raise ServerStartError(
                    f"Neo4j did not answer within {limit:g} s.",
                    hint=f"It may still come up; its log is {self.files.log}. GRAPHSVC_DB_START_TIMEOUT_S sets the limit.",
                )
            if now - said > _SAY_EVERY_S:
                said = now
                self._progress.say(f"Waiting for Neo4j to answer ({now - began:.0f} s).")
            time.sleep(_POLL_S)

    def _ended(self, code: int | None) -> ServerStartError:
        log = process.last_lines(self.files.log, 400)
        reason = diagnosis.cause(log)
        if reason == diagnosis.PORT_TAKEN:
            return _PortTaken("Another program took Neo4j's port.")
        if reason is None and self.files.nearly_full():
            # Neo4j wraps what a full disk does to it in other errors, as it happens.
            reason = f"the disk of {self.files.folder} is nearly full"
        if reason is None and code == -signal.SIGKILL:
            reason = "it was killed, by somebody or by a system that ran out of memory"
        lines = diagnosis.excerpt(log)
        return ServerStartError(
            f"Neo4j ended while starting: {reason or 'its log tells why'}.",
            hint="\n".join([f"The end of its log, {self.files.log}:", *(f"  {line}" for line in lines)]),
        )

    def _stop(self) -> bool:
        found = self.running()
        if found is None:
            return False
        self._progress.say("Stopping Neo4j.")
        process.end(
            found.pid, limit_s=STOP_LIMIT_S, on_kill=lambda: self._progress.say(f"It did not end within {STOP_LIMIT_S:g} s and is killed.")
        )
        return True


class _PortTaken(ServerStartError):
    pass


def require_managed(settings: Settings) -> None:
    """Raises Conflict when the settings name the user's own server, which graphsvc neither starts nor stops nor deletes."""
    if settings.neo4j_uri is not None:
        raise Conflict(
            f"The server at {settings.neo4j_uri} is your own (GRAPHSVC_NEO4J_URI); graphsvc does not manage it.",
            hint="Start and stop it where it was installed, or unset GRAPHSVC_NEO4J_URI to use the managed one.",
        )
