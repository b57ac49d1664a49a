"""A view without a category finds no trace of its persons: not them, not what only they have, not the row that names them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphsvc.connections.find import find, resolve, source_titles
from graphsvc.connections.paths import find_paths
from graphsvc.connections.show import show
from graphsvc.disclosure.record import record
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.content import content
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.load import load
from graphsvc.loading.specfile import load_source
from graphsvc.policy.vault import Vault
from graphsvc.resolution import runs
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
SOURCE = "case_files"
CATEGORIES = ("contact", "convicted", "suspect", "victim", "witness")
EVERYTHING = View((SOURCE, *(f"{SOURCE}/{c}" for c in CATEGORIES)))
WITHOUT = View(tuple(c for c in EVERYTHING.compartments if not c.endswith("/witness")))
SUE, WIM, VIC = (f"{SOURCE}/Person/VK-1,P{n}" for n in (1, 2, 3))
SHARED, OWN = (
    {"street": "Quay", "no": "4", "postcode": "5003", "town": "BERGEN"},
    {"street": "Mole", "no": "7", "postcode": "1", "town": "X"},
)


def case(no: str, *people: tuple[str, str, str, list[str]], addresses: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A case; each of its people with category, name and phones."""
    persons = [
        {"ref": f"P{n}", "category": category, "name": {"given": given, "family": family}, "born": None}
        for n, (category, given, family, _) in enumerate(people, 1)
    ]
    phones = [{"person": f"P{n}", "number": number} for n, (*_, numbers) in enumerate(people, 1) for number in numbers]
    head = {
        "case_no": no,
        "status": "completed",
        "offence": "fraud",
        "unit": {"name": "North"},
        "opened": "2020-01-01",
        "closed": "2023-01-01",
    }
    return {**head, "persons": persons, "addresses": addresses or [], "phones": phones, "vehicles": []}


FIRST = case(
    "VK-1",
    ("suspect", "Sue", "Solberg", ["+442071838750"]),
    ("witness", "Wim", "Wessel", ["+442071838750", "+442071838751"]),
    ("victim", "Vic", "Varga", ["+442071838752"]),
    addresses=[{"person": "P1", **SHARED}, {"person": "P2", **SHARED}, {"person": "P2", **OWN}],
)
# The same with nothing of the witness in it, who stands last so that no reference changes.
SECOND = case("VK-2", ("suspect", "Sam", "Stone", ["+442071838752"]), ("witness", "Wanda", "Wessel", ["+442071838751"]))
WITNESS = ("Wim", "Wessel", "Wanda", "Mole", "8751", "witness")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "home" / "keys")


@pytest.fixture
def given(graph: Graph, tmp_path: Path, vault: Vault) -> Callable[..., None]:
    def given(*rows: dict[str, Any], day: str = "2024-06-30") -> None:
        path = tmp_path / f"cases-{day}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        source = load_source(content("loaders") / SOURCE)
        assert load(graph, source, [path], home=tmp_path / "home").report.rejected == {}

    return given


def record_of(graph: Graph, case_no: str) -> str:
    return str(graph.statement("MATCH (r:Record {key: $key}) WHERE r.seq_to IS NULL RETURN r.id AS id", key=case_no)[0]["id"])


def test_no_answer_shows_a_trace_of_a_hidden_category(graph: Graph, given: Callable[..., None], inquiry: Inquiry, vault: Vault) -> None:
    given(FIRST, SECOND)
    runs.run(graph, EVERYTHING, inquiry, kinds=["things"])
    assert find(graph, EVERYTHING, inquiry, "Wim Wessel")[0].id == WIM and find(graph, EVERYTHING, inquiry, "Mole 7")
    for text in ("Wim Wessel", "Wessel", "Mole 7", "442071838751", WIM, f"{SOURCE}/Address/MOLE,7,1,X@witness"):
        near = json.dumps([hit.as_dict() for hit in find(graph, WITHOUT, inquiry, text)])
        assert not [word for word in WITNESS if word in near]
    with pytest.raises(NotFound) as missing:
        resolve(graph, WITHOUT, inquiry, "Wim Wessel")
    with pytest.raises(NotFound):
        show(graph, WITHOUT, inquiry, WIM)
    with pytest.raises(NotFound):
        find_paths(graph, WITHOUT, inquiry, SUE, WIM)
    answers: list[Any] = [missing.value.hint, missing.value.details]
    for id in (SUE, VIC, f"{SOURCE}/Investigation/VK-1"):
        answers.append(show(graph, WITHOUT, inquiry, id))
    # Whom the witness joins: by a phone that only she has, and by one that she shares.
    sam = f"{SOURCE}/Person/VK-2,P1"
    answers.append(find_paths(graph, WITHOUT, inquiry, SUE, VIC, k=50, max_hops=12))
    answers.append(find_paths(graph, WITHOUT, inquiry, SUE, sam, k=50, max_hops=12))
    answers.append(record(graph, WITHOUT, inquiry, record_of(graph, "VK-1"), vault))
    told = json.dumps(answers)
    assert not [word for word in WITNESS if word in told]
    assert "Wessel" in json.dumps(find_paths(graph, EVERYTHING, inquiry, SUE, sam, k=50, max_hops=12))


def test_counts_and_scores_are_those_of_a_graph_without_them(
    graph: Graph, given: Callable[..., None], inquiry: Inquiry, tmp_path: Path
) -> None:
    """The same answers, but for the ids of the records, as from rows that never had the witnesses."""

    def answers() -> str:
        paths = find_paths(graph, WITHOUT, inquiry, SUE, f"{SOURCE}/Person/VK-2,P1", k=50, max_hops=12)
        shown = [show(graph, WITHOUT, inquiry, id) for id in (SUE, VIC, f"{SOURCE}/Investigation/VK-1", f"{SOURCE}/Investigation/VK-2")]
        hits = [
            [h.as_dict() for h in find(graph, WITHOUT, inquiry, t)] for t in ("Sue", "Solberg", "Quay 4", "Wessel", "VK-1", "+442071838750")
        ]
        text = json.dumps([paths, shown, hits])
        for case_no in ("VK-1", "VK-2"):
            text = text.replace(record_of(graph, case_no), f"record of {case_no}")
        return text

    given(FIRST, SECOND)
    with_them = answers()
    graph.auto("admin/wipe")
    hidden = {"P2"}
    rows = []
    for row in (FIRST, SECOND):
        lists = {name: [i for i in row[name] if i["person"] not in hidden] for name in ("addresses", "phones")}
        rows.append({**row, "persons": [p for p in row["persons"] if p["ref"] not in hidden], **lists})
    given(*rows)
    assert answers() == with_them
    assert show(graph, EVERYTHING, inquiry, SUE)["entity"]["caption"] == "Sue Solberg"


def test_the_row_is_shown_only_to_who_may_see_all_that_it_may_hold(
    graph: Graph, given: Callable[..., None], inquiry: Inquiry, vault: Vault
) -> None:
    given(FIRST, case("VK-3", ("suspect", "Sue", "Solberg", [])))
    first, alone = record_of(graph, "VK-1"), record_of(graph, "VK-3")
    whole = record(graph, EVERYTHING, inquiry, first, vault)
    assert json.loads(whole["raw"]) == FIRST and whole["withheld"] is None and whole["hash_checked"]
    assert not first.endswith(f"@{whole['sha256'][:12]}")
    withheld = [record(graph, WITHOUT, inquiry, id, vault) for id in (first, alone)]
    # The row without a witness is withheld as well, in the same words: else its being shown would tell that there is none.
    assert withheld[0]["withheld"] == withheld[1]["withheld"] and "witness" not in withheld[0]["withheld"]
    for answer in withheld:
        assert [answer[name] for name in ("raw", "raw_encoding", "sha256", "file_sha256", "expires_at")] == [None] * 5
        assert (answer["file"], answer["hash_checked"]) == ("cases-2024-06-30.jsonl", False)
        assert answer.keys() == whole.keys()
    (shown,) = show(graph, WITHOUT, inquiry, SUE)["records"]
    assert (shown["id"], shown["file"], shown["line"], shown["sha256"]) == (first, "cases-2024-06-30.jsonl", 1, None)
    with pytest.raises(NotFound):
        record(graph, View(("other",)), inquiry, first, vault)


def test_one_compartment_alone_is_a_view(graph: Graph, given: Callable[..., None], inquiry: Inquiry) -> None:
    given(FIRST)
    view = View((f"{SOURCE}/suspect",))
    (hit,) = find(graph, view, inquiry, "Sue Solberg")
    assert (hit.id, hit.source, hit.source_title) == (SUE, SOURCE, "Investigations of Veldmark (sample)")
    # A link is its source's own: who sees the suspects alone sees them without what they are linked to.
    assert show(graph, view, inquiry, SUE)["links"] == [] and hit.links == 0
    assert view.sources == (SOURCE,)


def test_a_source_stands_for_all_its_compartments_in_view(graph: Graph, given: Callable[..., None], inquiry: Inquiry) -> None:
    given(FIRST)
    runs.run(graph, EVERYTHING, inquiry, kinds=["things"])
    answer = find_paths(graph, EVERYTHING, inquiry, SUE, WIM, sources=[SOURCE.upper()])
    assert [p["length"] for p in answer["paths"]] == [2, 2, 2]
    assert answer["searched"]["sources"] == [SOURCE] == answer["question"]["sources"]
    assert len(find_paths(graph, WITHOUT, inquiry, SUE, VIC, sources=[SOURCE])["paths"]) == 1
    assert WITHOUT.narrowed([SOURCE]) == WITHOUT
    assert WITHOUT.narrowed([f"{SOURCE}/suspect", f"{SOURCE}/witness"]).compartments == (f"{SOURCE}/suspect",)
    with pytest.raises(InputError):
        find_paths(graph, WITHOUT, inquiry, SUE, VIC, sources=[f"{SOURCE}/witness"])


def test_a_statement_that_rests_on_a_hidden_compartment_is_not_used(world: World, inquiry: Inquiry) -> None:
    """Both its ends are in view, but what joins them was concluded from elsewhere."""
    world.source("bank", "Bank")
    a, b = (world.entity(f"bank/p/{n}", "Person", f"P{n}") for n in range(2))
    world.same(a, b, compartments=["bank", "bank/witness"])
    for view, n in ((View(("bank", "bank/witness")), 1), (View(("bank",)), 0)):
        assert len(find_paths(world.graph, view, inquiry, a, b)["paths"]) == n
        assert show(world.graph, view, inquiry, a)["same_as_count"] == n
        (numbers,) = world.graph.statement("MATCH (a:Entity {id: $a}), (b:Entity {id: $b}) RETURN id(a) AS a, id(b) AS b", a=a, b=b)
        asked = {"pairs": [[numbers["a"], numbers["b"]]], "searched": ["bank"], "types": None, "crossing": ["SAME_AS"], "events": []}
        assert sum(len(row["joined"]) for row in world.graph.ask(view, inquiry, "paths/hops", **asked)) == n
    world.same(a, b, id="same/second")
    parallel = {"pairs": [[a, b]], "searched": ["bank"], "types": None, "crossing": ["SAME_AS"]}
    assert world.graph.ask(View(("bank",)), inquiry, "paths/parallel", **parallel)[0]["ids"] == []
    assert len(world.graph.ask(View(("bank", "bank/witness")), inquiry, "paths/parallel", **parallel)[0]["ids"]) == 1


def test_how_far_the_graph_has_come_tells_nothing_of_hidden_sources(
    graph: Graph, given: Callable[..., None], inquiry: Inquiry, world: World
) -> None:
    given(FIRST)
    world.source("register", "Company register")
    others, own = View(("register",)), View((f"{SOURCE}/suspect",))
    assert source_titles(graph, others, inquiry) == ({"register": "Company register"}, 0)
    before = source_titles(graph, own, inquiry)[1]
    given(SECOND, day="2024-07-31")
    assert source_titles(graph, others, inquiry)[1] == 0
    assert source_titles(graph, own, inquiry)[1] == before + 1
    assert source_titles(graph, View(()), inquiry) == ({}, 0)
