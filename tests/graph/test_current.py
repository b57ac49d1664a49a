"""The second profile of the managed server: what graphsvc asks of Neo4j and GDS, asked once of the current release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphsvc.connections.paths import find_paths
from graphsvc.errors import Conflict
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.open import open_graph
from graphsvc.graph.profiles import CURRENT, LTS, profile_of
from graphsvc.graph.server import ManagedServer
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.graph_hash import graph_hash
from graphsvc.loading.load import load
from graphsvc.loading.specfile import find_source, load_source
from graphsvc.sample import generate
from graphsvc.settings import Settings
from tests.communities.groups import Groups, found, run
from tests.connections.world import World

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A deployment with a server of its own, which ends with the tests of this file."""
    home = tmp_path_factory.mktemp("current")
    settings = Settings(home=home, db_profile="current", db_heap_mb=1024, db_page_cache_mb=128, db_start_timeout_s=300, keep_topology=False)
    try:
        yield settings
    finally:
        ManagedServer(settings).destroy()


@pytest.fixture(scope="module")
def current(settings: Settings) -> Iterator[Graph]:
    with open_graph(settings) as graph:
        yield graph


@pytest.fixture
def graph(current: Graph) -> Graph:
    current.auto("admin/wipe")
    return current


def test_it_is_the_current_release_with_its_gds_and_the_whole_schema(current: Graph, settings: Settings) -> None:
    running = ManagedServer(settings).running()
    assert running is not None and (running.neo4j, running.gds) == (CURRENT.neo4j, CURRENT.gds)
    assert current.look("RETURN gds.version() AS gds")[0]["gds"] == CURRENT.gds


def test_a_load_gives_the_graph_that_it_gives_on_the_other_profile(graph: Graph, session_graph: Graph, tmp_path: Path) -> None:
    generate(100, 1, tmp_path / "sample")
    hashes = []
    session_graph.auto("admin/wipe")
    for one in (graph, session_graph):
        for name in ("company_register", "case_files"):
            source = load_source(find_source(name, None))
            for _ in range(2):
                result = load(one, source, sorted((tmp_path / "sample" / name).iterdir()), home=tmp_path / "home")
            assert result.report.unchanged == result.report.accepted > 0
        hashes.append(graph_hash(one, load_ontology()))
    assert hashes[0] == hashes[1]


def test_a_path_is_found_with_its_records(graph: Graph, tmp_path: Path) -> None:
    World(graph, tmp_path / "home").mystery()
    view, inquiry = View(("bills", "phones", "register"), "paths"), Inquiry("test", "tester", "a test")
    answer = find_paths(graph, view, inquiry, "register/person/ada", "phones/person/bo")
    assert answer["paths"] and all(hop["records"] for path in answer["paths"] for hop in path["hops"] if hop["type"] != "SAME_AS")


def test_communities_are_found(graph: Graph, tmp_path: Path) -> None:
    groups = Groups(World(graph, tmp_path / "home"))
    x, y = groups.group("x", 5), groups.group("y", 5)
    told = run(graph)
    assert told["status"] == "finished" and sorted(map(sorted, found(graph, told["id"]).values())) == sorted(map(sorted, (x, y)))


def test_a_database_of_another_series_is_not_touched() -> None:
    lts, current = Settings(db_profile="lts"), Settings(db_profile="current")
    assert profile_of(lts, None) == LTS and profile_of(current, "2026.01.1") == CURRENT
    for settings, stored in ((current, LTS.neo4j), (lts, CURRENT.neo4j)):
        with pytest.raises(Conflict, match="GRAPHSVC_DB_PROFILE"):
            profile_of(settings, stored)
