"""`graphsvc leads ...`: tell others what you have found, and read what they tell you. A thin door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from graphsvc.cli.alerts import print_alert_line, print_lead
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask_in, office_of, print_answer, print_json
from graphsvc.cli.lines import Lines
from graphsvc.errors import InputError
from graphsvc.graph.view import Operation
from graphsvc.inquiry.desk import Question, Reading
from graphsvc.inquiry.office import Office
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Leads: what somebody has found and tells others.")

LeadId = Annotated[str, typer.Argument(metavar="LEAD", help="A lead's id.")]


@app.command("publish")
def publish(
    title: Annotated[str, typer.Option("--title", help="One line that says what it is.")],
    text: Annotated[str, typer.Option("--text", help="The memo, in your words; every reader sees them.")] = "",
    text_file: Annotated[Path | None, typer.Option("--text-file", help="The memo from a file, in UTF-8.")] = None,
    about: Annotated[list[str] | None, typer.Option("--about", help="Id of an entity or record that it rests on; again for more.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="A path that it rests on: from this entity ...")] = None,
    to: Annotated[str | None, typer.Option("--to", help="... to this one.")] = None,
    max_hops: Annotated[int, typer.Option("--max-hops", help="The most links of the path.")] = 6,
    number: Annotated[int, typer.Option("--number", help="Which path, as `graphsvc path` counts them.")] = 1,
    community: Annotated[str | None, typer.Option("--community", help="A community whose last change it rests on.")] = None,
    run: Annotated[str | None, typer.Option("--run", help="In which run the community changed, if not in the last one.")] = None,
    agency: Annotated[list[str] | None, typer.Option("--agency", help="For users of this agency; again for more.")] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="For users of agencies that work in this region.")] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help="Among them, only for those with this role.")] = None,
    touches: Annotated[
        list[str] | None, typer.Option("--touches", help="Besides, for whoever has an open inquiry of this case; again for more.")
    ] = None,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Publish a lead (a path, a change or a memo, with what it rests on) to agencies, regions, roles, or whoever holds cases it touches."""
    from graphsvc.alerts.publishing import given_of, publish_question

    if text and text_file is not None:
        raise InputError("The memo was given twice.", hint="Give --text or --text-file.")
    path = {"from": from_ or "", "to": to or "", "max_hops": max_hops, "number": number} if from_ or to else None
    given = given_of(
        {
            **{"title": title, "text": _text(text_file) if text_file is not None else text, "about": about or [], "path": path},
            **{"community": community, "run": run, "agencies": agency or [], "regions": region or [], "roles": role or []},
            "cases": touches or [],
        }
    )
    asked = given.model_dump(mode="json", by_alias=True)

    def say(answer: dict[str, Any]) -> None:
        _published(Lines(), answer["lead"])

    _ask(
        "leads.publish",
        "share",
        asked,
        lambda r, office: publish_question(r, office, given),
        inquiry,
        reason_code,
        as_json,
        say,
        also=("search",),
        decides=True,
    )


@app.command("list")
def list_them(
    limit: Annotated[int, typer.Option(help="The most to list, of either.")] = 50,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """The leads that you have published, and those that are for you."""
    from graphsvc.alerts.published import list_question

    def read(r: Reading, office: Office) -> Any:
        return list_question(r, office, limit=limit)

    _ask("leads.list", "search", {"limit": limit}, read, inquiry, reason_code, as_json, print_list)


@app.command("show")
def show(id: LeadId, inquiry: InquiryId = None, reason_code: ReasonCode = None, as_json: AsJson = False) -> None:
    """Open a lead: its words, and what of all that it rests on is in your view."""
    from graphsvc.alerts.published import show_question

    def read(r: Reading, office: Office) -> Any:
        return show_question(r, office, id)

    _ask("leads.show", "search", {"lead": id}, read, inquiry, reason_code, as_json, print_one)


@app.command("withdraw")
def withdraw(
    id: LeadId,
    reason: Annotated[str, typer.Option("--reason", help="Why it is taken back.")],
    as_json: AsJson = False,
) -> None:
    """Take back a lead of yours: it is no longer there for anybody whom it has reached."""
    from graphsvc.alerts import publishing

    with office_of(Settings()) as office:
        told = publishing.withdraw(office, office.this_user(), id, reason)
    if as_json:
        print_json(told)
    else:
        _published(Lines(), told)


@app.command("mail")
def mail(
    address: Annotated[str | None, typer.Argument(metavar="[ADDRESS]", help="Your address.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Be mailed no more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Where you are mailed that there is a lead for you, or that another agency has come upon the same as you."""
    from graphsvc.alerts.publishing import set_mail

    with office_of(Settings()) as office:
        if (address is None) != off:
            raise InputError("Give an address, or --off.", hint="`graphsvc leads mail anna@police.veldmark.example`")
        told = set_mail(office, office.this_user(), address)
    if as_json:
        print_json(told)
    else:
        Lines().say(f"Leads are mailed to {told['mail']}." if told["mail"] else "Leads are not mailed to you.")


def _ask(
    name: str,
    operation: Operation,
    given: dict[str, Any],
    read: Callable[[Reading, Office], Any],
    inquiry: str | None,
    reason_code: str | None,
    as_json: bool,
    say: Callable[[dict[str, Any]], None],
    *,
    also: tuple[Operation, ...] = (),
    decides: bool = False,
) -> None:
    question = Question(name, operation, given, inquiry, reason_code, also, latest=True, decides=decides)
    with office_of(Settings()) as office:
        answer = ask_in(office, question, lambda r: read(r, office), as_json=as_json)
    print_answer(answer, as_json, say)


def print_list(answer: dict[str, Any]) -> None:
    lines = Lines()
    for one in answer["published"]:
        _published(lines, one)
    for one in answer["received"]:
        print_alert_line(lines, one)
        lines.say(f"  lead {one['lead']}")
    if not (answer["published"] or answer["received"]):
        lines.say("There are none. Publish one with `graphsvc leads publish`.")


def print_one(answer: dict[str, Any]) -> None:
    lines = Lines()
    lines.say(answer["lead"]["id"], "bold")
    print_lead(lines, answer)


def _published(lines: Lines, one: dict[str, Any]) -> None:
    end = f"withdrawn {one['withdrawn_at']}: {one['withdrawn_because']}" if one["withdrawn_at"] else f"until {one['until']}"
    lines.say(f"{one['id']}  {one['title']}  {one['case']}  {one['made_at']}  {end}", "" if one["withdrawn_at"] else "bold")
    lines.say("  for " + "; ".join(f"{name} {', '.join(those)}" for name, those in one["readers"].items() if those))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8.", hint="Save it as text in UTF-8.") from error
