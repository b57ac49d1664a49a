"""Things that name themselves: what identifies them makes them the same, however an address is spelt."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from graphsvc.errors import InputError
from graphsvc.resolution.things import THINGS, resolve_things

PHONE = {"type": "Phone", "told": "+4755501234", "key": "phone 1"}
HOUSE = {
    "type": "Address",
    "told": "Sjøgata 3, 8006 Bodø",
    "street": "Sjøgata",
    "house": "3",
    "postcode": "8006",
    "city": "Bodø",
    "key": "x",
}


def things(**rows: dict[str, Any]) -> pa.Table:
    made = [{name: {"id": id, "records": [], **row}.get(name) for name in THINGS.names} for id, row in rows.items()]
    return pa.Table.from_pylist(made, schema=THINGS)


def told(table: pa.Table, **given: Any) -> list[tuple[str, str, str, str]]:
    return [(one.a, one.b, one.verdict, one.rule) for one in resolve_things(table, **given)[0]]


def test_all_pairs_of_one_thing_are_told_whatever_their_order() -> None:
    rows = {"c": PHONE, "a": PHONE, "b": PHONE, "other": {**PHONE, "key": "phone 2"}, "none": {**PHONE, "key": None}}
    expected = [("a", "b"), ("a", "c"), ("b", "c")]
    assert [one[:2] for one in told(things(**rows))] == expected
    assert [one[:2] for one in told(things(**dict(reversed(rows.items()))))] == expected
    assert [one[:2] for one in told(things(**rows), only={"c"})] == [("a", "c"), ("b", "c")]
    assert [one[:2] for one in told(things(**rows), standing=[("a", "b")])] == [("a", "c"), ("b", "c")]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"street": "SJOGATA", "key": "y"}, ("same", "same_address")),
        ({"country": "NO"}, ("same", "same_identifier")),
        ({"street": "Sjøgaten", "key": "y"}, None),
        ({"street": "Sjøgatan", "key": "y"}, ("possible", "street_slip")),
        ({"postcode": "8007", "key": "y"}, ("possible", "other_postcode")),
        ({"house": "5", "key": "y"}, None),
        ({"house": None, "key": None}, None),
    ],
)
def test_an_address_is_its_street_number_and_place(other: dict[str, Any], expected: tuple[str, str] | None) -> None:
    found = told(things(a=HOUSE, b={**HOUSE, **other}))
    assert [one[2:] for one in found] == ([expected] if expected else [])


def test_equal_addresses_of_two_countries_are_two() -> None:
    assert told(things(a={**HOUSE, "country": "NO"}, b={**HOUSE, "country": "SE", "key": "y"})) == []


def test_a_vehicle_is_its_plate_or_chassis_and_a_plate_that_two_bore_joins_neither() -> None:
    car = {"type": "Vehicle", "told": "SJ 1", "key": "plate 1", "vin": "WVWZZZ1KZAW000001"}
    replated = {**car, "key": "plate 2"}
    second = {**car, "vin": "WDB9066331S555555"}
    assert told(things(a=car, b=replated)) == [("a", "b", "same", "same_vin")]
    likenesses, contradictions = resolve_things(things(a=car, b={**car, "vin": None}, c=second))
    assert [(one.a, one.b, one.verdict, one.contradicted) for one in likenesses] == [
        ("a", "b", "same", False),
        ("a", "c", "possible", True),
        ("b", "c", "possible", True),
    ]
    assert {one.kind for one in contradictions} == {"identifier"}


def test_what_somebody_decided_to_be_two_is_joined_by_no_third() -> None:
    likenesses, _ = resolve_things(things(a=PHONE, b=PHONE, c=PHONE), apart=[("a", "c")])
    same = {(one.a, one.b) for one in likenesses if one.verdict == "same"}
    assert same in ({("a", "b")}, {("b", "c")})


def test_a_thing_told_by_too_many_entities_is_refused_with_the_numbers() -> None:
    with pytest.raises(InputError, match=r"201 entities of the type Phone are all '\+4755501234'.*20,100 pairs") as refused:
        resolve_things(things(**{f"n{i}": PHONE for i in range(201)}))
    assert "null_words" in str(refused.value.hint)
