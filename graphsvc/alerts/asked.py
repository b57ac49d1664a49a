"""What open inquiries have named in their questions: entities by id, and whole identifiers. Not what merely stood in an answer.

It is taken from the audit log, which has every question with its parameters; those that were answered count. Nobody is shown any of it: it
is compared, to find inquiries that have come upon the same. May import look-ups by identifier and the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from graphsvc.alerts.subjects import Identifier, found_by
from graphsvc.audit.log import AuditLog
from graphsvc.audit.search import Found
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.open_inquiry import OpenInquiry

# By the name of a question in the log, the parameters that name whom or what it is about. A question that is not here names nothing by id.
_BY_ID: Mapping[str, tuple[str, ...]] = {
    "show": ("id", "entity"),
    "around": ("entity",),
    "owners": ("entity",),
    "owned_by": ("entity",),
    "path": ("from", "to", "via"),
    "path.batch.part": ("from", "to"),
    "flow": ("from", "to"),
    "common": ("entities",),
    "between": ("entities",),
    "how": ("entity",),
    "why": ("a", "b"),
    "why_not": ("a", "b"),
}
_BY_IDENTIFIER: Mapping[str, tuple[str, str]] = {"sighting": ("plate", "jurisdiction"), "pointer": ("text", "issuer")}
_ANSWERED = ("answered", "exported", "decided")
_AT_ONCE = 1_000  # entries of one inquiry that are read together
By = tuple[str, str]  # ident, hash or number, and its text; as watches of identifiers are found


@dataclass(slots=True)
class _Named:
    """What the questions of one inquiry have named, each with the reason code that was given, up to an entry of the log."""

    after: int = -1
    ids: dict[str, str | None] = field(default_factory=dict)
    identifiers: dict[By, str | None] = field(default_factory=dict)


class AskedFor:
    """What the inquiries that are open now have named. It remembers how far it has read, and forgets inquiries that are over."""

    def __init__(self, log: AuditLog, graph: Graph, digest: Callable[[str], str]) -> None:
        self._log, self._graph, self._digest = log, graph, digest
        self._named: dict[str, _Named] = {}

    def read(self, inquiries: Iterable[OpenInquiry]) -> dict[str, dict[str, str | None]]:
        """By inquiry the ids that it has named, each with a reason code; what bears an identifier that it has named counts as named."""
        self._named = {one.id: self._named.get(one.id) or _Named() for one in inquiries}
        for id, named in self._named.items():
            while True:
                entries = self._log.answered(id, [*_BY_ID, *_BY_IDENTIFIER], kinds=_ANSWERED, after=named.after, limit=_AT_ONCE)
                for entry in entries:
                    self._note(named, entry)
                    named.after = entry.index
                if len(entries) < _AT_ONCE:
                    break
        bearing = self._bearing({by for named in self._named.values() for by in named.identifiers})
        return {
            id: {**{one: reason for by, reason in named.identifiers.items() for one in bearing.get(by[1], ())}, **named.ids}
            for id, named in self._named.items()
        }

    def _note(self, named: _Named, entry: Found) -> None:
        """What one entry named; one whose parameters were purged names nothing."""
        given, operation = entry.personal.get("parameters") or {}, str(entry.leaf["operation"])
        reason = entry.leaf.get("reason_code")
        for name in _BY_ID.get(operation, ()):
            value = given.get(name)
            named.ids.update(dict.fromkeys([value] if isinstance(value, str) else value or [], reason))
        if operation in _BY_IDENTIFIER:
            text, issuer = (given.get(name) for name in _BY_IDENTIFIER[operation])
            named.identifiers.update(dict.fromkeys(self._identifiers(text, issuer, given), reason))

    def _identifiers(self, text: str | None, issuer: str | None, given: Mapping[str, Any]) -> list[By]:
        whole = given.get("hash") or text
        if not whole or given.get("born"):  # a name, with a date of birth
            return []
        try:
            found = found_by(Identifier(identifier=whole, issuer=(issuer or None) if whole == text else None))
        except ValidationError:
            return []
        return [(what, self._digest(one) if what == "ident" else one) for what, one in found]

    def _bearing(self, identifiers: set[By]) -> dict[str, list[str]]:
        """The entities that bear these, by the text that they were found by."""
        if not identifiers:
            return {}
        of = {what: sorted(text for one, text in identifiers if one == what) for what in ("ident", "hash", "number")}
        found: dict[str, list[str]] = {}
        rows = self._graph.stream("alerts/bearing", idents=of["ident"], hashes=of["hash"], numbers=of["number"])
        for row in rows:
            found.setdefault(row["by"], []).append(row["id"])
        return found
