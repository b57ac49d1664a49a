"""What a column seems to hold, by its name and its values, and why. Pure: takes texts, gives guesses. Imports the readers of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import phonenumbers
from stdnum import iban

from graphsvc.errors import RowError
from graphsvc.loading.dates import compile_date

# Different values that are looked at closely; how many there are is counted over all.
_DIFFERENT = 500
# Of the values that are there, how many must be read as what a column is taken for.
_ENOUGH = 0.95
_FORMATS = (
    "iso",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y - %H:%M:%S",
    "%d/%m/%Y - %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%Y-%m",
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PLATE = re.compile(r"[A-Z]{1,3}[ -]?\d{1,5}[ -]?[A-Z]{0,3}|\d{1,3}[ -]?[A-Z]{1,3}[ -]?\d{1,3}")
_AMOUNT = re.compile(r"[+-]?(\d{1,3}([.,' ]\d{3})+|\d+)([.,]\d+)?")
_HASH = re.compile(r"[0-9a-f]{32,128}")
_WORDS = re.compile(r"[A-Za-z]+|\d+")
# By words in a column's name, what it would be: looked at in this order. The last column: whether values must bear it out, or None.
_NAMED: tuple[tuple[str, str], ...] = (
    ("birth", r"\b(born|dob|birth|birthdate|date of birth|birth date|geboren|foedt)\b"),
    ("email", r"\b(e ?mail|mail)\b"),
    ("phone", r"\b(phone|tel|telephone|telefon|mobile|msisdn|gsm)\b"),
    ("iban", r"\biban\b"),
    ("plate_hash", r"\b(plate hash|hashed plate)\b"),
    ("plate", r"\b(plate|licence plate|license plate|registration plate|kenteken|numberplate)\b"),
    (
        "company_number",
        r"\b(company (no|number|nr|id)|org(anisation|anization)? ?(no|nr|number)|orgnr|kvk|cvr|company registration number)\b",
    ),
    ("given", r"\b(given names?|first ?names?|forenames?|fornavn|voornaam|vorname)\b"),
    ("surname", r"\b(surname|last ?name|family ?name|efternavn|achternaam|nachname)\b"),
    ("company_name", r"\b(company( ?name)?|organi[sz]ation( name)?|firm( name)?)\b"),
    ("postcode", r"\b(post ?code|postal ?code|zip( ?code)?|plz)\b"),
    ("city", r"\b(city|town|suburb|place|municipality|ort|by)\b"),
    ("house_number", r"\b(house ?(no|nr|number)|street ?number|nr|house)\b"),
    ("street", r"\b(street( ?name)?|road|strasse|straat|gade|address ?1)\b"),
    ("address", r"\b(address|adresse|adres|full address)\b"),
    ("lon", r"\b(lon|lng|longitude)\b"),
    ("lat", r"\b(lat|latitude)\b"),
    ("amount", r"\b(amount|sum|total|value|balance|betrag|bedrag|beloeb|price)\b"),
    ("currency", r"\b(currency|ccy|valuta)\b"),
    ("vin", r"\b(vin|chassis ?(no|number))\b"),
    ("make", r"\b(make|brand)\b"),
    ("model", r"\bmodel\b"),
    ("colour", r"\bcolou?r\b"),
    ("jurisdiction", r"\b(jurisdiction|plate (country|state))\b"),
    ("name", r"\b(name|navn|naam|holder|owner|customer)$"),
)
ROLES = {
    "from": ("from", "payer", "sender", "debtor", "source", "debit"),
    "to": ("to", "payee", "receiver", "creditor", "target", "beneficiary"),
}


@dataclass(frozen=True)
class Column:
    """One column: what it seems to hold (`what`, or None), `why`, and how its values are to be read (`reading`: fields of a value).

    `unique` is the share of different values among those that are there, `filled` the share of rows in which one is; `side` is `from` or
    `to` where the name says so.
    """

    name: str
    what: str | None
    why: str
    unique: float
    filled: float
    side: str | None = None
    reading: dict[str, Any] = field(default_factory=dict)
    blanks: bool = False
    """Whether values have blanks around them."""


def column(name: str, values: Sequence[str]) -> Column:
    """A guess about one column, by its name and the values that are there in it (texts)."""
    there = [value.strip() for value in values if value.strip()]
    unique = len(set(there)) / len(there) if there else 0.0
    filled = len(there) / len(values) if values else 0.0
    said = _said(name)
    side = next((side for side, words in ROLES.items() if said.split()[:1] and said.split()[0] in words), None)
    what, why, reading = _guess(said, list(islice(dict.fromkeys(there), _DIFFERENT)))
    return Column(name, what, why, unique, filled, side, reading, any(value != value.strip() for value in values))


def _said(name: str) -> str:
    """A column's name as words: fromIban and FROM_IBAN are both `from iban`."""
    return " ".join(_WORDS.findall(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name))).lower()


def _guess(said: str, there: Sequence[str]) -> tuple[str | None, str, dict[str, Any]]:
    if not there:
        return None, "it is empty in what was looked at", {}
    named = next((what for what, pattern in _NAMED if re.search(pattern, said)), None)
    for what, holds in _HOLDS.items():
        share = sum(map(holds, there)) / len(there)
        sure = what in ("iban", "email") or named == what
        if share >= _ENOUGH and sure:
            by_name = ", and its name says so" if named == what else ""
            return what, f"{share:.0%} of its values are {_CALLED[what]}{by_name}", {}
    if (dated := _date(there)) is not None:
        formats, share, doubt = dated
        what = "birth" if named == "birth" else "time" if any("%H" in one for one in formats) or _has_time(there) else "date"
        plain_number = formats == ["%Y%m%d"] and what != "birth" and not re.search(r"\b(date|day|on|dato|datum)\b", said)
        if not plain_number:
            reading = {} if formats == ["iso"] else {"formats": formats}
            return what, f"{share:.0%} of its values are dates written as {formats[0]}{doubt}", reading
    if named == "amount" and (money := _amount(there)) is not None:
        return "amount", money[1], money[0]
    if named in ("lon", "lat") and _share(there, _is_number) >= _ENOUGH:
        return named, "its name says so, and its values are numbers", {}
    if named in ("iban", "email", "phone", "plate", "plate_hash", "amount", "lon", "lat", "birth"):
        return None, f"its name says {named.replace('_', ' ')}, but its values do not look like that", {}
    return named, "its name says so" if named else "nothing in its name or its values says what it is", {}


def _date(there: Sequence[str]) -> tuple[list[str], float, str] | None:
    found = []
    for form in _FORMATS:
        share = _share(there, _reads(form))
        if share >= _ENOUGH:
            found.append((form, share))
    if not found or _share(there, lambda text: text.isdigit() and len(text) < 8) > 0.5:
        return None
    form, share = found[0]
    others = [other for other, _ in found[1:] if {form[:2], other[:2]} == {"%d", "%m"}]
    doubt = f"; {others[0]} would fit as well: look which is right" if others else ""
    return [form], share, doubt


def _reads(form: str) -> Callable[[str], bool]:
    read = compile_date([form], "UTC")

    def holds(text: str) -> bool:
        try:
            read(text)
        except RowError:
            return False
        return True

    return holds


def _has_time(there: Sequence[str]) -> bool:
    return _share(there, lambda text: ":" in text) >= _ENOUGH


def _amount(there: Sequence[str]) -> tuple[dict[str, Any], str] | None:
    if _share(there, lambda text: _AMOUNT.fullmatch(text) is not None) < _ENOUGH:
        return None
    ends = [match[3][0] for text in there if (match := _AMOUNT.fullmatch(text)) and match[3] and len(match[3]) != 4]
    decimal = "," if ends.count(",") > ends.count(".") else "."
    groups = sorted({sign for text in there for sign in ".,' " if sign in text and sign != decimal})
    reading = {"decimal": decimal} if decimal != "." else {}
    reading |= {"group_mark": groups[0]} if groups else {}
    return reading, f"its name says so, and its values are numbers with `{decimal}` before the decimals"


def _share(there: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, there)) / len(there)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in ("NA", "-")
    return True


def _is_phone(text: str) -> bool:
    digits = sum(sign.isdigit() for sign in text)
    if text.startswith(("+", "00")):
        try:
            number = phonenumbers.parse("+" + text.removeprefix("00").lstrip("+"))
        except phonenumbers.NumberParseException:
            return False
        return phonenumbers.is_possible_number(number)
    return 6 <= digits <= 15 and re.fullmatch(r"[\d\s()./-]+", text) is not None


# What values must be, where a name alone is not enough.
_HOLDS: dict[str, Callable[[str], bool]] = {
    "iban": lambda text: bool(iban.is_valid(text)),
    "email": lambda text: _MAIL.fullmatch(text) is not None,
    "plate_hash": lambda text: _HASH.fullmatch(text.lower()) is not None,
    "plate": lambda text: _PLATE.fullmatch(text.upper()) is not None,
    "phone": _is_phone,
    "company_number": lambda text: re.fullmatch(r"[A-Z]{0,3}[\d .-]{6,14}", text) is not None,
}
_CALLED = {
    "iban": "account numbers whose check digits are right",
    "email": "e-mail addresses",
    "plate_hash": "hashes",
    "plate": "written as plates are",
    "phone": "written as phone numbers are",
    "company_number": "written as company numbers are",
}
