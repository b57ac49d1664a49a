"""Decisions as the graph keeps them: frozen, with an id that their content gives. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphsvc.graph.types import utc_now
from graphsvc.resolution.decisions import BITS_KEPT, Comparison, Decision, is_decisive
from graphsvc.resolution.things import MODEL, Likeness

METHOD = "resolution"
TYPES = {"same": "SAME_AS", "possible": "POSSIBLY_SAME"}
Stored = dict[str, Any]
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Ground:
    """What the decisions of a run rest on: of the entities, by id, their compartments and records; the SHA-256 of the table of how common
    names are; and from how many bits on two are `same`, or `possible`.
    """

    compartments: Mapping[str, Sequence[str]]
    records: Mapping[str, Sequence[str]]
    reference: str
    thresholds: Mapping[str, float] = field(default_factory=dict)


def stored(decision: Decision, run: str, ground: Ground) -> tuple[str, Stored]:
    """A decision's type and how it is stored: its ends, and properties with an id that their content gives."""
    evidence = {
        "comparisons": [
            {"name": c.name, "level": c.level, "bits": round(c.bits, BITS_KEPT), "a": c.a, "b": c.b} for c in decision.comparisons
        ],
        "corroborated_by": list(decision.corroborated_by),
        "name_share": decision.name_share,
        "contradicted": decision.contradicted,
        "thresholds": dict(ground.thresholds),
    }
    weighed = {
        "model": decision.model,
        "reference": ground.reference,
        "score": round(decision.score, 6),
        "bits": round(decision.bits, BITS_KEPT),
        **({"contradicted": True} if decision.contradicted else {}),
        **({"decisive": True} if is_decisive(decision) else {}),
    }
    return _frozen(decision.a, decision.b, decision.verdict, evidence, weighed, run, ground)


def stored_likeness(one: Likeness, run: str, ground: Ground) -> tuple[str, Stored]:
    """The same of two things: a rule and not a weight."""
    evidence = {"rule": one.rule, "type": one.type, "a": one.told_a, "b": one.told_b, "contradicted": one.contradicted}
    more = {"model": MODEL, **({"contradicted": True} if one.contradicted else {})}
    return _frozen(one.a, one.b, one.verdict, evidence, more, run, ground)


def _frozen(a: str, b: str, verdict: str, evidence: dict[str, Any], more: Stored, run: str, ground: Ground) -> tuple[str, Stored]:
    content = {
        "decision": verdict,
        "method": METHOD,
        "evidence": _JSON.encode(evidence),
        "decided_by": "graphsvc",
        "records": sorted({*ground.records[a], *ground.records[b]}),
        "compartments": sorted({*ground.compartments[a], *ground.compartments[b]}),
        **more,
    }
    text = _JSON.encode([a, b, content])
    id = f"{verdict}/{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    return TYPES[verdict], {"a": a, "b": b, "p": {"id": id, "run": run, "decided_at": utc_now(), **content}}


def is_weighed(evidence: Mapping[str, Any]) -> bool:
    """Whether a stored decision was weighed, and can be `thawed`; what a rule decided gives the rule."""
    return "comparisons" in evidence


def thawed(decision: Mapping[str, Any], evidence: Mapping[str, Any]) -> Decision:
    """A stored decision as it was made."""
    return Decision(
        a="",
        b="",
        verdict=decision["decision"],
        score=decision["score"],
        bits=decision["bits"],
        comparisons=tuple(Comparison(**comparison) for comparison in evidence["comparisons"]),
        corroborated_by=tuple(evidence["corroborated_by"]),
        name_share=evidence["name_share"],
        model=decision["model"],
        contradicted=evidence["contradicted"],
    )
