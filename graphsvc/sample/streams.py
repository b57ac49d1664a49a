"""Randomness that can be repeated: one stream a purpose, each with a seed derived from the world's seed and its own name.

A later addition takes a stream of its own, so that the bytes of earlier files do not change. Only `Random.random()` is ever drawn: it is
the one method whose sequence Python promises to keep from version to version. May import the standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from math import gcd
from random import Random
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: spreads consecutive keys over the seeds


def derive(seed: int, *names: str) -> int:
    """A 64-bit seed for the stream of that name."""
    return int.from_bytes(sha256("/".join((str(seed), *names)).encode()).digest()[:8], "big")


def stream(seed: int, *names: str) -> Random:
    return Random(derive(seed, *names))


class Keyed:
    """Draws that depend on a key and not on the order of asking, so that a thing told twice is told alike without being stored."""

    __slots__ = ("_base", "_rng")

    def __init__(self, seed: int, *names: str) -> None:
        self._base = derive(seed, *names)
        self._rng = Random()

    def at(self, key: int) -> Random:
        """The stream of that key, from its start. One object serves all keys: draw what you need before asking for the next."""
        self._rng.seed((self._base + key * _GOLDEN) & _MASK)
        return self._rng


def below(rng: Random, n: int) -> int:
    """A whole number from 0 to n - 1."""
    return int(rng.random() * n)


def pick(rng: Random, items: Sequence[T]) -> T:
    return items[int(rng.random() * len(items))]


def chance(rng: Random, probability: float) -> bool:
    return rng.random() < probability


def words(text: str) -> list[str]:
    """A list written as one line of text."""
    return text.split()


class Scramble:
    """A permutation of 0..size-1 without a table: numbers and file orders that tell nothing about the order of generation."""

    __slots__ = ("_add", "_factor", "size")

    def __init__(self, size: int, seed: int, *names: str) -> None:
        self.size = size
        value = derive(seed, *names)
        self._add = value % size
        factor = int(size * 0.6180339887) + value % 97
        while gcd(factor, size) != 1:
            factor += 1
        self._factor = factor

    def __call__(self, i: int) -> int:
        return (i * self._factor + self._add) % self.size
