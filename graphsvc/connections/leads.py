"""What people can ask besides find, show and path, as both doors take it and as the log keeps it.

Imports nothing of graphsvc. Names and bounds are checked where the question is answered, so that both doors say the same.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

_ENTITY = "An entity's id, or a name that fits one entity only."
_IDENTITY = "Which statements of who is who count: none, certain (SAME_AS) or possible (POSSIBLY_SAME too)."


class Asked(BaseModel):
    """One question, as it was asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Narrowed(Asked):
    """A question that can be narrowed to some of the links in view."""

    sources: list[str] | None = Field(default=None, max_length=1000, description="Only links from these sources.")
    min_evidence: int = Field(default=1, description="The fewest rows that each link must rest on, 1 to 9.")
    avoid: list[str] | None = Field(
        default=None, max_length=1000, description="Entities to leave out, with all that are them: ids or names."
    )
    known_at: str | None = Field(
        default=None, max_length=40, description="As the graph was known at the end of this day, month or year (UTC), or at this time."
    )


class Dated(Narrowed):
    """The same, and by when the links held."""

    during: str | None = Field(default=None, max_length=40, description="Only links that can have held then: `2019-01..2020-06-30`.")
    on: str | None = Field(default=None, max_length=40, description="Only links that can have held then: 2019, 2019-05 or 2019-05-12.")


class Around(Dated):
    """What surrounds an entity?"""

    entity: str = Field(max_length=1000, description=_ENTITY)
    identity: str = Field(default="certain", max_length=20, description=_IDENTITY)
    type: str | None = Field(default=None, max_length=100, description="Only neighbours of this type.")
    links: list[str] | None = Field(default=None, max_length=100, description="Only links of these types.")
    year: str | None = Field(default=None, max_length=20, description="Only links that began in this year, or `unknown`.")
    limit: int = Field(default=20, description="The most neighbours of a page, 1 to 200.")
    after: str | None = Field(default=None, max_length=1000, description="The `next` of the page before.")


class Ownership(Dated):
    """Who owns an entity, or what does it own?"""

    entity: str = Field(max_length=1000, description=_ENTITY)
    identity: str = Field(default="certain", max_length=20, description=_IDENTITY)
    min_share: float = Field(
        default=0.0, allow_inf_nan=False, description="Chains whose share is surely smaller are not followed, in percent."
    )
    levels: int = Field(default=10, description="The most shareholdings one after the other, 1 to 20.")
    via: str | None = Field(default=None, max_length=1000, description="Only chains through this entity: its id or name.")
    limit: int = Field(default=50, description="The most chains to give, 1 to 500.")


class Flow(Narrowed):
    """Where did money go between two?"""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    from_: str = Field(alias="from", max_length=1000, description=_ENTITY)
    to: str = Field(max_length=1000, description="The same, for whom it reaches.")
    identity: str = Field(default="certain", max_length=20, description=_IDENTITY)
    max_hops: int = Field(default=4, description="The most transfers one after the other, 1 to 8.")
    within_days: float | None = Field(default=None, allow_inf_nan=False, description="The most days between a transfer and the next.")
    min_amount: float | None = Field(default=None, allow_inf_nan=False, description="Only transfers of at least so much, in whole units.")
    types: list[str] | None = Field(default=None, max_length=100, description="Only transfers of these types.")
    since: str | None = Field(default=None, max_length=40, description="Only transfers on this date or later.")
    until: str | None = Field(default=None, max_length=40, description="Only transfers on this date or earlier.")
    via: str | None = Field(default=None, max_length=1000, description="Only ways through this account, or one of this entity's.")
    limit: int = Field(default=20, description="The most ways to give, 1 to 200.")


class Common(Dated):
    """What do several entities share?"""

    entities: list[str] = Field(max_length=1000, description="2 to 50 entities: ids, or names that fit one entity only.")
    identity: str = Field(default="certain", max_length=20, description=_IDENTITY)
    hops: int = Field(default=1, description="How far a shared thing may be: 1 or 2 links.")
    types: list[str] | None = Field(default=None, max_length=100, description="Only links of these types.")
    limit: int = Field(default=20, description="The most things to give, 1 to 200.")


class Between(Dated):
    """What joins the entities of a list?"""

    entities: list[str] = Field(max_length=1000, description="2 to 50 entities: ids, or names that fit one entity only.")
    identity: str = Field(default="certain", max_length=20, description=_IDENTITY)
    nodes: int = Field(default=30, description="The most entities of the subgraph, 2 to 200.")
    max_hops: int = Field(default=6, description="The most links of a path, 1 to 12; same-as crossings don't count.")
    types: list[str] | None = Field(default=None, max_length=100, description="Only links of these types.")
    through_hubs: bool = Field(default=False, description="Cross things with very many links, too.")
