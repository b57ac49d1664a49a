"""What OpenRefine shows of an entity beside its list: entities by what they are called, and a small page of one.

May import the desk's types and connections. What sources wrote is escaped; the page runs nothing and links to nothing.
"""

from __future__ import annotations

import hashlib
import html
from string import Template
from typing import Any

from graphsvc.connections.find import describe, find
from graphsvc.errors import NotFound
from graphsvc.graph.content import content
from graphsvc.inquiry.desk import Reading, Result

_SUGGESTED = 10  # what a list under a field of text shows


def entities_question(r: Reading, prefix: str) -> dict[str, Any]:
    """`result`: the entities in view that fit a text best. Raises InputError for a text without letters and digits."""
    hits = find(r.graph, r.view, r.inquiry, prefix, limit=_SUGGESTED)
    return {"result": [{"id": hit.id, "name": hit.caption, "description": f"{hit.type_label}, {hit.source_title}"} for hit in hits]}


def preview_question(r: Reading, id: str) -> Result:
    """What one entity in view is called, with what tells it from its namesakes; the page is the file `page`. Raises NotFound."""
    found = r.graph.ask(r.view, r.inquiry, "read/entity", ids=[id])
    if not found:
        raise NotFound(f"No entity in view has the id {id!r}.")
    [hit] = describe(r.graph, r.view, r.inquiry, [(found[0]["entity"], 1.0)])
    told = {**hit.telling, "links": f"{hit.links:,}{' or more' if hit.links_more else ''}", "id": hit.id}
    linked = [f"<dt>{html.escape(one['link'])}</dt><dd>{html.escape(one['caption'])}</dd>" for one in hit.linked]
    page = Template((content("viz") / "preview.html").read_text(encoding="utf-8")).substitute(
        caption=html.escape(hit.caption),
        type=html.escape(hit.type_label),
        source=html.escape(hit.source_title),
        properties="\n".join([*(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in told.items()), *linked]),
    )
    data = page.encode("utf-8", "replace")
    return Result({"entity": hit.as_dict(), "page_sha256": hashlib.sha256(data).hexdigest()}, {"page": data})
