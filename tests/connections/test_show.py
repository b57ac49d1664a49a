"""One entity shown, and one record verbatim."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphsvc.connections.show import show
from graphsvc.disclosure.record import record
from graphsvc.errors import InputError, IntegrityError, NotFound
from graphsvc.graph.view import Inquiry
from tests.connections.conftest import ALL, OPEN
from tests.connections.world import EXPIRES, World

pytestmark = pytest.mark.neo4j


def test_an_entity_shows_properties_records_links_and_same_as(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    answer = show(world.graph, ALL, inquiry, "bills/person/cy")
    assert [(g["type"], g["outgoing"], g["count"]) for g in answer["links"]] == [("HAS_PHONE", True, 1), ("SUPPLIED_AT", True, 1)]
    assert answer["links"][1]["links"][0]["properties"] == {"amount": "1,234.56 NOK"}
    assert answer["records"][0]["file"] == "bills.csv"
    address = show(world.graph, ALL, inquiry, "bills/address/q")
    assert [(g["type"], g["outgoing"]) for g in address["links"]] == [("SUPPLIED_AT", False)]
    assert [s["other"]["id"] for s in address["same_as"]] == ["register/address/quay4"] and address["same_as_count"] == 1
    assert json.loads(json.dumps(address)) == address


def test_nothing_of_a_hidden_source_is_shown(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    assert show(world.graph, ALL, inquiry, "register/person/ada")["same_as_count"] == 1
    hidden = show(world.graph, OPEN, inquiry, "register/person/ada")
    assert hidden["same_as_count"] == 0 and "secret" not in json.dumps(hidden)
    with pytest.raises(NotFound):
        show(world.graph, OPEN, inquiry, "secret/person/ada")


def test_links_are_counted_beyond_those_listed(world: World, inquiry: Inquiry) -> None:
    world.mystery()
    for n in range(5):
        world.entity(f"register/company/c{n}", "Company", f"C{n}")
        world.link("register/person/ada", "OWNS", f"register/company/c{n}", valid_from=f"201{9 - n}")
    group = next(g for g in show(world.graph, OPEN, inquiry, "register/person/ada", limit=2)["links"] if g["type"] == "OWNS")
    assert group["count"] == 5 and [link["valid_from"] for link in group["links"]] == ["2015", "2016"]
    with pytest.raises(InputError):
        show(world.graph, OPEN, inquiry, "register/person/ada", limit=0)


def test_points_and_internal_properties(world: World, inquiry: Inquiry) -> None:
    world.source("bank", "Bank")
    world.entity("bank/place/1", "Place", "Gate", ident="keyed")
    world.graph.statement("MATCH (n:Entity {id: 'bank/place/1'}) SET n.location = point({longitude: 24.7, latitude: 59.4})")
    from graphsvc.graph.view import View

    answer = show(world.graph, View(("bank",)), inquiry, "bank/place/1")
    assert answer["values"]["location"] == [24.7, 59.4]
    assert answer["entity"]["properties"] == {"location": "59.400000, 24.700000 (latitude, longitude)"}
    assert "keyed" not in json.dumps(answer)


def test_a_record_is_given_verbatim_and_its_hash_checked(world: World, inquiry: Inquiry) -> None:
    world.source("register", "Company register")
    raw = 'é,"two\nlines",<script>\r\n'.encode()
    id = world.record("register", raw, key="a%2Fb%25ü")
    answer = record(world.graph, OPEN, inquiry, id, world.vault)
    assert answer["raw"].encode() == raw and answer["raw_encoding"] == "utf-8" and answer["file"] == "register.csv"
    binary = record(world.graph, OPEN, inquiry, world.record("register", b"\xff\xfe"), world.vault)
    assert (binary["raw"], binary["raw_encoding"]) == ("//4=", "base64")
    assert json.loads(json.dumps(answer)) == answer


def test_a_changed_or_purged_or_hidden_record_is_not_given(world: World, inquiry: Inquiry, tmp_path: Path) -> None:
    world.mystery()
    id, wrong, hidden = world.record("register"), world.record("register", sha256="0" * 64), world.record("secret")
    with pytest.raises(IntegrityError):
        record(world.graph, OPEN, inquiry, wrong, world.vault)
    with pytest.raises(NotFound):
        record(world.graph, OPEN, inquiry, hidden, world.vault)
    with pytest.raises(NotFound):
        record(world.graph, OPEN, inquiry, id[:-4], world.vault)
    world.graph.statement("MATCH (r:Record {id: $id}) SET r.raw = $raw", id=id, raw=b"0" * 40)
    with pytest.raises(IntegrityError):
        record(world.graph, OPEN, inquiry, id, world.vault)
    world.vault.destroy("register", EXPIRES[:7])
    with pytest.raises(NotFound):
        record(world.graph, OPEN, inquiry, id, world.vault)
