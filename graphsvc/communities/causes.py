"""Why a community changed: the fewest links and statements without which it would not have, found by leaving them out.

May import the parts beside it. Delta debugging: A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
Transactions on Software Engineering 28 (2002).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphsvc.communities.compare import Change
from graphsvc.communities.local import Fact, Local, Parts
from graphsvc.communities.stable import Community

# Partitions that one change may cost, some 20 ms each; nearly all need fewer than 30.
MOST_TRIALS = 120


@dataclass(frozen=True)
class Cause:
    """The `facts` without which the change does not happen; `minimal`: with any of them it does. None of them where `why_not` says why."""

    facts: tuple[Fact, ...]
    minimal: bool
    why_not: str | None = None


NOT_SEEN = "The change does not show in its own surroundings: it hangs on something farther off, or on a near tie."
NOT_UNDONE = "The change shows without anything that changed here: it is a near tie, which something farther off has turned."
NOTHING = "No link and no statement of identity in view has changed here."
TOO_LARGE = "What surrounds it is too large to look into."


def cause(change: Change, local: Local, before: Mapping[int, Community], after: Mapping[int, Community], least: int) -> Cause:
    """The cause of one change, from what surrounds it."""
    if not local.complete:
        return Cause((), False, TOO_LARGE)
    if not local.facts:
        return Cause((), False, NOTHING)

    def happens(without: frozenset[str]) -> bool:
        return shows(change, local.parts(without), before, after, least)

    everything = frozenset(local.facts)
    if not happens(frozenset()):
        return Cause((), False, NOT_SEEN)
    if happens(everything):
        return Cause((), False, NOT_UNDONE)
    found, minimal = fewest(sorted(everything, key=lambda id: (-local.facts[id].seq, id)), lambda without: not happens(without))
    return Cause(tuple(local.facts[id] for id in sorted(found)), minimal)


def fewest(ids: list[str], undone: Callable[[frozenset[str]], bool]) -> tuple[list[str], bool]:
    """A smallest part of the ids with which `undone` holds, of which nothing can be left out; and whether the trials sufficed for that."""
    parts, trials = 2, 0
    while len(ids) > 1:
        size = -(-len(ids) // parts)
        some = [ids[begin : begin + size] for begin in range(0, len(ids), size)]
        others = [[id for id in ids if id not in set(one)] for one in some]
        for number, one in enumerate([*some, *(others if len(some) > 2 else [])]):
            trials += 1
            if trials > MOST_TRIALS:
                return ids, False
            if undone(frozenset(one)):
                ids, parts = one, 2 if number < len(some) else max(parts - 1, 2)
                break
        else:
            if parts >= len(ids):
                break
            parts = min(2 * parts, len(ids))
    return ids, True


def shows(change: Change, parts: Parts, before: Mapping[int, Community], after: Mapping[int, Community], least: int) -> bool:
    """Whether a change is to be seen in these communities."""
    old = [before[number].members for number in change.before]
    new = [after[number].members for number in change.after]
    if change.kind == "merged":
        mains = [parts.main(one) for one in old]
        return any(main is not None and mains.count(main) > 1 for main in mains)
    if change.kind == "split":
        members = set(old[0])
        return len({parts.main(part) for one in new if (part := [id for id in one if id in members])}) > 1
    if change.kind == "born":
        return parts.together(new[0]) >= least and parts.main(new[0]) is not None
    if change.kind == "died":
        return parts.together(old[0]) < least or parts.main(old[0]) is None
    stayed = set(before[change.after[0]].members if change.kind == "moved" else old[0])
    main = parts.main([id for id in new[0] if id in stayed])
    if change.kind == "shrank":
        return any(main is None or parts.community.get(id) != main for id in change.entities)
    return main is not None and any(parts.community.get(id) == main for id in change.entities)
