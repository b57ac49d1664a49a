"""Rows that the policy does not allow (`eligible_when`): that and from when they were not, so that earlier versions are withdrawn.

Nothing of such a row is kept but its key, its as-of and a keyed digest, by which a row is known again when the policy has changed.
Like everything else the outcome depends on what was observed and not on the order: refusals are kept a node a key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphsvc.graph.driver import Tx
from graphsvc.loading.changes import Changes, LoadContext
from graphsvc.loading.compose import Properties


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not eligible. `event`: its table has no key, so that no other row can be a version of it."""

    key: str
    table: str
    as_of: str
    digest: str
    expires_at: str | None
    event: bool


class KeyRefusals:
    """The refusals of one key: those kept, those of this batch, and what they mean. Pure.

    `states` are the key's stored versions and `eligible` its rows in this batch, each with `sha256` and as-of texts. A digest that
    was refused and is eligible now (or the other way) tells that the policy has changed: what it says now counts.
    """

    def __init__(
        self,
        kept: Properties | None,
        given: Iterable[Refused],
        states: Iterable[tuple[str, Collection[str]]],
        eligible: Iterable[tuple[str, Collection[str]]],
        digest: Callable[[str], str],
    ) -> None:
        states, eligible, given = list(states), list(eligible), list(given)
        allowed = {digest(sha256) for sha256, _ in eligible}
        before = [one.split(" ") for one in (kept or {}).get("observed", [])]
        now = [(one.as_of, one.digest) for one in given]
        self.observed = {(as_of, one) for as_of, one in [*before, *now] if one not in allowed}
        refused = {one for _, one in self.observed}
        self.times = {as_of for as_of, _ in self.observed}
        self.times.update(*(times for sha256, times in states if digest(sha256) in refused))
        """As-of texts at which the key was not eligible."""
        latest = max((as_of for _, times in [*states, *eligible] for as_of in times), default="")
        self.stands = bool(self.times) and max(self.times) >= latest
        """Whether the newest observation of the key is a refusal: then nothing of it is in force or shown."""
        ends = [(kept or {}).get("expires_at"), *(one.expires_at for one in given)]
        self.expires_at = max((end for end in ends if end is not None), default=None)


class Refusals:
    """The refusals that one batch looks at and keeps."""

    def __init__(self, tx: Tx, changes: Changes, context: LoadContext, given: Sequence[Refused]) -> None:
        self._tx, self._changes, self._context = tx, changes, context
        self._given: dict[str, list[Refused]] = defaultdict(list)
        for one in given:
            self._given[one.key].append(one)
        self.keys = self._given.keys()
        self._kept: dict[str, Properties] = {}
        self._rows: list[dict[str, Any]] = []

    def look_up(self, keys: Sequence[str]) -> None:
        """Read what is kept of these keys; nothing is asked where no row of the source can have been refused."""
        if keys and (self._given or self._context.has_refusals):
            found = self._tx.run("loading/refusals_by_key", keys=keys)[0]["found"]
            self._kept = {one["id"]: one for one in found}

    def concern(self, key: str, known: Container[str]) -> bool:
        """Whether a row of the key was ever refused; of an event only if it was accepted before (`known`): nothing else can be of it."""
        given = self._given.get(key)
        return key in self._kept or (given is not None and (key in known or not given[0].event))

    def times(self, key: str, states: Sequence[tuple[str, Collection[str]]], eligible: Sequence[tuple[str, Collection[str]]]) -> set[str]:
        """The as-of texts at which the key was refused, with what is kept of it brought up to date."""
        kept, given = self._kept.get(key), self._given.get(key, [])
        found = KeyRefusals(kept, given, states, eligible, self._context.digest)
        after = self._node(key, kept, found)
        if after != kept:
            self._rows.append({"id": key, "p": after})
            self._changes.changed.append(key)
        return found.times

    def write(self) -> None:
        if self._rows:
            self._tx.run("loading/put_refusals", rows=self._rows)

    def _node(self, key: str, kept: Properties | None, found: KeyRefusals) -> Properties:
        seq = self._changes.seq
        node: Properties = {
            "source": self._context.source,
            "table": key.split("/", 3)[2],
            "load": self._context.load_id,
            "seq_from": seq,
            **(kept or {"seq_to": None if found.stands else seq}),
            "id": key,
            "observed": sorted(" ".join(pair) for pair in found.observed),
            "expires_at": found.expires_at,
        }
        if found.stands and node.get("seq_to") is not None:
            node.update(seq_history=[*(node.get("seq_history") or []), node["seq_from"], node["seq_to"]], seq_from=seq, seq_to=None)
        elif not found.stands and node.get("seq_to") is None:
            node["seq_to"] = seq
        return {name: value for name, value in node.items() if value is not None}
