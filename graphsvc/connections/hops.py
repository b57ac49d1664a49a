"""The hops of paths that a question has chosen itself, told as path answers tell theirs, each with what it rests on.

May import the graph. A hop that can't show its records is an error (law 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from graphsvc.connections.evidence import same_as_answer
from graphsvc.connections.telling import Teller
from graphsvc.errors import IntegrityError
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View

_SAME = {"SAME_AS": "the same as", "POSSIBLY_SAME": "possibly the same as"}
_MOST = 51  # links read between two: one is told, fifty more are named


class JoinedPaths:
    """Paths as chains of entity ids; `teller` has their entities and records once they are told."""

    def __init__(
        self,
        graph: Graph,
        view: View,
        inquiry: Inquiry,
        titles: dict[str, str],
        chains: Sequence[Sequence[str]],
        also: Iterable[str],
        **narrowed: Any,
    ) -> None:
        """`also`: ids of entities that are told besides. `narrowed`: crossing, types and searched, as the search had them."""
        pairs = sorted({pair for chain in chains for pair in pairwise(chain)})
        listed = [list(pair) for pair in pairs]
        rows = graph.ask(view, inquiry, "questions/joined", pairs=listed, most=_MOST, **narrowed) if pairs else []
        self._rows = {(row["x"], row["y"]): row for row in rows}
        links = [row["links"][0]["link"] for row in rows if row["links"]]
        ids = {*also, *(node for chain in chains for node in chain)}
        same = {end for row in rows if row["same"] for end in (row["x"], row["y"])}
        self.teller = Teller(graph, view, inquiry, titles, ids, links, same)

    def path(self, chain: Sequence[str]) -> dict[str, Any]:
        """One path. Raises IntegrityError for a hop that can't show what it rests on."""
        hops = [self._hop(x, y) for x, y in pairwise(chain)]
        crossings = sum(hop["kind"] == "same_as" for hop in hops)
        sources = {self.teller.entities[node]["source"] for node in chain} | {hop["source"] for hop in hops if hop["source"]}
        return {
            "length": len(hops) - crossings,
            "crossings": crossings,
            "sources": sorted(sources),
            "nodes": list(chain),
            "hops": hops,
        }

    def _hop(self, x: str, y: str) -> dict[str, Any]:
        row = self._rows.get((x, y))
        if row is None or not (row["same"] or row["links"]):
            raise IntegrityError(f"The hop from {x} to {y} can't be shown: what joins them is not in force any more.")
        return self._same(row, x, y) if row["same"] else self._link(row, x, y)

    def _same(self, row: Row, x: str, y: str) -> dict[str, Any]:
        first, *others = row["same"]
        words, method = _SAME[first["type"]], first["statement"].get("method")
        captions = [self.teller.entities[end]["caption"] for end in (x, y)]
        return {
            "kind": "same_as",
            "id": first["statement"]["id"],
            "type": first["type"],
            "label": f"is {words}",
            "from": x,
            "to": y,
            "forward": first["forward"],
            "valid_from": None,
            "valid_to": None,
            "source": None,
            "sentence": f"{captions[0]} is stated to be {words} {captions[1]} ({method or 'method not given'}).",
            "properties": {},
            "records": [record for end in (x, y) for record in self.teller.rows(end)],
            "evidence": same_as_answer(first["statement"]),
            "method": method,
            "also": {"n": len(others), "ids": [one["statement"]["id"] for one in others]},
        }

    def _link(self, row: Row, x: str, y: str) -> dict[str, Any]:
        first, *others = row["links"]
        told = self.teller.link(first["type"], first["link"], *((x, y) if first["forward"] else (y, x)))
        return {
            **told,
            "kind": "link",
            "from": x,
            "to": y,
            "forward": first["forward"],
            "evidence": None,
            "method": None,
            "also": {"n": row["total"] - 1, "ids": [one["link"]["id"] for one in others]},
        }
