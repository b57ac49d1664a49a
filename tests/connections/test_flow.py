"""Where money went: from people to their accounts, over banks, in time order, with amounts, records and what was cut."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from graphsvc.connections.flow import flow
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
VIEW = View(("bank", "post"))
ANN, BEN = "bank/p/ann", "bank/p/ben"


def pay(world: World, a: str, b: str, at: str, amount: int | None = 100_00, currency: str = "NOK", **more: Any) -> str:
    money = {} if amount is None else {"amount": amount, "amount_currency": currency}
    return world.link(f"bank/a/{a}", "TRANSFERRED_TO", f"bank/a/{b}", at=at, **money, **more)


@pytest.fixture
def bank(world: World) -> World:
    """Ann has account a, Ben b; in between m and n. a to m on 3 March, m to b on 5 March, and before that on 1 March."""
    world.source("bank", "Bank")
    world.source("post", "Post")
    for name in ("ann", "ben"):
        world.entity(f"bank/p/{name}", "Person", name.title())
    for name in "abmn":
        world.entity(f"bank/a/{name}", "Account", f"NO-{name}")
    world.link(ANN, "HAS_ACCOUNT", "bank/a/a")
    world.link(BEN, "PAYS_FROM", "bank/a/b")
    pay(world, "a", "m", "2020-03-03T10:00:00.000Z", 900_00)
    pay(world, "m", "b", "2020-03-05T10:00:00.000Z", 850_00)
    pay(world, "m", "b", "2020-03-01T10:00:00.000Z", 999_00)
    return world


def test_a_way_goes_from_people_through_their_accounts_in_time_order(bank: World, inquiry: Inquiry) -> None:
    answer = flow(bank.graph, VIEW, inquiry, ANN, BEN)
    (way,) = answer["ways"]
    assert way["nodes"] == ["bank/a/a", "bank/a/m", "bank/a/b"] and way["chains"] == 1 and way["order"] == "sure"
    assert [hop["amount"] for hop in way["hops"]] == [90000, 85000]
    assert way["smallest"] == {"amount": 85000, "currency": "NOK", "text": "850.00 NOK"}
    assert all(answer["records"][record]["in_force"] for hop in way["hops"] for record in hop["records"])
    assert [end["links"][0]["sentence"] for end in answer["ends"]] == ["Ann has the account NO-a.", "Ben pays from the account NO-b."]
    assert answer["complete"] and json.loads(json.dumps(answer)) == answer
    assert flow(bank.graph, VIEW, inquiry, BEN, ANN)["ways"] == []
    assert flow(bank.graph, VIEW, inquiry, "bank/a/a", "bank/a/b")["ways"] == answer["ways"]


def test_each_hop_has_its_sums_by_month_and_currency(bank: World, inquiry: Inquiry) -> None:
    pay(bank, "m", "b", "2020-03-28T10:00:00.000Z", 1_000, "JPY")
    pay(bank, "m", "b", "2020-04-01T10:00:00.000Z", None)
    months = flow(bank.graph, VIEW, inquiry, ANN, BEN)["months"]
    assert [(m["from"][-1], m["month"], m["currency"], m["transfers"], m["text"], m["without_amount"]) for m in months] == [
        ("a", "2020-03", "NOK", 1, "900.00 NOK", 0),
        ("m", "2020-03", "JPY", 1, "1,000 JPY", 0),
        ("m", "2020-03", "NOK", 2, "1,849.00 NOK", 0),
        ("m", "2020-04", None, 1, "0.00", 1),
    ]


def test_amounts_dates_and_days_between_narrow_it(bank: World, inquiry: Inquiry) -> None:
    def found(**narrowed: Any) -> int:
        return len(flow(bank.graph, VIEW, inquiry, ANN, BEN, **narrowed)["ways"])

    assert (found(min_amount=850), found(min_amount=850.01)) == (1, 0)
    assert (found(within_days=2), found(within_days=1.5)) == (1, 0)
    assert (found(since="2020-03-03", until="2020-03"), found(since="2020-03-04"), found(until="2020-03-04")) == (1, 0, 0)
    assert (found(types=["transferred-to"]), found(types=["WITHDREW_TO"])) == (1, 0)
    assert (found(max_hops=2), found(max_hops=1)) == (1, 0)


def test_the_smallest_amount_of_two_currencies_is_not_told(bank: World, inquiry: Inquiry) -> None:
    pay(bank, "a", "n", "2020-03-03T10:00:00.000Z", 5_00, "EUR")
    pay(bank, "n", "b", "2020-03-04T10:00:00.000Z", 5_00, "USD")
    assert [way["smallest"] is None for way in flow(bank.graph, VIEW, inquiry, ANN, BEN)["ways"]] == [False, True]


def test_an_account_told_by_two_banks_is_one_and_a_hidden_bank_is_none(bank: World, inquiry: Inquiry) -> None:
    bank.entity("post/a/n", "Account", "NO-n")
    bank.entity("post/a/b", "Account", "NO-b")
    pay(bank, "a", "n", "2020-03-03T10:00:00.000Z")
    bank.link("post/a/n", "TRANSFERRED_TO", "post/a/b", at="2020-03-04T10:00:00.000Z", amount=77_00, amount_currency="NOK")
    bank.same("bank/a/n", "post/a/n")
    bank.same("bank/a/b", "post/a/b")
    both = flow(bank.graph, VIEW, inquiry, ANN, BEN)
    assert ["bank/a/a", "bank/a/n", "bank/a/b"] in [way["nodes"] for way in both["ways"]]
    assert both["clusters"]["bank/a/n"]["same_as"][0]["evidence"]
    for view, identity in ((VIEW, "none"), (View(("bank",)), "certain")):
        assert len(flow(bank.graph, view, inquiry, ANN, BEN, identity=identity)["ways"]) == 1
    assert "post" not in json.dumps(flow(bank.graph, View(("bank",)), inquiry, ANN, BEN))


def test_longer_ways_are_read_from_both_ends(bank: World, inquiry: Inquiry) -> None:
    names = ["a", *(f"x{n}" for n in range(7)), "b"]
    for name in names[1:-1]:
        bank.entity(f"bank/a/{name}", "Account", name)
    for n, (x, y) in enumerate(itertools.pairwise(names)):
        pay(bank, x, y, f"2020-05-{n + 10}T10:00:00.000Z")
    for hops in (7, 8):
        longest = max(len(way["hops"]) for way in flow(bank.graph, VIEW, inquiry, ANN, BEN, max_hops=hops)["ways"])
        assert longest == (8 if hops == 8 else 2)


def test_each_cut_is_told(bank: World, inquiry: Inquiry) -> None:
    pay(bank, "a", "b", "2020-03-02T10:00:00.000Z")
    assert flow(bank.graph, VIEW, inquiry, ANN, BEN, most_transfers=1)["cut_by"] == ["transfers"]
    assert flow(bank.graph, VIEW, inquiry, ANN, BEN, most_steps=1)["cut_by"] == ["steps"]
    one = flow(bank.graph, VIEW, inquiry, ANN, BEN, limit=1)
    assert one["cut_by"] == ["limit"] and "first 1 of 2" in one["cut_text"][0] and len(one["ways"][0]["hops"]) == 1


def test_who_has_no_account_in_view_gets_an_answer_that_shows_it(bank: World, inquiry: Inquiry) -> None:
    bank.entity("bank/p/eve", "Person", "Eve")
    answer = flow(bank.graph, VIEW, inquiry, ANN, "bank/p/eve")
    assert answer["ways"] == [] and answer["ends"][1]["accounts"] == [] and answer["complete"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_hops": 0}, {"max_hops": 9}, {"limit": 0}, {"limit": 201}, {"within_days": -1}, {"min_amount": -5},
        {"min_amount": 1e300}, {"within_days": float("nan")}, {"types": ["OWNS"]}, {"types": ["TRANSFER"]},
        {"since": "2021", "until": "2020"}, {"since": "yesterday"}, {"identity": "sure"},
    ],
)  # fmt: skip
def test_wrong_input_says_what_can_be(bank: World, inquiry: Inquiry, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        flow(bank.graph, VIEW, inquiry, ANN, BEN, **wrong)


def test_the_same_twice_and_what_is_not_in_view(bank: World, inquiry: Inquiry) -> None:
    with pytest.raises(InputError, match="same entity"):
        flow(bank.graph, VIEW, inquiry, ANN, ANN)
    bank.entity("post/p/ann", "Person", "Ann")
    bank.same(ANN, "post/p/ann")
    with pytest.raises(InputError, match="identity level"):
        flow(bank.graph, VIEW, inquiry, ANN, "post/p/ann")
    with pytest.raises(NotFound):
        flow(bank.graph, View(("bank",)), inquiry, ANN, "post/p/ann")
