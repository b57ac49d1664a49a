"""The SQL databases of a deployment (audit log, accounts, policies): opened one way, with their errors in our words.

SQLite by default, in a file that only its owner can read; PostgreSQL where several machines share one. SQLAlchemy Core is used for both.
May import errors only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from graphsvc.errors import DatabaseError, InputError

# How long a writer waits for another process's transaction. Ours take milliseconds; only a stuck process makes anybody wait so long.
_BUSY_TIMEOUT_S = 20
_FORMS = "Give sqlite:////folder/file.db, or postgresql+psycopg://user:password@host/database."


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine for `sqlite:///...` (a file, made 0600 if missing) or `postgresql+psycopg://...`; connected once, to see that it works.

    Raises InputError for a URL of another form, DatabaseError when the database can't be reached or its file can't be used.
    """
    try:
        given = sa.make_url(url)
    except ArgumentError as error:
        raise InputError("The URL of the SQL database can't be read.", hint=_FORMS) from error
    if given.drivername in ("sqlite", "sqlite+pysqlite"):
        engine = _sqlite(given)
    elif given.drivername in ("postgresql", "postgresql+psycopg"):
        engine = _postgresql(given.set(drivername="postgresql+psycopg"))
    else:
        raise InputError(f"graphsvc can't keep its tables in {given.drivername}.", hint=_FORMS)
    try:
        with reading(engine):
            pass
    except DatabaseError:
        engine.dispose()
        raise
    return engine


def sqlite_url(file: Path) -> str:
    """The URL of a SQLite file."""
    return sa.URL.create("sqlite", database=str(file)).render_as_string()


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection in one transaction that sees one state throughout and writes nothing. Raises DatabaseError."""
    with _in_our_words(engine), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection in a transaction that is committed, durably, when the block ends well.

    On SQLite it holds the write lock from its beginning, so that what it read still stands when it writes. Raises DatabaseError; a broken
    constraint stays SQLAlchemy's IntegrityError, since only the caller knows what it means.
    """
    with _in_our_words(engine), engine.connect() as connection:
        connection = connection.execution_options(graphsvc_writes=True)
        with connection.begin():
            yield connection


@contextmanager
def _in_our_words(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        where = engine.url.render_as_string(hide_password=True)
        what = str(error.orig).strip() if isinstance(error, DBAPIError) else str(error)
        raise DatabaseError(f"The SQL database {where} can't be used: {what}", hint=_hint(what)) from error


def _hint(what: str) -> str | None:
    lower = what.lower()
    if "is full" in lower or "disk i/o" in lower or "no space" in lower:
        return "The disk may be full: make room, then try again. Nothing was written."
    if "locked" in lower:
        return f"Another process has held its lock for {_BUSY_TIMEOUT_S} s: see which, and try again."
    if "readonly" in lower or "unable to open" in lower or "permission" in lower:
        return "The file and its folder must be writable for the user that graphsvc runs as."
    return None


def _sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:" or url.query:
        raise InputError("A SQLite database of graphsvc is a file, without options in its URL.", hint=_FORMS)
    file = Path(url.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made here, since SQLite would make it by the umask; the files of its log take over the permissions of this one.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise DatabaseError(
            f"The file {file} can't be used: {error.strerror}.",
            hint="It and its folder must be writable for the user that graphsvc runs as.",
        ) from error
    engine = sa.create_engine(url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": _BUSY_TIMEOUT_S})

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by rules of its own; `begin`, below, does it by ours.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("graphsvc_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    try:
        # A server may be set to acknowledge before the disk has it; not so for us.
        return sa.create_engine(url, connect_args={"options": "-c synchronous_commit=on", "connect_timeout": 10}, pool_pre_ping=True)
    except (ImportError, NoSuchModuleError) as error:
        raise InputError("PostgreSQL needs the package psycopg.", hint="Install it with `pip install 'graphsvc[postgres]'`.") from error
