"""Things that many came to in one month: an address or phone that many newly have, and hubs that were none.

May import the parts beside it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from graphsvc.communities.trends import months
from graphsvc.communities.trends.anomaly import Anomaly, facts
from graphsvc.communities.trends.months import NO_MONTH
from graphsvc.communities.trends.parameters import Trends
from graphsvc.communities.trends.past import judged
from graphsvc.communities.trends.reading import Links, Numbers, Reader
from graphsvc.graph.ontology import load_ontology

# Types of things of which many together are told; of an account or a vehicle several are rarely more than a family.
_THINGS = ("Address", "Phone", "Email", "Account", "Identifier")


def many_at_once(reader: Reader, links: Links, known: set[tuple[str, str]], month: int, asked: Trends) -> list[Anomaly]:
    """Addresses, phones and the like to which at least `together` others are newly linked, far more than in the months before."""
    found = []
    ontology = load_ontology()
    for type, declared in sorted(ontology.links.items()):
        if declared.kind != "state" or not set(declared.to) <= set(_THINGS):
            continue
        there = _judgeable(links, links.of(type), known)
        thing, other, when, rel = _first(links.end[there], links.begin[there], links.month[there], links.rel[there])
        now = when == month
        things, counts = np.unique(thing[now], return_counts=True)
        for one, count in zip(things.tolist(), counts.tolist(), strict=True):
            if count >= asked.together:
                here = thing == one
                made = _gathered(reader, type, one, when[here], other[here], rel[here], month, asked)
                found += [made] if made else []
    return found


def _gathered(
    reader: Reader, type: str, thing: int, when: Numbers, other: Numbers, rel: Numbers, month: int, asked: Trends
) -> Anomaly | None:
    past = np.bincount(when[(when >= month - asked.history) & (when < month)] - (month - asked.history), minlength=asked.history)
    new = [row for row in reader.details(rel[when == month]) if row["new"]]
    rels = np.array([row["rel"] for row in new], np.int64)
    count = int(np.unique(other[np.isin(rel, rels)]).size)
    told = judged(past, count)
    if count < asked.together or count < asked.times * told.expected or (told.expected and told.off < asked.deviations):
        return None
    of = reader.ids([thing])[thing]
    types = Counter(row["a_type"] for row in new)
    numbers: dict[str, Any] = {**told.told(), "past": past.tolist(), "types": dict(sorted(types.items()))}
    about = {"type": type, "entity": of[0][0]}
    return Anomaly("many_at_once", months.text(month), about, numbers, tuple(id for id, _ in of), facts(new), count)


def new_hubs(reader: Reader, links: Links, known: set[tuple[str, str]], month: int, asked: Trends) -> list[Anomaly]:
    """What at least `hub_links` others are linked with, of whom at least half came in this month."""
    passed = set(load_ontology().no_middles)
    there = _judgeable(links, np.ones(links.rel.size, np.bool_), known) & (links.begin != links.end)
    one = np.concatenate([links.begin[there], links.end[there]])
    other = np.concatenate([links.end[there], links.begin[there]])
    when, rel = (np.concatenate([values[there], values[there]]) for values in (links.month, links.rel))
    keep = when <= month
    one, other, when, rel = _first(one[keep], other[keep], when[keep], rel[keep])
    labels, place = np.unique(one, return_inverse=True)
    now = np.bincount(place, when == month, labels.size).astype(np.int64)
    before = np.bincount(place, when != month, labels.size).astype(np.int64)
    found = []
    for at in np.flatnonzero((now + before >= asked.hub_links) & (now >= before)).tolist():
        here = place == at
        new = [row for row in reader.details(rel[here & (when == month)]) if row["new"]]
        rels = np.array([row["rel"] for row in new], np.int64)
        came = int(np.unique(other[here & np.isin(rel, rels)]).size)
        of = reader.ids([int(labels[at])])[int(labels[at])]
        if came + before[at] < asked.hub_links or came < before[at] or {type for _, type in of} <= passed:
            continue
        types = dict(sorted(Counter(row["type"] for row in new).items()))
        numbers = {"now": int(came + before[at]), "before": int(before[at]), "came": came, "types": types}
        found.append(Anomaly("new_hub", months.text(month), {"entity": of[0][0]}, numbers, tuple(id for id, _ in of), facts(new), came))
    return found


def _judgeable(links: Links, which: Any, known: set[tuple[str, str]]) -> Any:
    """Without the links of sources that began to tell of such things too short a time ago: all of them would be new."""
    codes = [code for code, kind in enumerate(links.kinds) if kind in known]
    return which & np.isin(links.code, codes)


def _first(one: Numbers, other: Numbers, when: Numbers, rel: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Of each pair the first month (before all others: none) and the link of it."""
    order = np.lexsort((rel, when, other, one))
    one, other, when, rel = one[order], other[order], when[order], rel[order]
    starts = np.ones(one.size, np.bool_)
    starts[1:] = (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    assert NO_MONTH < 0
    return one[starts], other[starts], when[starts], rel[starts]
