"""`graphsvc around`: what surrounds an entity, counts first. A thin door."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask, print_answer
from graphsvc.cli.lines import Lines, counted, made, named
from graphsvc.cli.narrowing import Avoid, During, KnownAt, MinEvidence, On, Source
from graphsvc.connections.leads import Around
from graphsvc.connections.questions import around_question
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings

Entity = Annotated[str, typer.Argument(help="An entity's id, or a name that fits one entity only.")]
Identity = Annotated[str, typer.Option(help="Which statements of who is who count: none, certain or possible.")]


def around(
    entity: Entity,
    identity: Identity = "certain",
    type: Annotated[str | None, typer.Option("--type", help="Only neighbours of this type, e.g. Person or Address.")] = None,
    link: Annotated[list[str] | None, typer.Option("--link", help="Only links of this type; again for more.")] = None,
    year: Annotated[str | None, typer.Option("--year", help="Only links that began in this year, or unknown.")] = None,
    source: Source = None,
    during: During = None,
    on: On = None,
    min_evidence: MinEvidence = 1,
    avoid: Avoid = None,
    known_at: KnownAt = None,
    limit: Annotated[int, typer.Option(help="The most neighbours of a page.")] = 20,
    after: Annotated[str | None, typer.Option("--after", help="The last neighbour of the page before.")] = None,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Count what surrounds an entity by type and year, and list its neighbours page by page."""
    narrowed = {"sources": source, "during": during, "on": on, "min_evidence": min_evidence, "avoid": avoid, "known_at": known_at}
    asked = made(Around, entity=entity, identity=identity, type=type, links=link, year=year, limit=limit, after=after, **narrowed)
    settings = Settings()
    vault = Vault(settings.home / "keys")
    answer = ask(
        settings,
        "around",
        "search",
        asked.model_dump(),
        lambda r: around_question(r, vault, asked),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    print_answer(answer, as_json, print_around)


def print_around(answer: dict[str, Any]) -> None:
    lines = Lines()
    lines.say(named(answer["entity"]), "bold")
    lines.cluster(answer["cluster"], answer["entities"], answer["entity"]["id"])
    for group in answer["counts"] or []:
        links = f"more than {group['links']:,} links" if group["more"] else counted(group["links"], "link")
        lines.say(f"{group['label']}{'' if group['outgoing'] else ' (of this one)'}: {links}", "bold")
        for one in group["by"]:
            lines.say(f"  {one['type']}, {one['year']}: {counted(one['links'], 'link')} to {counted(one['neighbours'], 'neighbour')}")
    if answer["neighbours"]:
        lines.say("neighbours", "bold")
    else:
        lines.say("No neighbour in view fits." if answer["counts"] != [] else "Nothing in view is linked to it.")
    for one in answer["neighbours"]:
        lines.say(f"  {named(answer['entities'][one['id']])}  [{one['id']}]", "bold")
        for link in one["links"]:
            lines.link(link, answer["records"])
        if one["count"] > len(one["links"]):
            lines.say(f"    and {one['count'] - len(one['links']):,} more")
    if not answer["cluster"]["complete"]:
        lines.say("More entities are the same as this one than are looked at; links of the others are missing.", "yellow")
    lines.known(answer)
    if answer["next"]:
        lines.say(f"There are more: --after '{answer['next']}'", "yellow")
