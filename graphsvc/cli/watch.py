"""`graphsvc watch ...`: who is to be told of what, for a standing inquiry. A thin door."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from graphsvc.cli.asking import AsJson, ReasonCode, ask_in, office_of, print_answer, print_json
from graphsvc.cli.lines import Lines, counted
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.open import open_graph
from graphsvc.inquiry.desk import Question
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Watches: what you want to be told of, for a standing inquiry.")

WatchId = Annotated[str, typer.Argument(metavar="WATCH", help="A watch's id, as `graphsvc watch list` prints it.")]


@app.command("add")
def add(
    inquiry: Annotated[
        str | None, typer.Option("--inquiry", help="The standing inquiry that it is judged for; a hot list names none.")
    ] = None,
    entity: Annotated[str | None, typer.Option("--entity", help="New records, links and decisions on identity of this entity.")] = None,
    identifier: Annotated[str | None, typer.Option("--identifier", help="A whole identifier: a plate, a telephone number, ...")] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="Who issued the identifier: the jurisdiction of a plate, ...")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Any path from this entity ...")] = None,
    to: Annotated[str | None, typer.Option("--to", help="... to this one.")] = None,
    max_hops: Annotated[int | None, typer.Option("--max-hops", help="The most links of the path, 1 to 3; default: 3.")] = None,
    joining: Annotated[str | None, typer.Option("--joining", help="New links between members of this community and others.")] = None,
    community: Annotated[str | None, typer.Option("--community", help="Changes in this community.")] = None,
    anomaly: Annotated[str | None, typer.Option("--anomaly", help="Anomalies of this kind.")] = None,
    hot_list: Annotated[
        Path | None, typer.Option("--hot-list", help="A CSV file of identifiers with owner, case and expiry; all of its rows or none.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="When it ends, in UTC; by itself after 90 days.")] = None,
    mail: Annotated[str | None, typer.Option("--mail", help="Mail its alerts to this address.")] = None,
    daily: Annotated[bool, typer.Option("--daily", help="Mail them together, once a day.")] = False,
    webhook: Annotated[str | None, typer.Option("--webhook", help="Send them to this address, signed.")] = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Set a watch, or those of a hot list."""
    from graphsvc.alerts.acts import add_hot_list, add_watch, given_of

    more = {"mail": mail, "daily": daily, "webhook": webhook, "reason_code": reason_code}
    chosen: list[dict[str, Any]] = [
        {"kind": kind, kind: value}
        for kind, value in (("entity", entity), ("community", community), ("anomaly", anomaly))
        if value is not None
    ]
    chosen += [{"kind": "identifier", "identifier": identifier, "issuer": issuer}] if identifier is not None else []
    chosen += [{"kind": "joining", "community": joining}] if joining is not None else []
    chosen += [{"kind": "path", "from": from_, "to": to, "max_hops": max_hops or 3}] if from_ is not None or to is not None else []
    settings = Settings()
    with office_of(settings) as office:
        if len(chosen) + (hot_list is not None) != 1:
            raise InputError(
                f"{len(chosen) + (hot_list is not None)} things to watch were given.",
                hint="Give one: --entity, --identifier, --from and --to, --joining, --community, --anomaly, or --hot-list.",
            )
        stray = {
            "--issuer": issuer is not None and identifier is None,
            "--max-hops": max_hops is not None and from_ is None and to is None,
            "--until": until is not None and hot_list is not None,
            "--inquiry": inquiry is not None and hot_list is not None,
        }
        for option, wrong in stray.items():
            if wrong:
                raise InputError(f"{option} says nothing of what is to be watched here.", hint="Leave it out.")
        if hot_list is None and inquiry is None:
            raise InputError(
                "A watch is judged for a standing inquiry, and none was named.",
                hint="Give --inquiry ID. `graphsvc inquiry list` shows yours; `graphsvc inquiry request` asks for one.",
            )
        with open_graph(settings) as graph:
            if hot_list is not None:
                told = add_hot_list(office, graph, office.this_user(), hot_list.name, _data(hot_list), more)
            else:
                given = given_of({"inquiry": inquiry, "subject": chosen[0], "until": until, **more})
                told = add_watch(office, graph, office.this_user(), given)
    if as_json:
        print_json(told)
    elif hot_list is not None:
        Lines().say(f"{counted(len(told['watches']), 'watch').replace('watchs', 'watches')} set.")
    else:
        lines = Lines()
        _line(lines, told)
        seen = "Its subject is in view." if told["subject"]["kind"] != "identifier" else "Such identifiers may be looked up now."
        lines.say(seen if told["in_view"] else "What it is of is not in view now.", "" if told["in_view"] else "yellow")
        if told["subject"]["kind"] == "identifier" and reason_code is None:
            lines.say("Sources that ask for a reason code with every question are left out: --reason-code gives one.", "yellow")


@app.command("list")
def list_them(
    over: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """Your watches."""
    from graphsvc.alerts.acts import told_watches

    with office_of(Settings()) as office:
        told = told_watches(office, office.this_user(), over=over)
    if as_json:
        print_json(told)
        return
    lines = Lines()
    for one in told:
        _line(lines, one)
    if not told:
        lines.say("There are none. Set one with `graphsvc watch add`.")


@app.command("remove")
def remove(id: WatchId, as_json: AsJson = False) -> None:
    """End a watch of yours; its alerts stay."""
    from graphsvc.alerts.acts import remove_watch

    with office_of(Settings()) as office:
        told = remove_watch(office, office.this_user(), id)
    if as_json:
        print_json(told)
    else:
        _line(Lines(), told)


@app.command("test")
def test(
    id: WatchId,
    inquiry: Annotated[str | None, typer.Option("--inquiry", help="The inquiry to look under; default: the watch's own.")] = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Whether what a watch is of is in view now, and how it is judged. By itself under the watch's own inquiry."""
    from graphsvc.alerts.acts import watches_of
    from graphsvc.alerts.questions import check_question

    settings = Settings()
    with office_of(settings) as office:
        watches = watches_of(office)
        if inquiry is None:
            try:
                own = watches.get(office.this_user().id, id)
                inquiry, reason_code = own.inquiry, reason_code or own.reason_code
            except NotFound:
                pass  # the question says so, once it is known who asks under which inquiry
        question = Question("watch.test", "search", {"watch": id}, inquiry, reason_code, latest=True)
        answer = ask_in(office, question, lambda r: check_question(r, watches, id), as_json=as_json)
    print_answer(answer, as_json, print_test)


def print_test(answer: dict[str, Any]) -> None:
    lines = Lines()
    _line(lines, answer["watch"])
    for one in answer["subject"]:
        lines.say(f"  {one['caption']} ({one['type']})  [{one['id']}]")
    lines.say(f"  {answer['method']}")


def _line(lines: Lines, one: dict[str, Any]) -> None:
    what = ", ".join(f"{name} {value}" for name, value in one["subject"].items() if name != "kind" and value is not None)
    end = f"ended {one['ended_at']}" if one["ended_at"] else f"until {one['until']}"
    lines.say(f"{one['id']}  {one['subject']['kind']}  {what}  {one['case']}  {one['inquiry']}  {end}", "" if one["ended_at"] else "bold")
    ways = [
        f"mail {one['mail']}{', daily' if one['daily'] else ''}" if one["mail"] else "",
        f"webhook {one['webhook']}" if one["webhook"] else "",
    ]
    if any(ways):
        lines.say(f"  {'; '.join(way for way in ways if way)}")


def _data(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.") from error
