"""Addresses stay distinct in the largest world: two homes with one address would join strangers."""

from __future__ import annotations

import pytest

from graphsvc.sample.generate import MAXIMUM_PEOPLE
from graphsvc.sample.keys import company_number, iban, plate, vin
from graphsvc.sample.names import Names
from graphsvc.sample.places import PER_STREET, Places
from graphsvc.sample.streams import Scramble


@pytest.mark.parametrize("people", [100, 2_000, MAXIMUM_PEOPLE])
def test_no_two_streets_of_a_city_share_name_and_postcode(people: int) -> None:
    dwellings, premises = int(people * 0.6), max(60, int(people * 0.2))
    places = Places(Names(1), dwellings, premises)
    streets = set()
    starts = [*range(0, dwellings, PER_STREET), *range(dwellings, dwellings + premises, PER_STREET)]
    for first in starts:
        address = places.address(first)
        streets.add((address.street, address.postcode, address.city))
    assert len(streets) == len(starts)


def test_numbers_on_a_street_are_distinct() -> None:
    places = Places(Names(1), 3_000, 300)
    for start in (0, PER_STREET, 3_000):
        assert len({places.address(n) for n in range(start, start + PER_STREET)}) == PER_STREET


def test_a_scramble_is_a_permutation() -> None:
    for size in (1, 2, 7, 100, 7_919, 10_000):
        order = Scramble(size, 3, "test")
        assert sorted(order(i) for i in range(size)) == list(range(size))


def test_numbers_are_distinct() -> None:
    order = Scramble(7_000_000, 1, "company-number")
    assert len({company_number(i, order) for i in range(50_000)}) == 50_000
    assert len({iban(i) for i in range(50_000)}) == len({plate(i) for i in range(50_000)}) == len({vin(i) for i in range(50_000)}) == 50_000
