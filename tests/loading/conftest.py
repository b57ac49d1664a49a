"""Fixtures of loading: an empty graph with a home folder of its own, and sources made from text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from testbed import HEAD, POLICY, Bench

from graphsvc.graph.driver import Graph
from graphsvc.loading.specfile import LoadedSource, load_source


@pytest.fixture
def bench(graph: Graph, tmp_path: Path) -> Bench:
    return Bench(graph, tmp_path / "home")


@pytest.fixture(scope="module")
def module_bench(session_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One graph for all tests of a module, for what is dear to load."""
    session_graph.auto("admin/wipe")
    yield Bench(session_graph, tmp_path_factory.mktemp("module-home"))
    session_graph.auto("admin/wipe")


MakeSource = Callable[..., LoadedSource]


@pytest.fixture
def make_source(tmp_path: Path) -> MakeSource:
    """Writes a spec and a policy and reads them back as the product does."""

    def make(text: str, policy: str = POLICY) -> LoadedSource:
        folder = tmp_path / "loaders" / hashlib.sha256((text + policy).encode()).hexdigest()[:12]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "source.yaml").write_text(text, encoding="utf-8")
        (folder / "policy.yaml").write_text(HEAD + policy, encoding="utf-8")
        return load_source(folder)

    return make
