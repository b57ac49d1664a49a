"""What an engine is asked for and what it gives: chains of things. Imports nothing of graphsvc but the costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for.

    `searched` are the compartments of links and inner things; `types` link types or None for all; `crossing` types of same-as;
    `during` the days that a link must have held at, if it is known when; `hub` the degree above which things are not crossed (None:
    all are); `avoid` and `via` ids of entities; `no_middles` types that paths don't lead through; `budget` links to look at; `ways`: these
    alone are looked at, each as ids of entities, one of each thing (None: all there are).
    """

    start: str
    end: str
    max_hops: int
    k: int
    types: list[str] | None
    searched: list[str]
    crossing: list[str]
    rank: str = "worth"
    during: tuple[int, int] | None = None
    sequential: bool = False
    hub: int | None = None
    avoid: tuple[str, ...] = ()
    via: str | None = None
    least_records: int = 0
    no_middles: tuple[str, ...] = ()
    budget: int = 5_000_000
    ways: tuple[tuple[str, ...], ...] | None = None

    @property
    def max_steps(self) -> int:
        """Same-as crossings are free, and two ends of a link may each need one."""
        return self.max_hops * 2 + 1

    @property
    def parameters(self) -> dict[str, Any]:
        return {"types": self.types, "searched": self.searched, "crossing": self.crossing}


@dataclass(frozen=True)
class Thing:
    """Entities in view that same-as statements join, by Neo4j's numbers, and how many other things links in view join them to."""

    members: tuple[int, ...]
    degree: int
    same: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Chain:
    """Things in order, none twice; for each hop the pairs of entities that it joins; the cost in units; variants met, and some of them."""

    things: tuple[Thing, ...]
    pairs: tuple[tuple[Pair, ...], ...]
    cost: int
    variants: int = 0
    shown: tuple[Chain, ...] = ()

    @property
    def all_pairs(self) -> list[Pair]:
        """Every pair that links or statements of this chain may join."""
        return [pair for hop in self.pairs for pair in hop] + [pair for thing in self.things for pair in thing.same]


@dataclass(frozen=True, slots=True)
class Found:
    """Leads by rank; what cut the search (`k`, `hops`, `hubs`, `budget`, `time`; nothing: no others); hubs in view that were met and not
    crossed; which engine.
    """

    chains: list[Chain]
    cut: set[str]
    engine: str
    hubs: list[Thing] = field(default_factory=list)
