"""Loading as the tests of this folder do it: a graph, a home folder and one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.graph_hash import canonical_lines, graph_hash
from graphsvc.loading.load import LoadResult, load
from graphsvc.loading.specfile import LoadedSource
from graphsvc.resolution import runs

# What every policy states besides its retention.
HEAD = "assessment: {none_needed: invented by a test}\nlegal_basis: none at all\nholders: [a test]\n"
POLICY = "retention:\n  unlimited: invented by a test\n"


@dataclass
class Bench:
    """A graph and a home folder (keys, rejects) that belong together."""

    graph: Graph
    home: Path

    def load(self, source: LoadedSource, paths: Sequence[Path], **options: Any) -> LoadResult:
        return load(self.graph, source, paths, home=self.home, **options)

    def join(self, kind: str = "things") -> None:
        """Resolution, by whoever sees everything."""
        compartments = tuple(row["c"] for row in self.ask("MATCH (n:Entity) RETURN DISTINCT n.compartment AS c ORDER BY c"))
        runs.run(self.graph, View(compartments, "resolve"), Inquiry("test", "stella", "a test"), kinds=[kind], everything=True)

    def hash(self) -> str:
        return graph_hash(self.graph, load_ontology())

    def lines(self) -> list[str]:
        return list(canonical_lines(self.graph, load_ontology()))

    def ask(self, text: str, **parameters: Any) -> list[dict[str, Any]]:
        return self.graph.statement(text, **parameters)

    def one(self, text: str, **parameters: Any) -> Any:
        """The only value of the only row."""
        (row,) = self.ask(text, **parameters)
        (value,) = row.values()
        return value

    def wipe(self) -> None:
        self.graph.auto("admin/wipe")
