"""Migrations: applied in order once, recorded, refused when their history and the files differ."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphsvc.errors import DatabaseError, MigrationError
from graphsvc.graph.content import content
from graphsvc.graph.driver import Graph
from graphsvc.graph.migrations import migrate, read_migrations


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The product's migrations, in a folder that a test may change."""
    return Path(shutil.copytree(content("cypher") / "migrations", tmp_path / "migrations"))


@pytest.fixture
def extra(graph: Graph, folder: Path) -> Iterator[Path]:
    """The place of one more migration; what it leaves in the shared database is taken back."""
    version = len(read_migrations(folder)) + 1
    yield folder / f"V{version:03d}__extra.cypher"
    graph.statement("MATCH (m:Migration {version: $version}) DELETE m", version=version)
    for name in ("extra_one", "extra_two"):
        graph.statement(f"DROP CONSTRAINT {name} IF EXISTS")


def constraints(graph: Graph) -> set[str]:
    return {row["name"] for row in graph.statement("SHOW CONSTRAINTS YIELD name")}


def test_every_shipped_statement_can_be_run_again() -> None:
    for migration in read_migrations():
        assert migration.statements
        assert all("IF NOT EXISTS" in s or "r.seq_to IS NULL" in s for s in migration.statements), migration.name


def test_what_the_interim_rule_had_joined_ends_once_and_the_feed_tells(graph: Graph) -> None:
    graph.statement(
        "CREATE (a:Entity {id: 'a'}), (b:Entity {id: 'b'}) "
        "CREATE (a)-[:SAME_AS {id: 'same/1', method: 'interim-exact-identifier', seq_from: 1}]->(b) "
        "CREATE (a)-[:SAME_AS {id: 'same/2', method: 'x'}]->(b)"
    )
    (ending,) = next(m for m in read_migrations() if m.name == "identity_by_resolution").statements
    for _ in range(2):
        graph.statement(ending)
    rows = graph.statement("MATCH ()-[r:SAME_AS]->() RETURN r.id AS id, r.seq_to AS ended ORDER BY id")
    assert rows == [{"id": "same/1", "ended": 1}, {"id": "same/2", "ended": None}]
    assert graph.statement("MATCH (b:Batch) RETURN b.retired AS retired, b.by_hand AS by_hand") == [
        {"retired": ["same/1"], "by_hand": True}
    ]


def test_names_and_order_are_checked(folder: Path) -> None:
    following = len(read_migrations(folder)) + 1
    (folder / "V900__later.cypher").write_text("RETURN 1;\n")
    with pytest.raises(MigrationError, match=f"V{following:03d} is missing or there twice: found V900"):
        read_migrations(folder)
    (folder / "V900__later.cypher").rename(folder / "later.cypher")
    with pytest.raises(MigrationError, match=r"later\.cypher is not named"):
        read_migrations(folder)


def test_statements_end_at_a_semicolon_at_the_end_of_a_line(tmp_path: Path) -> None:
    (tmp_path / "V001__two.cypher").write_text("// why; because\nRETURN 'a; b'\n  AS x;\n\nRETURN 2;\n")
    assert read_migrations(tmp_path)[0].statements == ("RETURN 'a; b'\n  AS x", "RETURN 2")


@pytest.mark.neo4j
def test_a_migrated_graph_is_left_alone_and_refuses_what_must_be_unique(graph: Graph) -> None:
    before = graph.run("admin/migrations_applied")
    assert [row["version"] for row in before] == list(range(1, len(read_migrations()) + 1))
    assert migrate(graph) == []
    assert graph.run("admin/migrations_applied") == before
    graph.statement("CREATE (:Entity {id: 'a/b/c'})")
    with pytest.raises(DatabaseError, match="already exists"):
        graph.statement("CREATE (:Entity {id: 'a/b/c'})")


@pytest.mark.neo4j
def test_ids_are_unique_in_every_kind_of_node_and_identity_link(graph: Graph) -> None:
    rows = graph.statement("SHOW CONSTRAINTS YIELD labelsOrTypes, properties RETURN labelsOrTypes[0] + '.' + properties[0] AS what")
    assert {row["what"] for row in rows} >= {
        "Source.id",
        "Load.id",
        "Spec.sha256",
        "Record.id",
        "Entity.id",
        "Batch.seq",
        "Seq.id",
        "Migration.version",
        "SAME_AS.id",
        "POSSIBLY_SAME.id",
    }


@pytest.mark.neo4j
def test_a_new_migration_is_applied_once(graph: Graph, folder: Path, extra: Path) -> None:
    extra.write_text("CREATE CONSTRAINT extra_one IF NOT EXISTS FOR (n:Extra) REQUIRE n.one IS UNIQUE;\n")
    assert [m.name for m in migrate(graph, folder)] == ["extra"]
    assert "extra_one" in constraints(graph)
    assert migrate(graph, folder) == []


@pytest.mark.neo4j
def test_a_half_applied_migration_is_resumed(graph: Graph, folder: Path, extra: Path) -> None:
    good = "CREATE CONSTRAINT extra_one IF NOT EXISTS FOR (n:Extra) REQUIRE n.one IS UNIQUE;\n"
    extra.write_text(good + "THIS IS NOT CYPHER;\n")
    with pytest.raises(DatabaseError, match="THIS"):
        migrate(graph, folder)
    assert "extra_one" in constraints(graph)
    assert len(graph.run("admin/migrations_applied")) == len(read_migrations(folder)) - 1
    extra.write_text(good + "CREATE CONSTRAINT extra_two IF NOT EXISTS FOR (n:Extra) REQUIRE n.two IS UNIQUE;\n")
    assert [m.name for m in migrate(graph, folder)] == ["extra"]
    assert {"extra_one", "extra_two"} <= constraints(graph)


@pytest.mark.neo4j
def test_an_edited_migration_is_refused_by_name(graph: Graph, folder: Path) -> None:
    path = next(folder.glob("V001__*"))
    path.write_text(path.read_text() + "// a harmless comment\n")
    with pytest.raises(MigrationError, match=f"{path.stem} was edited"):
        migrate(graph, folder)


@pytest.mark.neo4j
def test_a_missing_migration_is_refused_by_name(graph: Graph, folder: Path) -> None:
    last = sorted(folder.glob("*.cypher"))[-1]
    last.unlink()
    with pytest.raises(MigrationError, match=f"{last.stem}, which this graphsvc does not have"):
        migrate(graph, folder)
