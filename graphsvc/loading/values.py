"""The door to typed values: dates, money, numbers, truth values, points. Imports its own parts of `loading`.

Every `compile_*` is called once for a property of a spec and raises ValueError (a sentence) when the spec asks for
something that can't be; what it returns is called for every value and raises RowError. Null words are the caller's.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graphsvc.errors import RowError
from graphsvc.loading.dates import When, compile_date
from graphsvc.loading.money import MINOR_UNITS, Money, compile_money
from graphsvc.loading.numbers import compile_boolean, compile_number, compile_point

__all__ = [
    "MINOR_UNITS",
    "Money",
    "When",
    "compile_boolean",
    "compile_date",
    "compile_money",
    "compile_number",
    "compile_point",
    "text_of",
]


def text_of(value: Any) -> str:
    """The text of one value of a row as the parsers take it: JSON's numbers in plain notation, true and false as words.

    RowError "unexpected_shape" for a list or an object, which a path should have gone into.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        # Plain notation, but not a megabyte of zeros for 1e999999.
        return f"{value:f}" if abs(value.adjusted()) < 60 else str(value)
    raise RowError(
        "unexpected_shape", f"a {'list' if isinstance(value, list) else 'nested object'} stands where a single value was expected"
    )
