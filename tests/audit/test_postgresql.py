"""What is PostgreSQL's own: its triggers and functions are compared as well, and its clock is the log's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from graphsvc.audit import schema
from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.engine import writing
from graphsvc.audit.log import AuditLog
from graphsvc.audit.verify import verify
from graphsvc.errors import DatabaseError
from tests.audit.conftest import LOOKER, question


@pytest.fixture
def audit(url: str, tmp_path: Path) -> Iterator[AuditLog]:
    with AuditLog(url, tmp_path / "keys") as log:
        log.append_many(question(n) for n in range(300))
        yield log


@pytest.fixture
def url(postgresql: str) -> Iterator[str]:
    admin = sa.create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE tampered")
    yield postgresql.replace("/postgres?", "/tampered?")
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE tampered WITH (FORCE)")
    admin.dispose()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_update", "schema"),
        ("DROP TRIGGER audit_entry_delete ON audit_entry", "schema"),
        ("CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$", "schema"),
        ("ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_pkey CASCADE", "schema"),
        ("ALTER TABLE audit_entry ADD COLUMN more text", "schema"),
    ],
)
def test_a_schema_that_was_changed_is_found(audit: AuditLog, url: str, statement: str, code: str) -> None:
    assert verify(url).ok
    with audit.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert code in {one.code for one in verify(url).findings}


def test_entries_changed_by_the_owner_of_the_tables_are_found(audit: AuditLog, url: str, tmp_path: Path) -> None:
    note = tmp_path / "outside.note"
    Checkpointer(audit, [note]).once()
    with audit.engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")  # switches triggers off without a trace
        connection.exec_driver_sql("UPDATE audit_entry SET leaf = leaf || 'x' WHERE entry_index = 100")
        connection.exec_driver_sql("UPDATE audit_entry SET leaf_hash = sha256('\\x00' || leaf) WHERE entry_index = 100")
    assert {one.code for one in verify(url, outside=[note]).findings} >= {"tree", "rewritten"}
    with audit.engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE entry_index > 200")
    assert "truncated" in {one.code for one in verify(url, outside=[note]).findings}


def test_the_time_is_the_servers(audit: AuditLog) -> None:
    with audit.engine.connect() as connection:
        before = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        entry = audit.append(question(1))
        after = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    assert before.timestamp() - 1e-5 <= datetime.fromisoformat(entry.time).timestamp() <= after.timestamp()


def test_an_account_that_does_not_own_the_tables_can_write_and_cannot_change(audit: AuditLog, url: str, tmp_path: Path) -> None:
    tables = ", ".join(table.name for table in schema.metadata.sorted_tables)
    with audit.engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE service LOGIN")
        connection.exec_driver_sql(f"GRANT SELECT, INSERT ON {tables} TO service")
        connection.exec_driver_sql("GRANT UPDATE ON audit_head TO service")
    service = url.replace("graphsvc@", "service@")
    try:
        with AuditLog(service, tmp_path / "keys") as log:
            assert log.append(question(1)).index == 301
            assert Checkpointer(log).once() is not None
            with pytest.raises(DatabaseError, match="permission denied"):
                log.purge([5], LOOKER)
            for statement in ("ALTER TABLE audit_entry DISABLE TRIGGER ALL", "UPDATE audit_entry SET kind = 'x'"):
                with pytest.raises(DatabaseError, match=r"must be owner|permission denied"), writing(log.engine) as connection:
                    connection.exec_driver_sql(statement)
            assert verify(service, trusted_key=log.keys.first()).ok
    finally:
        with audit.engine.begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY service")
            connection.exec_driver_sql("DROP ROLE service")
