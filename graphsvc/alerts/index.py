"""Which watches a batch may concern: an index of all of them by what can be touched, so that ten thousand cost no more than a look each.

It looks at ids and keyed digests alone, whatever their compartments, and tells nothing: what it names is asked for with the owner's view.
May import watches and the graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphsvc.alerts.subjects import Community, Entity, Identifier, Joining, Path, found_by
from graphsvc.alerts.watches import Watch
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.feed import SAME, sorted_out

_AT_ONCE = 5_000
_BORNE = ("ident", "hash", "number")  # by what an entity is found, in the order of alerts/entities.cypher
Change = str  # came, ended or changed


@dataclass(frozen=True, slots=True)
class Fact:
    """A link or statement that a batch touched, with both ends."""

    id: str
    a: str
    b: str
    change: Change


@dataclass(slots=True)
class Hit:
    """What of a batch concerns one watch: entities that it touched, links and statements."""

    entities: set[str] = field(default_factory=set)
    facts: dict[str, Fact] = field(default_factory=dict)


class Index:
    """The watches that are not over, by what they are of. `digest` is the deployment's."""

    def __init__(self, graph: Graph, watches: Iterable[Watch], version: int, digest: Callable[[str], str]) -> None:
        self._graph = graph
        self.version = version
        self.watches = {watch.id: watch for watch in watches}
        self._entities: dict[str, set[str]] = defaultdict(set)
        # By what they are the same as, themselves with it: watched entities; and the other way round.
        self._watched: dict[str, set[str]] = defaultdict(set)
        self._same: dict[str, set[str]] = {}
        self._found_by: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._near: dict[str, set[str]] = defaultdict(set)
        self._members: dict[str, set[str]] = defaultdict(set)
        self._core: dict[str, set[str]] = {}
        self._around: dict[str, set[str]] = {}
        self._paths = {watch.id: (watch.subject.from_, watch.subject.to) for watch in self.watches.values() if watch.subject.kind == "path"}
        for watch in self.watches.values():
            if isinstance(watch.subject, Entity):
                self._entities[watch.subject.entity].add(watch.id)
            elif isinstance(watch.subject, Identifier):
                for what, text in found_by(watch.subject):
                    self._found_by[what, digest(text) if what == "ident" else text].add(watch.id)
        self._of_end: dict[str, set[str]] = defaultdict(set)
        for id, ends in self._paths.items():
            for end in ends:
                self._of_end[end].add(id)
        self._read_same(self._entities)
        self._read_near(self._paths)
        self.read_members()

    def of_runs(self) -> list[Watch]:
        """The watches of what runs of jobs find."""
        return [watch for watch in self.watches.values() if watch.subject.kind in ("community", "anomaly")]

    def read_members(self) -> None:
        """Read again who is in the communities that are watched for new links."""
        of: dict[str, set[str]] = defaultdict(set)
        for watch in self.watches.values():
            if isinstance(watch.subject, Joining):
                of[watch.subject.community].add(watch.id)
        self._members.clear()
        for row in self._graph.stream("alerts/members", communities=sorted(of)) if of else ():
            for id in row["members"]:
                self._members[id] |= of[row["id"]]

    def hits(self, batch: Row) -> dict[str, Hit]:
        """What of a batch concerns which watch, by its id."""
        if not self.watches:
            return {}
        change = {
            **dict.fromkeys(batch["changed"], "changed"),
            **dict.fromkeys(batch["retired"], "ended"),
            **dict.fromkeys(batch["added"], "came"),
        }
        entities, links = sorted_out(change)
        found: dict[str, Hit] = defaultdict(Hit)
        self._follow(links.get(SAME["same"], []), change, found)
        for id in entities:
            for watch in self._watching(id):
                found[watch].entities.add(id)
        facts = [(fact, type) for type, ids in links.items() if type != SAME["possible"] for fact in self._facts(type, ids, change)]
        bearing = self._bearing([*entities, *(end for fact, _ in facts for end in (fact.a, fact.b))])
        for id in entities:
            for watch in bearing.get(id, ()):
                found[watch].entities.add(id)
        near: dict[str, list[tuple[Fact, str]]] = defaultdict(list)
        for fact, type in facts:
            for watch in self._concerned(fact, type, bearing):
                found[watch].facts[fact.id] = fact
            if fact.change != "ended":
                for watch in {watch for end in (fact.a, fact.b) for watch in self._near.get(end, ())}:
                    near[watch].append((fact, type))
        self._grow(near)
        beyond = self._beyond(near)
        for watch, facts in near.items():
            for fact, type in facts:
                if self._may_be_on_path(watch, fact, type, beyond):
                    found[watch].facts[fact.id] = fact
        return {id: hit for id, hit in found.items() if self.watches[id].since < batch["seq"]}

    def _facts(self, type: str, ids: list[str], change: Mapping[str, Change]) -> Iterator[Fact]:
        """Links or statements of one type that a batch touched, with their ends."""
        for some in _parts(ids):
            for row in self._graph.stream("alerts/links", fills={"type": type}, ids=some):
                for id, a, b in zip(row["ids"], row["a"], row["b"], strict=True):
                    yield Fact(id, a, b, change[id])

    def _concerned(self, fact: Fact, type: str, bearing: Mapping[str, set[str]]) -> set[str]:
        """The watches that a link concerns, without those of paths."""
        concerned = {watch for end in (fact.a, fact.b) for watch in (*self._watching(end), *bearing.get(end, ()))}
        if type != "SAME_AS" and fact.change == "came":
            concerned |= self._members.get(fact.a, set()) ^ self._members.get(fact.b, set())
        return concerned

    def _watching(self, entity: str) -> set[str]:
        """The watches of an entity, and of those that are stated to be the same."""
        return {watch for watched in self._watched.get(entity, ()) for watch in self._entities[watched]}

    def _follow(self, statements: list[str], change: Mapping[str, Change], found: dict[str, Hit]) -> None:
        """Note statements of identity about what was watched before the batch, and read again what is the same since."""
        joined: set[str] = set()
        for fact in self._facts(SAME["same"], statements, change):
            for end in (fact.a, fact.b):
                joined |= self._watched.get(end, set())
                for watch in self._watching(end):
                    found[watch].facts[fact.id] = fact
        self._read_same(joined)

    def _read_same(self, watched: Iterable[str]) -> None:
        """Read what these watched entities are stated to be the same as, through any number of statements."""
        same = {entity: {entity} for entity in watched}
        self._spread(same, "alerts/same", again=True)
        for entity, ids in same.items():
            for id in self._same.get(entity, set()) - ids:
                self._watched[id].discard(entity)
            for id in ids:
                self._watched[id].add(entity)
        self._same.update(same)

    def _may_be_on_path(self, watch: str, fact: Fact, type: str, beyond: Mapping[str, set[str]]) -> bool:
        """Whether a link can be one of three between the two ends: the first or the last, with two that lead on to what lies near the other
        end, or one between what lies near the two.
        """
        a, b = self._paths[watch]
        near_a, near_b = self._around[a], self._around[b]
        if type == "SAME_AS":
            return not near_a.isdisjoint((fact.a, fact.b)) or not near_b.isdisjoint((fact.a, fact.b))
        return any(
            (one in self._core[a] and not beyond[other].isdisjoint(near_b))
            or (one in self._core[b] and not beyond[other].isdisjoint(near_a))
            or (one in near_a and other in near_b)
            for one, other in ((fact.a, fact.b), (fact.b, fact.a))
        )

    def _beyond(self, near: Mapping[str, Sequence[tuple[Fact, str]]]) -> dict[str, set[str]]:
        """Of the other ends of links at a watched end: themselves, what they are the same as, and what of what lies near is one link on."""
        cores = {watch: self._core[a] | self._core[b] for watch, (a, b) in ((watch, self._paths[watch]) for watch in near)}
        ends = {
            other
            for watch, facts in near.items()
            for fact, type in facts
            for one, other in ((fact.a, fact.b), (fact.b, fact.a))
            if type != "SAME_AS" and one in cores[watch]
        }
        beyond = {end: {end} for end in ends}
        if ends:
            wanted = set().union(*(self._around[end] for watch in near for end in self._paths[watch]))
            self._spread(beyond, "alerts/same", again=True)
            self._spread(beyond, "alerts/linked", again=False, among=sorted(wanted))
        return beyond

    def _bearing(self, ids: Iterable[str]) -> dict[str, set[str]]:
        """The watches of an identifier that these entities have, by entity."""
        if not self._found_by:
            return {}
        found: dict[str, set[str]] = {}
        for some in _parts(sorted(set(ids))):
            for row in self._graph.stream("alerts/entities", ids=some):
                for id, *borne in row["found"]:
                    watches = {watch for key in zip(_BORNE, borne, strict=True) for watch in self._found_by.get(key, ())}
                    if watches:
                        found[id] = watches
        return found

    def _read_near(self, watches: Iterable[str]) -> None:
        """Read what lies near the ends of these paths: across one link at most, and statements of identity before it and after it.

        Of a path of three links each has an end there, so that nothing else has to be looked at.
        """
        wanted = sorted(watches)
        if not wanted:
            return
        ends = {end for id in wanted for end in self._paths[id]}
        around = {end: {end} for end in ends}
        self._spread(around, "alerts/same", again=True)
        self._core.update({end: set(ids) for end, ids in around.items()})
        self._spread(around, "alerts/linked", again=False, among=None)
        self._spread(around, "alerts/same", again=True)
        self._around.update(around)
        self._note(around)

    def _grow(self, touched: Mapping[str, Sequence[tuple[Fact, str]]]) -> None:
        """Add what a batch brought near; read again only where it said what is the same. What it ended stays."""
        joined = {watch for watch, facts in touched.items() if any(type == SAME["same"] for _, type in facts)}
        self._read_near(joined)
        fresh: dict[str, set[str]] = defaultdict(set)
        for watch in touched.keys() - joined:
            for end in self._paths[watch]:
                core, around = self._core[end], self._around[end]
                for fact, _ in touched[watch]:
                    for one, other in ((fact.a, fact.b), (fact.b, fact.a)):
                        if one in core and other not in around:
                            fresh[end].add(other)
        self._spread(fresh, "alerts/same", again=True)
        for end, ids in fresh.items():
            self._around[end] |= ids
        self._note(fresh)

    def _note(self, around: Mapping[str, Iterable[str]]) -> None:
        """Note these as near to ends."""
        for end, ids in around.items():
            for id in ids:
                self._near[id] |= self._of_end[end]

    def _spread(self, around: dict[str, set[str]], query: str, *, again: bool, **asked: Any) -> None:
        fresh = {end: set(ids) for end, ids in around.items()}
        while any(fresh.values()):
            others: dict[str, set[str]] = {}
            for some in _parts(sorted({id for ids in fresh.values() for id in ids})):
                others.update({row["id"]: set(row["others"]) for row in self._graph.stream(query, ids=some, **asked)})
            for end, ids in fresh.items():
                fresh[end] = {other for id in ids for other in others.get(id, ())} - around[end]
                around[end] |= fresh[end]
            if not again:
                return


def subjects(watch: Watch) -> tuple[list[str], list[str]]:
    """The entities and the communities that a watch is of: those that its owner must be able to see."""
    subject = watch.subject
    if isinstance(subject, Entity):
        return [subject.entity], []
    if isinstance(subject, Path):
        return [subject.from_, subject.to], []
    return [], [subject.community] if isinstance(subject, (Community, Joining)) else []


def _parts(ids: list[str]) -> Iterator[list[str]]:
    return (ids[begin : begin + _AT_ONCE] for begin in range(0, len(ids), _AT_ONCE))
