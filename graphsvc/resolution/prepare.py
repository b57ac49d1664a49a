"""Entities as rows that can be compared: names parsed, addresses as keys, one row for each differing name of an entity.

Pure; Arrow tables in and out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from graphsvc.resolution.addresses import all_keys
from graphsvc.resolution.dates import parse_born
from graphsvc.resolution.names import PersonName, parse_organisation, parse_person, usual
from graphsvc.resolution.reference import Reference

_BATCH = 20_000  # rows made into Python objects at once

_LIST = pa.list_(pa.string())
_COMMON = [
    ("numbering", pa.string()),
    ("places", pa.bool_()),
    ("houses", _LIST),
    ("homes", _LIST),
    ("doors", _LIST),
    ("fronts", _LIST),
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
_NUMBERS = [("n", pa.int64()), ("entity", pa.int64())]
_PERSON = pa.schema(
    [
        *_NUMBERS,
        *_COMMON,
        ("vehicles", _LIST),
        ("days", pa.int32()),
        *((name, pa.string()) for name in ("day", "month", "year", "either", "family", "given", "usual", "initial", "second")),
        ("words", _LIST),
        # Whether the reference table lists the name: of two names alike, one that it does not list is likely the other, mistyped.
        ("family_listed", pa.bool_()),
        ("given_listed", pa.bool_()),
        # How many bear the name, by the reference table: the word as whichever of the two it is more common, and both words together.
        ("family_bearers", pa.float64()),
        ("given_bearers", pa.float64()),
        ("name_bearers", pa.float64()),
    ]
)
_ORGANISATION = pa.schema(
    [*_NUMBERS, *_COMMON, *((name, pa.string()) for name in ("core", "form", "sorted")), ("name_bearers", pa.float64())]
)
LISTS = frozenset(field.name for schema in (_PERSON, _ORGANISATION) for field in schema if pa.types.is_list(field.type))
_Row = tuple[Any, ...]


def prepare(kind: str, table: pa.Table, reference: Reference) -> Iterator[pa.Table]:
    """The table's entities as rows to compare, in batches, numbered as they stand in it (`entity`) and by their names (`n`)."""
    make, schema = (_person, _PERSON) if kind == "people" else (_organisation, _ORGANISATION)
    if table.num_rows == 0:
        yield schema.empty_table()
    n = entity = 0
    for batch in table.to_batches(_BATCH):
        rows: list[_Row] = []
        for told in batch.to_pylist():
            for row in make(told, reference):
                rows.append((n, entity, *row))
                n += 1
            entity += 1
        yield pa.table([pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)], schema=schema)


def _person(told: dict[str, Any], reference: Reference) -> Iterator[_Row]:
    """In the order of the schema, but for the numbers."""
    common, born = _common(told, ("phones", "accounts", "vehicles")), parse_born(told["born"])
    of_all = (*common, told["vehicles"] or None, born.days, born.day, born.month, born.year, born.either)
    for name in _person_names(told, reference):
        yield *of_all, *_of_name(name, reference)


def _of_name(name: PersonName, reference: Reference) -> _Row:
    family, given = name.family, name.given
    # As whichever of the two it is more common: sources swap them.
    family_bearers, given_bearers = (
        max(reference.share("family", word), reference.share("given", word)) * reference.population if word else None
        for word in (family, given)
    )
    both = reference.share("family", family) * reference.share("given", given) * reference.population if family and given else None
    return (
        family,
        given,
        usual(given) if given else None,
        name.initial,
        name.second,
        list(name.words) or None,
        family in reference.family,
        given in reference.given,
        family_bearers,
        given_bearers,
        both,
    )


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


def _organisation(told: dict[str, Any], reference: Reference) -> Iterator[_Row]:
    """In the order of the schema, but for the numbers."""
    common = _common(told, ("phones", "accounts"))
    parsed = [parse_organisation(name) for name in told["names"] or []]
    for name in dict.fromkeys(parsed) or [None]:
        if name is None:
            yield *common, None, None, None, None
        else:
            bearers = reference.share("core", name.core) * reference.organisations
            yield *common, name.core, name.form, " ".join(sorted(name.core.split())), bearers


def _common(told: dict[str, Any], tying: Sequence[str]) -> _Row:
    addresses = all_keys(told["addresses"] or ())
    houses = [a.house for a in addresses if a.house]
    homes = [*houses, *(near for a in addresses for near in a.near)]
    identifiers, emails = told["identifiers"], told["emails"]
    ties = [*homes, *(f"{column}:{value}" for column in tying for value in told[column] or ())]
    return (
        None if told["numbered"] is False else told["source"],
        True if addresses else None,
        houses or None,
        homes or None,
        [a.door for a in addresses if a.door] or None,
        [a.house.rpartition("|")[0] for a in addresses if a.house and a.area] or None,
        [street for a in addresses for street in a.streets] or None,
        [street for a in addresses if a.unnumbered for street in a.streets] or None,
        list(dict.fromkeys(a.area for a in addresses if a.area)) or None,
        list(dict.fromkeys(a.town for a in addresses if a.town)) or None,
        next((a.town for a in addresses if a.town), None),
        told["phones"] or None,
        told["accounts"] or None,
        emails or None,
        emails[0] if emails else None,
        identifiers or None,
        identifiers[0] if identifiers and len(identifiers) == 1 else None,
        [scheme(i) for i in identifiers] if identifiers else None,
        (told["records"] if told["named_in"] is None else told["named_in"]) or None,
        ties or None,
    )


def scheme(identifier: str) -> str:
    """What numbers an identifier: its scheme and country, without the number."""
    parts = identifier.split("|")
    return f"{parts[0]}|{parts[-1]}" if len(parts) > 2 else parts[0]
