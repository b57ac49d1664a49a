"""A topology as of one batch: the arrays, the tables that explain their codes, and the way between Neo4j's numbers and ours.

Imports numpy and the arrays. A state never changes: what follows a batch is a new state that shares what stayed.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from graphsvc.graph.feed import SAME
from graphsvc.graph.topology.arrays import Arrays, read_only

Rule = tuple[str, tuple[str, ...], int]
Code = tuple[str, str]
Later = tuple[int, int, int, int]
GONE: Code = ("", "")


@dataclass(frozen=True)
class State:
    """What a search needs, as the graph was after batch `seq`.

    `codes` and `rules` are the tables of `arrays.code` and `arrays.rule`: compartment and type of a node (GONE for one that is retired,
    which no view permits), and the type of a link with the compartments that it needs and how many records it rests on. `number` is
    Neo4j's internal number of each of the base's nodes, `sorted_number` the same ascending, `node_at` whose they are. `later` are nodes
    that came since, `more` links (from, to, rule, period) by rel: added or changed since, None for retired ones. `touched` are the nodes
    whose links these are, ascending; `same_changes` counts the times that same-as statements came or went since.
    """

    graph: str
    seq: int
    at: str | None
    arrays: Arrays
    codes: tuple[Code, ...]
    rules: tuple[Rule, ...]
    number: npt.NDArray[Any]
    sorted_number: npt.NDArray[Any]
    node_at: npt.NDArray[np.int32]
    later: dict[int, int] = field(default_factory=dict)
    more: dict[int, Later | None] = field(default_factory=dict)
    touched: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    same_changes: int = 0

    @property
    def nodes(self) -> int:
        return int(self.arrays.order.size)

    @property
    def links(self) -> int:
        """Links of the base, at one end each."""
        return int(self.arrays.neighbour.size) // 2

    @cached_property
    def _later_number(self) -> dict[int, int]:
        return {node: number for number, node in self.later.items()}

    def node_of(self, number: int) -> int | None:
        """Our number of the node that Neo4j calls `number`."""
        if (node := self.later.get(number)) is not None:
            return node
        at = bisect_left(self.sorted_number, number)  # numpy's own would first copy all of them, as wider numbers
        return int(self.node_at[at]) if at < self.sorted_number.size and self.sorted_number[at] == number else None

    def number_of(self, node: int) -> int:
        """Neo4j's number of our node."""
        return int(self.number[node]) if node < self.number.size else self._later_number[node]

    def kinds(self, permitted: tuple[str, ...], searched: list[str], types: list[str] | None, crossing: list[str]) -> npt.NDArray[np.uint8]:
        """What a view makes of each rule: 1 for a link, 2 for same-as, 3 for what is possibly the same, 0 for what it does not permit.

        A same-as needs a type among `crossing` and all of its compartments in `permitted`; a link needs its own in `searched`, and a
        type among `types`.
        """
        allowed, within = set(permitted), set(searched)
        kinds = np.zeros(len(self.rules), np.uint8)
        for at, (type, compartments, _) in enumerate(self.rules):
            if type in SAME.values():
                permits = type in crossing and allowed.issuperset(compartments)
                kinds[at] = (2 if type == SAME["same"] else 3) if permits else 0
            elif within.issuperset(compartments) and (types is None or type in types):
                kinds[at] = 1
        return read_only(kinds)

    def permitted(self, searched: list[str]) -> npt.NDArray[np.bool_]:
        """Which codes of nodes are searched: by their compartments."""
        within = set(searched) - {""}
        return read_only(np.array([compartment in within for compartment, _ in self.codes], np.bool_))

    def of_types(self, types: tuple[str, ...]) -> npt.NDArray[np.bool_]:
        """Which codes are of these types; empty if none is."""
        wanted = np.array([type in types for _, type in self.codes], np.bool_)
        return read_only(wanted if wanted.any() else wanted[:0])
