"""What agrees besides the name: without it no two are the same, whatever their score. Pure; imports the features."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphsvc.resolution.features import FEATURES

DECISIVE = {(feature.name, level.name) for kind in FEATURES.values() for feature in kind for level in feature.levels if level.decisive}
"""Comparisons and their levels that make two the same whatever the score."""
_NAMES = {"people": ("family_name", "given_name", "second_name"), "organisations": ("name", "form")}


def corroborating(kind: str, levels: npt.NDArray[np.int8], bits: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which features corroborate, for each pair: by themselves, or two that support each other.

    What weighs against by the model corroborates nothing: "the same town" is, where true pairs share more than the town.
    """
    features = FEATURES[kind]
    alone = np.zeros(levels.shape, dtype=bool)
    supports = np.zeros(levels.shape, dtype=bool)
    for column, feature in enumerate(features):
        for at, level in enumerate(feature.levels):
            if level.corroborates:
                alone[:, column] |= levels[:, column] == at
            elif level.supports:
                supports[:, column] |= levels[:, column] == at
    alone &= bits > 0
    supports &= bits > 0
    together = supports.sum(axis=1, keepdims=True) >= 2
    # A second given name is part of the name: it supports, but a pair that only names support is a pair by name.
    beyond = [column for column, feature in enumerate(features) if feature.name not in _NAMES[kind]]
    besides_name = supports[:, beyond].any(axis=1, keepdims=True)
    return np.asarray(alone | (supports & together & besides_name))


def decisive(kind: str, levels: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Which pairs are the same whatever their score."""
    found = np.zeros(len(levels), dtype=bool)
    for column, feature in enumerate(FEATURES[kind]):
        for at, level in enumerate(feature.levels):
            if (feature.name, level.name) in DECISIVE:
                found |= levels[:, column] == at
    return found
