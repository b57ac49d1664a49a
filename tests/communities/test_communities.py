"""Communities of one run: what is projected, what joins and what does not, that a run repeats exactly, and who may see it."""

from __future__ import annotations

import itertools
from pathlib import Path
from random import Random

import pytest

from graphsvc.communities import questions
from graphsvc.errors import NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import View
from tests.communities.groups import Groups, found, job, reading, run
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
SCALE = {"scale": 100.0}


def listed(groups: Groups, run: str, **given: object) -> list[dict[str, object]]:
    asked = {"job": None, "run": run, "entity": None, "limit": 50, "after": 0, **given}
    return questions.list_question(reading(groups.graph), **asked)["communities"]  # type: ignore[arg-type,no-any-return]


def test_a_seeded_run_repeats_exactly_whatever_the_order_of_loading(graph: Graph, tmp_path: Path) -> None:
    """A graph of 200 people with links at random, written in two orders: the same communities, the same projection."""
    people = [f"register/person/p{n:03d}" for n in range(200)]
    pairs = sorted(set(tuple(sorted(Random(n).sample(people, 2))) for n in range(500)))
    told = []
    for order in (0, 1):
        graph.auto("admin/wipe")
        groups = Groups(World(graph, tmp_path / str(order)))
        shuffled = Random(order)
        with groups.world.together():
            for id in shuffled.sample(people, len(people)):
                groups.world.entity(id, "Person", id)
            for a, b in shuffled.sample(pairs, len(pairs)):
                groups.world.link(a, "FAMILY_OF", b)
        first, second = (run(graph, job(name=name, **SCALE)) for name in ("one", "two"))
        members = [list(found(graph, each["id"]).values()) for each in (first, second)]
        assert members[0] == members[1] and len(members[0]) > 5
        assert first["projection_sha256"] == second["projection_sha256"]
        told.append((members[0], first["projection_sha256"], first["result"]["modularity"]))
    assert told[0] == told[1]


def test_attributes_join_and_are_no_members_and_places_join_nobody(groups: Groups) -> None:
    people = [groups.person(f"register/person/{n}") for n in range(6)]
    phone = groups.world.entity("register/phone/x", "Phone", "+4755501234", number="+4755501234")
    place = groups.world.entity("register/place/x", "Place", "A crossing")
    for one in people[:3]:
        groups.world.link(one, "HAS_PHONE", phone)
    for one in people[3:]:
        groups.world.link(one, "CROSSED_AT", place)
    last = run(groups.graph, job(**SCALE))
    assert found(groups.graph, last["id"]) == {"groups-1": people[:3]}
    [one] = listed(groups, last["id"])
    assert (one["size"], one["things"]) == (3, 1)


def test_a_hub_joins_nobody(groups: Groups) -> None:
    a, b = groups.group("a", 4), groups.group("b", 4)
    agent = groups.world.entity("register/address/agent", "Address", "Harbour 1", full="Harbour 1")
    for one in [*a, *b]:
        groups.world.link(one, "HAS_ADDRESS", agent)
    wide = run(groups.graph, job(name="wide", hub_links=8, scale=100_000.0))
    narrow = run(groups.graph, job(name="narrow", hub_links=7, scale=100_000.0))
    assert list(found(groups.graph, wide["id"]).values()) == [a + b]
    assert list(found(groups.graph, narrow["id"]).values()) == [a, b] and narrow["result"]["hubs"] == 1


def test_those_that_are_the_same_are_one_member_and_all_of_them_belong(groups: Groups) -> None:
    a = groups.group("a", 3)
    twin = groups.person("bills/person/twin")
    groups.same(a[0], twin)
    last = run(groups.graph, job(**SCALE))
    assert found(groups.graph, last["id"]) == {"groups-1": sorted([*a, twin])}
    assert listed(groups, last["id"])[0]["size"] == 3


def test_a_pair_is_no_community_and_a_link_with_more_records_weighs_more(groups: Groups) -> None:
    groups.group("pair", 2)
    three = groups.group("a", 3)
    rows = [groups.world.record("register") for _ in range(3)]
    x = groups.person("register/person/x")
    groups.world.link(x, "FAMILY_OF", three[0], records=rows[:1])
    last = run(groups.graph, job(scale=10_000.0))
    assert list(found(groups.graph, last["id"]).values()) == [sorted([*three, x])]
    weight = last["result"]["weight"]
    groups.graph.statement("MATCH ({id: $id})-[r]-() SET r.records = $rows", id=x, rows=rows)
    assert run(groups.graph, job(scale=10_000.0))["result"]["weight"] == weight + 1.0


def test_every_measure_is_of_the_same_projection(groups: Groups) -> None:
    a, b = groups.group("a", 4), groups.group("b", 4)
    groups.links([(a[0], b[0])])
    measures = ["wcc", "pagerank", "betweenness", "articulation_points", "bridges"]
    last = run(groups.graph, job(measures=measures, **SCALE))
    result = last["result"]
    assert result["wcc"] == {"components": 1, "largest": 8} and result["bridges"] == {"bridges": 1}
    assert result["articulation_points"] == {"points": 2} and result["betweenness"] == {"samples": 8}
    shown = questions.show_question(reading(groups.graph), "groups-1", run=None, limit=9, after=0)
    ends = {one["id"]: (one["articulation_points"], one["betweenness"] > 0) for one in shown["members"]}
    assert ends == {a[0]: (1.0, True), **{id: (0.0, False) for id in a[1:]}}


def test_a_member_is_shown_with_its_links_inside_and_their_records(groups: Groups) -> None:
    a, b = groups.group("a", 4), groups.group("b", 4)
    groups.links([(a[0], b[0])])
    run(groups.graph, job(**SCALE))
    shown = questions.show_question(reading(groups.graph), "groups-1", run=None, limit=2, after=0)
    assert [one["id"] for one in shown["members"]] == a[:2] and shown["next"] == 2
    first = shown["members"][0]
    assert first["inside"] == 3 and {link["to"] for link in first["why"]} == set(a[1:])
    assert all(link["records"] and set(link["records"]) <= shown["records"].keys() for link in first["why"])
    assert listed(groups, None, entity=b[1])[0]["id"] == "groups-2"  # type: ignore[arg-type]


def test_a_result_is_there_for_views_with_all_that_its_run_saw_and_for_no_other(groups: Groups) -> None:
    a = groups.group("a", 4)
    last = run(groups.graph, job(**SCALE))
    narrow = reading(groups.graph, View(("register",), "analytics"))
    for ask in (
        lambda: questions.list_question(narrow, job=None, run=None, entity=None, limit=5, after=0),
        lambda: questions.list_question(narrow, job=None, run=last["id"], entity=None, limit=5, after=0),
        lambda: questions.show_question(narrow, "groups-1", run=None, limit=5, after=0),
        lambda: questions.export_question(narrow, job=None, run=None),
    ):
        with pytest.raises(NotFound):
            ask()
    wide = reading(groups.graph, View(("register", "bills", "more"), "analytics"))
    assert questions.show_question(wide, "groups-1", run=None, limit=9, after=0)["community"]["entities"] == len(a)


def test_an_export_has_a_row_a_member_and_no_formula(groups: Groups) -> None:
    a = groups.group("a", 3)
    groups.graph.statement("MATCH (n {id: $id}) SET n.caption = '=HYPERLINK(\"x\")'", id=a[0])
    run(groups.graph, job(**SCALE))
    told = questions.export_question(reading(groups.graph), job=None, run=None)
    lines = told.files["csv"].decode().split("\r\n")
    assert lines[0] == "community,size,entity,type,source,caption" and len(lines) == 5
    assert lines[1] == '"groups-1","3","register/person/a0","Person","register","\'=HYPERLINK(""x"")"'


def test_a_graph_in_which_nobody_belongs_to_anybody_has_no_communities(groups: Groups) -> None:
    people = [groups.person(f"register/person/{n}") for n in range(4)]
    groups.links(itertools.pairwise(people))
    last = run(groups.graph, job(scale=1.0))
    assert last["status"] == "finished" and last["result"]["communities"] == 0
