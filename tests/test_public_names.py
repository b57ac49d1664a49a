"""What other parts and other people's programs may rely on: a name that comes or goes is a decision, and changes this list."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from graphsvc.api import create_app
from graphsvc.cli import app
from graphsvc.graph.driver import Graph
from graphsvc.settings import Settings

MODULES = {
    "graphsvc.api": {"create_app"},
    "graphsvc.connections.find": {"Hit", "describe", "find", "resolve", "source_titles"},
    "graphsvc.connections.paths": {"find_paths"},
    "graphsvc.connections.show": {"show"},
    "graphsvc.disclosure.record": {"record"},
    "graphsvc.errors": {
        "Ambiguous", "Conflict", "DatabaseError", "Denied", "GraphsvcError", "InputError", "IntegrityError", "MigrationError",
        "NotFound", "QueryTimeout", "RowError", "ServerStartError", "SpecError", "Unauthenticated",
    },
    "graphsvc.graph.open": {"connect", "open_graph"},
    "graphsvc.graph.view": {"Inquiry", "View"},
    "graphsvc.inquiry.owner": {"owner_inquiry"},
    "graphsvc.loading.graph_hash": {"canonical_lines", "graph_hash"},
    "graphsvc.loading.history": {"load_by_id", "loads"},
    "graphsvc.loading.load": {"LoadResult", "load"},
    "graphsvc.policy.vault": {"Vault"},
    "graphsvc.policy.view": {"owner_view"},
    "graphsvc.sample": {"FileWritten", "Manifest", "Progress", "SOURCES", "VERSION", "generate"},
    "graphsvc.settings": {"Settings"},
}  # fmt: skip

COMMANDS = {
    "db console", "db destroy", "db hash", "db start", "db status", "db stop", "find", "load", "path", "record", "sample", "serve",
    "show", "source check", "source list", "source schema",
}  # fmt: skip

ROUTES = {
    "GET /healthz", "GET /readyz", "GET /v1/entities", "GET /v1/entities/{id}", "GET /v1/records/{id}", "POST /v1/paths",
}  # fmt: skip

SETTINGS = {
    "api_host", "api_port", "cache", "db_heap_mb", "db_page_cache_mb", "db_start_timeout_s", "db_transaction_memory_mb",
    "db_transaction_timeout_s", "home", "java_home", "load_batch_rows", "loaders", "neo4j_database", "neo4j_password", "neo4j_uri",
    "neo4j_user", "query_timeout_s",
}  # fmt: skip


def commands(command: Any, name: str = "") -> Iterator[str]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name
        return
    for word, one in below.items():
        yield from commands(one, f"{name} {word}".strip())


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_offers_these_names(name: str) -> None:
    module = importlib.import_module(name)
    own = [n for n, o in vars(module).items() if not n.startswith("_") and getattr(o, "__module__", None) == name]
    assert set(getattr(module, "__all__", own)) == MODULES[name]


def test_the_one_door_to_case_data_asks_who_and_what() -> None:
    code = Graph.ask.__code__
    assert code.co_varnames[:4] == ("self", "view", "inquiry", "name")


def test_the_program_has_these_commands() -> None:
    assert set(commands(typer.main.get_command(app))) == COMMANDS


def test_the_api_has_these_routes(tmp_path: Path) -> None:
    paths = create_app(Settings(home=tmp_path)).openapi()["paths"]
    assert {f"{method.upper()} {path.replace(':path', '')}" for path, methods in paths.items() for method in methods} == ROUTES


def test_these_things_can_be_set() -> None:
    assert set(Settings.model_fields) == SETTINGS
