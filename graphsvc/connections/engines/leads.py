"""Different leads: paths that share nearly all of their middle are told as variants of the best of them. Imports the chains.

The kernel does the same while it searches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graphsvc.connections.engines.chain import Chain
from graphsvc.connections.engines.limits import MOST_VARIANTS


def grouped(chains: Iterable[Chain], most: int) -> list[Chain]:
    """At most this many leads of chains by rank, each with the number of its variants and some of them."""
    leads: list[Chain] = []
    variants: list[list[Chain]] = []
    for chain in chains:
        of = next((at for at, lead in enumerate(leads) if alike(chain, lead)), None)
        if of is not None:
            variants[of].append(chain)
        elif len(leads) == most:
            break
        else:
            leads.append(chain)
            variants.append([])
    return [replace(lead, variants=len(of), shown=tuple(of[:MOST_VARIANTS])) for lead, of in zip(leads, variants, strict=True)]


def alike(one: Chain, two: Chain) -> bool:
    """Whether two share all but one inner thing, and two at least."""
    inner, other = ({thing.members for thing in chain.things[1:-1]} for chain in (one, two))
    shared = len(inner & other)
    return shared >= 2 and max(len(inner), len(other)) - shared <= 1
