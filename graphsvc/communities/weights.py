"""What links weigh in a projection: by their kind, and by how many records tell them. Imports the ontology.

All weights are multiples of powers of two, so that sums of them are exact and do not hang on the order of adding.
"""

from __future__ import annotations

from graphsvc.graph.ontology import Ontology

# An event of many (a transfer among hundreds) says less than a state (director of); four of them weigh as one.
_EVENT = 0.25
# Records that count: one 1, two 1.5, three or more 2. More of the same source are mostly the same statement again.
MOST_RECORDS = 3


def weights(ontology: Ontology) -> dict[str, float]:
    """The weight of a link of each type that one record tells; each bit that the ontology makes it cost halves it."""
    return {name: (_EVENT if link.kind == "event" else 1.0) * 2.0 ** -round(link.weight) for name, link in sorted(ontology.links.items())}


def left_out(ontology: Ontology) -> list[str]:
    """Types of entities that everybody passes: they join nobody."""
    return list(ontology.no_middles)


def attributes(ontology: Ontology) -> list[str]:
    """Types of things that several can share: they join, and are no members."""
    return sorted(name for name, entity in ontology.entities.items() if entity.attribute)


def weight(base: float, records: int) -> float:
    """The weight of one link, as project.cypher has it."""
    return base * (1 + min(records, MOST_RECORDS)) / 2
