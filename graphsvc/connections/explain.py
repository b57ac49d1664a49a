"""What each hop of a path says, what it costs, and on which records it rests. A hop without a record is an error, not a weaker answer.

Pure functions over what was read of the graph.
"""

from __future__ import annotations

from typing import Any

from graphsvc.connections import words, worth
from graphsvc.connections.costs import HopCost
from graphsvc.connections.engines.chain import Chain
from graphsvc.connections.evidence import same_as_answer
from graphsvc.connections.joined import Join, in_time
from graphsvc.connections.route import Step
from graphsvc.errors import IntegrityError
from graphsvc.graph.ontology import load_ontology

SAME = {"SAME_AS": "is the same as", "POSSIBLY_SAME": "is possibly the same as"}
MOST_ALSO = 50  # ids of other links of a hop that are listed; their number is always told
MOST_SAME_RECORDS = 5  # rows of each end that a same-as hop shows; the statement's own evidence is what it rests on


class Told:
    """What was read for an answer: entities and links by Neo4j's numbers, records by id; ids of entities by number."""

    def __init__(self, ids: dict[int, str], row: dict[str, Any], records: dict[str, dict[str, Any]]) -> None:
        self.ids, self.records = ids, records
        self.entities: dict[int, dict[str, Any]] = {one["number"]: one["entity"] for one in row["entities"]}
        self._links: dict[int, dict[str, Any]] = {one["number"]: one["link"] for one in row["links"]}

    def path(self, chain: Chain, hops: list[HopCost], steps: list[Step]) -> dict[str, Any]:
        """One path of the answer. Raises IntegrityError for a hop that can't show what it rests on."""
        told = [self._hop(step, hops) for step in steps]
        nodes = [steps[0].x, *(step.y for step in steps)] if steps else []
        crossings = sum(hop["kind"] == "same_as" for hop in told)
        return {
            "length": len(told) - crossings,
            "crossings": crossings,
            "cost": worth.bits(sum(hop.total for hop in hops)),
            "time": in_time(hop.held for hop in hops),
            "sources": sorted({self.entities[node]["source"] for node in nodes} | {h["source"] for h in told if h["source"]}),
            "nodes": [self.ids[node] for node in nodes],
            "hops": told,
        }

    def _hop(self, step: Step, hops: list[HopCost]) -> dict[str, Any]:
        if step.shown.number not in self._links or not {step.x, step.y} <= self.entities.keys():
            x, y = (self.ids.get(node, "?") for node in (step.x, step.y))
            raise IntegrityError(f"The hop from {x} to {y} can't be shown: what joins them is not in force any more.")
        cost = {"cost": hops[step.hop].parts() if step.hop is not None else None}
        return (self._link(step) if step.shown.is_link else self._same_as(step)) | cost

    def caption(self, node: int) -> str:
        """What an entity is called."""
        return str(self.entities[node].get("caption") or self.ids[node])

    def _same_as(self, step: Step) -> dict[str, Any]:
        decision, type = self._links[step.shown.number], step.shown.type
        what = SAME[type].removeprefix("is ")
        method = decision.get("method") or "method not given"
        records = [r for end in (step.x, step.y) for r in list(self.entities[end].get("records") or [])[:MOST_SAME_RECORDS]]
        return {
            **self._common(step, decision, "same_as", SAME[type]),
            "source": None,
            "sentence": f"{self.caption(step.x)} is stated to be {what} {self.caption(step.y)} ({method}).",
            "properties": {},
            "records": [r for r in records if r in self.records],
            "evidence": same_as_answer(decision),
            "method": decision.get("method"),
            "also": _also(step.also),
        }

    def _link(self, step: Step) -> dict[str, Any]:
        link, ontology = self._links[step.shown.number], load_ontology()
        declared = ontology.links.get(step.shown.type)
        records = [r for r in link.get("records") or [] if r in self.records and self.records[r]["in_force"]]
        if not records:
            raise IntegrityError(
                f"The link {link['id']} shows no record in force.",
                hint="Load its source again; `graphsvc show` tells what it is linked to.",
            )
        ends = (step.x, step.y) if step.shown.forward else (step.y, step.x)
        return {
            **self._common(step, link, "link", declared.label if declared else step.shown.type),
            "source": link["source"],
            "sentence": words.sentence(ontology, step.shown.type, link, *(self.caption(end) for end in ends)),
            "properties": words.properties(declared.properties if declared else {}, link),
            "records": records,
            "evidence": None,
            "method": None,
            "also": _also(step.also),
        }

    def _common(self, step: Step, link: dict[str, Any], kind: str, label: str) -> dict[str, Any]:
        return {
            "kind": kind,
            "id": link["id"],
            "type": step.shown.type,
            "label": label,
            "from": self.ids[step.x],
            "to": self.ids[step.y],
            "forward": step.shown.forward,
            "valid_from": link.get("valid_from"),
            "valid_to": link.get("valid_to"),
        }


def _also(others: list[Join]) -> dict[str, Any]:
    return {"n": len(others), "ids": [other.id for other in others[:MOST_ALSO]]}
