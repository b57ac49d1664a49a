"""Logs to test on: in SQLite, and in a PostgreSQL of the test session's own where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from graphsvc.audit.engine import open_engine, sqlite_url
from graphsvc.audit.event import Event
from graphsvc.audit.log import AuditLog
from graphsvc.errors import DatabaseError

LOOKER = Event("looked", user="auditor-1", agency="oversight", detail="yearly review")


def question(number: int, **more: Any) -> Event:
    """An ordinary entry; all its members differ from those of another number."""
    given: dict[str, Any] = {
        "user": f"user-{number % 7}",
        "agency": f"agency-{number % 3}",
        "inquiry": f"inquiry-{number % 11}",
        "purpose": "investigation",
        "case": f"C-{number}",
        "operation": "paths",
        "parameters": {"from": f"a/{number}", "to": "b"},
        "view_sha256": f"{number:064x}",
        "policies": {"cases": "0" * 64},
    }
    return Event("asked", **(given | more))


def _programs() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = folders[0] if folders else shutil.which("initdb")
    return Path(found).parent if found else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a running server, which listens on a socket in its own folder only."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed (Debian: postgresql)")
    # Not pytest's folder: the server refuses to run as root, and then must be able to reach its files as somebody else.
    folder = Path(tempfile.mkdtemp(prefix="graphsvc-pg-"))
    user: str | None = None
    if os.geteuid() == 0:
        user = next((name for name in ("postgres", "nobody") if name in {one.pw_name for one in pwd.getpwall()}), "nobody")
        shutil.chown(folder, user)
    home: dict[str, Any] = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = None
    try:
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", "graphsvc", "-A", "trust", "-E", "UTF8", "-N"], check=True, **home
        )
        server = subprocess.Popen([programs / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses="], **home)
        url = f"postgresql+psycopg://graphsvc@/postgres?host={folder}"
        subprocess.run([programs / "pg_isready", "-h", folder, "-t", "30"], check=False, **home)
        _wait(url, server)
        yield url
    finally:
        if server is not None:
            server.terminate()
            server.wait(30)
        shutil.rmtree(folder)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            open_engine(url).dispose()
            return
        except DatabaseError as error:
            if "starting up" not in error.message and "No such file" not in error.message and "Connection refused" not in error.message:
                raise
    raise AssertionError(f"PostgreSQL ended with {server.returncode}")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "audit.db")
        return
    server = request.getfixturevalue("postgresql")
    name = f"t_{tmp_path.name.lower().replace('-', '_')}_{os.getpid()}"
    name = "".join(letter for letter in name if letter.isalnum() or letter == "_")[:60]
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.dispose()


@pytest.fixture
def audit(url: str, tmp_path: Path) -> Iterator[AuditLog]:
    """A log that was just begun."""
    with AuditLog(url, tmp_path / "keys") as log:
        yield log
