"""A row of a list as resolution takes it, its values normalised by the functions that loading uses. Pure.

A value that can't be used is told as a problem of the row, which is answered by its other values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphsvc.errors import InputError, RowError
from graphsvc.loading.dates import compile_date
from graphsvc.loading.normalise import compile_normalisers
from graphsvc.resolution.dates import parse_born
from graphsvc.screening.columns import usable
from graphsvc.screening.lists import Given

# The list is a source of its own; the sign stands before every letter, so that a row is always the first of a pair.
SOURCE = "?"
# Dates that mean one day everywhere. With strokes they mean two (3 April, 4 March), so the list has to say which.
_DATES = ("iso", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d")
_NUMBERED = re.compile(r"(?P<street>\D*[^\W\d_]\D*?)[\s,]+(?P<house>\d+\s?[a-zA-Z]?)")
_WHOLE = re.compile(r"(?P<street>[^,]+?)\s*,\s*(?P<postcode>[A-Z0-9-]*\d[A-Z0-9-]*(?: \d[A-Z]{2})?)\s+(?P<city>[^,\d]+?)(?:\s*,\s*[^,]+)?")
_PARTS = ("text", "street", "house", "postcode", "city", "country", "since", "until")


@dataclass(frozen=True)
class Row:
    """`told`: the row as a table of resolution takes it (of addresses: only those); None when there is nothing to look up."""

    given: Given
    told: dict[str, Any] | None
    problems: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return self.given.number

    @property
    def id(self) -> str:
        return f"{SOURCE}/row/{self.number:06}"


@dataclass
class _Values:
    """The values of a row while they are normalised; `problems` grows."""

    given: Given
    problems: list[str] = field(default_factory=list)

    def all(self, *fields: str) -> list[str]:
        return [value for name in fields for value in self.given.values.get(name, ())]

    def one(self, name: str) -> str | None:
        return next(iter(self.given.values.get(name, ())), None)

    def normal(self, name: str, normalise: Callable[[str], str | None]) -> list[str]:
        """The values of a field in normal form; one that has none becomes a problem."""
        found = []
        for value in self.all(name):
            try:
                found.append(normalise(value))
            except RowError as error:
                self.problems.append(f"{name.replace('_', ' ')}: {error.message}")
        return [value for value in found if value]


@dataclass(frozen=True)
class Manner:
    """How the values of a list are read: `country` and `jurisdiction` are those of rows that name none, `dates` the form of its dates."""

    country: str | None = None
    dates: str | None = None
    jurisdiction: str | None = None

    def __post_init__(self) -> None:
        """Raises InputError for a country or a form of dates that is none."""
        try:
            object.__setattr__(self, "country", _normal("country")(self.country) if self.country else None)
            object.__setattr__(self, "jurisdiction", _jurisdiction(self.jurisdiction) if self.jurisdiction else None)
            _date(self.dates)
        except (RowError, ValueError) as error:
            raise InputError(f"The list can't be read so: {error}.", hint="A country is two letters, dates are as in %d/%m/%Y.") from error


def row_of(kind: str, given: Given, how: Manner) -> Row:
    """The row, ready to be compared."""
    if given.unreadable is not None:
        return Row(given, None, (given.unreadable,))
    values = _Values(given)
    told = _address_row(values, how) if kind == "addresses" else _party(kind, values, how)
    if told is None or not _tells(kind, told):
        empty = "none of its values can be looked up" if usable(kind, given.values) else "nothing in it can be looked up"
        return Row(given, None, (*values.problems, empty))
    return Row(given, told, tuple(values.problems))


def _tells(kind: str, told: dict[str, Any]) -> bool:
    if kind == "addresses":
        return bool(told["addresses"])
    lists = ("names", "phones", "emails", "accounts", "vehicles", "identifiers")
    return any(told.get(name) for name in (*lists, "first", "last"))


def _party(kind: str, values: _Values, how: Manner) -> dict[str, Any]:
    country = _country(values, how)
    told: dict[str, Any] = {
        "id": Row(values.given, None).id,
        "source": SOURCE,
        "compartment": None,
        "numbered": False,
        "names": values.all("name", "alias"),
        "addresses": _addresses(values, country),
        "phones": values.normal("phone", _phone(country)),
        "emails": values.normal("email", _normal("email")),
        "accounts": values.normal("account", _normal("iban")),
        "countries": [country] if country else [],
        "records": [],
    }
    number = _normal("nfkc", "collapse")
    jurisdiction = next(iter(values.normal("jurisdiction", _jurisdiction)), None) or how.jurisdiction or country or ""
    identifiers = [
        f"{scheme}|{one}|{issuer}"
        for one in values.normal("id_number", number)
        for scheme, issuer in _schemes(values.one("scheme"), jurisdiction)
    ]
    if kind == "people":
        told |= {
            "first": values.one("first"),
            "last": values.one("last"),
            "born": next(iter(values.normal("birth_date", _date(how.dates))), None),
            "vehicles": [f"{plate}|{jurisdiction}" for plate in values.normal("plate", _normal("plate"))],
        }
        if not told["names"] and (told["first"] or told["last"]):
            told["names"] = [" ".join(filter(None, (told["first"], told["last"])))]
    else:
        identifiers += [f"registration|{one}|{jurisdiction}" for one in values.normal("registration_number", number)]
        identifiers += [f"tax|{one}|{jurisdiction}" for one in values.normal("tax_number", number)]
        identifiers += [f"lei|{one}|" for one in values.normal("lei", _normal("lei"))]
    return {**told, "identifiers": identifiers}


def _schemes(scheme: str | None, issuer: str) -> list[tuple[str, str]]:
    """As what a number can stand in the graph: a person's own, or an identifier of a scheme, with or without who issued it."""
    return [("id", ""), *([(scheme, issuer)] if scheme and issuer else []), *([(scheme, "")] if scheme else [])]


def _address_row(values: _Values, how: Manner) -> dict[str, Any]:
    return {"addresses": _addresses(values, _country(values, how))}


def _country(values: _Values, how: Manner) -> str | None:
    return next(iter(values.normal("country", _normal("country"))), None) or how.country


def _addresses(values: _Values, country: str | None) -> list[dict[str, str | None]]:
    """The address in its parts, and as one text: sources have either, and each is compared with its like."""
    parts = {name: values.one(name) for name in ("street", "house", "postcode", "city")}
    found = []
    whole = values.one("address")
    parts = parts if any(parts.values()) else taken_apart(whole or "")
    if parts["street"] and not parts["house"] and (match := _NUMBERED.fullmatch(parts["street"])):
        parts |= match.groupdict()
    if any(parts.values()):
        found.append({**dict.fromkeys(_PARTS), **parts, "country": country})
        street = " ".join(filter(None, (parts["street"], parts["house"])))
        whole = whole or ", ".join(filter(None, (street, " ".join(filter(None, (parts["postcode"], parts["city"]))))))
    return [*found, *([{**dict.fromkeys(_PARTS), "text": whole}] if whole else [])]


def taken_apart(address: str) -> dict[str, str | None]:
    """Street, house, postcode and city of one text, as in `Quay 4, 5003 Bergen`; all None of one that is told otherwise."""
    parts: dict[str, str | None] = dict.fromkeys(("street", "house", "postcode", "city"))
    if match := _WHOLE.fullmatch(address):
        parts |= match.groupdict()
        if numbered := _NUMBERED.fullmatch(match["street"]):
            parts |= numbered.groupdict()
    return parts


@lru_cache
def _normal(*names: str) -> Callable[[str], str | None]:
    return compile_normalisers(names)


@lru_cache
def _phone(country: str | None) -> Callable[[str], str | None]:
    try:
        return compile_normalisers([{"phone": {"region": country}}])
    except ValueError:  # a country without a numbering plan of its own
        return compile_normalisers(["phone"])


def _jurisdiction(text: str) -> str:
    """A country's code where it is one; sources also know registers of their own."""
    try:
        return _normal("country")(text) or ""
    except RowError:
        return text.upper()


@lru_cache
def _date(form: str | None) -> Callable[[str], str | None]:
    parse = compile_date([form] if form else list(_DATES))

    def born(text: str) -> str | None:
        if not form and "/" in text and not text[:4].isdecimal():
            raise RowError("bad_date", f"{text[:60]!r} can mean two days: say how dates are written (%d/%m/%Y or %m/%d/%Y)")
        return parse_born(parse(text).text[:10]).day or parse(text).text[:7]

    return born


def rows_of(kind: str, given: Sequence[Given], how: Manner) -> list[Row]:
    """All rows of a list, in its order."""
    return [row_of(kind, one, how) for one in given]
