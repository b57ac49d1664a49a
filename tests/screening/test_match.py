"""Lists compared with the graph: who is found, by what, and that nothing but the row and the view decides."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import View
from graphsvc.loading.graph_hash import graph_hash
from graphsvc.resolution.reading import SCHEMAS, read, read_some
from graphsvc.resolution.reference import NO_REFERENCE
from graphsvc.resolution.resolve import resolve_organisations, resolve_people
from graphsvc.screening import match
from graphsvc.screening.lists import list_of_rows
from graphsvc.screening.rows import Manner, rows_of
from tests.connections.world import World
from tests.screening.conftest import ALL, BORN, INQUIRY, OPEN_ONES, PHONE, person, thing

pytestmark = pytest.mark.neo4j

ADA = {"name": "Vinterkvist, Adelheid", "birth_date": "14.03.1971", "phone": "+47 55 50 12 34"}
COMPANY = {"company name": "Holm Shipping", "company number": "1234567", "jurisdiction": "NO"}
RESOLVERS = {"people": resolve_people, "organisations": resolve_organisations}


def asked(world: World, *rows: dict[str, Any], kind: str = "people", view: View = OPEN_ONES, limit: int = 5) -> list[dict[str, Any]]:
    return match.screen(
        world.graph,
        view,
        INQUIRY,
        kind,
        rows_of(kind, list_of_rows(rows, kind).rows, Manner()),
        digest=world.vault.digester(),
        reference=NO_REFERENCE,
        limit=limit,
    )


def ids(row: dict[str, Any]) -> list[str]:
    return [one["id"] for one in row["candidates"]]


def test_who_agrees_in_more_than_the_name_is_the_same_with_the_evidence(world: World) -> None:
    [row] = asked(world, ADA)
    assert (row["verdict"], ids(row)) == ("same", ["bills/person/ada", "register/person/ada", "bills/person/namesake"])
    assert [one["verdict"] for one in row["candidates"]] == ["same", "same", "namesake"]
    best = row["candidates"][0]
    assert {"phone", "birth_date"} <= {*best["corroborated_by"]}
    assert (best["caption"], best["source_title"], best["type"]) == ("Adelheid Vinterkvist", "Bills", "Person")
    assert any("same date of birth" in sentence for sentence in best["sentences"])
    assert best["bits"] == pytest.approx(sum(one["bits"] for one in best["comparisons"]), abs=0.01)
    assert row["namesakes"] == 1 and row["compared"] == 3


def test_a_name_alone_makes_nobody_the_same(world: World) -> None:
    [row] = asked(world, {"name": "Adelheid Vinterkvist"})
    assert [one["verdict"] for one in row["candidates"]] == ["namesake"] * 3 and row["namesakes"] == 3
    assert all("of the name, with too little besides" in one["sentences"][-1] for one in row["candidates"])


def test_a_row_of_which_nothing_is_known_is_answered_too(world: World) -> None:
    found = asked(world, {"name": "Nobody Atall"}, ADA, {"name": " "})
    assert [(row["row"], row["verdict"], row["answered"]) for row in found] == [(1, None, True), (2, "same", True), (3, None, False)]
    assert found[2]["problems"]


@pytest.mark.parametrize(
    ("given", "id"),
    [
        ({"name": "A. Vinterkvist", "phone": PHONE}, "register/person/ada"),
        ({"first name": "Adelheid", "surname": "Vinterkvist", "dob": BORN}, "bills/person/ada"),
        ({"name": "Adelheid Vinterqvist", "birth_date": BORN}, "bills/person/ada"),
        ({"name": "Someone Else", "id_number": "X-77 21"}, "register/person/bo"),
    ],
)
def test_each_index_finds_people(world: World, given: dict[str, str], id: str) -> None:
    assert id in ids(asked(world, given)[0])


def test_a_company_is_found_by_its_number_however_it_is_grouped(world: World) -> None:
    [row] = asked(world, COMPANY, kind="organisations")
    assert (row["verdict"], ids(row)) == ("same", ["register/company/holm"])
    assert row["candidates"][0]["corroborated_by"] == ("identifier",)
    [abroad] = asked(world, {**COMPANY, "jurisdiction": "SE"}, kind="organisations")
    assert abroad["verdict"] != "same"


def test_addresses_are_compared_by_their_parts(world: World) -> None:
    whole, parted, other = asked(
        world,
        {"address": "Quay St 4, 5003 Bergen"},
        {"street": "Quay Street 4", "postcode": "5003", "city": "Bergen"},
        {"address": "Kay Street 4, 5003 Bergen"},
        kind="addresses",
    )
    assert ids(whole) == ids(parted) == ["bills/address/quay4", "register/address/quay4"]
    assert whole["verdict"] == "same" and whole["candidates"][0]["bits"] is None
    assert other["verdict"] != "same"


@pytest.mark.parametrize(("kind", "row"), [("people", ADA), ("organisations", COMPANY)])
def test_what_is_said_of_a_pair_is_what_resolution_says_of_the_two_alone(world: World, kind: str, row: dict[str, str]) -> None:
    [found] = asked(world, row, kind=kind)
    assert found["candidates"]
    [made] = rows_of(kind, list_of_rows([row], kind).rows, Manner())
    for one in (candidate for candidate in found["candidates"] if candidate["verdict"] != "namesake"):
        entity = read_some(world.graph, OPEN_ONES, INQUIRY, kind, [one["id"]]).table
        told = match.as_spelt(made.told or {}, [entity["identifiers"].to_pylist()[0] or []])
        own = pa.Table.from_pylist([{name: told.get(name) for name in SCHEMAS[kind].names}], schema=SCHEMAS[kind])
        [decision] = RESOLVERS[kind](pa.concat_tables([own, entity])).decisions
        assert (decision.verdict, round(decision.bits, 4)) == (one["verdict"], one["bits"])
        assert [(c.name, c.level, round(c.bits, 4)) for c in decision.comparisons] == [
            (c["name"], c["level"], c["bits"]) for c in one["comparisons"]
        ]


def test_who_fits_father_and_son_alike_is_said_to_be_neither(world: World) -> None:
    for n, (source, born) in enumerate((("bills", "1941-02-03"), ("register", "1969-07-21"))):
        one = person(world, f"{source}/person/thor{n}", "Thorvald Strandqvist", birthDate=born)
        world.link(one, "HAS_PHONE", thing(world, f"{source}/phone/thor{n}", "Phone", number="+4755507777"))
    vague, exact = asked(
        world,
        {"name": "Thorvald Strandqvist", "phone": "+47 55 50 77 77"},
        {"name": "Thorvald Strandqvist", "phone": "+47 55 50 77 77", "birth_date": "1969-07-21"},
    )
    assert [(one["verdict"], one["contradicted"]) for one in vague["candidates"]] == [("possible", True)] * 2
    assert all(one["sentences"][-1].endswith("held back by a contradiction") for one in vague["candidates"])
    assert exact["candidates"][0]["id"] == "register/person/thor1" and exact["candidates"][0]["verdict"] == "same"


def test_everything_that_resolution_would_find_in_the_whole_view_is_found(world: World) -> None:
    for n in range(30):
        person(world, f"bills/person/{n}", f"Anna{'abcdefghij'[n % 10]} Lund{'klm'[n % 3]}", birthDate=f"19{50 + n}-0{1 + n % 9}-12")
    rows = [ADA, {"name": "Annab Lundl", "birth_date": "1951-02-12"}, {"name": "Annac Lundm", "birth_date": "1952-12-03"}]
    listed = rows_of("people", list_of_rows(rows, "people").rows, Manner())
    everybody = read(world.graph, OPEN_ONES, INQUIRY, "people").table
    own = pa.Table.from_pylist(
        [{name: (row.told or {}).get(name) for name in SCHEMAS["people"].names} for row in listed], schema=SCHEMAS["people"]
    )
    whole = resolve_people(pa.concat_tables([own, everybody]), only=[row.id for row in listed]).decisions
    wanted = {(one.a, one.b, one.verdict) for one in whole if not one.b.startswith("?")}
    found = {
        (row.id, one["id"], one["verdict"])
        for row, told in zip(listed, asked(world, *rows, limit=50), strict=True)
        for one in told["candidates"]
        if one["verdict"] != "namesake"
    }
    assert len(wanted) >= 3 and found == wanted


def test_other_rows_of_the_list_change_nothing(world: World) -> None:
    """Also those that contradict it: two passports are two people, each of whom may be Ada."""
    rows = [{**ADA, "id_number": "AB-1111111"}, {**ADA, "id_number": "XY-9999999"}, {**ADA, "birth_date": "1940-01-01"}, ADA]
    alone = [asked(world, row)[0] for row in rows]
    assert [row["verdict"] for row in alone] == ["same", "same", "possible", "same"]
    assert [{**row, "row": 1} for row in asked(world, *rows)] == alone


def test_too_many_at_once_are_compared_by_halves(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = asked(world, ADA, {"name": "Bogumil Strandqvist", "birth_date": "1968-11-02"})
    proper = match.resolve_people

    def refusing(table: pa.Table, **more: Any) -> Any:
        if len(more["only"]) > 1:
            raise match.InputError("too many", pairs=1)
        return proper(table, **more)

    monkeypatch.setitem(match._RESOLVERS, "people", refusing)
    assert asked(world, ADA, {"name": "Bogumil Strandqvist", "birth_date": "1968-11-02"}) == whole


def test_what_is_hidden_changes_nothing_and_what_is_asked_leaves_the_graph_as_it_was(world: World, graph: Graph) -> None:
    before = graph_hash(graph, load_ontology())
    lists = {
        "people": [ADA, {"name": "Adelheid Vinterkvist"}],
        "organisations": [COMPANY],
        "addresses": [{"address": "Quay Street 4, 5003 Bergen"}],
    }
    bounded = {kind: asked(world, *rows, kind=kind) for kind, rows in lists.items()}
    everything = {kind: asked(world, *rows, kind=kind, view=ALL) for kind, rows in lists.items()}
    assert "secret/person/ada" in ids(everything["people"][0]) and "secret" not in str(bounded)
    assert graph_hash(graph, load_ontology()) == before
    graph.statement("MATCH (n:Entity {source: 'secret'}) DETACH DELETE n")
    assert {kind: asked(world, *rows, kind=kind) for kind, rows in lists.items()} == bounded


def test_a_question_reads_who_may_be_meant_and_not_everybody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(40):
        person(world, f"bills/person/x{n}", f"Xaver Ygdrasil{n}", birthDate=f"19{20 + n}-05-05")
    read_ids: list[str] = []
    proper = Graph.ask

    def seen(self: Graph, view: View, inquiry: Any, name: str, /, **more: Any) -> Any:
        read_ids.extend(more["ids"] if name.endswith("_by_id") else [])
        assert name not in ("resolution/people", "resolution/organisations")
        return proper(self, view, inquiry, name, **more)

    monkeypatch.setattr(Graph, "ask", seen)
    [row] = asked(world, ADA)
    assert row["verdict"] == "same" and len(read_ids) == 3


def test_more_bearers_of_a_name_than_are_looked_at_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphsvc.screening.lookups._BY_TEXT", 2)
    for n in range(4):
        person(world, f"bills/person/b{n}", "Bea Ness")
    [row] = asked(world, {"name": "Bea Ness"})
    assert row["cut"] == ["more entities bear the name than were looked at"] and row["compared"] == 2
    [other] = asked(world, {"name": "Bogumil Strandqvist"})
    assert other["cut"] == []


def test_more_who_share_a_phone_than_are_looked_at_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphsvc.screening.lookups._BY_VALUE", 2)
    phone = thing(world, "bills/phone/shared", "Phone", number="+4755500000")
    for n in range(4):
        world.link(person(world, f"bills/person/b{n}", f"Bea{n} Ness"), "HAS_PHONE", phone)
    [row] = asked(world, {"name": "Nobody", "phone": "+4755500000"})
    assert row["cut"] == ["more entities share a phone, account or address than were looked at"]


def test_the_limit_cuts_what_is_shown_and_says_how_many_more_there_are(world: World) -> None:
    [row] = asked(world, ADA, limit=1)
    assert (len(row["candidates"]), row["more"]) == (1, 2)
