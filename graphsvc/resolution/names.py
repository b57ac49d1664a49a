"""Names of people and organisations, taken apart so that order, initials, short forms and company forms don't hide an equal name.

Pure; imports its own tables of words. The parts are `letters.spelling`: small letters, transliterated.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from graphsvc.resolution.letters import fold, spelling

_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "lord", "lady", "herr", "frau", "mme", "jr", "sr", "ii", "iii"]
)
# Written before a surname and part of it; joined to it, since sources differ in blanks and capitals here.
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "vom",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "das",
        "dos",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "bint",
        "af",
        "av",
        "zu",
        "zur",
        "ten",
        "ter",
    ]
)


class PersonName(NamedTuple):
    """One name of a person. `given` is None where only its initial is told; `words` are all words of more than one letter."""

    given: str | None
    family: str | None
    initial: str | None
    second: str | None
    """The second given name, or its first letter."""
    words: tuple[str, ...]

    @property
    def key(self) -> str | None:
        """The same for a name and the name with given and family name swapped."""
        return "|".join(sorted((self.given, self.family))) if self.given and self.family else None


class OrganisationName(NamedTuple):
    core: str
    form: str | None


@lru_cache(maxsize=1 << 17)
def parse_person(name: str, first: str | None = None, last: str | None = None) -> PersonName | None:
    """The parts of a name; `first` and `last` are the source's own fields where it has them. None when no letter is in it.

    Without fields, the last word is the family name, with the particles before it; "Family, Given" is understood.
    """
    if first is None or last is None:
        if name.count(",") == 1:
            last, first = name.split(",")
        else:
            first, last = _split(name)
    given = [w for w in spelling(first).split() if w not in _TITLES]
    family_words = [w for w in spelling(last).split() if w not in _TITLES]
    family = "".join(family_words) or None
    if not given and family is None:
        return None
    head = given[0] if given else None
    words = tuple(dict.fromkeys(w for w in (*given, *family_words, family or "") if len(w) > 1))
    return PersonName(
        given=head if head and len(head) > 1 else None,
        family=family,
        initial=head[0] if head else None,
        second=given[1] if len(given) > 1 else None,
        words=words,
    )


def _split(name: str) -> tuple[str, str]:
    words = name.split()
    while len(words) > 1 and fold(words[-1]) in _TITLES:
        words.pop()
    at = len(words) - 1
    while at > 1 and fold(words[at - 1]) in _PARTICLES:
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:])


@lru_cache(maxsize=1 << 16)
def usual(given: str) -> str:
    """The name that a short form or a foreign form stands for; the name itself where there is none."""
    return _nicknames().get(given, given)


@lru_cache(maxsize=1 << 16)
def parse_organisation(name: str) -> OrganisationName | None:
    """The name without its legal form, and the form; None when no letter is in it."""
    words = spelling(name).split()
    if not words:
        return None
    joined = " ".join(words)
    for spelt, form in _company_forms():
        if joined.endswith(f" {spelt}"):
            return OrganisationName(joined[: -len(spelt) - 1], form)
        if joined.startswith(f"{spelt} "):
            return OrganisationName(joined[len(spelt) + 1 :], form)
    return OrganisationName(joined, None)


def _lines(name: str) -> list[str]:
    text = (files("graphsvc.resolution") / "words" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _nicknames() -> dict[str, str]:
    names = [line.split() for line in _lines("nicknames.txt")]
    return {spelling(form): spelling(name) for name, *forms in names for form in forms}


@cache
def _company_forms() -> list[tuple[str, str]]:
    """Longest first, so that "limited liability company" is not taken for "company"; forms with dots too ("s a r l")."""
    found: dict[str, str] = {}
    for line in _lines("company_forms.txt"):
        form, long = (part.strip() for part in line.split("="))
        for spelt in (form, " ".join(form), *(part.strip() for part in long.split("/"))):
            if spelt:
                found.setdefault(spelling(spelt), form)
    return sorted(found.items(), key=lambda item: (-len(item[0]), item[0]))
