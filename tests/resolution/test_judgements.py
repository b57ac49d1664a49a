"""What people decide of two entities: it joins or parts them, outlives every run, and can be taken back."""

from __future__ import annotations

import pytest

from graphsvc.connections.paths import find_paths
from graphsvc.errors import Conflict, GraphsvcError, InputError, NotFound
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import View
from graphsvc.loading.graph_hash import graph_hash
from graphsvc.resolution import runs
from graphsvc.resolution.judgements import judge, take_back
from tests.connections.world import World
from tests.resolution.conftest import ADA, ALL, INQUIRY, NAMESAKE, SOURCES, decided

pytestmark = pytest.mark.neo4j
WHY = "both signed the lease of 2019 in one hand"


def test_who_is_accepted_is_joined_with_the_reason_and_stays_joined(world: World) -> None:
    runs.run(world.graph, ALL, INQUIRY)
    judgement = judge(world.graph, ALL, INQUIRY, NAMESAKE, ADA[0], "same", WHY)
    pair = (ADA[0], NAMESAKE)
    assert (judgement["a"], judgement["b"]) == pair and pair in decided(world.graph)
    runs.run(world.graph, ALL, INQUIRY)
    assert pair in decided(world.graph)
    hop = find_paths(world.graph, View(SOURCES), INQUIRY, ADA[0], NAMESAKE)["paths"][0]["hops"][0]
    assert hop["method"] == "person" and hop["evidence"]["reason"] == WHY and hop["evidence"]["decided_by"] == "stella"


def test_who_is_rejected_is_parted_and_no_run_joins_them_again_until_it_is_taken_back(world: World) -> None:
    runs.run(world.graph, ALL, INQUIRY)
    before = graph_hash(world.graph, load_ontology())
    judgement = judge(world.graph, ALL, INQUIRY, *ADA, "never", WHY)
    assert ADA not in decided(world.graph)
    runs.run(world.graph, ALL, INQUIRY)
    assert ADA not in decided(world.graph) | decided(world.graph, "POSSIBLY_SAME")
    take_back(world.graph, ALL, INQUIRY, judgement["id"], "the wrong lease")
    assert graph_hash(world.graph, load_ontology()) == before
    again = take_back(world.graph, ALL, INQUIRY, judgement["id"], "once more")
    assert again["taken_back_because"] == "the wrong lease"


def test_the_last_judgement_counts(world: World) -> None:
    first = judge(world.graph, ALL, INQUIRY, *ADA, "same", WHY)
    judge(world.graph, ALL, INQUIRY, *ADA[::-1], "never", "it was another lease")
    assert not decided(world.graph)
    judge(world.graph, ALL, INQUIRY, *ADA, "same", WHY)
    assert decided(world.graph) == {ADA}
    (row,) = world.graph.statement("MATCH (j:Judgement) WHERE j.seq_to IS NULL RETURN count(j) AS n")
    assert row["n"] == 1
    with pytest.raises(Conflict):
        take_back(world.graph, ALL, INQUIRY, first["id"], "the first")


@pytest.mark.parametrize(
    ("a", "b", "reason", "error"),
    [
        (ADA[0], ADA[0], WHY, InputError),
        (ADA[0], ADA[1], "  ", InputError),
        (ADA[0], "bills/person/nobody", WHY, NotFound),
        (ADA[0], "secret/person/bo", WHY, NotFound),
        (ADA[0], "bills/phone/ada", WHY, InputError),
    ],
)
def test_what_cannot_be_judged_is_refused_and_changes_nothing(
    world: World, a: str, b: str, reason: str, error: type[GraphsvcError]
) -> None:
    before = graph_hash(world.graph, load_ontology())
    with pytest.raises(error):
        judge(world.graph, View(("register", "bills", "phones"), "resolve"), INQUIRY, a, b, "same", reason)
    assert graph_hash(world.graph, load_ontology()) == before
