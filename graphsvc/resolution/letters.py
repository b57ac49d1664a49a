"""Texts of any script as plain small letters, so that two spellings of one word can be compared.

Pure; imports nothing of graphsvc.
"""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHE = re.compile(r"['\u2019\u02bc`\u00b4]")
# How clerks write ø, å, ä and ü where the keyboard lacks them, and how systems drop the mark: both become the bare vowel.
_DIGRAPH = re.compile("(a)a|(a)e|(o)e|(u)e")


@lru_cache(maxsize=1 << 17)
def fold(text: str) -> str:
    """Small ASCII letters and digits, words parted by one blank; Cyrillic, Greek and other scripts transliterated."""
    plain = text if text.isascii() else anyascii(text)
    return " ".join(_NOT_WORD.split(_APOSTROPHE.sub("", plain).lower())).strip()


@lru_cache(maxsize=1 << 17)
def spelling(text: str) -> str:
    """The folded text with `aa`, `ae`, `oe`, `ue` as one vowel: `Søren`, `Soeren` and `Soren` are one spelling."""
    return _DIGRAPH.sub(lambda found: found.group(found.lastindex or 0), fold(text))


def compact(text: str) -> str:
    """The folded text without blanks: house numbers, postcodes."""
    return fold(text).replace(" ", "")
