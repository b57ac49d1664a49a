"""Where money went: chains of transfers from the accounts of one to those of another, each not earlier than the one before.

May import the graph. Transfers are the event links with an amount and a time in the ontology; their nodes are clusters at the identity
level, so that an account told by two banks is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphsvc.connections import choices
from graphsvc.connections.clusters import Clusters
from graphsvc.connections.narrowing import narrowing
from graphsvc.connections.periods import span
from graphsvc.connections.telling import cut_told, steady, within
from graphsvc.connections.transfers import MOST_ACCOUNTS, Transfers
from graphsvc.connections.ways import Budget, ways
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import Ontology, load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.money import MINOR_UNITS

MOST_HOPS = 8
MOST_WAYS = 200
MOST_TRANSFERS = 30_000  # read for one question
MOST_STEPS = 2_000_000  # of looking which follows which: some two seconds
_MOST_NUMBER = 10**12  # days, or whole units of a currency: no source says more, and minor units still fit into 64 bits
_CUTS = {
    "transfers": "{most_transfers:,} transfers were read; ways through others may be missing.",
    "steps": "The search ended after {most_steps:,} steps; there may be other ways, longer ones most of all.",
    "limit": "The first {limit} of {ways:,} ways are shown.",
    "accounts": "One of the two has more than {most_accounts} accounts in view; the others are missing.",
    "members": "More entities are the same as one of these than are looked at; transfers of the others are missing.",
}


def transfer_types(ontology: Ontology) -> list[str]:
    """Link types that move money at a time."""
    return sorted(
        name
        for name, link in ontology.links.items()
        if link.kind == "event" and {"at", "amount"} <= link.properties.keys() and link.properties["amount"].type == "money"
    )


def holding_types(ontology: Ontology) -> list[str]:
    """Link types by which somebody has an account."""
    return sorted(name for name, link in ontology.links.items() if link.kind == "state" and "Account" in link.to)


def flow(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    a: str,
    b: str,
    *,
    identity: str = "certain",
    max_hops: int = 4,
    within_days: float | None = None,
    min_amount: float | None = None,
    types: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    sources: Sequence[str] | None = None,
    min_evidence: int = 1,
    avoid: Sequence[str] | None = None,
    via: str | None = None,
    limit: int = 20,
    most_transfers: int = MOST_TRANSFERS,
    most_steps: int = MOST_STEPS,
) -> dict[str, Any]:
    """`ways` of money from a to b of at most `max_hops` transfers in time order, and sums by month (`months`) of each of their hops.

    `within_days` between neighbours; `min_amount` of each transfer, in whole units of its currency; `since` and `until` dates.
    `via`: only ways through that account, or one of that entity's.
    Raises NotFound for an end that is not in view, InputError for wrong bounds, types and dates.
    """
    within("max_hops", max_hops, 1, MOST_HOPS)
    within("The limit", limit, 1, MOST_WAYS)
    for name, value in (("within_days", within_days), ("min_amount", min_amount)):
        if value is not None and not 0 <= value <= _MOST_NUMBER:
            raise InputError(f"{name} is {value:g}; it can be 0 to {_MOST_NUMBER:,}.")
    if a == b:
        raise InputError("Both ends are the same entity.", hint="Give two different ones.")
    ontology = load_ontology()
    money = transfer_types(ontology)
    kinds = choices.link_types(ontology, types)
    if kinds is not None and (others := set(kinds) - set(money)):
        raise InputError(f"{', '.join(sorted(others))} moves no money.", hint=f"These do: {', '.join(money)}.")
    first, last = span(since, until)
    wanted: dict[str, Any] = {
        "types": kinds or money,
        "from": first.first if first else None,
        "until": last.last if last else None,
        "amounts": None if min_amount is None else {code: _minor(min_amount, code) for code in MINOR_UNITS},
    }

    narrowed = narrowing(view, [a, b], sources=sources, min_evidence=min_evidence, avoid=avoid)
    if via is not None and via in narrowed.avoid:
        raise InputError(f"Ways are to go by {via} and to avoid it.", hint="Leave out one of the two.")

    def read(graph: Graph, view: View, inquiry: Inquiry, titles: dict[str, str]) -> dict[str, Any]:
        clusters = Clusters(graph, view, inquiry, identity)
        search = Transfers(graph, view, inquiry, clusters, wanted, narrowed.parameters(clusters), most_transfers)
        ends = search.ends(a, b, holding_types(ontology))
        by = None if via is None else search.end(via, holding_types(ontology))
        transfers = search.transfers(ends[0].accounts, ends[1].accounts, max_hops)
        budget = Budget(most_steps)
        all_ways = ways(transfers, ends[0].accounts, ends[1].accounts, most_hops=max_hops, within_days=within_days, budget=budget)
        found = sorted((way for way in all_ways if by is None or by.on(way.nodes)), key=lambda way: way.rank)
        cut = search.cut | {
            name for name, is_cut in (("steps", budget.left < 0), ("limit", len(found) > limit), ("members", search.clusters.cut)) if is_cut
        }
        texts = {
            "most_transfers": most_transfers,
            "most_steps": most_steps,
            "limit": limit,
            "ways": len(found),
            "most_accounts": MOST_ACCOUNTS,
        }
        return {
            "question": {
                "from": a, "to": b, "identity": identity, "max_hops": max_hops, "within_days": within_days, "min_amount": min_amount,
                "types": kinds, "since": since, "until": until,
                **{name: narrowed.told[name] for name in ("sources", "min_evidence", "avoid")}, "via": via, "limit": limit,
            },
            **search.told(titles, ends, transfers, found[:limit]),
            **cut_told(cut, _CUTS, texts),
        }  # fmt: skip

    return steady(graph, view, inquiry, read)


def _minor(amount: float, currency: str) -> int:
    return round(amount * 10.0 ** MINOR_UNITS.get(currency, 2))
