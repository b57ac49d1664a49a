"""The named normalisers that a loader spec may apply to a text: `normalise: [trim, upper, {phone: {region: NL}}]`.

A spec holds names and options only, never code. Each normaliser makes a text comparable or refuses it; an empty result
means: missing. Imports errors and its own parts of `loading`. `docs/normalisers.md` lists them for people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from graphsvc.errors import RowError
from graphsvc.loading.countries import COUNTRY_CODES
from graphsvc.loading.identifiers import Function, compile_number_check, compile_phone, refuse

_SPACE = re.compile(r"\s+")
_NOT_DIGIT = re.compile("[^0-9]+")
_NOT_ALNUM = re.compile(r"[\W_]+")
# Deliberately simple: it catches what isn't an address at all; whether it exists only mail can tell.
_EMAIL = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+\.[^\s@<>,;:\"().]{2,}")
_VIN = re.compile("[A-HJ-NPR-Z0-9]{17}")


@dataclass(frozen=True)
class Normaliser:
    """`doc` says in one line what it does; `make(options)` gives the function; `options` are their names."""

    doc: str
    make: Callable[[Mapping[str, Any]], Function]
    options: tuple[str, ...] = ()
    main_option: str | None = None
    """The option that a plain value stands for: `{stdnum: ee.registrikood}`."""


def _plain(doc: str, function: Function) -> Normaliser:
    return Normaliser(doc, lambda options: function)


def _collapse(text: str) -> str:
    return " ".join(text.split())


def _strip_accents(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)))


def _digits(text: str) -> str:
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return _NOT_DIGIT.sub("", text)


def _alnum(text: str) -> str:
    return text if text.isalnum() else _NOT_ALNUM.sub("", text)


def _strip_punctuation(text: str) -> str:
    if text.replace(" ", "").isalnum():
        return text
    return "".join(c for c in text if not unicodedata.category(c).startswith(("P", "S")))


def _plate(text: str) -> str:
    return _alnum(unicodedata.normalize("NFKC", text).upper())


def _email(text: str) -> str:
    address = text.strip().removeprefix("mailto:").lower()
    if not _EMAIL.fullmatch(address):
        raise refuse(text, "an e-mail address")
    return address


def _country(text: str) -> str:
    code = COUNTRY_CODES.get(text.strip().upper())
    if code is None:
        raise refuse(text, "a country code of ISO 3166 (two or three letters)")
    return code


def _vin(text: str) -> str:
    number = _alnum(text.upper())
    if not _VIN.fullmatch(number):
        raise refuse(text, "a vehicle identification number (17 letters and digits without I, O, Q)")
    return number


def _name_order(text: str) -> str:
    if text.count(",") != 1:
        return text
    surname, given = text.split(",")
    return f"{given.strip()} {surname.strip()}".strip()


def _known_number(number: str) -> Callable[[Mapping[str, Any]], Function]:
    return lambda options: compile_number_check({"number": number, **options})


NORMALISERS: dict[str, Normaliser] = {
    "trim": _plain("takes white space off both ends", str.strip),
    "collapse": _plain("white space inside becomes one blank; trims too", _collapse),
    "upper": _plain("upper case", str.upper),
    "lower": _plain("lower case", str.lower),
    "casefold": _plain("lower case for comparison (ß becomes ss)", str.casefold),
    "nfc": _plain("Unicode form NFC: an accented letter is one character", lambda text: unicodedata.normalize("NFC", text)),
    "nfkc": _plain(
        "Unicode form NFKC: full-width letters, ligatures and the like become plain", lambda text: unicodedata.normalize("NFKC", text)
    ),
    "strip_accents": _plain("takes accents off letters (é becomes e; ø and ł, which carry none, stay)", _strip_accents),
    "digits": _plain("keeps digits only, of any script, as 0-9", _digits),
    "alnum": _plain("keeps letters and digits only, of any script", _alnum),
    "strip_punctuation": _plain("takes punctuation and symbols out", _strip_punctuation),
    "plate": _plain("registration plate: upper case, letters and digits only", _plate),
    "email": _plain("e-mail address: lower case, trimmed; refuses what isn't one", _email),
    "country": _plain("country code to ISO 3166 alpha-2, from two or three letters; refuses others", _country),
    "vin": _plain("vehicle identification number: 17 signs, upper case; refuses others", _vin),
    "name_order": _plain('"SURNAME, Given" becomes "Given SURNAME"; a text without exactly one comma stays', _name_order),
    "phone": Normaliser(
        "telephone number to E.164 (+31201234567); refuses numbers that can't be", compile_phone, ("region", "check"), "region"
    ),
    "stdnum": Normaliser(
        "a number that python-stdnum knows, in its compact form, check digits verified", compile_number_check, ("number", "check"), "number"
    ),
    "iban": Normaliser("bank account number (ISO 13616), compact, check digits verified", _known_number("iban"), ("check",)),
    "lei": Normaliser("legal entity identifier (ISO 17442), compact, check digits verified", _known_number("lei"), ("check",)),
}


def compile_normalisers(names: Sequence[str | Mapping[str, Any]]) -> Callable[[str], str | None]:
    """One function that applies the named normalisers in order; None when nothing is left of the text.

    An item is a name, or a mapping of one name to its options (or to its main option's value). ValueError with a
    sentence for an unknown name or option; the function raises RowError "bad_value".
    """
    functions = [_compile(item) for item in names]

    def normalise(text: str) -> str | None:
        result: str | None = text
        for function in functions:
            if not result:
                return None
            result = function(result)
        return result or None

    return normalise


def _compile(item: str | Mapping[str, Any]) -> Function:
    named: Mapping[str, Any] = {item: {}} if isinstance(item, str) else item
    if len(named) != 1:
        raise ValueError(f"a normaliser with options is written {{name: options}}, not {dict(named)!r}")
    ((name, given),) = named.items()
    normaliser = NORMALISERS.get(name)
    if normaliser is None:
        close = get_close_matches(str(name), NORMALISERS, n=3)
        meant = f"did you mean {' or '.join(close)}?" if close else f"there are: {', '.join(NORMALISERS)}"
        raise ValueError(f"there is no normaliser {name!r}; {meant}")
    if not isinstance(given, Mapping):
        if normaliser.main_option is None:
            raise ValueError(f"the normaliser {name} takes no such option: {given!r}")
        given = {normaliser.main_option: given}
    for option in given:
        if option not in normaliser.options:
            takes = f"it takes {', '.join(normaliser.options)}" if normaliser.options else "it takes none"
            raise ValueError(f"the normaliser {name} has no option {option!r}; {takes}")
    return normaliser.make(given)


__all__ = ["NORMALISERS", "Normaliser", "RowError", "compile_normalisers"]
