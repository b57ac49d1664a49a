"""Entities and records as answers carry them: with titles, values for people, and the file and line of each record.

May import the graph. Everything comes from Neo4j, within the view.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from graphsvc.connections import words
from graphsvc.errors import IntegrityError
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.sentences import sentences
from graphsvc.resolution.stored import METHOD


def entity_answer(entity: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    """An entity as answers carry it, from its stored properties."""
    declared = load_ontology().entities.get(entity["type"])
    return {
        "id": entity["id"],
        "source": entity["source"],
        "source_title": titles.get(entity["source"], entity["source"]),
        "type": entity["type"],
        "type_label": declared.label if declared else entity["type"],
        "caption": entity.get("caption") or entity["id"],
        "stub": bool(entity.get("stub")),
        "properties": words.properties(declared.properties if declared else {}, entity),
    }


def batches(graph: Graph, view: View, inquiry: Inquiry) -> int:
    """How many batches have changed the sources in view: it grows with every commit that could show."""
    return int(graph.ask(view, inquiry, "read/titles")[0]["seq"])


def entities(graph: Graph, view: View, inquiry: Inquiry, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Stored properties of entities in view, by id."""
    rows = graph.ask(view, inquiry, "read/entity", ids=sorted(set(ids)))
    return {row["entity"]["id"]: row["entity"] for row in rows}


def records(graph: Graph, view: View, inquiry: Inquiry, ids: Iterable[str], titles: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Records in view by id, without their rows: source, version, file and line."""
    wanted = sorted(set(ids))
    rows = graph.ask(view, inquiry, "read/records", ids=wanted) if wanted else []
    return {row["record"]["id"]: record_answer(row, titles) for row in rows}


def record_answer(row: Row, titles: dict[str, str]) -> dict[str, Any]:
    """A record as answers carry it, from a row with `record` and `load`."""
    record = row["record"]
    as_of = record.get("as_of")
    return {
        "id": record["id"],
        "source": record["source"],
        "source_title": titles.get(record["source"], record["source"]),
        "table": record.get("table"),
        "key": record.get("key"),
        "version": record.get("version"),
        "as_of": max(as_of) if isinstance(as_of, list) and as_of else as_of or None,
        "file": file_name(record, row.get("load")),
        "line": record.get("line"),
        "sha256": record.get("sha256"),
        "in_force": record.get("seq_to") is None,
    }


def file_name(record: dict[str, Any], load: dict[str, Any] | None) -> str | None:
    """The name of the file that a record was read from, as its load noted it."""
    by_sum = dict(zip((load or {}).get("file_sha256") or [], (load or {}).get("files") or [], strict=False))
    return by_sum.get(record.get("file_sha256"))


def same_as_answer(decision: dict[str, Any]) -> dict[str, Any]:
    """What a same-as statement rests on. Raises IntegrityError for one that gives no evidence (law 3)."""
    try:
        evidence = json.loads(decision.get("evidence") or "null")
    except (TypeError, ValueError):
        evidence = None
    if not evidence:
        raise IntegrityError(f"The same-as statement {decision['id']} shows no evidence.", hint="Load its sources again.")
    evidence = evidence if isinstance(evidence, dict) else {"evidence": evidence}
    if decision.get("method") == METHOD:
        evidence = {"sentences": sentences(decision, evidence), **evidence}
    return {**evidence, **{k: decision[k] for k in ("decision", "score", "decided_by", "decided_at") if decision.get(k) is not None}}
