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


class Around(Asked):
    """What surrounds an entity?"""

    entity: str = Field(max_length=1000, description=_ENTITY)
    identity: str = Field(default="certain", max_length=20, description=_IDENTITY)
    type: str | None = Field(default=None, max_length=100, description="Only neighbours of this type.")
    links: list[str] | None = Field(default=None, max_length=100, description="Only links of these types.")
    year: str | None = Field(default=None, max_length=20, description="Only links that began in this year, or `unknown`.")
    limit: int = Field(default=20, description="The most neighbours of a page, 1 to 200.")
    after: str | None = Field(default=None, max_length=1000, description="The `next` of the page before.")


class Ownership(Asked):
    """Who owns an entity, or what does it own?"""

    entity: str = Field(max_length=1000, description=_ENTITY)
    identity: str = Field(default="certain", max_length=20, description=_IDENTITY)
    on: str | None = Field(
        default=None, max_length=40, description="Only what held on this date, or may have: 2019, 2019-05 or 2019-05-12."
    )
    min_share: float = Field(
        default=0, allow_inf_nan=False, description="Chains whose share is surely smaller are not followed, in percent."
    )
    levels: int = Field(default=10, description="The most shareholdings one after the other, 1 to 20.")
    limit: int = Field(default=50, description="The most chains to give, 1 to 500.")
