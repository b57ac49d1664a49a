"""Which column of a list is what: recognised by its header, or said by whoever brings the list. Pure; imports errors only."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from graphsvc.errors import InputError

# What a column can be, and how headers call it, folded: small letters, words parted by blanks. The vocabulary of the ontology
# (`birthDate`) folds to the same.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "full name", "fullname", "caption", "company name", "company", "organisation", "organization", "entity name"),
    "alias": ("alias", "aliases", "aka", "also known as", "other name", "former name"),
    "first": ("first", "first name", "firstname", "given", "given name", "given names", "forename", "forenames"),
    "last": ("last", "last name", "lastname", "surname", "family name"),
    "birth_date": ("birth date", "birthdate", "date of birth", "dob", "born", "birthday"),
    "address": ("address", "full address", "full"),
    "street": ("street", "street name", "road"),
    "house": ("house", "house number", "house no", "housenumber", "street number"),
    "postcode": ("postcode", "postal code", "post code", "zip", "zip code", "postalcode"),
    "city": ("city", "town", "place"),
    "country": ("country", "country code", "nationality"),
    "phone": ("phone", "phone number", "telephone", "tel", "mobile"),
    "email": ("email", "e mail", "mail", "email address", "e mail address"),
    "account": ("account", "iban", "account number", "bank account"),
    "plate": ("plate", "number plate", "registration plate", "license plate", "licence plate"),
    "id_number": ("id number", "id no", "idnumber", "identity number", "national id", "passport", "passport number", "identifier"),
    "scheme": ("scheme", "id type", "id scheme"),
    "registration_number": ("registration number", "registration no", "reg no", "company number", "company no", "register number"),
    "tax_number": ("tax number", "tax no", "vat number", "vat", "tin"),
    "lei": ("lei", "lei code"),
    "jurisdiction": ("jurisdiction", "country of registration", "register"),
}
KINDS = ("people", "organisations", "addresses")

_PLACES = ("address", "street", "postcode", "city")
# A list needs one of these to be looked up at all; the others only support.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "people": ("name", "alias", "first", "last", "phone", "email", "account", "plate", "id_number"),
    "organisations": ("name", "alias", "phone", "email", "account", "registration_number", "tax_number", "lei"),
    "addresses": _PLACES,
}
USED: Mapping[str, tuple[str, ...]] = {
    "people": (*NEEDED["people"], "birth_date", *_PLACES, "house", "country", "scheme", "jurisdiction"),
    "organisations": (*NEEDED["organisations"], *_PLACES, "house", "country", "id_number", "scheme", "jurisdiction"),
    "addresses": (*_PLACES, "house", "country"),
}

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")
_SHOWN = 30  # enough of a wide header to recognise it by


def fold(header: str) -> str:
    """A header as `FIELDS` spells it: `birthDate`, `Birth_date` and `BIRTH DATE` are one."""
    return " ".join(_NOT_WORD.sub(" ", _CAPITAL.sub(" ", header)).lower().split())


_MEANT = {name: field for field, names in FIELDS.items() for name in (fold(field), *names)}


def recognised(kind: str, headers: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """By header, what the columns of a list are; those that say nothing of this kind are left out.

    `said` maps fields to headers, and wins. Raises InputError for a field or header that is not there, and when no column is usable.
    """
    check_kind(kind)
    by_header: dict[str, str] = {}
    for field, header in said.items():
        if field not in FIELDS:
            raise InputError(f"No column can be {field!r}.", hint=f"It can be: {', '.join(FIELDS)}.")
        if header not in headers:
            raise InputError(f"The list has no column {header!r}.", hint=f"It has {_listed(headers)}.")
        by_header[header] = field
    for header in headers:
        known = field_of(header)
        if known in USED[kind] and header not in by_header and known not in said:
            by_header[header] = known
    if not usable(kind, by_header.values()):
        raise InputError(
            f"None of the columns can be looked up among {kind}: the list has {_listed(headers)}.",
            hint=f"Name one with --column: {', '.join(NEEDED[kind])}; as in --column {NEEDED[kind][0]}=HEADER.",
        )
    return by_header


def usable(kind: str, fields: Collection[str]) -> bool:
    """Whether something can be looked up by these fields."""
    return bool({*NEEDED[kind]} & {*fields})


def field_of(text: str) -> str | None:
    """The field that a header, or the name of a property, stands for."""
    return _MEANT.get(fold(text))


def check_kind(kind: str) -> None:
    """Raises InputError for a kind of list that there is not."""
    if kind not in KINDS:
        raise InputError(f"There are no lists of {kind!r}.", hint=f"There are lists of {', '.join(KINDS)}.")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(map(repr, names[:_SHOWN])) or "none") + more
