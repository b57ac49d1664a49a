"""Training a model: how often each level is found among true pairs, and by chance.

With labels, true pairs are counted. Without, they are estimated by expectation maximisation (Fellegi and Sunter's model; Winkler 1988): the
candidates are weighed with a model, their probabilities count as so many true pairs, and so on until nothing changes. Chance agreement is
counted on random pairs, drawn with a fixed seed, and what few share (an address, a phone) on all pairs that share it.
Same table, reference and seed: the same model. Imports this package only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graphsvc.errors import InputError
from graphsvc.resolution.compare import Bench, Scored, opened
from graphsvc.resolution.corroboration import corroborating
from graphsvc.resolution.features import FEATURES, Feature, Level
from graphsvc.resolution.model import Model, Weight, built_in
from graphsvc.resolution.reference import Reference
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE, conform

_RANDOM_PAIRS = 1_000_000  # enough to see a birthday agree by chance (1 in 22,000) some forty times
_PRECISION = 0.995  # expected of what a model that nobody has labelled calls the same; what it is unsure of, people decide
_SURE = 10.0  # bits: one in a thousand is wrong
_ROUNDS = 30
_SETTLED = 1e-4  # the largest change of an m after which nobody would see another decision
_ESTIMATES = 2  # of the population: the second, with a model that knows the file, is off by a tenth rather than by half
_FEWEST = 0.001  # others a person who share a value: that nobody does can't be known from any file
# Added to every count, so that what was never seen is rare and not impossible.
_UNSEEN = 0.5
# What people share with others, whether by living together or by chance: counted on pairs that share it.
# Of what the sample world does not tell; assumed, and estimated where a table has it.
_ASSUMED = {
    ("identifier", "same"): Weight(0.98, 0.001),
    ("identifier", "one_off"): Weight(0.015, 1.0),
    ("identifier", "conflict"): Weight(0.005, 0.999),
    ("email", "shared"): Weight(0.6, 0.3),
    ("email", "close"): Weight(0.1, 5.0),
    ("email", "other"): Weight(0.3, 1.0),
}
_COUNTED_ON_TIES = {"same_house", "misspelt", "shared"}

Floats = npt.NDArray[np.float64]


@dataclass
class _Counts:
    """Weighted pairs by feature and level, added up over tables."""

    true: dict[str, Floats]
    tied: dict[str, Floats]
    random: dict[str, Floats]
    others: dict[str, Floats]
    """Pairs that share a value, a person: sums over tables of pairs / all pairs x people."""
    tables: int = 0

    @classmethod
    def of(cls, features: Sequence[Feature]) -> _Counts:
        """Nothing counted yet."""
        return cls(*_nothing(features, 4))


def _nothing(features: Sequence[Feature], times: int) -> list[Any]:
    return [{feature.name: np.zeros(len(feature.levels)) for feature in features} for _ in range(times)]


def train(
    kind: str,
    tables: Sequence[tuple[pa.Table, Reference]],
    labels: Sequence[Mapping[str, str]] | None = None,
    *,
    version: str,
    trained_on: str,
    seed: int = 1,
    start: Model | None = None,
    same_bits: float | None = None,
    possible_bits: float | None = None,
) -> Model:
    """A new model for people or organisations, from tables with their reference tables.

    `labels` say for each table which entity (id) is whom; pairs with an equal label are true. Without labels, `start` (the built-in model)
    is where estimation begins, and what is shared within households keeps its chance agreement. Raises InputError when there are
    no true pairs to learn from.
    """
    schema = PEOPLE if kind == "people" else ORGANISATIONS
    start = start or (built_in(kind) if labels is None else _blank(kind))
    weighed = replace(start, version=version, trained_on=trained_on)
    weighed = replace(
        weighed,
        same_bits=start.same_bits if same_bits is None else same_bits,
        possible_bits=start.possible_bits if possible_bits is None else possible_bits,
    )
    counts = _Counts.of(FEATURES[kind])
    for number, (given, reference) in enumerate(tables):
        table = conform(given, schema)
        with opened(kind, table, reference) as bench:
            if labels is None:
                weighed = _by_expectation(bench, weighed, counts, seed)
            else:
                told = [labels[number].get(id) for id in table["id"].to_pylist()]
                _by_labels(bench, weighed, counts, told, seed)
    if labels is None:
        return weighed
    if all(c.sum() == 0 for c in counts.true.values()):
        raise InputError("There is no true pair to learn from: no two rows have an equal label.")
    return replace(weighed, weights=_weights(kind, counts, start, keep_tied=False))


def _blank(kind: str) -> Model:
    """Weights that only serve to get levels out of Splink."""
    weights = {
        f.name: {level.name: _ASSUMED.get((f.name, level.name), Weight(0.5, 0.5)) for level in f.levels if level.bits is None}
        for f in FEATURES[kind]
    }
    return Model(kind, "0", "nothing", weights, same_bits=0.0, possible_bits=0.0)


def _by_labels(bench: Bench, model: Model, counts: _Counts, labels: Sequence[str | None], seed: int) -> None:
    by_label: dict[str, list[int]] = {}
    numbers = {label: number for number, label in enumerate(dict.fromkeys(label for label in labels if label))}
    whose = np.array([numbers[labels[e]] if labels[e] else -1 - e for e in bench.entity.tolist()], dtype=np.int64)
    for n, entity in enumerate(bench.entity.tolist()):
        if labels[entity]:
            by_label.setdefault(str(labels[entity]), []).append(n)
    true = [pair for rows in by_label.values() for pair in combinations(rows, 2) if bench.entity[pair[0]] != bench.entity[pair[1]]]
    scored = bench.score(model, _pairs(np.array(sorted(true), dtype=np.int64).reshape(-1, 2)))
    _add(counts.true, bench.features, scored, np.ones(len(scored.total)))
    ties = bench.score(model, bench.tied())
    false = (whose[ties.n_l] != whose[ties.n_r]).astype(np.float64)
    random = bench.score(model, _random_pairs(bench, seed))
    chance = (whose[random.n_l] != whose[random.n_r]).astype(np.float64)
    _add_chance(counts, bench, ties, false, random, chance)


def _by_expectation(bench: Bench, model: Model, counts: _Counts, seed: int) -> Model:
    candidates, tied, drawn = bench.candidates(), bench.tied(), _random_pairs(bench, seed)
    random = bench.score(model, drawn)
    for _ in range(_ROUNDS):
        scored = bench.score(model, candidates)
        ties = bench.score(model, tied)
        found = _Counts.of(bench.features)
        probability = _likely(scored.total)
        if probability.sum() < 1:
            raise InputError("There is no pair to learn from: under the model to start with, no two rows are likely the same.")
        _add(found.true, bench.features, scored, probability)
        _add_chance(found, bench, ties, 1 - _probability(ties.total), random, np.ones(len(random.total)))
        weights = _weights(bench.kind, found, model, keep_tied=True)
        change = max(abs(w.m - model.weights[f][level].m) for f, levels in weights.items() for level, w in levels.items())
        model = replace(model, weights=weights)
        if change < _SETTLED:
            break
    scored = bench.score(model, candidates)
    corroborated = corroborating(bench.kind, scored.levels, scored.bits).any(axis=1)
    return replace(model, same_bits=_threshold(scored.total[corroborated]))


def _threshold(bits: Floats) -> float:
    """The least score from which on pairs that could be the same are expected, by their own probabilities, to be right often enough."""
    ordered = np.sort(bits)[::-1]
    expected = np.cumsum(_probability(ordered)) / np.arange(1, len(ordered) + 1)
    enough = np.flatnonzero(expected >= _PRECISION)
    # Never what is likelier to be two: in a file of many sure pairs the expectation would bear it.
    return max(0.0, _rounded(float(ordered[enough[-1]]))) if len(enough) else _SURE


def _probability(bits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -1000, 1000))))


def _likely(bits: Floats) -> Floats:
    """Probabilities of the likelier half alone: many unlikely pairs add up to true pairs that aren't there."""
    probability = _probability(bits)
    return np.where(probability >= 0.5, probability, 0.0)


def learn(kind: str, table: pa.Table, reference: Reference, *, version: str, trained_on: str) -> tuple[Model, Reference]:
    """A model for a file on its own, with no labels and no country around it, and `reference` with the population that fits.

    How many there are among whom the rows are drawn is estimated with the built-in model, and again with the one that was learned.
    """
    model = None
    for _ in range(_ESTIMATES):
        found = _population(kind, table, reference, model or built_in(kind))
        reference = replace(reference, population=found) if kind == "people" else replace(reference, organisations=found)
        model = train(kind, [(table, reference)], version=version, trained_on=trained_on, start=model)
    assert model is not None
    return model, reference


def _population(kind: str, table: pa.Table, reference: Reference, model: Model) -> int:
    """As many as make the true pairs that are found what chance would give. The more often a file tells of each, the fewer there are."""
    with opened(kind, conform(table, PEOPLE if kind == "people" else ORGANISATIONS), reference) as bench:
        found = float(_likely(bench.score(model, bench.candidates()).total).sum())
        rows = len(bench.entity)
    return max(1, round(rows * (rows - 1) / 2 / max(found, 1)))


def _pairs(pairs: npt.NDArray[np.int64]) -> pa.Table:
    return pa.table({"match_key": ["0"] * len(pairs), "join_key_l": pairs[:, 0], "join_key_r": pairs[:, 1]})


def _random_pairs(bench: Bench, seed: int) -> pa.Table:
    rows = len(bench.entity)
    drawn = np.random.default_rng(seed).integers(0, rows, size=(_RANDOM_PAIRS, 2))
    drawn.sort(axis=1)
    drawn = np.unique(drawn[bench.entity[drawn[:, 0]] != bench.entity[drawn[:, 1]]], axis=0)
    return _pairs(drawn)


def _add(into: dict[str, Floats], features: Sequence[Feature], scored: Scored, weight: Floats) -> None:
    for column, feature in enumerate(features):
        level = scored.levels[:, column]
        told = level >= 0
        into[feature.name] += np.bincount(level[told], weights=weight[told], minlength=len(feature.levels))


def _add_chance(counts: _Counts, bench: Bench, ties: Scored, false: Floats, random: Scored, chance: Floats) -> None:
    _add(counts.tied, bench.features, ties, false)
    _add(counts.random, bench.features, random, chance)
    counts.tables += 1
    here, there = _nothing(bench.features, 2)
    _add(here, bench.features, ties, false)
    _add(there, bench.features, random, chance)
    rows, everybody = len(bench.entity), bench.reference.population if bench.kind == "people" else bench.reference.organisations
    for feature in bench.features:
        told = there[feature.name].sum() / max(chance.sum(), 1)  # the share of pairs in which both have a value
        for at, level in enumerate(feature.levels):
            if not level.others or not told:
                continue
            if level.name in _COUNTED_ON_TIES and feature.name != "email":
                share = here[feature.name][at] / (rows * (rows - 1) / 2 * told)
            else:
                share = there[feature.name][at] / max(there[feature.name].sum(), 1)
            counts.others[feature.name][at] += share * everybody


def _weights(kind: str, counts: _Counts, start: Model, *, keep_tied: bool) -> dict[str, dict[str, Weight]]:
    weights: dict[str, dict[str, Weight]] = {}
    for feature in FEATURES[kind]:
        found: dict[str, Weight] = {}
        for at, level in enumerate(feature.levels):
            if level.bits is not None:
                continue
            before = start.weights[feature.name][level.name]
            group = [i for i, other in enumerate(feature.levels) if other.within == level.within and other.bits is None]
            true = counts.true[feature.name]
            m = _share(true, at, group) if true[group].sum() > 0 else before.m
            found[level.name] = Weight(_rounded(m), _rounded(_chance(counts, feature, level, at, group, before, keep_tied)))
        if found:
            weights[feature.name] = found
    return weights


def _chance(counts: _Counts, feature: Feature, level: Level, at: int, group: Sequence[int], before: Weight, keep_tied: bool) -> float:
    if level.within:
        # Without labels nobody can tell the members of a household from one person told several times.
        return before.u if keep_tied or counts.tied[feature.name][group].sum() == 0 else _share(counts.tied[feature.name], at, group)
    if level.others:
        found = float(counts.others[feature.name][at] / max(counts.tables, 1))
        return max(found, _FEWEST) if found > 0 else before.u
    random = counts.random[feature.name]
    return _share(random, at, group) if random[group].sum() > 0 else before.u


def _share(counts: Floats, at: int, group: Sequence[int]) -> float:
    return float((counts[at] + _UNSEEN) / (counts[list(group)].sum() + _UNSEEN * len(group)))


def _rounded(value: float) -> float:
    """Four digits: more than the counts bear, and a model file that people can read."""
    return float(f"{value:.4g}")
