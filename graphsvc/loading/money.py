"""Amounts of money as integer minor units, never by way of floats. Imports errors and numbers.

The minor units are those of ISO 4217 (list one: currencies in use, and list three: withdrawn ones that records of the
last decades still name). A withdrawn currency counts as without minor units where none were in use at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from graphsvc.errors import RowError
from graphsvc.loading.numbers import INT_MAX, Digits, compile_digits, plain_text

_TWO = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUC
    CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS
    KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD
    PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
    TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL BOV CHE CHW COU
    ATS CYP DEM EEK FIM FRF HRK IEP LTL LVL MRO MTL NLG SIT SKK SLL STD VEF VEB ZMK
    XXX XTS
"""
_NONE = """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
    BEF BYR ESP GRD ITL LUF PTE TRL
"""
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"

# XXX is ISO's code for "no currency is involved"; amounts without one are kept in hundredths under it.
MINOR_UNITS: dict[str, int] = {code: places for places, codes in ((2, _TWO), (0, _NONE), (3, _THREE), (4, _FOUR)) for code in codes.split()}


class Money(NamedTuple):
    """`minor` units of `currency`; `exact` is the amount in whole units as decimal text when it had more decimals than that."""

    minor: int
    currency: str
    exact: str | None


def compile_money(
    currency: str | None = None, decimal: str = ".", group: str | None = None, unit: Literal["major", "minor"] | int = "major"
) -> Callable[..., Money]:
    """A parser `parse(text, currency=None) -> Money`; the second argument serves sources that tell it in a column.

    `unit`: the text counts whole units ("major"), minor units ("minor") or so many whole units at once (1000). Finer
    amounts are rounded half to even. ValueError for a currency or unit that can't be; RowError "bad_money",
    "bad_currency", "missing_currency" or "out_of_range" from the parser.
    """
    if currency is not None and currency not in MINOR_UNITS:
        raise ValueError(f"{currency!r} is not a currency code of ISO 4217 (write XXX for amounts without one)")
    if unit not in ("major", "minor") and not (isinstance(unit, int) and not isinstance(unit, bool) and unit > 0):
        raise ValueError(f"the unit of an amount is major, minor or a positive whole number, not {unit!r}")
    digits = compile_digits(decimal, group, "bad_money")
    factor = unit if isinstance(unit, int) else 1

    def parse(text: str, given: str | None = None) -> Money:
        code, places = _currency(given) if given is not None else _fixed(currency)
        negative, value, had = digits(text)
        value *= factor
        if unit == "minor":
            had += places
        minor, rest = _round(value, had - places)
        if minor > INT_MAX:
            raise RowError("out_of_range", f"{text[:60]!r} is beyond 64-bit whole numbers of minor units")
        exact = plain_text(Digits(negative, value, had)) if rest else None
        return Money(-minor if negative else minor, code, exact)

    return parse


def _fixed(currency: str | None) -> tuple[str, int]:
    if currency is None:
        raise RowError("missing_currency", "an amount has no currency")
    return currency, MINOR_UNITS[currency]


def _currency(text: str) -> tuple[str, int]:
    code = text.strip().upper()
    places = MINOR_UNITS.get(code)
    if places is None:
        raise RowError("bad_currency", f"{text[:20]!r} is not a currency code of ISO 4217")
    return code, places


def _round(value: int, places: int) -> tuple[int, bool]:
    """value / 10**places rounded half to even, and whether anything was lost."""
    if places <= 0:
        return value * 10**-places, False
    whole, rest = divmod(value, 10**places)
    twice = 2 * rest
    up = twice > 10**places or (twice == 10**places and whole % 2 == 1)
    return whole + up, rest != 0
