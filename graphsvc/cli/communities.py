"""`graphsvc communities ...`: what hangs together, why, and what has changed. A thin door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from graphsvc.cli.asking import AsJson, InquiryId, ask, print_answer
from graphsvc.cli.jobs import limits
from graphsvc.cli.lines import Lines, counted
from graphsvc.inquiry.desk import Answer, Reading
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Communities: what hangs together, and what has changed.")

Job = Annotated[str | None, typer.Option("--job", help="Of this job; default: of whichever ran last.")]
Run = Annotated[str | None, typer.Option("--run", help="Of this run; default: of the last one that finished.")]
Limit = Annotated[int, typer.Option(help="The most to list.")]
After = Annotated[int, typer.Option(help="How many to pass over: the `next` of the page before.")]


@app.command("list")
def list_them(
    job: Job = None,
    run: Run = None,
    entity: Annotated[str | None, typer.Option("--entity", help="Only the one that the entity of this id belongs to.")] = None,
    limit: Limit = 20,
    after: After = 0,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Communities, the largest first. They are there for views with every source that their run saw."""
    from graphsvc.communities.questions import list_question

    given = {"job": job, "run": run, "entity": entity, "limit": limit, "after": after}
    answer = _ask("communities.list", given, lambda r: list_question(r, **given), inquiry, as_json)  # type: ignore[arg-type]
    print_answer(answer, as_json, print_list)


@app.command("show")
def show(
    id: Annotated[str, typer.Argument(metavar="COMMUNITY", help="A community's id.")],
    run: Run = None,
    limit: Limit = 20,
    after: After = 0,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """The members of a community, each with why it belongs there: its links inside, and the records they rest on."""
    from graphsvc.communities.questions import show_question

    given = {"community": id, "run": run, "limit": limit, "after": after}
    answer = _ask("communities.show", given, lambda r: show_question(r, id, run=run, limit=limit, after=after), inquiry, as_json)
    print_answer(answer, as_json, print_one)


@app.command("diff")
def diff(
    job: Job = None,
    run: Run = None,
    since: Annotated[str | None, typer.Option("--since", help="Since this run; default: since the one before.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only born, died, grew, shrank, merged, split or moved; again for more.")
    ] = None,
    community: Annotated[str | None, typer.Option("--community", help="Only what is of this community.")] = None,
    limit: Limit = 20,
    after: After = 0,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """What has changed from one run to another, and the links, records and decisions without which it would not have."""
    from graphsvc.communities.questions import diff_question

    given = {"job": job, "run": run, "since": since, "kinds": kind, "community": community, "limit": limit, "after": after}
    most = limits(Settings())
    answer = _ask("communities.diff", given, lambda r: diff_question(r, **given, limits=most), inquiry, as_json)  # type: ignore[arg-type]
    print_answer(answer, as_json, print_diff)


@app.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write.")],
    job: Job = None,
    run: Run = None,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Every member of every community of a run, as CSV; only what you may export."""
    from graphsvc.communities.questions import export_question
    from graphsvc.export.html import write_file

    given = {"job": job, "run": run}
    answer = _ask("communities.export", given, lambda r: export_question(r, **given), inquiry, as_json, export=True)
    write_file(answer.files["csv"], out)
    print_answer(answer, as_json, lambda told: Lines().say(f"{counted(told['rows'], 'row')} written to {out.absolute()}."))


def _ask(
    name: str, given: dict[str, Any], read: Callable[[Reading], Any], inquiry: str | None, as_json: bool, *, export: bool = False
) -> Answer:
    return ask(Settings(), name, "analytics", given, read, inquiry=inquiry, as_json=as_json, also=("export",) if export else ())


def print_list(answer: dict[str, Any]) -> None:
    lines = Lines()
    print_run(lines, answer["run"])
    for one in answer["communities"]:
        lines.say(f"{one['id']}  {counted(one['size'], 'member')}", "bold")
        names = "; ".join(f"{member['caption']} ({member['source']})" for member in one["members"])
        lines.say(f"  {names}{'; ...' if one['size'] > len(one['members']) else ''}")
    if not answer["communities"]:
        lines.say("No community fits.")
    print_more(lines, answer)


def print_one(answer: dict[str, Any]) -> None:
    lines, entities = Lines(), answer["entities"]
    print_run(lines, answer["run"])
    one = answer["community"]
    lines.say(f"{one['id']}: {counted(one['size'], 'member')} in {counted(one['entities'], 'entity')}", "bold")
    for member in answer["members"]:
        entity = entities[member["id"]]
        lines.say(f"{entity['caption']} ({entity['type_label']}, {entity['source_title']})  [{member['id']}]", "bold")
        for link in member["why"]:
            lines.link(link, answer["records"], "  ")
        if member["inside"] > len(member["why"]):
            lines.say(f"  and {member['inside'] - len(member['why']):,} more")
    if answer["gone"]:
        lines.say(f"{counted(answer['gone'], 'member')} of this page went since the run.", "yellow")
    print_more(lines, answer)


def print_diff(answer: dict[str, Any]) -> None:
    lines = Lines()
    print_run(lines, answer["run"])
    lines.say(f"since {answer['since']}: {counted(answer['total'], 'change')}" if answer["since"] else "There was no run before this one.")
    if answer["only_method"]:
        lines.say("The graph is the same as at the run before: only parameters or versions changed.", "yellow")
    for one in answer["changes"]:
        lines.say(f"{one['kind']}: {one['sentence']}", "bold")
        lines.say(f"  {one['why']}")
        for cause in one["causes"]:
            where = cause["load"] or cause["run"] or "by hand"
            lines.say(f"  {cause['sentence']} ({where})")
            for record in cause["records"]:
                lines.say(f"    record {record}")
    print_more(lines, answer)


def print_run(lines: Lines, run: dict[str, Any]) -> None:
    """Of which run an answer is."""
    lines.say(f"run {run['id']} of {run['job']}, {run['finished_at']}, on {', '.join(run['compartments'])}")


def print_more(lines: Lines, answer: dict[str, Any]) -> None:
    """Where the next page begins."""
    if answer["next"] is not None:
        lines.say(f"There are more: --after {answer['next']}", "yellow")
