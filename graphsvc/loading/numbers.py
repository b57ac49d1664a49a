"""Numbers, truth values and points as sources write them. Imports errors only.

The decimal and group signs are stated, never guessed: "1,234" is 1234 or 1.234 only because the spec says which.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from graphsvc.errors import RowError

# Neo4j's integers have 64 bits.
INT_MIN, INT_MAX = -(2**63), 2**63 - 1
# Longer digit strings are identifiers in the wrong column; this also bounds the work that one value can cause.
_MAX_DIGITS = 60
_TRUE = ("true", "t", "yes", "y", "1")
_FALSE = ("false", "f", "no", "n", "0")


class Digits(NamedTuple):
    """A decimal number taken apart without loss: (-1 if negative) * value / 10**places."""

    negative: bool
    value: int
    places: int


def compile_digits(decimal: str = ".", group: str | None = None, code: str = "bad_number") -> Callable[[str], Digits]:
    """A parser of decimal numbers. `group` " " takes the non-breaking spaces too. ValueError for signs that can't serve."""
    for what, sign in (("decimal", decimal), ("group", group)):
        if sign is not None and (len(sign) != 1 or sign.isdigit() or sign in "+-eE"):
            raise ValueError(f"the {what} sign must be one character that isn't part of a number, not {sign!r}")
    if decimal == group:
        raise ValueError("the decimal sign and the group sign must differ")
    between = "[ \u00a0\u202f]" if group == " " else re.escape(group or "")
    # Groups of three before the decimal sign; those above may have two, as in India. "1,5" with group "," is thus refused.
    whole = f"(?:[0-9]{{1,3}}(?:{between}[0-9]{{2,3}})*{between}[0-9]{{3}}|[0-9]+)" if group else "[0-9]+"
    match_all = re.compile(
        rf"\s*([-+\u2212]?)({whole}(?={re.escape(decimal)}|[eE]|\s*\Z)|(?={re.escape(decimal)}[0-9]))"
        rf"(?:{re.escape(decimal)}([0-9]*))?(?:[eE]([-+]?[0-9]{{1,3}}))?\s*"
    ).fullmatch
    takes_out = re.compile("[^0-9]")
    said = f" (decimal sign {decimal!r}" + (f", group sign {group!r})" if group else ")")

    def parse(text: str) -> Digits:
        # Nearly every amount is this plain; the expression below costs five times as much.
        units, _, fraction = text.partition(decimal)
        if units.isdecimal() and (not fraction or fraction.isdecimal()) and text.isascii() and len(text) <= _MAX_DIGITS:
            return Digits(False, int(units + fraction), len(fraction))
        match = match_all(text)
        if match is None:
            raise RowError(code, f"{text[:60]!r} is not a number{said}")
        sign, units, fraction, exponent = match.groups()
        digits = (takes_out.sub("", units) if group else units) + (fraction or "")
        places = len(fraction or "") - int(exponent or 0)
        if len(digits) > _MAX_DIGITS or abs(places) > _MAX_DIGITS:
            raise RowError(code, f"{text[:60]!r} has more digits than a number can hold")
        return Digits(sign not in ("", "+"), int(digits), places)

    return parse


def plain_text(number: Digits) -> str:
    """The number in plain decimal notation, a point as decimal sign, no exponent."""
    digits = str(number.value) if number.places >= 0 else str(number.value * 10**-number.places)
    if number.places > 0:
        digits = digits.rjust(number.places + 1, "0")
        digits = f"{digits[: -number.places]}.{digits[-number.places :]}"
    return f"-{digits}" if number.negative else digits


def _compile_plain(decimal: str) -> Callable[[str], object]:
    """Whether `float` reads the text as `compile_digits` would; that it is faster is the only reason for it."""
    return re.compile("-?[0-9]{1,30}(?:[.][0-9]{1,30})?" if decimal == "." else "-?[0-9]{1,30}").fullmatch


def compile_number(
    decimal: str = ".", group: str | None = None, integer: bool = False, percent: bool = False
) -> Callable[[str], int | float]:
    """A parser to int (`integer`) or float. `percent` takes "12 %" and gives 0.12 as well as a text without the sign.

    The parser raises RowError "bad_number"; "out_of_range" beyond 64-bit integers or the range of floats. A whole number
    may be written with zeros after the decimal sign ("12.0"), as tools that hold columns as floats write it.
    """
    digits = compile_digits(decimal, group)
    plain = _compile_plain(decimal)

    def to_int(text: str) -> int:
        # int() would take "1_000" and digits of other scripts too.
        if text.isdecimal() and text.isascii() and len(text) < 19:
            return int(text)
        number = digits(text)
        value, rest = divmod(number.value * 10 ** max(0, -number.places), 10 ** max(0, number.places))
        if rest:
            raise RowError("bad_number", f"{text[:60]!r} is not a whole number")
        signed: int = -value if number.negative else value
        if not INT_MIN <= signed <= INT_MAX:
            raise RowError("out_of_range", f"{text[:60]!r} is beyond 64-bit whole numbers")
        return signed

    def to_float(text: str) -> float:
        if plain(text):
            return float(text)
        number = digits(text)
        value = float(plain_text(number))
        if not math.isfinite(value):
            raise RowError("out_of_range", f"{text[:60]!r} is beyond the range of numbers")
        return value

    def to_share(text: str) -> float:
        number = digits(text.rstrip().removesuffix("%"))
        return float(plain_text(number._replace(places=number.places + 2)))

    if integer and percent:
        raise ValueError("a number can't be both whole and a percentage")
    return to_int if integer else to_share if percent else to_float


def compile_boolean(true: Iterable[str] = _TRUE, false: Iterable[str] = _FALSE) -> Callable[[str], bool]:
    """A parser by lists of words, case ignored. ValueError when a word is in both; RowError "bad_boolean" for other words."""
    yes = [str(word).casefold() for word in true]
    no = [str(word).casefold() for word in false]
    if both := sorted(set(yes) & set(no)):
        raise ValueError(f"the word {both[0]!r} can't mean true and false")
    words = dict.fromkeys(yes, True) | dict.fromkeys(no, False)

    def parse(text: str) -> bool:
        try:
            return words[text.strip().casefold()]
        except KeyError:
            raise RowError("bad_boolean", f"{text[:60]!r} is neither one of {', '.join(yes)} nor of {', '.join(no)}") from None

    return parse


def compile_point(decimal: str = ".") -> Callable[[str | None, str | None], tuple[float, float] | None]:
    """A parser of (longitude, latitude) in degrees (WGS 84); None when both are missing, RowError "bad_point" otherwise."""
    digits, plain = compile_digits(decimal, code="bad_point"), _compile_plain(decimal)

    def degrees(text: str) -> float:
        return float(text) if plain(text) else float(plain_text(digits(text)))

    def parse(lon: str | None, lat: str | None) -> tuple[float, float] | None:
        if lon is None and lat is None:
            return None
        if lon is None or lat is None:
            raise RowError("bad_point", f"a point has its {'latitude' if lon is None else 'longitude'} only")
        x, y = degrees(lon), degrees(lat)
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            swapped = " (longitude and latitude may be swapped)" if -180 <= y <= 180 and -90 <= x <= 90 else ""
            raise RowError("bad_point", f"longitude {lon[:30]}, latitude {lat[:30]} is not on the earth{swapped}")
        return x, y

    return parse
