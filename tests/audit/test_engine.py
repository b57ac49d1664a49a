"""The SQL databases: durable, private, and with errors that say what to do."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from graphsvc.audit.engine import open_engine, reading, sqlite_url, writing
from graphsvc.errors import DatabaseError, InputError


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    return open_engine(sqlite_url(tmp_path / "new folder" / "a.db"))


def test_a_sqlite_file_is_durable_checked_and_its_owners_alone(engine: sa.Engine) -> None:
    with reading(engine) as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
    assert engine.url.database is not None
    folder = Path(engine.url.database).parent
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_writers_wait_for_each_other_and_no_increment_is_lost(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (0)")

    def add() -> None:
        for _ in range(25):
            with writing(engine) as connection:
                now = connection.exec_driver_sql("SELECT a FROM t").scalar_one()
                connection.exec_driver_sql("UPDATE t SET a = ?", (now + 1,))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT a FROM t").scalar_one() == 100


def test_a_block_that_fails_writes_nothing(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER UNIQUE)")
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        raise ZeroDivisionError
    with pytest.raises(sa.exc.IntegrityError), writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 0


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", "sqlite:////tmp/x.db?mode=ro"])
def test_other_urls_are_refused_with_the_forms_that_work(url: str) -> None:
    with pytest.raises(InputError, match=r"sqlite:////folder") as caught:
        open_engine(url)
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseError) as caught:
        open_engine("postgresql://user:secret@127.0.0.1:1/d")
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(DatabaseError, match=r"a\.db"):
        open_engine(sqlite_url(tmp_path / "a.db"))
    with pytest.raises(DatabaseError, match="can't be used"):
        open_engine(sqlite_url(tmp_path))
