"""Addresses as keys: the house, the house with a misspelt street, the street, the area. Equal keys are compared, not texts.

Pure; imports nothing of graphsvc but its letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphsvc.resolution.letters import compact, fold, spelling

_SHORT = {
    "st": "street", "str": "strasse", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive", "ct": "court",
    "pl": "place", "sq": "square", "cres": "crescent", "bvd": "boulevard", "blvd": "boulevard", "pde": "parade", "tce": "terrace",
}  # fmt: skip
_HEAD, _TAIL = 4, 6  # letters: one slip leaves the beginning or the end of a street's name whole; with house and area they tell it


class AddressKeys(NamedTuple):
    """`house`: street, number and area; of two that both lack the number, street, area and town.
    `near`: the same with a slip in the street or the area. `streets` lack the number."""

    house: str | None
    near: tuple[str, ...]
    streets: tuple[str, ...]
    """With the area, and with the town, of which one may be told wrongly."""
    area: str | None
    town: str | None
    door: str | None
    """House number and area, without the street: which addresses are worth comparing."""

    @property
    def unnumbered(self) -> bool:
        """Whether the street is told and the house number isn't."""
        return bool(self.streets) and self.door is not None and self.door.startswith("|")


@lru_cache(maxsize=1 << 17)
def address_keys(
    text: str | None, street: str | None, house: str | None, postcode: str | None, city: str | None, country: str | None
) -> AddressKeys | None:
    """None when nothing of the address is told. The area is the postcode, or the city where there is none."""
    code, town, nation = compact(postcode or ""), spelling(city or "").replace(" ", ""), (country or "").upper()
    area = code or town
    road = "".join(_SHORT.get(word, word) for word in fold(street or "").split())
    road = spelling(road)
    number = compact(house or "")
    if not road and not area:
        whole = " ".join(sorted(spelling(text or "").split()))
        return AddressKeys(whole, (), (), None, None, None) if whole else None
    area = f"{area}~{nation}" if area and not code and nation else area
    if not road or not area:
        return AddressKeys(None, (), (), area or None, town or None, f"{number}|{area}" if number and area else None)
    streets = tuple(dict.fromkeys(f"{road}|{place}" for place in (area, town) if place))
    if not number:
        return AddressKeys(f"{road}||{area}|{town}", (), streets, area, town or None, f"|{area}")
    near = [f"{number}|{area}|{road[:_HEAD]}^", f"{number}|{area}|{road[-_TAIL:]}$"]
    if code and town:
        near += [f"{number}|{town}|{road[:_HEAD]}^", f"{number}|{town}|{road[-_TAIL:]}$"]
    return AddressKeys(f"{road}|{number}|{area}", tuple(near), streets, area, town or None, f"{number}|{area}")


def all_keys(addresses: Iterable[Mapping[str, Any]]) -> list[AddressKeys]:
    """The keys of several addresses, those of which nothing is told left out."""
    found = (address_keys(a["text"], a["street"], a["house"], a["postcode"], a["city"], a["country"]) for a in addresses)
    return [keys for keys in found if keys is not None]
