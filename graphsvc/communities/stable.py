"""Communities that keep their ids from run to run: by their members, not by hope in the seed.

Pure functions over ids. Two steps: where nothing has changed, the communities of the last run stay as they were; the others get the id
of the earlier one that they share most with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graphsvc.communities.joined import join, root
from graphsvc.communities.projection import Group

# What two communities must share of what either has, to be one and the same: below, neither is the other's continuation.
_SHARED = 1 / 3


@dataclass(frozen=True)
class Community:
    """`members` (parties) and `things` (attributes that join them) by id, in order; `size` counts members that are the same once.

    `number` is None as long as it has no id.
    """

    number: int | None
    members: list[str]
    things: list[str]
    size: int

    @property
    def ids(self) -> list[str]:
        return [*self.members, *self.things]


def communities(groups: Iterable[Group], least: int) -> list[Community]:
    """Groups that are large enough, without ids as yet."""
    return [_community(group) for group in groups if group.size >= least]


def _community(group: Group) -> Community:
    told = list(zip(group.ids, group.things, strict=True))
    return Community(None, sorted(id for id, thing in told if not thing), sorted(id for id, thing in told if thing), group.size)


def settled(before: Sequence[Community], groups: Sequence[Group], touched: set[str], least: int) -> list[Community]:
    """The communities of a run after `before`: of what no change has touched those of before, the rest as they were found.

    Leiden ends in one of several partitions that are all but equally good; which one hangs on how far-off nodes are numbered. What is
    joined to nothing that has changed has no reason to change. `touched`: entities that came or went, or whose links or identity did.
    """
    at = {id: number for number, one in enumerate(before) for id in one.ids}
    # Groups of now and communities of before hang together where they share an entity: part by part, all is kept or nothing.
    part = list(range(len(groups) + len(before)))
    moved: list[bool] = [False] * len(part)
    there: set[int] = set()
    for number, group in enumerate(groups):
        for id in group.ids:
            moved[number] |= id in touched
            if (earlier := at.get(id)) is not None:
                join(part, number, len(groups) + earlier)
                there.add(earlier)
    for number, one in enumerate(before):
        # What is in no group any more went away, or became a hub.
        moved[len(groups) + number] = number not in there or any(id in touched for id in one.ids)
    changed = {root(part, number) for number, is_moved in enumerate(moved) if is_moved}
    known = {root(part, len(groups) + number) for number in range(len(before))}
    kept = [one for number, one in enumerate(before) if root(part, len(groups) + number) not in changed]
    # A group that shares nothing with any community of before, and in which nothing has changed, was there and too small already.
    found = [group for number, group in enumerate(groups) if root(part, number) in changed or root(part, number) not in known]
    return kept + communities(found, least)


def numbered(before: Sequence[Community], found: Iterable[Community], following: int) -> tuple[list[Community], int]:
    """The communities with their numbers, by these, and the next number that is free.

    Pairs that share most (of what either has) come first; what shares too little with any is new.
    """
    found = list(found)
    taken = {one.number for one in found if one.number is not None}
    new = [one for one in found if one.number is None]
    new.sort(key=lambda one: one.members)
    at = {id: one for one in before for id in one.members}
    pairs = []
    for place, one in enumerate(new):
        for number, shared in Counter(at[id].number for id in one.members if id in at).items():
            if number is not None and number not in taken:
                earlier = next(at[id] for id in one.members if id in at and at[id].number == number)
                pairs.append((-shared / (len(one.members) + len(earlier.members) - shared), number, place))
    numbers: dict[int, int] = {}
    for share, number, place in sorted(pairs):
        if -share >= _SHARED and number not in taken and place not in numbers:
            numbers[place] = number
            taken.add(number)
    for place in range(len(new)):
        if place not in numbers:
            numbers[place], following = following, following + 1
    named = [Community(numbers[place], one.members, one.things, one.size) for place, one in enumerate(new)]
    kept = [one for one in found if one.number is not None]
    return sorted([*kept, *named], key=lambda one: one.number or 0), following
