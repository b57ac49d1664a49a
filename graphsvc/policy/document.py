"""`policy.yaml`: under which assessment and law a source is held, who may do what with it, and how long its rows are kept.

`docs/policies.md` explains it to people; the JSON Schema in `loaders/schema/` is generated from these classes; `judge` decides by them.
Imports only errors, the graph's names of operations, and what reads YAML.
"""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from graphsvc.errors import SpecError
from graphsvc.graph.view import Operation
from graphsvc.policy.yamltext import double_keys, line_of

NO_CATEGORY = "none"
_HINT = "docs/policies.md shows what a policy says."

Category = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,20}$", description="A category of persons: suspect, witness, ...")]
Role = Literal["analyst", "steward", "supervisor", "auditor", "operator"]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$")]


# What pydantic says where a text was expected.
_WANTS_TEXT = {"string_type", "literal_error"}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _either(*names: str) -> dict[str, Any]:
    """For the JSON Schema, what a validator checks here: exactly one of the fields is given."""
    return {"oneOf": [{"required": [name]} for name in names]}


class Assessment(_Model):
    """The privacy assessment that allows the source, or why none is needed."""

    model_config = ConfigDict(json_schema_extra=_either("reference", "none_needed"))

    reference: str | None = Field(default=None, min_length=3, description="Reference of the assessment, e.g. PIA-2024-011.")
    none_needed: str | None = Field(default=None, min_length=10, description="Why no assessment is needed.")

    @model_validator(mode="after")
    def _one(self) -> Assessment:
        if (self.reference is None) == (self.none_needed is None):
            raise ValueError("give either reference or none_needed (with the reason), not both")
        return self


class Retention(_Model):
    """Months after `from`, or unlimited with the reason why."""

    model_config = ConfigDict(json_schema_extra=_either("months", "unlimited"))

    months: int | None = Field(default=None, ge=1, le=1200, description="Months that rows are kept.")
    unlimited: str | None = Field(default=None, min_length=10, description="Why the rows may be kept without end.")
    from_: Literal["as_of"] | dict[str, Any] = Field(
        default="as_of",
        alias="from",
        description="From which date it counts: the as-of date of the row, or a value of the row as specs give one ({column: closed}).",
    )

    @model_validator(mode="after")
    def _one(self) -> Retention:
        if (self.months is None) == (self.unlimited is None):
            raise ValueError("give either months or unlimited (with the reason), not both")
        return self


class Rule(_Model):
    """Who may do which operations for which purposes. What no rule permits is denied."""

    operations: list[Operation] = Field(min_length=1, description="What may be done; each is named, none includes another.")
    roles: list[Role] = Field(min_length=1, description="Who may do it: a user with any of these roles.")
    agencies: list[Code] | Literal["any"] = Field(description="Codes of agencies, or any.")
    purposes: list[Code] | Literal["any"] = Field(description="Codes of purposes, or any of the deployment's.")
    categories: list[Category] | Literal["all", "none"] = Field(
        default="all",
        description="Which categories of persons the rule is for; all: also what belongs to none; none (alone or in the list): only that.",
    )

    @field_validator("agencies", "purposes", "categories")
    @classmethod
    def _any_stands_alone(cls, value: list[str] | str) -> list[str] | str:
        if isinstance(value, list):
            if not value:
                raise ValueError("an empty list permits nobody: name at least one, or leave the rule out")
            for word in ("any", "all"):
                if word in value:
                    raise ValueError(f"`{word}` stands alone, not in a list")
        return value

    def covers(self, category: str | None) -> bool:
        """Whether the rule is for a category of persons; None: for what belongs to no category."""
        return self.categories == "all" or (category or NO_CATEGORY) in (
            [self.categories] if isinstance(self.categories, str) else self.categories
        )


class Policy(_Model):
    """What `policy.yaml` says."""

    assessment: Assessment
    legal_basis: str = Field(min_length=3, description="The law or agreement under which the source is held.")
    holders: list[str] = Field(min_length=1, description="Everybody whom the data passed through, the first holder first.")
    contact: str | None = Field(default=None, min_length=3, description="Whom to ask; needed when a rule permits `pointer`.")
    categories: list[Category] = Field(default=[], description="Categories of persons that the spec tells apart: a compartment each.")
    reason_code_per_query: bool = Field(default=False, description="Every query of this source carries a reason code of its own.")
    exact_limit: int = Field(default=1, ge=1, le=1000, description="Identifiers that one exact look-up may name.")
    screen_limit: int = Field(default=1000, ge=1, le=100_000, description="Lines that a list may have for `screen`.")
    eligible_when: list[dict[str, Any]] = Field(
        default=[], description="Conditions as specs have them, on a row: one that does not meet all is refused."
    )
    retention: Retention
    rules: list[Rule] = Field(default=[], description="Without rules nobody may read the source.")

    @model_validator(mode="after")
    def _consistent(self) -> Policy:
        if reserved := {"all", "any", NO_CATEGORY} & set(self.categories):
            raise ValueError(f"{sorted(reserved)} can't be a category: the word means something in rules")
        for rule in self.rules:
            if isinstance(rule.categories, list) and (unknown := set(rule.categories) - {*self.categories, NO_CATEGORY}):
                raise ValueError(f"a rule names the categories {sorted(unknown)}, which `categories` does not list")
            if "pointer" in rule.operations and self.contact is None:
                raise ValueError("a rule permits `pointer`, so `contact` must say whom to ask")
        return self

    def compartments(self, source: str) -> tuple[str, ...]:
        """The source itself, and one compartment a category: `case_files`, `case_files/witness`; sorted."""
        return tuple(sorted({compartment(source, category) for category in (None, *self.categories)}))


def compartment(source: str, category: str | None) -> str:
    """The name of what a view can hide: a category of persons within a source, or (None) what belongs to no category."""
    return f"{source}/{category}" if category else source


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy, the text of its file, and the SHA-256 of it, by which answers can later name it."""

    policy: Policy
    sha256: str
    text: str

    def expires_at(self, start: str) -> str | None:
        """Last day (ISO) on which a row may be kept whose retention counts from this text; None for unlimited.

        `start` is an ISO date or time, at least to the day; months are added on the calendar (31 January + 1 month = 28 or 29 February).
        """
        months = self.policy.retention.months
        if months is None:
            return None
        day = date.fromisoformat(start[:10])
        index = day.year * 12 + day.month - 1 + months
        year, month = divmod(index, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1])).isoformat()


def load_policy(path: Path) -> LoadedPolicy:
    """Read and check one `policy.yaml`; raises SpecError saying what is wrong and where."""
    if not path.is_file():
        raise SpecError(
            f"{path.parent.name} has no policy.yaml.",
            hint="Write one beside source.yaml; docs/policies.md shows what it says.",
        )
    return parse_policy(path.read_bytes(), f"{path.name} of {path.parent.name}")


def parse_policy(text: bytes, what: str) -> LoadedPolicy:
    """The policy that a YAML text states; `what` names it in errors. Raises SpecError with one line a problem: `policy.yaml:7: ...`."""
    try:
        node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
        raw, decoded = yaml.safe_load(text), text.decode()
    except yaml.MarkedYAMLError as error:
        at = f"policy.yaml:{error.problem_mark.line + 1}" if error.problem_mark else "policy.yaml"
        raise SpecError(f"The {what} is not YAML.", problems=[f"{at}: {error.problem} {error.context or ''}".rstrip()]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(f"The {what} is not YAML in UTF-8: {error}") from error
    if not isinstance(raw, dict):
        raise SpecError(f"The {what} does not hold a mapping.", hint=_HINT)
    if doubles := [f"policy.yaml:{line}: {key!r} stands twice in one mapping" for key, line in double_keys(node)]:
        raise SpecError(f"The {what} is ambiguous.", problems=doubles)
    try:
        return LoadedPolicy(Policy.model_validate(raw), hashlib.sha256(text).hexdigest(), decoded)
    except ValidationError as error:
        raise SpecError(f"The {what} is wrong.", problems=_problems(error, node), hint=_HINT) from error


def _problems(error: ValidationError, node: yaml.Node) -> list[str]:
    found: dict[tuple[int, str], None] = {}
    for item in error.errors():
        place = tuple(item["loc"])
        named = [str(step) for step in place if not _is_union_member(step)]
        text = f"{'.'.join(named) or 'top'}: {item['msg'].removeprefix('Value error, ')}"
        if item["type"] == "extra_forbidden":
            text = f"{place[-1]!r} is not a field here"
        elif item["type"] == "missing":
            text = f"{place[-1]!r} is missing"
        elif item["type"] in _WANTS_TEXT and isinstance(item["input"], (bool, int, float, date)):
            # Also the words no, yes, on and off are truth values to YAML 1.1.
            text = f"{'.'.join(named)}: YAML reads this as {item['input']}, not as text: put it in quotes"
        found[line_of(node, place), text] = None
    return [f"policy.yaml:{line}: {text}" for line, text in sorted(found)]


def _is_union_member(step: str | int) -> bool:
    """Whether pydantic put this step in to say which of several types it tried."""
    return isinstance(step, str) and ("[" in step or step == "as_of")
