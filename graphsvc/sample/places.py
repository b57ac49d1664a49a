"""Where things are: cities, streets, house numbers, coordinates, as functions of an address's number.

Addresses below `dwellings` are homes, those above are business premises; the first premises are the formation agents'.
May import the standard library and this package.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from graphsvc.sample.names import Names

PER_STREET = 30
STREETS_PER_POSTCODE = 12
WEST, SOUTH = -19.0, 52.0  # the country lies in the Atlantic, where there is only water


class Address(NamedTuple):
    street: str
    number: str
    postcode: str
    city: str


class Places:
    def __init__(self, names: Names, dwellings: int, premises: int) -> None:
        self._names = names
        self.dwellings = dwellings
        self.premises = premises
        count = max(5, min(400, dwellings // 1_500))
        weights = [1 / (rank + 2) for rank in range(count)]  # city sizes by Zipf's law
        total = sum(weights)
        self._shares = [sum(weights[:i]) / total for i in range(count)]
        self._home_starts = [int(share * (dwellings // PER_STREET + 1)) for share in self._shares]
        self._work_starts = [int(share * (premises // PER_STREET + 1)) for share in self._shares]

    def locate(self, address: int) -> tuple[int, int, int, bool]:
        """City, the street's number within the city, the place on the street, and whether it is a home."""
        home = address < self.dwellings
        street, place = divmod(address if home else address - self.dwellings, PER_STREET)
        starts = self._home_starts if home else self._work_starts
        city = bisect_right(starts, street) - 1
        return city, street - starts[city], place, home

    def address(self, address: int) -> Address:
        city, street, place, home = self.locate(address)
        pool = self._names.streets if home else self._names.premises_streets
        name = pool[(street * 7919 + city * 131) % len(pool)]
        number = str(place + 1) if home and place % 5 else f"{place + 1}{'ABC'[street % 3]}"
        # 200 postcodes a city: 100 for homes and 100 for premises, so that the two never share one
        postcode = 10_000 + city * 200 + (street // STREETS_PER_POSTCODE) % 100 + (0 if home else 100)
        return Address(name, number, str(postcode), self._names.cities[city])

    def point(self, address: int) -> tuple[float, float]:
        """Longitude and latitude."""
        city, street, place, _ = self.locate(address)
        lon = WEST + (city * 0.6180339887 % 1) * 5 + (street * 0.7548776662 % 1) * 0.08 + place * 0.0002
        lat = SOUTH + (city * 0.7548776662 % 1) * 4 + (street * 0.5698402910 % 1) * 0.05 + place * 0.0001
        return round(lon, 6), round(lat, 6)
