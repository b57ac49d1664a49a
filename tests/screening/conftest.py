"""The graph that lists are compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

SOURCES = ("register", "bills", "secret")
ALL = View(SOURCES, "screen")
OPEN_ONES = View(("register", "bills"), "screen")
INQUIRY = Inquiry("test", "ann", "a test")
BORN = "1971-03-14"
PHONE = "+4755501234"


@pytest.fixture
def world(graph: Graph, tmp_path: Path) -> World:
    """Ada in two sources and, hidden, in a third; a namesake of whom nothing else is told; a company with a number; their addresses."""
    world = World(graph, tmp_path / "home")
    for source in SOURCES:
        world.source(source, source.title())
    for source in SOURCES:
        ada = person(world, f"{source}/person/ada", "Adelheid Vinterkvist", birthDate=BORN)
        phone = thing(world, f"{source}/phone/ada", "Phone", number=PHONE)
        world.link(ada, "HAS_PHONE", phone)
    person(world, "bills/person/namesake", "Adelheid Vinterkvist")
    holm = thing(world, "register/company/holm", "Company", name=["Holm Shipping AS"], registrationNumber="12-3456-7", jurisdiction="NO")
    quay = {"street": "Quay Street", "houseNumber": "4", "postalCode": "5003", "city": "Bergen"}
    world.link(holm, "REGISTERED_AT", thing(world, "register/address/quay4", "Address", **quay))
    thing(world, "bills/address/quay4", "Address", full="Quay Street 4, 5003 Bergen")
    thing(world, "secret/address/quay4", "Address", **quay)
    return world


def person(world: World, id: str, name: str, **told: str) -> str:
    first, last = name.split()
    return thing(world, id, "Person", name=[name], firstName=first, lastName=last, **told)


def thing(world: World, id: str, type: str, **told: object) -> str:
    """An entity as a load leaves it: with its caption and exact identity."""
    from graphsvc.graph.ontology import load_ontology
    from graphsvc.loading.compose import Finisher

    finished = Finisher(load_ontology(), world.vault.digester()).finish(id, type, dict(told))
    return world.entity(id, type, str(finished.pop("caption")), **finished)
