"""Who is who: which entities are the same person or organisation, with the evidence, and never by name alone.

Tables of entities in, decisions out; what reads them out of the graph and writes decisions into it lies beside this.
"""

from graphsvc.resolution.clusters import Contradiction
from graphsvc.resolution.decisions import Comparison, Decision, Decisions, Resolution
from graphsvc.resolution.explain import explain
from graphsvc.resolution.model import Model, built_in, load_model
from graphsvc.resolution.reference import NO_REFERENCE, Reference, build_reference, load_reference
from graphsvc.resolution.resolve import resolve_organisations, resolve_people
from graphsvc.resolution.tables import ADDRESS, ORGANISATIONS, PEOPLE
from graphsvc.resolution.train import train

__all__ = [
    "ADDRESS", "NO_REFERENCE", "ORGANISATIONS", "PEOPLE", "Comparison", "Contradiction", "Decision", "Decisions", "Model", "Reference",
    "Resolution", "build_reference", "built_in", "explain", "load_model", "load_reference", "resolve_organisations", "resolve_people",
    "train",
]  # fmt: skip
