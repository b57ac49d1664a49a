"""What resolution says of two entities, and why: the values that travel. Frozen; read one by one out of compact arrays.

Pure; imports features and clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graphsvc.resolution.clusters import Contradiction
from graphsvc.resolution.corroboration import DECISIVE
from graphsvc.resolution.features import Feature
from graphsvc.resolution.model import Model

Verdict = Literal["same", "possible"]
BITS_KEPT = 4  # digits of bits after the point, wherever a decision is kept or compared with one that was


@dataclass(frozen=True)
class Comparison:
    """One comparison: which level was found, what it weighs in bits, and the values compared, as told."""

    name: str
    level: str
    bits: float
    a: str
    b: str


@dataclass(frozen=True)
class Decision:
    """Two entities, `a` < `b` by id. `bits` is the sum of the comparisons' bits, the first of which is that of two people at random."""

    a: str
    b: str
    verdict: Verdict
    score: float
    """Probability, by the model, that they are the same: 1 / (1 + 2^-bits)."""
    bits: float
    comparisons: tuple[Comparison, ...]
    corroborated_by: tuple[str, ...]
    """What agrees besides the name; never empty for `same`."""
    name_share: float | None
    """The share of people (organisations) who bear the name, by the reference table; None where no name agrees."""
    model: str
    contradicted: bool = False
    """Held back by a contradiction, which is listed: without it, the verdict would be `same`."""


def is_decisive(decision: Decision) -> bool:
    """Whether an identifier is equal, which decides whatever the score."""
    return any((comparison.name, comparison.level) in DECISIVE for comparison in decision.comparisons)


@dataclass(frozen=True)
class Found:
    """Decided pairs as arrays, one entry a pair, sorted by the ids of the two."""

    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]
    bits: npt.NDArray[np.float64]
    same: npt.NDArray[np.bool_]
    contradicted: npt.NDArray[np.bool_]
    levels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float64]
    corroborated: npt.NDArray[np.bool_]
    """A column for each feature."""
    decisive: npt.NDArray[np.bool_]
    """The same whatever the score: an identifier is equal."""
    name_share: npt.NDArray[np.float64]
    """NaN where no name agrees."""


class Decisions(Sequence[Decision]):
    """The decisions, each made when it is looked at: a million of them fit into memory as arrays and not as objects."""

    def __init__(self, found: Found, table: pa.Table, features: tuple[Feature, ...], model: Model, prior_bits: float) -> None:
        self.found = found
        self.table = table
        self._ids: list[str] = table["id"].to_pylist()
        self._features = features
        self.model = model
        self._name = model.name
        self._prior = prior_bits
        self._shows = sorted({feature.shows for feature in features})

    def __len__(self) -> int:
        return len(self.found.a)

    @overload
    def __getitem__(self, index: int) -> Decision: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Decision]: ...
    def __getitem__(self, index: int | slice) -> Decision | Sequence[Decision]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        start = index % len(self)
        return next(self._made(start, start + 1))

    def __iter__(self) -> Iterator[Decision]:
        """In order, made in batches."""
        size = 10_000
        for start in range(0, len(self), size):
            yield from self._made(start, min(start + size, len(self)))

    def pairs(self, verdict: Verdict = "same") -> list[tuple[str, str]]:
        """The ids of the pairs with this verdict, without making decisions of them."""
        wanted = self.found.same if verdict == "same" else ~self.found.same
        return [(self._ids[a], self._ids[b]) for a, b in zip(self.found.a[wanted].tolist(), self.found.b[wanted].tolist(), strict=True)]

    def with_found(self, found: Found) -> Decisions:
        """The same table and model, decided otherwise."""
        return Decisions(found, self.table, self._features, self.model, self._prior)

    def _made(self, start: int, stop: int) -> Iterator[Decision]:
        found, part = self.found, slice(start, stop)
        entities = np.unique(np.concatenate([found.a[part], found.b[part]]))
        taken = self.table.select(self._shows).take(pa.array(entities))
        told = {name: dict(zip(entities.tolist(), map(_told, taken[name].to_pylist()), strict=True)) for name in self._shows}
        columns = (found.a, found.b, found.bits, found.same, found.contradicted, found.levels, found.weights, found.corroborated)
        rows = zip(*(column[part].tolist() for column in columns), found.name_share[part].tolist(), strict=True)
        for a, b, bits, same, contradicted, levels, weights, corroborated, share in rows:
            yield Decision(
                a=self._ids[a],
                b=self._ids[b],
                verdict="same" if same else "possible",
                score=1 / (1 + 2 ** -max(bits, -1000.0)),
                bits=bits,
                comparisons=tuple(self._comparisons(a, b, levels, weights, told)),
                corroborated_by=tuple(f.name for f, agrees in zip(self._features, corroborated, strict=True) if agrees),
                name_share=None if isnan(share) else share,
                model=self._name,
                contradicted=contradicted,
            )

    def _comparisons(self, a: int, b: int, levels: list[int], weights: list[float], told: _Told) -> Iterator[Comparison]:
        yield Comparison("chance", "two_at_random", self._prior, "", "")
        for feature, at, weight in zip(self._features, levels, weights, strict=True):
            if at < 0:
                continue
            level = feature.levels[at]
            if level.bits == 0.0:
                continue
            shown = told[feature.shows]
            yield Comparison(feature.name, level.name, weight, *_both(shown[a], shown[b]))


_Texts = str | list[str]
_Told = Mapping[str, Mapping[int, _Texts]]
"""By column and entity the values as people read them."""


def _told(value: Any) -> _Texts:
    return [_text(one) for one in value] if isinstance(value, list) else str(value or "")


def _both(a: _Texts, b: _Texts) -> tuple[str, str]:
    """The values of two: of lists, what both have if they have something in common, else all of it."""
    if isinstance(a, str) or isinstance(b, str):
        return (a if isinstance(a, str) else "; ".join(a)), (b if isinstance(b, str) else "; ".join(b))
    common = "; ".join([value for value in a if value in b])
    return (common, common) if common else ("; ".join(a), "; ".join(b))


def _text(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    if value["text"]:
        return str(value["text"])
    street = " ".join(filter(None, (value["street"], value["house"])))
    return ", ".join(filter(None, (street, " ".join(filter(None, (value["postcode"], value["city"]))), value["country"])))


@dataclass(frozen=True)
class Resolution:
    """What was decided: pairs sorted by their ids, and what kept pairs apart, in the order in which it did.

    `held_earlier`: of the pairs that were given as known from an earlier run, those that a contradiction holds back now.
    """

    decisions: Decisions
    contradictions: tuple[Contradiction, ...]
    held_earlier: frozenset[tuple[str, str]] = frozenset()
