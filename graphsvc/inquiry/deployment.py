"""`deployment.yaml`: the lists of this deployment, by which users, inquiries and reasons are checked.

`<GRAPHSVC_HOME>/deployment.yaml` counts, else the one that ships in `loaders/`. May import errors, the policy's names, and
where content lies.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from graphsvc.errors import InputError, SpecError
from graphsvc.graph.content import content
from graphsvc.policy.document import Code

FILE = "deployment.yaml"
_HINT = "docs/inquiries.md shows what deployment.yaml says."

Title = Annotated[str, Field(min_length=3, max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Agency(_Model):
    """Who employs users: named in every inquiry and every entry of the log."""

    name: Title
    originating_agency_identifier: str = Field(
        pattern=r"^[A-Z0-9]{2,20}$", description="The identifier under which the agency asks, as CJIS systems know it (ORI)."
    )
    contact: str = Field(min_length=3, max_length=200, description="Where a question about an inquiry of this agency goes.")
    regions: list[Code] = Field(default=[], description="Codes of the regions that it works in: leads can be published to those.")


class Deployment(_Model):
    """What `deployment.yaml` says."""

    purposes: dict[Code, Title] = Field(min_length=1, description="Code and title of every purpose that an inquiry may have.")
    reason_codes: dict[Code, Title] = Field(default={}, description="For sources that ask for a reason code with each query.")
    agencies: dict[Code, Agency] = Field(min_length=1)
    case_pattern: str = Field(min_length=1, max_length=500, description="Regular expression that a whole case number fits.")
    case_example: str = Field(min_length=1, max_length=100, description="A case number that fits, for messages.")
    inquiry_hours: int = Field(default=8, ge=1, le=72, description="Hours after which an inquiry ends by itself.")
    standing_days_most: int = Field(default=90, ge=1, le=366, description="Most days that a standing inquiry may last.")
    rules_of_use: str = Field(min_length=20, description="What whoever opens an inquiry accepts.")
    empty_reasons: list[str] = Field(default=[], description="Words and phrases that say nothing as a reason.")

    @field_validator("case_pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _example_fits(self) -> Deployment:
        if not self.case_fits(self.case_example):
            raise ValueError(f"case_example {self.case_example!r} does not fit case_pattern")
        return self

    @property
    def rules_sha256(self) -> str:
        """SHA-256 of the rules of use, kept with each inquiry: it proves later which ones were accepted."""
        return hashlib.sha256(self.rules_of_use.encode()).hexdigest()

    def case_fits(self, case: str) -> bool:
        """Whether this is a case number of the deployment's."""
        return len(case) <= 100 and re.fullmatch(self.case_pattern, case) is not None

    def checked_reason_code(self, code: str) -> str:
        """The reason code as given; raises InputError that lists the known ones."""
        return known(code, self.reason_codes, "reason code")

    def agencies_in(self, regions: Collection[str]) -> frozenset[str]:
        """The codes of the agencies that work in one of these regions. Raises InputError for a region that no agency names."""
        listed = {region: agency for agency in self.agencies.values() for region in agency.regions}
        wanted = {known(region, listed, "region") for region in regions}
        return frozenset(code for code, agency in self.agencies.items() if wanted & set(agency.regions))

    def agency(self, code: str) -> Agency:
        """The agency of this code; raises InputError that lists the known ones."""
        return self.agencies[known(code, self.agencies, "agency")]


def known(code: str, listed: Mapping[str, object], what: str) -> str:
    """The code itself if the deployment lists it; raises InputError naming those it lists."""
    if code not in listed:
        raise InputError(f"There is no {what} {code!r} in this deployment.", hint=f"Known: {', '.join(sorted(listed)) or 'none'}.")
    return code


def load_deployment(home: Path) -> Deployment:
    """The lists of the deployment in this folder, or the built-in ones; raises SpecError naming every problem by line."""
    own = home / FILE
    path = own if own.exists() else content("loaders") / FILE
    try:
        return parse_deployment(path.read_bytes(), str(path))
    except OSError as error:
        raise SpecError(f"{path} can't be read: {error.strerror}.") from error


def parse_deployment(data: bytes, name: str) -> Deployment:
    """The deployment that a YAML text states; `name` stands in its errors. Raises SpecError."""
    try:
        text = data.decode("utf-8-sig")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        raw: Any = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(f"{name} is not YAML in UTF-8: {error}", hint=_HINT) from error
    try:
        return Deployment.model_validate(raw)
    except ValidationError as error:
        problems = [f"{FILE}:{_line(node, e['loc'])}: {'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors()]
        raise SpecError(f"{name} is wrong.", problems=problems, hint=_HINT) from error


def _line(node: Any, place: tuple[int | str, ...]) -> int:
    """The line of the deepest part of `place` that the text has."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
