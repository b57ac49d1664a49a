"""The search for things that several clusters are linked to, directly or through one middle.

May import the graph. Middles with many links are not crossed: what lies behind a formation agent's address is shared by everybody.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from graphsvc.connections.clusters import Clusters
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View

HUB_LINKS = 500  # in view; a path through a thing with more says little
MOST_EACH = 2_000  # links read of one entity of the list
MOST_MIDDLE_LINKS = 50_000  # read behind middles in all

Step = tuple[str, str, list[Row]]
"""From a cluster to another, by these links."""


@dataclass(frozen=True)
class Thing:
    """A shared thing: how each sharer reaches it (one or two steps), and how many links it has, up to one more than a hub's least."""

    key: str
    routes: dict[str, list[Step]]
    degree: int
    information: float


class Sharing:
    """`hubs` are the middles that were not crossed, `crossed` counts the others; `cut` says what is missing."""

    def __init__(
        self,
        graph: Graph,
        view: View,
        inquiry: Inquiry,
        clusters: Clusters,
        types: list[str] | None,
        narrowed: dict[str, Any],
        *,
        hub_links: int,
        most_each: int,
    ) -> None:
        self.graph, self.view, self.inquiry = graph, view, inquiry
        self._clusters, self._most_each = clusters, most_each
        self._wanted: dict[str, Any] = {"types": types, **narrowed}
        self.hub_links = hub_links
        self._near: dict[str, dict[str, list[Row]]] = {}
        self.hubs: list[str] = []
        self.crossed = 0
        self.cut: set[str] = set()

    def things(self, keys: Collection[str], hops: int, most_middle_links: int) -> list[Thing]:
        """Things that at least two of the clusters reach, best first."""
        self._read(keys, self._most_each)
        degrees: dict[str, int] = {}
        if hops == 2:
            degrees = self._cross(keys, most_middle_links)
        ways: dict[str, dict[str, dict[str, list[Step]]]] = {}  # thing, sharer, middle ('' for none)
        for key in keys:
            for other, rows in self._near[key].items():
                if other not in keys:
                    ways.setdefault(other, {}).setdefault(key, {})[""] = [(key, other, rows)]
                    for behind, further in self._near.get(other, {}).items():
                        if behind not in keys and behind != other:
                            route = [(key, other, rows), (other, behind, further)]
                            ways.setdefault(behind, {}).setdefault(key, {})[other] = route
        # What all of them reach through one same middle is that middle's, which they share already.
        shared = {
            key: by
            for key, by in ways.items()
            if len(by) > 1 and len({middle or sharer for sharer, middles in by.items() for middle in middles}) > 1
        }
        degrees |= self._degrees(key for key in shared if key not in degrees)
        return sorted((self._thing(key, by, degrees) for key, by in shared.items()), key=lambda t: (-len(t.routes), -t.information, t.key))

    def direct(self, keys: Collection[str]) -> list[Step]:
        """The links between the clusters of the list themselves."""
        steps = []
        for a, b in combinations(sorted(keys), 2):
            # From both sides: of a hub's links only some were read.
            rows = {row["link"]["id"]: row for row in [*self._near[a].get(b, ()), *self._near[b].get(a, ())]}
            if rows:
                steps.append((a, b, [rows[id] for id in sorted(rows)]))
        return steps

    def _thing(self, key: str, by: dict[str, dict[str, list[Step]]], degrees: dict[str, int]) -> Thing:
        routes, bits = {}, math.log2(max(1, degrees[key]))
        for sharer, middles in by.items():
            middle = min(middles, key=lambda m: (m != "", degrees.get(m, 0), m))
            routes[sharer] = middles[middle]
            bits += math.log2(max(1, degrees[middle])) if middle else 0.0
        return Thing(key, routes, degrees[key], -bits)

    def _cross(self, keys: Collection[str], most: int) -> dict[str, int]:
        """Read what lies behind the middles, those with the fewest links first."""
        degrees = self._degrees({other for key in keys for other in self._near[key]} - {*keys})
        crossed, left = [], most
        for key in sorted(degrees, key=lambda key: (degrees[key], key)):
            if degrees[key] > self.hub_links:
                self.hubs.append(key)
                self.cut.add("hubs")
            elif degrees[key] > left:
                self.cut.add("middles")
                break
            else:
                left -= degrees[key]
                crossed.append(key)
        self.crossed = len(crossed)
        self._read(crossed, self.hub_links)
        return degrees

    def _read(self, keys: Collection[str], each: int) -> None:
        ids = self._clusters.all_of(keys)
        rows = self.graph.ask(self.view, self.inquiry, "questions/near", ids=ids, each=each + 1, **self._wanted) if ids else []
        counts: dict[str, int] = {}
        kept = []
        for row in rows:
            counts[row["of"]] = counts.get(row["of"], 0) + 1
            if counts[row["of"]] <= each:
                kept.append(row)
            else:
                self.cut.add("links")
        self._clusters.of([row["other"] for row in kept])
        for key in keys:
            self._near[key] = {}
        for row in kept:
            key, other = (self._clusters.key[row[end]] for end in ("of", "other"))
            if key != other:
                self._near[key].setdefault(other, []).append(row)

    def _degrees(self, keys: Iterable[str]) -> dict[str, int]:
        """Links in view of clusters, counted up to one more than a hub's least."""
        wanted = sorted(keys)
        ids = self._clusters.all_of(wanted)
        rows = self.graph.ask(self.view, self.inquiry, "questions/degrees", ids=ids, most=self.hub_links) if ids else []
        links = {row["id"]: row["links"] for row in rows}
        return {key: min(self.hub_links + 1, sum(links.get(id, 0) for id in self._clusters.members[key])) for key in wanted}
