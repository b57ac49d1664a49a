"""Telephone numbers and registered numbers: what `phonenumbers` and `python-stdnum` know. Imports errors only.

The `check` option says what becomes of a number that fails: `error` refuses the row, `keep` takes the cleaned text,
`drop` counts it as missing.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

import stdnum
from stdnum.exceptions import ValidationError

from graphsvc.errors import RowError

Function = Callable[[str], str | None]

_CHECKS = ("error", "keep", "drop")
# Modules of the package that aren't numbers.
_HELPERS = {"exceptions", "numdb", "util", "luhn", "verhoeff", "damm", "iso7064"}
_NOT_IN_PHONE = re.compile("[^0-9+]+")
# A source repeats its numbers, and one look at a telephone number takes 50 microseconds or so.
_REMEMBERED = 8192
# An account comes back in every transfer, and an IBAN takes 15 to 50 microseconds too; so many take 20 MB, once for each kind of number.
_NUMBERS_REMEMBERED = 65_536


def refuse(text: str, what: str) -> RowError:
    return RowError("bad_value", f"{text[:60]!r} is not {what}")


def compile_phone(options: Mapping[str, Any]) -> Function:
    """E.164 from a number as written in `region` (two letters); without a region only numbers with + and country code."""
    # Loading what it knows of the world's numbers takes 0.1 s, which every command would wait for.
    import phonenumbers

    region = options.get("region")
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"the region of phone is a country code such as NL, not {region!r}")
    check = _check(options)
    what = f"a telephone number{f' of {region} or' if region else ''} with its country code"

    @lru_cache(_REMEMBERED)
    def phone(text: str) -> str | None:
        try:
            number = phonenumbers.parse(text, region)
            if phonenumbers.is_valid_number(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        except phonenumbers.NumberParseException:
            pass
        return _failed(check, text, what, _NOT_IN_PHONE.sub("", text))

    return phone


def compile_number_check(options: Mapping[str, Any]) -> Function:
    """The compact form of a number of the python-stdnum module `number` ("iban", "ee.registrikood"), verified."""
    name = options.get("number")
    if not isinstance(name, str) or name not in _modules():
        close = get_close_matches(str(name), _modules(), n=3)
        meant = f"did you mean {' or '.join(close)}?" if close else "write a country and its number, such as ee.registrikood or gb.vat"
        raise ValueError(f"python-stdnum has no number {name!r}; {meant}")
    return _number_check(name, _check(options))


@cache
def _number_check(name: str, check: str) -> Function:
    """One for all columns that hold such numbers: the accounts that money leaves are those that it comes to."""
    module = importlib.import_module(f"stdnum.{name}")
    validate: Callable[[str], str] = module.validate
    compact: Callable[[str], str] = getattr(module, "compact", str.strip)
    what = f"a valid {name} number"

    @lru_cache(_NUMBERS_REMEMBERED)
    def number(text: str) -> str | None:
        try:
            return validate(text)
        except ValidationError:
            return _failed(check, text, what, _compacted(compact, text))

    return number


def _compacted(compact: Callable[[str], str], text: str) -> str:
    try:
        return compact(text)
    except ValidationError:  # some modules look at the number while they compact it
        return text.strip()


def _failed(check: str, text: str, what: str, cleaned: str) -> str | None:
    if check == "error":
        raise refuse(text, what)
    return cleaned if check == "keep" else None


def _check(options: Mapping[str, Any]) -> str:
    check = options.get("check", "error")
    if check not in _CHECKS:
        raise ValueError(f"check is one of {', '.join(_CHECKS)}, not {check!r}")
    return str(check)


@cache
def _modules() -> frozenset[str]:
    """The names of all number modules, found without importing them."""
    names: set[str] = set()
    for module in pkgutil.iter_modules(stdnum.__path__):
        if module.ispkg:
            folder = [f"{path}/{module.name}" for path in stdnum.__path__]
            names |= {f"{module.name}.{inner.name}" for inner in pkgutil.iter_modules(folder)}
        elif module.name not in _HELPERS:
            names.add(module.name)
    return frozenset(names)
