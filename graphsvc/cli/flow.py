"""`graphsvc flow`: where money went between two. A thin door."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphsvc.cli.around import Entity, Identity
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask, print_answer
from graphsvc.cli.lines import Lines, counted, made, named
from graphsvc.cli.narrowing import Avoid, KnownAt, MinEvidence, Source
from graphsvc.connections.leads import Flow
from graphsvc.connections.questions import flow_question
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings


def flow(
    a: Entity,
    b: Entity,
    identity: Identity = "certain",
    max_hops: Annotated[int, typer.Option("--max-hops", help="The most transfers one after the other.")] = 4,
    within: Annotated[float | None, typer.Option("--within", help="The most days between a transfer and the next.")] = None,
    min_amount: Annotated[float | None, typer.Option("--min-amount", help="Only transfers of at least so much, in whole units.")] = None,
    type: Annotated[list[str] | None, typer.Option("--type", help="Only transfers of this type; again for more.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Only transfers on this date or later.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only transfers on this date or earlier.")] = None,
    source: Source = None,
    min_evidence: MinEvidence = 1,
    avoid: Avoid = None,
    known_at: KnownAt = None,
    via: Annotated[str | None, typer.Option(help="An account, or whose accounts, the money must pass.")] = None,
    limit: Annotated[int, typer.Option(help="The most ways to list.")] = 20,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Where money went from A to B: chains of transfers in time order, with amounts, and sums by month."""
    asked = made(
        Flow,
        **{"from": a, "to": b},
        identity=identity,
        max_hops=max_hops,
        within_days=within,
        min_amount=min_amount,
        types=type,
        since=since,
        until=until,
        sources=source,
        min_evidence=min_evidence,
        avoid=avoid,
        known_at=known_at,
        via=via,
        limit=limit,
    )
    settings = Settings()
    vault = Vault(settings.home / "keys")
    answer = ask(
        settings,
        "flow",
        "paths",
        asked.model_dump(),
        lambda r: flow_question(r, vault, asked),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    print_answer(answer, as_json, print_flow)


def print_flow(answer: dict[str, Any]) -> None:
    lines, entities = Lines(), answer["entities"]
    for word, end in zip(("From", "To"), answer["ends"], strict=True):
        lines.say(f"{word} {named(entities[end['entity']])}: {counted(len(end['accounts']), 'account')} in view", "bold")
        for link in end["links"]:
            lines.link(link, answer["records"])
    if not answer["ways"]:
        lines.say("No transfers lead from one to the other in time order, within what was asked.", "bold")
    for number, way in enumerate(answer["ways"], 1):
        lines.say("")
        smallest = f", the smallest amount {way['smallest']['text']}" if way["smallest"] else ""
        order = "" if way["order"] == "sure" else ", in an order that is possible and not certain"
        more = f"; {counted(way['chains'], 'chain')} of transfers, this one has the largest smallest amount" if way["chains"] > 1 else ""
        lines.say(f"{number}. {counted(len(way['hops']), 'transfer')}{smallest}{order}{more}", "bold")
        for hop in way["hops"]:
            lines.link(hop, answer["records"])
    if answer["months"]:
        lines.say("")
        lines.say("by month", "bold")
    for one in answer["months"]:
        ends = " to ".join(entities[key]["caption"] for key in (one["from"], one["to"]))
        missing = f" ({one['without_amount']} without an amount)" if one["without_amount"] else ""
        lines.say(f"  {one['month']} {ends}: {one['text']} in {counted(one['transfers'], 'transfer')}{missing}")
    lines.known(answer)
    lines.cuts(answer)
