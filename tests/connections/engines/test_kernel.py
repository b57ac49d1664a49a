"""The compiled search against trying every path, on small random graphs."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from itertools import pairwise

import pytest

from graphsvc.connections.engines import kernel
from tests.connections.engines.cases import MANY, Case, drawn

EXAMPLES = 20_000 if os.environ.get("GRAPHSVC_TEST_FULL") else 3_000


def sane(case: Case) -> bool:
    """Whether the thing to go by is one of its own, in view, and none to keep out of: else the question is refused before."""
    code = case.code or [0] * case.n
    return case.via < 0 or (case.permitted[code[case.via]] and case.via not in case.avoid)


def test_the_k_best_leads_are_those_of_trying_every_path_and_it_says_whether_there_are_others() -> None:
    chance, cut, grouped, longer = random.Random(1), 0, 0, 0
    for number in range(EXAMPLES):
        case = drawn(chance)
        if not sane(case):
            continue
        found, ended, _, _ = case.search()
        wanted = case.leads()
        assert [lead[:2] for lead in found] == [lead[:2] for lead in wanted[: case.k]], (number, case)
        assert ended == (kernel.COMPLETE if len(wanted) <= case.k else kernel.MORE), (number, case)
        if ended == kernel.COMPLETE:
            assert found == wanted, (number, case)
        cut += ended == kernel.MORE
        grouped += any(variants for _, _, variants in wanted)
        longer += len(wanted) > 2
    assert min(cut, grouped, longer) > 100


def test_the_search_by_levels_finds_the_first_of_the_shortest_paths() -> None:
    chance, found_some, several, none = random.Random(3), 0, 0, 0
    for number in range(EXAMPLES):
        case = replace(
            drawn(chance), kinds=(1, 1, 1, 1, 2, kernel.HIDDEN), cost=(64,) * 6, thin=(0,) * 10, unit=0, apart=0, forward=False, via=-1,
            least_records=0, k=1, by_levels=True,
        )  # fmt: skip
        wanted = case.tried()
        found, ended, work, _ = case.search()
        assert [lead[:2] for lead in found] == wanted[:1], (number, case)
        assert ended == (kernel.MORE if wanted and len(wanted[0][0]) > 1 else kernel.COMPLETE), (number, case)
        if work > 1:
            short, ended, _, _ = case.search(budget=work // 2)
            assert (short, ended) in (([], kernel.BUDGET), (found, kernel.MORE)), (number, case)
        found_some += bool(found)
        several += len(wanted) > 1 and wanted[0][1] == wanted[1][1]
        none += not found
    assert min(found_some, several, none) > 50


def test_a_budget_ends_a_search_which_says_so_and_what_it_gives_is_right_as_far_as_it_goes() -> None:
    chance = random.Random(2)
    ends = dict.fromkeys((kernel.COMPLETE, kernel.MORE, kernel.BUDGET), 0)
    for _ in range(2000):
        case = drawn(chance)
        if not sane(case):
            continue
        wanted = case.leads()
        found, ended, _, _ = case.search(budget=chance.randint(1, 60))
        assert [lead[:2] for lead in found] == [lead[:2] for lead in wanted[: len(found)]], case
        if ended != kernel.BUDGET:
            assert len(found) >= min(case.k, len(wanted)), case
        ends[ended] += 1
    assert min(ends.values()) > 30


def test_a_search_that_is_told_to_stop_stops() -> None:
    case = Case(3, [(0, 2, 0, 0), (2, 1, 0, 0)])
    assert case.search()[1] == kernel.COMPLETE
    assert case.search(stop=1)[:3] == ([], kernel.STOPPED, 0)


def test_what_the_view_hides_does_not_count_towards_the_budget() -> None:
    """A hub of 5,000 hidden links and one link on: as much work as without them."""
    links = [(0, 2, 0, 0), (2, 1, 0, 0)]
    crowd = [(2, node, 1, 0) for node in range(3, 5003)]
    alone = Case(5003, links, kinds=(kernel.IS_LINK, kernel.HIDDEN)).search()
    assert Case(5003, links + crowd, kinds=(kernel.IS_LINK, kernel.HIDDEN)).search() == alone
    hidden_nodes = Case(5003, links + [(a, b, 0, 0) for a, b, *_ in crowd], code=[0] * 3 + [1] * 5000, permitted=(True, False))
    assert hidden_nodes.search() == alone
    assert Case(5003, links + crowd, kinds=(kernel.IS_LINK, kernel.IS_LINK)).search()[2] > 5000


def test_a_hub_is_named_and_not_crossed_by_its_degree_in_view() -> None:
    links = [(0, 2, 0, 0), (2, 1, 0, 0)]
    crowd = [(2, node, 1, 0) for node in range(3, 53)]
    hidden = Case(53, links + crowd, kinds=(kernel.IS_LINK, kernel.HIDDEN), hub=10)
    assert [path for path, *_ in hidden.search()[0]] == [(0, 2, 1)] and hidden.search()[3] == set()
    open_one = Case(53, links + crowd, kinds=(kernel.IS_LINK, kernel.IS_LINK), hub=10)
    assert open_one.search()[0] == [] and open_one.search()[3] == {2}
    as_an_end = Case(53, links + crowd, kinds=(kernel.IS_LINK, kernel.IS_LINK), hub=10, end=2)
    assert [path for path, *_ in as_an_end.search()[0]] == [(0, 2)]


def test_where_a_path_goes_through_hubs_that_are_not_crossed_one_is_named() -> None:
    chance, missed, named = random.Random(4), 0, 0
    for number in range(EXAMPLES):
        case = replace(drawn(chance), hub=3, k=100)
        if not sane(case):
            continue
        _, ended, _, hubs = case.search()
        assert ended == kernel.COMPLETE
        if len(replace(case, hub=MANY).tried()) > len(case.tried()):
            assert hubs, (number, case)
            missed += 1
        named += bool(hubs)
    assert named >= missed > 100


@pytest.mark.parametrize("max_links", [1, 12])
def test_a_chain_as_long_as_any_may_be_is_found(max_links: int) -> None:
    """Same-as, link, same-as, ...: no same-as is a step."""
    steps = 2 * max_links + 1
    chain = [(node, node + 1, (node + 1) % 2, 0) for node in range(steps)]
    found, ended, _, _ = Case(steps + 1, chain, end=steps, max_links=max_links).search()
    assert ended == kernel.COMPLETE and [(len(path), cost) for path, cost, _ in found] == [(max_links + 1, 64 * max_links)]
    assert all(b - a == 2 for a, b in pairwise(found[0][0]))
    assert Case(steps + 1, chain, end=steps, max_links=max_links - 1 or MANY).search()[0] in ([], found)
