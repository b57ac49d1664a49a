"""Around an entity: counts first, then pages; of a hub only what is cheap to know, whatever is hidden beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphsvc.connections.around import around
from graphsvc.errors import InputError, IntegrityError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from tests.connections.conftest import ALL, OPEN
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
CY = "bills/person/cy"


def test_links_of_all_that_the_entity_is_are_counted_by_type_and_year(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    answer = around(world.graph, ALL, inquiry, "register/person/ada")
    assert answer["cluster"]["members"] == ["register/person/ada", "secret/person/ada"]
    assert [s["evidence"] for s in answer["cluster"]["same_as"]] == [{"properties": ["full"]}]
    (group,) = answer["counts"]
    assert (group["type"], group["outgoing"], group["links"], group["more"]) == ("DIRECTOR_OF", True, 2, False)
    assert [(one["type"], one["year"], one["links"]) for one in group["by"]] == [("Company", "2019", 1), ("Company", "unknown", 1)]
    assert [one["id"] for one in answer["neighbours"]] == ["register/company/holm", "secret/company/deep"]
    for one in answer["neighbours"]:
        assert all(record in answer["records"] for link in one["links"] for record in link["records"])
    assert json.loads(json.dumps(answer)) == answer


def test_a_hidden_source_is_not_counted_and_joins_nothing(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    answer = around(world.graph, OPEN, inquiry, "register/person/ada")
    assert answer["counts"][0]["links"] == 1 and "secret" not in json.dumps(answer)
    with pytest.raises(NotFound):
        around(world.graph, OPEN, inquiry, "secret/person/ada")


def test_without_identity_only_the_entity_itself_counts(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    alone = around(world.graph, ALL, inquiry, "register/person/ada", identity="none")
    assert alone["cluster"]["members"] == ["register/person/ada"] and alone["counts"][0]["links"] == 1


def flat(group: dict[str, Any]) -> tuple[Any, ...]:
    return group["type"], group["outgoing"], group["links"], group["more"]


def hub(world: World, tenants: int) -> str:
    """An address with many tenants and one company, whose tenants rest on one record each."""
    world.source("bank", "Bank")
    address = world.entity("bank/address/q", "Address", "Quay 4")
    world.link(world.entity("bank/company/c", "Company", "Holm"), "REGISTERED_AT", address, valid_from="2019-05")
    world.graph.statement(
        "MATCH (a:Entity {id: $a}) UNWIND range(1, $n) AS i "
        "CREATE (p:Entity:Person:Src_bank {id: 'bank/person/' + right('00000' + i, 6), source: 'bank', compartment: 'bank', "
        "type: 'Person', caption: 'P' + i, seq_from: 1}) CREATE (p)-[r:LIVES_AT {id: 'bank/L/' + i, source: 'bank'}]->(a) "
        "SET r += {compartment: 'bank', records: [$r], seq_from: 1, valid_from: '2020'}",
        a=address,
        n=tenants,
        r=world.record("bank"),
    )
    return address


def test_a_hub_says_more_than_and_its_small_types_are_counted_still(world: World, inquiry: Inquiry) -> None:
    address, view = hub(world, 300), View(("bank",))
    answer = around(world.graph, view, inquiry, address, most=100, limit=5)
    tenants = next(group for group in answer["counts"] if group["type"] == "LIVES_AT")
    assert (tenants["links"], tenants["more"], tenants["by"]) == (100, True, [])
    company = next(group for group in answer["counts"] if group["type"] == "REGISTERED_AT")
    assert company["by"] == [{"type": "Company", "year": "2019", "links": 1, "neighbours": 1}]
    exact = around(world.graph, view, inquiry, address, most=301)["counts"]
    assert [flat(group) for group in exact] == [("LIVES_AT", False, 300, False), ("REGISTERED_AT", False, 1, False)]


def test_counting_a_hub_reads_no_more_than_its_bound(graph: Graph, world: World, inquiry: Inquiry) -> None:
    """The work that Neo4j says it did for one type: as much for 40,000 tenants as for 2,000."""
    hits = []
    for tenants in (2_000, 40_000):
        graph.auto("admin/wipe")
        graph.statement("MERGE (s:Seq {id: 'seq'}) SET s.value = 1")
        address = hub(world, tenants)
        hits.append(_db_hits(graph, address, most=1_000))
    assert hits[1] <= hits[0] * 1.1


def _db_hits(graph: Graph, address: str, most: int) -> int:
    from graphsvc.graph.queries import query

    with graph._driver.session(database=graph._database) as session:
        text = "PROFILE " + query("questions/around_of_type", link="LIVES_AT")
        wanted: dict[str, Any] = {"searched": ["bank"], "first": None, "last": None, "least": 1, "events": [], "avoid": []}
        summary = session.run(text, ids=[address], outgoing=False, most=most, compartments=["bank"], **wanted).consume()
    assert summary.profile is not None

    def total(plan: dict[str, Any]) -> int:
        return int(plan.get("dbHits", 0)) + sum(total(child) for child in plan.get("children", []))

    return total(summary.profile)


def test_pages_give_every_neighbour_once_in_one_order(world: World, inquiry: Inquiry) -> None:
    address, view = hub(world, 25), View(("bank",))
    seen: list[str] = []
    after: str | None = None
    while True:
        page = around(world.graph, view, inquiry, address, limit=10, after=after)
        assert (page["counts"] is None) == (after is not None) and len(page["neighbours"]) <= 10
        seen += [one["id"] for one in page["neighbours"]]
        if (after := page["next"]) is None:
            break
    assert len(seen) == 26 and seen == sorted(set(seen))


def test_pages_are_narrowed_by_type_link_and_year_and_counts_are_not(world: World, inquiry: Inquiry) -> None:
    address, view = hub(world, 5), View(("bank",))

    def ids(**narrowed: Any) -> list[str]:
        answer = around(world.graph, view, inquiry, address, **narrowed)
        assert sum(group["links"] for group in answer["counts"]) == 6
        return [one["id"] for one in answer["neighbours"]]

    assert ids(type="organization") == ids(links=["registered-at"]) == ids(year="2019") == ["bank/company/c"]
    assert len(ids(type="Person", year="2020")) == 5
    assert ids(year="unknown") == ids(type="Person", year="2019") == []


def test_many_links_to_one_neighbour_are_one_neighbour_that_counts_them(world: World, inquiry: Inquiry) -> None:
    world.source("bank", "Bank")
    a, b = world.entity("bank/account/a", "Account", "A"), world.entity("bank/account/b", "Account", "B")
    for day in range(10, 25):
        world.link(a, "TRANSFERRED_TO", b, at=f"2020-06-{day}T10:00:00.000Z")
    answer = around(world.graph, View(("bank",)), inquiry, b)
    assert answer["counts"][0]["by"] == [{"type": "Account", "year": "2020", "links": 15, "neighbours": 1}]
    (one,) = answer["neighbours"]
    assert one["count"] == 15 and len(one["links"]) == 10
    assert one["links"][0]["sentence"] == "A transferred money to B, on 2020-06-10 at 10:00 UTC."


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": 201}, {"type": "Persn"}, {"links": ["OWN"]}, {"year": "19"}, {"year": "next"}, {"identity": "sure"}]
)
def test_wrong_input_says_what_can_be(world: World, inquiry: Inquiry, wrong: dict[str, Any]) -> None:
    world.mystery()
    with pytest.raises(InputError):
        around(world.graph, ALL, inquiry, CY, **wrong)


def test_unknown_and_withdrawn_ids_are_not_found_and_a_link_without_a_record_is_an_error(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    world.entity("bills/person/gone", "Person", "Gone", seq_to=2)
    for id in ("bills/person/gone", "bills/person/never"):
        with pytest.raises(NotFound, match="No entity in view"):
            around(world.graph, ALL, inquiry, id)
    world.link(CY, "HAS_PHONE", "phones/phone/d1", records=["bills/record/rows/gone@0"])
    with pytest.raises(IntegrityError):
        around(world.graph, ALL, inquiry, CY)
