"""What entities share: over sources, the most shared and the most telling first, hubs named, every link with its record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphsvc.connections.common import common
from graphsvc.connections.listing import listed
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.view import Inquiry, View
from tests.connections.conftest import ALL, OPEN
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
VIEW = View(("bank", "post"))


@pytest.fixture
def people(world: World) -> World:
    """p0, p1 and p2 live at `all`; p0 and p1 at `few`; p0 and p2 at `busy`, where ten more live; p3 is alone."""
    world.source("bank", "Bank")
    world.source("post", "Post")
    with world.together():
        for n in range(4):
            world.entity(f"bank/p/{n}", "Person", f"P{n}")
        for place, living in (("all", (0, 1, 2)), ("few", (0, 1)), ("busy", (0, 2, *range(10, 20)))):
            world.entity(f"bank/address/{place}", "Address", place)
            for n in living:
                if n >= 10:
                    world.entity(f"bank/p/{n}", "Person", f"P{n}")
                world.link(f"bank/p/{n}", "LIVES_AT", f"bank/address/{place}")
    return world


def ids(*numbers: int) -> list[str]:
    return [f"bank/p/{n}" for n in numbers]


def things(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(one["cluster"].split("/")[-1], one["shared_by"]) for one in answer["things"]]


def test_the_most_shared_come_first_then_what_fewest_are_linked_to(people: World, inquiry: Inquiry) -> None:
    answer = common(people.graph, VIEW, inquiry, ids(0, 1, 2, 3))
    assert things(answer) == [("all", 3), ("few", 2), ("busy", 2)]
    assert [(one["degree"], one["information"]) for one in answer["things"]] == [(3, -1.585), (2, -1.0), (12, -3.585)]
    for thing in answer["things"]:
        for route in thing["routes"]:
            for step in route["steps"]:
                assert all(answer["records"][record]["in_force"] for link in step["links"] for record in link["records"]) and step["links"]
    assert answer["complete"] and json.loads(json.dumps(answer)) == answer


def test_a_thing_told_by_two_sources_is_shared_and_not_without_the_one(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    answer = common(world.graph, OPEN, inquiry, ["register/company/holm", "bills/person/cy"])
    (thing,) = answer["things"]
    assert answer["clusters"][thing["cluster"]]["members"] == ["bills/address/q", "register/address/quay4"]
    assert answer["clusters"][thing["cluster"]]["same_as"][0]["evidence"] == {"properties": ["full"]}
    assert common(world.graph, OPEN, inquiry, ["register/company/holm", "bills/person/cy"], identity="none")["things"] == []
    seen = common(world.graph, ALL, inquiry, ["register/person/ada", "phones/person/bo"])
    assert [thing["cluster"] for thing in seen["things"]] == ["secret/company/deep"]
    hidden = common(world.graph, OPEN, inquiry, ["register/person/ada", "phones/person/bo"])
    assert hidden["things"] == [] and "secret" not in json.dumps(hidden)


def test_at_two_links_a_middle_is_told_and_what_all_reach_through_one_thing_is_not(people: World, inquiry: Inquiry) -> None:
    for n, firm in ((1, "x"), (3, "y")):
        people.entity(f"bank/c/{firm}", "Company", firm)
        people.link(f"bank/p/{n}", "DIRECTOR_OF", f"bank/c/{firm}")
        people.link(f"bank/c/{firm}", "OWNS", people.entity("bank/c/top", "Company", "Top") if firm == "x" else "bank/c/top")
    people.link("bank/address/few", "RELATED_TO", people.entity("bank/c/land", "Company", "Land"))
    answer = common(people.graph, VIEW, inquiry, ids(0, 1, 3), hops=2)
    assert things(answer)[:3] == [("all", 2), ("few", 2), ("top", 2)] and "land" not in dict(things(answer))
    top = next(thing for thing in answer["things"] if thing["cluster"] == "bank/c/top")
    assert [[step["to"] for step in route["steps"]] for route in top["routes"]] == [["bank/c/x", "bank/c/top"], ["bank/c/y", "bank/c/top"]]
    assert "top" not in dict(things(common(people.graph, VIEW, inquiry, ids(0, 1, 3))))


def test_hubs_are_named_and_not_crossed(people: World, inquiry: Inquiry) -> None:
    for n in (10, 11):
        people.link(f"bank/p/{n}", "DIRECTOR_OF", people.entity(f"bank/c/{n}", "Company", f"C{n}"))
    answer = common(people.graph, VIEW, inquiry, ids(1, 2), hops=2, hub_links=5)
    assert [key.split("/")[-1] for key in answer["hubs"]] == ["busy"] and answer["cut_by"] == ["hubs"]
    assert "1 hubs, with more than 5 links" in answer["cut_text"][0]
    hub = next(t for t in common(people.graph, VIEW, inquiry, ids(0, 2), hub_links=5)["things"] if t["cluster"] == "bank/address/busy")
    assert (hub["hub"], hub["degree"]) == (True, 5)
    assert common(people.graph, VIEW, inquiry, ids(1, 2), hops=2)["hubs"] == []


def test_links_among_them_and_types_and_duplicates(people: World, inquiry: Inquiry) -> None:
    people.link("bank/p/0", "FAMILY_OF", "bank/p/1")
    answer = common(people.graph, VIEW, inquiry, ids(0, 1, 0))
    assert [link["sentence"] for step in answer["direct"] for link in step["links"]] == ["P0 is recorded as family of P1."]
    assert common(people.graph, VIEW, inquiry, ids(0, 1), types=["family-of"])["things"] == []
    people.same("bank/p/1", people.entity("post/p/1", "Person", "P1"))
    twice = common(people.graph, VIEW, inquiry, [*ids(0, 1), "post/p/1"])
    assert twice["duplicates"] == [{"id": "post/p/1", "same_as": "bank/p/1"}] and len(twice["given"]) == 2
    with pytest.raises(InputError, match="1 different"):
        common(people.graph, VIEW, inquiry, ["bank/p/1", "post/p/1"])


def test_a_link_to_a_hub_of_the_list_is_found_from_its_other_end(people: World, inquiry: Inquiry) -> None:
    answer = common(people.graph, VIEW, inquiry, ["bank/address/busy", *ids(2)], most_each=2)
    assert [link["sentence"] for step in answer["direct"] for link in step["links"]] == ["P2 lives at busy."]
    assert answer["direct"][0]["count"] == 1 and answer["cut_by"] == ["links"]


def test_each_cut_is_told(people: World, inquiry: Inquiry) -> None:
    assert common(people.graph, VIEW, inquiry, ids(0, 1, 2), limit=1)["cut_by"] == ["limit"]
    assert common(people.graph, VIEW, inquiry, ids(0, 1), most_each=1)["cut_by"] == ["links"]
    assert common(people.graph, VIEW, inquiry, ids(0, 1), hops=2, most_middle_links=3)["cut_by"] == ["middles"]


@pytest.mark.parametrize("wrong", [{"hops": 0}, {"hops": 3}, {"limit": 0}, {"limit": 201}, {"types": ["LIVE"]}, {"identity": "sure"}])
def test_wrong_input_says_what_can_be(people: World, inquiry: Inquiry, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        common(people.graph, VIEW, inquiry, ids(0, 1), **wrong)


def test_a_list_keeps_what_is_right_and_tells_what_is_not(people: World, inquiry: Inquiry) -> None:
    people.entity("post/p/1", "Person", "P1")
    found, problems = listed(people.graph, VIEW, inquiry, ["bank/p/0", "bank/p/0", "Nobody Atall", "P1", "bank/p/2", " "])
    assert found == ids(0, 2)
    assert [one["text"] for one in problems] == ["Nobody Atall", "P1", " ", "bank/p/0"] and len(problems[1]["candidates"]) == 2
    assert "more than once" in problems[3]["problem"]
    with pytest.raises(InputError, match="One entity is left"):
        listed(people.graph, VIEW, inquiry, ["bank/p/0", "Nobody Atall"])
    with pytest.raises(InputError, match="201 entries"):
        listed(people.graph, VIEW, inquiry, ["x"] * 201)
    with pytest.raises(InputError, match="51 different"):
        many = [people.entity(f"post/q/{n}", "Person", f"Q{n}") for n in range(51)]
        common(people.graph, VIEW, inquiry, many)
    with pytest.raises(NotFound):
        common(people.graph, View(("bank",)), inquiry, ["bank/p/0", "post/p/1"])
