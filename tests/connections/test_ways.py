"""Ways of money, without a database: the order of time, what may follow what, and the same as trying every chain."""

from __future__ import annotations

import random
from itertools import pairwise, permutations, product

import pytest

from graphsvc.connections.ways import Budget, Transfer, Way, moment, ways

DAY = 86_400_000_000


def made(start: str, end: str, day: int, amount: int = 100, last: int | None = None, number: int = 0) -> Transfer:
    link = {"id": f"{start}{end}{day}-{number}", "amount": amount, "amount_currency": "NOK"}
    return Transfer(start, end, "TRANSFERRED_TO", link, start, end, day * DAY, (day if last is None else last) * DAY)


def found(transfers: list[Transfer], hops: int = 4, days: float | None = None, steps: int = 10**6) -> list[Way]:
    transfers = sorted(transfers, key=lambda one: (one.first, one.last, one.link["id"]))
    return list(ways(transfers, ["a"], ["z"], most_hops=hops, within_days=days, budget=Budget(steps)))


def test_money_does_not_leave_before_it_came() -> None:
    assert found([made("a", "b", 5), made("b", "z", 4)]) == []
    (way,) = found([made("a", "b", 5), made("b", "z", 5)])
    assert way.nodes == ("a", "b", "z") and way.sure


def test_a_day_alone_makes_an_order_possible_and_not_sure() -> None:
    (way,) = found([made("a", "b", 5, last=6), made("b", "z", 5, last=6)])
    assert not way.sure and way.chains == 1


def test_the_days_between_neighbours_are_bounded() -> None:
    transfers = [made("a", "b", 1), made("b", "z", 4)]
    assert found(transfers, days=2.9) == [] and len(found(transfers, days=3)) == 1


def test_the_chain_told_has_the_largest_smallest_amount() -> None:
    (way,) = found([made("a", "b", 1, 50), made("a", "b", 2, 900, number=1), made("b", "z", 3, 700), made("b", "z", 1, 800, number=2)])
    assert way.chains == 3 and [one.amount for one in way.transfers] == [9.0, 7.0]


def test_a_way_passes_no_account_twice_and_none_of_the_ends_in_its_middle() -> None:
    transfers = [made("a", "b", 1), made("b", "a", 2), made("b", "z", 3), made("z", "c", 4), made("c", "z", 5)]
    assert [way.nodes for way in found(transfers, hops=6)] == [("a", "b", "z")]


def test_a_search_out_of_steps_ends_and_its_budget_says_so() -> None:
    transfers = [made(x, y, n) for n, (x, y) in enumerate(permutations("abcdefz", 2))]
    budget = Budget(5)
    list(ways(transfers, ["a"], ["z"], most_hops=4, within_days=None, budget=budget))
    assert budget.left < 0


@pytest.mark.parametrize("seed", range(60))
def test_ways_and_their_chains_are_those_of_trying_everything(seed: int) -> None:
    rng = random.Random(seed)
    transfers = []
    for number in range(rng.randint(3, 14)):
        start, end = rng.sample("abcz", 2)
        day = rng.randint(1, 6)
        transfers.append(made(start, end, day, rng.randint(1, 5), day + rng.choice((0, 0, 1)), number))
    days = rng.choice((None, 1.0, 2.0))
    got = {way.nodes: (way.chains, min(one.amount for one in way.transfers)) for way in found(transfers, 3, days)}
    expected: dict[tuple[str, ...], tuple[int, float]] = {}
    for length in (1, 2, 3):
        for chain in product(transfers, repeat=length):
            nodes = (chain[0].start, *(one.end for one in chain))
            joined = all(x.end == y.start and y.last >= x.first for x, y in pairwise(chain))
            near = days is None or all(y.first - x.last <= days * DAY for x, y in pairwise(chain))
            if joined and near and nodes[0] == "a" and nodes[-1] == "z" and len(set(nodes)) == len(nodes):
                count, best = expected.get(nodes, (0, 0.0))
                expected[nodes] = (count + 1, max(best, min(one.amount for one in chain)))
    assert got == expected


def test_times_are_read_to_the_microsecond_and_days_as_what_they_are() -> None:
    first, last = moment({"at": "2020-06-29T02:33:00.123456789Z"})
    assert first == last and first % 1_000_000 == 123456
    first, last = moment({"at": "2020-06-29"})
    assert last - first == DAY - 1
    first, last = moment({"at": "2020-06", "at_min": "2020-06-01", "at_max": "2020-06-30"})
    assert last - first == 30 * DAY - 1
