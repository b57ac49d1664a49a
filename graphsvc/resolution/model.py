"""A trained model: how often each level of each comparison is found among true pairs and by chance. Numbers only; the SQL is ours.

Stored as JSON with a version and a hash, so that a decision can name the model that it was made with, and a changed file is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from math import log2
from pathlib import Path
from typing import Any

from graphsvc.errors import InputError
from graphsvc.resolution.features import FEATURES, Feature, Level
from graphsvc.resolution.reference import Reference

_FORMAT = 1
# A difference that one true pair in a hundred shows is a mistake in the records rather than two people.
_RARE = 0.01
KINDS = ("people", "organisations")


@dataclass(frozen=True)
class Weight:
    """`m`: how often the level is found among true pairs; `u`: among chance pairs, or how many others per person share the value."""

    m: float
    u: float


@dataclass(frozen=True)
class Model:
    kind: str
    version: str
    trained_on: str
    weights: Mapping[str, Mapping[str, Weight]]
    """By feature and level; those with `bits` of their own are not in it."""
    same_bits: float
    """A pair is the same from this score on, if something besides the name corroborates it."""
    possible_bits: float

    @property
    def sha256(self) -> str:
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @property
    def name(self) -> str:
        """How decisions name it: `people-1 (0123456789ab)`."""
        return f"{self.kind}-{self.version} ({self.sha256[:12]})"

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"format": _FORMAT, "sha256": self.sha256, **asdict(self)}, indent=1) + "\n", encoding="utf-8")

    def prior_bits(self, reference: Reference) -> float:
        """Two rows at random: one in as many as there are people (or organisations) speaks of the same one."""
        return -log2(reference.population if self.kind == "people" else reference.organisations)

    def contradicting(self) -> frozenset[str]:
        """What two that are the same do not differ in, by this model: few true pairs have two dates of birth, or two numbers of a kind.

        In records so careless that many do, the difference is evidence against, weighed with the rest.
        """
        seen = {"birth_date": ("different", "different_tied"), "identifier": ("conflict",)}
        rare = {
            feature
            for feature, levels in seen.items()
            if feature in self.weights and max(self.weights[feature][level].m for level in levels) <= _RARE
        }
        return frozenset({*rare, "residence"})

    def probabilities(self, feature: Feature, level: Level, reference: Reference) -> tuple[float, float]:
        """m and u as Splink takes them."""
        if level.bits is not None:
            return (0.5, 0.5 * 2**-level.bits) if level.bits >= 0 else (0.5 * 2**level.bits, 0.5)
        weight = self.weights[feature.name][level.name]
        if not level.others:
            return weight.m, weight.u
        everybody = reference.population if self.kind == "people" else reference.organisations
        return weight.m, min(weight.u / everybody, 0.5)


def load_model(path: Path) -> Model:
    """Raises InputError for a file that is no model, was changed, or is for columns that aren't compared."""
    try:
        return _parsed(json.loads(path.read_text(encoding="utf-8")), str(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no model of resolution: {error}") from error


@cache
def built_in(kind: str) -> Model:
    """The model in the package, trained on the sample world (docs/resolution.md)."""
    name = f"{kind}.json"
    return _parsed(json.loads((files("graphsvc.resolution") / "models" / name).read_text(encoding="utf-8")), name)


def _parsed(told: dict[str, Any], where: str) -> Model:
    if told.pop("format") != _FORMAT:
        raise InputError(f"{where} is a model of another format.", hint=f"This version reads format {_FORMAT}: train it again.")
    stated = told.pop("sha256")
    weights = {f: {name: Weight(**w) for name, w in levels.items()} for f, levels in told.pop("weights").items()}
    model = Model(weights=weights, **told)
    if model.kind not in KINDS:
        raise InputError(f"{where} is a model for {model.kind!r}.", hint=f"There are models for {' and '.join(KINDS)}.")
    expected = {f.name: {level.name for level in f.levels if level.bits is None} for f in FEATURES[model.kind]}
    trained = {f: set(levels) for f, levels in weights.items()}
    wrong = [
        f"{f}.{level}" for f in sorted(expected.keys() | trained.keys()) for level in sorted(expected.get(f, set()) ^ trained.get(f, set()))
    ]
    if wrong:
        raise InputError(
            f"{where} does not fit what is compared: {', '.join(wrong)}.", hint="Train a model again with this version of graphsvc."
        )
    if model.sha256 != stated:
        raise InputError(f"{where} was changed after it was trained: its SHA-256 is not the one that it states.")
    return model
