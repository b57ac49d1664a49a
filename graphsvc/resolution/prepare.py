"""Entities as rows that can be compared: names parsed, addresses as keys, one row for each differing name of an entity.

Also says under which keys a row is to be met by others (`keys`): two rows are compared if they share a key. Every key is made of the row,
the reference table and constants, never of how many rows there are, so that whether two entities are compared depends on them alone.
Pure; Arrow tables in and out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from graphsvc.resolution.addresses import AddressKeys, all_keys
from graphsvc.resolution.dates import parse_born
from graphsvc.resolution.names import PersonName, parse_organisation, parse_person, usual
from graphsvc.resolution.reference import Reference

_BATCH = 20_000  # rows made into Python objects at once
# Name alone brings two rows together only if at most so many people bear it: among more, the name says too little to be a candidate,
# and comparing every John Smith with every other would take most of the time.
_BEARERS = 30
_YEARS, _DAYS, _BIRTHDAYS = 60, 365, 60 * 365  # among so many the bearers of a name are spread by year, and by day of the year, by birthday

_EMAIL_START = 6  # letters of an e-mail address before a slip: fewer are shared by too many

_LIST = pa.list_(pa.string())
_COMMON = [
    ("n", pa.int64()),
    ("entity", pa.int64()),
    ("numbering", pa.string()),
    ("places", pa.bool_()),
    ("houses", _LIST),
    ("homes", _LIST),
    ("streets", _LIST),
    ("unnumbered", _LIST),
    ("areas", _LIST),
    ("towns", _LIST),
    ("town", pa.string()),
    ("phones", _LIST),
    ("accounts", _LIST),
    ("emails", _LIST),
    ("email", pa.string()),
    ("identifiers", _LIST),
    ("identifier", pa.string()),
    ("schemes", _LIST),
    ("records", _LIST),
    ("ties", _LIST),
]
_PERSON = pa.schema(
    [
        *_COMMON,
        ("vehicles", _LIST),
        ("days", pa.int32()),
        *((name, pa.string()) for name in ("family", "given", "usual", "initial", "second", "day", "month", "year", "either")),
        ("words", _LIST),
        # Whether the reference table lists the name: of two names alike, one that it does not list is likely the other, mistyped.
        ("family_listed", pa.bool_()),
        ("given_listed", pa.bool_()),
    ]
)
_ORGANISATION = pa.schema([*_COMMON, *((name, pa.string()) for name in ("core", "sorted", "form"))])
_KEYS = pa.schema([("n", pa.int64()), ("entity", pa.int64()), ("rule", pa.string()), ("value", pa.string())])


@dataclass(frozen=True)
class Batch:
    """`rows` to compare and the `keys` under which they meet: (n, entity, rule, value)."""

    rows: pa.Table
    keys: pa.Table


def prepare(kind: str, table: pa.Table, reference: Reference) -> Iterator[Batch]:
    """The table's entities in batches, numbered as they stand in it (`entity`) and by their names (`n`)."""
    make, schema = (_person, _PERSON) if kind == "people" else (_organisation, _ORGANISATION)
    if table.num_rows == 0:
        yield Batch(schema.empty_table(), _KEYS.empty_table())
    n = entity = 0
    for batch in table.to_batches(_BATCH):
        rows: list[dict[str, Any]] = []
        keys: dict[str, list[Any]] = {name: [] for name in _KEYS.names}
        for told in batch.to_pylist():
            for row, row_keys in make(told, reference):
                row["n"], row["entity"] = n, entity
                rows.append(row)
                for rule, value in row_keys:
                    keys["n"].append(n)
                    keys["entity"].append(entity)
                    keys["rule"].append(rule)
                    keys["value"].append(value)
                n += 1
            entity += 1
        yield Batch(pa.Table.from_pylist(rows, schema=schema), pa.table(keys, schema=_KEYS))


_Row = tuple[dict[str, Any], set[tuple[str, str]]]


def _person(told: dict[str, Any], reference: Reference) -> Iterator[_Row]:
    common, addresses = _common(told, ("phones", "accounts", "vehicles"))
    common["vehicles"] = told["vehicles"] or None
    born = parse_born(told["born"])
    common.update(day=born.day, month=born.month, year=born.year, either=born.either, days=born.days)
    for name in _person_names(told, reference):
        row = {
            **common,
            "family": name.family,
            "given": name.given,
            "usual": usual(name.given) if name.given else None,
            "initial": name.initial,
            "second": name.second,
            "words": list(name.words) or None,
            "family_listed": name.family in reference.family,
            "given_listed": name.given in reference.given,
        }
        yield row, _person_keys(row, name, addresses, reference)


def _person_names(told: dict[str, Any], reference: Reference) -> list[PersonName]:
    """Every name that differs in its parts, the source's own fields for the first; one without parts where no name is told."""
    names = told["names"] or []
    fields = (told["first"], told["last"])
    first = parse_person(names[0] if names else " ".join(filter(None, fields)), *fields)
    if None in fields:
        first = _the_right_way_round(first, reference)
    parsed = [first, *(_the_right_way_round(parse_person(name), reference) for name in names[1:])]
    found = list(dict.fromkeys(name for name in parsed if name is not None))
    return found or [PersonName(None, None, None, None, ())]


def _the_right_way_round(name: PersonName | None, reference: Reference) -> PersonName | None:
    """A name that was told in one text, with its two words swapped if the reference table lists them the other way only.

    Sources that have one field for the name mix both orders; told the wrong way, a slip in either word would hide all that agrees.
    """
    if name is None or not name.family or not name.given or name.second or name.family in reference.family or name.given in reference.given:
        return name
    if name.given not in reference.family and name.family not in reference.given:
        return name
    return name._replace(given=name.family, family=name.given, initial=name.family[0])


def _person_keys(row: dict[str, Any], name: PersonName, addresses: Sequence[AddressKeys], reference: Reference) -> set[tuple[str, str]]:
    keys = set(_exact_keys(row))
    initials = {part[0] for part in (name.family, name.initial) if part}
    for initial in initials:
        keys.update((rule, f"{value}|{initial}") for rule, value in _shared_keys(row, addresses, ("vehicles",)))
        if row["day"]:
            keys.add(("birth date and an initial", f"{row['either']}|{initial}"))
    if row["day"]:
        keys.update(("address and birth date", f"{a.door}|{row['either']}") for a in addresses if a.door)
        if reference.population <= _BEARERS * _BIRTHDAYS:
            keys.add(("birth date", row["either"]))
    family, given = name.family, name.given
    if family and row["month"]:
        keys.add(("family name and month of birth", f"{family}|{row['month']}"))
    if given and row["month"]:
        keys.add(("given name and month of birth", f"{row['usual']}|{row['month']}"))
    if family and name.initial:
        if row["month"]:
            keys.add(("initials and month of birth", "|".join(sorted((family[0], name.initial))) + f"|{row['month']}"))
        starts = "|".join(sorted((family[:3], (given or name.initial)[:3])))
        keys.update(("start of the names and area", f"{starts}|{area}") for area in row["areas"] or ())
        keys.update(("family name, initial and area", f"{family}|{name.initial}|{area}") for area in row["areas"] or ())
    if family:
        keys.update(("family name and street", f"{family[:4]}|{street}") for street in row["streets"] or ())
    if name.key and family and given:
        if row["year"]:
            keys.add(("name and year of birth", f"{name.key}|{row['year']}"))
        if reference.share("family", family) * reference.share("given", given) * reference.population <= _BEARERS:
            keys.add(("name", name.key))
    for word in {part for part in (family, given) if part}:
        # As whichever of the two it is more common: sources swap them.
        bearers = max(reference.share("family", word), reference.share("given", word)) * reference.population
        if bearers <= _BEARERS:
            keys.add(("one of the names", word))
        if row["year"] and bearers <= _BEARERS * _YEARS:
            keys.add(("one of the names and year of birth", f"{word}|{row['year']}"))
        if row["day"] and bearers <= _BEARERS * _DAYS:
            keys.add(("one of the names and day of birth in the year", f"{word}|{row['day'][5:]}"))
    return keys


def _organisation(told: dict[str, Any], reference: Reference) -> Iterator[_Row]:
    common, addresses = _common(told, ("phones", "accounts"))
    parsed = [parse_organisation(name) for name in told["names"] or []]
    for name in dict.fromkeys(parsed) or [None]:
        core, form = (name.core, name.form) if name else (None, None)
        row = {**common, "core": core, "form": form, "sorted": " ".join(sorted(core.split())) if core else None}
        keys = set(_exact_keys(row))
        if core:
            keys.update((rule, f"{value}|{core[0]}") for rule, value in _shared_keys(row, addresses, ()))
            keys.update(("start of the name and area", f"{core[:4]}|{area}") for area in row["areas"] or ())
            if reference.share("core", core) * reference.organisations <= _BEARERS:
                keys.add(("name", row["sorted"]))
        yield row, keys


def _common(told: dict[str, Any], tying: Sequence[str]) -> tuple[dict[str, Any], list[AddressKeys]]:
    addresses = all_keys(told["addresses"] or ())
    houses = [a.house for a in addresses if a.house]
    homes = [*houses, *(near for a in addresses for near in a.near)]
    identifiers = told["identifiers"]
    ties = [*homes, *(f"{column}:{value}" for column in tying for value in told[column] or ())]
    row = {
        "numbering": None if told["numbered"] is False else told["source"],
        "places": True if addresses else None,
        "houses": houses or None,
        "homes": homes or None,
        "streets": [street for a in addresses for street in a.streets] or None,
        "unnumbered": [street for a in addresses if a.unnumbered for street in a.streets] or None,
        "areas": list(dict.fromkeys(a.area for a in addresses if a.area)) or None,
        "towns": list(dict.fromkeys(a.town for a in addresses if a.town)) or None,
        "town": next((a.town for a in addresses if a.town), None),
        "phones": told["phones"] or None,
        "accounts": told["accounts"] or None,
        "emails": told["emails"] or None,
        "email": told["emails"][0] if told["emails"] else None,
        "identifiers": identifiers or None,
        "identifier": identifiers[0] if identifiers and len(identifiers) == 1 else None,
        "schemes": [scheme(i) for i in identifiers] if identifiers else None,
        "records": (told["records"] if told["named_in"] is None else told["named_in"]) or None,
        "ties": ties or None,
    }
    return row, addresses


def scheme(identifier: str) -> str:
    """What numbers an identifier: its scheme and country, without the number."""
    parts = identifier.split("|")
    return f"{parts[0]}|{parts[-1]}" if len(parts) > 2 else parts[0]


def _exact_keys(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("identifier", value) for value in row["identifiers"] or ())
    yield from (("e-mail address", value) for value in row["emails"] or ())


def _shared_keys(row: dict[str, Any], addresses: Sequence[AddressKeys], more: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Values that many may share, each of which is met together with an initial of the name."""
    yield from (("address and an initial", a.door) for a in addresses if a.door)
    yield from (("street, number and an initial", a.house.rpartition("|")[0]) for a in addresses if a.house and a.area)
    starts = (email.partition("@")[0][:_EMAIL_START] for email in row["emails"] or ())
    yield from (("start of an e-mail address and an initial", start) for start in starts if len(start) == _EMAIL_START)
    for column in ("phones", "accounts", *more):
        yield from ((f"{column} and an initial", value) for value in row[column] or ())
