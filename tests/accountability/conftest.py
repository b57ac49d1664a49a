"""One graph and one deployment for the whole folder; a test that changes it takes a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.server import ManagedServer
from graphsvc.settings import Settings
from tests.accountability.deployment import Deployment, open_for_business, write_world


@pytest.fixture(scope="package")
def shared(session_graph: Graph, server_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The deployment that nobody may change but by questions."""
    server = ManagedServer(server_settings)
    running = server.running()
    assert running is not None
    folder = tmp_path_factory.mktemp("deployment")
    settings = Settings(home=folder / "home", neo4j_uri=running.uri, neo4j_user="neo4j", neo4j_password=server.password())
    session_graph.auto("admin/wipe")
    yield open_for_business(settings, write_world(session_graph, settings.home, folder))
    session_graph.auto("admin/wipe")


@pytest.fixture
def deployment(shared: Deployment, tmp_path: Path) -> Deployment:
    """One of the test's own, over the same graph."""
    return shared.copy(tmp_path / "home")
