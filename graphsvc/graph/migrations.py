"""Migrations: `cypher/migrations/V001__name.cypher`, applied in order once, recorded with their checksums in the graph.

A file is a list of statements, each ended by `;` at the end of a line and written so that it can be run again (`IF NOT EXISTS`, or what is
changed is not found any more): schema changes have no common transaction, so a half-applied file is simply applied again.
May import errors, and the driver and content beside it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from graphsvc.errors import MigrationError
from graphsvc.graph.content import content
from graphsvc.graph.driver import Graph
from graphsvc.graph.types import utc_now

_NAME = re.compile(r"V(\d{3})__([a-z0-9_]+)\.cypher")

# Indexes over a full database are built in the background; a load must not start before.
_INDEX_WAIT_S = 3600


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: version, name, SHA-256 (hex) of its bytes, and its statements."""

    version: int
    name: str
    sha256: str
    statements: tuple[str, ...]


def read_migrations(folder: Path | None = None) -> list[Migration]:
    """All migration files, in order. Raises MigrationError for a wrong name, or a version that is missing or there twice."""
    found = []
    for path in sorted((folder or content("cypher") / "migrations").glob("*.cypher")):
        named = _NAME.fullmatch(path.name)
        if not named:
            raise MigrationError(f"The migration {path.name} is not named like V001__what.cypher.")
        text = path.read_bytes()
        found.append(Migration(int(named[1]), named[2], hashlib.sha256(text).hexdigest(), _statements(text.decode("utf-8"))))
    for expected, migration in enumerate(found, start=1):
        if migration.version != expected:
            raise MigrationError(f"The migration V{expected:03d} is missing or there twice: found V{migration.version:03d} in its place.")
    return found


def migrate(graph: Graph, folder: Path | None = None) -> list[Migration]:
    """Apply what this graph has not seen yet; returns it. Raises MigrationError when its history and the files differ."""
    files = read_migrations(folder)
    graph.auto("admin/migration_constraint")
    applied = {int(row["version"]): row for row in graph.run("admin/migrations_applied")}
    by_version = {migration.version: migration for migration in files}
    for version, row in applied.items():
        file = by_version.get(version)
        label = f"V{version:03d}__{row['name']}"
        if file is None:
            raise MigrationError(
                f"This graph was migrated with {label}, which this graphsvc does not have.",
                hint="Use a graphsvc at least as new as the graph.",
            )
        if file.sha256 != row["sha256"] or file.name != row["name"]:
            raise MigrationError(
                f"The migration {label} was edited after this graph was migrated with it.",
                hint="Restore the file as it was; a change of the schema goes into a new migration.",
            )
    waiting = [migration for migration in files if migration.version not in applied]
    for migration in waiting:
        for statement in migration.statements:
            graph.statement(statement)
        graph.auto("admin/await_indexes", seconds=_INDEX_WAIT_S)
        graph.run(
            "admin/migration_record",
            version=migration.version,
            name=migration.name,
            sha256=migration.sha256,
            applied_at=utc_now(),
        )
    return waiting


def _statements(text: str) -> tuple[str, ...]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
    return tuple(part.strip() for part in re.split(r";[ \t]*(?:\n|$)", "\n".join(lines)) if part.strip())
