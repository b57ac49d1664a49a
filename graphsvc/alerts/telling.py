"""What alerts and leads show, and to whom: what they name by id is read again within the view of whoever opens them.

May import findings and the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from graphsvc.alerts.findings import FINDINGS
from graphsvc.alerts.outbox import Alert
from graphsvc.alerts.subjects import OPERATIONS, stored_subject, words
from graphsvc.alerts.watches import Watch
from graphsvc.connections.words import sentence
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, Operation, View
from graphsvc.policy.judge import Permissions
from graphsvc.resolution.sentences import sentences
from graphsvc.resolution.stored import METHOD
from graphsvc.sightings.exact import sighting_types
from graphsvc.sightings.these import these


def titles(graph: Graph, view: View, inquiry: Inquiry) -> list[str]:
    """The ids of the sources in view."""
    return sorted(one["id"] for one in graph.ask(view, inquiry, "read/titles")[0]["titles"])


def told_cause(graph: Graph, view: View, inquiry: Inquiry, cause: Mapping[str, Any]) -> dict[str, Any]:
    """What a cause names, as far as it is in view: facts, records, entities, sightings, or findings of a run."""
    if "keys" in cause:
        return {"findings": FINDINGS[cause["kind"]].told(graph, view, inquiry, cause["run"], list(cause["keys"]))}
    seen = set(sighting_types(load_ontology()))
    facts = [fact for fact in cause["facts"] if not (fact["type"] in seen and view.operation == "exact")]
    asked = [{"id": fact["id"], "a": fact["a"], "b": fact["b"]} for fact in facts]
    rows = {row["id"]: row for row in graph.ask(view, inquiry, "communities/facts", facts=asked)} if asked else {}
    read = [fact["id"] for fact in cause["facts"] if fact["type"] in seen and view.operation == "exact"]
    wanted = [one["id"] for one in cause["records"]]
    records = {row["record"]["id"]: row for row in graph.ask(view, inquiry, "read/records", ids=wanted)} if wanted else {}
    changes = {one["id"]: one for one in cause["records"]}
    brought = graph.ask(view, inquiry, "read/entity", ids=list(cause["entities"])) if cause["entities"] else []
    return {
        "facts": [_told_fact(fact["change"], rows[fact["id"]]) for fact in facts if fact["id"] in rows],
        "records": [_told_record(records[id], changes[id]) for id in wanted if id in records],
        "entities": [{name: row["entity"].get(name) for name in ("id", "type", "caption", "source")} for row in brought],
        "sightings": these(graph, view, inquiry, read, today=datetime.now(UTC).date()) if read else [],
    }


def _told_fact(change: str, row: Row) -> dict[str, Any]:
    start, end = row["ends"]
    link = row["link"]
    if row["type"] == "SAME_AS":
        text = f"{start['caption']} ({start['source']}) is stated to be the same as {end['caption']} ({end['source']})."
    else:
        text = sentence(load_ontology(), row["type"], link, str(start["caption"]), str(end["caption"]))
    because = sentences(link, json.loads(link.get("evidence") or "{}")) if link.get("method") == METHOD else []
    return {
        "id": row["id"],
        "type": row["type"],
        "from": start["id"],
        "to": end["id"],
        "change": change,
        "sentence": f"No longer: {text}" if change == "ended" else text,
        "because": because,
        "records": [one["id"] for one in row["records"]],
    }


def _told_record(row: Row, change: dict[str, Any]) -> dict[str, Any]:
    record, load = row["record"], row["load"] or {}
    by_sum = dict(zip(load.get("file_sha256") or [], load.get("files") or [], strict=False))
    return {
        **{name: record.get(name) for name in ("id", "source", "table", "line", "sha256")},
        "file": by_sum.get(record.get("file_sha256")),
        "of": change["of"],
        "change": change.get("change") or ("came" if change["came"] else "ended"),
    }


def in_view(alert: Alert, permissions: Permissions) -> bool:
    """Whether everything that an alert rests on is in view."""
    if alert.lead is not None:
        return may_read(alert.cause["rests_on"], permissions)
    operation = OPERATIONS[json.loads(alert.subject)["kind"]]
    return set(alert.compartments) <= set(permissions.compartments(operation))


def may_read(rests_on: Mapping[str, Sequence[Sequence[str]]], permissions: Permissions) -> bool:
    """Whether anything that a lead names is in view; `rests_on` as a lead has it."""
    return any(
        those and set(those) <= set(permissions.compartments(cast("Operation", operation)))
        for operation, all in rests_on.items()
        for those in all
    )


def told_alert(alert: Alert) -> dict[str, Any]:
    """An alert as doors show it, without its cause."""
    kept = ("id", "number", "kind", "watch", "inquiry", "case", "made_at", "state", "state_by", "state_at", "reason")
    told = {**{name: getattr(alert, name) for name in kept}, "subject": words(stored_subject(alert.subject)), "lead": alert.lead}
    # Whose inquiry a lead was published in is not told.
    return told if alert.lead is None else {**told, "subject": alert.cause["title"], "inquiry": None}


def told_watch(watch: Watch) -> dict[str, Any]:
    """A watch as doors show it to its owner."""
    kept = ("id", "user", "inquiry", "case", "purpose", "reason_code", "mail", "webhook", "daily", "made_at", "ended_at")
    return {**{name: getattr(watch, name) for name in kept}, "until": watch.ends_at, "subject": watch.subject.model_dump(by_alias=True)}
