"""Sources whose policy is stricter than others', loaded from the sample world: nothing but what they allow touches them."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from graphsvc.connections.find import find
from graphsvc.connections.paths import find_paths
from graphsvc.connections.pointers import pointers
from graphsvc.connections.show import show
from graphsvc.errors import NotFound
from graphsvc.graph.content import content
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.load import load
from graphsvc.loading.specfile import load_source
from graphsvc.policy.vault import Vault
from graphsvc.resolution import runs
from graphsvc.sample import generate
from graphsvc.sightings.look_up import sightings
from graphsvc.sightings.photos import add_photos, photo

pytestmark = pytest.mark.neo4j

OPEN = ("case_files", "vehicle_register")
STRICT = ("plate_reads", "border_crossings")
TODAY = date(2024, 7, 1)
INQUIRY = Inquiry("inquiry-1", "tester", "investigation")
Answers = dict[str, str]


class Loaded:
    """Four sources of a small world in the graph, and what its files say."""

    def __init__(self, graph: Graph, folder: Path) -> None:
        self.graph, self.world, self.home = graph, folder / "world", folder / "home"
        generate(300, 4, self.world)
        for source in (*OPEN, *STRICT):
            load(graph, load_source(content("loaders") / source), sorted((self.world / source).iterdir()), home=self.home)
        # Nobody may resolve strict sources; were it done all the same, no answer would show it.
        runs.run(graph, View((*OPEN, "plate_reads"), "resolve"), INQUIRY, kinds=["things"])
        self.digest = Vault(self.home / "keys").digester()
        add_photos(self.home / "photos", "plate_reads", [self.world / "photos" / "plate_reads"])
        (path,) = (self.world / "plate_reads").iterdir()
        self.reads = list(csv.DictReader(gzip.decompress(path.read_bytes()).decode().splitlines()))
        (path,) = (self.world / "border_crossings").iterdir()
        self.crossings = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))

    def sightings(self, number: str, jurisdiction: str, sources: tuple[str, ...] = ("plate_reads",), **options: Any) -> dict[str, Any]:
        view = View(sources, "exact")
        return sightings(self.graph, view, INQUIRY, [(number, jurisdiction)], digest=self.digest, today=TODAY, **options)


@pytest.fixture(scope="module")
def loaded(session_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    session_graph.auto("admin/wipe")
    yield Loaded(session_graph, tmp_path_factory.mktemp("strict"))
    session_graph.auto("admin/wipe")


def test_a_look_up_gives_every_read_of_the_file_and_no_other(loaded: Loaded) -> None:
    by_plate = Counter((r["plate"], "unknown" if r["jurisdiction"] == "NA" else r["jurisdiction"]) for r in loaded.reads)
    chosen = [*dict(by_plate.most_common(3)), next(p for p in by_plate if p[1] == "unknown"), next(p for p in by_plate if p[1] == "XO")]
    for number, jurisdiction in chosen:
        given = [
            (f"{float(r['confidence']):.2f}", r["device"], r["photo_overview"], r["photo_plate"], r["lon"] == "NA")
            for r in loaded.reads
            if (r["plate"], r["jurisdiction"].replace("NA", "unknown")) == (number, jurisdiction)
        ]
        answer = loaded.sightings(f"{number[:2]} {number[2:]}", jurisdiction, limit=1000)
        told = [
            (f"{s['confidence']:.2f}", s["device"], s["photos"]["overview"], s["photos"]["plate"], s["location"] is None)
            for s in answer["sightings"]
        ]
        assert Counter(told) == Counter(given)
        assert [s["at"] for s in answer["sightings"]] == sorted((s["at"] for s in answer["sightings"]), reverse=True)
        assert {s["offset"] for s in answer["sightings"]} == {"+02:00"}
        for sighting in answer["sightings"]:
            (record,) = sighting["records"]
            assert record["file"] == "reads-2024-06-30.csv.gz"
            row = loaded.reads[record["line"] - 2]
            assert (row["plate"], row["photo_plate"]) == (number, sighting["photos"]["plate"])


def test_its_photographs_are_given(loaded: Loaded) -> None:
    read = loaded.reads[0]
    given = photo(loaded.graph, View(("plate_reads",), "exact"), INQUIRY, read["photo_plate"], folder=loaded.home / "photos", today=TODAY)
    assert given.data == (loaded.world / "photos" / "plate_reads" / f"{read['photo_plate']}.png").read_bytes()


def test_retention_ends_five_years_after_the_file(loaded: Loaded) -> None:
    number = next(r["plate"] for r in loaded.reads if r["jurisdiction"] == "XV")
    view = View(("plate_reads",), "exact")
    for today, there in ((date(2029, 6, 30), True), (date(2029, 7, 1), False)):
        answer = sightings(loaded.graph, view, INQUIRY, [(number, "XV")], digest=loaded.digest, today=today)
        assert bool(answer["sightings"]) == there


def questions(loaded: Loaded) -> dict[str, Callable[[], Any]]:
    """Questions that would meet plate reads or border crossings, if their views had them."""
    graph, search, paths = loaded.graph, View(OPEN, "search"), View(OPEN, "paths")
    read = Counter(r["plate"] for r in loaded.reads).most_common(1)[0][0]
    crossing = next(c for c in loaded.crossings if c["plate"])
    texts = (read, "CAM-0001", crossing["document_no"], f"{crossing['given']} {crossing['surname']}", crossing["point"], crossing["plate"])
    ends = [r["id"] for r in graph.look("MATCH (p:Person)-[:HOLDS_VEHICLE]->() RETURN DISTINCT p.id AS id ORDER BY id LIMIT 4")]
    vehicles = graph.look("MATCH (v:Src_vehicle_register:Vehicle)-[:SAME_AS]-(:Src_plate_reads) RETURN v.id AS id ORDER BY id LIMIT 3")
    hidden = graph.look("MATCH (v:Src_plate_reads:Vehicle) RETURN v.id AS id ORDER BY id LIMIT 1")[0]["id"]
    assert ends and vehicles

    def shown(id: str) -> dict[str, Any]:
        return {name: value for name, value in show(graph, search, INQUIRY, id).items() if name != "seq"}

    asked: dict[str, Callable[[], Any]] = {}
    for text in texts:
        asked[f"find {text}"] = lambda text=text: [hit.as_dict() for hit in find(graph, search, INQUIRY, text)]
    for id in (*ends, *(row["id"] for row in vehicles), hidden):
        asked[f"show {id}"] = lambda id=id: shown(id)
    for a, b in pairwise(ends):
        asked[f"path {a} {b}"] = lambda a=a, b=b: _without_clock(find_paths(graph, paths, INQUIRY, a, b))
    for number in (read, crossing["plate"]):
        asked[f"sighting {number}"] = lambda number=number: loaded.sightings(number, "XV", OPEN)
    asked["pointer"] = lambda: loaded_pointers(loaded, crossing, ())
    return asked


def _without_clock(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("seq", "seconds", "elapsed_s", "took_s")}


def loaded_pointers(loaded: Loaded, crossing: dict[str, str], sources: tuple[str, ...] = ("border_crossings",)) -> list[dict[str, str]]:
    born = f"{crossing['born'][:4]}-{crossing['born'][4:6]}-{crossing['born'][6:]}"
    contacts = dict.fromkeys(sources, "records desk")
    view = View(sources, "pointer")
    name = f"{crossing['surname'].lower()} {crossing['given']}"
    return pointers(loaded.graph, view, INQUIRY, name, born=born, digest=loaded.digest, contacts=contacts, today=TODAY)


def answered(asked: dict[str, Callable[[], Any]]) -> Answers:
    answers = {}
    for name, ask in asked.items():
        try:
            answers[name] = json.dumps(ask(), sort_keys=True)
        except NotFound as error:
            answers[name] = f"{type(error).__name__}: {error}"
    return answers


def test_a_crossing_is_pointed_to_and_nothing_of_it_told(loaded: Loaded) -> None:
    crossing = next(c for c in loaded.crossings if c["plate"])
    expected = [
        {
            "source": "border_crossings",
            "source_title": "Border crossings of Veldmark (sample)",
            "holder": "Border Guard, Veldmark",
            "contact": "records desk",
        }
    ]
    assert loaded_pointers(loaded, crossing) == expected
    view = View(("border_crossings",), "pointer")
    contacts = {"border_crossings": "records desk"}
    for text, issuer in ((crossing["document_no"], "passport"), (crossing["plate"], "XV")):
        found = pointers(loaded.graph, view, INQUIRY, text, issuer=issuer, digest=loaded.digest, contacts=contacts, today=TODAY)
        assert found == expected


def test_strict_sources_are_as_if_absent_for_every_other_operation(loaded: Loaded) -> None:
    asked = questions(loaded)
    there = answered(asked)
    said = "\n".join(there.values())
    assert not [source for source in STRICT if source in said.replace("plate_reads/Vehicle", "")]
    assert any('"same_as"' in answer for answer in there.values()) and "NotFound" in said
    loaded.graph.statement("MATCH (n) WHERE n.source IN $strict OR n:Source AND n.id IN $strict DETACH DELETE n", strict=list(STRICT))
    assert answered(asked) == there
