"""Sightings on the real Neo4j: exact, newest first, within view and retention."""

from __future__ import annotations

import json

import pytest

from graphsvc.errors import InputError, IntegrityError
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import View
from graphsvc.sightings.look_up import sightings
from tests.sightings.conftest import BOTH, INQUIRY, READS, TODAY, Reads

pytestmark = pytest.mark.neo4j


def text(answer: object) -> str:
    return json.dumps(answer, sort_keys=True)


def test_a_sighting_says_where_when_by_what_and_on_which_record(reads: Reads) -> None:
    vehicle = reads.vehicle("reads", "AB12345")
    record = reads.record("reads")
    id = reads.read(
        vehicle, "2024-06-05T10:00:00.000Z", at_offset="+02:00", address="Quay 4, Bergen", confidence=0.93, photoOverview="o",
        photoPlate="p", beat="N1", records=[record],
    )  # fmt: skip
    reads.graph.statement("MATCH ()-[r:READ_BY {id: $id}]->() SET r.location = point({longitude: 10.25, latitude: 59.5})", id=id)
    answer = reads.look("ab 12345", "xv")
    assert answer["asked"] == [{"number": "AB12345", "jurisdiction": "XV", "plate_hash": None}] and answer["next"] is None
    (sighting,) = answer["sightings"]
    rests_on = sighting.pop("records")
    assert sighting == {
        "id": id,
        "source": "reads",
        "source_title": "Plate reads",
        "vehicle": {"number": "AB12345", "jurisdiction": "XV", "plate_hash": None},
        "at": "2024-06-05T10:00:00.000Z",
        "offset": "+02:00",
        "location": [10.25, 59.5],
        "address": "Quay 4, Bergen",
        "device": "CAM-1",
        "photos": {"overview": "o", "plate": "p"},
        "confidence": 0.93,
        "properties": {"beat": "N1"},
        "status": "unverified",
        "verifications": [],
    }
    assert [(r["id"], r["file"]) for r in rests_on] == [(record, "reads.csv")] and rests_on[0]["line"] > 1
    assert json.loads(json.dumps(answer)) == answer


def test_what_a_source_does_not_say_is_null(reads: Reads) -> None:
    reads.read(reads.vehicle("reads", "AB12345"), "2024-06-05T10:00:00.000Z")
    (sighting,) = reads.look()["sightings"]
    assert sighting["location"] is sighting["address"] is sighting["confidence"] is sighting["offset"] is None
    assert sighting["photos"] == {"overview": None, "plate": None}


def test_any_event_of_a_vehicle_with_a_time_is_a_sighting(reads: Reads) -> None:
    reads.read(reads.vehicle("tolls", "AB12345"), "2024-06-05T10:00:00.000Z", device="lane 2")
    (sighting,) = reads.look(view=BOTH)["sightings"]
    assert (sighting["address"], sighting["location"], sighting["device"]) == ("North Gate", [10.5, 59.0], "lane 2")


def test_both_parts_count(reads: Reads) -> None:
    reads.read(reads.vehicle("reads", "AB12345", "XV"), "2024-06-05T10:00:00.000Z")
    reads.read(reads.vehicle("reads", "AB12345", "XO"), "2024-06-06T10:00:00.000Z")
    assert [s["vehicle"]["jurisdiction"] for s in reads.look()["sightings"]] == ["XV"]
    assert [s["vehicle"]["jurisdiction"] for s in reads.look(jurisdiction="xo")["sightings"]] == ["XO"]
    for number, jurisdiction in (("AB1234", "XV"), ("B12345", "XV"), ("AB123456", "XV"), ("AB12345", "X"), ("AB12345", "unknown")):
        assert reads.look(number, jurisdiction)["sightings"] == []


def test_plates_that_differ_in_an_accent_are_two(reads: Reads) -> None:
    reads.read(reads.vehicle("reads", "ÄB12345"), "2024-06-05T10:00:00.000Z")
    assert reads.look()["sightings"] == []
    assert len(reads.look("äb-12345")["sightings"]) == 1


def test_unknown_finds_only_reads_whose_source_lacks_the_jurisdiction(reads: Reads) -> None:
    reads.read(reads.vehicle("reads", "AB12345", "XV"), "2024-06-05T10:00:00.000Z")
    reads.read(reads.vehicle("reads", "AB12345", "unknown"), "2024-06-06T10:00:00.000Z")
    reads.read(reads.vehicle("tolls", "AB12345", None), "2024-06-07T10:00:00.000Z")
    found = reads.look(jurisdiction="unknown", view=BOTH)["sightings"]
    assert [(s["source"], s["vehicle"]["jurisdiction"]) for s in found] == [("tolls", None), ("reads", "unknown")]
    assert [s["vehicle"]["jurisdiction"] for s in reads.look(view=BOTH)["sightings"]] == ["XV"]


def test_a_hashed_plate_is_looked_up_by_its_whole_hash(reads: Reads) -> None:
    hashed = "25c8f13178f8cdb543653a8d5ec8eb26d7f32d86"
    reads.read(reads.entity("reads/Vehicle/h", "Vehicle", hashed, plateHash=hashed), "2024-06-05T10:00:00.000Z")
    for given in (hashed, hashed.upper()):
        answer = sightings(reads.graph, READS, INQUIRY, hashes=[given], digest=reads.digest, today=TODAY)
        assert [s["vehicle"]["plate_hash"] for s in answer["sightings"]] == [hashed]


def test_newest_first_ties_by_id_page_by_page(reads: Reads) -> None:
    vehicle, other = reads.vehicle("reads", "AB12345"), reads.vehicle("tolls", "AB12345")
    for n in range(7):
        reads.read(vehicle, f"2024-06-0{1 + n // 2}T10:00:00.000Z", id=f"reads/READ_BY/{n}")
    reads.read(other, "2024-06-02T11:00:00.000Z", id="tolls/SEEN_AT/1")
    whole = reads.look(view=BOTH)
    ids = [s["id"] for s in whole["sightings"]]
    assert [i.rsplit("/")[-1] for i in ids] == ["6", "4", "5", "1", "2", "3", "0", "1"] and whole["next"] is None
    paged, before = [], None
    for _ in range(4):
        answer = reads.look(view=BOTH, limit=3, before=before)
        paged += [s["id"] for s in answer["sightings"]]
        if (before := answer["next"]) is None:
            break
    assert paged == ids
    assert reads.look(view=BOTH, limit=8)["next"] is None


@pytest.mark.parametrize("options", [{"limit": 0}, {"limit": 1001}, {"before": "yesterday"}, {"before": "2024~"}])
def test_limits_and_pages_are_checked(reads: Reads, options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        reads.look(**options)  # type: ignore[arg-type]


def test_reads_after_their_retention_do_not_show(reads: Reads) -> None:
    vehicle = reads.vehicle("reads", "AB12345")
    gone, last_day, endless = (reads.record("reads", expires_at=day) for day in ("2024-06-30", "2024-07-01", None))
    reads.read(vehicle, "2024-06-01T10:00:00.000Z", records=[gone])
    reads.read(vehicle, "2024-06-02T10:00:00.000Z", records=[last_day])
    reads.read(vehicle, "2024-06-03T10:00:00.000Z", records=[endless])
    reads.read(vehicle, "2024-06-04T10:00:00.000Z", records=[gone, endless])
    found = reads.look()["sightings"]
    assert [s["at"][:10] for s in found] == ["2024-06-04", "2024-06-03", "2024-06-02"]
    assert [r["id"] for r in found[0]["records"]] == [endless]
    assert len(reads.look(limit=1)["sightings"]) == 1 and reads.look(limit=3)["next"] is None


def test_what_is_no_longer_asserted_does_not_show(reads: Reads) -> None:
    vehicle = reads.vehicle("reads", "AB12345")
    reads.read(vehicle, "2024-06-01T10:00:00.000Z", seq_to=2)
    assert reads.look()["sightings"] == []


def test_a_sighting_without_its_record_is_an_error(reads: Reads) -> None:
    vehicle = reads.vehicle("reads", "AB12345")
    record = reads.record("reads")
    reads.read(vehicle, "2024-06-01T10:00:00.000Z", records=[record])
    reads.graph.statement("MATCH (r:Record {id: $id}) SET r.source = 'elsewhere'", id=record)
    with pytest.raises(IntegrityError):
        reads.look()


def test_a_hidden_source_is_as_if_absent_in_bytes(reads: Reads, graph: Graph) -> None:
    mine, theirs = reads.vehicle("reads", "AB12345"), reads.vehicle("tolls", "AB12345")
    reads.same(mine, theirs)
    reads.read(mine, "2024-06-01T10:00:00.000Z")
    reads.read(theirs, "2024-06-02T10:00:00.000Z")
    reads.read(reads.vehicle("tolls", "CD12345"), "2024-06-02T10:00:00.000Z")
    nothing = View((), "exact")
    asked = [("AB12345", READS), ("CD12345", READS), ("AB12345", nothing)]
    with_hidden = [text(reads.look(number, view=view)) for number, view in asked]
    assert len(reads.look(view=BOTH)["sightings"]) == 2
    graph.statement("MATCH (n) WHERE n.source = 'tolls' OR n.id = 'tolls' DETACH DELETE n")
    assert [text(reads.look(number, view=view)) for number, view in asked] == with_hidden
    graph.auto("admin/wipe")
    assert text(reads.look(view=READS)) == text(reads.look(view=nothing)) == with_hidden[2]


def test_a_link_or_an_end_in_a_hidden_compartment_hides_the_sighting(reads: Reads, graph: Graph) -> None:
    vehicle = reads.vehicle("reads", "AB12345")
    id = reads.read(vehicle, "2024-06-01T10:00:00.000Z")
    for hide, show in (
        ("MATCH ()-[x:READ_BY {id: $id}]->()", "reads"),
        ("MATCH (x:Device)<-[:READ_BY {id: $id}]-()", "reads"),
        ("MATCH (x:Vehicle)-[:READ_BY {id: $id}]->()", "reads"),
    ):
        graph.statement(f"{hide} SET x.compartment = 'reads/sealed'", id=id)
        assert reads.look()["sightings"] == []
        graph.statement(f"{hide} SET x.compartment = $show", id=id, show=show)
    assert len(reads.look()["sightings"]) == 1
