"""Finding by name: typing errors, namesakes, identifiers, hostile texts, and nothing from outside the view."""

from __future__ import annotations

import json

import pytest

from graphsvc.connections.find import find, resolve
from graphsvc.errors import Ambiguous, InputError, NotFound
from graphsvc.graph.view import Inquiry, View
from tests.connections.conftest import ALL, OPEN
from tests.connections.world import World

pytestmark = pytest.mark.neo4j


@pytest.mark.parametrize(
    "text",
    ["Ada Holm", "holm ada", "Ada Hlom", "Adda Holm", "ADA HÓLM", "Holm, Ada", "register/person/ada", "Ad Holm"],
)
def test_typing_errors_order_and_accents_do_not_matter(world: World, inquiry: Inquiry, text: str) -> None:
    world.mystery()
    assert find(world.graph, OPEN, inquiry, text)[0].id == "register/person/ada"


@pytest.mark.parametrize("text", ["+47 555 01 234", "+4755501234", "(0047) 555-01-234", "4755501234"])
def test_a_number_is_found_in_another_notation(world: World, inquiry: Inquiry, text: str) -> None:
    world.mystery()
    assert [h.id for h in find(world.graph, OPEN, inquiry, text)] == ["bills/phone/d1", "phones/phone/d1"]
    assert [h.id for h in find(world.graph, OPEN, inquiry, "12 3456 7", type="company")] == ["register/company/holm"]


def test_a_hit_tells_namesakes_apart(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    world.entity("register/person/ada2", "Person", "Ada Holm", stub=True)
    first, second = find(world.graph, OPEN, inquiry, "Ada Holm", type="person")
    assert (first.telling, first.links, first.stub) == ({"birthDate": "1971-03"}, 1, False)
    assert first.linked == [{"id": "register/company/holm", "type": "Company", "caption": "Holm Shipping", "link": "director of"}]
    assert (second.id, second.links, second.stub) == ("register/person/ada2", 0, True)


def test_only_what_is_in_view_is_found_counted_and_suggested(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    world.link("register/person/ada", "RELATED_TO", "secret/person/bo", id="secret/R/1", source="secret", compartment="secret")
    assert find(world.graph, OPEN, inquiry, "Deep Holding") == []
    assert find(world.graph, OPEN, inquiry, "secret/company/deep") == []
    hidden = [h.as_dict() for h in find(world.graph, OPEN, inquiry, "Ada Holm")]
    assert [h["links"] for h in hidden if h["id"] == "register/person/ada"] == [1]
    assert "secret" not in json.dumps(hidden)
    assert resolve(world.graph, OPEN, inquiry, "Ada Holm") == "register/person/ada"
    with pytest.raises(Ambiguous):
        resolve(world.graph, ALL, inquiry, "Ada Holm")
    with pytest.raises(NotFound) as error:
        resolve(world.graph, OPEN, inquiry, "Deep Holdin")
    assert "Deep Holding" not in str(error.value) and "secret" not in json.dumps(error.value.details)


def test_a_hidden_source_changes_no_score_and_no_order(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    before = find(world.graph, OPEN, inquiry, "Holm")
    for n in range(300):
        world.graph.statement(
            "CREATE (:Entity:Person:Src_secret {id: $id, source: 'secret', compartment: 'secret', "
            "type: 'Person', caption: 'Holm', seq_from: 1})",
            id=f"secret/person/x{n}",
        )
    assert find(world.graph, OPEN, inquiry, "Holm") == before


def test_names_are_never_guessed(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    world.entity("bills/person/ada", "Person", "Ada Hölm")
    with pytest.raises(Ambiguous) as error:
        resolve(world.graph, OPEN, inquiry, "Ada Holm")
    assert [c["id"] for c in error.value.candidates] == ["bills/person/ada", "register/person/ada"]
    assert resolve(world.graph, OPEN, inquiry, "bills/person/ada") == "bills/person/ada"
    assert resolve(world.graph, OPEN, inquiry, "Brandt") == "bills/person/cy"
    with pytest.raises(NotFound) as missing:
        resolve(world.graph, OPEN, inquiry, "Bo Jensen")
    assert "phones/person/bo" in str(missing.value.hint)


@pytest.mark.parametrize(
    "text",
    [
        "caption:* OR id:*",
        "*:*",
        '"Ada',
        "a\\",
        "Ada~ AND (",
        "[* TO *]",
        "/.*/",
        "{!x}",
        "NOT Ada",
        "&& || !",
        "') MATCH (n) DETACH DELETE n //",
        "\u202e<b>",
    ],
)
def test_hostile_texts_are_only_text(world: World, inquiry: Inquiry, text: str) -> None:
    world.mystery()
    try:
        hits = find(world.graph, OPEN, inquiry, text)
    except InputError as error:
        assert "letter or digit" in error.message
        hits = []
    assert {h.caption for h in hits} <= {"Ada Holm"}
    assert world.graph.statement("MATCH (n:Entity) RETURN count(n) AS n") == [{"n": 11}]


def test_limits_types_and_retired_entities(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    world.entity("register/person/old", "Person", "Zed Quist", seq_to=4)
    assert find(world.graph, OPEN, inquiry, "Zed Quist") == [] == find(world.graph, OPEN, inquiry, "register/person/old")
    assert len(find(world.graph, ALL, inquiry, "Ada Holm", limit=1)) == 1
    assert {h.type for h in find(world.graph, ALL, inquiry, "Holm", type="organization")} == {"Company"}
    assert find(world.graph, View(()), inquiry, "Ada") == []
    for wrong in ({"limit": 0}, {"limit": 201}, {"type": "Persn"}):
        with pytest.raises(InputError):
            find(world.graph, ALL, inquiry, "Ada", **wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="letter or digit"):
        find(world.graph, ALL, inquiry, "---")
    with pytest.raises(InputError, match="characters"):
        find(world.graph, ALL, inquiry, "a" * 301)
