"""Every question narrowed alike: by source, by when links held, by how many rows they rest on, and by what to leave out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graphsvc.connections.around import around
from graphsvc.connections.between import between
from graphsvc.connections.common import common
from graphsvc.connections.flow import flow
from graphsvc.connections.owners import owners
from graphsvc.errors import InputError
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
VIEW = View(("bank", "post"))
ANN, BEN = "bank/p/ann", "bank/p/ben"
Ask = Callable[..., set[str]]


@pytest.fixture
def told(world: World, inquiry: Inquiry) -> dict[str, Ask]:
    """Ann and Ben share four companies, which both own shares of, and money goes from Ann to Ben by four accounts: the first told by the
    bank for 2010 to 2012, the second for 2020 to 2022, the third by two rows and no dates, the fourth by no dates and one row. A fifth
    account and company are told by the post, where Ann and Ben are known, too. By question what it finds of the five.
    """
    world.source("bank", "Bank")
    world.source("post", "Post")
    with world.together():
        for source in ("bank", "post"):
            for name in ("ann", "ben"):
                world.entity(f"{source}/p/{name}", "Person", name.title())
                world.entity(f"{source}/a/{name}", "Account", f"{source}-{name}")
                world.link(f"{source}/p/{name}", "HAS_ACCOUNT", f"{source}/a/{name}", records=[world.record(source), world.record(source)])
        for name in ("ann", "ben"):
            world.same(f"bank/p/{name}", f"post/p/{name}")
    state: dict[str, dict[str, Any]] = {
        "old": {"valid_from": "2010", "valid_from_min": "2010-01-01", "valid_from_max": "2010-12-31", "valid_to": "2012-05-01"},
        "new": {"valid_from": "2020-01-01", "valid_to": "2022-12-31"},
        "twice": {},
        "once": {},
        "post": {},
    }
    at = {"old": "2011-03-03", "new": "2021-03-03", "twice": "2015-03-03", "once": "2015-03-03", "post": "2015-03-03"}
    with world.together():
        for name, period in state.items():
            source = "post" if name == "post" else "bank"
            company, account = f"{source}/c/{name}", f"{source}/a/{name}"
            world.entity(company, "Company", name)
            world.entity(account, "Account", name)
            for person in ("ann", "ben"):
                rows = {"records": [world.record(source), world.record(source)]} if name == "twice" else {}
                world.link(f"{source}/p/{person}", "OWNS", company, percent=10.0, **period, **rows)
            for hour, (a, b) in enumerate(((f"{source}/a/ann", account), (account, f"{source}/a/ben"))):
                rows = {"records": [world.record(source), world.record(source)]} if name == "twice" else {}
                pay = {"at": f"{at[name]}T1{hour}:00:00.000Z", "amount": 100, "amount_currency": "NOK"}
                world.link(a, "TRANSFERRED_TO", b, **pay, **rows)

    def names(ids: Any) -> set[str]:
        return {id.split("/")[-1] for id in ids} & set(state)

    return {
        "common": lambda **narrowed: names(
            one["cluster"] for one in common(world.graph, VIEW, inquiry, [ANN, BEN], types=["OWNS"], **narrowed)["things"]
        ),
        "around": lambda **narrowed: names(
            one["id"] for one in around(world.graph, VIEW, inquiry, ANN, links=["OWNS"], **narrowed)["neighbours"]
        ),
        "owners": lambda **narrowed: names(
            one["cluster"] for one in owners(world.graph, VIEW, inquiry, ANN, down=True, **narrowed)["totals"]
        ),
        "between": lambda **narrowed: names(
            between(world.graph, VIEW, inquiry, [ANN, BEN], types=["OWNS"], max_hops=2, **narrowed)["nodes"]
        ),
        "flow": lambda **narrowed: names(
            node for way in flow(world.graph, VIEW, inquiry, ANN, BEN, **narrowed)["ways"] for node in way["nodes"]
        ),
    }


ALL = {"old", "new", "twice", "once", "post"}
NARROWED = [
    ({}, ALL),
    ({"sources": ["post"]}, {"post"}),
    ({"sources": ["Bank"]}, ALL - {"post"}),
    ({"min_evidence": 2}, {"twice"}),
    ({"during": "2012-06..2019-12"}, ALL - {"old", "new"}),
    ({"during": "..2010-01-01"}, ALL - {"new"}),
    ({"on": "2022"}, ALL - {"old"}),
    ({"avoid": ["once", "old"]}, ALL - {"once", "old"}),
    ({"sources": ["bank"], "during": "2021..", "avoid": ["twice"]}, {"new", "once"}),
]


@pytest.mark.parametrize("question", ["common", "around", "owners", "between", "flow"])
def test_a_narrowed_question_finds_what_is_left_and_no_more(told: dict[str, Ask], question: str) -> None:
    for narrowed, left in NARROWED:
        kind = "a" if question == "flow" else "c"
        given = {**narrowed, **({"avoid": [f"bank/{kind}/{name}" for name in narrowed["avoid"]]} if "avoid" in narrowed else {})}
        if question == "flow" and ("during" in given or "on" in given):
            continue  # its own two dates say when
        found = told[question](**given)
        # Of what joins two as well as others, `between` gives the best few only.
        assert found <= left and found if question == "between" else found == left, (question, narrowed)


def test_money_goes_by_an_account_or_by_whose_account(told: dict[str, Ask], world: World) -> None:
    world.entity("bank/p/mia", "Person", "Mia")
    world.link("bank/p/mia", "HAS_ACCOUNT", "bank/a/new")
    assert told["flow"](via="bank/a/old") == {"old"} and told["flow"](via="bank/p/mia") == {"new"}
    assert told["flow"](via="post/a/post", sources=["bank"]) == set()


def test_the_counts_of_what_surrounds_are_narrowed_too(told: dict[str, Ask], world: World, inquiry: Inquiry) -> None:
    def counted(**narrowed: Any) -> dict[str, int]:
        return {one["type"]: one["links"] for one in around(world.graph, VIEW, inquiry, ANN, **narrowed)["counts"]}

    assert counted() == {"HAS_ACCOUNT": 2, "OWNS": 5}
    assert counted(sources=["post"]) == {"HAS_ACCOUNT": 1, "OWNS": 1}
    assert counted(min_evidence=2, most=1) == {"HAS_ACCOUNT": 1, "OWNS": 1}  # a hub's: type by type, to a bound
    assert counted(avoid=["bank/c/old", "bank/a/ann"], on="2022") == {"HAS_ACCOUNT": 1, "OWNS": 4}


def test_what_is_the_same_as_something_to_avoid_is_avoided(told: dict[str, Ask], world: World) -> None:
    world.entity("post/c/twin", "Company", "once again")
    world.same("bank/c/once", "post/c/twin")
    assert told["common"](avoid=["post/c/twin"]) == ALL - {"once"} == told["around"](avoid=["post/c/twin"])


@pytest.mark.parametrize(
    ("narrowed", "text"),
    [
        ({"sources": ["secret"]}, "no source here"),
        ({"during": "2020"}, "no period"),
        ({"during": "2020..2019"}, "ends before it begins"),
        ({"during": "2019..", "on": "2020"}, "Both a period and a day"),
        ({"on": "last year"}, "no date"),
        ({"min_evidence": 0}, "min_evidence is 0"),
        ({"avoid": [ANN]}, "to be avoided"),
        ({"avoid": [f"bank/c/{n}" for n in range(51)]}, "50 at most"),
    ],
)
def test_what_can_not_be_is_said(told: dict[str, Ask], narrowed: dict[str, Any], text: str) -> None:
    for question, ask in told.items():
        if question != "flow" or not {"during", "on"} & narrowed.keys():
            with pytest.raises(InputError, match=text):
                ask(**narrowed)
