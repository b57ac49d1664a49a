"""Two runs compared: which communities were born, died, grew, shrank, merged and split, and who moved.

Pure functions over communities with numbers. Members are counted as entities; where they went, a half decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from graphsvc.communities.stable import Community

ChangeKind = Literal["born", "died", "grew", "shrank", "merged", "split", "moved"]
KINDS: tuple[ChangeKind, ...] = ("born", "died", "merged", "split", "grew", "shrank", "moved")

# A part of a community is a part of it from so many members on; fewer have moved.
_PART = 2


@dataclass(frozen=True)
class Change:
    """One change. `before` and `after`: numbers of the communities that it is of, as they were and as they are; `entities`: the members
    that came (grew), went (shrank), moved, or that the community consists of (born, died); nobody for the rest.
    """

    kind: ChangeKind
    before: tuple[int, ...]
    after: tuple[int, ...]
    entities: tuple[str, ...] = ()


def changes(before: Sequence[Community], after: Sequence[Community]) -> list[Change]:
    """What has changed, by kind and number."""
    old, new = _by_number(before), _by_number(after)
    was = {id: number for number, one in old.items() for id in one.members}
    now = {id: number for number, one in new.items() for id in one.members}
    came_from = {number: Counter(was[id] for id in one.members if id in was) for number, one in new.items()}
    went_to = {number: Counter(now[id] for id in one.members if id in now) for number, one in old.items()}
    found: list[Change] = []
    explained: set[tuple[int, int]] = set()
    for number, sources in sorted(came_from.items()):
        merged = [one for one, shared in sources.items() if shared >= _PART and 2 * shared > len(old[one].members)]
        if len(merged) > 1:
            found.append(Change("merged", tuple(sorted(merged)), (number,)))
            explained.update((one, number) for one in merged)
    for number, targets in sorted(went_to.items()):
        parts = [one for one, shared in targets.items() if shared >= _PART and 2 * shared > len(new[one].members)]
        if len(parts) > 1:
            found.append(Change("split", (number,), tuple(sorted(parts))))
            explained.update((number, one) for one in parts)
    ends = {number for one in found if one.kind == "merged" for number in one.before}
    begins = {number for one in found if one.kind == "split" for number in one.after}
    found += [Change("born", (), (number,), tuple(new[number].members)) for number in sorted(new.keys() - old.keys() - begins)]
    found += [Change("died", (number,), (), tuple(old[number].members)) for number in sorted(old.keys() - new.keys() - ends)]
    moves: dict[tuple[int, int], list[str]] = {}
    for id, number in sorted(now.items()):
        pair = (was.get(id, number), number)
        if pair[0] != pair[1] and pair not in explained and pair[0] in new and pair[1] in old:
            moves.setdefault(pair, []).append(id)
    found += [Change("moved", (a,), (b,), tuple(ids)) for (a, b), ids in sorted(moves.items())]
    for number in sorted(old.keys() & new.keys()):
        # Who came from another community, or went to one, is told as a move, a merger or a split.
        came = tuple(id for id in new[number].members if id not in was)
        went = tuple(id for id in old[number].members if id not in now)
        found += [Change("grew", (number,), (number,), came)] if came else []
        found += [Change("shrank", (number,), (number,), went)] if went else []
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.before, one.after))


def _by_number(found: Iterable[Community]) -> dict[int, Community]:
    return {one.number: one for one in found if one.number is not None}
