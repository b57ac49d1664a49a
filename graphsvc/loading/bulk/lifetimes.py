"""In which batches a thing was in force, by those of what it rests on. Pure; imports nothing of graphsvc.

A life is the numbers of the batches at which a thing came into force and went, in turn: `(3,)` came with batch 3 and is in force,
`(3, 7)` was retired by batch 7, `(3, 3)` was never in force.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

Life = tuple[int, ...]


def in_force(life: Life) -> bool:
    """Whether the thing is in force after all batches."""
    return len(life) % 2 == 1


def alive_at(life: Life, batch: int) -> bool:
    """Whether it was in force once batch number `batch` was written."""
    return sum(turn <= batch for turn in life) % 2 == 1


def joined(lives: Collection[Life]) -> Life:
    """The life of what is in force as long as anything of these is, and was made with the first of them."""
    if len(lives) == 1:
        return next(iter(lives))
    if all(len(life) == 1 for life in lives):
        return min(lives)
    return of_states([(batch, any(alive_at(life, batch) for life in lives)) for batch in sorted({turn for life in lives for turn in life})])


def of_states(states: Sequence[tuple[int, bool]]) -> Life:
    """The life of what was (not) in force after each of these batches, given in order; it was made with the first."""
    life: list[int] = []
    for batch, alive in states:
        if not life:
            life = [batch] if alive else [batch, batch]
        elif alive is not (len(life) % 2 == 1):
            life.append(batch)
    return tuple(life)


def stored(life: Life) -> dict[str, Any]:
    """The properties that keep a life: `seq_from`, `seq_to`, `seq_history`."""
    last = (len(life) - 1) // 2 * 2
    kept: dict[str, Any] = {"seq_from": life[last]}
    if not in_force(life):
        kept["seq_to"] = life[-1]
    if last:
        kept["seq_history"] = list(life[:last])
    return kept


def retirements(life: Life) -> int:
    """How often it went out of force after it had been in it."""
    return sum(begun < ended for begun, ended in zip(life[::2], life[1::2], strict=False))
