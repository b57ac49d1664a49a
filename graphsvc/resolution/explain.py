"""A decision in sentences, strongest evidence first. Pure."""

from __future__ import annotations

from graphsvc.resolution.decisions import Decision
from graphsvc.resolution.features import EQUAL, FEATURES

_WORDS = {
    (feature.name, level.name): level.words for features in FEATURES.values() for feature in features for level in feature.levels
}  # fmt: skip


def words_of(name: str, level: str) -> str:
    """What a level of a comparison found, for people: `same date of birth`."""
    return _WORDS[name, level]


_NAME = ("family_name", "given_name", "name")


def explain(decision: Decision) -> list[str]:
    """One sentence a comparison with its bits, and what follows from them.

    Where the whole name agrees, its parts are told together: "a name that 1 in 900 bears: +9.8 bits".
    """
    told: list[tuple[float, str]] = []
    name_bits = 0.0
    whole_name = decision.name_share is not None
    for comparison in decision.comparisons:
        if comparison.name == "chance":
            continue
        if whole_name and comparison.name in _NAME and comparison.level in EQUAL:
            name_bits += comparison.bits
            continue
        told.append((comparison.bits, f"{_WORDS[comparison.name, comparison.level]}: {comparison.bits:+.1f} bits"))
    if decision.name_share is not None:
        parts = [c.name for c in decision.comparisons if c.name in _NAME and c.level in EQUAL]
        noun = f"a {parts[0].replace('_', ' ')}" if len(parts) == 1 else "a name"
        told.append((name_bits, f"{noun} that {one_in(decision.name_share)} bears: {name_bits:+.1f} bits"))
    told.sort(key=lambda item: (-abs(item[0]), item[1]))
    chance = next(c.bits for c in decision.comparisons if c.name == "chance")
    sentences = [sentence for _, sentence in told]
    sentences.append(f"two at random, {one_in(2**chance)}: {chance:+.1f} bits")
    sentences.append(f"together {decision.bits:+.1f} bits: {verdict(decision)}")
    return sentences


def verdict(decision: Decision) -> str:
    """What was decided, and on what."""
    if decision.verdict == "same":
        return f"the same, corroborated by {_listed(decision.corroborated_by)}"
    if decision.contradicted:
        return "possibly the same: held back by a contradiction"
    if not decision.corroborated_by:
        return "possibly the same: nothing but the name agrees"
    return "possibly the same: the evidence is too weak"


def one_in(share: float) -> str:
    """`1 in 900`."""
    return f"1 in {1 / share:,.0f}" if share > 0 else "nobody"


def _listed(names: tuple[str, ...]) -> str:
    words = [name.replace("_", " ") for name in names]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nothing"
