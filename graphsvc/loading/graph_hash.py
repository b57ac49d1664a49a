"""The graph hash: SHA-256 over what is in force, without how, when and in which order it came.

Entities, links, record versions, refusals and identity decisions, each as canonical JSON in id order, streamed: memory does not grow
with the graph beyond the ids of retired records.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import Ontology

# Housekeeping: when a thing came into the graph and by which load says nothing about what it is.
_LEFT_OUT = frozenset({"seq_from", "seq_to", "seq_history", "decided_at", "run"})
_DECISIONS = ("SAME_AS", "POSSIBLY_SAME")


def graph_hash(graph: Graph, ontology: Ontology, source: str | None = None) -> str:
    """SHA-256 (hex) of the graph in force, or of one source's part of it and the decisions that touch it."""
    total = hashlib.sha256()
    for line in canonical_lines(graph, ontology, source):
        total.update(line.encode())
        total.update(b"\n")
    return total.hexdigest()


def canonical_lines(graph: Graph, ontology: Ontology, source: str | None = None) -> Iterator[str]:
    """What the hash is over, line by line: to find out where two graphs differ."""
    retired: set[str] = set()
    for row in graph.stream("hash/records", source=source):
        if not row["in_force"]:
            retired.add(row["id"])
        yield _line("record", row)
    for row in graph.stream("hash/refusals", source=source):
        yield _line("refusal", row)
    for row in graph.stream("hash/entities", source=source):
        yield _line("entity", _in_force(row["p"], retired))
    for link_type in sorted(ontology.links):
        for row in graph.stream("hash/links", fills={"type": link_type}, source=source):
            yield _line("link", {"type": link_type, "from": row["a"], "to": row["b"], **_in_force(row["p"], retired)})
    for row in graph.stream("hash/judgements", source=source):
        yield _line("judgement", row)
    for decision in _DECISIONS:
        for row in graph.stream("hash/decisions", fills={"type": decision}, source=source):
            yield _line("decision", {"type": decision, "from": row["a"], "to": row["b"], **_in_force(row["p"], retired)})


def _in_force(properties: dict[str, Any], retired: set[str]) -> dict[str, Any]:
    kept = {name: value for name, value in properties.items() if name not in _LEFT_OUT}
    if "records" in kept:
        kept["records"] = sorted(record for record in kept["records"] if record not in retired)
        if not kept["records"]:
            del kept["records"]
    return kept


def _line(kind: str, properties: dict[str, Any]) -> str:
    return f"{kind} {json.dumps(properties, sort_keys=True, ensure_ascii=False, separators=(',', ':'), default=_plain)}"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):  # the driver's points are tuples of coordinates
        return [repr(float(x)) for x in value]
    raise TypeError(f"{type(value).__name__} has no place in the graph hash")
