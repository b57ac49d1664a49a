"""Plate reads written by hand, on the real Neo4j: vehicles that can be looked up, their sightings and the photographs of them."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.ids import identity
from graphsvc.sightings.look_up import sightings
from graphsvc.sightings.photos import add_photos
from tests.connections.world import World

TODAY = date(2024, 7, 1)
READS = View(("reads",), "exact")
BOTH = View(("reads", "tolls"), "exact")
INQUIRY = Inquiry("inquiry-1", "tester", "investigation", reason_code="R1")


class Reads(World):
    """Two sources that read plates: `reads` with cameras, `tolls` with places."""

    def __init__(self, graph: Graph, home: Path) -> None:
        super().__init__(graph, home)
        self.digest = self.vault.digester()
        self.photos = home / "photos"
        for source, title in (("reads", "Plate reads"), ("tolls", "Toll stations")):
            self.source(source, title)
        self.entity("reads/Device/cam", "Device", "CAM-1", number="CAM-1")
        self.entity("tolls/Place/gate", "Place", "North Gate", name="North Gate")
        graph.statement("MATCH (n:Entity {id: 'tolls/Place/gate'}) SET n.location = point({longitude: 10.5, latitude: 59.0})")

    def vehicle(self, source: str, number: str, jurisdiction: str | None = "XV", **properties: Any) -> str:
        """A vehicle as a load would store it, with its exact identity where it has one."""
        told = {"registrationNumber": number, **({"jurisdiction": jurisdiction} if jurisdiction else {}), **properties}
        exact = identity("Vehicle", load_ontology().entities["Vehicle"], dict(told))
        ident = {"ident": self.digest(exact)} if exact else {}
        return self.entity(f"{source}/Vehicle/{self.digest(f'{number}{jurisdiction}')}", "Vehicle", number, **told, **ident)

    def read(self, vehicle: str, at: str, **properties: Any) -> str:
        """A read of the vehicle by its source's camera or place."""
        if vehicle.startswith("tolls/"):
            return self.link(vehicle, "SEEN_AT", "tolls/Place/gate", at=at, **properties)
        return self.link(vehicle, "READ_BY", "reads/Device/cam", at=at, **properties)

    def picture(self, tmp_path: Path, text: str, source: str = "reads") -> str:
        """A photograph with its file in place; returns its SHA-256."""
        data = b"\x89PNG\r\n\x1a\n" + text.encode()
        path = tmp_path / f"{text}.png"
        path.write_bytes(data)
        add_photos(self.photos, source, [path])
        return hashlib.sha256(data).hexdigest()

    def look(self, number: str = "AB12345", jurisdiction: str = "XV", *, view: View = READS, **options: Any) -> dict[str, Any]:
        options = {"today": TODAY, **options}
        return sightings(self.graph, view, INQUIRY, [(number, jurisdiction)], digest=self.digest, **options)


@pytest.fixture
def reads(graph: Graph, tmp_path: Path) -> Reads:
    return Reads(graph, tmp_path / "home")
