"""What joins the entities of chains, as Neo4j says it: links and same-as statements between pairs. May import the graph.

It says nothing yet of what they rest on; that is read for the hops that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from graphsvc.connections.engines.chain import Pair, Search
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.feed import SAME
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.topology.periods import UNKNOWN, interval
from graphsvc.graph.view import Inquiry, View

Held = list[tuple[int, int]]


class Join(NamedTuple):
    """A link or statement: Neo4j's number, id, type, whether it leads from the first entity to the second, records, and its days."""

    number: int
    id: str
    type: str
    forward: bool
    records: int
    held: tuple[int, int]

    @property
    def is_link(self) -> bool:
        return self.type not in SAME.values()


class Joined:
    """Links and statements by the pair of entities that they join, in either order; ids of the entities by number."""

    def __init__(self) -> None:
        self.ids: dict[int, str] = {}
        self._of: dict[Pair, list[Join]] = {}

    def read(self, graph: Graph, view: View, inquiry: Inquiry, asked: Search, pairs: Iterable[Pair]) -> None:
        """Ask for pairs that are not known yet. Links that did not hold at the time asked for are left out."""
        new = sorted({pair for pair in pairs if pair not in self._of})
        if not new:
            return
        events = load_ontology().events
        rows = graph.ask(view, inquiry, "paths/hops", pairs=[list(pair) for pair in new], events=events, **asked.parameters)
        if graph.earlier is not None:
            _put_back(graph, view, inquiry, asked, rows)
        for pair in new:
            self._of[pair] = self._of[pair[::-1]] = []
        for row in rows:
            self.ids.update({row["x"]: row["x_id"], row["y"]: row["y_id"]})
            found = [
                Join(n, id, type, forward, records, interval(since, until)) for n, id, type, forward, records, since, until in row["joined"]
            ]
            kept = [one for one in found if not one.is_link or fits(one.held, asked.during)]
            self._of[row["x"], row["y"]] = kept
            self._of[row["y"], row["x"]] = [one._replace(forward=not one.forward) for one in kept]

    def links(self, pair: Pair) -> list[Join]:
        """The links of a pair, the earliest first."""
        return [one for one in self._of.get(pair, []) if one.is_link]

    def statements(self, pair: Pair, type: str) -> list[Join]:
        """The statements of a type of a pair."""
        return [one for one in self._of.get(pair, []) if one.type == type]


def _put_back(graph: Graph, view: View, inquiry: Inquiry, asked: Search, rows: list[Row]) -> None:
    """Change what is told of links to what they said at the time as of which the graph is read."""
    given: dict[str, Any] = {"nodes": [], "own": 0, "searched": asked.searched, "crossing": asked.crossing}
    numbers = sorted({one[0] for row in rows for one in row["joined"]})
    (told,) = graph.ask(view, inquiry, "paths/evidence", links=numbers, **given)
    links = {one["number"]: one["link"] for one in told["links"]}
    events = load_ontology().events
    for row in rows:
        before = [one[5] for one in row["joined"]]
        for one in row["joined"]:
            if one[0] in links and one[2] not in SAME.values():
                one[4:] = _as_hop(links[one[0]], event=one[2] in events)
        if before != [one[5] for one in row["joined"]]:
            row["joined"].sort(key=lambda one: (one[2] not in SAME.values(), one[5] or "~", one[1]))


def _as_hop(link: dict[str, Any], *, event: bool) -> tuple[int, str, str]:
    """How many rows told a link, since and until when it held: as paths/hops.cypher works them out."""
    rows = {record.partition("@")[0] for record in link["records"]}
    at = str(link["at"]) if link.get("at") is not None else None
    since = link.get("at_min") or at or link.get("valid_from_min") or link.get("valid_from") or ""
    until = link.get("at_max") or at or link.get("valid_to_max") or link.get("valid_to")
    if until is None and event:
        until = link.get("valid_from_max") or link.get("valid_from")
    return min(len(rows), 9), since, until or ""


def fits(held: tuple[int, int], during: tuple[int, int] | None) -> bool:
    """Whether a link can have held at a time; one without a date may have."""
    return during is None or held == UNKNOWN or (held[0] <= during[1] and during[0] <= held[1])


def merged(days: Iterable[tuple[int, int]]) -> Held:
    """The days of links together: intervals, ascending and apart; none if those of one are not known."""
    whole: Held = []
    for begin, until in sorted(days):
        if (begin, until) == UNKNOWN:
            return []
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], until))
        else:
            whole.append((begin, until))
    return whole


def common(one: Held, two: Held) -> Held:
    """The days that two have in common."""
    return [(max(a, c), min(b, d)) for a, b in one for c, d in two if a <= d and c <= b]


def in_time(held: Iterable[Held]) -> str:
    """`overlapping` where all held on one same day, `sequential` where each can have held on the day of the one before, or later,
    `disjoint` where neither is so whatever is not known, `unknown` else.
    """
    known = list(held)
    dated = [days for days in known if days]
    since = UNKNOWN[0]
    forward = True
    for days in dated:
        after = [max(since, begin) for begin, until in days if until >= since]
        forward, since = forward and bool(after), min(after, default=since)
    together = dated[0] if dated else []
    for days in dated[1:]:
        together = common(together, days)
    if dated and not forward and not together:
        return "disjoint"
    if len(dated) < len(known) or not dated:
        return "unknown"
    return "overlapping" if together else "sequential"


def runs_forward(held: Iterable[Held]) -> bool:
    """Whether each can have held on the day of the one before, or later; what is not known may have."""
    since = UNKNOWN[0]
    for days in held:
        if days:
            after = [max(since, begin) for begin, until in days if until >= since]
            if not after:
                return False
            since = min(after)
    return True
