"""What an engine is asked for and what it gives: chains of entities. Imports the order of ids only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphsvc.graph.topology.arrays import order


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for.

    `searched` are the compartments of links and inner nodes; `types` link types or None for all; `crossing` types of same-as.
    """

    start: str
    end: str
    max_hops: int
    k: int
    types: list[str] | None
    searched: list[str]
    crossing: list[str]

    @property
    def max_steps(self) -> int:
        """Same-as crossings are free, and no two are in a row: one more of them than there are links."""
        return self.max_hops * 2 + 1

    @property
    def parameters(self) -> dict[str, Any]:
        return {"types": self.types, "searched": self.searched, "crossing": self.crossing}


@dataclass(frozen=True)
class Chain:
    """Entity ids in order, none twice, and how many of the steps between them are same-as."""

    nodes: tuple[str, ...]
    crossings: int

    @cached_property
    def rank(self) -> tuple[int, int, tuple[int, ...]]:
        """By links, then by crossings, then by the order of the nodes, which is arbitrary and the same everywhere."""
        return (len(self.nodes) - 1 - self.crossings, self.crossings, tuple(order(node) for node in self.nodes))


@dataclass(frozen=True, slots=True)
class Found:
    """Chains by rank, possibly more than k; what cut the search (`k`, `hops`, `links`, `time`; nothing: no others); which engine."""

    chains: list[Chain]
    cut: set[str]
    engine: str
