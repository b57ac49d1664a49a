"""What every question can be narrowed by: the sources that links come from, when they held, how many rows they rest on, what to avoid.

May import the graph. The query files apply it (`questions/narrowed`); `path` and `between`, which search for chains, have their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphsvc.connections import choices, worth
from graphsvc.connections.asked import MOST_AVOIDED, ends_of
from graphsvc.connections.clusters import Clusters
from graphsvc.connections.engines.ends import contradiction
from graphsvc.connections.periods import FIRST, LAST, Days, days
from graphsvc.connections.telling import within
from graphsvc.errors import InputError
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import View


@dataclass(frozen=True, slots=True)
class Narrowing:
    """`held`: links that may have held then; `avoid`: ids. `told` is what the question says of it."""

    searched: list[str]
    held: Days | None
    least: int
    avoid: tuple[str, ...]
    told: dict[str, Any]
    ends: tuple[str, ...] = ()

    def parameters(self, clusters: Clusters) -> dict[str, Any]:
        """As the query files take it: what is the same as something to avoid is avoided, too.

        Raises InputError where that is an end of the question.
        """
        first, last = self.held or (None, None)
        clusters.of([*self.ends, *self.avoid])
        keys = {clusters.key[end] for end in self.ends}
        for id in self.avoid:
            if clusters.key[id] in keys:
                raise contradiction(id, of_end=True)
        return {
            "searched": self.searched,
            "first": first,
            "last": last,
            "least": self.least,
            "events": load_ontology().events,
            "avoid": clusters.all_of(clusters.of(self.avoid)),
        }


def narrowing(
    view: View,
    ends: Sequence[str],
    *,
    sources: Sequence[str] | None = None,
    during: str | None = None,
    on: str | None = None,
    min_evidence: int = 1,
    avoid: Sequence[str] | None = None,
) -> Narrowing:
    """Checked, for a question about `ends`. Raises InputError for names, dates and bounds that can't be, and for an end to be avoided."""
    within("min_evidence", min_evidence, 1, worth.MOST_RECORDS)
    chosen, avoided = choices.sources(view, sources), tuple(dict.fromkeys(avoid or ()))
    if len(avoided) > MOST_AVOIDED:
        raise InputError(f"{len(avoided)} entities to avoid were given; it can be {MOST_AVOIDED} at most.")
    if both := [end for end in ends if end in avoided]:
        raise InputError(f"{both[0]} is what the question is about, and to be avoided.", hint="Leave it out of what is to be avoided.")
    return Narrowing(
        list(view.narrowed(chosen).compartments),
        _held(during, on),
        min_evidence,
        avoided,
        {"sources": chosen, "during": during, "on": on, "min_evidence": min_evidence, "avoid": list(avoided)},
        tuple(ends),
    )


def narrowed_by(question: Mapping[str, Any], *, not_through: Sequence[str] = (), names: Mapping[str, str] | None = None) -> list[str]:
    """What a question was narrowed by, besides sources, types and links, in sentences; `names` of entities by id, where they are known."""
    named = {id: f"{name} [{id}]" for id, name in (names or {}).items()}
    told = []
    if question.get("on") is not None:
        told.append(f"Only what may have held on {question['on']}.")
    if question.get("during") is not None:
        told.append(f"Only what may have held {_period(question['during'])}.")
    if question.get("sequential"):
        told.append("Only links that may have followed each other in time.")
    if question.get("min_evidence", 1) > 1:
        told.append(f"Only what rests on {question['min_evidence']} records at least.")
    if question.get("avoid"):
        told.append(f"Not through {', '.join(named.get(id, id) for id in question['avoid'])}.")
    if question.get("via") is not None:
        told.append(f"By way of {named.get(question['via'], question['via'])}.")
    if not_through:
        told.append(f"Not through what is of type {', '.join(not_through)}.")
    if question.get("identity", "certain") != "certain":
        told.append(_IDENTITY[question["identity"]])
    return told


def _period(during: str) -> str:
    begin, until = ends_of(during)
    return f"from {begin} to {until}" if begin and until else f"from {begin} on" if begin else f"until {until}"


_IDENTITY = {"none": "No same-as is crossed.", "possible": "What is only possibly the same is crossed, too."}


def _held(during: str | None, on: str | None) -> Days | None:
    if during is not None and on is not None:
        raise InputError("Both a period and a day were given.", hint="Give --during or --on, not both.")
    if during is None:
        return days("on", on)
    begin, until = (days("during", text) for text in ends_of(during))
    held = Days(begin.first if begin else FIRST, until.last if until else LAST)
    if held.last < held.first:
        raise InputError(f"The period {during!r} ends before it begins.", hint="Write the earlier date first.")
    return held
