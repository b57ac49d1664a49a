"""The loader spec: what `loaders/<source>/source.yaml` may say. Data only, no behaviour; `mapper` compiles it.

`docs/loader-specs.md` explains it to people; the JSON Schema in `loaders/schema/` is generated from these classes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

SourceId = Annotated[
    str,
    Field(
        # No two underscores in a row: they part the source from the category in names of labels and indexes.
        pattern=r"^[a-z](_?[a-z0-9])*$",
        min_length=2,
        max_length=41,
        description="Identifier of the source: lower case, digits, single underscores.",
    ),
]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _column_shorthand(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class Value(_Model):
    """Where a value comes from and how its text is read. A plain string in YAML means `{column: that string}`.

    Exactly one of `column`, `value`, `join`, `first_of`, `lon`+`lat` says where from. What the text must be (a date, money,
    a number) follows from the ontology's type of the property that it is for.
    """

    column: str | None = Field(
        default=None,
        description="Column, or path into nested JSON: `a.b`, `a[].b` (every item), `a[0]`; `@.b` looks into the item of `each`.",
    )
    value: str | None = Field(default=None, description="The same text for every row.")
    join: list[ValueOrColumn] | None = Field(default=None, description="Several values in one text; missing ones are left out.")
    with_: str = Field(default=" ", alias="with", description="What `join` puts between them.")
    first_of: list[ValueOrColumn] | None = Field(default=None, description="The first of these that is not missing.")
    lon: ValueOrColumn | None = Field(default=None, description="Longitude of a point, WGS 84 degrees.")
    lat: ValueOrColumn | None = Field(default=None, description="Latitude of a point, WGS 84 degrees.")

    null_words: list[str] | None = Field(default=None, description="Texts that mean: missing. Replaces the source's list.")
    pattern: str | None = Field(default=None, description="Regular expression; its group replaces the text; no match means missing.")
    group: int = Field(default=1, ge=0, description="Which group of `pattern`.")
    normalise: list[str | dict[str, Any]] = Field(default=[], description="Named normalisers, applied in order.")
    split: str | None = Field(default=None, description="Separator that makes one text several values.")
    map: dict[str, str | None] | None = Field(
        default=None,
        description="Text to text, exact or with * and ?; null means missing. What is not listed rejects the row, unless `other`.",
    )
    other: Literal["reject", "keep", "missing"] = Field(default="reject", description="What becomes of a text that `map` does not list.")
    default: str | None = Field(default=None, description="Text to take when the value is missing.")
    required: bool = Field(default=False, description="A row in which it is missing is rejected.")

    formats: list[str] = Field(default=["iso"], description="Forms of a date: `iso` or strptime's directives; tried in order.")
    time_zone: str | None = Field(default=None, description="Time zone of times without offset (IANA name). Replaces the source's.")
    currency: str | None = Field(default=None, description="ISO 4217 code of money.")
    decimal: str = Field(default=".", description="Decimal mark of numbers and money.")
    group_mark: str | None = Field(default=None, description="Thousands mark of numbers and money.")
    unit: str | None = Field(default=None, description="Unit of a number, kept beside it.")

    @model_validator(mode="after")
    def _one_origin(self) -> Value:
        origins = [n for n in ("column", "value", "join", "first_of", "lon") if getattr(self, n) is not None]
        if len(origins) != 1:
            raise ValueError(
                f"says where the value comes from {len(origins)} times; give exactly one of column, value, join, first_of, lon+lat"
            )
        if (self.lon is None) != (self.lat is None):
            raise ValueError("a point needs both lon and lat")
        return self


ValueOrColumn = Annotated[Value, BeforeValidator(_column_shorthand)]


class Condition(_Model):
    """Holds for a row when the value is (not) missing, or one of the listed texts."""

    value: ValueOrColumn
    is_: list[str] | None = Field(default=None, alias="is", description="The texts for which it holds (exact).")
    is_not: list[str] | None = Field(default=None, description="The texts for which it does not hold.")
    missing: bool = Field(default=False, description="Holds when the value is missing.")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, (dict, str)) else value


Conditions = Annotated[list[Condition], BeforeValidator(_as_list)]
Key = dict[str, ValueOrColumn] | list[ValueOrColumn]


class EntityBlock(_Model):
    """One entity that a row speaks of."""

    type: str | Value = Field(description="Type of the ontology, or a value with a `map` to types.")
    key: Key = Field(
        min_length=1,
        description="What identifies it within the source. As a mapping, its parts are properties too, wherever it is referred to.",
    )
    key_space: str | None = Field(
        default=None, pattern=r"^[A-Z][A-Za-z]{1,40}$", description="Middle part of its id; default the type. Needed when the type varies."
    )
    own: bool | None = Field(default=None, description="The row describes it (default: when it has properties), or only refers to it.")
    each: str | None = Field(default=None, description="Path of a list: one entity an item.")
    when: Conditions = Field(default=[], description="Only if all hold.")
    properties: dict[str, ValueOrColumn] = Field(default={}, description="Properties of the ontology's type.")
    compartment: ValueOrColumn | None = Field(
        default=None, description="Which of the policy's categories it belongs to; missing means none of them."
    )
    compartment_of: str | None = Field(
        default=None, description="Name of the entity block whose category it shares: for what only such a person has."
    )

    @property
    def describes(self) -> bool:
        """Whether the row describes the entity, or only refers to it."""
        return self.own if self.own is not None else bool(self.properties)


class LinkBlock(_Model):
    """One link that a row asserts, between two of the row's entities."""

    type: str | Value = Field(description="Link type of the ontology, or a value with a `map` to link types.")
    from_: str = Field(alias="from", description="Name of the entity block it starts at.")
    to: str = Field(description="Name of the entity block it ends at.")
    each: str | None = Field(default=None, description="Path of a list: one link an item.")
    when: Conditions = Field(default=[], description="Only if all hold.")
    valid_from: ValueOrColumn | None = Field(default=None, description="Since when the fact holds; may be partial.")
    valid_to: ValueOrColumn | None = Field(default=None, description="Until when the fact holds; may be partial.")
    distinct_by: list[ValueOrColumn] = Field(default=[], description="For states: more that tells two links of one pair and period apart.")
    required: bool = Field(default=False, description="A row in which an end is missing is rejected; else the link is left out.")
    properties: dict[str, ValueOrColumn] = Field(default={}, description="Properties of the ontology's link type.")


class CsvBlock(_Model):
    """Delimited text. A gzip file is recognised by its content."""

    kind: Literal["csv"]
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str | None = Field(default='"', max_length=1, description="Quote character; null for none.")
    escape: str | None = Field(default=None, max_length=1, description="Escape character, if quotes are not doubled.")
    encoding: str = Field(default="utf-8", description="Any codec that Python knows; a byte-order mark is recognised.")
    columns: list[str] | None = Field(default=None, description="Names of the columns of a file without a header line.")
    skip_lines: int = Field(default=0, ge=0, description="Lines before the header.")


class JsonlBlock(_Model):
    """One JSON object a line. A gzip file is recognised by its content."""

    kind: Literal["jsonl"]
    encoding: str = "utf-8"


class ParquetBlock(_Model):
    """A Parquet file, each row read as one JSON object: dates are ISO texts, decimal numbers texts with a point, NaN is missing."""

    kind: Literal["parquet"]


class AsOf(_Model):
    """From when the statements of a file are: exactly one of the three."""

    file_name: str | None = Field(default=None, description="Regular expression whose first group in the file's name is an ISO date.")
    value: str | None = Field(default=None, description="An ISO date, for a set that never changes.")
    row: ValueOrColumn | None = Field(default=None, description="A value of each row.")

    @model_validator(mode="after")
    def _one(self) -> AsOf:
        if sum(x is not None for x in (self.file_name, self.value, self.row)) != 1:
            raise ValueError("give exactly one of file_name, value, row")
        return self


class Table(_Model):
    """One kind of file of the source."""

    files: list[str] = Field(min_length=1, description="Patterns (* and ?) of the file names that hold this table.")
    format: CsvBlock | JsonlBlock | ParquetBlock = Field(discriminator="kind")
    key: list[ValueOrColumn] | None = Field(
        default=None,
        min_length=1,
        description="What identifies the record. Without it each row is an event of its own, told apart by its bytes.",
    )
    as_of: AsOf | None = Field(default=None, description="Replaces the source's.")
    entities: dict[Name, EntityBlock] = Field(min_length=1)
    links: dict[Name, LinkBlock] = {}


class Spec(_Model):
    """A whole source."""

    id: SourceId
    title: str
    publisher: str
    licence: str
    url: str | None = None
    description: str | None = None
    as_of: AsOf | None = Field(default=None, description="Without it, `graphsvc load` needs --as-of.")
    null_words: list[str] = Field(default=[""], description="Texts that mean: missing, in every column.")
    time_zone: str | None = Field(default=None, description="Time zone of times without offset (IANA name).")
    people_numbered: bool = Field(
        default=True,
        description="Whether the source gives each person one key: then two keys are evidence that they are two people. False where "
        "a key is of a person within a case.",
    )
    tables: dict[Name, Table] = Field(min_length=1)


Value.model_rebuild()
