"""What a kind of job is: its name, its parameters, and the work. Packages above make them; the machinery here runs them.

May import the desk's types.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from graphsvc.errors import InputError
from graphsvc.inquiry.desk import Reading


class Parameters(BaseModel):
    """What a job is given. `sources`: only these, of those that may be analysed; none: all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: list[str] = []


class Run(Protocol):
    """A run on its way, as the work sees it."""

    id: str
    job: str

    def say(self, text: str) -> None:
        """What happens now, for whoever watches. Raises RunCancelled when the run is to end, as `check` does."""

    def check(self) -> None:
        """Raises RunCancelled when somebody asked for the end of the run, Conflict when another worker has taken it over."""

    def note(self, **told: Any) -> None:
        """Properties that the run is to be known by: `versions`, `projection_sha256`."""


@dataclass(frozen=True)
class Kind:
    """`work` gets the reading (its view is for `analytics`, narrowed to the job's sources), the run, its parameters, and the settings'
    limits, and returns what the run is known for afterwards: numbers, no case data. Until it returns nothing of it may be in use.
    `done` runs when the result is in place, `undone` for the id of a run that was killed: what it had written is to go.
    """

    name: str
    parameters: type[Parameters]
    work: Callable[[Reading, Run, Any, Limits], dict[str, Any]]
    done: Callable[[Reading, Run, Any], None]
    undone: Callable[[Reading, str], None]

    def checked(self, given: dict[str, Any]) -> Parameters:
        """The parameters as the kind has them. Raises InputError naming what is wrong."""
        try:
            return self.parameters.model_validate(given)
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            raise InputError(f"The parameters of a job of the kind {self.name} are wrong: {'; '.join(problems)}") from error


@dataclass(frozen=True, slots=True)
class Limits:
    """What one step may take: seconds, and MiB of the database's heap (None: 60 % of it)."""

    timeout_s: float
    memory_mb: int | None
