"""The compiled search against trying every path, on small random graphs."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from graphsvc.connections.engines import kernel
from graphsvc.graph.topology.arrays import Arrays, read_only

MANY = 10**6
Ranked = list[tuple[tuple[int, ...], tuple[int, int]]]


@dataclass
class Case:
    """A graph of n nodes with links (a, b, rule), some of them later than the base or gone, and one question."""

    n: int
    base: list[tuple[int, int, int]]
    later: list[tuple[int, int, int]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    kinds: tuple[int, ...] = (kernel.IS_LINK, kernel.IS_CROSSING)
    code: list[int] = field(default_factory=list)
    permitted: tuple[bool, ...] = (True,)
    order: list[int] = field(default_factory=list)
    start: int = 0
    end: int = 1
    max_links: int = 6
    k: int = 5

    def arrays(self) -> Arrays:
        offset, neighbour, rule, rel = _rows(self.base, self.n)
        more_offset, more_neighbour, more_rule, _ = _rows(self.later, self.n)
        gone = np.zeros(len(self.base) if self.gone else 0, np.bool_)
        gone[sorted(self.gone)] = True
        arrays: dict[str, npt.NDArray[Any]] = {
            "offset": offset, "neighbour": neighbour, "rule": rule, "rel": rel, "gone": gone,
            "order": np.array(self.order or range(self.n), np.int64), "code": np.array(self.code or [0] * self.n, np.uint16),
            "more_at": np.arange(self.n if self.later else 0, dtype=np.int32),
            "more_offset": more_offset, "more_neighbour": more_neighbour, "more_rule": more_rule,
        }  # fmt: skip
        return Arrays(**{name: read_only(array) for name, array in arrays.items()})

    def search(self, budget: int = MANY) -> tuple[Ranked, int, int]:
        kinds, permitted = read_only(np.array(self.kinds, np.uint8)), read_only(np.array(self.permitted, np.bool_))
        nodes, begins, costs, ended, work = kernel.search(
            self.arrays(), kinds, permitted, self.start, self.end, self.max_links, self.k, budget
        )
        paths = [tuple(int(node) for node in nodes[begin:until]) for begin, until in pairwise(begins)]
        return [(path, divmod(int(cost), kernel.LINK)) for path, cost in zip(paths, costs, strict=True)], int(ended), int(work)

    def tried(self) -> Ranked:
        """Every path, by links, crossings and order."""
        there = [link for number, link in enumerate(self.base) if number not in self.gone] + self.later
        beside: dict[int, set[tuple[int, int]]] = {node: set() for node in range(self.n)}
        for a, b, rule in there:
            if self.kinds[rule] != kernel.HIDDEN:
                beside[a].add((b, self.kinds[rule]))
                beside[b].add((a, self.kinds[rule]))
        code, order = self.code or [0] * self.n, self.order or list(range(self.n))
        best: dict[tuple[int, ...], tuple[int, int]] = {}

        def go(path: tuple[int, ...], links: int, crossings: int, crossed: bool) -> None:
            if path[-1] == self.end:
                best[path] = min(best.get(path, (MANY, 0)), (links, crossings))
                return
            for node, kind in beside[path[-1]]:
                crosses = kind == kernel.IS_CROSSING
                if node in path or (crosses and crossed) or (not crosses and links == self.max_links):
                    continue
                if self.permitted[code[node]] or node == self.end:
                    go((*path, node), links + (not crosses), crossings + crosses, crosses)

        go((self.start,), 0, 0, False)
        return sorted(best.items(), key=lambda item: (item[1], [order[node] for node in item[0]]))


def _rows(links: list[tuple[int, int, int]], n: int) -> tuple[npt.NDArray[Any], ...]:
    node = np.array([a for a, _, _ in links] + [b for _, b, _ in links], np.int64)
    neighbour = np.array([b for _, b, _ in links] + [a for a, _, _ in links], np.int32)
    rule, rel = np.array([r for _, _, r in links] * 2, np.uint16), np.array(list(range(len(links))) * 2, np.uint32)
    sort = np.argsort(node, kind="stable")
    offset = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(node, minlength=n))])
    return offset, neighbour[sort], rule[sort], rel[sort]


def drawn(chance: random.Random) -> Case:
    n = chance.randint(2, 11)
    links = [(*chance.sample(range(n), 2), chance.randrange(4)) for _ in range(chance.randint(1, 24))]
    cut = chance.choice([len(links), chance.randint(0, len(links))])
    start, end = chance.sample(range(n), 2)
    return Case(
        n=n,
        base=links[:cut],  # type: ignore[arg-type]
        later=links[cut:],  # type: ignore[arg-type]
        gone={number for number in range(cut) if chance.random() < 0.1} if chance.random() < 0.5 else set(),
        kinds=tuple(kernel.HIDDEN if chance.random() < 0.15 else kind for kind in (1, 2, 1, 2)),
        code=[chance.randrange(3) for _ in range(n)],
        permitted=tuple(chance.random() < 0.8 for _ in range(3)),
        order=chance.sample(range(1000), n),
        start=start,
        end=end,
        max_links=chance.randint(1, 6),
        k=chance.choice([1, 2, 5, 100]),
    )


def test_the_k_best_are_those_of_trying_every_path_and_it_says_whether_there_are_others() -> None:
    chance, cut = random.Random(1), 0
    for _ in range(3000):
        case = drawn(chance)
        found, ended, _ = case.search()
        wanted = case.tried()
        assert found == wanted[: case.k + 1], case
        assert ended == (kernel.COMPLETE if len(wanted) <= case.k else kernel.MORE), case
        cut += ended == kernel.MORE
    assert cut > 300


def test_a_budget_ends_a_search_which_says_so_and_what_it_gives_is_right_as_far_as_it_goes() -> None:
    chance = random.Random(2)
    ends = dict.fromkeys((kernel.COMPLETE, kernel.MORE, kernel.BUDGET), 0)
    for _ in range(2000):
        case = drawn(chance)
        wanted = case.tried()
        found, ended, _ = case.search(budget=chance.randint(1, 60))
        assert found == wanted[: len(found)], case
        if ended != kernel.BUDGET:
            assert len(found) >= min(case.k, len(wanted)), case
        ends[ended] += 1
    assert min(ends.values()) > 50


def test_what_the_view_hides_does_not_count_towards_the_budget() -> None:
    """A hub of 5,000 hidden links and one link on: as much work as without them."""
    links = [(0, 2, 0), (2, 1, 0)]
    crowd = [(2, node, 1) for node in range(3, 5003)]
    alone = Case(5003, links, kinds=(kernel.IS_LINK, kernel.HIDDEN)).search()
    assert Case(5003, links + crowd, kinds=(kernel.IS_LINK, kernel.HIDDEN)).search() == alone
    hidden_nodes = Case(5003, links + [(a, b, 0) for a, b, _ in crowd], code=[0] * 3 + [1] * 5000, permitted=(True, False))
    assert hidden_nodes.search() == alone
    assert Case(5003, links + crowd, kinds=(kernel.IS_LINK, kernel.IS_LINK)).search()[2] > 5000


@pytest.mark.parametrize("max_links", [1, 12])
def test_a_chain_as_long_as_any_may_be_is_found(max_links: int) -> None:
    """Crossing, link, crossing, ...: one more crossing than links."""
    steps = 2 * max_links + 1
    chain = [(node, node + 1, (node + 1) % 2) for node in range(steps)]
    case = Case(steps + 1, chain, end=steps, max_links=max_links)
    assert case.search()[:2] == ([(tuple(range(steps + 1)), (max_links, max_links + 1))], kernel.COMPLETE)
    assert case.tried() == case.search()[0]
