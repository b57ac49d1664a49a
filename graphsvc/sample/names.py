"""Invented names: people, places, companies, built from syllables, with frequencies as skewed as real ones.

No list of real names is used; a name that exists somewhere is a coincidence. May import the standard library and this package.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from random import Random

from graphsvc.sample import rates
from graphsvc.sample.streams import below, pick, stream, words

_ONSETS = words("b bl br d dr f fr g gr h j k kl kn kr l m n p r s sk st sv t tj tr v")
_VOWELS = words("a a a e e e i i o o u y ø å ä é")
_CODAS = ["", "", "", "l", "n", "r", "s", "m", "nd", "rk", "lt", "st", "ng"]
_SURNAME_ENDS = words("sen mark gard holt vik berg lund dal ny stad ersen haug strøm felt by rud")
_MALE_ENDS = words("o e an ar en ir us and")
_FEMALE_ENDS = words("a ia e ine is ea unn ild")
_STREET_ENDS = ("gade", "vej", " Lane", " Street", "stien", " Road", "veien", " Court")
_PREMISES_ENDS = ("kaj", " Park", " Estate", "havnen")
_CITY_ENDS = ("stad", "havn", "borg", "mouth", "by", "ford", "køb", "ness")
_TRADES = words("Bygg Handel Transport Invest Data Marin Konsult Energi Foods Media Import Holding Eiendom Teknik Service Fisk")
_FORMS = ("VB", "VB", "VB", "KS", "HF")  # the country's own company forms


def _syllable(rng: Random) -> str:
    return pick(rng, _ONSETS) + pick(rng, _VOWELS)


def _distinct(rng: Random, count: int, make: str, taken: set[str]) -> list[str]:
    """`count` names not in `taken`; `make` says which ending they get."""
    found: list[str] = []
    while len(found) < count:
        stem = _syllable(rng) + (_syllable(rng) if rng.random() < 0.35 else "") + pick(rng, _CODAS)
        if make == "male":
            name = stem + pick(rng, _MALE_ENDS)
        elif make == "female":
            name = stem + pick(rng, _FEMALE_ENDS)
        elif make == "surname":
            name = stem + pick(rng, _SURNAME_ENDS)
        else:
            name = stem
        name = name.capitalize()
        if 3 <= len(name) <= 14 and name not in taken:
            taken.add(name)
            found.append(name)
    return found


class Skewed:
    """Draws a rank with given weights."""

    def __init__(self, weights: Iterable[float]) -> None:
        self._sums = list(accumulate(weights))

    def draw(self, rng: Random) -> int:
        return min(bisect_right(self._sums, rng.random() * self._sums[-1]), len(self._sums) - 1)


def surname_weights() -> list[float]:
    """The published shares of the 20 most frequent names, then Zipf's law from the last of them on."""
    top = [n / rates.SURNAME_POPULATION for n in rates.TOP_SURNAME_BEARERS]
    return top + [top[-1] * len(top) / rank for rank in range(len(top) + 1, rates.SURNAMES + 1)]


def given_weights() -> list[float]:
    return [1 / (rank + rates.GIVEN_SHIFT) for rank in range(1, rates.GIVEN_NAMES + 1)]


class Names:
    """All name lists of one world: `given[sex][rank]` (0 male, 1 female), `surnames[rank]`, places, and the variants of given names."""

    def __init__(self, seed: int) -> None:
        rng = stream(seed, "names")
        taken: set[str] = set()
        self.given = (_distinct(rng, rates.GIVEN_NAMES, "male", taken), _distinct(rng, rates.GIVEN_NAMES, "female", taken))
        self.surnames = _distinct(rng, rates.SURNAMES, "surname", taken)
        self.given_skew = Skewed(given_weights())
        self.surname_skew = Skewed(surname_weights())
        self.variants = tuple([self._variants(rng, name) for name in names] for names in self.given)
        stems = _distinct(rng, 1_800, "stem", taken)
        self.streets = [stem + end for end in _STREET_ENDS for stem in stems]
        self.premises_streets = [stem + end for end in _PREMISES_ENDS for stem in stems]
        self.cities = [stem + end for stem, end in zip(stems, _CITY_ENDS * 60, strict=False)]
        self._company_stems = stems

    @staticmethod
    def _variants(rng: Random, name: str) -> tuple[str, str]:
        """A short form and another spelling: what people call themselves and how a clerk hears it."""
        short = name[: max(3, len(name) // 2 + 1)].rstrip("aeiou") or name[:3]
        respelt = name
        for old, new in (("k", "c"), ("v", "w"), ("i", "y"), ("ø", "oe"), ("å", "aa"), ("s", "z"), ("e", "é"), ("t", "th")):
            if old in name[1:]:
                respelt = name[0] + name[1:].replace(old, new, 1)
                break
        return (short + pick(rng, ("y", "i", "e")), respelt if respelt != name else name + "h")

    def company(self, rng: Random) -> str:
        first = pick(rng, self._company_stems)
        second = f" & {pick(rng, self._company_stems)}" if rng.random() < 0.2 else ""
        number = f" {below(rng, 90) + 10}" if rng.random() < 0.1 else ""
        return f"{first}{second} {pick(rng, _TRADES)}{number} {pick(rng, _FORMS)}"
