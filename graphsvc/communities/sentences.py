"""Changes and their causes in sentences. Pure functions over what was read of the graph. Imports words and the ontology.

They say what changed in the records; of anybody's conduct nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphsvc.connections import words
from graphsvc.graph.driver import Row
from graphsvc.graph.feed import SAME
from graphsvc.graph.ontology import load_ontology

_NAMED = 5
_UNKNOWN = "No cause was found in the records. "


def told_change(change: Mapping[str, Any], facts: Mapping[str, Row], names: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A change as doors show it: what changed, why, and whether it is only a correction."""
    causes = [_cause(fact, facts[fact["id"]]) for fact in change["facts"] if fact["id"] in facts]
    hidden = len(change["facts"]) - len(causes)
    because = change["because"]
    if because == "records" and causes and not hidden and all(one["correction"] for one in causes):
        because = "correction"
    return {
        **{name: change[name] for name in ("kind", "before", "after", "minimal")},
        "entities": [dict(names[id]) for id in change["entities"] if id in names],
        "because": because,
        "sentence": sentence(change, names),
        "why": _why(change, because, hidden),
        "causes": causes,
    }


def sentence(change: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]]) -> str:
    """What changed."""
    before, after = _listed(change["before"]), _listed(change["after"])
    who = _people(change["entities"], names)
    n = len(change["entities"])
    return {
        "born": f"{after} is new: {n} members, {who}.",
        "died": f"{before} is gone: it had {n} members, {who}.",
        "grew": f"{after} grew by {n}: {who}.",
        "shrank": f"{after} shrank by {n}: {who}.",
        "merged": f"{before} are one now: {after}.",
        "split": f"{before} is in parts now: {after}.",
        "moved": f"From {before} to {after} went {n}: {who}.",
    }[change["kind"]]


def _why(change: Mapping[str, Any], because: str, hidden: int) -> str:
    if because == "unknown":
        return _UNKNOWN + (change["why_not"] or "")
    if because == "method":
        return f"Only parameters, versions or the view changed. {change['why_not'] or ''}".strip()
    n = len(change["facts"])
    text = "Without this one it would not have happened." if n == 1 else f"Without these {n} it would not have happened."
    text += "" if change["minimal"] else " Fewer may do; looking was cut short."
    text += " Only rows that are told otherwise now, or decisions on identity: nothing new was recorded." if because == "correction" else ""
    return text + (f" {hidden} of them are not in view any more." if hidden else "")


def _cause(fact: Mapping[str, Any], row: Row) -> dict[str, Any]:
    start, end = row["ends"]
    same = row["type"] == SAME["same"]
    if same:
        text = f"{start['caption']} ({start['source']}) is stated to be the same as {end['caption']} ({end['source']})."
    else:
        text = words.sentence(load_ontology(), row["type"], row["link"], str(start["caption"]), str(end["caption"]))
    records = row["records"]
    return {
        "id": fact["id"],
        "type": row["type"],
        "from": start["id"],
        "to": end["id"],
        "change": "came" if fact["came"] else "ended",
        "sentence": text if fact["came"] else f"No longer: {text}",
        "load": fact["load"],
        "run": fact["run"],
        "records": [one["id"] for one in records],
        "correction": same or (bool(records) and all(one["told_otherwise"] for one in records)),
    }


def _listed(ids: Sequence[str]) -> str:
    return " and ".join([", ".join(ids[:-1]), ids[-1]] if len(ids) > 1 else list(ids))


def _people(ids: Sequence[str], names: Mapping[str, Mapping[str, Any]]) -> str:
    told = [str(names[id]["caption"]) for id in ids[:_NAMED] if id in names]
    more = len(ids) - len(told)
    return ", ".join(told) + (f" and {more} more" if more and told else "" if told else "whose names are not in view")
