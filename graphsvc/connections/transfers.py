"""The accounts of two ends and the transfers that can be on a way between them, read within the view; and how ways are told.

May import the graph. A transfer is told with its records, like every link.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from graphsvc.connections import evidence, words
from graphsvc.connections.clusters import Clusters, not_in_view
from graphsvc.connections.telling import Teller
from graphsvc.connections.ways import Transfer, Way, moment
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View

MOST_ACCOUNTS = 500  # of one end


class End:
    """One end of the question: its cluster, its accounts' clusters, and the links by which it has them."""

    def __init__(self, id: str, key: str, accounts: list[str], links: list[dict[str, Any]]) -> None:
        self.id, self.key, self.accounts, self.links = id, key, accounts, links

    def on(self, nodes: Collection[str]) -> bool:
        """Whether one of its accounts, or it itself, is among these."""
        return not {self.key, *self.accounts}.isdisjoint(nodes)


class Transfers:
    """What is read for one question. `cut` says what is missing: `accounts` of an end, `transfers` beyond the most that are read."""

    def __init__(
        self,
        graph: Graph,
        view: View,
        inquiry: Inquiry,
        clusters: Clusters,
        wanted: dict[str, Any],
        narrowed: dict[str, Any],
        most: int,
    ) -> None:
        self.graph, self.view, self.inquiry = graph, view, inquiry
        self._wanted, self._narrowed, self._left = wanted, narrowed, most
        self.clusters = clusters
        self.cut: set[str] = set()

    def ends(self, a: str, b: str, holding: list[str]) -> list[End]:
        """Both ends with their accounts. Raises NotFound for one that is not in view, InputError where both are one."""
        both = [self.end(id, holding) for id in (a, b)]
        if both[0].key == both[1].key:
            raise InputError(
                "Both ends are the same at this identity level.", hint="`graphsvc how` tells why; --identity none keeps them apart."
            )
        return both

    def end(self, id: str, holding: list[str]) -> End:
        """One with its accounts. Raises NotFound where it is not in view."""
        if id not in evidence.entities(self.graph, self.view, self.inquiry, [id]):
            raise not_in_view(id)
        (key,) = self.clusters.of([id])
        members = self.clusters.members[key]
        asked: dict[str, Any] = {"ids": members, "types": holding, "limit": MOST_ACCOUNTS + 1}
        rows = self.graph.ask(self.view, self.inquiry, "questions/accounts", **asked, **self._narrowed)
        if len(rows) > MOST_ACCOUNTS:
            self.cut.add("accounts")
        own = [
            e["id"] for e in evidence.entities(self.graph, self.view, self.inquiry, members).values() if e["type"] in ("Account", "Loan")
        ]
        accounts = self.clusters.of([*own, *(row["account"] for row in rows[:MOST_ACCOUNTS])])
        return End(id, key, accounts, rows[:MOST_ACCOUNTS])

    def transfers(self, starts: list[str], ends: list[str], max_hops: int) -> list[Transfer]:
        """Every transfer that can be on a way: read from both ends in turn, half of the hops each."""
        found: dict[str, Transfer] = {}
        sides = [(True, list(starts), set(starts)), (False, list(ends), set(ends))]
        if not starts or not ends:
            return []
        for step in range(max_hops):
            forward, frontier, seen = sides[step % 2]
            fresh = self._read(frontier, forward)
            found.update({one.link["id"]: one for one in fresh})
            near = sorted({one.end if forward else one.start for one in fresh} - seen)
            sides[step % 2] = (forward, near, seen | set(near))
        return sorted(found.values(), key=lambda one: (one.first, one.last, one.link["id"]))

    def _read(self, frontier: list[str], forward: bool) -> list[Transfer]:
        ids = self.clusters.all_of(frontier)
        if not ids or "transfers" in self.cut:
            return []
        asked: dict[str, Any] = {"ids": ids, "forward": forward, "limit": self._left + 1}
        rows = self.graph.ask(self.view, self.inquiry, "questions/transfers", **asked, **self._wanted, **self._narrowed)
        if len(rows) > self._left:
            self.cut.add("transfers")
            rows = rows[: self._left]
        self._left -= len(rows)
        self.clusters.of([row["other"] for row in rows])
        made = []
        for row in rows:
            start, end = (row["of"], row["other"]) if forward else (row["other"], row["of"])
            keys = self.clusters.key[start], self.clusters.key[end]
            made.append(Transfer(*keys, row["type"], row["link"], start, end, *moment(row["link"])))
        return [one for one in made if one.start != one.end]

    def told(self, titles: dict[str, str], ends: list[End], transfers: list[Transfer], shown: list[Way]) -> dict[str, Any]:
        pairs = {(one.start, one.end) for way in shown for one in way.transfers}
        pairs |= {(x, y) for one in transfers for x, y in [(one.start, one.end)] if x in ends[0].accounts and y in ends[1].accounts}
        keys = sorted({*(key for pair in pairs for key in pair), *(key for end in ends for key in (end.key, *end.accounts))})
        links = [one.link for way in shown for one in way.transfers] + [row["link"] for end in ends for row in end.links]
        teller = Teller(self.graph, self.view, self.inquiry, titles, self.clusters.all_of(keys), links)
        return {
            "ends": [
                {
                    "entity": end.id,
                    "cluster": end.key,
                    "accounts": end.accounts,
                    "links": [teller.link(row["type"], row["link"], row["of"], row["account"]) for row in end.links],
                }
                for end in ends
            ],
            "ways": [self._told_way(way, transfers, teller) for way in shown],
            # Sums are of what is stored today: what a transfer said then may have been another amount.
            "months": self._months(transfers, pairs) if self.graph.earlier is None else [],
            "clusters": {key: self.clusters.told(key) for key in keys},
            "entities": teller.entities,
            "records": teller.records,
        }

    def _told_way(self, way: Way, transfers: list[Transfer], teller: Teller) -> dict[str, Any]:
        hops = [
            {
                **teller.link(one.type, one.link, one.start_id, one.end_id),
                "clusters": [one.start, one.end],
                "at": one.link["at"],
                **_money(one.link.get("amount"), one.link.get("amount_currency")),
            }
            for one in way.transfers
        ]
        currencies = {one.link.get("amount_currency") for one in way.transfers}
        amounts = [one.link.get("amount") for one in way.transfers]
        smallest = min(amount for amount in amounts if amount is not None) if None not in amounts and len(currencies) == 1 else None
        return {
            "nodes": list(way.nodes),
            "hops": hops,
            "chains": way.chains,
            "smallest": None if smallest is None else _money(smallest, currencies.pop()),
            "order": "sure" if way.sure else "possible",
        }

    def _months(self, transfers: list[Transfer], pairs: set[tuple[str, str]]) -> list[dict[str, Any]]:
        ids = sorted({(one.start_id, one.end_id) for one in transfers if (one.start, one.end) in pairs})
        asked: dict[str, Any] = {"pairs": [list(pair) for pair in ids], **self._wanted, **self._narrowed}
        rows = self.graph.ask(self.view, self.inquiry, "questions/transfer_months", **asked) if ids else []
        sums: dict[tuple[str, str, str, str], list[int]] = {}
        for row in rows:
            place = (self.clusters.key[row["a"]], self.clusters.key[row["b"]], row["month"] or "unknown", row["currency"] or "")
            one = sums.setdefault(place, [0, 0, 0])
            for number, name in enumerate(("transfers", "amount", "without_amount")):
                one[number] += row[name]
        return [
            {
                "from": a,
                "to": b,
                "month": month,
                "transfers": transfers_,
                "without_amount": without,
                **_money(amount, currency or None),
            }
            for (a, b, month, currency), (transfers_, amount, without) in sorted(sums.items())
        ]


def _money(minor: int | None, currency: str | None) -> dict[str, Any]:
    return {"amount": minor, "currency": currency, "text": None if minor is None else words.money(minor, currency)}
