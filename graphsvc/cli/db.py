"""`graphsvc db ...`: the managed local Neo4j. A thin door over `graphsvc.graph`."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from graphsvc.cli import console as cypher_console
from graphsvc.cli.asking import office_of
from graphsvc.cli.progress import CommandProgress
from graphsvc.errors import InputError
from graphsvc.graph.open import open_graph
from graphsvc.graph.server import ManagedServer, require_managed
from graphsvc.graph.status import Status, status
from graphsvc.graph.topology.topology import changed_by_hand
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The database: start, stop, look at it, delete it.")

# What service managers know from LSB init scripts: 0 runs, 3 does not.
_NOT_RUNNING = 3


@app.command()
def start() -> None:
    """Start the managed Neo4j (fetched once on first use) and bring its schema up to date."""
    settings = Settings()
    require_managed(settings)
    with CommandProgress() as progress, open_graph(settings, progress):
        found = ManagedServer(settings).running()
    if found is not None:
        print(f"Neo4j {found.neo4j} with GDS {found.gds} answers at {found.uri} (process {found.pid}).")


@app.command()
def stop() -> None:
    """Stop the managed Neo4j and wait for its clean end."""
    settings = Settings()
    require_managed(settings)
    with CommandProgress() as progress:
        ran = ManagedServer(settings, progress).stop()
    print("Neo4j has stopped." if ran else "Neo4j was not running.")


@app.command("status")
def show_status(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Whether the database runs, where, and how big it is. Exit code 0 if it answers, 3 if not."""
    found = status(Settings())
    if as_json:
        print(json.dumps(asdict(found), indent=2))
    else:
        _print_status(found)
    if not found.answers:
        raise typer.Exit(_NOT_RUNNING)


@app.command()
def console(write: Annotated[bool, typer.Option("--write", help="Allow statements that change the database.")] = False) -> None:
    """Run Cypher, past every view: typed at a prompt, or read from stdin (then rows come as JSON lines).

    For operators with an open inquiry; each statement is an entry of the audit log.
    """
    settings = Settings()
    with office_of(settings) as office, CommandProgress() as progress, open_graph(settings, progress) as graph:

        def execute(text: str) -> list[dict[str, Any]]:
            if not write:
                return graph.look(text)
            try:
                return graph.statement(text)
            finally:
                changed_by_hand(graph)

        def run(text: str) -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = office.unrestricted("db.console", {"statement": text, "write": write}, lambda: execute(text))
            return rows

        if sys.stdin.isatty():
            cypher_console.run_typed(run, write=write)
        else:
            cypher_console.run_piped(run)


@app.command()
def destroy(yes: Annotated[bool, typer.Option("--yes", help="Really delete; there is no undo.")] = False) -> None:
    """Stop the managed Neo4j and delete its data, password, configuration and topology. Keys and rejects files stay."""
    settings = Settings()
    require_managed(settings)
    server = ManagedServer(settings)
    if not yes:
        raise InputError(f"This deletes the database in {server.files.folder}.", hint="Add --yes to do it; there is no undo.")
    with CommandProgress() as progress:
        was_there = ManagedServer(settings, progress).destroy()
    shutil.rmtree(settings.topology, ignore_errors=True)
    print(f"Deleted {server.files.folder}." if was_there else "There was no database to delete.")


def _print_status(found: Status) -> None:
    table = Table.grid(padding=(0, 2))
    kind = "managed by graphsvc" if found.managed else "your own server (GRAPHSVC_NEO4J_URI)"
    state = "answers" if found.answers else "runs, but does not answer" if found.running else "does not run"
    rows: list[tuple[str, str | None]] = [
        ("Neo4j", f"{state}; {kind}"),
        ("problem", found.problem),
        ("address", found.uri),
        ("version", None if found.neo4j is None else f"{found.neo4j}, GDS {found.gds or 'not installed'}"),
        ("schema", None if found.schema_version is None else f"V{found.schema_version:03d}"),
        ("content", None if found.nodes is None else f"{found.nodes:,} nodes, {found.links:,} links"),
        ("process", None if found.pid is None else str(found.pid)),
        ("memory", _mebibytes(found.memory_bytes)),
        ("heap at most", _mebibytes(found.heap_bytes)),
        ("page cache at most", _mebibytes(found.page_cache_bytes)),
        ("folder", found.folder),
        ("on disk", _mebibytes(found.data_bytes)),
    ]
    for name, value in rows:
        if value:
            table.add_row(name, cypher_console.safe(value))
    Console(soft_wrap=True).print(table, markup=False, highlight=False)


def _mebibytes(size: int | None) -> str | None:
    return None if size is None else f"{size / (1 << 20):,.0f} MiB"
