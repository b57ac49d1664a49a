"""What a person states of a sighting after comparing its photographs with the vehicle in question. Statements are added, never changed.

May import the graph, and the photographs beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from graphsvc.errors import Conflict, InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.types import utc_now
from graphsvc.graph.view import Inquiry, View
from graphsvc.sightings.exact import require_exact, sighting_types
from graphsvc.sightings.photos import holds

Decision = Literal["confirmed", "rejected", "undecided"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
MOST_CHARACTERS = 2000  # of a note: a page; more belongs into the case file


def verify_sighting(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    sighting_id: str,
    decision: str,
    *,
    photos: Path,
    today: date,
    note: str | None = None,
) -> dict[str, Any]:
    """Add the statement of the inquiry's user that the photographs confirm the read, refute it, or leave it open; returns it.

    `photos` is the folder of photographs: who could not have seen them can't have compared them. Raises InputError for another
    decision or a long note, NotFound for a sighting that is not in view or whose retention has ended, Conflict when its photographs are
    not held here.
    """
    require_exact(view)
    if decision not in DECISIONS:
        raise InputError(f"{decision!r} is no decision on a sighting.", hint=f"There are: {', '.join(DECISIONS)}.")
    if note is not None and len(note) > MOST_CHARACTERS:
        raise InputError(f"The note has {len(note)} characters; {MOST_CHARACTERS} are the most.")
    vehicle, link = _sighting(graph, view, inquiry, sighting_id, today)
    refers = [link[name] for name in ("photoOverview", "photoPlate") if link.get(name)]
    if not refers or not all(holds(photos, link["source"], sha256) for sha256 in refers):
        raise Conflict(
            "The photographs of this sighting are not held here, so nobody can have compared them.",
            hint=f"Import the photographs of {link['source']} first.",
        )
    verification = {
        "sighting": sighting_id,
        "source": link["source"],
        "compartment": link["compartment"],
        "decision": decision,
        "note": note,
        "decided_by": inquiry.user,
        "decided_at": utc_now(),
        "agency": inquiry.agency,
        "inquiry": inquiry.id,
        "photo_overview": link.get("photoOverview"),
        "photo_plate": link.get("photoPlate"),
    }
    written = graph.run("sightings/verify", vehicle=vehicle, verification=verification)
    return _statement(written[0]["verification"])


def statements(graph: Graph, view: View, inquiry: Inquiry, sighting_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What was stated of sightings in view, by sighting, in the order in which it was stated."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in graph.ask(view, inquiry, "sightings/verifications", sightings=sorted(set(sighting_ids))):
        found.setdefault(row["verification"]["sighting"], []).append(_statement(row["verification"]))
    return found


def _sighting(graph: Graph, view: View, inquiry: Inquiry, sighting_id: str, today: date) -> tuple[str, dict[str, Any]]:
    rows = []
    link_type = sighting_id.split("/")[1] if sighting_id.count("/") == 2 else ""
    if link_type in sighting_types(load_ontology()):
        rows = graph.ask(view, inquiry, "sightings/one", fills={"type": link_type}, id=sighting_id, today=today.isoformat())
    if not rows:
        raise NotFound("No sighting in view has that id.", hint="Ids are given in full, as a look-up prints them.")
    return rows[0]["vehicle"], rows[0]["link"]


def _statement(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: stored.get(name) for name in ("id", "decision", "decided_by", "decided_at", "note")},
        "photos": {"overview": stored.get("photo_overview"), "plate": stored.get("photo_plate")},
    }
