"""How clerks and keyboards change a text or a date. Rates are in `rates.py`. May import the standard library and this package."""

from __future__ import annotations

from datetime import date
from random import Random

from graphsvc.sample import rates
from graphsvc.sample.streams import below, pick

_NEAR = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl", "l": "k",
    "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc",
    "y": "tu", "z": "x",
}  # fmt: skip
_PLAIN = str.maketrans({"ø": "o", "å": "a", "ä": "a", "é": "e"})
_SPELT = {"ø": "oe", "å": "aa", "ä": "ae", "é": "e"}


def mistyped(rng: Random, text: str) -> str:
    """One slip, or two (Damerau 1964)."""
    for _ in range(1 if rng.random() < rates.SINGLE_ERROR else 2):
        text = _slip(rng, text)
    return text


def _slip(rng: Random, text: str) -> str:
    if len(text) < 3:
        return text + pick(rng, "aens")
    at = 0 if rng.random() < rates.FIRST_LETTER_ERROR else 1 + below(rng, len(text) - 1)
    old = text[at]
    kind = below(rng, 4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + pick(rng, _NEAR.get(old.lower(), "ae")) + text[at:]
    if kind == 2 and 0 < at < len(text) - 1 and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + old + text[at + 2 :]
    near = pick(rng, _NEAR.get(old.lower(), "ae"))
    return text[:at] + (near.upper() if old.isupper() else near) + text[at + 1 :]


def without_marks(rng: Random, text: str) -> str:
    """The text as a system writes it that lacks the letters: ø as o or oe."""
    if rng.random() < 0.5:
        return text.translate(_PLAIN)
    for mark, spelt in _SPELT.items():
        text = text.replace(mark, spelt)
    return text


def misdated(rng: Random, born: date) -> date:
    """Day and month swapped where that is a date, else a digit off in day, month or year."""
    if born.day <= 12 and born.day != born.month and rng.random() < 0.4:
        return date(born.year, born.day, born.month)
    kind = below(rng, 3)
    if kind == 0:
        return born.replace(day=1 + (born.day + below(rng, 26)) % 28)
    if kind == 1:
        return date(born.year, 1 + (born.month + below(rng, 10)) % 12, min(born.day, 28))
    return date(born.year + pick(rng, (-10, -1, 1, 10)), born.month, min(born.day, 28))
