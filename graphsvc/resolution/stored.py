"""Decisions as the graph keeps them: frozen, with an id that their content gives. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from graphsvc.graph.types import utc_now
from graphsvc.resolution.decisions import Comparison, Decision

METHOD = "resolution"
TYPES = {"same": "SAME_AS", "possible": "POSSIBLY_SAME"}
Stored = dict[str, Any]


def stored(
    decision: Decision, run: str, reference: str, compartments: Mapping[str, Sequence[str]], records: Mapping[str, Sequence[str]]
) -> tuple[str, Stored]:
    """A decision's type and how it is stored: its ends, and properties with an id that their content gives.

    `reference` is the SHA-256 of the table of how common names are; `compartments` and `records` say of each entity what it rests on.
    """
    evidence = {
        "comparisons": [{"name": c.name, "level": c.level, "bits": round(c.bits, 4), "a": c.a, "b": c.b} for c in decision.comparisons],
        "corroborated_by": list(decision.corroborated_by),
        "name_share": decision.name_share,
        "contradicted": decision.contradicted,
    }
    content = {
        "decision": decision.verdict,
        "method": METHOD,
        "model": decision.model,
        "reference": reference,
        "score": round(decision.score, 6),
        "bits": round(decision.bits, 4),
        "evidence": json.dumps(evidence, ensure_ascii=False, sort_keys=True),
        "decided_by": "graphsvc",
        "records": sorted({*records[decision.a], *records[decision.b]}),
        "compartments": sorted({*compartments[decision.a], *compartments[decision.b]}),
    }
    text = json.dumps([decision.a, decision.b, content], ensure_ascii=False, sort_keys=True)
    id = f"{decision.verdict}/{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    properties = {"id": id, "run": run, "decided_at": utc_now(), **content}
    return TYPES[decision.verdict], {"a": decision.a, "b": decision.b, "p": properties}


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
