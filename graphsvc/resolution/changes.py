"""Changes of decisions within a transaction. May import the graph."""

from __future__ import annotations

from collections.abc import Sequence

from graphsvc.graph.driver import Tx
from graphsvc.resolution.stored import TYPES


def changed(tx: Tx, query: str, ids: Sequence[str], seq: int) -> list[str]:
    """Retire or revive decisions by id, of both types; returns the ids of those that it changed."""
    done: list[str] = []
    for verdict, type in TYPES.items():
        its = [id for id in ids if id.startswith(f"{verdict}/")]
        done += [row["id"] for row in tx.run(query, {"type": type}, ids=its, seq=seq)] if its else []
    return done
