"""The ontology: which types of entities and links the graph knows, read from `loaders/ontology.yaml` and validated.

Labels and relationship types in generated statements come from here only (they can't be parameters of every statement).
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from graphsvc.errors import SpecError
from graphsvc.graph.content import content

PropertyType = Literal["text", "name", "date", "datetime", "money", "number", "integer", "boolean", "point", "country", "identifier", "url"]
TypeName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]{1,40}$")]
LinkName = Annotated[str, Field(pattern=r"^[A-Z][A-Z_]{1,40}$")]

# What every entity or link carries itself: an ontology property of that name would overwrite it.
RESERVED = frozenset(
    {
        *("id", "source", "compartment", "type", "caption", "stub", "records", "ident", "evidence", "method"),
        *("seq_from", "seq_to", "seq_history", "valid_from", "valid_to"),
    }
)
# Labels without which a narrower type still says everything: the abstract parent would only cost an entry per node.
UNKNOWN_PARTY = "LegalEntity"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Property(_Model):
    """One property: its type decides how a text of a source is read."""

    type: PropertyType
    many: bool = False


class EntityType(_Model):
    """One type of entity; inherited fields are already filled in when it comes from `Ontology.entities`."""

    label: str
    extends: str | None = None
    attribute: bool = False
    sensitive: bool = False
    identified_by: list[list[str]] = []
    caption: list[str] = []
    search: list[str] = []
    middle: bool = True
    telling: list[str] = []
    properties: dict[str, Property] = {}


class LinkType(_Model):
    """One type of link. `sentence` has the stored ends as `{from}` and `{to}`."""

    label: str
    sentence: str
    kind: Literal["state", "event"]
    from_: list[str] = Field(alias="from")
    to: list[str]
    weight: Annotated[float, Field(ge=0, le=16)] = 0.0
    properties: dict[str, Property] = {}

    @field_validator("sentence")
    @classmethod
    def _names_both_ends(cls, value: str) -> str:
        if re.findall(r"\{(\w*)\}", value) not in (["from", "to"], ["to", "from"]):
            raise ValueError("a sentence names {from} and {to} once each")
        return value


class Ontology(_Model):
    """All types. Raises ValueError (as pydantic does) for dangling parents, ends and property names."""

    version: int
    entities: dict[TypeName, EntityType]
    links: dict[LinkName, LinkType]

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("entities"), dict):
            return data
        entities = {name: dict(body or {}) for name, body in data["entities"].items()}

        def filled(name: str, seen: tuple[str, ...] = ()) -> dict[str, Any]:
            body = entities[name]
            parent = body.get("extends")
            if parent is None:
                return body
            if parent not in entities or parent in seen:
                raise ValueError(f"{name} extends {parent!r}, which is not declared (or extends itself)")
            above = filled(parent, (*seen, name))
            return {
                **body,
                "properties": {**above.get("properties", {}), **body.get("properties", {})},
                **{f: body.get(f, above.get(f)) for f in ("caption", "search", "telling") if body.get(f, above.get(f))},
                "middle": body.get("middle", above.get("middle", True)),
            }

        return {**data, "entities": {name: filled(name) for name in entities}}

    @model_validator(mode="after")
    def _consistent(self) -> Ontology:
        for name, entity in self.entities.items():
            if taken := RESERVED & set(entity.properties):
                raise ValueError(f"{name}: the property names {sorted(taken)} are graphsvc's own")
            named_by = {
                "caption": [p for one in entity.caption for p in caption_parts(one)],
                "search": entity.search,
                "telling": entity.telling,
                "identified_by": [p for together in entity.identified_by for p in together],
            }
            for field, named in named_by.items():
                if unknown := set(named) - set(entity.properties):
                    raise ValueError(f"{name}.{field} names {sorted(unknown)}, which are no properties of it")
        for name, link in self.links.items():
            if taken := RESERVED & set(link.properties):
                raise ValueError(f"{name}: the property names {sorted(taken)} are graphsvc's own")
            if unknown := {*link.from_, *link.to} - set(self.entities):
                raise ValueError(f"{name} joins {sorted(unknown)}, which are no entity types")
        return self

    def ancestry(self, name: str) -> tuple[str, ...]:
        """The type and its parents, narrowest first."""
        chain = [name]
        while (parent := self.entities[chain[-1]].extends) is not None:
            chain.append(parent)
        return tuple(chain)

    def is_a(self, name: str, wanted: str) -> bool:
        return wanted in self.ancestry(name)

    def labels(self, name: str) -> tuple[str, ...]:
        """Labels of an entity of this type besides `Entity`: ("Organization", "Company"), ("Person",), ("LegalEntity",)."""
        chain = [n for n in reversed(self.ancestry(name)) if n != UNKNOWN_PARTY]
        return tuple(chain) or (UNKNOWN_PARTY,)

    def below(self, name: str) -> tuple[str, ...]:
        """The type and every type that narrows it, sorted: what a question for `name` includes."""
        return tuple(sorted(n for n in self.entities if self.is_a(n, name)))

    @cached_property
    def events(self) -> list[str]:
        """Types of links that happen at one time, sorted."""
        return sorted(name for name, link in self.links.items() if link.kind == "event")

    @cached_property
    def no_middles(self) -> tuple[str, ...]:
        """Types of entities that paths don't lead through, sorted."""
        return tuple(sorted(name for name, entity in self.entities.items() if not entity.middle))

    @cached_property
    def search_properties(self) -> tuple[str, ...]:
        """Every property that `find` looks in, over all types, sorted; `caption` is always searched besides."""
        return tuple(sorted({p for e in self.entities.values() for p in e.search}))


def caption_parts(caption: str) -> list[str]:
    """The properties that one entry of `caption` names: itself, or those in braces of a pattern like `{street} {houseNumber}`."""
    return re.findall(r"\{(\w+)\}", caption) if "{" in caption else [caption]


@lru_cache(maxsize=4)
def load_ontology(path: Path | None = None) -> Ontology:
    """The ontology of this installation (or the file given).

    Raises SpecError naming file and place for a file that is not YAML or breaks the rules above.
    """
    path = path or content("loaders") / "ontology.yaml"
    try:
        return Ontology.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise SpecError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        problems = [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise SpecError(f"{path} breaks the rules of an ontology.", problems=problems) from error
