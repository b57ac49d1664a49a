"""What each hop of a chain costs, worked out from what Neo4j says of it: what the answer shows, and what the engines must agree with.

Imports the parts beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphsvc.connections import worth
from graphsvc.connections.engines.chain import Chain, Search
from graphsvc.connections.joined import Held, Join, Joined, common, merged
from graphsvc.graph.feed import SAME
from graphsvc.graph.ontology import load_ontology


@dataclass(frozen=True)
class HopCost:
    """One hop between things, in units. `certain`: by a link, not by a statement that the two are possibly the same; `types`: of the links
    that cost least; `degree` that of the inner thing reached, None at the end; `held` its days, empty if they are not known.
    """

    certain: bool
    types: frozenset[str]
    link: int
    weight: int
    thin: int
    possible: int
    apart: int
    through: int
    records: int
    degree: int | None
    held: Held

    @property
    def total(self) -> int:
        return self.link + self.weight + self.thin + self.possible + self.apart + self.through

    def parts(self) -> dict[str, Any]:
        """What an answer says of it: bits, which add up to `total`, and the numbers that two of them are of."""
        names = {"link": self.link, "type": self.weight, "evidence": self.thin, "possible": self.possible, "time": self.apart}
        told: dict[str, Any] = {name: worth.bits(units) for name, units in {**names, "through": self.through}.items()}
        return {"total": worth.bits(self.total), **told, "records": self.records, "degree": self.degree}


def hop_costs(chain: Chain, joined: Joined, asked: Search) -> list[HopCost] | None:
    """The costs of a chain's hops, or None for one whose hops do not all hold as asked (any more)."""
    hops: list[HopCost] = []
    for at, pairs in enumerate(chain.pairs):
        links = [link for pair in pairs for link in joined.links(pair)]
        possible = [one for pair in pairs for one in joined.statements(pair, SAME["possible"])]
        last = at == len(chain.pairs) - 1
        # That not all held together is said, and paid, once: at the first hop that shows it.
        before = hops[-1].held if hops and not any(hop.apart for hop in hops) else []
        hop = _hop(asked, links, bool(possible), None if last else chain.things[at + 1].degree, before)
        if hop is None:
            return None
        hops.append(hop)
    return hops


def _hop(asked: Search, links: list[Join], possible: bool, degree: int | None, before: Held) -> HopCost | None:
    by_worth, ontology = asked.rank == "worth", load_ontology()
    records = sum(max(1, link.records) for link in links)
    held = [] if possible else merged(link.held for link in links)
    through = worth.through(degree) if by_worth and degree is not None else 0
    apart = worth.APART if by_worth and before and held and not common(before, held) else 0
    options: list[HopCost] = []
    if links and records >= asked.least_records:
        weights = {link.type: worth.weight(ontology.links[link.type].weight) if link.type in ontology.links else 0 for link in links}
        least = min(weights.values()) if by_worth else 0
        types = frozenset(type for type, weight in weights.items() if weight == least or not by_worth)
        thin = worth.thin(records) if by_worth else 0
        options.append(HopCost(True, types, worth.LINK, least, thin, 0, apart, through, records, degree, held))
    if possible:
        doubt = worth.POSSIBLE if by_worth else worth.ONE_POSSIBLE
        options.append(HopCost(False, frozenset(), 0, 0, 0, doubt, apart, through, 0, degree, held))
    return min(options, key=lambda hop: (hop.total, not hop.certain), default=None)
