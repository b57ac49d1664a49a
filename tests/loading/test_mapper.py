"""What a row asserts: entities, links, ids, by a spec and without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from graphsvc.errors import RowError
from graphsvc.graph.ontology import load_ontology
from graphsvc.loading.assertions import Mapped
from graphsvc.loading.mapper import TableMapper
from graphsvc.loading.specfile import parse_spec

HEAD = """
id: src
title: Source
publisher: a test
licence: none
as_of: {value: "2024-06-30"}
null_words: ["", "NA"]
tables:
  t:
    files: ["*"]
"""


def mapper(table: str, kind: str = "csv") -> TableMapper:
    text = HEAD + f"    format: {{kind: {kind}}}\n" + "".join(f"    {line}\n" for line in table.strip("\n").splitlines())
    return TableMapper(parse_spec(text, "source.yaml", load_ontology()), "t", load_ontology(), lambda text: f"digest({len(text)})")


def mapped(one: TableMapper, **row: Any) -> Mapped:
    return one.map(row, one.record_key(row) or "src/record/t/event")


def links(found: Mapped) -> list[tuple[str, str, str]]:
    return [(link.from_id, link.type, link.to_id) for link in found.links]


PARTIES = """
key: [a, b]
entities:
  it: {type: {column: kind, map: {p: Person, c: Company, x: null}}, key_space: LegalEntity, key: [a, b], properties: {name: name}}
  boss: {type: LegalEntity, key_space: LegalEntity, key: [boss, b]}
  home: {type: Address, key: {full: home, city: town}}
links:
  runs: {type: DIRECTOR_OF, from: boss, to: it, valid_from: since, valid_to: until, distinct_by: [role], properties: {role: role}}
  at: {type: HAS_ADDRESS, from: it, to: home}
"""
ROW = {"a": "1", "b": "x/y,z", "kind": "p", "name": "Ann", "boss": "", "home": "", "town": "", "since": "", "until": "", "role": ""}


def party(**more: str) -> Mapped:
    return mapped(mapper(PARTIES), **{**ROW, **more})


def test_composite_keys_can_not_be_confused() -> None:
    assert party().entities[0].id == "src/LegalEntity/1,x%2Fy%2Cz"
    assert mapper(PARTIES).record_key(ROW) == "src/record/t/1,x%2Fy%2Cz"
    assert party(a="1,x", b="y").entities[0].id != party(a="1", b="x,y").entities[0].id


def test_the_type_comes_from_a_column_and_the_id_does_not_depend_on_it() -> None:
    person, company = party().entities[0], party(kind="c").entities[0]
    assert (person.type, company.type, person.id) == ("Person", "Company", company.id)
    # What is left of it when no row describes it any more.
    assert (person.bare_type, person.own, person.may_be_stub) == ("LegalEntity", True, True)
    with pytest.raises(RowError, match="type of it: kind: 'q' is not one of the texts") as caught:
        party(kind="q")
    assert caught.value.code == "unknown_type"
    assert party(kind="x", boss="2", home="h", town="t").entities == []


def test_only_what_is_described_or_linked_is_kept() -> None:
    # A part of the address's key is missing: no address, no link, but the rest.
    found = party(home="High Street 1", boss="NA")
    assert [e.id for e in found.entities] == ["src/LegalEntity/1,x%2Fy%2Cz"]
    assert links(found) == []
    whole = party(home="High Street 1", town="Ham")
    assert whole.entities[1].key_properties == {"full": "High Street 1", "city": "Ham"}
    assert not whole.entities[1].may_be_stub  # nothing describes addresses here, so that none is missing its row


def test_a_state_is_one_link_per_pair_and_period_and_what_else_tells_it_apart() -> None:
    def id_of(**more: str) -> str:
        return party(boss="2", **more).links[0].id

    assert id_of(name="Ann") == id_of(name="other")
    told_apart = [id_of(), id_of(since="2019"), id_of(since="2019-01"), id_of(until="2019"), id_of(role="chair"), id_of(a="3")]
    assert len(set(told_apart)) == 6


def test_a_partial_date_keeps_its_text_and_bounds() -> None:
    assert party(boss="2", since="2019-02", until="2020-01-01").links[0].properties == {
        "valid_from": "2019-02",
        "valid_from_min": "2019-02-01",
        "valid_from_max": "2019-02-28",
        "valid_to": "2020-01-01",
    }
    with pytest.raises(RowError, match=r"the link runs ends \(2018\) before it begins \(2019-02\)"):
        party(boss="2", since="2019-02", until="2018")
    party(boss="2", since="2019-02", until="2019")  # it may


def test_an_event_is_one_link_a_row() -> None:
    paid = mapper(
        """
entities:
  a: {type: Account, key: {number: from}}
  b: {type: Account, key: {number: to}}
links:
  paid: {type: TRANSFERRED_TO, from: a, to: b, required: true, properties: {amount: {column: amount, currency: EUR}}}
"""
    )
    row = {"from": "1", "to": "2", "amount": "9.999"}
    assert paid.record_key(row) is None
    one, other = paid.map(row, "src/record/t/x~1"), paid.map(row, "src/record/t/x~2")
    assert one.links[0].id != other.links[0].id
    assert one.links[0].properties == {"amount": 1000, "amount_currency": "EUR", "amount_exact": "9.999"}
    with pytest.raises(RowError, match="the link paid needs b, whose key is missing"):
        paid.map({**row, "to": "NA"}, "src/record/t/y~1")


def test_a_digest_stands_for_a_sensitive_key_also_in_the_record() -> None:
    phones = mapper("key: [number]\nentities:\n  it: {type: Phone, key: {number: number}, own: true}\n")
    row = {"number": "+31201234567"}
    found = mapped(phones, **row)
    assert found.entities[0].key_properties == row
    for told in (found.entities[0].id, str(phones.record_key(row))):
        assert "digest(" in told
        assert "31201234567" not in told


NESTED = """
key: [id]
entities:
  it: {type: Company, key: [id], properties: {name: "names[].full"}}
  other: {each: "ties[]", type: Person, key: ["@.to"], when: {value: "@.dead", missing: true}}
  home: {each: "homes[]", type: Address, key: {full: "@"}}
links:
  tie:
    each: "ties[]"
    type: {column: "@.role", map: {"share*": OWNS, boss: DIRECTOR_OF, gone: null}}
    from: other
    to: it
    when: [{value: kind, is: [a, b]}, {value: "@.role", is_not: [skip]}]
    properties: {percent: {column: "@.role", pattern: '(\\d+)%'}}
  at: {each: "homes[]", type: HAS_ADDRESS, from: it, to: home}
"""


def nested(**row: Any) -> Mapped:
    return mapped(mapper(NESTED, "jsonl"), **{"id": "1", "kind": "a", **row})


def test_a_nested_row_gives_a_link_for_each_item() -> None:
    found = nested(
        names=[{"full": "One"}, {"full": "Two"}, {"full": "One"}],
        homes=["High Street 1", "Low Street 2"],
        ties=[{"to": "p", "role": "share 25%"}, {"role": "boss"}, {"to": "q", "role": "boss"}, {"to": "r", "role": "gone"}],
    )
    assert found.entities[0].properties == {"name": ["One", "Two"]}
    assert links(found) == [
        ("src/Person/p", "OWNS", "src/Company/1"),
        ("src/Person/q", "DIRECTOR_OF", "src/Company/1"),
        ("src/Company/1", "HAS_ADDRESS", "src/Address/High%20Street%201"),
        ("src/Company/1", "HAS_ADDRESS", "src/Address/Low%20Street%202"),
    ]
    # Only the type that has the property gets it.
    assert [link.properties for link in found.links[:2]] == [{"percent": 25}, {}]


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ({"ties": [{"to": "p", "role": "boss"}]}, 1),
        ({"ties": [{"to": "p", "role": "boss", "dead": "yes"}]}, 0),
        ({"ties": [{"to": "p", "role": "skip"}]}, 0),
        ({"ties": [{"to": "p", "role": "boss"}], "kind": "c"}, 0),
        ({"ties": []}, 0),
        ({"ties": None}, 0),
        ({}, 0),
    ],
)
def test_conditions(row: Mapping[str, Any], count: int) -> None:
    assert len(nested(**row).links) == count


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: r.update(ties={"to": "p"}), "unexpected_shape"),
        (lambda r: r.update(ties=["p"]), "unexpected_shape"),
        (lambda r: r.update(ties=[{"to": ["p", "q"], "role": "boss"}]), "unexpected_shape"),
        (lambda r: r.update(ties=[{"to": "p", "role": "king"}]), "unknown_type"),
        (lambda r: r.update(id=None), "missing_key"),
    ],
)
def test_rows_of_another_shape_are_refused(change: Callable[[dict[str, Any]], None], code: str) -> None:
    row: dict[str, Any] = {"id": "1", "kind": "a", "names": []}
    change(row)
    with pytest.raises(RowError) as caught:
        nested(**row)
    assert caught.value.code == code
