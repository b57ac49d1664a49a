"""The graph as it was known at an earlier time: which batches there were, and what entities, links and records said by then.

May import the graph, and of loading what maps rows again. Queries read what was in force then (`graphsvc.graph.queries.then`); what they
say of a thing is worked out of its rows that were in force then, as loading works it out of those of today.

Two things are as they are today: who may see what, and what sources have withdrawn. A withdrawn row is not shown for any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from graphsvc.connections import words
from graphsvc.connections.clusters import not_in_view
from graphsvc.errors import GraphsvcError, InputError
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.feed import was_in_force
from graphsvc.graph.ontology import Ontology, load_ontology
from graphsvc.graph.topology.periods import typed
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.assertions import EntityAssertion, Mapped
from graphsvc.loading.compose import Finisher, Told, compose, rank
from graphsvc.loading.remap import Remapper
from graphsvc.policy.vault import Vault

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OWN_DATES = "each row's own"  # what a load says whose rows bring their as-of dates
_FRAME = ("id", "source", "type", "compartment", "seq_from", "seq_history")


class Known:
    """What was known at a time; an `Earlier` for the graph. `unsure`: records in force then whose rows can't be read any more, so that what
    they said stays as it is today.
    """

    def __init__(self, at: str, seq: int, withdrawn: list[str], vault: Vault) -> None:
        self.at, self.seq, self.withdrawn, self._vault = at, seq, withdrawn, vault
        self.unsure: set[str] = set()
        self._ontology = load_ontology()
        self._finisher = Finisher(self._ontology, vault.digester())
        self._mappers: dict[str, Remapper] = {}
        self._rows: dict[str, Row | None] = {}
        self._said: dict[str, Mapped] = {}
        self._dates: dict[str, set[str]] = {}

    def told(self) -> dict[str, Any]:
        """What an answer says of the time that it is about."""
        notes = [f"As it was known on {words.moment(self.at)}; who may see what, and what was withdrawn, as today."]
        if self.unsure:
            rows = "row" if len(self.unsure) == 1 else "rows"
            notes.append(f"{len(self.unsure)} {rows} can't be read any more: what rests on them is shown as it is today.")
        return {"at": self.at, "unsure": sorted(self.unsure), "notes": notes}

    def put_back(self, graph: Graph, view: View, inquiry: Inquiry, rows: list[Row]) -> None:
        """Change what rows say of entities, links and records to what they said then."""
        found = [(one, kind) for row in rows for one in _maps(row) if (kind := _kind(self._ontology, one)) is not None]
        if not found:
            return
        self._read(graph, view, inquiry, [one for one, _ in found])
        for one, kind in found:
            if kind == "record":
                self._put_back_record(one)
            else:
                one["seq_to"] = None
            if kind == "link":
                self._put_back_link(one)
            elif kind == "entity":
                self._put_back_entity(one)

    def _read(self, graph: Graph, view: View, inquiry: Inquiry, items: list[dict[str, Any]]) -> None:
        """Read and map the rows that things rest on, each once, and the dates that their sources had given by then."""
        wanted = sorted({record for item in items for record in item.get("records") or []} - self._rows.keys())
        self._rows.update(dict.fromkeys(wanted))
        for row in graph.ask(view, inquiry, "known/rows", ids=wanted) if wanted else []:
            self._rows[row["id"]] = row
            self._map(graph, row)
        sources = sorted({item["source"] for item in items if "source" in item} - self._dates.keys())
        self._dates.update({source: {_OWN_DATES} for source in sources})
        for row in graph.stream("known/dates", sources=sources, at=self.at) if sources else []:
            self._dates[row["source"]] = set(row["dates"])

    def _map(self, graph: Graph, row: Row) -> None:
        source = row["source"]
        if source not in self._mappers:
            self._mappers[source] = Remapper(source, self._ontology, self._vault)
        try:
            self._said[row["id"]] = self._mappers[source].map_row(graph, row)
        except GraphsvcError:
            if row["in_force"]:
                self.unsure.add(row["id"])

    def _by_then(self, item: dict[str, Any]) -> list[str]:
        """The records of a thing that were there then, in force or not."""
        return [id for id in item.get("records") or [] if (row := self._rows.get(id)) is not None and row["there"]]

    def _in_force(self, item: dict[str, Any]) -> list[str]:
        return [id for id in self._by_then(item) if (self._rows[id] or {})["in_force"]]

    def _dated(self, record: dict[str, Any]) -> list[str]:
        """The as-of dates of a row that had been given by then."""
        as_of: list[str] = record["as_of"]
        loads = self._dates.get(record["source"], {_OWN_DATES})
        # Of dates that were added before it was kept by which batch, it is known that a load of the source gave them.
        seqs = record.get("as_of_seq") or [0] * len(as_of)
        known = [date for date, seq in zip(as_of, seqs, strict=True) if (seq <= self.seq if seq else date in loads or _OWN_DATES in loads)]
        return known or as_of[:1]

    def _rank(self, id: str) -> tuple[str, str]:
        row = self._rows[id] or {}
        return max(self._dated(row)), row["sha256"]

    def _put_back_link(self, link: dict[str, Any]) -> None:
        records = self._in_force(link)
        if self.unsure & {*records}:
            return
        said = [(id, s) for id in records for s in self._said[id].links if s.id == link["id"]]
        if said:
            frame = {name: link[name] for name in _FRAME if name in link}
            properties = compose([Told(*self._rank(id), s.type, s.properties) for id, s in said])
            records = self._by_then(link)
            link.clear()
            link.update({**properties, **frame, "records": records, "seq_to": None})

    def _put_back_entity(self, entity: dict[str, Any]) -> None:
        records = self._in_force(entity)
        said = [(id, e) for id in records if id in self._said for e in self._said[id].entities if e.own and e.id == entity["id"]]
        bare = self._assertion(entity)
        if bare is None or self.unsure & {*records}:
            return
        told = [Told(*self._rank(id), e.type, e.properties) for id, e in said]
        type = rank(told)[0].type if told else bare.bare_type
        frame = {name: entity[name] for name in _FRAME if name in entity} | {"type": type, "seq_to": None}
        if by_then := self._by_then(entity):
            frame["records"] = by_then
        if not told and bare.may_be_stub:
            frame["stub"] = True
        node = self._finisher.finish(entity["id"], type, {**bare.key_properties, **compose(told)})
        entity.clear()
        entity.update({**node, **frame})

    def _assertion(self, entity: dict[str, Any]) -> EntityAssertion | None:
        """What any of its rows says of an entity: all agree in what follows from its key. None for one that no row describes."""
        said = (self._said[id] for id in entity.get("records") or [] if id in self._said)
        return next((e for mapped in said for e in mapped.entities if e.id == entity["id"]), None)

    def _put_back_record(self, record: dict[str, Any]) -> None:
        then = was_in_force(record, self.seq)
        record["seq_to"] = None if then else record["seq_to"] or record["seq_from"]
        if isinstance(record.get("as_of"), list):
            record["as_of"] = self._dated(record)


def as_known(graph: Graph, view: View, inquiry: Inquiry, when: str, vault: Vault) -> tuple[Graph, Known]:
    """The graph as it was known at a time, and what was known then: a date stands for its end, in UTC.

    Raises InputError for what is no date or time, or has not been yet.
    """
    at = moment(when)
    (batch,) = graph.stream("known/batch", at=at)
    withdrawn = sorted({row["id"] for row in graph.ask(view, inquiry, "known/withdrawn", since=batch["seq"])})
    known = Known(at, batch["seq"], withdrawn, vault)
    return graph.as_known(known), known


def shown_then(graph: Graph, view: View, inquiry: Inquiry, ids: list[str]) -> None:
    """Raises NotFound for an entity of which nothing is left today but that a withdrawn row has named it."""
    for row in graph.ask(view, inquiry, "known/bare", ids=sorted(set(ids))):
        raise not_in_view(row["id"])


def moment(when: str) -> str:
    """The last millisecond that a date, a month, a year or a time with its zone stands for, as times are kept."""
    text, now = when.strip(), datetime.now(UTC)
    first, last = typed(text, last=False), typed(text, last=True)
    if first is not None and last is not None:
        begin, at = _EPOCH + timedelta(days=first), _EPOCH + timedelta(days=last + 1, milliseconds=-1)
    else:
        try:
            begin = at = datetime.fromisoformat(text)
        except ValueError:
            raise _no_time(when) from None
        if at.tzinfo is None:
            raise _no_time(when)
    if begin > now:
        raise InputError(f"{when} has not been yet.", hint="Nothing is known of it: leave --known-at out for what is known today.")
    return min(at, now).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _no_time(when: str) -> InputError:
    hint = "Write a date (2019-05-03, 2019-05, 2019), or a time with its zone: 2019-05-03T09:30Z."
    return InputError(f"known_at: {when!r} is no date and no time.", hint=hint)


def _maps(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _maps(part)
    elif isinstance(value, list):
        for part in value:
            yield from _maps(part)


def _kind(ontology: Ontology, one: dict[str, Any]) -> str | None:
    """What a map read of the graph is of: `entity`, `link`, `statement`, `record`, or None for anything else."""
    if not isinstance(one.get("id"), str) or "seq_from" not in one:
        return None
    if "method" in one:
        return "statement"
    what = one["id"].split("/", 2)[1]
    return "record" if what == "record" else "link" if what in ontology.links else "entity"
