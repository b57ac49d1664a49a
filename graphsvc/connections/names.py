"""Names and identifiers as texts to compare: folding, the full-text query of a user's text, a score without a corpus.

Pure functions; imports only errors.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz

from graphsvc.errors import InputError

MOST_CHARACTERS = 300  # longer than any name or address; keeps the query within what the full-text engine parses at once
MOST_TOKENS = 12  # each becomes three clauses; the engine refuses 1,024, and nobody is named with more words
_SAME_WORD = 0.6  # two words less alike than this (share of matching letters) are different words
_PREFIX = 0.9  # a beginning of a word that the user typed counts almost as the word
_WHOLE = 0.15  # how much of the score is kept back for having named the whole name and not a part of it
_IDENTIFIER_DIGITS = 5  # fewer digits are a house number or a year rather than an identifier

# Letters that are not a base letter with a mark, as the index's ASCII folding writes them.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "\u0131": "i", "ħ": "h", "ŋ": "n"})


def fold(text: str) -> str:
    """Small letters; Latin letters without their marks (as the full-text index folds them); punctuation as spaces."""
    letters: list[str] = []
    latin = False
    for char in unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS):
        category = unicodedata.category(char)
        if category.startswith("M"):
            if not latin:
                letters.append(char)
            continue
        latin = char.isascii() or "LATIN" in unicodedata.name(char, "")
        letters.append(char if category[0] in "LN" else " ")
    return unicodedata.normalize("NFC", " ".join("".join(letters).split()))


def compact(text: str) -> str:
    """The folded text without spaces: an identifier however it is grouped."""
    return fold(text).replace(" ", "")


def digits(text: str) -> str:
    """The decimal digits of a text that is mostly digits, without leading zeros; else ''."""
    found = "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
    letters = sum(c.isalpha() for c in text)
    return found.lstrip("0") if len(found) >= _IDENTIFIER_DIGITS and letters <= 3 else ""


def lucene(text: str) -> str:
    """A typo-tolerant full-text query for what a user typed.

    Made of letters, digits and marks of the text and of nothing else, so that no syntax of the query language can come from it.
    Raises InputError for a text without any letter or digit, or too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"The text to find has {len(text)} characters; {MOST_CHARACTERS} are the most.", hint="Give a name or a number.")
    words = fold(text).split()
    if not words:
        raise InputError("There is no letter or digit in the text to find.", hint="Give a name, an address or a number.")
    tokens = list(dict.fromkeys(words))[:MOST_TOKENS]
    # Names and numbers that the index keeps in one piece: O'Brien, 12-345, +44 20 ...
    joined = [compact(chunk) for chunk in text.split()[:MOST_TOKENS] if len(fold(chunk).split()) > 1]
    whole = [t for t in (compact(text), digits(text)) if digits(text) and len(t) > 2]
    return " ".join(_clauses(t) for t in dict.fromkeys([*tokens, *joined, *whole]))


def _clauses(token: str) -> str:
    if len(token) < 3:
        return f"{token}^4"
    edits = 1 if len(token) < 6 or token.isdecimal() else 2
    return f"{token}^4 {token}~{edits} {token}*"


def score(text: str, values: Iterable[str]) -> float:
    """How well a text fits the best of an entity's values, 0 to 1: a property of the two texts alone, whatever else is stored.

    1 is the same name in any order of its words, or the same identifier in any grouping.
    """
    return max((_score(text, value) for value in values), default=0.0)


def _score(text: str, value: str) -> float:
    asked, given = fold(text).split(), fold(value).split()
    if not asked or not given:
        return 0.0
    if sorted(asked) == sorted(given) or "".join(asked) == "".join(given):
        return 1.0
    if digits(text) and digits(text) == digits(value):
        return 1.0
    alike = sorted(((_alike(a, g), -i, -j) for i, a in enumerate(asked) for j, g in enumerate(given)), reverse=True)
    free_asked, free_given, total = set(range(len(asked))), set(range(len(given))), 0.0
    for similarity, i, j in alike:
        if similarity >= _SAME_WORD and -i in free_asked and -j in free_given:
            free_asked.discard(-i)
            free_given.discard(-j)
            total += similarity
    named = min(1.0, total / len(given))
    return round(total / len(asked) * (1 - _WHOLE + _WHOLE * named), 4)


def _alike(asked: str, given: str) -> float:
    if asked == given:
        return 1.0
    if len(asked) >= 3 and given.startswith(asked):
        return _PREFIX
    return fuzz.ratio(asked, given) / 100
