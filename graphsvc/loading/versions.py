"""Which version of a record is in force: a function of everything observed, so that the order of loading does not matter. Pure.

An observation is (as-of, SHA-256 of the row). A full load observes absence: at its as-of, every key that it does not hold is gone.
Of a row that was not eligible only the as-of counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


def winner(observed: Mapping[str, Iterable[str]], full_loads: Iterable[str] = (), refused: Collection[str] = ()) -> str | None:
    """The SHA-256 of the version in force, or None when the key is gone or withdrawn.

    `observed` maps each version's SHA-256 to the as-of texts at which it was seen (ISO, comparable as text); `full_loads` are the
    as-of texts of full loads of the key's table. The latest as-of counts; of several versions there, the smallest SHA-256. A
    presence outweighs an absence at the same as-of, since a full load may come in several runs. `refused` are the as-of texts at
    which the key's row was not eligible: as long as none is later, the key is withdrawn, also at an equal one.
    """
    if not observed:
        return None
    latest = max(as_of for times in (*observed.values(), refused) for as_of in times)
    if latest in refused or any(full > latest for full in full_loads):
        return None
    return min(sha for sha, times in observed.items() if latest in times)


def ordinals(observed: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Version numbers from 1, by first as-of and then SHA-256."""
    order = sorted(observed, key=lambda sha: (min(observed[sha]), sha))
    return {sha: number for number, sha in enumerate(order, start=1)}
