"""What has changed in the graph between two batches, by the feed: which entities it touches. May import the graph.

Only what is in view is told, and what the feed can't tell (a change by hand) is told as that.
"""

from __future__ import annotations

from graphsvc.graph.driver import Graph
from graphsvc.graph.feed import SAME, sorted_out
from graphsvc.graph.view import Inquiry, View

_AT_ONCE = 10_000


def touched(graph: Graph, view: View, inquiry: Inquiry, after: int, until: int) -> set[str] | None:
    """Entities that came or went after the batch `after` and until `until`, or whose links or statements of identity in view did; None
    where the feed can't tell.
    """
    came: set[str] = set()
    also: set[str] = set()
    for batch in graph.stream("communities/feed", after=after, until=until):
        if batch["by_hand"]:
            return None
        came.update(batch["came"])
        also.update(batch["changed"])
    entities, links = sorted_out(came)
    # An entity that was told anew stayed where it was; a link that another record tells weighs more.
    for type, ids in sorted_out(also)[1].items():
        links.setdefault(type, []).extend(ids)
    found = set(entities)
    for type, ids in links.items():
        if type != SAME["possible"]:
            found |= _ends(graph, view, inquiry, type, sorted(set(ids)))
    return found


def _ends(graph: Graph, view: View, inquiry: Inquiry, type: str, ids: list[str]) -> set[str]:
    found: set[str] = set()
    for begin in range(0, len(ids), _AT_ONCE):
        rows = graph.ask(view, inquiry, "communities/ends", fills={"type": type}, ids=ids[begin : begin + _AT_ONCE])
        found.update(row["id"] for row in rows)
    return found
