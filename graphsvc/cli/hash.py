"""`graphsvc db hash`: one number for the whole graph. A thin door."""

from __future__ import annotations

from typing import Annotated

import typer

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
    with CommandProgress() as waiting, open_graph(Settings(), waiting) as graph:
        if lines:
            for line in canonical_lines(graph, load_ontology(), source):
                print(line)
        else:
            print(graph_hash(graph, load_ontology(), source))
