"""`graphsvc alerts ...`: what watches have found, and why. A thin door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from graphsvc.cli.answers import print_sightings
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask_in, office_of, print_answer
from graphsvc.cli.lines import Lines
from graphsvc.inquiry.desk import Question, Reading
from graphsvc.inquiry.office import Office
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Alerts: what your watches have found.")

AlertId = Annotated[str, typer.Argument(metavar="ALERT", help="An alert's id.")]


@app.command("list")
def list_them(
    state: Annotated[str | None, typer.Option("--state", help="Only those that are new, acknowledged or dismissed.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Only those with a mail or webhook that was given up.")] = False,
    limit: Annotated[int, typer.Option(help="The most to list.")] = 50,
    before: Annotated[int | None, typer.Option(help="Where the page before ended: its `next`.")] = None,
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Your alerts of the inquiry's case, newest first."""
    from graphsvc.alerts.acts import outbox_of
    from graphsvc.alerts.questions import list_question

    given = {"state": state, "dead": dead, "limit": limit, "before": before}

    def read(r: Reading, office: Office) -> Any:
        return list_question(r, outbox_of(office), state=state, dead=dead, limit=limit, before=before)

    _ask("alerts.list", given, read, inquiry, reason_code, as_json, print_list)


@app.command("show")
def show(id: AlertId, inquiry: InquiryId = None, reason_code: ReasonCode = None, as_json: AsJson = False) -> None:
    """One alert with its cause: records, links, path, change or sightings, as they are in view now; or the lead that it tells of."""
    from graphsvc.alerts.questions import show_question

    _ask("alerts.show", {"alert": id}, lambda r, office: show_question(r, office, id), inquiry, reason_code, as_json, print_one)


@app.command("acknowledge")
def acknowledge(id: AlertId, inquiry: InquiryId = None, reason_code: ReasonCode = None, as_json: AsJson = False) -> None:
    """Note that you have seen to an alert."""
    _mark("acknowledge", id, None, inquiry, reason_code, as_json)


@app.command("dismiss")
def dismiss(
    id: AlertId,
    reason: Annotated[str, typer.Option("--reason", help="Why it is none for the case.")] = "",
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Put an alert aside, with a reason."""
    _mark("dismiss", id, reason, inquiry, reason_code, as_json)


def _mark(word: str, id: str, reason: str | None, inquiry: str | None, reason_code: str | None, as_json: bool) -> None:
    from graphsvc.alerts.acts import outbox_of
    from graphsvc.alerts.questions import mark_question

    def read(r: Reading, office: Office) -> Any:
        return mark_question(r, outbox_of(office), id, "acknowledged" if word == "acknowledge" else "dismissed", reason)

    def say(answer: dict[str, Any]) -> None:
        print_alert_line(Lines(), answer["alert"])

    _ask(f"alerts.{word}", {"alert": id, "reason": reason}, read, inquiry, reason_code, as_json, say, decides=True)


def _ask(
    name: str,
    given: dict[str, Any],
    read: Callable[[Reading, Any], Any],
    inquiry: str | None,
    reason_code: str | None,
    as_json: bool,
    say: Callable[[dict[str, Any]], None],
    *,
    decides: bool = False,
) -> None:
    question = Question(name, "search", given, inquiry, reason_code, latest=True, decides=decides)
    with office_of(Settings()) as office:
        answer = ask_in(office, question, lambda r: read(r, office), as_json=as_json)
    print_answer(answer, as_json, say)


def print_list(answer: dict[str, Any]) -> None:
    lines = Lines()
    for one in answer["alerts"]:
        print_alert_line(lines, one)
        for dead in one["dead"]:
            lines.say(f"  given up: {dead['channel']} to {dead['target']}, tried {dead['attempts']} times: {dead['error']}", "red")
    if not answer["alerts"]:
        lines.say("No alert of this case is in view.")
    if answer["next"] is not None:
        lines.say(f"There are more: --before {answer['next']}", "yellow")


def print_one(answer: dict[str, Any]) -> None:
    lines, cause = Lines(), answer["cause"]
    print_alert_line(lines, answer["alert"])
    if answer["alert"]["kind"] == "ended":
        lines.say("  The watch has ended.")
        return
    if answer["lead"]:
        print_lead(lines, answer)
        return
    if answer["meeting"]:
        lines.say(f"  {answer['meeting']['name']}: {answer['meeting']['contact']}")
        lines.say(f"  {answer['method']}")
        return
    where = cause.get("load") or cause.get("run") or "by hand"
    lines.say(f"  {where}{', batch ' + str(cause['seq']) if 'seq' in cause else ''}{', ' + cause['at'] if cause.get('at') else ''}")
    lines.say(f"  {answer['method']}")
    if answer["note"]:
        lines.say(f"  {answer['note']}", "yellow")
    for one in answer["facts"]:
        _fact(lines, one, f"  {one['sentence']} ({one['change']})")
    for one in answer["records"]:
        lines.say(f"  {one['change']}: record {one['id']} ({one['file'] or 'file not known'}:{one['line']}), of {one['of']}")
    for one in answer.get("entities", []):
        lines.say(f"  new: {one['caption']} ({one['type']})  [{one['id']}]")
    _findings(lines, answer)
    if answer["sightings"]:
        print_sightings({"sightings": answer["sightings"], "asked": [], "next": None, "note": None})
    if cause.get("more"):
        lines.say(f"  and {cause['more']:,} more of this batch", "yellow")


def print_lead(lines: Lines, answer: dict[str, Any]) -> None:
    """A lead, with what of it is in view."""
    one = answer["lead"]
    lines.say(f"  {one['title']}", "bold")
    lines.say(f"  {one['by']}, {one['agency']} ({one['contact']}), case {one['case']}, {one['made_at']}")
    if one["withdrawn_at"]:
        lines.say(f"  withdrawn {one['withdrawn_at']}: {one['withdrawn_because']}", "yellow")
    if one["unread_by"]:
        lines.say(f"  {one['unread_by']} has not opened it in time.", "yellow")
    for text in one["text"].splitlines():
        lines.say(f"  {text}")
    for about in answer["entities"]:
        lines.say(f"  about {about['caption']} ({about['type']}, {about['source']})  [{about['id']}]")
    for fact in answer["facts"]:
        _fact(lines, fact, f"  {fact['sentence']}")
    for record in answer["records"]:
        lines.say(f"  record {record['id']} ({record['file'] or 'file not known'}:{record['line']})")
    _findings(lines, answer)


def _fact(lines: Lines, one: dict[str, Any], text: str) -> None:
    lines.say(text)
    for more in (*one["because"], *(f"record {record}" for record in one["records"])):
        lines.say(f"    {more}")


def _findings(lines: Lines, answer: dict[str, Any]) -> None:
    for one in answer["findings"]:
        lines.say(f"  {one['sentence']}")
        lines.say(f"    {one['why']}")


def print_alert_line(lines: Lines, one: dict[str, Any]) -> None:
    """An alert in one line."""
    reason = f": {one['reason']}" if one["reason"] else ""
    style = "bold" if one["state"] == "new" else ""
    lines.say(f"{one['id']}  {one['kind']}  {one['subject']}  {one['case']}  {one['made_at']}  {one['state']}{reason}", style)
