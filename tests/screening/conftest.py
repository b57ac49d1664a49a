"""The graph that lists are compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.compose import Finisher
from tests.connections.world import World

SOURCES = ("register", "bills", "secret")
ALL = View(SOURCES, "screen")
OPEN_ONES = View(("register", "bills"), "screen")
INQUIRY = Inquiry("test", "ann", "a test")
BORN = "1971-03-14"
PHONE = "+4755501234"
QUAY = {"street": "Quay Street", "houseNumber": "4", "postalCode": "5003", "city": "Bergen"}


@pytest.fixture
def world(graph: Graph, tmp_path: Path) -> World:
    """A world with a home of its own."""
    return peopled(World(graph, tmp_path / "home"))


def peopled(world: World) -> World:
    """Ada in two sources and, hidden, in a third; a namesake of whom nothing else is told; a company with a number; addresses."""
    with world.together():
        for source in SOURCES:
            world.source(source, source.title())
            ada = person(world, f"{source}/person/ada", "Adelheid Vinterkvist", birthDate=BORN)
            world.link(ada, "HAS_PHONE", thing(world, f"{source}/phone/ada", "Phone", number=PHONE))
        person(world, "bills/person/namesake", "Adelheid Vinterkvist")
        person(world, "register/person/bo", "Bogumil Strandqvist", birthDate="1968-11-02", idNumber=["X-77 21"])
        holm = thing(
            world, "register/company/holm", "Company", name=["Holm Shipping AS"], registrationNumber="12-3456-7", jurisdiction="NO"
        )
        world.link(holm, "REGISTERED_AT", thing(world, "register/address/quay4", "Address", **QUAY))
        thing(world, "bills/address/quay4", "Address", full="Quay Street 4, 5003 Bergen")
        thing(world, "bills/address/quay9", "Address", full="Quay Street 9, 5003 Bergen")
        thing(world, "secret/address/quay4", "Address", **QUAY)
    return world


def person(world: World, id: str, name: str, **told: object) -> str:
    first, last = name.split()
    return thing(world, id, "Person", name=[name], firstName=first, lastName=last, **told)


def thing(world: World, id: str, type: str, **told: object) -> str:
    """An entity as a load leaves it: with its caption and exact identity."""
    finished = Finisher(load_ontology(), world.vault.digester()).finish(id, type, dict(told))
    return world.entity(id, type, str(finished.pop("caption")), **finished)
