"""`graphsvc find | show | path | record | sighting`: questions asked in a terminal. A thin door: no logic, no Cypher.

What a source wrote is printed as text, never as markup or terminal control.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from graphsvc.cli import answers
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask, print_answer
from graphsvc.cli.narrowing import During, KnownAt, On, Source, ThroughHubs
from graphsvc.cli.pairs import ask_pairs
from graphsvc.connections.asked import PathOptions, check
from graphsvc.connections.engines.limits import BUDGET
from graphsvc.connections.questions import find_question, path_question, show_question
from graphsvc.disclosure.record import record as read_record
from graphsvc.export.html import write_file
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings

Entity = Annotated[str, typer.Argument(help="An entity's id, or a name that fits one entity only.")]
MaybeEntity = Annotated[str | None, typer.Argument(help="An entity's id, or a name that fits one entity only.")]


def find(
    text: Annotated[str, typer.Argument(help="A name, an address, a number, or a part of one.")],
    type: Annotated[str | None, typer.Option("--type", help="Only entities of this type, e.g. Person or Company.")] = None,
    limit: Annotated[int, typer.Option(help="The most entities to list.")] = 20,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Find entities by what they are called, typing errors allowed."""
    parameters = {"text": text, "type": type, "limit": limit}
    answer = ask(
        Settings(),
        "find",
        "search",
        parameters,
        lambda r: find_question(r, text, type=type, limit=limit),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    print_answer(answer, as_json, answers.print_found)


def show(
    entity: Entity,
    limit: Annotated[int, typer.Option(help="The most links of one type to list.")] = 20,
    known_at: KnownAt = None,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Show what the sources say of one entity, or said at an earlier time."""
    settings = Settings()
    vault = Vault(settings.home / "keys")
    parameters = {"entity": entity, "limit": limit, "known_at": known_at}
    answer = ask(
        settings,
        "show",
        "search",
        parameters,
        lambda r: show_question(r, vault, entity, limit=limit, known_at=known_at),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    print_answer(answer, as_json, answers.print_entity)


def path(
    a: MaybeEntity = None,
    b: MaybeEntity = None,
    max_hops: Annotated[int, typer.Option("--max-hops", help="The most links of a path; same-as crossings don't count.")] = 6,
    k: Annotated[int, typer.Option("-k", help="The most paths to give.")] = 5,
    type: Annotated[list[str] | None, typer.Option("--type", help="Only links of this type; again for more.")] = None,
    source: Source = None,
    identity: Annotated[str, typer.Option(help="Which statements of who is who to cross: none, certain or possible.")] = "certain",
    rank: Annotated[str, typer.Option(help="What comes first: worth (what tells most) or shortest.")] = "worth",
    during: During = None,
    on: On = None,
    sequential: Annotated[bool, typer.Option("--sequential", help="Only paths whose links can follow each other in time.")] = False,
    through_hubs: ThroughHubs = False,
    avoid: Annotated[list[str] | None, typer.Option("--avoid", help="An entity that paths must not lead through; again for more.")] = None,
    via: Annotated[str | None, typer.Option(help="An entity that paths must lead through.")] = None,
    min_evidence: Annotated[int, typer.Option("--min-evidence", help="The fewest records that each hop must rest on.")] = 1,
    budget: Annotated[int, typer.Option(help="The most links in view that the search looks at.")] = BUDGET,
    known_at: KnownAt = None,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the answer as one interactive page.")] = None,
    pairs: Annotated[Path | None, typer.Option("--pairs", help="Ask about the pairs of this CSV file instead; one answer a line.")] = None,
) -> None:
    """How two entities are connected, with the records that each hop rests on."""
    settings = Settings()
    options: dict[str, Any] = {
        "max_hops": max_hops,
        "k": k,
        "types": type,
        "sources": source,
        "identity": identity,
        "rank": rank,
        "during": during,
        "on": on,
        "sequential": sequential,
        "through_hubs": through_hubs,
        "avoid": avoid,
        "via": via,
        "min_evidence": min_evidence,
        "budget": budget,
        "known_at": known_at,
    }
    limits: dict[str, Any] = {"timeout_s": settings.query_timeout_s, "hub_links": settings.hub_links}
    vault = Vault(settings.home / "keys")
    parameters = {"from": a, "to": b, **options, "html": html is not None}

    def one(r: Reading, start: str, end: str) -> dict[str, Any] | Result:
        return path_question(r, vault, start, end, page=html is not None, **limits, **options)

    if pairs is not None or a is None or b is None:
        check(PathOptions(**options))
        ask_pairs(settings, pairs, parameters, one, inquiry=inquiry, reason_code=reason_code, as_json=as_json)
        return
    answer = ask(
        settings,
        "path",
        "paths",
        parameters,
        lambda r: one(r, a, b),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
        also=() if html is None else ("export",),
    )
    if html is not None:
        write_file(answer.files["html"], html)
    print_answer(answer, as_json, answers.print_paths)
    if html is not None and not as_json:
        typer.echo(f"The page is at {html.absolute()}.")


def record(
    id: Annotated[str, typer.Argument(help="A record's full id, as path and show print it.")],
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Show one row as its source gave it, its hash checked again."""
    settings = Settings()
    vault = Vault(settings.home / "keys")
    answer = ask(
        settings,
        "record",
        "exact",
        {"id": id},
        lambda r: read_record(r.graph, r.view, r.inquiry, id, vault),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    print_answer(answer, as_json, answers.print_record)
