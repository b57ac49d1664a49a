"""What people state of sightings: added to, never changed, and only about photographs that could be compared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphsvc.errors import Conflict, InputError, NotFound
from graphsvc.graph.view import Inquiry, View
from graphsvc.sightings.verify import verify_sighting
from tests.sightings.conftest import INQUIRY, READS, TODAY, Reads

pytestmark = pytest.mark.neo4j


def state(reads: Reads, id: str, decision: str, **options: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"view": READS, "inquiry": INQUIRY, "today": TODAY, **options}
    return verify_sighting(reads.graph, given.pop("view"), given.pop("inquiry"), id, decision, photos=reads.photos, **given)


def a_read(reads: Reads, tmp_path: Path) -> str:
    pictures = {"photoOverview": reads.picture(tmp_path, "car"), "photoPlate": reads.picture(tmp_path, "plate")}
    return reads.read(reads.vehicle("reads", "AB12345"), "2024-06-01T10:00:00.000Z", **pictures)


def test_the_latest_statement_is_the_status_and_all_are_kept(reads: Reads, tmp_path: Path) -> None:
    id = a_read(reads, tmp_path)
    assert reads.look()["sightings"][0]["status"] == "unverified"
    for n, decision in enumerate(("undecided", "confirmed", "rejected"), 1):
        inquiry = Inquiry("inquiry-2", f"officer-{n}", "investigation")
        said = state(reads, id, decision, note=f"look {n}", inquiry=inquiry)
        assert (said["decision"], said["decided_by"], said["note"]) == (decision, f"officer-{n}", f"look {n}")
        assert reads.look()["sightings"][0]["status"] == decision
    history = reads.look()["sightings"][0]["verifications"]
    assert [(v["decision"], v["decided_by"]) for v in history] == [
        ("undecided", "officer-1"), ("confirmed", "officer-2"), ("rejected", "officer-3"),
    ]  # fmt: skip
    assert len({v["id"] for v in history}) == 3 and all(v["decided_at"].endswith("Z") for v in history)


def test_statements_made_at_once_are_all_kept(reads: Reads, tmp_path: Path) -> None:
    id = a_read(reads, tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: state(reads, id, "confirmed", note=str(n)), range(16)))
    history = reads.look()["sightings"][0]["verifications"]
    assert {v["note"] for v in history} == {str(n) for n in range(16)}
    assert [v["id"].rsplit("/")[-1] for v in history] == [str(n) for n in range(1, 17)]


def test_a_statement_is_about_the_photographs_that_were_compared(reads: Reads, tmp_path: Path) -> None:
    id = a_read(reads, tmp_path)
    state(reads, id, "confirmed")
    other = reads.picture(tmp_path, "another car")
    reads.graph.statement("MATCH ()-[r:READ_BY {id: $id}]->() SET r.photoOverview = $other", id=id, other=other)
    sighting = reads.look()["sightings"][0]
    assert sighting["status"] == "unverified" and [v["decision"] for v in sighting["verifications"]] == ["confirmed"]


def test_without_its_photographs_nothing_can_be_stated(reads: Reads, tmp_path: Path) -> None:
    vehicle = reads.vehicle("reads", "AB12345")
    without = reads.read(vehicle, "2024-06-01T10:00:00.000Z")
    lost = reads.read(vehicle, "2024-06-02T10:00:00.000Z", photoOverview=reads.picture(tmp_path, "car"), photoPlate="f" * 64)
    for id in (without, lost):
        with pytest.raises(Conflict, match="photographs"):
            state(reads, id, "confirmed")
    assert {s["status"] for s in reads.look()["sightings"]} == {"unverified"}


def test_only_sightings_in_view_and_within_retention(reads: Reads, tmp_path: Path) -> None:
    id = a_read(reads, tmp_path)
    said = set()
    for wrong, options in (
        (id, {"view": View(("tolls",), "exact")}),
        (id, {"today": date(2034, 2, 1)}),
        ("reads/READ_BY/none", {}),
        ("reads/OWNS/none", {}),
        ("nonsense", {}),
        (id + "/x", {}),
    ):
        with pytest.raises(NotFound) as caught:
            state(reads, wrong, "confirmed", **options)
        said.add(str(caught.value))
    assert len(said) == 1
    state(reads, id, "confirmed")
    reads.graph.statement("MATCH (n:Verification) SET n.compartment = 'elsewhere'")
    assert reads.look()["sightings"][0]["verifications"] == []


def test_decisions_and_notes_are_checked(reads: Reads, tmp_path: Path) -> None:
    id = a_read(reads, tmp_path)
    for decision, note in (("sure", None), ("", None), ("confirmed", "x" * 2001)):
        with pytest.raises(InputError):
            state(reads, id, decision, note=note)
