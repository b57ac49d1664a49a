"""One real Neo4j for the whole run, in a folder of its own; each test that asks for `graph` finds it migrated and empty."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from graphsvc.graph.driver import Graph
from graphsvc.graph.open import open_graph
from graphsvc.graph.server import ManagedServer
from graphsvc.settings import Settings

# Settings that a run may take from the caller: where the fetched jars are, and which Java. The rest would leak a developer's
# own deployment into the tests.
_KEPT = {"GRAPHSVC_CACHE", "GRAPHSVC_JAVA_HOME"}

# Servers that a test starts live for seconds: compiling their code a second time, harder, would cost more than it gains. The session's
# own serves for as long as all tests take, and is started without.
_BRIEF = "-XX:TieredStopAtLevel=1"
os.environ.setdefault("JAVA_TOOL_OPTIONS", _BRIEF)

_ACCOUNTABILITY = "tests/accountability/"

_WATCH = """
import sys
from pathlib import Path
from graphsvc.graph.server import ManagedServer
from graphsvc.settings import Settings
sys.stdin.read()
ManagedServer(Settings(home=Path(sys.argv[1]))).destroy()
"""


class _ByFile(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return _ACCOUNTABILITY if file.startswith(_ACCOUNTABILITY) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile:
    """Of several workers one runs all tests of a file, and one all of the accountability folder: they share a graph."""
    return _ByFile(config, log)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("GRAPHSVC_") and name not in _KEPT:
                patch.delenv(name)
        # Also no `.env` of the working folder's, and whatever a test starts without settings of its own lands here.
        patch.setitem(Settings.model_config, "env_file", None)
        patch.setenv("GRAPHSVC_HOME", str(tmp_path_factory.mktemp("stray-home")))
        yield


@pytest.fixture(scope="session")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server_settings(server_home: Path) -> Iterator[Settings]:
    """Settings of the session's own running Neo4j, small enough for two cores shared with the tests."""
    settings = Settings(home=server_home, db_heap_mb=1024, db_page_cache_mb=128, db_start_timeout_s=300)
    # Whatever ends this process, also kill -9, closes the pipe: then the watcher takes the server and its files away.
    watcher = subprocess.Popen([sys.executable, "-c", _WATCH, str(server_home)], stdin=subprocess.PIPE, start_new_session=True)
    try:
        with pytest.MonkeyPatch.context() as patch:
            if os.environ["JAVA_TOOL_OPTIONS"] == _BRIEF:
                patch.delenv("JAVA_TOOL_OPTIONS")
            ManagedServer(settings).start()
        yield settings
    finally:
        watcher.communicate()


@pytest.fixture(scope="session")
def session_graph(server_settings: Settings) -> Iterator[Graph]:
    with open_graph(server_settings) as graph:
        yield graph


@pytest.fixture
def settings(server_settings: Settings, tmp_path: Path) -> Settings:
    """The running Neo4j, with a home folder (keys, rejects files, ...) of the test's own."""
    server = ManagedServer(server_settings)
    running = server.running()
    assert running is not None
    return Settings(
        home=tmp_path / "home",
        neo4j_uri=running.uri,
        neo4j_user="neo4j",
        neo4j_password=server.password(),
        # Tests write what no load would; those of the topology build it themselves.
        keep_topology=False,
    )


@pytest.fixture
def graph(session_graph: Graph) -> Graph:
    """A connected, migrated graph with nothing in it."""
    session_graph.auto("admin/wipe")
    return session_graph
