"""What a watch can be of, as people give it, and as which operation it is judged. May import look-ups by identifier.

Each subject tells its words for people (`words`): they name what the owner has typed, and nothing that was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from graphsvc.connections.pointers import identities
from graphsvc.errors import InputError
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Operation
from graphsvc.sightings.exact import Named, named

# Of each identifier once, though the watches are read again whenever one is set or ends.
_REMEMBERED = 65_536
MOST_HOPS = 3  # of a path that is watched: what lies farther apart joins almost everybody

Id = Annotated[str, Field(min_length=1, max_length=1000)]


class _Subject(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Entity(_Subject):
    """New records, links and statements of identity about one entity, or what is stated to be the same."""

    kind: Literal["entity"] = "entity"
    entity: Id


class Identifier(_Subject):
    """A complete identifier on a hot list: a plate with its jurisdiction, a company number with its, a telephone number, an account."""

    kind: Literal["identifier"] = "identifier"
    identifier: Annotated[str, Field(min_length=1, max_length=200)]
    issuer: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Path(_Subject):
    """Any path of at most `max_hops` links between two entities."""

    kind: Literal["path"] = "path"
    from_: Annotated[Id, Field(alias="from")]
    to: Id
    max_hops: Annotated[int, Field(ge=1, le=MOST_HOPS)] = MOST_HOPS


class Joining(_Subject):
    """A new link from a member of a community to somebody outside."""

    kind: Literal["joining"] = "joining"
    community: Id


class Community(_Subject):
    """A change in a community, as its job finds it."""

    kind: Literal["community"] = "community"
    community: Id


class Anomaly(_Subject):
    """Anomalies of one kind, as a job finds them."""

    kind: Literal["anomaly"] = "anomaly"
    anomaly: Id


class Lead(_Subject):
    """A lead that somebody published: what it is told by was set by nobody, and is over from the beginning."""

    kind: Literal["lead"] = "lead"
    lead: Id


class Asked(_Subject):
    """An entity or identifier that a question named, when another agency comes upon it too; set by nobody, and over as well."""

    kind: Literal["asked"] = "asked"
    asked: Id


Subject = Annotated[Entity | Identifier | Path | Joining | Community | Anomaly, Field(discriminator="kind")]
_SUBJECT: TypeAdapter[Entity | Identifier | Path | Joining | Community | Anomaly] = TypeAdapter(Subject)
_STORED: TypeAdapter[Any] = TypeAdapter(
    Annotated[Entity | Identifier | Path | Joining | Community | Anomaly | Lead | Asked, Field(discriminator="kind")]
)
SET_BY_NOBODY = ("lead", "asked")

# As which operation of the policies a subject is looked at: what may only be looked up exactly alerts by a whole identifier alone.
OPERATIONS: dict[str, Operation] = {
    "entity": "search",
    "identifier": "exact",
    "path": "paths",
    "joining": "analytics",
    "community": "analytics",
    "anomaly": "analytics",
    "lead": "search",
    "asked": "search",
}
METHODS = {
    "entity": "Records, links and statements of identity about the entity, or what is stated to be the same, that a batch of a load or a "
    "run added, changed or ended.",
    "identifier": "What bears exactly this identifier, letter by letter, in what a batch added. Nothing that only comes near is found.",
    "path": "A path of at most {max_hops} links, and statements of identity, of which a batch added or changed at least one.",
    "joining": "Links that a batch added between a member of the community, as the last run in view has it, and somebody outside.",
    "community": "What a run of the job found changed since the run before, with its cause by leaving out.",
    "anomaly": "What a run of the job found, by the method that it states.",
}


def stored_subject(text: str) -> Any:
    """The subject of a watch that was kept as JSON, and was checked then."""
    return _STORED.validate_json(text)


def subject_of(given: Mapping[str, Any]) -> Any:
    """The subject that somebody gives. Raises InputError naming what is wrong."""
    try:
        found = _SUBJECT.validate_python(given)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc'][-1:]))}: {one['msg']}" for one in error.errors())
        raise InputError(f"The watch can't be: {problems}", hint="docs/alerts.md says what can be watched.") from error
    if isinstance(found, Path) and found.from_ == found.to:
        raise InputError("Both ends of the path are the same entity.", hint="Give two different ones.")
    if isinstance(found, Identifier) and not found_by(found):
        raise InputError(
            "That is no complete identifier.", hint="Give the whole number: of a plate, a company, a document with its issuer."
        )
    return found


def words(subject: Any) -> str:
    """What a watch is of, in words of its owner's."""
    if isinstance(subject, Entity):
        return subject.entity
    if isinstance(subject, Identifier):
        return subject.identifier + (f" ({subject.issuer})" if subject.issuer else "")
    if isinstance(subject, Path):
        return f"{subject.from_} to {subject.to}, at most {subject.max_hops} links"
    if isinstance(subject, Joining):
        return f"links to {subject.community}"
    return str(getattr(subject, subject.kind))


def named_plate(subject: Identifier) -> Named | None:
    """The plate that the identifier is, if it has an issuer and the form of one, or is the whole hash of one."""
    try:
        if subject.issuer is None:
            return named([], [subject.identifier], 1)[0]
        return named([(subject.identifier, subject.issuer)], [], 1)[0]
    except InputError:
        return None


@lru_cache(_REMEMBERED)
def found_by(subject: Identifier) -> tuple[tuple[str, str], ...]:
    """What things with this identifier can have: `ident` (an exact identity, not yet digested), `hash`, or `number` (no issuer)."""
    found: list[tuple[str, str]] = []
    plate = named_plate(subject)
    if plate is not None:
        by = plate.looked_up_by(load_ontology(), lambda text: text)
        found += [("ident", one) for one in by["idents"]] + [("hash", one) for one in by["hashes"]]
        found += [("number", by["number"])] if by["number"] else []
    with suppress(InputError):
        found += [("ident", one) for one in identities(load_ontology(), subject.identifier, subject.issuer)]
    return tuple(dict.fromkeys(found))
