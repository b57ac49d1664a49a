"""The tables of users, keys, inquiries, tickets, jobs and answers fetched later, in SQLite or PostgreSQL; they lie beside the audit log's.

Times are texts of `clock.as_text`, dates ISO texts: both sort, and both databases keep them alike. May import how the
databases are opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Boolean, Column, Connection, Engine, ForeignKey, Integer, MetaData, Table, Text, UniqueConstraint, inspect, text
from sqlalchemy.schema import CreateIndex, CreateTable

from graphsvc.audit.engine import reading, writing

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("trained_until", Text),
    Column("active", Boolean, nullable=False),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text),
    Column("changed_at", Text, nullable=False),
    UniqueConstraint("oidc_issuer", "oidc_subject", name="accounts_oidc"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("revoked_by", Text),
    Column("last_used_on", Text),
)

inquiries = Table(
    "inquiries",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("agency", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rules_sha256", Text, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_at", Text, nullable=False),
    Column("opened_at", Text),
    Column("ends_at", Text, nullable=False),
    Column("closed_at", Text),
    Column("closed_by", Text),
    Column("approved_by", Text),
    Column("rejected_by", Text),
    Column("rejected_at", Text),
    Column("rejected_because", Text),
)

tickets = Table(
    "tickets",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("inquiry", Text, ForeignKey("inquiries.id"), nullable=False),
    Column("made_at", Text, nullable=False),
    Column("rows", Integer, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("inquiry", Text, ForeignKey("inquiries.id"), nullable=False),
    Column("cron", Text),
    Column("parameters", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
)

later = Table(
    "later_answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("inquiry", Text, ForeignKey("inquiries.id"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("also", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("alive_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("entry", Integer),
    Column("sha256", Text),
    Column("view_sha256", Text),
    Column("batches", Integer),
    Column("body", Text),
    Column("problem", Text),
)

# Any number: it only has to be the same in every process that makes these tables.
_MAKING_TABLES = 7_202_611_244


def prepare(engine: Engine) -> None:
    """Make the tables that are not there yet; several processes may do so at once."""
    with reading(engine) as connection:
        there = set(inspect(connection).get_table_names())
    if {table.name for table in metadata.tables.values()} <= there:
        return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":  # where IF NOT EXISTS alone can collide in the catalogue
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MAKING_TABLES})
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda i: str(i.name)):
                connection.execute(CreateIndex(index, if_not_exists=True))


@contextmanager
def alone(engine: Engine, table: Table) -> Iterator[Connection]:
    """A transaction that is the only one to change the table from its first read to its end."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":  # SQLite has one writer at a time as it is
            connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
        yield connection


def joined(values: Iterable[str]) -> str:
    """A set of codes as one column keeps it: a sorted JSON list."""
    return json.dumps(sorted(set(values)))


def parted(value: str) -> frozenset[str]:
    """The set that `joined` wrote."""
    return frozenset(cast(list[str], json.loads(value)))
