"""The questions of people as both doors ask them: a reading (graph, view, inquiry) and what was typed, to a JSON-ready answer.

May import the desk's types and the parts beside it. Both doors call these, so that an answer and its hash are the same at either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphsvc.connections.find import find, resolve
from graphsvc.connections.paths import find_paths
from graphsvc.connections.pointers import pointers
from graphsvc.connections.show import show
from graphsvc.export.html import path_page
from graphsvc.inquiry.desk import Reading, Result


def find_question(r: Reading, text: str, *, type: str | None, limit: int) -> dict[str, Any]:
    """`hits` that fit the text, best first, at most `limit`; `pointers`: sources that only say that they have a record of that name."""
    hits = [hit.as_dict() for hit in find(r.graph, r.view, r.inquiry, text, type=type, limit=limit)]
    pointed = pointers(r.graph, r.permissions.view("pointer"), r.inquiry, text, r.contacts)
    return {"hits": hits, "limit": limit, "pointers": pointed}


def show_question(r: Reading, entity: str, *, limit: int) -> dict[str, Any]:
    """What the sources say of the entity that an id or a name stands for."""
    return show(r.graph, r.view, r.inquiry, resolve(r.graph, r.view, r.inquiry, entity), limit=limit)


def path_question(
    r: Reading,
    a: str,
    b: str,
    *,
    max_hops: int,
    k: int,
    types: Sequence[str] | None,
    sources: Sequence[str] | None,
    timeout_s: float,
    page: bool = False,
) -> dict[str, Any] | Result:
    """How the two that ids or names stand for are connected; with `page`, the drawn page as the file `html` as well."""
    ends = [resolve(r.graph, r.view, r.inquiry, end) for end in (a, b)]
    answer = find_paths(r.graph, r.view, r.inquiry, *ends, max_hops=max_hops, k=k, types=types, sources=sources, timeout_s=timeout_s)
    return Result(answer, {"html": path_page(answer).encode()}) if page else answer
