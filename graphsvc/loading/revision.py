"""The versions of one record key: which are new, which go out of force, which come back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from graphsvc.loading.prepare import PreparedRow
from graphsvc.loading.versions import ordinals, winner


def added_by(times: Sequence[str], before: Sequence[str], seqs: Sequence[int] | None, seq: int) -> list[int]:
    """What a record keeps as `as_of_seq`, so that an earlier answer can be repeated: for each of its as-of dates the batch that added it,
    0 for those that it began with. `before` are the dates that it had, `seqs` theirs; None as long as none was added.
    """
    known = dict(zip(before, seqs or [0] * len(before), strict=True))
    return [known.get(time, seq) for time in times]


class Revision:
    """The versions of one key, stored and newly given, and which of them is in force from now on. Pure."""

    def __init__(
        self, states: list[dict[str, Any]], given: list[PreparedRow], full_loads: Sequence[str], refused: Collection[str] = ()
    ) -> None:
        self.states, self.given = states, given
        # Of equal rows the one with the latest as-of: it says until when the row is kept.
        self._rows = {row.sha256: row for row in sorted(reversed(given), key=lambda row: row.as_of)}
        self._observed: dict[str, set[str]] = {state["sha256"]: set(state["as_of"]) for state in states}
        for row in given:
            self._observed.setdefault(row.sha256, set()).add(row.as_of)
        self.numbers = ordinals(self._observed)
        self.winner = winner(self._observed, full_loads, refused)

    def times(self, sha256: str) -> list[str]:
        return sorted(self._observed[sha256])

    def new_rows(self) -> list[PreparedRow]:
        """One row for each version that is not stored yet."""
        stored = {state["sha256"] for state in self.states}
        return [row for sha, row in self._rows.items() if sha not in stored]

    def row_of(self, state: dict[str, Any]) -> PreparedRow | None:
        return self._rows.get(state["sha256"])

    def turns(self, state: dict[str, Any]) -> bool:
        """Whether a stored version goes out of force, or comes back."""
        return (state["seq_to"] is None) is not (state["sha256"] == self.winner)

    def speaks_anew(self, state: dict[str, Any], spec_sha256: str) -> bool:
        """Whether a stored row was given again under another spec: what it asserts may differ now."""
        return state["sha256"] in self._rows and bool(state["spec"] != spec_sha256)
