"""Groups of people on the real Neo4j."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.graph.driver import Graph
from tests.communities.groups import Groups
from tests.connections.world import World


@pytest.fixture
def groups(graph: Graph, tmp_path: Path) -> Groups:
    return Groups(World(graph, tmp_path / "home"))
