"""A stored decision in sentences for people, whoever or whatever made it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from graphsvc.graph.ontology import load_ontology
from graphsvc.resolution import things
from graphsvc.resolution.explain import explain
from graphsvc.resolution.stored import METHOD, is_weighed, thawed


def sentences(decision: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[str]:
    """What a decision, as stored, rests on; `evidence` is what is frozen in it."""
    if decision.get("method") != METHOD:
        return [f"{name.replace('_', ' ')}: {value}" for name, value in sorted(evidence.items())]
    return explain(thawed(decision, evidence)) if is_weighed(evidence) else things.sentences(evidence, _labels())


@cache
def _labels() -> dict[str, str]:
    return {name: declared.label for name, declared in load_ontology().entities.items()}
