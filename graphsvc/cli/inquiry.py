"""`graphsvc inquiry ...`: open one before you ask, see yours, close them; standing ones are approved by a supervisor. A thin door."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from graphsvc.cli.asking import AsJson, office_of, print_json
from graphsvc.cli.console import safe
from graphsvc.errors import InputError
from graphsvc.inquiry.open_inquiry import State
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Inquiries: every question belongs to one.")

Purpose = Annotated[str, typer.Option("--purpose", help="What for: one of the codes that `graphsvc inquiry rules` lists.")]
Case = Annotated[str, typer.Option("--case", help="The case number, by the deployment's pattern.")]
Reason = Annotated[str, typer.Option("--reason", help="What you want to find out, of whom or what, and why, in a sentence.")]
Until = Annotated[datetime | None, typer.Option("--until", help="When it ends, in UTC, if earlier than by itself.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="An inquiry's id.")]


@app.command("open")
def open_one(purpose: Purpose, case: Case, reason: Reason, until: Until = None, as_json: AsJson = False) -> None:
    """Open an inquiry. By opening it you accept the rules of use (`graphsvc inquiry rules`)."""
    with office_of(Settings()) as office:
        opened = office.open_inquiry(office.this_user(), purpose=purpose, case=case, reason=reason, until=until)
    _print(opened, as_json, f"Inquiry {opened['id']} is open until {opened['until']}. Your questions belong to it now.")


@app.command("request")
def request_standing(
    purpose: Purpose,
    case: Case,
    reason: Reason,
    until: Annotated[datetime, typer.Option("--until", help="When it ends, in UTC.")],
    as_json: AsJson = False,
) -> None:
    """Ask for a standing inquiry, for watches and scheduled jobs: a supervisor of your agency approves it."""
    with office_of(Settings()) as office:
        asked = office.request_standing(office.this_user(), purpose=purpose, case=case, reason=reason, until=until)
    _print(asked, as_json, f"Standing inquiry {asked['id']} waits for a supervisor: `graphsvc inquiry approve {asked['id']}`.")


@app.command()
def approve(id: Id, as_json: AsJson = False) -> None:
    """Approve a standing inquiry, as a supervisor of its agency who did not ask for it."""
    with office_of(Settings()) as office:
        approved = office.decide_standing(office.this_user(), id, approve=True)
    _print(approved, as_json, f"Approved {approved['id']}, until {approved['until']}.")


@app.command()
def reject(id: Id, reason: Annotated[str, typer.Option("--reason", help="Why it is refused.")], as_json: AsJson = False) -> None:
    """Refuse a standing inquiry, with the reason."""
    with office_of(Settings()) as office:
        refused = office.decide_standing(office.this_user(), id, approve=False, reason=reason)
    _print(refused, as_json, f"Refused {refused['id']}.")


@app.command()
def close(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Default: the one opened last.")] = None, as_json: AsJson = False
) -> None:
    """Close an inquiry before it ends by itself."""
    with office_of(Settings()) as office:
        closed = office.close_inquiry(office.this_user(), id)
    _print(closed, as_json, f"Closed {closed['id']}.")


@app.command()
def ticket(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Default: the one opened last.")] = None, as_json: AsJson = False
) -> None:
    """A URL under which OpenRefine can screen one list in the name of an inquiry, until it ends. It is shown once, and is a secret."""
    settings = Settings()
    with office_of(settings) as office:
        made = office.make_ticket(office.this_user(), id)
    url = f"http://{settings.api_host}:{settings.api_port}/v1/reconcile/{made['ticket']}"
    _print({**made, "url": url}, as_json, f"{url}\nUntil {made['until']}, in the name of {made['inquiry']}, while `graphsvc serve` runs.")


@app.command()
def current(as_json: AsJson = False) -> None:
    """The inquiry that your questions belong to now."""
    with office_of(Settings()) as office:
        found = office.current_inquiry(office.this_user())
    _print(found, as_json, _line(found))


@app.command("list")
def list_them(
    everybody: Annotated[bool, typer.Option("--all", help="Also those of others, for supervisors (of their agency) and auditors.")] = False,
    state: Annotated[State | None, typer.Option("--state", help="Only those in this state; `requested`: waiting for approval.")] = None,
    as_json: AsJson = False,
) -> None:
    """Your inquiries, newest first."""
    with office_of(Settings()) as office:
        found = office.list_inquiries(office.this_user(), everybody=everybody, state=state)
    if as_json:
        print_json(found)
        return
    for one in found:
        print(_line(one))
    if not found:
        print("There are none. Open one: graphsvc inquiry open --purpose ... --case ... --reason ...")


@app.command()
def rules() -> None:
    """The rules of use that opening an inquiry accepts, the purposes and reason codes, and how a case number looks."""
    with office_of(Settings()) as office:
        deployment = office.deployment
    print(deployment.rules_of_use.strip())
    for title, codes in (("Purposes", deployment.purposes), ("Reason codes", deployment.reason_codes)):
        print(f"\n{title}:")
        for code, what in codes.items():
            print(f"  {safe(code)}: {safe(what)}")
    print(f"\nA case number looks like {safe(deployment.case_example)}.")


def _print(one: dict[str, Any], as_json: bool, text: str) -> None:
    if as_json:
        print_json(one)
    else:
        print(*map(safe, text.splitlines()), sep="\n")


def _line(one: dict[str, Any]) -> str:
    return safe(f"{one['id']}  {one['state']}  {one['user']}  {one['purpose']}  {one['case']}  until {one['until']}: {one['reason']}")


def day_of(text: str | None, what: str) -> Any:
    """A day given as YYYY-MM-DD; None for None. Raises InputError."""
    try:
        return None if text is None else datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise InputError(f"{what}: {text!r} is no day.", hint="Write it as YYYY-MM-DD.") from error
