"""The jobs of a deployment: those in the settings and those set through the API, checked. May import the office, and what is beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphsvc.errors import InputError, NotFound
from graphsvc.inquiry.account import User
from graphsvc.inquiry.office import Office
from graphsvc.jobs.kinds import Kind, Parameters
from graphsvc.jobs.schedule import trigger

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class Given(BaseModel):
    """A job as somebody sets it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "communities", "inquiry": "inq_20261124_cpw9k8", "cron": "30 2 * * *", "parameters": {}}]},
    )

    kind: str = Field(max_length=40, description="What it does: `communities` or `trends`.")
    inquiry: str = Field(max_length=100, description="The standing inquiry that it runs for.")
    cron: str | None = Field(
        default=None, max_length=200, description="When, as a cron line in UTC; without one it runs when somebody runs it."
    )
    parameters: dict[str, Any] = Field(default={}, description="Those of its kind.")


@dataclass(frozen=True, slots=True)
class Job:
    """A job that can run. `user` is whose inquiry it is; `since` when it was set, None for one of the settings."""

    name: str
    kind: Kind
    inquiry: str
    user: str
    cron: str | None
    parameters: Parameters
    where: Literal["settings", "api"]
    since: str | None


def jobs(office: Office, kinds: Mapping[str, Kind]) -> dict[str, Job]:
    """All jobs that can run, by name."""
    return jobs_and_problems(office, kinds)[0]


def jobs_and_problems(office: Office, kinds: Mapping[str, Kind]) -> tuple[dict[str, Job], dict[str, InputError]]:
    """All jobs that can run, and why others of the settings can't, by name: a mistake in one is no end of the others."""
    found = {one.name: _stored(one.name, one, kinds) for one in office.schedules.list()}
    problems = {}
    for name, given in office.settings.jobs.items():
        try:
            found[name] = _of_settings(office, kinds, name, given)
        except InputError as error:
            found.pop(name, None)
            problems[name] = error
    return dict(sorted(found.items())), problems


def _of_settings(office: Office, kinds: Mapping[str, Kind], name: str, given: Any) -> Job:
    try:
        asked = Given.model_validate(given)
        kind, parameters = checked(name, asked, kinds)
    except (ValidationError, InputError) as error:
        text = error.message if isinstance(error, InputError) else "; ".join(map(_told, error.errors()))
        hint = error.hint if isinstance(error, InputError) else None
        raise InputError(f"GRAPHSVC_JOBS, the job {name}: {text}", hint=hint) from error
    user = office.inquiries.user_of(asked.inquiry)
    if user is None:
        raise InputError(
            f"GRAPHSVC_JOBS, the job {name}: there is no standing inquiry {asked.inquiry!r}.",
            hint="`graphsvc inquiry request` asks for one.",
        )
    return Job(name, kind, asked.inquiry, user, asked.cron, parameters, "settings", None)


def _told(error: Any) -> str:
    return f"{error['loc'][-1]}: {error['msg']}" if error["loc"] else str(error["msg"])


def job(office: Office, kinds: Mapping[str, Kind], name: str) -> Job:
    """One job. Raises NotFound, and InputError for one of the settings that can't be."""
    found, problems = jobs_and_problems(office, kinds)
    if name in problems:
        raise problems[name]
    if name not in found:
        raise NotFound(f"There is no job {name[:80]!r}.", hint="`graphsvc jobs list` names them; docs/jobs.md says how to set one.")
    return found[name]


def job_of_theirs(office: Office, kinds: Mapping[str, Kind], user: User, name: str) -> Job:
    """One job of a user's. Raises NotFound for one that is not there, or is another's."""
    one = job(office, kinds, name)
    if one.user != user.id:
        raise no_job_of_theirs(name)
    return one


def no_job_of_theirs(name: str) -> NotFound:
    """The error for a job that is another's."""
    return NotFound(f"You have no job {name[:80]!r}.", hint="`graphsvc jobs list` or `GET /v1/jobs` names them.")


def checked(name: str, given: Given, kinds: Mapping[str, Kind]) -> tuple[Kind, Parameters]:
    """The kind and parameters that somebody gives for a job. Raises InputError: name, kind, cron line, parameters."""
    if not _NAME.fullmatch(name) or name == "runs":
        raise InputError(
            f"{name[:80]!r} can't be the name of a job.", hint="Use small letters, digits, - and _, a letter first, up to 40; not `runs`."
        )
    if given.kind not in kinds:
        raise InputError(f"There is no kind of job {given.kind!r}.", hint=f"There are: {', '.join(sorted(kinds))}.")
    if given.cron is not None:
        trigger(given.cron)
    return kinds[given.kind], kinds[given.kind].checked(given.parameters)


def put_job(office: Office, kinds: Mapping[str, Kind], user: User, name: str, given: Given) -> dict[str, Any]:
    """Set a job through the API, with its two entries in the log. Raises InputError, Denied, InquiryMissing."""

    def do() -> dict[str, Any]:
        kind, parameters = checked(name, given, kinds)
        if name in office.settings.jobs:
            raise InputError(f"The job {name} is one of the settings (GRAPHSVC_JOBS).", hint="Take another name, or change it there.")
        told = parameters.model_dump(mode="json", exclude_unset=True)
        return told_job(_stored(name, office.schedules.put(user, name, kind.name, given.inquiry, given.cron, told), kinds))

    return office.desk.act(user, "changed", "jobs.put", {"job": name, **given.model_dump(mode="json")}, do)


def remove_job(office: Office, kinds: Mapping[str, Kind], user: User, name: str) -> dict[str, Any]:
    """Take away a job that was set through the API, with its two entries. Raises NotFound."""
    return office.desk.act(
        user, "changed", "jobs.remove", {"job": name}, lambda: told_job(_stored(name, office.schedules.remove(user, name), kinds))
    )


def told_jobs(office: Office, kinds: Mapping[str, Kind], user: User) -> list[dict[str, Any]]:
    """The jobs that a user may see: their own; operators and auditors all."""
    everything = not {"operator", "auditor"}.isdisjoint(user.roles)
    return [told_job(one) for one in jobs(office, kinds).values() if everything or one.user == user.id]


def told_job(one: Job) -> dict[str, Any]:
    """A job as doors show it."""
    return {
        "name": one.name,
        "kind": one.kind.name,
        "inquiry": one.inquiry,
        "user": one.user,
        "cron": one.cron,
        "parameters": one.parameters.model_dump(mode="json"),
        "where": one.where,
    }


def _stored(name: str, one: Any, kinds: Mapping[str, Kind]) -> Job:
    kind = kinds[one.kind]
    return Job(name, kind, one.inquiry, one.user, one.cron, kind.checked(dict(one.parameters)), "api", one.changed_at)
