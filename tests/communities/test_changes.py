"""What changes between two runs, and why: planted changes are found with the links that made them, and with no others."""

from __future__ import annotations

from typing import Any

import pytest

from graphsvc.communities.questions import diff_question
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.view import View
from tests.communities.groups import LIMITS, Groups, changed, found, job, reading, run

pytestmark = pytest.mark.neo4j

# Six people who all know each other have links of 15; two such groups are one from 30 * 30 / 100 = 9 links between them on.
SCALE = {"scale": 100.0}


def told(groups: Groups, run: str) -> list[tuple[str, list[str], list[str], list[str]]]:
    """Kind, communities and facts of each change of a run."""
    return [(one["kind"], one["before"], one["after"], [fact["id"] for fact in one["facts"]]) for one in changed(groups.graph, run)]


def diff(groups: Groups, **given: Any) -> dict[str, Any]:
    asked = {"job": None, "run": None, "since": None, "kinds": None, "community": None, "limit": 20, "after": 0, **given}
    return diff_question(reading(groups.graph), limits=LIMITS, **asked)


def test_without_a_change_every_community_keeps_its_id_and_nothing_is_told(groups: Groups) -> None:
    a, b = groups.group("a", 6), groups.group("b", 5)
    first = run(groups.graph, job(**SCALE))
    again = run(groups.graph, job(**SCALE))
    assert found(groups.graph, first["id"]) == found(groups.graph, again["id"]) == {"groups-1": a, "groups-2": b}
    assert again["result"]["changes"] == {} and told(groups, again["id"]) == []
    assert again["projection_sha256"] == first["projection_sha256"]


def test_one_who_joins_is_told_with_the_links_that_join_them(groups: Groups) -> None:
    a = groups.group("a", 6)
    groups.group("b", 5)
    run(groups.graph, job(**SCALE))
    new = groups.person("register/person/new")
    [link] = groups.links([(new, a[0])])
    # Within another group, and no cause of anything.
    groups.links([("register/person/b0", "register/person/b1")], "CONTRACTS_WITH")
    last = run(groups.graph, job(**SCALE))
    assert told(groups, last["id"]) == [("grew", ["groups-1"], ["groups-1"], [link])]
    [change] = changed(groups.graph, last["id"])
    assert change["entities"] == [new] and change["minimal"] and change["because"] == "records"
    assert change["facts"][0]["load"] == "register/load/1"


def test_a_merger_is_told_with_the_statement_of_identity_that_made_it(groups: Groups) -> None:
    a, b = groups.group("a", 3), groups.group("b", 3, "bills")
    groups.group("c", 5)
    run(groups.graph, job(**SCALE))
    same = groups.same(a[0], b[0])
    last = run(groups.graph, job(**SCALE))
    assert told(groups, last["id"]) == [("merged", ["groups-1", "groups-2"], ["groups-1"], [same])]
    assert changed(groups.graph, last["id"])[0]["facts"][0]["run"] == "run/resolution"


def test_a_split_a_birth_and_a_death_have_their_causes(groups: Groups) -> None:
    a, b = groups.group("a", 6), groups.group("b", 6)
    dying = groups.group("d", 3)
    bridge = groups.links([(a[n], b[n]) for n in range(6)] + [(a[n], b[(n + 1) % 6]) for n in range(6)])
    wider = job(scale=400.0)
    first = run(groups.graph, wider)
    assert sorted(map(len, found(groups.graph, first["id"]).values())) == [3, 12]
    groups.end(*bridge[1:])
    # Of three, one is left alone by the loss of two links.
    gone = [row["id"] for row in groups.graph.look("MATCH ({id: $id})-[r]-() RETURN r.id AS id ORDER BY id", id=dying[0])]
    groups.end(*gone)
    born = groups.group("e", 4)
    last = run(groups.graph, wider)
    changes = {one["kind"]: one for one in changed(groups.graph, last["id"])}
    assert sorted(changes) == ["born", "died", "split"]
    assert changes["born"]["entities"] == born and len(changes["born"]["facts"]) > 0
    assert {fact["id"] for fact in changes["died"]["facts"]} <= set(gone) and changes["died"]["facts"]
    assert {fact["id"] for fact in changes["split"]["facts"]} <= set(bridge) and changes["split"]["facts"]


def test_other_parameters_alone_are_told_as_that(groups: Groups) -> None:
    a, b = groups.group("a", 6), groups.group("b", 6)
    groups.links([(a[0], b[0]), (a[1], b[1])])
    run(groups.graph, job(**SCALE))
    last = run(groups.graph, job(scale=10_000.0))
    [change] = changed(groups.graph, last["id"])
    assert (change["kind"], change["because"]) == ("merged", "method") and "scale 100.0 and 10000.0" in change["why_not"]
    assert last["result"]["only_method"]


def test_what_is_out_of_view_changes_nothing(groups: Groups) -> None:
    a, b = groups.group("a", 6), groups.group("b", 6, "bills")
    register = View(("register",), "analytics")
    run(groups.graph, job(**SCALE), view=register)
    groups.links([(x, y) for x in b for y in a])
    last = run(groups.graph, job(**SCALE), view=register)
    assert told(groups, last["id"]) == [] and list(found(groups.graph, last["id"]).values()) == [a]


def test_a_change_is_told_in_sentences_with_the_rows_that_caused_it(groups: Groups) -> None:
    a = groups.group("a", 6)
    run(groups.graph, job(**SCALE))
    new = groups.person("register/person/new")
    [link] = groups.links([(new, a[0])])
    last = run(groups.graph, job(**SCALE))
    told = diff(groups)
    [change] = told["changes"]
    assert told["run"]["id"] == last["id"] and told["since"] == last["result"]["since"]
    assert change["sentence"] == "groups-1 grew by 1: register/person/new."
    assert change["why"] == "Without this one it would not have happened."
    [cause] = change["causes"]
    assert cause["sentence"] == "register/person/new is recorded as family of A 0." and cause["change"] == "came"
    [row] = groups.graph.look("MATCH ()-[r {id: $id}]->() RETURN r.records AS records", id=link)
    assert cause["records"] == row["records"] and change["because"] == "records"


def test_only_a_correction_is_told_as_that(groups: Groups) -> None:
    a = groups.group("a", 6)
    new = groups.person("register/person/new")
    run(groups.graph, job(**SCALE))
    # The row was told before, of somebody else.
    rows = [groups.world.record("register", key="one", version=1, seq_to=3), groups.world.record("register", key="one", version=2)]
    id = groups.world.link(new, "FAMILY_OF", a[0], records=rows[1:], seq_from=groups._seq())
    groups.batch(added=[id])
    run(groups.graph, job(**SCALE))
    [change] = diff(groups)["changes"]
    assert change["because"] == "correction" and "nothing new was recorded" in change["why"]
    assert change["causes"][0]["correction"]


def test_runs_that_do_not_follow_each_other_are_compared_when_asked(groups: Groups) -> None:
    a = groups.group("a", 6)
    first = run(groups.graph, job(**SCALE))
    links = []
    for name in ("x", "y"):
        new = groups.person(f"register/person/{name}")
        links += groups.links([(new, a[0])])
        last = run(groups.graph, job(**SCALE))
    assert [len(diff(groups)["changes"]), diff(groups)["total"]] == [1, 1]
    [change] = diff(groups, since=first["id"])["changes"]
    assert sorted(cause["id"] for cause in change["causes"]) == sorted(links)
    assert diff(groups, since=first["id"], kinds=["born"])["changes"] == []
    assert diff(groups, since=first["id"], community="groups-1")["total"] == 1
    with pytest.raises(NotFound):
        diff(groups, since=last["id"], run=first["id"])
    with pytest.raises(InputError, match="no kind of change"):
        diff(groups, kinds=["exploded"])


def test_a_change_is_not_shown_to_views_without_all_that_the_run_saw(groups: Groups) -> None:
    groups.group("a", 6)
    run(groups.graph, job(**SCALE))
    asked = {"job": None, "run": None, "since": None, "kinds": None, "community": None, "limit": 20, "after": 0}
    with pytest.raises(NotFound):
        diff_question(reading(groups.graph, View(("register",), "analytics")), limits=LIMITS, **asked)  # type: ignore[arg-type]
