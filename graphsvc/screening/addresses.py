"""Addresses of a list compared with those in view: by the keys by which resolution compares where people live. May import the graph.

The same house is the same; a slip, or a street told without its number, may be. No text is compared, and nothing is weighed in bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphsvc.connections import names
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.addresses import AddressKeys, all_keys
from graphsvc.screening.candidate import Candidate
from graphsvc.screening.lookups import Near
from graphsvc.screening.rows import Row, taken_apart


def same_addresses(graph: Graph, view: View, inquiry: Inquiry, rows: Sequence[Row], near: Mapping[int, Near]) -> dict[int, list[Candidate]]:
    """Of each row, by its number, the addresses that are, or may be, its own."""
    ids = sorted({id for one in near.values() for id in one.ids})
    entities = {row["entity"]["id"]: row["entity"] for row in graph.ask(view, inquiry, "read/entity", ids=ids)} if ids else {}
    found: dict[int, list[Candidate]] = {}
    for row in rows:
        told = (row.told or {})["addresses"]
        pairs = ((id, compare(told, entities[id])) for id in sorted(near[row.number].ids) if id in entities)
        text = next((one["text"] for one in told if one["text"]), "")
        found[row.number] = [_candidate(id, level, text, entities[id]) for id, level in pairs if level is not None]
    return found


# What two addresses have in common, from the strongest on: level, and how it is told.
LEVELS = {
    "same_house": "same address: street, number and place",
    "misspelt": "same address but for a slip",
    "unnumbered": "same street, told without a number",
}


def compare(told: Sequence[Mapping[str, Any]], entity: Mapping[str, Any]) -> str | None:
    """The strongest level that holds between an address of the list and one of the graph; None when they are two."""
    ours, theirs = all_keys(told), all_keys(_forms(entity))
    if _houses(ours) & _houses(theirs):
        return "same_house"
    if _homes(ours) & _homes(theirs):
        return "misspelt"
    if _streets(ours, unnumbered=True) & _streets(theirs) or _streets(ours) & _streets(theirs, unnumbered=True):
        return "unnumbered"
    return None


def _forms(entity: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The address in its parts, and as one text."""
    parts = {"street": "street", "house": "houseNumber", "postcode": "postalCode", "city": "city", "country": "country"}
    told = {part: entity.get(name) for part, name in parts.items()}
    empty = dict.fromkeys(("text", *parts))
    whole = entity.get("full")
    if whole and not told["street"]:
        told = {**taken_apart(whole), "country": told["country"]}
    return [{**empty, **told}, {**empty, "text": whole or entity.get("caption")}]


def _houses(keys: Sequence[AddressKeys]) -> set[str]:
    """Of addresses told with a number, or as one text: a street alone is no house."""
    return {one.house for one in keys if one.house and not one.unnumbered}


def _homes(keys: Sequence[AddressKeys]) -> set[str]:
    return _houses(keys) | {near for one in keys for near in one.near}


def _streets(keys: Sequence[AddressKeys], *, unnumbered: bool = False) -> set[str]:
    return {street for one in keys if one.unnumbered or not unnumbered for street in one.streets}


def _candidate(id: str, level: str, text: str, entity: Mapping[str, Any]) -> Candidate:
    forms = [str(entity[name]) for name in ("full", "caption") if entity.get(name)]
    return Candidate(
        id=id,
        verdict="same" if level == "same_house" else "possible",
        # How well the texts agree: it orders what may be the same, and is no probability.
        score=1.0 if level == "same_house" else names.score(text, forms),
        bits=None,
        corroborated_by=("address",) if level == "same_house" else (),
        contradicted=False,
        sentences=(LEVELS[level],),
        comparisons=({"name": "address", "level": level, "bits": None, "a": text, "b": forms[0] if forms else ""},),
    )
