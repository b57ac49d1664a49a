"""Publishing a lead, and what brings leads to their readers.

Who publishes names what the lead rests on: it must be in their view, and theirs to share. Readers are those whom they name and who may see
any of it; whoever becomes one later is reached then. What stays unread goes to supervisors. May import the office and what is beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphsvc.alerts.channels import checked_mail
from graphsvc.alerts.findings import MOST
from graphsvc.alerts.judge import facts_in_view, stored
from graphsvc.alerts.leads import Lead, Readers
from graphsvc.alerts.published import leads_of, told_lead
from graphsvc.alerts.telling import may_read, titles
from graphsvc.connections.paths import find_paths
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.view import Operation
from graphsvc.inquiry.account import ROLES, User, one_line
from graphsvc.inquiry.clock import system_clock
from graphsvc.inquiry.deployment import known
from graphsvc.inquiry.desk import Reading
from graphsvc.inquiry.office import Office
from graphsvc.policy.judge import Judge
from graphsvc.policy.subject import Asked

_MOST_WORDS = 10_000  # characters of a memo: some four pages
_MOST_NAMED = 200
_MOST_PATHS = 20
_MOST_REASON = 1000
Some = Annotated[list[Annotated[str, Field(min_length=1, max_length=1000)]], Field(max_length=_MOST_NAMED)]


class PathOf(BaseModel):
    """A path that the lead rests on: the `number`-th best one between two entities."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: str = Field(alias="from", min_length=1, max_length=1000)
    to: str = Field(min_length=1, max_length=1000)
    max_hops: int = Field(default=6, ge=1, le=12, description="The most links of the path.")
    number: int = Field(default=1, ge=1, le=_MOST_PATHS, description="Which one, as `POST /v1/paths` ranks them.")


class Given(BaseModel):
    """A lead as somebody publishes it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "One telephone in two cases",
                    "text": "The number of the suspect is on a supply contract of another case's director.",
                    "about": ["case_files/Person/VK-78943901,P1"],
                    "agencies": ["veldmark_fiu"],
                    "cases": ["VM-2026-0418"],
                }
            ]
        },
    )

    title: str = Field(min_length=1, max_length=200, description="One line that says what it is.")
    text: str = Field(default="", max_length=_MOST_WORDS, description="The memo, in your words; every reader sees them.")
    about: Some = Field(default=[], description="Ids of entities and records that it rests on.")
    path: PathOf | None = Field(default=None, description="A path that it rests on.")
    community: str | None = Field(default=None, max_length=1000, description="A community whose change it rests on.")
    run: str | None = Field(default=None, max_length=100, description="In which run it changed; by itself in the last one.")
    agencies: Some = Field(default=[], description="For users of these agencies,")
    regions: Some = Field(default=[], description="and of those that work in these regions,")
    roles: Some = Field(default=[], description="with one of these roles, where any is named;")
    cases: Some = Field(default=[], description="and for whoever has an open inquiry of one of these cases.")


class Withdrawal(BaseModel):
    """Why a lead is taken back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "the two are namesakes"}]})

    reason: str = Field(min_length=1, max_length=_MOST_REASON)


class MailAddress(BaseModel):
    """Where its user is mailed that there is a lead, or that another agency has come upon the same; null: nowhere."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"mail": "anna@police.veldmark.example"}]})

    mail: str | None = Field(max_length=254)


@dataclass(frozen=True, slots=True)
class _Named:
    """What a lead names, as it is kept, and what it takes to see each of it, by operation."""

    content: Mapping[str, Any]
    rests_on: Mapping[str, Sequence[Sequence[str]]]


def given_of(given: Mapping[str, Any]) -> Given:
    """A lead from its members. Raises InputError naming what is wrong."""
    try:
        return Given.model_validate(dict(given))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc'][-1:]))}: {one['msg']}" for one in error.errors())
        raise InputError(f"The lead can't be: {problems}", hint="docs/leads.md says what can be published.") from error


def publish_question(r: Reading, office: Office, given: Given) -> dict[str, Any]:
    """Publish a lead, and bring it to its readers. `r.view` is what the asker may share.

    Raises InputError for readers that can't be and for a lead that names nothing, NotFound for what is not in view or not theirs to share.
    """
    readers = _readers(office, given)
    title = one_line(given.title, "The title of a lead")
    named = _named(r, office, given)
    lead = leads_of(office).publish(r.inquiry, title, given.text.strip(), named.content, named.rests_on, readers)
    bring(office, lead)
    return {"lead": told_lead(office, lead), "sources": titles(r.graph, r.view, r.inquiry)}


def withdraw(office: Office, user: User, id: str, reason: str) -> dict[str, Any]:
    """Take back a lead of the user's. Raises NotFound, Conflict, InputError without a reason."""
    because = " ".join(reason.split())
    if not because or len(because) > _MOST_REASON:
        raise InputError("Taking back a lead needs a reason.", hint=f"Say why, in at most {_MOST_REASON} characters.")

    def do() -> dict[str, Any]:
        return told_lead(office, leads_of(office).withdraw(user, id, because))

    return office.desk.act(user, "changed", "leads.withdraw", {"lead": id, "reason": because}, do)


def set_mail(office: Office, user: User, mail: str | None) -> dict[str, Any]:
    """Where a user is mailed that there is a lead; None: nowhere. Raises InputError for an address that is not mailed to."""

    def do() -> dict[str, Any]:
        checked = checked_mail(office.settings, mail) if mail is not None else None
        leads_of(office).set_mail(user, checked)
        return {"user": user.id, "mail": checked}

    return office.desk.act(user, "changed", "leads.mail", {"mail": mail}, do)


def bring(office: Office, lead: Lead) -> None:
    """Bring a lead to those who are its readers now and whom it has not reached."""
    leads_of(office).reach(lead, _readers_now(office, lead, office.policies.judge_at()))


def look_after(office: Office) -> None:
    """Bring every lead to those who have become readers since, and those that stay unread to supervisors."""
    leads, judge = leads_of(office), office.policies.judge_at()
    for lead in leads.going_on():
        leads.reach(lead, _readers_now(office, lead, judge))
        for reader in leads.unread(lead, office.settings.lead_unread_days):
            user = office.users.get(reader)
            if _reads(judge, lead, user):  # who may not read it by now has nothing unread
                leads.pass_on(lead, reader, [one for one in _supervisors(office, user) if _reads(judge, lead, one)])


def _reads(judge: Judge, lead: Lead, user: User) -> bool:
    """Whether anything that the lead names is in the user's view now, for its purpose; as if they gave a reason code where it has one."""
    return may_read(lead.rests_on, judge.permissions(user.subject(), Asked(lead.purpose, system_clock(), lead.reason_code)))


def _readers(office: Office, given: Given) -> Readers:
    """Whom a lead is for, checked. Raises InputError."""
    for code in given.agencies:
        office.deployment.agency(code)
    office.deployment.agencies_in(given.regions)
    for role in given.roles:
        known(role, dict.fromkeys(ROLES), "role")
    for case in given.cases:
        if not office.deployment.case_fits(case):
            raise InputError(
                f"{case[:100]!r} is not a case number of this deployment.", hint=f"One looks like {office.deployment.case_example}."
            )
    if not (given.agencies or given.regions or given.roles or given.cases):
        raise InputError("The lead is for nobody.", hint="Name agencies, regions, roles, or cases that it touches.")
    return Readers(tuple(given.agencies), tuple(given.regions), tuple(given.roles), tuple(given.cases))


def _readers_now(office: Office, lead: Lead, judge: Judge) -> list[tuple[User, str]]:
    """Who is a reader now, each with the case by which the lead is theirs: one that it names, else that of who published it."""
    named = lead.readers
    listed = {region for agency in office.deployment.agencies.values() for region in agency.regions}
    agencies = {*named.agencies} | office.deployment.agencies_in(listed.intersection(named.regions))
    holding = {one.user: one.case for one in office.inquiries.all_open() if one.case in named.cases and one.purpose == lead.purpose}
    found = []
    for user in office.users.list():
        chosen = bool(named.agencies or named.regions or named.roles)
        chosen = chosen and (user.agency in agencies or not (named.agencies or named.regions))
        chosen = chosen and bool(user.roles.intersection(named.roles) or not named.roles)
        case = holding.get(user.id) or (lead.case if chosen else None)
        if case is not None and user.id != lead.user and _reads(judge, lead, user):
            found.append((user, case))
    return found


def _supervisors(office: Office, user: User) -> list[User]:
    """The active supervisors of a user's agency, other than the user."""
    return [
        one for one in office.users.list() if one.active and "supervisor" in one.roles and one.agency == user.agency and one.id != user.id
    ]


def _named(r: Reading, office: Office, given: Given) -> _Named:
    """What a lead names, read within the view of what its publisher may share."""
    wanted = list(dict.fromkeys(given.about))
    ends = [given.path.from_, given.path.to] if given.path is not None else []
    rows = {row["id"]: row for row in r.graph.ask(r.view, r.inquiry, "alerts/named", ids=[*wanted, *ends])}
    if missing := [id for id in (*wanted, *ends) if id not in rows]:
        raise NotFound(
            f"There is no entity or record {missing[0][:200]!r} in view that you may share.",
            hint="Give whole ids, as `graphsvc find`, `show` and `path` print them.",
        )
    facts = _path(_also(r, "paths"), office, given.path) if given.path is not None else {}
    if given.run is not None and given.community is None:
        raise InputError("A run was named, and no community that changed in it.", hint="Give `community`, or leave `run` out.")
    changes, of_run = _change(_also(r, "analytics"), given.community, given.run) if given.community is not None else (None, [])
    if not (wanted or facts or changes):
        raise InputError("The lead names nothing that it rests on.", hint="Name entities, records, a path, or a change of a community.")
    content = {
        "entities": [id for id in wanted if rows[id]["kind"] == "entity"],
        "records": [{"id": id, "of": None, "change": "named"} for id in wanted if rows[id]["kind"] == "record"],
        "facts": [{"id": id, "a": row["a"], "b": row["b"], "type": row["type"], "change": "named"} for id, row in facts.items()],
        "changes": changes,
    }
    # A record is there by any of its compartments, all else by all that it rests on.
    things = [[one] for id in wanted for one in rows[id]["compartments"]] + [row["compartments"] for row in facts.values()]
    search = sorted({tuple(sorted(set(those))) for those in things})
    return _Named(content, {"search": search, "analytics": [of_run] if of_run else []})


def _also(r: Reading, operation: Operation) -> Reading:
    """The same reading, of what is permitted for this operation as well."""
    return replace(r, view=r.view.common(r.permissions.compartments(operation)))


def _path(r: Reading, office: Office, wanted: PathOf) -> dict[str, Any]:
    """The links and statements of a path that may be shared, by id in their order."""
    settings = office.settings
    limits: dict[str, Any] = {"hub_links": settings.hub_links, "timeout_s": settings.query_timeout_s}
    found = find_paths(r.graph, r.view, r.inquiry, wanted.from_, wanted.to, max_hops=wanted.max_hops, k=wanted.number, **limits)["paths"]
    if len(found) < wanted.number:
        raise NotFound(f"There is no path number {wanted.number} between the two in what you may share.")
    facts = [stored(hop, None) for hop in found[wanted.number - 1]["hops"]]
    rows = facts_in_view(r.graph, r.view, r.inquiry, facts)
    return {fact.id: rows[fact.id] for fact in facts if fact.id in rows}


def _change(r: Reading, community: str, run: str | None) -> tuple[dict[str, Any], list[str]]:
    """A change of a community that may be shared, and all that its run saw."""
    asked: dict[str, Any] = {"job": None, "run": run, "kinds": None, "community": community, "after": 0, "limit": MOST}
    rows = r.graph.ask(r.view, r.inquiry, "communities/changes", **asked)
    if not rows or not rows[0]["changes"]:
        raise NotFound(f"There is no change of a community {community[:80]!r} in view that you may share.")
    return {"run": rows[0]["run"]["id"], "kind": "communities", "keys": [community]}, list(rows[0]["run"]["compartments"])
