"""Sightings of exactly named vehicles, newest first: time, place, device, photographs and the record of each.

A sighting says what a camera took a plate for. It is `unverified` until a person has compared the photographs (`verify`).
May import loading and the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from graphsvc.errors import InputError, IntegrityError
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.sightings.exact import Named, named, require_exact, sighting_types
from graphsvc.sightings.verify import statements

MOST_SIGHTINGS = 1000
UNVERIFIED = "unverified"
_TOLD = {"at", "location", "address", "device", "photoOverview", "photoPlate", "confidence"}


def sightings(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    plates: Sequence[tuple[str, str]] = (),
    *,
    digest: Callable[[str], str],
    today: date,
    hashes: Sequence[str] = (),
    limit: int = 50,
    before: str | None = None,
    exact_limit: int = 1,
) -> dict[str, Any]:
    """Where the vehicles were seen: `asked` (the identifiers as understood), `sightings`, and `next` (for `before`; null at the end).

    `plates` are pairs of number and jurisdiction, `hashes` are of plates that their publisher hashed; together at most
    `exact_limit`, the smallest that the policies in view allow. `digest` is the deployment's (`Vault.digester`). Only sightings with a
    record that expires `today` or later are read. Raises InputError for an identifier that is not complete, and for a wrong limit or page.
    """
    require_exact(view)
    if not 1 <= limit <= MOST_SIGHTINGS:
        raise InputError(f"The limit is {limit}; it can be 1 to {MOST_SIGHTINGS}.")
    before_at, before_id = _page(before)
    asked = named(plates, hashes, exact_limit)
    ontology = load_ontology()
    found = graph.ask(
        view,
        inquiry,
        "sightings/vehicles",
        asked=[{"n": n, **one.looked_up_by(ontology, digest)} for n, one in enumerate(asked)],
    )
    rows = graph.ask(
        view,
        inquiry,
        "sightings/look_up",
        vehicles=sorted({row["vehicle"]["id"] for row in found if asked[row["n"]].names(row["vehicle"])}),
        types=sighting_types(ontology),
        today=today.isoformat(),
        before_at=before_at,
        before_id=before_id,
        fetch=limit + 1,
    )
    shown = rows[:limit]
    return {
        "asked": [one.as_dict() for one in asked],
        "sightings": told(graph, view, inquiry, shown),
        "next": _cursor(shown[-1]) if len(rows) > limit else None,
    }


def told(graph: Graph, view: View, inquiry: Inquiry, rows: list[Row]) -> list[dict[str, Any]]:
    """Sightings as answers carry them, from rows of vehicle, link, type, other and records; in their order."""
    if not rows:
        return []
    titles = {source["id"]: source["title"] for source in graph.ask(view, inquiry, "read/titles")[0]["titles"]}
    ids = sorted({id for row in rows for id in row["records"]})
    records = {row["record"]["id"]: row for row in graph.ask(view, inquiry, "read/records", ids=ids)}
    stated = statements(graph, view, inquiry, [row["link"]["id"] for row in rows])
    return [_answer(row, titles, records, stated.get(row["link"]["id"], [])) for row in rows]


def _answer(row: Row, titles: dict[str, str], records: dict[str, Row], stated: list[dict[str, Any]]) -> dict[str, Any]:
    link, other, vehicle = row["link"], row["other"], row["vehicle"]
    photos = {"overview": link.get("photoOverview"), "plate": link.get("photoPlate")}
    rests_on = [_record(records[id]) for id in sorted(row["records"]) if id in records]
    if not rests_on:
        raise IntegrityError(f"The sighting {link['id']} can't show the record that it rests on.", hint="Load its source again.")
    # A statement is about the photographs that were compared: when the source has put others in their place, it says nothing of these.
    current = [one for one in stated if one["photos"] == photos]
    device = other.get("caption") if other["type"] == "Device" else link.get("device")
    return {
        "id": link["id"],
        "source": link["source"],
        "source_title": titles.get(link["source"], link["source"]),
        "vehicle": Named(vehicle.get("registrationNumber"), vehicle.get("jurisdiction"), vehicle.get("plateHash")).as_dict(),
        "at": link.get("at"),
        "offset": link.get("at_offset"),
        "location": _point(link.get("location") or other.get("location")),
        "address": link.get("address") or (other.get("caption") if other["type"] == "Place" else None),
        "device": device,
        "photos": photos,
        "confidence": link.get("confidence"),
        "properties": {name: link[name] for name in _more(row["type"]) if link.get(name) is not None},
        "status": current[-1]["decision"] if current else UNVERIFIED,
        "verifications": stated,
        "records": rests_on,
    }


def _more(link_type: str) -> list[str]:
    """What else the source may say of a sighting: the police beat, a postcode."""
    return sorted(set(load_ontology().links[link_type].properties) - _TOLD)


def _record(row: Row) -> dict[str, Any]:
    record, load = row["record"], row["load"] or {}
    by_sum = dict(zip(load.get("file_sha256") or [], load.get("files") or [], strict=False))
    return {
        "id": record["id"],
        "file": by_sum.get(record.get("file_sha256")),
        "line": record.get("line"),
        "sha256": record.get("sha256"),
    }


def _point(stored: Any) -> list[float] | None:
    return [float(part) for part in stored] if stored is not None else None


def _cursor(row: Row) -> str:
    return f"{row['link'].get('at') or ''}~{row['link']['id']}"


def _page(before: str | None) -> tuple[str | None, str | None]:
    if before is None:
        return None, None
    at, mark, id = before.partition("~")
    if not mark or not id:
        raise InputError("That is no page of sightings.", hint="Give `before` as the answer's `next` has it.")
    return at, id
