"""The interim rule: equal exact identifiers in two compartments are joined, until resolution decides with evidence.

The compartments may be of one source: a phone that a suspect and a witness have is one entity in each.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from graphsvc.graph.driver import Tx
from graphsvc.loading.changes import Changes
from graphsvc.loading.ids import digest

INTERIM = "interim-exact-identifier"


class InterimRule:
    """Writes and retires the rule's decisions within one transaction."""

    def __init__(self, tx: Tx, changes: Changes) -> None:
        self._tx, self._changes = tx, changes

    def drop(self, touched: Sequence[str]) -> None:
        """Retire interim decisions whose reason is gone; note on the others where their ends are now."""
        rows = self._tx.run("loading/interim_pairs", ids=list(touched))
        in_force = {row["p"]["id"]: row for row in rows if row["p"].get("seq_to") is None}
        gone = {i: row["p"] for i, row in in_force.items() if not row["holds"]}
        moved = {i: row for i, row in in_force.items() if row["holds"] and row["p"]["compartments"] != row["compartments"]}
        if moved:
            rows = [{"id": i, "p": {**row["p"], "compartments": row["compartments"]}} for i, row in sorted(moved.items())]
            self._tx.run("loading/replace_links", {"type": "SAME_AS"}, rows=rows)
            self._changes.changed += sorted(moved)
        if gone:
            rows = [{"id": i, "p": {**p, "seq_to": self._changes.seq}} for i, p in sorted(gone.items())]
            self._tx.run("loading/replace_links", {"type": "SAME_AS"}, rows=rows)
            self._changes.retired += sorted(gone)

    def join(self, identified: Sequence[dict[str, str]], fresh: Container[str] = ()) -> None:
        """Join the entities (`id`, `ident`, `compartment`) with those of other compartments that have an equal identifier.

        `fresh`: ids of entities that this transaction has made, for which no decision can be stored yet.
        """
        if not identified:
            return
        pairs: dict[str, dict[str, Any]] = {}
        for row in self._tx.run("loading/identical", rows=identified)[0]["found"]:
            (a, in_a), (b, in_b) = sorted([(row["a"], row["compartment_a"]), (row["b"], row["compartment_b"])])
            pair_id = f"same/{digest(a, b)}"
            evidence = f'{{"rule": "equal exact identifier", "type": "{row["type"]}"}}'
            pairs[pair_id] = {
                "a": a,
                "b": b,
                "p": {
                    "id": pair_id,
                    "decision": "same",
                    "method": INTERIM,
                    "evidence": evidence,
                    "decided_by": "graphsvc",
                    "compartments": [in_a, in_b],
                    "seq_from": self._changes.seq,
                },
            }
        if not pairs:
            return
        ask = [i for i, pair in pairs.items() if pair["a"] not in fresh and pair["b"] not in fresh]
        found = self._tx.run("loading/links_by_id", {"type": "SAME_AS"}, ids=ask)[0]["found"] if ask else []
        stored = {p["id"]: p for p in found}
        create = [pair for pair_id, pair in pairs.items() if pair_id not in stored]
        revive = [
            {"id": i, "p": {**pairs[i]["p"], "seq_history": [*(p.get("seq_history") or []), p["seq_from"], p["seq_to"]]}}
            for i, p in stored.items()
            if p.get("seq_to") is not None
        ]
        if create:
            self._tx.send("loading/create_links", groups=[{"type": "SAME_AS", "rows": create}])
        if revive:
            self._tx.send("loading/replace_links", {"type": "SAME_AS"}, rows=revive)
        self._changes.same_as += len(create) + len(revive)
        self._changes.added += [pair["p"]["id"] for pair in create] + [row["id"] for row in revive]
