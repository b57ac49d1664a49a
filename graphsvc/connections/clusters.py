"""The entities that are one thing at an identity level, within a view: what a question about "A" is about.

May import the graph. Worked out from the statements in view each time: what hangs together through a hidden statement does not hang
together here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphsvc.connections.asked import CROSSING
from graphsvc.connections.evidence import same_as_answer
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View

MOST_MEMBERS = 200  # of one thing; a cluster this large is a mistake of resolution, or an address of everybody's
_MOST_STATEMENTS = 100_000  # of one step outwards: every pair of 200 members makes 19,900


def crossing(identity: str) -> list[str]:
    """The types of statement that hold at an identity level. Raises InputError for one that there is not."""
    if identity not in CROSSING:
        raise InputError(f"There is no identity level {identity!r}.", hint=f"There are: {', '.join(CROSSING)}.")
    return CROSSING[identity]


def not_in_view(id: str) -> NotFound:
    """The error for an id that is unknown, withdrawn or hidden: the three can't be told apart."""
    return NotFound(f"No entity in view has the id {id!r}.", hint="`graphsvc find` gives the ids of entities by their name.")


class Clusters:
    """Clusters met so far. `key` gives each member its cluster's key (the least of its ids), `members` the ids of each in order;
    `cut`: one had more than MOST_MEMBERS.
    """

    def __init__(self, graph: Graph, view: View, inquiry: Inquiry, identity: str) -> None:
        self.graph, self.view, self.inquiry = graph, view, inquiry
        self._crossing = crossing(identity)
        self._steps: dict[str, list[Row]] = {}
        self.key: dict[str, str] = {}
        self.members: dict[str, list[str]] = {}
        self.cut = False

    def of(self, ids: Iterable[str]) -> list[str]:
        """The keys of the clusters that these entities belong to, sorted, each once."""
        asked = sorted(set(ids))
        self._grow([id for id in asked if id not in self.key])
        return sorted({self.key[id] for id in asked})

    def all_of(self, keys: Iterable[str]) -> list[str]:
        """The ids of all members of clusters."""
        return [id for key in keys for id in self.members[key]]

    def told(self, key: str) -> dict[str, Any]:
        """A cluster as answers carry it: `members`, and the statements that join them, as few as suffice."""
        return {"members": self.members[key], "same_as": [_statement(row) for row in self._steps[key]]}

    def _grow(self, ids: list[str]) -> None:
        part = {id: id for id in ids}
        size = dict.fromkeys(ids, 1)
        joined: list[Row] = []
        frontier = ids if self._crossing else []
        while frontier:
            rows = self.graph.ask(self.view, self.inquiry, "questions/same", ids=frontier, crossing=self._crossing, limit=_MOST_STATEMENTS)
            self.cut |= len(rows) == _MOST_STATEMENTS
            frontier = []
            for row in rows:
                a, new = _root(part, row["a"]), row["b"] not in part
                if new:
                    # One that is known already belongs to a cluster that was cut: it stays there.
                    if size[a] >= MOST_MEMBERS or row["b"] in self.key:
                        self.cut = True
                        continue
                    part[row["b"]], size[row["b"]] = row["b"], 1
                    frontier.append(row["b"])
                b = _root(part, row["b"])
                if a != b:
                    part[max(a, b)], size[min(a, b)] = min(a, b), size[a] + size[b]
                    joined.append(row)
        for id in sorted(part):
            key = _root(part, id)
            self.key[id] = key
            self.members.setdefault(key, []).append(id)
            self._steps.setdefault(key, [])
        for row in joined:
            self._steps[self.key[row["a"]]].append(row)


def _root(part: dict[str, str], id: str) -> str:
    while part[id] != id:
        part[id] = part[part[id]]
        id = part[id]
    return id


def _statement(row: Row) -> dict[str, Any]:
    return {
        "id": row["statement"]["id"],
        "type": row["type"],
        "from": row["a"],
        "to": row["b"],
        "method": row["statement"].get("method"),
        "evidence": same_as_answer(row["statement"]),
    }
