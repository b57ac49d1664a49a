"""What one batch says of entities and links, folded, before it meets what is stored. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphsvc.loading.assertions import EntityAssertion, LinkAssertion, Mapped
from graphsvc.loading.compose import Properties, compatible


@dataclass(slots=True)
class PendingEntity:
    """What the batch says of one entity: the folded statements of its new records, and whether they need settling."""

    told: EntityAssertion
    records: list[str] = field(default_factory=list)
    properties: Properties = field(default_factory=dict)
    unsettled: bool = False
    again: bool = False


@dataclass(slots=True)
class PendingLink:
    """What the batch says of one link."""

    told: LinkAssertion
    records: list[str] = field(default_factory=list)
    properties: Properties = field(default_factory=dict)
    unsettled: bool = False
    again: bool = False


class Pending:
    """The entities and links of one batch, by id. `fresh_events`: links of events that cannot be stored yet."""

    def __init__(self) -> None:
        self.entities: dict[str, PendingEntity] = {}
        self.links: dict[str, PendingLink] = {}
        self.fresh_events: set[str] = set()

    def tell(self, mapped: Mapped, record: str) -> None:
        """A record of a key that nobody has seen asserts all this."""
        for entity in mapped.entities:
            self.tell_entity(entity, record)
        for link in mapped.links:
            self.tell_link(link, record)
            if link.event:
                self.fresh_events.add(link.id)

    def tell_entity(self, told: EntityAssertion, record: str) -> None:
        pending = self.entities.get(told.id)
        if pending is None:
            pending = self.entities[told.id] = PendingEntity(told)
        if not told.own:
            return
        if not pending.records:
            pending.told, pending.properties = told, dict(told.properties)
        elif told.type == pending.told.type and compatible(told.properties, pending.properties):
            pending.properties = {**told.properties, **pending.properties}
        else:
            pending.unsettled = True
        if record not in pending.records:
            pending.records.append(record)

    def tell_link(self, told: LinkAssertion, record: str) -> None:
        pending = self.links.get(told.id)
        if pending is None:
            self.links[told.id] = PendingLink(told, [record], told.properties)
            return
        if compatible(told.properties, pending.properties):
            pending.properties = {**told.properties, **pending.properties}
        else:
            pending.unsettled = True
        if record not in pending.records:
            pending.records.append(record)

    def disturb(self, mapped: Mapped, new_record: str | None = None) -> None:
        """Everything that a changed record asserts is worked out again; a new record is added to what asserts it."""
        for entity in mapped.entities:
            if new_record is not None:
                self.tell_entity(entity, new_record)
            self.entities.setdefault(entity.id, PendingEntity(entity)).unsettled = True
        for link in mapped.links:
            if new_record is not None:
                self.tell_link(link, new_record)
            self.links.setdefault(link.id, PendingLink(link)).unsettled = True

    def retell(self, mapped: Mapped) -> None:
        """A row in force was seen again later, which may raise it above others that disagree with it."""
        for entity in mapped.entities:
            if not entity.own:
                continue
            known = self.entities.get(entity.id)
            if known is None or not (known.records or known.unsettled or known.again):
                self.entities[entity.id] = PendingEntity(entity, [], dict(entity.properties), again=True)
            else:
                known.unsettled = True
        for link in mapped.links:
            if link.id in self.links:
                self.links[link.id].unsettled = True
            else:
                self.links[link.id] = PendingLink(link, [], link.properties, again=True)
