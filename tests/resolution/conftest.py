"""The people whom tests of identity are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

SOURCES = ("register", "bills", "phones", "secret")
ALL = View(SOURCES, "resolve")
INQUIRY = Inquiry("test", "stella", "a test")
ADA = ("bills/person/ada", "register/person/ada")
BO = ("phones/person/bo", "secret/person/bo")
NAMESAKE = "phones/person/namesake"


@pytest.fixture
def world(graph: Graph, tmp_path: Path) -> World:
    """Five people in four sources: Ada twice with birth date and phone, a namesake with neither, Bo twice, once in a sealed source."""
    world = World(graph, tmp_path / "home")
    for source in SOURCES:
        world.source(source, source.title())
    for source in ("register", "bills"):
        _person(world, source, "ada", "Adelheid Vinterkvist", "1971-03-14", "+4755501234")
    _person(world, "phones", "namesake", "Adelheid Vinterkvist", None, None)
    for source in ("phones", "secret"):
        _person(world, source, "bo", "Bogumil Strandqvist", "1968-11-02", "+4755509876")
    return world


def _person(world: World, source: str, key: str, name: str, born: str | None, phone: str | None) -> None:
    first, last = name.split()
    id = world.entity(f"{source}/person/{key}", "Person", name, firstName=first, lastName=last, **({"birthDate": born} if born else {}))
    if phone:
        world.link(id, "HAS_PHONE", world.entity(f"{source}/phone/{key}", "Phone", phone, number=phone))


def decided(graph: Graph, type: str = "SAME_AS") -> set[tuple[str, str]]:
    """Pairs joined by decisions in force, smaller id first."""
    rows = graph.statement(f"MATCH (a)-[r:{type}]->(b) WHERE r.seq_to IS NULL RETURN a.id AS a, b.id AS b")
    return {(row["a"], row["b"]) for row in rows}
