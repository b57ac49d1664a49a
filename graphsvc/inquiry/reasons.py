"""Whether a reason says something: what the deployment calls empty, the case number and the purpose don't count as words of it.

No check can tell a false reason from a true one. This one makes sure that a supervisor has something to hold against the case.
Imports errors only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from graphsvc.errors import InputError

MOST_CHARACTERS = 1000
LEAST_WORDS = 3  # fewer can't name a thing, what is asked of it, and why

# Scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, kana, Han. Each character counts as a word there.
_BLANKLESS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_BLANKLESS}]|[^\W_{_BLANKLESS}]+")
_WORD_ALONE = re.compile(rf"[{_BLANKLESS}]")
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HINT = "Say in a sentence what you want to find out, of whom or what, and why: a supervisor must be able to hold it against the case."


def checked_reason(reason: str, *, case: str, purpose: str, purpose_title: str, empty: Iterable[str]) -> str:
    """The reason as it is kept: one line, blanks put in order. Raises InputError for one that says nothing."""
    text = " ".join(unicodedata.normalize("NFC", reason).split())
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"The reason has {len(text)} characters; {MOST_CHARACTERS} is the most.")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c in _REORDERING for c in text):
        raise InputError("The reason has characters that can't be shown as they are.", hint="Write plain text.")
    words = _words(text)
    for phrase in sorted(map(_words, empty), key=len, reverse=True):
        words = _without(words, phrase)
    known = {word for one in (case, purpose, purpose_title) for word in _words(one)}
    telling = {word for word in words if word not in known and _telling(word)}
    if not telling:
        raise InputError("The reason says nothing besides the case number, the purpose, and words that fit every case.", hint=_HINT)
    if len(telling) < LEAST_WORDS:
        raise InputError(
            f"The reason needs at least {LEAST_WORDS} different words besides the case number, the purpose, and words that fit every case.",
            hint=_HINT,
        )
    return text


def _words(text: str) -> list[str]:
    """Words compared without regard to case, width, accents and invisible characters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _WORD.findall("".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Mc", "Me", "Cf")))


def _without(words: list[str], phrase: list[str]) -> list[str]:
    """The words without every place where the phrase stands in them."""
    left: list[str] = []
    at = 0
    while at < len(words):
        if phrase and words[at : at + len(phrase)] == phrase:
            at += len(phrase)
        else:
            left.append(words[at])
            at += 1
    return left


def _telling(word: str) -> bool:
    """Not a number, a single letter, or one letter over and over."""
    return _WORD_ALONE.match(word) is not None or len({c for c in word if c.isalpha()}) > 1
