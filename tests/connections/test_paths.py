"""Paths: what is found, within which view, how it is told, and what is said when it is cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphsvc.connections import paths
from graphsvc.errors import InputError, IntegrityError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.queries import query
from graphsvc.graph.topology.arrays import order
from graphsvc.graph.topology.topology import Topology
from graphsvc.graph.view import Inquiry, View
from tests.connections.conftest import ALL, OPEN
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
ADA, BO = "register/person/ada", "phones/person/bo"


@pytest.fixture(autouse=True, params=["cypher", "memory"])
def engine(request: pytest.FixtureRequest, graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test here asks both engines, the second with a topology of what is in the graph when the question comes."""
    monkeypatch.setattr(graph, "topology", Topology(tmp_path / "topology") if request.param == "memory" else None)
    return str(request.param)


def find_paths(graph: Graph, *args: Any, **kwargs: Any) -> dict[str, Any]:
    if graph.topology is not None:
        graph.topology.build(graph)
    answer = paths.find_paths(graph, *args, **kwargs)
    assert answer["engine"] == ("cypher" if graph.topology is None else "memory")
    return answer


def test_a_path_crosses_sources_and_shows_the_record_of_every_hop(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    answer = find_paths(world.graph, OPEN, inquiry, ADA, BO)
    assert answer["complete"] and answer["cut_by"] == []
    (path,) = answer["paths"]
    assert (path["length"], path["crossings"], path["sources"]) == (5, 2, ["bills", "phones", "register"])
    assert path["hops"][0]["sentence"] == "Ada Holm is a director of Holm Shipping, from 2019-05 until 2021."
    assert path["hops"][3]["sentence"] == "Cy Brandt is billed for supply at Quay 4, 5003 Bergen, 1,234.56 NOK."
    assert [hop["forward"] for hop in path["hops"] if hop["kind"] == "link"] == [True, True, False, True, False]
    for hop in path["hops"]:
        assert hop["evidence"]["properties"] == ["full"] if hop["kind"] == "same_as" else hop["records"]
    for record in answer["records"].values():
        assert record["file"] == f"{record['source']}.csv" and record["line"] > 1 and record["in_force"]
    assert json.loads(json.dumps(answer)) == answer


def test_a_hidden_source_shows_in_no_part_of_the_answer(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    seen = find_paths(world.graph, ALL, inquiry, ADA, BO)
    assert seen["paths"][0]["length"] == 2 and "Deep Holding" in json.dumps(seen)
    hidden = json.dumps(find_paths(world.graph, OPEN, inquiry, ADA, BO))
    assert "secret" not in hidden and "Deep" not in hidden
    with pytest.raises(NotFound):
        find_paths(world.graph, OPEN, inquiry, ADA, "secret/person/bo")
    with pytest.raises(InputError) as error:
        find_paths(world.graph, OPEN, inquiry, ADA, BO, sources=["secrets"])
    assert "secret'" not in str(error.value.hint) and "register" in str(error.value.hint)


def test_sources_and_types_narrow_the_search_and_no_path_is_an_answer(world: World, inquiry: Inquiry) -> None:
    memory = world.graph.topology is not None
    world.mystery()
    answer = find_paths(world.graph, ALL, inquiry, ADA, BO, sources=["SECRET"])
    assert [p["sources"] for p in answer["paths"]] == [["phones", "register", "secret"]]
    nothing = find_paths(world.graph, ALL, inquiry, ADA, BO, types=["has-phone"])
    assert nothing["paths"] == [] and nothing["complete"] and nothing["searched"]["types"] == ["HAS_PHONE"]
    assert nothing["searched"] == {
        "sources": sorted(ALL.compartments),
        "max_hops": 6,
        "max_steps": 13,
        "types": ["HAS_PHONE"],
        "hub_links": 1000,
        "not_through": ["Place"],
        "budget": 5_000_000 if memory else None,
        "narrowed": ["Not through what is of type Place."],
    }
    assert find_paths(world.graph, OPEN, inquiry, ADA, BO, max_hops=4)["paths"] == []
    assert len(find_paths(world.graph, OPEN, inquiry, ADA, BO, max_hops=5)["paths"]) == 1


def test_retired_links_and_possible_identity_are_not_used(world: World, inquiry: Inquiry) -> None:
    world.source("bank", "Bank")
    a, b, c, d = (world.entity(f"bank/p/{n}", "Person", f"P{n}") for n in range(4))
    world.link(a, "RELATED_TO", b, seq_to=3)
    world.same(b, c, type="POSSIBLY_SAME")
    world.same(c, d, seq_to=2)
    for x, y in ((a, b), (b, c), (c, d)):
        assert find_paths(world.graph, View(("bank",)), inquiry, x, y)["paths"] == []


def test_what_may_be_the_same_is_crossed_when_asked_to_and_nothing_is_when_asked_to(world: World, inquiry: Inquiry) -> None:
    world.source("bank", "Bank")
    world.source("post", "Post")
    a, b, c = world.entity("bank/p/a", "Person", "A"), world.entity("post/p/b", "Person", "B"), world.entity("post/p/c", "Person", "C")
    world.same(a, b, type="POSSIBLY_SAME")
    world.same(a, c)

    def found(to: str, identity: str) -> list[str]:
        answer = find_paths(world.graph, View(("bank", "post")), inquiry, a, to, identity=identity)
        assert answer["question"]["identity"] == identity
        return [hop["sentence"] for path in answer["paths"] for hop in path["hops"]]

    assert found(b, "possible") == ["A is stated to be possibly the same as B (exact-identifier)."]
    assert found(c, "possible") == found(c, "certain") == ["A is stated to be the same as C (exact-identifier)."]
    assert found(b, "certain") == found(b, "none") == found(c, "none") == []
    with pytest.raises(InputError, match="no identity level"):
        found(b, "sure")


def test_parallel_links_are_one_hop_that_counts_the_others(world: World, inquiry: Inquiry) -> None:
    world.source("bank", "Bank")
    with world.together():
        for n in range(5):
            world.entity(f"bank/account/{n}", "Account", f"NO{n}")
        for n in range(3):
            for i in range(14):
                at = f"2020-06-{29 - i:02}T02:33:00.000Z"
                world.link(f"bank/account/{n}", "TRANSFERRED_TO", f"bank/account/{n + 1}", at=at, amount=54459579, amount_currency="EUR")
        world.link("bank/account/0", "TRANSFERRED_TO", "bank/account/4", at="2020-01-01", amount=100, amount_currency="JPY")
        for n in range(1, 4):
            world.link("bank/account/4", "TRANSFERRED_TO", f"bank/account/{n}", at=f"2021-01-0{n}")
    answer = find_paths(world.graph, View(("bank",)), inquiry, "bank/account/0", "bank/account/3", k=2, rank="shortest")
    longer = sorted((["bank/account/" + n for n in way] for way in ("12", "42", "14")), key=lambda way: [order(n) for n in way])
    assert [p["nodes"][1:-1] for p in answer["paths"]] == [["bank/account/4"], longer[0]]
    (by_one,) = find_paths(world.graph, View(("bank",)), inquiry, "bank/account/0", "bank/account/3", k=1, rank="shortest")["paths"]
    assert by_one == answer["paths"][0]
    three = find_paths(world.graph, View(("bank",)), inquiry, "bank/account/0", "bank/account/3", k=4, rank="shortest")["paths"][
        1 + longer.index(["bank/account/1", "bank/account/2"])
    ]
    hop = three["hops"][0]
    assert hop["sentence"] == "NO0 transferred money to NO1, on 2020-06-16 at 02:33 UTC, 544,595.79 EUR."
    assert hop["also"]["n"] == 13 and len(hop["also"]["ids"]) == 13 and hop["id"] not in hop["also"]["ids"]
    assert answer["paths"][0]["hops"][0]["sentence"].endswith("on 2020-01-01, 100 JPY.")
    assert answer["cut_by"] == ["k"]
    for path in find_paths(world.graph, View(("bank",)), inquiry, "bank/account/0", "bank/account/3", k=50)["paths"]:
        assert len(set(path["nodes"])) == len(path["nodes"])


def test_the_same_question_gives_the_same_answer_whatever_the_order_of_writing(graph: Graph, world: World, inquiry: Inquiry) -> None:
    answers = []
    for written in (range(30), reversed(range(30))):
        graph.auto("admin/wipe")
        graph.statement("MERGE (s:Seq {id: 'seq'}) SET s.value = 1")
        world.source("bank", "Bank")
        world.entity("bank/p/a", "Person", "A")
        world.entity("bank/p/b", "Person", "B")
        with world.together():
            for n in written:
                world.entity(f"bank/c/{n:02}", "Company", f"C{n}")
                world.link("bank/p/a", "DIRECTOR_OF", f"bank/c/{n:02}")
                world.link("bank/p/b", "OWNS", f"bank/c/{n:02}")
        answer = find_paths(graph, View(("bank",)), inquiry, "bank/p/a", "bank/p/b", k=3)
        answers.append(([p["nodes"] for p in answer["paths"]], answer["cut_by"], answer["cut_text"]))
    assert answers[0] == answers[1]
    first = sorted((f"bank/c/{n:02}" for n in range(30)), key=order)[:3]
    assert answers[0][0] == [["bank/p/a", company, "bank/p/b"] for company in first]
    assert answers[0][1][-1] == "k" and "cut at 3" in answers[0][2][-1]


def test_a_hop_that_cannot_show_a_record_in_force_is_an_error(world: World, inquiry: Inquiry) -> None:
    world.source("bank", "Bank")
    a, b, c, d = (world.entity(f"bank/p/{n}", "Person", f"P{n}") for n in range(4))
    world.link(a, "RELATED_TO", b, records=["bank/record/rows/gone@0"])
    world.link(b, "RELATED_TO", c, records=[world.record("bank", seq_to=2)])
    world.same(c, d, evidence=None)
    for x, y in ((a, b), (b, c), (c, d)):
        with pytest.raises(IntegrityError):
            find_paths(world.graph, View(("bank",)), inquiry, x, y)


def test_a_search_ended_by_its_time_limit_says_so(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    answer = paths.find_paths(world.graph, OPEN, inquiry, ADA, BO, timeout_s=1e-9)
    assert (answer["paths"], answer["complete"], answer["cut_by"]) == ([], False, ["time"])
    assert "time limit" in answer["cut_text"][0]


@pytest.mark.parametrize("engine", ["cypher"], indirect=True)
def test_a_search_that_the_database_ends_says_so_too(graph: Graph, world: World, inquiry: Inquiry) -> None:
    """A graph of parallel and crossing links in which a trail to an unreachable end takes far longer than the limit."""
    world.source("bank", "Bank")
    graph.statement(
        "UNWIND range(0, 1499) AS i CREATE (:Entity:Person:Src_bank {id: 'bank/p/' + i, source: 'bank', compartment: 'bank', "
        "type: 'Person', caption: 'P', seq_from: 1})"
    )
    graph.statement(
        "UNWIND range(0, 1499) AS i MATCH (a:Entity {id: 'bank/p/' + i}) UNWIND range(1, 30) AS j "
        "MATCH (b:Entity {id: 'bank/p/' + ((i * 7 + j * 53) % 1500)}) "
        "CREATE (a)-[:RELATED_TO {id: 'bank/R/' + i + '-' + j, source: 'bank', compartment: 'bank', records: [$record], seq_from: 1}]->(b)",
        record=world.record("bank"),
    )
    answer = find_paths(graph, View(("bank",)), inquiry, "bank/p/0", "bank/p/1", max_hops=12, k=100, types=["RELATED_TO"], timeout_s=0.05)
    assert "time" in answer["cut_by"] and not answer["complete"]  # a fast machine has found more than k by then and says that too


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_hops": 0},
        {"max_hops": 13},
        {"k": 0},
        {"k": 101},
        {"types": ["DIRECTOR"]},
        {"types": ["x}) DETACH DELETE n //"]},
        {"sources": ["nope"]},
    ],
)
def test_wrong_bounds_and_names_are_refused(world: World, inquiry: Inquiry, wrong: dict[str, object]) -> None:
    world.mystery()
    with pytest.raises(InputError):
        find_paths(world.graph, OPEN, inquiry, ADA, BO, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("when", ["2019/05", "2019.05.03", "2019-05/3", "2019ab-", "2019-5", "2019-02-30", ""])
def test_a_date_is_read_whole_or_not_at_all(world: World, inquiry: Inquiry, when: str) -> None:
    world.mystery()
    for options in ({"on": when}, {"during": f"2018..{when or 'x'}"}, {"during": f"{when or 'x'}.."}):
        with pytest.raises(InputError, match=r"is no (date|period)"):
            find_paths(world.graph, OPEN, inquiry, ADA, BO, **options)  # type: ignore[arg-type]


def crowded(world: World) -> tuple[str, str, str, list[str]]:
    """Two people who run thirty companies together, and know each other by way of three others; of the middle one two sources tell."""
    for source in ("bank", "post"):
        world.source(source, source)
    with world.together():
        a, b, x, y, z = (world.entity(f"bank/p/{name}", "Person", name) for name in "abxyz")
        other = world.entity("post/p/y", "Person", "y")
        companies = [world.entity(f"bank/c/{n:02}", "Company", f"C{n}") for n in range(30)]
        for company in companies:
            world.link(a, "DIRECTOR_OF", company)
            world.link(b, "DIRECTOR_OF", company)
        world.same(y, other)
        for one, two in ((a, x), (x, y), (other, z), (z, b)):
            world.link(one, "FAMILY_OF", two)
    return a, b, other, companies


def test_by_way_of_something_far_and_past_what_is_near(world: World, inquiry: Inquiry) -> None:
    a, b, middle, companies = crowded(world)
    view, far = View(("bank", "post")), [a, "bank/p/x", "bank/p/y", "post/p/y", "bank/p/z", b]
    for via in (middle, "bank/p/y"):
        answer = find_paths(world.graph, view, inquiry, a, b, rank="shortest", k=1, via=via)
        assert [path["nodes"] for path in answer["paths"]] == [far] and f"By way of y [{via}]." in answer["searched"]["narrowed"]
    past = find_paths(world.graph, view, inquiry, a, b, rank="shortest", k=3, avoid=companies)
    assert [path["nodes"] for path in past["paths"]] == [far] and past["complete"]
    nothing = find_paths(world.graph, view, inquiry, a, b, avoid=[*companies, middle])
    assert nothing["paths"] == [] and nothing["complete"]


def test_what_is_the_same_as_an_end_or_as_what_to_go_by_is_not_to_be_avoided(world: World, inquiry: Inquiry) -> None:
    a, b, middle, _ = crowded(world)
    other_a = world.entity("post/p/a", "Person", "a")
    world.same(a, other_a)
    view = View(("bank", "post"))
    with pytest.raises(InputError, match="post/p/a is to be avoided, and is stated to be the same as an end"):
        find_paths(world.graph, view, inquiry, a, b, avoid=[other_a])
    with pytest.raises(InputError, match="the same as what paths are to go by"):
        find_paths(world.graph, view, inquiry, a, b, via=middle, avoid=["bank/p/y"])
    assert find_paths(world.graph, view, inquiry, a, b, via=other_a, k=1)["paths"]  # every path goes by an end


def test_what_a_question_is_narrowed_by_is_told(world: World, inquiry: Inquiry) -> None:
    a, b, _, companies = crowded(world)
    asked: dict[str, Any] = {"min_evidence": 2, "sequential": True, "identity": "possible", "during": "2019..", "avoid": companies[:1]}
    told = find_paths(world.graph, View(("bank", "post")), inquiry, a, b, **asked)["searched"]["narrowed"]
    assert told == [
        "Only what may have held from 2019 on.",
        "Only links that may have followed each other in time.",
        "Only what rests on 2 records at least.",
        "Not through C0 [bank/c/00].",
        "Not through what is of type Place.",
        "What is only possibly the same is crossed, too.",
    ]


def test_both_ends_must_differ_and_be_in_view(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    with pytest.raises(InputError, match="same entity"):
        find_paths(world.graph, OPEN, inquiry, ADA, ADA)
    with pytest.raises(NotFound):
        find_paths(world.graph, OPEN, inquiry, ADA, "' OR 1=1 //")


def test_the_search_is_planned_bidirectional(graph: Graph) -> None:
    text = "EXPLAIN " + query("paths/shortest", fetch=5, steps=12)
    parameters = {
        "from": "a",
        "to": "b",
        "compartments": ["x", "y"],
        "searched": ["x", "y"],
        "types": None,
        "crossing": ["SAME_AS"],
        "skip": [],
        "avoid": [],
        "no_middles": [],
    }
    with graph._driver.session() as session:
        plan = session.run(text, parameters).consume().plan
    assert plan is not None and "StatefulShortestPath(Into)" in plan["args"]["string-representation"]
