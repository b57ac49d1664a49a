"""The entities that are one thing: by identity level, within the view, and no more of them than are looked at."""

from __future__ import annotations

import itertools

import pytest

from graphsvc.connections import clusters
from graphsvc.connections.clusters import Clusters
from graphsvc.errors import InputError, IntegrityError
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
VIEW = View(("bank", "post"))


@pytest.fixture
def chain(world: World) -> World:
    """p0 is p1, p1 is p2, p2 is p3, and p3 is possibly p4, which is in another source."""
    world.source("bank", "Bank")
    world.source("post", "Post")
    ids = [world.entity(f"bank/p/{n}", "Person", f"P{n}") for n in range(4)]
    for a, b in itertools.pairwise(ids):
        world.same(a, b)
    world.same(ids[3], world.entity("post/p/4", "Person", "P4"), type="POSSIBLY_SAME")
    return world


def members(world: World, inquiry: Inquiry, id: str, identity: str, view: View = VIEW) -> list[str]:
    found = Clusters(world.graph, view, inquiry, identity)
    (key,) = found.of([id])
    assert key == min(found.members[key]) and len(found.told(key)["same_as"]) == len(found.members[key]) - 1
    return found.members[key]


def test_a_cluster_is_everybody_joined_at_the_level_whoever_is_asked_for(chain: World, inquiry: Inquiry) -> None:
    four = [f"bank/p/{n}" for n in range(4)]
    assert members(chain, inquiry, "bank/p/2", "certain") == members(chain, inquiry, "bank/p/0", "certain") == four
    assert members(chain, inquiry, "post/p/4", "possible") == [*four, "post/p/4"]
    assert members(chain, inquiry, "bank/p/2", "none") == ["bank/p/2"]
    with pytest.raises(InputError, match="no identity level"):
        members(chain, inquiry, "bank/p/2", "sure")


def test_what_rests_on_a_hidden_source_or_is_retired_joins_nothing(chain: World, inquiry: Inquiry) -> None:
    assert members(chain, inquiry, "bank/p/0", "possible", View(("bank",))) == [f"bank/p/{n}" for n in range(4)]
    a, b, c = (chain.entity(f"bank/q/{n}", "Person", f"Q{n}") for n in range(3))
    chain.same(a, b, compartments=["bank", "secret"])
    chain.same(b, c, seq_to=2)
    assert members(chain, inquiry, b, "possible") == [b]


def test_several_are_found_at_once_and_again(chain: World, inquiry: Inquiry) -> None:
    alone = chain.entity("bank/q/0", "Person", "Q0")
    found = Clusters(chain.graph, VIEW, inquiry, "certain")
    assert found.of([alone, "bank/p/3", "bank/p/1"]) == ["bank/p/0", alone]
    assert found.of(["bank/p/2"]) == ["bank/p/0"] and found.all_of(["bank/p/0"]) == [f"bank/p/{n}" for n in range(4)]
    assert not found.cut


def test_more_members_than_are_looked_at_are_told(chain: World, inquiry: Inquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "MOST_MEMBERS", 2)
    found = Clusters(chain.graph, VIEW, inquiry, "certain")
    assert found.of(["bank/p/0"]) == ["bank/p/0"] and found.members["bank/p/0"] == ["bank/p/0", "bank/p/1"] and found.cut
    assert found.of(["bank/p/2"]) == ["bank/p/2"] and found.key["bank/p/1"] == "bank/p/0"


def test_a_statement_without_evidence_is_an_error(chain: World, inquiry: Inquiry) -> None:
    chain.same("bank/p/0", chain.entity("bank/q/0", "Person", "Q0"), evidence=None)
    with pytest.raises(IntegrityError, match="no evidence"):
        members(chain, inquiry, "bank/p/0", "certain")
