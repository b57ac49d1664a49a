"""From import files to a database: made and started beside the deployment's own, checked, given its schema, and stopped again.

What is half-made is never where anybody could ask it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from graphsvc.errors import IntegrityError
from graphsvc.graph.driver import Graph
from graphsvc.graph.migrations import migrate
from graphsvc.graph.open import connect
from graphsvc.graph.schema import ensure_source_schema
from graphsvc.graph.server import ManagedServer
from graphsvc.loading.bulk.files import notes
from graphsvc.settings import Settings

# The least buffer that the tool itself takes by default; a line must fit into it.
_BUFFER_BYTES = 4 << 20
_NOTES_AT_ONCE = 1000


def import_files(server: ManagedServer, folder: Path, given: Sequence[dict[str, Any]], last_batch: int) -> None:
    """Have Neo4j's tool make a database of the files that processes wrote under `folder`, and of the number of the last batch."""
    (folder / "seq.csv").write_text(f":ID,id:string,value:long\nseq,seq,{last_batch}\n", encoding="utf-8")
    arguments = ["--id-type=string", "--array-delimiter=U+001F", "--bad-tolerance=0", "--nodes=Seq=seq.csv"]
    longest = max([0, *(one["longest"] for one in given)])
    arguments.append(f"--read-buffer-size={max(_BUFFER_BYTES, 8 * longest)}")
    groups = [group for one in given for group in one["groups"]]
    multiline = [_within(folder, group["file"]) for group in groups if group["multiline"]]
    if multiline:
        arguments += ["--multiline-fields-format=v2", f"--multiline-fields={','.join(multiline)}"]
    arguments += [
        f"--{group['kind']}={group['name']}={_within(folder, group['head'])},{_within(folder, group['file'])}" for group in groups
    ]
    server.import_full(arguments, folder=folder)


@contextmanager
def opened(server: ManagedServer, settings: Settings, *, nodes: int, links: int) -> Iterator[Graph]:
    """The new database, with as much in it as was written and its schema made; stopped afterwards.

    Raises IntegrityError when it holds anything else.
    """
    server.start()
    try:
        with connect(settings) as graph:
            counted = graph.run("admin/counts")[0]
            if (counted["nodes"], counted["links"]) != (nodes, links):
                made = f"{counted['nodes']:,} nodes and {counted['links']:,} links"
                raise IntegrityError(f"The import made {made} of {nodes:,} and {links:,} that were written.")
            migrate(graph)
            yield graph
    finally:
        server.stop()


def make_schema(graph: Graph, compartments: Sequence[str], search_properties: Iterable[str], link_types: Iterable[str]) -> None:
    ensure_source_schema(graph, *compartments, search_properties=search_properties, link_types=link_types)


def store_notes(graph: Graph, folders: Sequence[Path]) -> None:
    """Store what the import files could not tell."""
    for path in (path for folder in folders for path in notes(folder)):
        with path.open(encoding="utf-8") as file:
            while some := [json.loads(line) for line in islice(file, _NOTES_AT_ONCE)]:
                _store(graph, some)


def _store(graph: Graph, some: list[dict[str, Any]]) -> None:
    for link_type in sorted({one["link"] or "" for one in some}):
        rows = [{"id": one["id"], "records": [], "set": one["set"]} for one in some if (one["link"] or "") == link_type]
        if link_type:
            graph.run("loading/extend_links", fills={"type": link_type}, rows=rows)
        else:
            graph.run("loading/extend_entities", rows=rows)


def _within(folder: Path, path: str) -> str:
    """As the tool is told it, which stands in `folder`: no part of our own names is a sign to it."""
    return str(Path(path).relative_to(folder))
