"""Users, keys and inquiries on both databases, under a clock that the test sets."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine
from standing_clock import Clock

from graphsvc.audit.engine import open_engine, sqlite_url, writing
from graphsvc.graph.content import content
from graphsvc.inquiry.account import User
from graphsvc.inquiry.deployment import Deployment, parse_deployment
from graphsvc.inquiry.inquiries import Inquiries
from graphsvc.inquiry.keys import Keys
from graphsvc.inquiry.users import Users

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A PostgreSQL of the session's own, reached through a socket in its folder; skipped where it is not installed."""
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    binaries = BINARIES[-1].parent
    account: dict[str, str] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        account = {"user": "postgres"}
    data = folder / "data"
    make = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"]
    start = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    server = None
    try:
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **account)  # type: ignore[call-overload]
        server = subprocess.Popen(start, stderr=subprocess.PIPE, text=True, cwd=folder, **account)  # type: ignore[call-overload]
        said = []
        for line in server.stderr:
            said.append(line)
            if "ready to accept connections" in line:
                break
        else:
            pytest.fail("".join(said))
        yield URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)})
    finally:
        if server is not None:
            server.terminate()
            server.communicate()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "accounts.db")
    url: URL = request.getfixturevalue("postgres")
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return url.render_as_string(hide_password=False)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = open_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def deployment() -> Deployment:
    path = content("loaders") / "deployment.yaml"
    return parse_deployment(path.read_bytes(), str(path))


@pytest.fixture
def users(engine: Engine, deployment: Deployment, clock: Clock) -> Users:
    return Users(engine, deployment, clock)


@pytest.fixture
def keys(engine: Engine, clock: Clock) -> Keys:
    return Keys(engine, clock)


@pytest.fixture
def inquiries(engine: Engine, deployment: Deployment, clock: Clock) -> Inquiries:
    return Inquiries(engine, deployment, clock)


@pytest.fixture
def operator(users: Users) -> User:
    """The first user."""
    return users.add("olga", name="Olga Operator", agency="veldmark_police", roles=["operator"])


@pytest.fixture
def anna(users: Users, operator: User) -> User:
    """An analyst, trained until the end of the year."""
    return users.add(
        "anna",
        name="Anna Dekker",
        agency="veldmark_police",
        roles=["analyst"],
        purposes=["investigation", "fraud"],
        trained_until=date(2026, 12, 31),
        by=operator,
    )
