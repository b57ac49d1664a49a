"""Which leads come first and why; what is one lead; when links held; what is not crossed. Both engines."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from graphsvc.connections import paths
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.topology.topology import Topology
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
BANK, POST = View(("bank",)), View(("bank", "post"))
A, B = "bank/p/a", "bank/p/b"


@pytest.fixture(autouse=True, params=["cypher", "memory"])
def engine(request: pytest.FixtureRequest, graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(graph, "topology", Topology(tmp_path / "topology") if request.param == "memory" else None)
    return str(request.param)


@pytest.fixture
def two(world: World) -> World:
    world.source("bank", "Bank")
    world.source("post", "Post")
    world.entity(A, "Person", "A")
    world.entity(B, "Person", "B")
    return world


def ask(world: World, inquiry: Inquiry, view: View = BANK, a: str = A, b: str = B, **asked: Any) -> dict[str, Any]:
    if world.graph.topology is not None:
        world.graph.topology.build(world.graph)
    answer = paths.find_paths(world.graph, view, inquiry, a, b, **asked)
    for lead in answer["paths"]:
        for path in (lead, *lead["variants"]["paths"]):
            costs = [hop["cost"] for hop in path["hops"] if hop["cost"] is not None]
            assert path["cost"] == sum(cost["total"] for cost in costs)
            for cost in costs:
                assert cost["total"] == sum(cost[part] for part in ("link", "type", "evidence", "possible", "time", "through"))
                if asked.get("rank") != "shortest" and cost["degree"] is not None:
                    assert cost["through"] == round(64 * math.log2(max(1, cost["degree"]))) / 64
    return answer


def middles(answer: dict[str, Any]) -> list[list[str]]:
    return [[node.rpartition("/")[2] for node in path["nodes"][1:-1]] for path in answer["paths"]]


def test_two_directors_of_a_small_firm_come_before_an_address_that_many_share(two: World, inquiry: Inquiry) -> None:
    firm, home = two.entity("bank/c/firm", "Company", "Firm"), two.entity("bank/a/home", "Address", "Agent's House")
    for person in (A, B):
        two.link(person, "DIRECTOR_OF", firm)
        two.link(person, "LIVES_AT", home)
    for n in range(30):
        two.link(two.entity(f"bank/p/{n:02}", "Person", f"P{n}"), "LIVES_AT", home)
    answer = ask(two, inquiry)
    assert middles(answer) == [["firm"], ["home"]] and answer["complete"]
    first, second = (path["hops"][0]["cost"] for path in answer["paths"])
    assert (first["degree"], first["through"], second["degree"], second["through"]) == (2, 1.0, 32, 5.0)
    assert first["link"] == 1.0 and first["evidence"] == 1.0 and first["records"] == 1
    assert answer["paths"][0]["cost"] == 5.0 and answer["paths"][1]["cost"] == 9.0


def test_three_links_through_telling_things_come_before_two_through_a_crowd(two: World, inquiry: Inquiry) -> None:
    one, other, home = (two.entity(f"bank/c/{n}", "Company", n) for n in ("one", "other", "home"))
    for x, y in ((A, one), (one, other), (B, other), (A, home), (B, home)):
        two.link(x, "OWNS", y)
    for n in range(60):
        two.link(two.entity(f"bank/p/{n:02}", "Person", f"P{n}"), "OWNS", home)
    assert middles(ask(two, inquiry)) == [["one", "other"], ["home"]]
    assert middles(ask(two, inquiry, rank="shortest")) == [["home"], ["one", "other"]]
    by_links = ask(two, inquiry, rank="shortest")["paths"]
    assert [path["cost"] for path in by_links] == [2.0, 3.0]


def test_a_hop_that_several_rows_tell_costs_less(two: World, inquiry: Inquiry) -> None:
    thin, firm = two.entity("bank/c/thin", "Company", "Thin"), two.entity("bank/c/firm", "Company", "Firm")
    for person in (A, B):
        two.link(person, "OWNS", thin)
        two.link(person, "OWNS", firm, records=[two.record("bank") for _ in range(3)])
    answer = ask(two, inquiry)
    assert middles(answer) == [["firm"], ["thin"]]
    assert [path["hops"][0]["cost"]["evidence"] for path in answer["paths"]] == [0.0, 1.0]
    assert middles(ask(two, inquiry, min_evidence=2)) == [["firm"]]
    again = [two.record("bank", key="row 7"), two.record("bank", key="row 7")]
    twice = two.entity("bank/c/twice", "Company", "Told twice by one row")
    for person in (A, B):
        two.link(person, "OWNS", twice, records=again)
    assert middles(ask(two, inquiry, min_evidence=2)) == [["firm"]]


def test_one_thing_in_two_sources_is_one_lead_and_not_several(two: World, inquiry: Inquiry) -> None:
    """A firm told by both sources, its directors too: eight chains of entities, one lead."""
    view = POST
    for source in ("bank", "post"):
        firm = two.entity(f"{source}/c/firm", "Company", "Firm")
        for person in "ab":
            if source == "post":
                two.entity(f"post/p/{person}", "Person", person.upper())
                two.same(f"bank/p/{person}", f"post/p/{person}")
            two.link(f"{source}/p/{person}", "DIRECTOR_OF", firm)
    two.same("bank/c/firm", "post/c/firm")
    answer = ask(two, inquiry, view)
    (lead,) = answer["paths"]
    assert lead["nodes"] == [A, "bank/c/firm", B] and lead["variants"] == {"n": 0, "paths": []}
    assert [hop["also"]["n"] for hop in lead["hops"]] == [1, 1] and lead["hops"][0]["cost"]["records"] == 2
    assert lead["hops"][0]["cost"]["degree"] == 2
    across = ask(two, inquiry, view, "post/p/a", B)["paths"]
    assert len(across) == 1 and across[0]["crossings"] == 1
    same = ask(two, inquiry, view, "post/p/a", A)["paths"]
    assert [(path["length"], path["crossings"], path["cost"]) for path in same] == [(0, 1, 0.0)]


def test_alternatives_to_one_inner_thing_are_variants(two: World, inquiry: Inquiry) -> None:
    firm, other = two.entity("bank/c/firm", "Company", "Firm"), two.entity("bank/c/other", "Company", "Other")
    two.link(A, "OWNS", firm)
    two.link(other, "OWNS", B)
    for n in range(4):
        middle = two.entity(f"bank/c/{n}", "Company", f"C{n}")
        two.link(firm, "OWNS", middle)
        two.link(middle, "OWNS", other)
    answer = ask(two, inquiry)
    (lead,) = answer["paths"]
    assert lead["variants"]["n"] == 3 and len(lead["variants"]["paths"]) == 2 and answer["complete"]
    assert all(hop["records"] for path in lead["variants"]["paths"] for hop in path["hops"])


@pytest.fixture
def dated(two: World) -> World:
    """By one firm at the same time, by one after another, by one the wrong way round, by one without dates."""
    periods = {
        "together": (("2015", "2019"), ("2017-05", "2020")),
        "after": (("2010", "2012-06"), ("2014", "2016")),
        "before": (("2014", "2016"), ("2010", "2012-06")),
        "undated": ((None, None), ("2011", "2012")),
    }
    for name, held in periods.items():
        firm = two.entity(f"bank/c/{name}", "Company", name)
        for person, (begin, end) in zip((A, B), held, strict=True):
            given = {key: value for key, value in (("valid_from", begin), ("valid_to", end)) if value}
            two.link(person, "OWNS", firm, **given)
    return two


def test_a_path_says_whether_its_links_held_together(dated: World, inquiry: Inquiry) -> None:
    told = {path["nodes"][1].rpartition("/")[2]: path for path in ask(dated, inquiry)["paths"]}
    times = {name: (path["time"], path["hops"][1]["cost"]["time"]) for name, path in told.items()}
    assert times == {"together": ("overlapping", 0), "after": ("sequential", 2), "before": ("disjoint", 2), "undated": ("unknown", 0)}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"during": "2018..2019"}, []),
        ({"during": "2017-05-31..2017-05-31"}, ["together"]),
        ({"on": "2019"}, ["together"]),
        ({"on": "2012"}, ["undated"]),
        ({"during": "..2012"}, ["undated"]),
        ({"during": "2012..2014"}, ["after", "before"]),
        ({"sequential": True}, ["after", "together", "undated"]),
        ({"during": "2010..", "sequential": True}, ["after", "together", "undated"]),
    ],
)
def test_filters_of_time(dated: World, inquiry: Inquiry, asked: dict[str, Any], wanted: list[str]) -> None:
    found = {path["nodes"][1].rpartition("/")[2] for path in ask(dated, inquiry, **asked)["paths"]}
    wanted = [*wanted, "together"] if asked == {"during": "2018..2019"} else wanted
    wanted = [*wanted, "undated"] if asked == {"during": "2012..2014"} else wanted
    assert sorted(found) == sorted(wanted)


def test_hubs_are_named_and_not_crossed_unless_asked(two: World, inquiry: Inquiry, engine: str) -> None:
    home = two.entity("bank/a/home", "Address", "Agent's House")
    two.entity("post/a/home", "Address", "Agent's House")
    two.same(home, "post/a/home")
    two.link(A, "LIVES_AT", home)
    two.link(B, "LIVES_AT", home)
    for n in range(3):
        two.link(two.entity(f"bank/p/{n}", "Person", f"P{n}"), "LIVES_AT", home)
        two.link(two.entity(f"post/p/{n}", "Person", f"P{n}"), "LIVES_AT", "post/a/home")
    answer = ask(two, inquiry, hub_links=4)
    assert (answer["paths"], answer["complete"], answer["cut_by"]) == ([], False, ["hubs"])
    assert answer["hubs"] == [{"id": home, "caption": "Agent's House", "degree": 5}] and answer["hubs_met"] == 1
    assert answer["cut_text"] == ["One thing with more than 4 neighbours in view was met and not crossed; there may be paths through it."]
    both = ask(two, inquiry, POST, hub_links=7)
    assert both["hubs"][0]["degree"] == 8
    for wider in ({"hub_links": 5}, {"hub_links": 4, "through_hubs": True}):
        crossed = ask(two, inquiry, **wider)
        assert middles(crossed) == [["home"]] and crossed["complete"] and crossed["hubs"] == []
    at_the_end = ask(two, inquiry, b=home, hub_links=2)
    assert len(at_the_end["paths"]) == 1


def test_paths_do_not_lead_through_what_the_ontology_takes_for_no_middle(two: World, inquiry: Inquiry) -> None:
    border = two.entity("bank/place/border", "Place", "Border post")
    two.link(A, "CROSSED_AT", border)
    two.link(B, "CROSSED_AT", border)
    answer = ask(two, inquiry)
    assert answer["paths"] == [] and answer["complete"] and answer["searched"]["not_through"] == ["Place"]
    assert len(ask(two, inquiry, b=border)["paths"]) == 1


def test_what_to_keep_out_of_and_what_to_go_by(two: World, inquiry: Inquiry) -> None:
    firms = [two.entity(f"bank/c/{n}", "Company", f"C{n}") for n in range(3)]
    for firm in firms:
        two.link(A, "OWNS", firm)
        two.link(B, "OWNS", firm)
    found = {node for (node,) in middles(ask(two, inquiry))}
    assert found == {"0", "1", "2"}
    assert sorted(middles(ask(two, inquiry, avoid=[firms[1]]))) == [["0"], ["2"]]
    assert middles(ask(two, inquiry, via=firms[1], max_hops=2)) == [["1"]]
    assert middles(ask(two, inquiry, via=A, max_hops=2, k=1))[0] in ([["0"], ["1"], ["2"]])
    with pytest.raises(NotFound):
        ask(two, inquiry, avoid=["secret/c/1"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"rank": "best"},
        {"during": "2019"},
        {"during": ".."},
        {"during": "2020..2019"},
        {"during": "2019-13..2020"},
        {"on": "yesterday"},
        {"on": "2019", "during": "2018..2019"},
        {"min_evidence": 0},
        {"min_evidence": 10},
        {"budget": 0},
        {"avoid": [A]},
        {"avoid": ["bank/c/1"], "via": "bank/c/1"},
        {"avoid": [f"bank/c/{n}" for n in range(51)]},
        {"k": 10_000},
        {"max_hops": 99},
    ],
)
def test_what_contradicts_itself_or_cannot_be_is_refused(two: World, inquiry: Inquiry, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        paths.find_paths(two.graph, BANK, inquiry, A, B, **wrong)


def test_a_budget_ends_the_search_in_memory_and_is_said(two: World, inquiry: Inquiry, engine: str) -> None:
    for n in range(40):
        two.link(A, "OWNS", two.entity(f"bank/c/{n}", "Company", f"C{n}"))
        two.link(B, "OWNS", two.entity(f"bank/d/{n}", "Company", f"D{n}"))
    answer = ask(two, inquiry, budget=10)
    assert answer["cut_by"] == (["budget"] if engine == "memory" else [])
    assert answer["complete"] == (engine == "cypher")
