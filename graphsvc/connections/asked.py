"""What a question for paths asks, checked: from what was typed to what an engine searches for.

May import the graph's ontology and view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from graphsvc.connections import choices, worth
from graphsvc.connections.engines.chain import Search
from graphsvc.connections.engines.limits import BUDGET, HUB_LINKS, MOST_BUDGET
from graphsvc.errors import InputError
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.topology.periods import OPEN_BEGIN, OPEN_END, typed
from graphsvc.graph.view import View

MOST_HOPS = 12
MOST_PATHS = 100
MOST_AVOIDED = 50
# Identity levels, and the statements that paths cross at each.
CROSSING = {"none": [], "certain": ["SAME_AS"], "possible": ["SAME_AS", "POSSIBLY_SAME"]}


@dataclass(frozen=True, slots=True)
class PathOptions:
    """How to look for paths, as both doors take it; docs/asking.md says what each means. `hub_links` is the operator's setting;
    `known_at` is the graph's that is asked (connections/known.py).
    """

    max_hops: int = 6
    k: int = 5
    types: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    identity: str = "certain"
    rank: str = "worth"
    during: str | None = None
    on: str | None = None
    sequential: bool = False
    through_hubs: bool = False
    avoid: Sequence[str] | None = None
    via: str | None = None
    min_evidence: int = 1
    budget: int = BUDGET
    hub_links: int = HUB_LINKS
    known_at: str | None = None

    def told(self) -> dict[str, Any]:
        """As it stands in the log and in answers."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def search_for(view: View, a: str, b: str, options: PathOptions) -> Search:
    """The search that a question asks for. Raises InputError for bounds, names and dates that can't be, and for what contradicts itself."""
    if a == b:
        raise InputError("Both ends are the same entity.", hint="Give two different ones.")
    check(options)
    avoid = tuple(dict.fromkeys(options.avoid or ()))
    for end in (a, b):
        if end in avoid:
            raise InputError(f"{end} is an end of the question and to be avoided.", hint="A path needs both of its ends.")
    ontology = load_ontology()
    return Search(
        start=a,
        end=b,
        max_hops=options.max_hops,
        k=options.k,
        types=choices.link_types(ontology, options.types),
        searched=list(view.narrowed(choices.sources(view, options.sources)).compartments),
        crossing=CROSSING[options.identity],
        rank=options.rank,
        during=days(options.during, options.on),
        sequential=options.sequential,
        hub=None if options.through_hubs else options.hub_links,
        avoid=avoid,
        via=None if options.via in (a, b) else options.via,
        least_records=options.min_evidence,
        no_middles=ontology.no_middles,
        budget=options.budget,
    )


def check(options: PathOptions) -> None:
    """Raises InputError for bounds, names and dates that can't be, whoever asks about whom."""
    _within("max_hops", options.max_hops, MOST_HOPS)
    _within("k", options.k, MOST_PATHS)
    _within("min_evidence", options.min_evidence, worth.MOST_RECORDS)
    _within("budget", options.budget, MOST_BUDGET)
    _within("hub_links", options.hub_links, MOST_BUDGET)
    for what, given, known in (("identity level", options.identity, tuple(CROSSING)), ("rank", options.rank, worth.RANKS)):
        if given not in known:
            raise InputError(f"There is no {what} {given!r}.", hint=f"There are: {', '.join(known)}.")
    avoid = tuple(dict.fromkeys(options.avoid or ()))
    if len(avoid) > MOST_AVOIDED:
        raise InputError(f"{len(avoid)} entities to avoid were given; it can be {MOST_AVOIDED} at most.")
    if options.via is not None and options.via in avoid:
        raise InputError(f"Paths are to go by {options.via} and to avoid it.", hint="Leave out one of the two.")
    choices.link_types(load_ontology(), options.types)
    days(options.during, options.on)


def days(during: str | None, on: str | None) -> tuple[int, int] | None:
    """The first and last day that `FROM..TO`, either of which may be missing, or one partial date stands for; None for neither given."""
    if during is not None and on is not None:
        raise InputError("Both a period and a day were given.", hint="Give --during or --on, not both.")
    if on is not None:
        return _day("on", on, last=False), _day("on", on, last=True)
    if during is None:
        return None
    begin, until = ends_of(during)
    first = _day("during", begin, last=False) if begin else OPEN_BEGIN
    last = _day("during", until, last=True) if until else OPEN_END
    if last < first:
        raise InputError(f"The period {during!r} ends before it begins.", hint="Write the earlier date first.")
    return first, last


def ends_of(during: str) -> tuple[str | None, str | None]:
    """The two dates of `FROM..TO`, one of which may be missing. Raises InputError for what is no period."""
    begin, dots, until = during.partition("..")
    if not dots or not (begin or until):
        raise InputError(f"{during!r} is no period.", hint="Write it as 2019-01..2019-06-30; one of the two may be missing.")
    return begin or None, until or None


def _day(what: str, text: str, *, last: bool) -> int:
    found = typed(text.strip(), last=last)
    if found is None:
        raise InputError(f"{what}: {text!r} is no date.", hint="Write a day, a month or a year: 2019-05-03, 2019-05 or 2019.")
    return found


def _within(what: str, given: int, most: int) -> None:
    if not 1 <= given <= most:
        raise InputError(f"{what} is {given}; it can be 1 to {most:,}.")
