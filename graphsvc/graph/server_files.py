"""What the managed server keeps on disk under `<home>/neo4j`: secret, remembered port and process, configuration, plugins.

May import errors, and the process functions beside it.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from graphsvc.errors import ServerStartError
from graphsvc.graph.java import Java

# A new database takes about 150 MB (its transaction logs are allocated ahead); below that Neo4j dies half-way.
_NEEDED_FREE_BYTES = 256_000_000


@dataclass(slots=True)
class State:
    """What one command leaves for the next, in `server.json`; all None before the first start."""

    bolt_port: int | None = None
    pid: int | None = None
    neo4j: str | None = None
    gds: str | None = None


class ServerFiles:
    """The folder of one managed server. Methods that write are called under its lock."""

    def __init__(self, home: Path) -> None:
        # Resolved, because the folder marks the server's process: one folder, one spelling.
        self.folder = (home / "neo4j").resolve()
        # Beside the folder, not in it: it must outlive the folder's deletion, or a waiting process would hold a dead lock.
        self.lock = home / "neo4j.lock"
        self.log = self.folder / "logs" / "console.log"
        self.conf = self.folder / "conf"
        self.classpath = self.conf / "classpath"
        self._state = self.folder / "server.json"
        self._secret = self.folder / "password"
        # There from before the first start until the server answered once; see `forget_unfinished`.
        self._unfinished = self.folder / "first-start"
        # A password that is wanted for the first start, and the data folder that is to take this one's place.
        self._wanted = self.folder / "password.wanted"
        self._coming = self.folder / "coming"

    def prepare_lock(self) -> None:
        """Make the lock file. Raises ServerStartError when it can't be written."""
        with self.writing():
            self.lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.lock.touch(mode=0o600)

    def prepare(self) -> None:
        """Make the folders. Raises ServerStartError when they can't be written, or their disk is nearly full."""
        with self.writing():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name in ("conf", "plugins", "logs"):
                (self.folder / name).mkdir(exist_ok=True)
            free = shutil.disk_usage(self.folder).free
        if free < _NEEDED_FREE_BYTES:
            raise ServerStartError(
                f"The disk of {self.folder} has {free / 1e6:.0f} MB left; the database needs {_NEEDED_FREE_BYTES / 1e6:.0f} MB to start.",
                hint="Free some space, or set GRAPHSVC_HOME to a folder on another disk.",
            )

    def read_state(self) -> State:
        """What was left; an unreadable file counts as none, since everything in it can be found out again."""
        try:
            return State(**json.loads(self._state.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return State()

    def write_state(self, state: State) -> None:
        with self.writing():
            part = self._state.with_name("server.json.part")
            part.write_text(json.dumps(asdict(state)), encoding="utf-8")
            os.replace(part, self._state)

    def write_configuration(self, conf: str, classpath: str, plugins: list[Path]) -> None:
        """Write neo4j.conf and the class path, and link the plugin jars into `plugins`, where Neo4j looks for procedures."""
        with self.writing():
            (self.conf / "neo4j.conf").write_text(conf, encoding="utf-8")
            self.classpath.write_text(classpath, encoding="utf-8")
            folder = self.folder / "plugins"
            for old in folder.iterdir():
                old.unlink()
            for jar in plugins:
                (folder / jar.name).symlink_to(jar)

    def password(self) -> str:
        """The secret. Raises ServerStartError when there is none."""
        try:
            return self._secret.read_text(encoding="ascii").strip()
        except OSError as error:
            raise ServerStartError(
                f"The managed database has no password at {self._secret}.",
                hint="Run `graphsvc db start`; if the file was deleted, put it back from a backup.",
            ) from error

    def forget_unfinished(self) -> bool:
        """Delete the files of a first start that never came to answer (killed, disk full): Neo4j can't always go on from them.

        Nothing can be lost, because nobody ever wrote to it. Returns whether there were any.
        """
        if not self._unfinished.exists():
            return False
        with self.writing():
            shutil.rmtree(self.folder / "data", ignore_errors=True)
        return True

    def has_data(self) -> bool:
        """Whether there is a database, or one is about to come here."""
        return (self.folder / "data").exists() or self._coming.exists()

    def password_for_data(self) -> str:
        """The secret that data from elsewhere must be opened by: this server's, made now if it has never been started."""
        if not self.has_data() and not self._secret.exists():
            with self.writing():
                self._write_secret(self._secret, secrets.token_hex(32))  # no `-` in front, which Neo4j's tool would take for an option
        return self.password()

    def _write_secret(self, path: Path, secret: str) -> None:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secret)

    def want_password(self, password: str) -> None:
        """Have the first start set this password instead of one of its own."""
        with self.writing():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write_secret(self._wanted, password)

    def replace_data(self, data: Path) -> None:
        """Put another server's data folder, with the same password, in this one's place; both must be stopped.

        Once the note is there it is done: whatever breaks off, the next start finishes it first.
        """
        with self.writing():
            shutil.rmtree(self._before, ignore_errors=True)
            part = self._coming.with_name("coming.part")
            part.write_text(str(data.resolve()), encoding="utf-8")
            os.replace(part, self._coming)
        self.finish_replacing()

    def finish_replacing(self) -> None:
        """Finish what `replace_data` began, if anything."""
        try:
            coming = Path(self._coming.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        data = self.folder / "data"
        with self.writing():
            if coming.is_dir():
                if data.is_dir():
                    os.replace(data, self._before)
                os.replace(coming, data)
            self._coming.unlink()
            shutil.rmtree(self._before, ignore_errors=True)

    @property
    def _before(self) -> Path:
        return self.folder / "data.before"

    def first_start_done(self) -> None:
        """The server answered: from now on its files are data."""
        with self.writing():
            self._unfinished.unlink(missing_ok=True)

    def nearly_full(self) -> bool:
        """Whether the folder's disk has so little space left that this is why a server died."""
        return shutil.disk_usage(self.folder).free < _NEEDED_FREE_BYTES // 2

    def ensure_password(self, java: Java) -> None:
        """Make and set a secret before the first start; afterwards Neo4j keeps its own record and only the file is needed."""
        if (self.folder / "data" / "databases" / "system").exists():
            if not self._secret.exists():
                raise ServerStartError(
                    f"There is a database in {self.folder}, but its password file {self._secret.name!r} is gone.",
                    hint="Put the file back from a backup, or delete the database with `graphsvc db destroy --yes` and load again.",
                )
            return
        with self.writing():
            self._unfinished.touch()
            if self._wanted.exists():
                os.replace(self._wanted, self._secret)
            else:
                self._write_secret(self._secret, secrets.token_hex(32))
        # The tool reads its arguments from a file when told so: on the command line every user could see the secret.
        result = subprocess.run(
            [
                *(java.program, "-XX:TieredStopAtLevel=1", f"@{self.classpath}", "org.neo4j.cli.AdminTool"),
                *("dbms", "set-initial-password", f"@{self._secret}"),
            ],
            env={**os.environ, "NEO4J_HOME": str(self.folder), "NEO4J_CONF": str(self.conf)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise ServerStartError(
                "Neo4j's first password could not be set.", hint="\n".join((result.stderr or result.stdout).strip().splitlines()[-5:])
            )

    def delete(self) -> None:
        """Delete the folder with everything in it."""
        with self.writing():
            shutil.rmtree(self.folder)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """What goes wrong with the disk, in one sentence."""
        try:
            yield
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            what = "the disk is full" if full else error.strerror or str(error)
            raise ServerStartError(
                f"{self.folder} can't be written: {what}.", hint="Free some space, or set GRAPHSVC_HOME to a folder that you may write to."
            ) from error
