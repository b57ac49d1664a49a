"""The worlds that tests of questions use, on the real Neo4j."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

ALL = View(("register", "bills", "phones", "secret"))
OPEN = View(("register", "bills", "phones"))


@pytest.fixture
def world(graph: Graph, tmp_path: Path) -> World:
    return World(graph, tmp_path / "home")


@pytest.fixture
def inquiry() -> Inquiry:
    return Inquiry("test", "tester", "a test")
