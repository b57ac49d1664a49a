"""What each hop of a path says, and on which records it rests. A hop without a record is an error, not a weaker answer.

Pure functions over rows of `cypher/paths/hops.cypher`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from graphsvc.connections import words
from graphsvc.connections.engines.chain import Chain
from graphsvc.connections.evidence import same_as_answer
from graphsvc.errors import IntegrityError
from graphsvc.graph.driver import Row
from graphsvc.graph.ontology import load_ontology

SAME = {"SAME_AS": "is the same as", "POSSIBLY_SAME": "is possibly the same as"}
MOST_ALSO = 50  # ids of parallel links that a hop lists; their number is always told
_MOST_SAME_RECORDS = 5  # rows of each end that a same-as hop shows; the statement's own evidence is what it rests on


def same_records(entity: dict[str, Any]) -> list[str]:
    """The records of an entity that a same-as hop shows."""
    return list(entity.get("records") or [])[:_MOST_SAME_RECORDS]


class Hops:
    """Hops between neighbours, from the rows, the entities' stored properties and the records in view."""

    def __init__(self, rows: list[Row], nodes: dict[str, dict[str, Any]], records: dict[str, dict[str, Any]]) -> None:
        self._rows = {(row["x"], row["y"]): row for row in rows}
        self._nodes = nodes
        self._records = records

    def path(self, chain: Chain) -> dict[str, Any]:
        """One path of the answer. Raises IntegrityError for a hop that can't show what it rests on."""
        hops = [self._hop(x, y) for x, y in pairwise(chain.nodes)]
        crossings = sum(hop["kind"] == "same_as" for hop in hops)
        return {
            "length": len(hops) - crossings,
            "crossings": crossings,
            "sources": sorted({self._nodes[node]["source"] for node in chain.nodes} | {h["source"] for h in hops if h["source"]}),
            "nodes": list(chain.nodes),
            "hops": hops,
        }

    def _hop(self, x: str, y: str) -> dict[str, Any]:
        row = self._rows.get((x, y))
        if row is None or not (row["same"] or row["first"]) or not {x, y} <= self._nodes.keys():
            raise IntegrityError(f"The hop from {x} to {y} can't be shown: what joins them is not in force any more.")
        return self._same_as(row, x, y) if row["same"] else self._link(row, x, y)

    def _caption(self, id: str) -> str:
        return str(self._nodes[id].get("caption") or id)

    def _same_as(self, row: Row, x: str, y: str) -> dict[str, Any]:
        statement = row["same"][0]
        decision = statement["link"]
        method = decision.get("method") or "method not given"
        return {
            **_common(statement, x, y, "same_as", statement["type"], SAME[statement["type"]]),
            "source": None,
            "sentence": f"{self._caption(x)} is stated to be {SAME[statement['type']].removeprefix('is ')} {self._caption(y)} ({method}).",
            "properties": {},
            "records": [r for end in (x, y) for r in same_records(self._nodes[end]) if r in self._records],
            "evidence": same_as_answer(decision),
            "method": decision.get("method"),
            "also": {"n": len(row["same"]) - 1, "ids": [s["link"]["id"] for s in row["same"][1 : MOST_ALSO + 1]]},
        }

    def _link(self, row: Row, x: str, y: str) -> dict[str, Any]:
        first, ontology = row["first"], load_ontology()
        link, declared = first["link"], ontology.links.get(first["type"])
        records = [r for r in link.get("records") or [] if r in self._records and self._records[r]["in_force"]]
        if not records:
            raise IntegrityError(
                f"The link {link['id']} shows no record in force.",
                hint="Load its source again; `graphsvc show` tells what it is linked to.",
            )
        ends = (x, y) if first["forward"] else (y, x)
        return {
            **_common(first, x, y, "link", first["type"], declared.label if declared else first["type"]),
            "source": link["source"],
            "sentence": words.sentence(ontology, first["type"], link, *(self._caption(end) for end in ends)),
            "properties": words.properties(declared.properties if declared else {}, link),
            "records": records,
            "evidence": None,
            "method": None,
            "also": {"n": row["total"] - 1, "ids": row["also"]},
        }


def _common(joined: dict[str, Any], x: str, y: str, kind: str, type: str, label: str) -> dict[str, Any]:
    link = joined["link"]
    return {
        "kind": kind,
        "id": link["id"],
        "type": type,
        "label": label,
        "from": x,
        "to": y,
        "forward": joined["forward"],
        "valid_from": link.get("valid_from"),
        "valid_to": link.get("valid_to"),
    }
