"""One batch, one transaction: prepared rows become records, entities, links, and an entry of the feed.

New rows take a short way: what does not exist is created, what exists and agrees is extended. Everything else (a changed row, two
rows that disagree, a thing that had been retired) goes to `settle`, which works it out from all the rows in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from typing import Any

from graphsvc.graph.driver import Tx
from graphsvc.graph.ontology import Ontology
from graphsvc.graph.schema import label
from graphsvc.graph.types import utc_now
from graphsvc.loading.assertions import EntityAssertion, LinkAssertion, Mapped
from graphsvc.loading.changes import Changes, LoadContext
from graphsvc.loading.compose import Finisher, Properties, compatible
from graphsvc.loading.pending import Pending, PendingEntity, PendingLink
from graphsvc.loading.prepare import PreparedRow
from graphsvc.loading.refusals import Refusals, Refused
from graphsvc.loading.remap import Remapper
from graphsvc.loading.revision import Revision, added_by
from graphsvc.loading.settle import Settler


class Writer:
    """Writes batches of one load."""

    def __init__(self, context: LoadContext, ontology: Ontology, finisher: Finisher, remapper: Remapper) -> None:
        self._context, self._ontology, self._finisher, self._remapper = context, ontology, finisher, remapper

    def write(self, tx: Tx, rows: Sequence[PreparedRow], refused: Sequence[Refused] = ()) -> Changes:
        """Write one batch; the caller commits. Other batches wait from here to the commit. `refused` rows withdraw earlier ones."""
        changes = Changes(tx.run("loading/next_seq")[0]["seq"])
        batch = _Batch(self._context, self._ontology, self._finisher, self._remapper, tx, changes)
        batch.write(rows, refused)
        return self._finish(tx, changes)

    def retire_absent(self, tx: Tx, keys: Sequence[str]) -> Changes:
        """Retire records that a full load did not hold; the context's `full_loads` must list it."""
        changes = Changes(tx.run("loading/next_seq")[0]["seq"])
        batch = _Batch(self._context, self._ontology, self._finisher, self._remapper, tx, changes)
        batch.retire(keys)
        return self._finish(tx, changes)

    def _finish(self, tx: Tx, changes: Changes) -> Changes:
        if changes.any:
            at = utc_now()
            tx.send(
                "loading/batch",
                seq=changes.seq,
                load=self._context.load_id,
                at=at,
                added=changes.added,
                retired=changes.retired,
                changed=changes.changed,
            )
        else:
            tx.send("loading/return_seq")
        return changes


class _Batch:
    """The state of one transaction."""

    def __init__(self, context: LoadContext, ontology: Ontology, finisher: Finisher, remapper: Remapper, tx: Tx, changes: Changes) -> None:
        self.context, self.ontology, self.finisher, self.remapper = context, ontology, finisher, remapper
        self.tx, self.changes = tx, changes
        self.pending = Pending()
        self.fresh: list[PreparedRow] = []
        self.fresh_entities: set[str] = set()
        self.links_made: Future[list[Properties]] | None = None
        self.new_records: list[Properties] = []
        self.record_updates: list[dict[str, Any]] = []

    def write(self, rows: Sequence[PreparedRow], refused: Sequence[Refused]) -> None:
        by_key: dict[str, list[PreparedRow]] = {}
        for row in rows:
            by_key.setdefault(row.key, []).append(row)
            self.changes.links_asserted += len(row.mapped.links)
        refusals = Refusals(self.tx, self.changes, self.context, refused)
        by_key.update({key: [] for key in refusals.keys if key not in by_key})
        unsure = [key for key, given in by_key.items() if key in refusals.keys or not given[0].certainly_new]
        refusals.look_up(unsure)
        known: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for state in self._found("loading/records_by_key", keys=unsure) if unsure else []:
            known[state["key"]].append(state)
        revisions = []
        for key, given in by_key.items():
            if refusals.concern(key, known):
                states = known.get(key, [])
                seen, eligible = [(s["sha256"], s["as_of"]) for s in states], [(row.sha256, [row.as_of]) for row in given]
                revisions.append(self._revision(key, states, given, refusals.times(key, seen, eligible)))
            elif not given:
                continue
            elif key in known:
                if self._known(known[key], given):
                    self.changes.unchanged += len(given)
                else:
                    revisions.append(self._revision(key, known[key], given))
            elif self._uncontested(given):
                self._fresh(given)
            else:
                revisions.append(self._revision(key, [], given))
        refusals.write()
        # The server has these to do while they are folded.
        self._create_records()
        for row in self.fresh:
            self.pending.tell(row.mapped, row.id)
        self._revise(revisions)
        self._apply()

    def retire(self, keys: Sequence[str]) -> None:
        known: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for state in self._found("loading/records_by_key", keys=list(keys)):
            known[state["key"]].append(state)
        self._revise([self._revision(key, known[key], []) for key in keys])
        self._apply()

    def _revision(self, key: str, states: list[dict[str, Any]], given: list[PreparedRow], refused: Collection[str] = ()) -> Revision:
        return Revision(states, given, self.context.full_loads.get(key.split("/", 3)[2], ()), refused)

    def _found(self, name: str, fills: dict[str, int | str] | None = None, **parameters: Any) -> list[dict[str, Any]]:
        """The list that a look-up gives in its one row: a row of its own for each would cost the driver ten times as much."""
        return list(self.tx.run(name, fills, **parameters)[0]["found"])

    def _uncontested(self, given: Sequence[PreparedRow]) -> bool:
        """Whether the rows of a new key agree, and no full load that held none of them has come later."""
        full_loads = self.context.full_loads.get(given[0].table)
        if len(given) > 1 and len({row.sha256 for row in given}) > 1:
            return False
        return full_loads is None or max(full_loads) <= max(row.as_of for row in given)

    def _fresh(self, given: Sequence[PreparedRow]) -> None:
        """A key that nobody has seen: its row is in force."""
        row = max(given, key=lambda one: one.as_of)
        self.changes.unchanged += len(given) - 1
        self._new_record(row, sorted({r.as_of for r in given}) if len(given) > 1 else [row.as_of], 1, in_force=True)
        self.fresh.append(row)

    def _known(self, states: list[dict[str, Any]], given: list[PreparedRow]) -> bool:
        """Whether the rows say nothing that is not already stored."""
        by_sha = {state["sha256"]: state for state in states}
        return all(
            row.sha256 in by_sha and row.as_of in by_sha[row.sha256]["as_of"] and by_sha[row.sha256]["spec"] == self.context.spec_sha256
            for row in given
        )

    def _revise(self, revisions: Sequence[Revision]) -> None:
        """Work out again which version of each key is in force, after new observations of it (or its absence)."""
        turned = [s["id"] for r in revisions for s in r.states if r.turns(s) or r.speaks_anew(s, self.context.spec_sha256)]
        mapped = self.remapper.map_records(self.tx, turned)
        for revision in revisions:
            for row in revision.new_rows():
                self._new_record(row, revision.times(row.sha256), revision.numbers[row.sha256], in_force=row.sha256 == revision.winner)
                self.pending.disturb(row.mapped, row.id)
            self.changes.unchanged += len(revision.given) - len(revision.new_rows())
            for state in revision.states:
                self._update_record(revision, state, mapped.get(state["id"]))

    def _update_record(self, revision: Revision, state: dict[str, Any], before: Mapped | None) -> None:
        update: Properties = {}
        seq, row = self.changes.seq, revision.row_of(state)
        if before is not None:
            self.pending.disturb(before)
        if row is not None and revision.speaks_anew(state, self.context.spec_sha256):
            # The file too: the row was read by the names of its columns, which another file may call otherwise.
            update.update(spec=self.context.spec_sha256, compartments=self.context.compartments[row.table], **self._origin(row))
            self.pending.disturb(row.mapped, state["id"])
        if (times := revision.times(state["sha256"])) != state["as_of"]:
            update.update(as_of=times, as_of_seq=added_by(times, state["as_of"], state.get("as_of_seq"), seq))
            if row is not None and row.as_of > max(state["as_of"]):
                # A row is sealed for its record's id, which another spec may make otherwise.
                if row.expires_at is not None and row.id == state["id"]:
                    update.update(raw=row.sealed, expires_at=row.expires_at)
                if state["seq_to"] is None:
                    self.pending.retell(row.mapped)
        if revision.numbers[state["sha256"]] != state["version"]:
            update["version"] = revision.numbers[state["sha256"]]
        if revision.turns(state):
            if state["seq_to"] is None:
                update["seq_to"] = seq
                self.changes.retired.append(state["id"])
                self.changes.retired_records += 1
            else:
                update.update(seq_from=seq, seq_to=None, seq_history=[*(state["seq_history"] or []), state["seq_from"], state["seq_to"]])
                self.changes.added.append(state["id"])
        elif update:
            self.changes.changed.append(state["id"])
        if update:
            self.record_updates.append({"id": state["id"], "set": update})

    def _new_record(self, row: PreparedRow, times: list[str], number: int, *, in_force: bool) -> None:
        record: Properties = {
            "id": row.id,
            "compartments": self.context.compartments[row.table],
            "table": row.table,
            "key": row.key.split("/", 3)[3],
            "version": number,
            **self._origin(row),
            "as_of": times,
            "sha256": row.sha256,
            "raw": row.sealed,
        }
        if row.expires_at is not None:
            record["expires_at"] = row.expires_at
        if not in_force:
            record["seq_to"] = self.changes.seq
            self.changes.retired.append(row.id)
        self.new_records.append(record)
        self.changes.records += 1
        self.changes.added.append(row.id)

    def _origin(self, row: PreparedRow) -> Properties:
        return {"load": self.context.load_id, "file_sha256": self.context.file_sha256[row.file], "line": row.line}

    def _create_records(self) -> None:
        if self.new_records:
            common = {"source": self.context.source, "spec": self.context.spec_sha256, "seq_from": self.changes.seq}
            self.tx.send("loading/create_records", rows=self.new_records, common=common)
            self.new_records = []

    def _apply(self) -> None:
        self._create_records()
        if self.record_updates:
            self.tx.send("loading/update_records", rows=self.record_updates)
        known, retired, stored = self._entities_there()
        stored_links = self._ask_for_links()
        unsettled_entities = self._apply_entities(known, retired, stored)
        unsettled_links = self._apply_links(stored_links)
        if unsettled_entities or unsettled_links:
            settler = Settler(self.tx, self.changes, self.ontology, self.finisher, self.remapper)
            settler.settle(unsettled_links, unsettled_entities)
            ends = {end for told in unsettled_links.values() for end in (told.from_id, told.to_id)}
            self._end_what_rested_on(settler.touched | ends)
        if self.links_made is not None:
            made, meant = self.links_made.result()[0]["made"], self.changes.links
            assert made == meant, f"{meant - made} links found no ends"

    def _end_what_rested_on(self, ids: set[str]) -> None:
        """End decisions of resolution on these entities that rest on a record, or an entity, that is retired now."""
        records = [id for id in self.changes.retired if id.split("/")[1] == "record"]
        ended = self.tx.run("loading/resting", ids=sorted(ids), records=records, seq=self.changes.seq) if ids else []
        self.changes.retired += [row["id"] for row in ended]

    def _entities_there(self) -> tuple[set[str], set[str], dict[str, Properties]]:
        """Of the batch's entities: ids of those there that it only refers to, of those of them that are retired; what it describes."""
        described = [i for i, p in self.pending.entities.items() if p.records or p.unsettled or p.again]
        referred = [i for i, p in self.pending.entities.items() if not (p.records or p.unsettled or p.again)]
        there = self.tx.run("loading/entities_known", ids=referred)[0] if referred else {"known": [], "retired": []}
        known, retired = set(there["known"]), set(there["retired"])
        stored = {p["id"]: p for p in self._found("loading/entities_by_id", ids=described)} if described else {}
        self.fresh_entities = self.pending.entities.keys() - known - stored.keys()
        return known, retired, stored

    def _ask_for_links(self) -> dict[str, Future[list[Properties]]]:
        """By type, the answer to come of what is stored of the links: not asked for those of new events, or with a new end."""
        ask: dict[str, list[str]] = defaultdict(list)
        for link_id, pending in self.pending.links.items():
            told = pending.told
            if not (link_id in self.pending.fresh_events or told.from_id in self.fresh_entities or told.to_id in self.fresh_entities):
                ask[told.type].append(link_id)
        return {link_type: self.tx.send("loading/links_by_id", {"type": link_type}, ids=ids) for link_type, ids in ask.items()}

    def _apply_entities(self, known: set[str], retired: set[str], stored: dict[str, Properties]) -> dict[str, EntityAssertion]:
        create: dict[tuple[str, ...], list[Properties]] = defaultdict(list)
        extend: list[dict[str, Any]] = []
        replace: list[dict[str, Any]] = []
        unsettled: dict[str, EntityAssertion] = {}
        for entity_id, pending in self.pending.entities.items():
            if pending.unsettled or entity_id in retired:
                unsettled[entity_id] = pending.told
            if entity_id in known:
                continue
            have = stored.get(entity_id)
            if have is None:
                node = self._new_entity(pending)
                create[self._labels(node)].append(node)
            elif pending.records:
                self._extend_entity(have, pending, extend, replace, unsettled)
            elif pending.again and (have["type"] != pending.told.type or not compatible(pending.properties, have)):
                unsettled[entity_id] = pending.told
        if create:
            groups = [{"labels": list(labels), "rows": rows} for labels, rows in create.items()]
            self.tx.send("loading/create_entities", groups=groups)
        if extend:
            self.tx.send("loading/extend_entities", rows=extend)
        if replace:
            self.tx.send("loading/replace_entities", rows=replace)
        return unsettled

    def _extend_entity(
        self,
        have: Properties,
        pending: PendingEntity,
        extend: list[dict[str, Any]],
        replace: list[dict[str, Any]],
        unsettled: dict[str, EntityAssertion],
    ) -> None:
        told = pending.told
        if have.get("records") and (have["type"] != told.type or not compatible(pending.properties, have)):
            unsettled[told.id] = told
        if told.id in unsettled or have.get("seq_to") is not None:
            unsettled[told.id] = told
            extend.append({"id": told.id, "records": pending.records, "set": {}})
            return
        self.changes.changed.append(told.id)
        if have.get("records") and not have.get("stub") and all(name in have for name in pending.properties):
            extend.append({"id": told.id, "records": pending.records, "set": {}})
            return
        # Its first own row, or one that says more: caption, identity and labels may follow.
        kept = {n: v for n, v in have.items() if n not in ("stub", "caption", "ident")}
        node = {**kept, **pending.properties, "type": told.type, "records": [*(have.get("records") or []), *pending.records]}
        node = self.finisher.finish(told.id, told.type, node)
        gone = sorted(set(self._labels(have)) - set(self._labels(node)))
        replace.append({"id": told.id, "p": node, "labels": list(self._labels(node)), "gone": gone})

    def _new_entity(self, pending: PendingEntity) -> Properties:
        told = pending.told
        properties = {**told.key_properties, **pending.properties}
        node = self.finisher.finish(told.id, told.type, properties)
        node.update(id=told.id, source=self.context.source, type=told.type, seq_from=self.changes.seq)
        node.setdefault("compartment", self.context.source)
        if pending.records:
            node["records"] = pending.records
        elif told.may_be_stub:
            node["stub"] = True
        self.changes.entities += 1
        self.changes.added.append(told.id)
        return node

    def _apply_links(self, answers: dict[str, Future[list[Properties]]]) -> dict[str, LinkAssertion]:
        unsettled = {i: p.told for i, p in self.pending.links.items() if p.unsettled}
        by_type: dict[str, list[str]] = defaultdict(list)
        for link_id, pending in self.pending.links.items():
            by_type[pending.told.type].append(link_id)
        groups = []
        for link_type, ids in by_type.items():
            stored = {p["id"]: p for p in answers[link_type].result()[0]["found"]} if link_type in answers else {}
            create, extend = [], []
            for link_id in ids:
                pending = self.pending.links[link_id]
                have = stored.get(link_id)
                if have is None:
                    create.append({"a": pending.told.from_id, "b": pending.told.to_id, "p": self._new_link(pending)})
                elif pending.records:
                    more = {n: v for n, v in pending.properties.items() if n not in have}
                    if link_id in unsettled or have.get("seq_to") is not None or not compatible(pending.properties, have):
                        unsettled[link_id] = pending.told
                        more = {}
                    # Whatever it is settled to, it rests on more than before.
                    self.changes.changed.append(link_id)
                    extend.append({"id": link_id, "records": pending.records, "set": more})
                elif pending.again and not compatible(pending.properties, have):
                    unsettled[link_id] = pending.told
            if create:
                groups.append({"type": link_type, "rows": create})
            if extend:
                self.tx.send("loading/extend_links", {"type": link_type}, rows=extend)
        self.links_made = self.tx.send("loading/create_links", groups=groups) if groups else None
        return unsettled

    def _new_link(self, pending: PendingLink) -> Properties:
        self.changes.links += 1
        self.changes.added.append(pending.told.id)
        return {
            **pending.properties,
            "id": pending.told.id,
            "source": self.context.source,
            # Its source's own, whatever its ends': every query demands both ends in view as well.
            "compartment": self.context.source,
            "records": pending.records,
            "seq_from": self.changes.seq,
        }

    def _labels(self, node: Properties) -> tuple[str, ...]:
        return (*self.ontology.labels(node["type"]), label(node["compartment"]))
