"""How long the rows of a source are kept: the part of `policy.yaml` that loading needs.

Imports only errors and the standard things around a YAML file.
"""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from graphsvc.errors import SpecError

NEVER = "never"


class Retention(BaseModel):
    """Months after `from`, or unlimited with the reason why."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    months: int | None = Field(default=None, ge=1, le=1200, description="Months that rows are kept.")
    unlimited: str | None = Field(default=None, min_length=10, description="Why the rows may be kept without end.")
    from_: Literal["as_of"] = Field(default="as_of", alias="from", description="From which date it counts: the as-of date of the row.")

    @model_validator(mode="after")
    def _one(self) -> Retention:
        if (self.months is None) == (self.unlimited is None):
            raise ValueError("give either months or unlimited (with the reason), not both")
        return self


class Policy(BaseModel):
    """What `policy.yaml` may say today."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    retention: Retention


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy and the SHA-256 of its file, by which answers can later name it."""

    policy: Policy
    sha256: str

    def expires_at(self, as_of: str) -> str | None:
        """Last day (ISO) on which a row with this as-of text may be kept; None for unlimited.

        `as_of` is an ISO date or time, at least to the day; months are added on the calendar (31 January + 1 month = 28 or 29 February).
        """
        months = self.policy.retention.months
        if months is None:
            return None
        start = date.fromisoformat(as_of[:10])
        index = start.year * 12 + start.month - 1 + months
        year, month = divmod(index, 12)
        return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1])).isoformat()


def expiry_month(expires_at: str | None) -> str:
    """The month (`2029-06`) whose key seals a row that expires then; `never` for one that does not."""
    return expires_at[:7] if expires_at else NEVER


def load_policy(path: Path) -> LoadedPolicy:
    """Read and check one `policy.yaml`; raises SpecError saying what is wrong and where."""
    if not path.is_file():
        raise SpecError(
            f"{path.parent.name} has no policy.yaml.",
            hint="Write one beside source.yaml; docs/loader-specs.md shows the few lines that it needs.",
        )
    text = path.read_bytes()
    try:
        return LoadedPolicy(Policy.model_validate(yaml.safe_load(text)), hashlib.sha256(text).hexdigest())
    except yaml.YAMLError as error:
        raise SpecError(f"{path.name} of {path.parent.name} is not YAML: {error}") from error
    except ValidationError as error:
        problems = [f"{path.name}: {'.'.join(map(str, e['loc'])) or 'top'}: {e['msg']}" for e in error.errors()]
        raise SpecError(f"The policy of {path.parent.name} is wrong.", problems=problems) from error
