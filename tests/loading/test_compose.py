"""One thing out of several rows that tell of it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from graphsvc.graph.ontology import load_ontology
from graphsvc.loading.compose import Finisher, Told, compatible, compose


def told(as_of: str, sha: str, **properties: Any) -> Told:
    return Told(as_of, sha, "Person", properties)


def test_each_property_comes_from_the_latest_row_that_has_it() -> None:
    rows = [told("2024-01", "a", name="old", status="kept"), told("2024-02", "b", name="new"), told("2024-02", "c", name="tie", gender="f")]
    for order in permutations(rows):
        assert compose(order) == {"name": "new", "status": "kept", "gender": "f"}


def test_what_belongs_to_a_value_goes_with_it() -> None:
    exact = told("2024-01", "a", amount=100, amount_currency="EUR", amount_exact="1.001")
    plain = told("2024-02", "b", amount=100, amount_currency="USD")
    partial = told("2024-03", "c", birthDate="2019", birthDate_min="2019-01-01", birthDate_max="2019-12-31")
    whole = told("2024-04", "d", birthDate="2019-05-01")
    for order in permutations([exact, plain, partial, whole]):
        assert compose(order) == {"amount": 100, "amount_currency": "USD", "birthDate": "2019-05-01"}


@pytest.mark.parametrize(
    ("new", "stored", "agree"),
    [
        ({"name": "a"}, {"name": "a", "status": "x"}, True),
        ({"name": "a"}, {"name": "b"}, False),
        ({"name": "a", "gender": "f"}, {"name": "a"}, True),
        ({"amount": 1, "amount_currency": "EUR"}, {"amount": 1, "amount_currency": "USD"}, False),
        ({"amount": 1}, {"amount": 1, "amount_exact": "0.011"}, False),
        ({"name": ["a", "b"]}, {"name": ["b", "a"]}, False),
        ({}, {"name": "a"}, True),
    ],
)
def test_rows_that_agree_need_no_weighing(new: dict[str, Any], stored: dict[str, Any], agree: bool) -> None:
    assert compatible(new, stored) is agree


def test_captions_and_identity_follow_from_what_is_known() -> None:
    finisher = Finisher(load_ontology(), lambda text: f"digest of {text}")
    assert finisher.finish("s/Person/1", "Person", {"name": ["Ann", "Anna"]})["caption"] == "Ann"
    assert finisher.finish("s/Person/a%2Fb", "Person", {})["caption"] == "person a/b"
    # The key of a sensitive thing is a digest: it says nothing to people.
    assert finisher.finish("s/Phone/0123abcd", "Phone", {})["caption"] == "phone number"
    one = finisher.finish("s/Phone/1", "Phone", {"number": "+31 20 123"})
    other = finisher.finish("t/Phone/2", "Phone", {"number": "+3120123"})
    assert one["ident"] == other["ident"]
    # Several values identify nothing, nor does a part of what identifies.
    assert "ident" not in finisher.finish("s/Phone/1", "Phone", {"number": ["1", "2"]})
    assert "ident" not in finisher.finish("s/Company/1", "Company", {"registrationNumber": "1"})
