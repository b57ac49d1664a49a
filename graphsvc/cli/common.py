"""`graphsvc common`: what several entities share. A thin door."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphsvc.cli.around import Identity
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask, print_answer
from graphsvc.cli.lines import Lines, counted, made, named
from graphsvc.cli.narrowing import Avoid, During, KnownAt, MinEvidence, On, Source
from graphsvc.connections.leads import Common
from graphsvc.connections.questions import common_question
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings


def common(
    entities: Annotated[list[str], typer.Argument(help="2 to 50 entities: ids, or names that fit one entity only.")],
    identity: Identity = "certain",
    hops: Annotated[int, typer.Option(help="How far a shared thing may be: 1 or 2 links.")] = 1,
    type: Annotated[list[str] | None, typer.Option("--type", help="Only links of this type; again for more.")] = None,
    source: Source = None,
    during: During = None,
    on: On = None,
    min_evidence: MinEvidence = 1,
    avoid: Avoid = None,
    known_at: KnownAt = None,
    limit: Annotated[int, typer.Option(help="The most things to list.")] = 20,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """What entities share: the things that at least two of them are linked to, the most shared first."""
    narrowed = {"sources": source, "during": during, "on": on, "min_evidence": min_evidence, "avoid": avoid, "known_at": known_at}
    asked = made(Common, entities=entities, identity=identity, hops=hops, types=type, limit=limit, **narrowed)
    settings = Settings()
    vault = Vault(settings.home / "keys")
    answer = ask(
        settings,
        "common",
        "paths",
        asked.model_dump(),
        lambda r: common_question(r, vault, asked),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    print_answer(answer, as_json, print_common)


def print_common(answer: dict[str, Any]) -> None:
    lines, entities = Lines(), answer["entities"]
    print_list(lines, answer)
    for step in answer["direct"]:
        lines.say(f"{entities[step['from']]['caption']} and {entities[step['to']]['caption']} are linked themselves", "bold")
        _step(lines, step, answer)
    if not answer["things"]:
        lines.say("They share nothing in view, of what was searched.", "bold")
    for number, thing in enumerate(answer["things"], 1):
        links = f"more than {thing['degree']:,} links: a hub" if thing["hub"] else counted(thing["degree"], "link")
        lines.say("")
        lines.say(f"{number}. {named(entities[thing['cluster']])}, shared by {thing['shared_by']}, {links}", "bold")
        for route in thing["routes"]:
            for step in route["steps"]:
                _step(lines, step, answer)
    if answer["hubs"]:
        lines.say("Hubs not crossed: " + ", ".join(named(entities[key]) for key in answer["hubs"]), "yellow")
    lines.known(answer)
    lines.searched(answer)
    lines.cuts(answer)


def print_list(lines: Lines, answer: dict[str, Any]) -> None:
    """What was wrong with a list, and whom it gave twice."""
    for one in answer["problems"]:
        lines.say(f"{one['text']}: {one['problem']}", "yellow")
    for one in answer["duplicates"]:
        lines.say(f"{one['id']} is the same as {one['same_as']}, and counts once.", "yellow")


def _step(lines: Lines, step: dict[str, Any], answer: dict[str, Any]) -> None:
    for link in step["links"]:
        lines.link(link, answer["records"], "  ")
    if step["count"] > len(step["links"]):
        lines.say(f"    and {step['count'] - len(step['links']):,} more between the two")
