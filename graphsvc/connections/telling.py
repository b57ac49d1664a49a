"""Links as answers tell them, each with the records that it rests on; and answers that no load has changed in between.

May import the graph. A link without a record in force is an error, not a weaker answer (law 3).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from graphsvc.connections import evidence, words
from graphsvc.connections.find import source_titles
from graphsvc.errors import Conflict, InputError, IntegrityError
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View

# What makes an answer: from the graph, for a view and an inquiry, with the titles of the sources in view.
Read = Callable[[Graph, View, Inquiry, dict[str, str]], dict[str, Any]]

_ATTEMPTS = 3  # a load may commit between two reads of one answer; then all are done again


def steady(graph: Graph, view: View, inquiry: Inquiry, read: Read) -> dict[str, Any]:
    """What `read` gives, with `seq`, of a graph that no load in view changed meanwhile.

    Raises Conflict when loads are faster, and what `read` raises.
    """
    for _ in range(_ATTEMPTS):
        titles, seq = source_titles(graph, view, inquiry)
        try:
            answer = read(graph, view, inquiry, titles)
        except IntegrityError:
            if source_titles(graph, view, inquiry)[1] == seq:
                raise
            continue
        if source_titles(graph, view, inquiry)[1] == seq:
            return {**answer, "seq": seq}
    raise Conflict("A load is changing the graph faster than the question can be answered.", hint="Ask again when it has ended.")


class Teller:
    """Tells links between entities, from their stored properties. `entities` and `records` are then what the answer carries."""

    def __init__(
        self,
        graph: Graph,
        view: View,
        inquiry: Inquiry,
        titles: dict[str, str],
        ids: Iterable[str],
        links: Iterable[dict[str, Any]],
    ) -> None:
        """`ids` of all entities that are told of, `links` (stored properties) of all links that are."""
        self._stored = evidence.entities(graph, view, inquiry, ids)
        wanted = {record for link in links for record in link.get("records") or []}
        self._records = evidence.records(graph, view, inquiry, wanted, titles)
        self._used: set[str] = set()
        self.entities = {id: evidence.entity_answer(entity, titles) for id, entity in sorted(self._stored.items())}

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        """The records that the links told so far rest on."""
        return {id: record for id, record in sorted(self._records.items()) if id in self._used}

    def link(self, type: str, stored: dict[str, Any], start: str, end: str) -> dict[str, Any]:
        """A link from its stored start to its end. Raises IntegrityError for one that shows no record in force."""
        records = [id for id in stored.get("records") or [] if id in self._records and self._records[id]["in_force"]]
        if not records or not {start, end} <= self._stored.keys():
            raise IntegrityError(
                f"The link {stored['id']} shows no record in force.",
                hint="Load its source again; `graphsvc show` tells what it is linked to.",
            )
        self._used.update(records)
        ontology = load_ontology()
        declared = ontology.links.get(type)
        return {
            "id": stored["id"],
            "source": stored["source"],
            "type": type,
            "label": declared.label if declared else type,
            "from": start,
            "to": end,
            "sentence": words.sentence(ontology, type, stored, *(str(self._stored[end].get("caption") or end) for end in (start, end))),
            "valid_from": stored.get("valid_from"),
            "valid_to": stored.get("valid_to"),
            "properties": words.properties(declared.properties if declared else {}, stored),
            "records": records,
        }


def within(name: str, value: int, least: int, most: int) -> int:
    """The value, if it is within its bounds. Raises InputError with both."""
    if not least <= value <= most:
        raise InputError(f"{name} is {value}; it can be {least} to {most}.")
    return value


def cut_told(cut: Collection[str], words: Mapping[str, str], texts: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says of what cut it: whether it is complete, by what, and that in sentences (`words` with `texts` in them)."""
    names = sorted(cut)
    return {"complete": not names, "cut_by": names, "cut_text": [words[name].format(**texts) for name in names]}
