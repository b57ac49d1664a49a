"""`policy.yaml`: under which assessment and law a source is held, who may do what with it, and how long its rows are kept.

Imports only errors, the graph's names of operations, and the standard things around a YAML file. `judge` decides by it.
"""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from graphsvc.errors import SpecError
from graphsvc.graph.view import Operation

Category = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,20}$", description="A category of persons: suspect, witness, ...")]
Role = Literal["analyst", "steward", "supervisor", "auditor", "operator"]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Assessment(_Model):
    """The privacy assessment that allows the source, or why none is needed."""

    reference: str | None = Field(default=None, min_length=3, description="Reference of the assessment, e.g. PIA-2024-011.")
    none_needed: str | None = Field(default=None, min_length=10, description="Why no assessment is needed.")

    @model_validator(mode="after")
    def _one(self) -> Assessment:
        if (self.reference is None) == (self.none_needed is None):
            raise ValueError("give either reference or none_needed (with the reason), not both")
        return self


class Retention(_Model):
    """Months after `from`, or unlimited with the reason why."""

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

    operations: list[Operation] = Field(min_length=1)
    roles: list[Role] = Field(min_length=1)
    agencies: list[Code] | Literal["any"] = Field(description="Codes of agencies, or any.")
    purposes: list[Code] | Literal["any"] = Field(description="Codes of purposes, or any of the deployment's.")
    categories: list[Category] | Literal["all", "none"] = Field(
        default="all", description="Which categories of persons the rule is for; none: only what belongs to no category."
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
        for rule in self.rules:
            if isinstance(rule.categories, list) and (unknown := set(rule.categories) - set(self.categories)):
                raise ValueError(f"a rule names the categories {sorted(unknown)}, which `categories` does not list")
            if "pointer" in rule.operations and self.contact is None:
                raise ValueError("a rule permits `pointer`, so `contact` must say whom to ask")
        return self

    def compartments(self, source: str) -> tuple[str, ...]:
        """The source itself, and one compartment a category: `case_files`, `case_files/witness`; sorted."""
        return tuple(sorted([source, *(f"{source}/{category}" for category in self.categories)]))


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
    """The policy that a YAML text states; `what` names it in errors. Raises SpecError."""
    try:
        return LoadedPolicy(Policy.model_validate(yaml.safe_load(text)), hashlib.sha256(text).hexdigest(), text.decode())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(f"{what} is not YAML in UTF-8: {error}") from error
    except ValidationError as error:
        problems = [f"policy.yaml: {'.'.join(map(str, e['loc'])) or 'top'}: {e['msg']}" for e in error.errors()]
        raise SpecError(f"The {what} is wrong.", problems=problems, hint="docs/policies.md shows what a policy says.") from error
