"""`graphsvc find | show | path | record`: questions asked in a terminal. A thin door: no logic, no Cypher.

What a source wrote is printed as text, never as markup or terminal control.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from graphsvc.cli import answers
from graphsvc.connections.find import find as find_entities
from graphsvc.connections.find import resolve
from graphsvc.connections.paths import find_paths
from graphsvc.connections.show import show as show_entity
from graphsvc.disclosure.record import record as read_record
from graphsvc.errors import Ambiguous
from graphsvc.export.html import write_path_page
from graphsvc.graph.driver import Graph
from graphsvc.graph.open import open_graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.owner import owner_inquiry
from graphsvc.policy.vault import Vault
from graphsvc.policy.view import owner_view
from graphsvc.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Entity = Annotated[str, typer.Argument(help="An entity's id, or a name that fits one entity only.")]


@contextmanager
def _asking(settings: Settings, *, as_json: bool) -> Iterator[tuple[Graph, View, Inquiry]]:
    """The graph, view and inquiry of the owner; an ambiguous name ends the command with its candidates listed (exit code 4)."""
    try:
        with open_graph(settings) as graph:
            yield graph, owner_view(graph), owner_inquiry(settings)
    except Ambiguous as error:
        if as_json:
            _json({"error": error.message, "hint": error.hint, "candidates": error.candidates})
        else:
            answers.print_ambiguous(error)
        raise typer.Exit(error.exit_code) from error


def find(
    text: Annotated[str, typer.Argument(help="A name, an address, a number, or a part of one.")],
    type: Annotated[str | None, typer.Option("--type", help="Only entities of this type, e.g. Person or Company.")] = None,
    limit: Annotated[int, typer.Option(help="The most entities to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find entities by what they are called, typing errors allowed."""
    with _asking(Settings(), as_json=as_json) as (graph, view, inquiry):
        hits = [hit.as_dict() for hit in find_entities(graph, view, inquiry, text, type=type, limit=limit)]
    _print({"hits": hits, "limit": limit}, as_json, lambda answer: answers.print_hits(answer["hits"], limit))


def show(
    entity: Entity,
    limit: Annotated[int, typer.Option(help="The most links of one type to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what the sources say of one entity."""
    with _asking(Settings(), as_json=as_json) as (graph, view, inquiry):
        answer = show_entity(graph, view, inquiry, resolve(graph, view, inquiry, entity), limit=limit)
    _print(answer, as_json, answers.print_entity)


def path(
    a: Entity,
    b: Entity,
    max_hops: Annotated[int, typer.Option("--max-hops", help="The most links of a path; same-as crossings don't count.")] = 6,
    k: Annotated[int, typer.Option("-k", help="The most paths to give.")] = 5,
    type: Annotated[list[str] | None, typer.Option("--type", help="Only links of this type; again for more.")] = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Only links from this source; again for more.")] = None,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the answer as one interactive page.")] = None,
) -> None:
    """How two entities are connected, with the records that each hop rests on."""
    settings = Settings()
    with _asking(settings, as_json=as_json) as (graph, view, inquiry):
        answer = find_paths(
            graph,
            view,
            inquiry,
            resolve(graph, view, inquiry, a),
            resolve(graph, view, inquiry, b),
            max_hops=max_hops,
            k=k,
            types=type,
            sources=source,
            timeout_s=settings.query_timeout_s,
        )
    if html is not None:
        write_path_page(answer, html)
    _print(answer, as_json, answers.print_paths)
    if html is not None and not as_json:
        typer.echo(f"The page is at {html.absolute()}.")


def record(
    id: Annotated[str, typer.Argument(help="A record's full id, as path and show print it.")],
    as_json: AsJson = False,
) -> None:
    """Show one row as its source gave it, its hash checked again."""
    settings = Settings()
    with _asking(settings, as_json=as_json) as (graph, view, inquiry):
        answer = read_record(graph, view, inquiry, id, Vault(settings.home / "keys"))
    _print(answer, as_json, answers.print_record)


def _print(answer: dict[str, Any], as_json: bool, for_people: Callable[[dict[str, Any]], None]) -> None:
    if as_json:
        _json(answer)
    else:
        for_people(answer)


def _json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
