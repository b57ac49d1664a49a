"""Bodies of requests and answers, with examples for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from graphsvc.connections.engines.limits import BUDGET


class PathQuestion(BaseModel):
    """How are two entities connected?"""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [{"from": "register/person/1042", "to": "bank/account/5f3c", "max_hops": 6, "k": 5, "types": None, "sources": None}]
        },
    )

    from_: str = Field(alias="from", min_length=1, max_length=1000, description="An entity's id, or a name that fits one entity only.")
    to: str = Field(min_length=1, max_length=1000, description="The same, for the other end.")
    max_hops: int = Field(default=6, description="The most links of a path, 1 to 12; same-as crossings don't count.")
    k: int = Field(default=5, description="The most paths to give, 1 to 100.")
    types: list[str] | None = Field(default=None, max_length=100, description="Only links of these types.")
    sources: list[str] | None = Field(default=None, max_length=1000, description="Only links from these sources.")
    identity: Literal["none", "certain", "possible"] = Field(
        default="certain",
        description="Which statements of who is who are crossed: SAME_AS (certain), POSSIBLY_SAME too (possible), or none.",
    )
    rank: Literal["worth", "shortest"] = Field(default="worth", description="What comes first: what tells most, or the fewest links.")
    during: str | None = Field(
        default=None, max_length=30, description="Only links that can have held then: `2019-01..2020-06-30`, one of the two or both."
    )
    on: str | None = Field(default=None, max_length=10, description="Only links that can have held on this day, or in this month or year.")
    sequential: bool = Field(default=False, description="Only paths whose links can follow each other in time.")
    through_hubs: bool = Field(default=False, description="Cross things with very many links, too.")
    avoid: list[Annotated[str, Field(max_length=1000)]] | None = Field(
        default=None, max_length=50, description="Ids or names of entities that paths must not lead through."
    )
    via: str | None = Field(default=None, max_length=1000, description="The id or name of an entity that paths must lead through.")
    min_evidence: int = Field(default=1, description="The fewest records that each hop must rest on, 1 to 9.")
    budget: int = Field(default=BUDGET, description="The most links in view that the search looks at.")
    known_at: str | None = Field(
        default=None, max_length=40, description="As the graph was known at the end of this day, month or year (UTC), or at this time."
    )


class Screening(BaseModel):
    """A list, and what it lists."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"type": "people", "rows": [{"name": "Ada Holm", "birth_date": "1971-03-14"}]}]}
    )

    type: str = Field(default="people", max_length=20, description="people, organisations or addresses.")
    rows: list[dict[str, Any]] = Field(description="One object a row, its members named as columns are: name, birth_date, ...")
    columns: dict[str, str] = Field(default={}, max_length=50, description="What members are whose names don't say it, by field.")
    limit: int = Field(default=5, description="The most candidates of one row, 1 to 50.")
    country: str | None = Field(default=None, max_length=3, description="The country of rows that name none.")
    jurisdiction: str | None = Field(default=None, max_length=40, description="Who issued the numbers of rows that name nobody.")
    dates: str | None = Field(default=None, max_length=40, description="How dates are written, as %d/%m/%Y; default: ISO, or with dots.")


class Judging(BaseModel):
    """What a steward decides of two entities."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"a": "bills/person/7", "b": "register/person/1042", "verdict": "never", "reason": "father and son: ID cards seen"}
            ]
        },
    )

    a: str = Field(min_length=1, max_length=1000, description="An entity's id.")
    b: str = Field(min_length=1, max_length=1000, description="The other one's.")
    verdict: Literal["same", "never"] = Field(description="They are the same, or never are.")
    reason: str = Field(min_length=1, max_length=2000, description="Why; it stands with the judgement and in the log.")


class Reason(BaseModel):
    """Why something is taken back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "the lease was another one"}]})

    reason: str = Field(min_length=1, max_length=2000, description="It stands in the log.")


class Problem(BaseModel):
    """An RFC 9457 problem document; an error's own members (`hint`, `candidates`, `problems`) stand beside these."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not found",
                    "status": 404,
                    "detail": "No entity in view has the id 'register/person/1'.",
                    "instance": "/v1/entities/register/person/1",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str


class Found(BaseModel):
    """Entities that fit a text, best first."""

    hits: list[dict[str, Any]]
    limit: int


class InquiryOpening(BaseModel):
    """Who asks is known from the key; this says for which purpose, case and reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"purpose": "investigation", "case": "VK-2024-0117", "reason": "Who else is behind the freight firm named by the witness"}
            ]
        },
    )

    purpose: str = Field(max_length=100, description="A code of the deployment's list.")
    case: str = Field(max_length=100, description="The case number.")
    reason: str = Field(max_length=2000, description="Why you ask, in a sentence.")
    until: datetime | None = Field(default=None, description="When it ends, if earlier than by itself; needed for a standing one.")
    standing: bool = Field(default=False, description="Ask for a standing inquiry, which a supervisor approves.")


class InquiryDecision(BaseModel):
    """A supervisor's word on a standing inquiry."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"approve": True}]})

    approve: bool
    reason: str | None = Field(default=None, max_length=2000, description="Needed to reject.")


class Verification(BaseModel):
    """What a person saw when comparing the photographs of a sighting."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"decision": "confirmed", "note": None}]})

    decision: str = Field(max_length=20, description="confirmed, rejected or undecided.")
    note: str | None = Field(default=None, max_length=2000)
