"""The formats of the Reconciliation Service API 0.2, in our own words: what must be there, of which type, and that nothing else is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, RootModel


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Type(_Strict):
    id: str
    name: str


class Feature(_Strict):
    id: str
    value: float | bool


class Candidate(_Strict):
    id: str
    name: str
    score: float
    match: bool
    description: str | None = None
    type: list[Type]
    features: list[Feature]


class Answer(_Strict):
    result: list[Candidate]


class Batch(RootModel[dict[str, Answer]]):
    """What a batch of queries is answered with: a result for each, by its id."""


class Service(_Strict):
    service_url: str
    service_path: str


class Url(_Strict):
    url: str = Field(pattern=r"\{\{id\}\}")


class Preview(Url):
    width: int
    height: int


class Manifest(_Strict):
    versions: list[str]
    name: str
    serviceVersion: str
    identifierSpace: str
    schemaSpace: str
    defaultTypes: list[Type]
    view: Url
    preview: Preview
    suggest: dict[str, Service]


class Suggestion(_Strict):
    id: str
    name: str
    description: str | None = None


class Suggestions(_Strict):
    result: list[Suggestion]


def checked(form: type[BaseModel], body: bytes) -> Any:
    """The answer, after it was held against the format."""
    return form.model_validate_json(body).model_dump()
