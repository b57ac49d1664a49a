"""`graphsvc db hash`: one number for the whole graph. A thin door."""

from __future__ import annotations

import hashlib
from tempfile import TemporaryFile
from typing import Annotated

import typer

from graphsvc.cli.asking import office_of
from graphsvc.cli.progress import CommandProgress
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.open import open_graph
from graphsvc.loading.graph_hash import canonical_lines, graph_hash
from graphsvc.settings import Settings


def hash_command(
    source: Annotated[str | None, typer.Option("--source", help="Only this source's part of the graph.")] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Print what the hash is over instead: to compare two graphs.")] = False,
) -> None:
    """SHA-256 over what is in force: equal hashes mean equal graphs, however they were loaded."""
    settings = Settings()
    if not lines:
        with CommandProgress() as waiting, open_graph(settings, waiting) as graph:
            print(graph_hash(graph, load_ontology(), source))
        return
    # The lines are case data, past every view: an operator's act, written out only when its entry is.
    with (
        office_of(settings) as office,
        CommandProgress() as waiting,
        open_graph(settings, waiting) as graph,
        TemporaryFile("w+") as spool,
    ):

        def write() -> dict[str, str]:
            digest = hashlib.sha256()
            for line in canonical_lines(graph, load_ontology(), source):
                digest.update(f"{line}\n".encode())
                spool.write(f"{line}\n")
            return {"sha256": digest.hexdigest()}

        office.unrestricted("db.hash.lines", {"source": source}, write)
        spool.seek(0)
        for line in spool:
            print(line, end="")
