"""Schema generated from names: a full-text index per source, unique ids per link type."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphsvc.errors import DatabaseError, InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.schema import ensure_source_schema, fulltext_index, fulltext_statement, label, link_statement


@pytest.mark.parametrize("source", ["", "a", "A1", "1a", "a-b", "a b", "ä1", "a`b", "a" * 42, "a1\n", "x) ON EACH [n.id] //"])
def test_a_source_id_that_could_change_a_statement_is_refused(source: str) -> None:
    with pytest.raises(InputError):
        fulltext_statement(source, [])
    with pytest.raises(InputError):
        label(source)


@pytest.mark.parametrize("name", ["", "owns", "OWNS-IT", "OWNS`", "OWNS]-() REQUIRE r.x IS UNIQUE //", "ÄB", "A\n"])
def test_a_link_type_that_could_change_a_statement_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        link_statement(name)


def test_a_property_that_could_change_a_statement_is_refused() -> None:
    with pytest.raises(InputError):
        fulltext_statement("src", ["name] //"])


@pytest.fixture
def clean(graph: Graph) -> Iterator[Graph]:
    yield graph
    graph.statement("DROP INDEX ft_schematest IF EXISTS")
    graph.statement("DROP CONSTRAINT link_SCHEMA_TEST IF EXISTS")


def hits(graph: Graph, text: str) -> list[str]:
    rows = graph.statement(
        "CALL db.index.fulltext.queryNodes($index, $text) YIELD node RETURN node.id AS id ORDER BY id",
        index=fulltext_index("schematest"),
        text=text,
    )
    return [row["id"] for row in rows]


@pytest.mark.neo4j
def test_the_index_finds_only_its_own_source_and_follows_changed_properties(clean: Graph) -> None:
    ensure_source_schema(clean, "schematest", search_properties=["name"], link_types=[])
    clean.statement(
        "CREATE (:Entity:Src_schematest {id: 'in', name: ['Will No'], alias: 'Zorro'}), "
        "(:Entity:Src_schematest_b {id: 'out', name: 'Will No'})"
    )
    assert hits(clean, "will") == ["in"]
    assert hits(clean, "zorro") == []
    ensure_source_schema(clean, "schematest", search_properties=["alias", "name"], link_types=[])
    assert hits(clean, "zorro") == ["in"]


@pytest.mark.neo4j
def test_doing_it_again_changes_nothing(clean: Graph) -> None:
    def made() -> list[dict[str, object]]:
        return clean.statement("SHOW INDEXES YIELD id, name, properties WHERE name IN ['ft_schematest', 'link_SCHEMA_TEST'] RETURN *")

    ensure_source_schema(clean, "schematest", search_properties=["name"], link_types=["SCHEMA_TEST"])
    before = made()
    ensure_source_schema(clean, "schematest", search_properties=["name", "caption"], link_types=["SCHEMA_TEST"])
    assert len(before) == 2
    assert made() == before


@pytest.mark.neo4j
def test_two_links_of_a_type_cant_share_an_id(clean: Graph) -> None:
    ensure_source_schema(clean, "schematest", search_properties=[], link_types=["SCHEMA_TEST"])
    clean.statement("CREATE (:Entity {id: 'a'})-[:SCHEMA_TEST {id: 1}]->(:Entity {id: 'b'})")
    with pytest.raises(DatabaseError, match="already exists"):
        clean.statement("MATCH (a:Entity {id: 'a'}), (b:Entity {id: 'b'}) CREATE (b)-[:SCHEMA_TEST {id: 1}]->(a)")
