"""`graphsvc trends ...` and `graphsvc anomalies ...`: counts by month, and what stands out of them. A thin door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from graphsvc.cli.asking import AsJson, InquiryId, ask, print_answer
from graphsvc.cli.communities import After, Job, Limit, Run, print_more, print_run
from graphsvc.cli.lines import Lines, counted
from graphsvc.errors import InputError
from graphsvc.inquiry.desk import Answer, Reading
from graphsvc.settings import Settings

trends = typer.Typer(no_args_is_help=True, help="Trends: counts of links and rows by month, and the records behind each.")
anomalies = typer.Typer(no_args_is_help=True, help="Anomalies: what stands out of the records of a month.")

_SHOWN = 13  # months of a series that fit a line: a year, and the month that was looked at


@trends.command("show")
def show_trends(
    job: Job = None,
    run: Run = None,
    source: Annotated[str | None, typer.Option("--source", help="Only of this source.")] = None,
    type: Annotated[str | None, typer.Option("--type", help="Only of links of this type.")] = None,
    place: Annotated[str | None, typer.Option("--place", help="Only of this place.")] = None,
    series: Annotated[str | None, typer.Option("--series", help="With --month: the records behind one point of this series.")] = None,
    month: Annotated[str | None, typer.Option("--month", help="The month of that point, as 2024-06.")] = None,
    limit: Limit = 20,
    after: After = 0,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Counts of links by type, source, place and month, and of rows by table; with --series and --month the records behind one of them."""
    from graphsvc.communities.trends.questions import point_question, trends_question

    if (series is None) != (month is None):
        raise InputError("A point is named by --series and --month together.", hint="`graphsvc trends show` names the series.")
    common: dict[str, Any] = {"job": job, "run": run, "limit": limit, "after": after}
    if series is not None and month is not None:
        point = (series, month)
        told = {**common, "series": series, "month": month}
        answer = _ask("trends.point", told, lambda r: point_question(r, *point, **common), inquiry, as_json)
        print_answer(answer, as_json, print_point)
        return
    given = {**common, "source": source, "type": type, "place": place}
    answer = _ask("trends.show", given, lambda r: trends_question(r, **given), inquiry, as_json)
    print_answer(answer, as_json, print_trends)


@anomalies.command("list")
def list_anomalies(
    job: Job = None,
    run: Run = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only of this kind (docs/trends.md); again for more.")] = None,
    entity: Annotated[str | None, typer.Option("--entity", help="Only those that are of the entity of this id.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Only those that no earlier run had.")] = False,
    limit: Limit = 20,
    after: After = 0,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """What stands out of the records of a month, by the last run. They are there for views with every source that their run saw."""
    from graphsvc.communities.trends.questions import list_question

    given: dict[str, Any] = {"job": job, "run": run, "kinds": kind, "entity": entity, "new": new, "limit": limit, "after": after}
    answer = _ask("anomalies.list", given, lambda r: list_question(r, **given), inquiry, as_json)
    print_answer(answer, as_json, print_anomalies)


@anomalies.command("show")
def show_anomaly(
    id: Annotated[str, typer.Argument(metavar="ANOMALY", help="An anomaly's id.")],
    run: Run = None,
    limit: Limit = 20,
    after: After = 0,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """One anomaly: by which method and parameters it was found, and the links and records that it rests on."""
    from graphsvc.communities.trends.questions import show_question

    given = {"anomaly": id, "run": run, "limit": limit, "after": after}
    answer = _ask("anomalies.show", given, lambda r: show_question(r, id, run=run, limit=limit, after=after), inquiry, as_json)
    print_answer(answer, as_json, print_anomaly)


def _ask(name: str, given: dict[str, Any], read: Callable[[Reading], Any], inquiry: str | None, as_json: bool) -> Answer:
    return ask(Settings(), name, "analytics", given, read, inquiry=inquiry, as_json=as_json)


def print_trends(answer: dict[str, Any]) -> None:
    lines = Lines()
    print_run(lines, answer["run"])
    for one in answer["series"]:
        what = f"rows of the table {one['table']}" if one["of"] == "rows" else f"{one['type']} ({one['label']})"
        place = f" in {one['place']}" if one["place"] else ""
        lines.say(f"{one['id']}  {one['source']}: {what}{place}", "bold")
        shown = list(one["counts"].items())[-_SHOWN:]
        lines.say(f"  {shown[0][0]} to {shown[-1][0]}: {' '.join(f'{count:,}' for _, count in shown)}")
    if not answer["series"]:
        lines.say("No series fits.")
    print_more(lines, answer)


def print_point(answer: dict[str, Any]) -> None:
    lines = Lines()
    print_run(lines, answer["run"])
    one = answer["series"]
    lines.say(f"{one['id']}  {one['source']}: {one['type'] or one['table']} in {answer['month']}: {answer['counted']:,}", "bold")
    if one["of"] == "rows":
        for record in answer["records"].values():
            lines.say(f"  record {record['id']} ({record['file'] or 'file not known'}:{record['line']})")
    for link in answer["links"]:
        lines.link(link, answer["records"], "  ")
    print_more(lines, answer)


def print_anomalies(answer: dict[str, Any]) -> None:
    lines = Lines()
    print_run(lines, answer["run"])
    for one in answer["anomalies"]:
        _anomaly(lines, one)
    if not answer["anomalies"]:
        lines.say("Nothing stands out.")
    _not_looked_for(lines, answer["not_looked_for"])
    print_more(lines, answer)


def print_anomaly(answer: dict[str, Any]) -> None:
    lines = Lines()
    print_run(lines, answer["run"])
    one = answer["anomaly"]
    _anomaly(lines, one)
    numbers = {name: value for name, value in one["numbers"].items() if name not in ("past", "types")}
    lines.say(f"  found by: {', '.join(f'{name} {_flat(value)}' for name, value in numbers.items() if value is not None)}")
    if "past" in one["numbers"]:
        lines.say(f"  the months before: {' '.join(f'{count:,}' for count in one['numbers']['past'])}")
    for link in answer["links"]:
        lines.link(link, answer["records"], "  ")
    if answer["gone"]:
        lines.say(f"{counted(answer['gone'], 'link')} of this page went since the run.", "yellow")
    if one["total"] > answer["kept"] > 0:
        lines.say(f"Of {one['total']:,} links the first {answer['kept']:,} are kept; `graphsvc trends show --series` has all.", "yellow")
    print_more(lines, answer)


def _anomaly(lines: Lines, one: dict[str, Any]) -> None:
    lines.say(f"{one['id']}  {one['kind']}, {one['month']}{', new' if one['new'] else ''}", "bold")
    lines.say(f"  {one['sentence']}")
    for entity in one["entities"][:3]:
        lines.say(f"    {entity['caption']} ({entity['source']})  [{entity['id']}]")


def _not_looked_for(lines: Lines, told: dict[str, str]) -> None:
    for kind, why in told.items():
        lines.say(f"{kind}: {why}", "yellow")


def _flat(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else str(value)
