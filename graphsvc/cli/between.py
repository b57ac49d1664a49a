"""`graphsvc between`: the small subgraph that joins a list. A thin door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from graphsvc.cli.around import Identity
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask, print_answer
from graphsvc.cli.common import print_list
from graphsvc.cli.lines import Lines, counted, made, named
from graphsvc.cli.narrowing import Avoid, During, KnownAt, MinEvidence, On, Source, ThroughHubs
from graphsvc.connections.leads import Between
from graphsvc.connections.questions import between_question
from graphsvc.errors import InputError
from graphsvc.export.html import write_file
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings


def between(
    listed: Annotated[list[str], typer.Argument(metavar="LIST", help="A file with an id or a name a line, or several of them.")],
    identity: Identity = "certain",
    nodes: Annotated[int, typer.Option(help="The most entities of the subgraph.")] = 30,
    max_hops: Annotated[int, typer.Option("--max-hops", help="The most links of a path; same-as crossings don't count.")] = 6,
    type: Annotated[list[str] | None, typer.Option("--type", help="Only links of this type; again for more.")] = None,
    source: Source = None,
    during: During = None,
    on: On = None,
    min_evidence: MinEvidence = 1,
    avoid: Avoid = None,
    known_at: KnownAt = None,
    through_hubs: ThroughHubs = False,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the answer as one interactive page.")] = None,
) -> None:
    """Join as many entities of a list as possible in a small subgraph, with the records of every link."""
    settings = Settings()
    vault = Vault(settings.home / "keys")
    entities = lines_of(Path(listed[0])) if len(listed) == 1 else listed
    narrowed = {
        "sources": source,
        "during": during,
        "on": on,
        "min_evidence": min_evidence,
        "avoid": avoid,
        "known_at": known_at,
        "through_hubs": through_hubs,
    }
    asked = made(Between, entities=entities, identity=identity, nodes=nodes, max_hops=max_hops, types=type, **narrowed)
    limits: dict[str, Any] = {"timeout_s": settings.query_timeout_s, "hub_links": settings.hub_links}
    answer = ask(
        settings,
        "between",
        "paths",
        {**asked.model_dump(), "html": html is not None},
        lambda r: between_question(r, vault, asked, **limits, page=html is not None),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
        also=() if html is None else ("export",),
    )
    if html is not None:
        write_file(answer.files["html"], html)
    print_answer(answer, as_json, print_between)
    if html is not None and not as_json:
        typer.echo(f"The page is at {html.absolute()}.")


def lines_of(file: Path) -> list[str]:
    """The lines of a list that say something. Raises InputError for a file that can't be read as text."""
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"The list {file} can't be read: {why}.", hint="Give a file with an id or a name a line, or several.") from error


def print_between(answer: dict[str, Any]) -> None:
    lines, entities = Lines(), answer["entities"]
    print_list(lines, answer)
    for number, group in enumerate(answer["groups"], 1):
        lines.say(f"Group {number}: " + "; ".join(named(entities[id]) for id in group), "bold")
    for id in answer["left_out"]:
        lines.say(f"Not joined: {named(entities[id])}", "yellow")
    for number, path in enumerate(answer["paths"], 1):
        lines.say("")
        lines.say(f"{number}. {counted(path['length'], 'link')}, sources: {', '.join(path['sources'])}", "bold")
        for hop in path["hops"]:
            lines.link(hop, answer["records"], "  ")
            if hop["also"]["n"]:
                lines.say(f"    and {hop['also']['n']:,} more between the two")
    lines.say("")
    lines.say(f"Entities in all: {len(answer['nodes'])}.", "dim")
    lines.hubs(answer)
    lines.known(answer)
    lines.searched(answer)
    lines.cuts(answer)
