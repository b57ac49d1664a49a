"""`graphsvc owners` and `graphsvc owned-by`: chains of shareholdings. A thin door."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphsvc.cli.around import Entity, Identity
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask, print_answer
from graphsvc.cli.lines import Lines, counted, made, named
from graphsvc.cli.narrowing import Avoid, During, KnownAt, MinEvidence, On, Source
from graphsvc.connections.leads import Ownership
from graphsvc.connections.questions import owners_question
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings

MinShare = Annotated[float, typer.Option("--min-share", help="Chains whose share is surely smaller are not followed, in percent.")]
Levels = Annotated[int, typer.Option(help="The most shareholdings one after the other.")]
Via = Annotated[str | None, typer.Option("--via", help="Only chains through this entity.")]
Limit = Annotated[int, typer.Option(help="The most chains to list.")]
_ENDS = {
    "top": "",
    "cycle": " (goes on in a cycle)",
    "levels": " (cut at the last level)",
    "min_share": " (what goes on is below the least share)",
    "links": " (what goes on was not read)",
}


def owners(
    entity: Entity,
    identity: Identity = "certain",
    source: Source = None,
    during: During = None,
    on: On = None,
    min_evidence: MinEvidence = 1,
    avoid: Avoid = None,
    known_at: KnownAt = None,
    min_share: MinShare = 0.0,
    levels: Levels = 10,
    via: Via = None,
    limit: Limit = 50,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Who owns an entity in the end: chains of shareholdings, their shares multiplied."""
    narrowed = {"sources": source, "during": during, "on": on, "min_evidence": min_evidence, "avoid": avoid, "known_at": known_at}
    asked = made(Ownership, entity=entity, identity=identity, min_share=min_share, levels=levels, via=via, limit=limit, **narrowed)
    _ask("owners", asked, inquiry, reason_code, as_json, down=False)


def owned_by(
    entity: Entity,
    identity: Identity = "certain",
    source: Source = None,
    during: During = None,
    on: On = None,
    min_evidence: MinEvidence = 1,
    avoid: Avoid = None,
    known_at: KnownAt = None,
    min_share: MinShare = 0.0,
    levels: Levels = 10,
    via: Via = None,
    limit: Limit = 50,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """What an entity owns, through others too: chains of shareholdings, their shares multiplied."""
    narrowed = {"sources": source, "during": during, "on": on, "min_evidence": min_evidence, "avoid": avoid, "known_at": known_at}
    asked = made(Ownership, entity=entity, identity=identity, min_share=min_share, levels=levels, via=via, limit=limit, **narrowed)
    _ask("owned_by", asked, inquiry, reason_code, as_json, down=True)


def _ask(name: str, asked: Ownership, inquiry: str | None, reason_code: str | None, as_json: bool, *, down: bool) -> None:
    settings = Settings()
    vault = Vault(settings.home / "keys")
    answer = ask(
        settings,
        name,
        "paths",
        asked.model_dump(),
        lambda r: owners_question(r, vault, asked, down=down),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    print_answer(answer, as_json, print_owners)


def print_owners(answer: dict[str, Any]) -> None:
    lines, entities, down = Lines(), answer["entities"], answer["question"]["down"]
    lines.say(named(answer["entity"]), "bold")
    lines.cluster(answer["clusters"][answer["cluster"]], entities, answer["entity"]["id"])
    if not answer["totals"]:
        lines.say("No shareholding of it in view." if down else "No owner of it in view.")
    for one in answer["totals"]:
        end = ", and nobody beyond in view" if one["ultimate"] else ""
        lines.say(f"{percent(one['share'])}: {named(entities[one['cluster']])}, {counted(one['chains'], 'chain')}{end}")
    for number, chain in enumerate(answer["chains"], 1):
        lines.say("")
        lines.say(f"{number}. {percent(chain['share'])}{_ENDS[chain['ends']]}", "bold")
        for hop in chain["hops"]:
            _hop(lines, hop, answer)
    for cycle in answer["cycles"]:
        names = [entities[key]["caption"] for key in [*cycle["nodes"], cycle["nodes"][0]]]
        lines.say("A cycle, not followed round: " + " -> ".join(names), "yellow")
    if answer["cycles"]:
        lines.say("What comes back through a cycle is in no total: the real shares may be larger.", "yellow")
    lines.known(answer)
    lines.cuts(answer)


def _hop(lines: Lines, hop: dict[str, Any], answer: dict[str, Any]) -> None:
    told = percent(hop["share"]) if hop["stated"] else "share not stated"
    by = ", ".join(f"{one['source']} {percent(one['share'])}" for one in hop["sources"])
    lines.say(f"  {told}{f' (sources disagree: {by})' if hop['disagree'] else ''}")
    for link in hop["links"]:
        lines.link(link, answer["records"])


def percent(share: dict[str, float]) -> str:
    """A range of percent: one number where both ends are the same."""
    return f"{share['min']:.4g} %" if share["min"] == share["max"] else f"{share['min']:.4g} to {share['max']:.4g} %"
