"""The subgraph of a list: found by both engines alike, within the view, with the evidence of every hop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphsvc.connections.between import between
from graphsvc.connections.leads import Between
from graphsvc.connections.questions import between_question
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.topology.topology import Topology
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading, Result
from tests.connections.conftest import ALL, OPEN
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
ADA, BO, CY = "register/person/ada", "phones/person/bo", "bills/person/cy"


def test_it_joins_the_list_with_the_evidence_of_every_hop(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    world.entity("bills/person/eve", "Person", "Eve Alone")
    answer = between(world.graph, OPEN, inquiry, [ADA, BO, CY, "bills/person/eve"])
    assert answer["groups"] == [[CY, BO, ADA]] and answer["left_out"] == ["bills/person/eve"]
    assert len(answer["nodes"]) == 8 and answer["complete"]
    for path in answer["paths"]:
        for hop in path["hops"]:
            assert hop["evidence"] if hop["kind"] == "same_as" else all(answer["records"][record]["in_force"] for record in hop["records"])
            assert hop["kind"] == "same_as" or hop["records"]
    assert json.loads(json.dumps(answer)) == answer


def test_a_hidden_source_joins_nothing(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    assert "secret/company/deep" in between(world.graph, ALL, inquiry, [ADA, BO])["nodes"]
    assert "secret" not in json.dumps(between(world.graph, OPEN, inquiry, [ADA, BO]))


def test_both_engines_give_the_same_subgraph(graph: Graph, world: World, inquiry: Inquiry, tmp_path: Path, monkeypatch: Any) -> None:
    world.mystery()
    by_cypher = between(graph, ALL, inquiry, [ADA, BO, CY])
    topology = Topology(tmp_path / "topology")
    topology.build(graph)
    monkeypatch.setattr(graph, "topology", topology)
    by_memory = between(graph, ALL, inquiry, [ADA, BO, CY])
    assert (by_cypher["engine"], by_memory["engine"]) == ("cypher", "memory")
    budgets = [answer["searched"].pop("budget") for answer in (by_cypher, by_memory)]
    assert {**by_cypher, "engine": ""} == {**by_memory, "engine": ""} and budgets == [None, 5_000_000]


def test_identity_types_sources_and_hops_narrow_the_paths(world: World, inquiry: Inquiry) -> None:
    world.mystery()

    def joined(**narrowed: Any) -> bool:
        return bool(between(world.graph, OPEN, inquiry, [ADA, BO], **narrowed)["groups"])

    assert joined() and not joined(identity="none") and not joined(max_hops=4)
    assert not joined(types=["has-phone"]) and not joined(sources=["register"])


def test_each_cut_is_told(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    few = between(world.graph, OPEN, inquiry, [ADA, BO, CY], nodes=4)
    assert few["cut_by"] == ["nodes"] and few["groups"] == [[CY, BO]] and few["left_out"] == [ADA] and len(few["nodes"]) <= 4
    assert between(world.graph, OPEN, inquiry, [ADA, BO, CY], most_pairs=1)["cut_by"] == ["pairs"]
    late = between(world.graph, OPEN, inquiry, [ADA, BO], timeout_s=1e-9)
    assert late["cut_by"] == ["time"] and late["left_out"] == [BO, ADA]


def test_links_between_the_same_two_are_one_hop_that_counts_them(world: World, inquiry: Inquiry) -> None:
    world.source("bank", "Bank")
    a, b = world.entity("bank/p/a", "Person", "A"), world.entity("bank/p/b", "Person", "B")
    for year in ("2018", "2019", "2020"):
        world.link(a, "FAMILY_OF", b, valid_from=year)
    (hop,) = between(world.graph, View(("bank",)), inquiry, [b, a])["paths"][0]["hops"]
    assert hop["sentence"] == "A is recorded as family of B, from 2018." and hop["also"]["n"] == 2 == len(hop["also"]["ids"])


def test_the_page_shows_the_subgraph_and_names_no_hidden_thing(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    asked = Between(entities=[ADA, "Cy Brandt", "phones/person/bo", "Nobody Atall"])
    reading = Reading(world.graph, OPEN, inquiry, None, {})  # type: ignore[arg-type]
    result = between_question(reading, world.vault, asked, hub_links=1000, timeout_s=30, page=True)
    assert isinstance(result, Result)
    page = result.files["html"].decode()
    assert "What joins these 3 entities? 3 are joined." in page and "Holm Shipping" in page and "Deep Holding" not in page
    assert [one["text"] for one in result.value["problems"]] == ["Nobody Atall"]
    far = Between(entities=[ADA, BO], max_hops=1)
    alone = between_question(reading, world.vault, far, hub_links=1000, timeout_s=30, page=True)
    assert isinstance(alone, Result) and "0 are joined" in alone.files["html"].decode()


@pytest.mark.parametrize(
    "wrong",
    [{"nodes": 1}, {"nodes": 201}, {"max_hops": 0}, {"max_hops": 99}, {"types": ["OWN"]}, {"sources": ["secret"]}, {"identity": "x"}],
)
def test_wrong_input_says_what_can_be(world: World, inquiry: Inquiry, wrong: dict[str, Any]) -> None:
    world.mystery()
    with pytest.raises(InputError):
        between(world.graph, OPEN, inquiry, [ADA, BO], **wrong)
    with pytest.raises(InputError, match="1 different"):
        between(world.graph, OPEN, inquiry, [ADA, ADA])
    with pytest.raises(NotFound):
        between(world.graph, OPEN, inquiry, [ADA, "secret/person/ada"])
