"""Pointers: that a record exists, whose it is and how to ask; by complete names and identifiers only."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from graphsvc.connections.pointers import pointers
from graphsvc.errors import InputError
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.ids import identity
from tests.connections.world import World

pytestmark = pytest.mark.neo4j

POINTER = View(("phones", "secret"), "pointer")
TODAY = date(2024, 7, 1)


def point(world: World, inquiry: Inquiry, text: str, view: View = POINTER, **options: Any) -> list[str]:
    contacts = {"phones": "phone desk", "secret": "secret desk"}
    given: dict[str, Any] = {"digest": world.vault.digester(), "contacts": contacts, "today": TODAY, **options}
    return [row["source"] for row in pointers(world.graph, view, inquiry, text, **given)]


def person(world: World, id: str, name: str, born: str, **properties: Any) -> str:
    return world.entity(id, "Person", name, birthDate=born, **properties)


def thing(world: World, id: str, type: str, **properties: str) -> str:
    exact = identity(type, load_ontology().entities[type], dict(properties))
    assert exact is not None
    return world.entity(id, type, id, ident=world.vault.digester()(exact), **properties)


@pytest.fixture
def people(world: World) -> World:
    world.mystery()
    person(world, "secret/Person/1", "Søren O'Brien", "1971-03-05", alias=["Sven Brien"])
    person(world, "register/Person/1", "Søren O'Brien", "1971-03-05")
    return world


def test_a_pointer_says_whose_the_record_is_and_how_to_ask(people: World, inquiry: Inquiry) -> None:
    people.graph.statement("MATCH (s:Source {id: 'secret'}) SET s.publisher = 'Sealed Court'")
    answer = pointers(
        people.graph, View(("secret",), "pointer"), inquiry, "Søren O'Brien", born="1971-03-05", today=TODAY,
        digest=people.vault.digester(), contacts={"secret": "ask the court"},
    )  # fmt: skip
    expected = {"source": "secret", "source_title": "Sealed cases", "holder": "Sealed Court", "contact": "ask the court"}
    assert answer == [expected] and json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize("text", ["SOREN O'BRIEN", "O'Brien, Søren", "søren o brien", "Sven Brien"])
def test_case_accents_and_order_do_not_matter(people: World, inquiry: Inquiry, text: str) -> None:
    assert point(people, inquiry, text, born="1971-03-05") == ["secret"]


@pytest.mark.parametrize(
    ("text", "born"),
    [("Søren Brien", "1971-03-05"), ("Soren O'Brian", "1971-03-05"), ("Søren O'Brien", "1971-03-06"), ("Søren O'Brien Holm", "1971-03-05")],
)
def test_nothing_that_only_comes_near_is_found(people: World, inquiry: Inquiry, text: str, born: str) -> None:
    assert point(people, inquiry, text, born=born) == []


def test_identifiers_are_compared_whole(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    thing(world, "secret/Identifier/1", "Identifier", scheme="passport", number="XV00112233")
    thing(world, "secret/Vehicle/1", "Vehicle", registrationNumber="AB12345", jurisdiction="XV")
    thing(world, "secret/Account/1", "Account", iban="GB33BUKB20201555555555")
    for id in ("secret/Identifier/1", "secret/Vehicle/1", "secret/Account/1"):
        type = {"Identifier": "HAS_IDENTIFIER", "Vehicle": "USES_VEHICLE", "Account": "HAS_ACCOUNT"}[id.split("/")[1]]
        world.link("secret/person/ada", type, id)
    assert point(world, inquiry, "xv-00112233", issuer="Passport") == ["secret"]
    assert point(world, inquiry, "ab 12345", issuer="xv") == ["secret"]
    assert point(world, inquiry, "GB33 BUKB 2020 1555 5555 55") == ["secret"]
    for text, issuer in (
        ("XV0011223", "passport"),
        ("XV00112233", "visa"),
        ("XV00112233", None),
        ("AB12345", "XO"),
        ("GB33BUKB2020", None),
    ):
        assert point(world, inquiry, text, issuer=issuer) == []


def test_what_is_not_complete_is_refused(people: World, inquiry: Inquiry) -> None:
    for text, options in (
        ("Søren", {"born": "1971-03-05"}),
        ("", {"born": "1971-03-05"}),
        ("Søren O'Brien", {"born": "1971-03"}),
        ("Søren O'Brien", {"born": "19710305"}),
        ("Søren O'Brien", {"born": ""}),
        ("Søren O'Brien", {}),
        ("Sør* O'Brien", {"born": "1971-03-05"}),
        ("XV001122__", {"issuer": "passport"}),
        ("%", {"issuer": "passport"}),
        ("12", {}),
        ("AB12345", {"issuer": ""}),
    ):
        with pytest.raises(InputError):
            point(people, inquiry, text, **options)


def test_only_sources_in_view_and_within_retention(people: World, inquiry: Inquiry) -> None:
    assert point(people, inquiry, "Søren O'Brien", View((), "pointer"), born="1971-03-05") == []
    assert point(people, inquiry, "Søren O'Brien", View(("phones",), "pointer"), born="1971-03-05") == []
    assert point(people, inquiry, "Søren O'Brien", born="1971-03-05", today=date(2034, 2, 1)) == []
    thing(people, "secret/Vehicle/1", "Vehicle", registrationNumber="AB12345", jurisdiction="XV")
    assert point(people, inquiry, "AB12345", issuer="XV") == []  # rests on no record
    people.link("secret/person/ada", "USES_VEHICLE", "secret/Vehicle/1", records=[people.record("secret", expires_at="2024-06-30")])
    assert point(people, inquiry, "AB12345", issuer="XV") == []


def test_a_record_in_another_category_of_the_source_is_not_pointed_to(people: World, inquiry: Inquiry) -> None:
    thing(people, "secret/Vehicle/1", "Vehicle", registrationNumber="AB12345", jurisdiction="XV")
    link = people.link("secret/person/ada", "USES_VEHICLE", "secret/Vehicle/1")
    asked: list[tuple[str, dict[str, Any]]] = [("Søren O'Brien", {"born": "1971-03-05"}), ("AB12345", {"issuer": "XV"})]
    assert [point(people, inquiry, text, **options) for text, options in asked] == [["secret"], ["secret"]]
    for hide in (
        "MATCH (n:Entity) WHERE n.id IN ['secret/Person/1', 'secret/Vehicle/1'] SET n.compartment = $to",
        "MATCH ()-[r {id: $link}]->() SET r.compartment = $to",
        "MATCH (n:Entity {id: 'secret/person/ada'}) SET n.compartment = $to",
    ):
        people.graph.statement(hide, to="secret/sealed", link=link)
        assert point(people, inquiry, "AB12345", issuer="XV") == []
        if "Person/1" in hide:
            assert point(people, inquiry, "Søren O'Brien", born="1971-03-05") == []
        people.graph.statement(hide, to="secret", link=link)


def test_a_door_that_asks_wrongly_is_a_mistake(people: World, inquiry: Inquiry) -> None:
    with pytest.raises(ValueError, match="pointer"):
        point(people, inquiry, "AB12345", View(("secret",), "exact"), issuer="XV")
    with pytest.raises(ValueError, match="no contact is given for secret"):
        point(people, inquiry, "AB12345", issuer="XV", contacts={"phones": "phone desk"})
