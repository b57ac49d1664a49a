"""`graphsvc jobs ...` and `graphsvc worker`: what runs by itself, and how it went. A thin door."""

from __future__ import annotations

import signal
import threading
from typing import Annotated, Any

import typer

from graphsvc.cli.asking import AsJson, InquiryId, ask, office_of, print_answer, print_json
from graphsvc.cli.lines import Lines
from graphsvc.graph.open import open_graph
from graphsvc.inquiry.desk import Reading
from graphsvc.jobs.kinds import Limits
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Jobs: what runs by itself, for a standing inquiry.")

RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, as `graphsvc jobs history` prints it.")]


@app.command("list")
def list_jobs(as_json: AsJson = False) -> None:
    """Your jobs: kind, inquiry, times, and whether one runs now; operators and auditors see all."""
    from graphsvc.communities.kinds import KINDS
    from graphsvc.jobs.definitions import jobs_and_problems, told_job, told_jobs
    from graphsvc.jobs.worker import standing, told_standing

    settings = Settings()
    with office_of(settings) as office:
        (known, problems), mine = jobs_and_problems(office, KINDS), told_jobs(office, KINDS, office.this_user())
        with open_graph(settings) as graph:
            stand = standing(graph, {one["name"]: known[one["name"]] for one in mine})
        found = [{**told_job(known[one["name"]]), **told_standing(known[one["name"]], stand[one["name"]])} for one in mine]
    for error in problems.values():
        typer.echo(error.message, err=True)
    if as_json:
        print_json(found)
        return
    lines = Lines()
    for one in found:
        when = f"{one['cron']}, next {one['next']}" if one["cron"] else "when somebody runs it"
        lines.say(f"{one['name']}  {one['kind']}  {one['user']}  {one['inquiry']}  {when}  ({one['where']})", "bold")
        if one["running"]:
            lines.say(f"  runs now: {one['running']}", "yellow")
        if one["asked_for"]:
            lines.say(f"  asked for at {one['asked_for']}, and waits for a worker", "yellow")
    if not found:
        lines.say("There are none. Set one with GRAPHSVC_JOBS, or PUT /v1/jobs/NAME.")


@app.command("run")
def run_job(
    name: Annotated[str, typer.Argument(help="The job's name.")],
    inquiry: Annotated[
        str | None, typer.Option("--inquiry", help="The standing inquiry of yours that it runs for; default: the job's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a job of yours now, here, to its end: for cron and Airflow.

    Exit codes: 0 finished, 1 failed, 2 wrong, 3 no such job, 5 not permitted, 6 it runs already, 7 cancelled, 8 too large.
    """
    from graphsvc.communities.kinds import KINDS
    from graphsvc.jobs.definitions import job, no_job_of_theirs
    from graphsvc.jobs.runs import run_question

    settings = Settings()
    with office_of(settings) as office:
        one = job(office, KINDS, name)
        theirs = one.user == office.this_user().id

    def say(text: str) -> None:
        if not as_json:
            typer.echo(text, err=True)

    def work(r: Reading) -> dict[str, Any]:
        if not theirs:
            raise no_job_of_theirs(name)
        return run_question(r, one, lease_s=settings.job_lease_s, limits=limits(settings), say=say)

    answer = ask(
        settings,
        "jobs.run",
        "analytics",
        {"job": name, **one.parameters.model_dump(mode="json")},
        work,
        inquiry=inquiry or (one.inquiry if theirs else None),
        as_json=as_json,
    )
    print_answer(answer, as_json, print_run)


@app.command("history")
def history(
    name: Annotated[str | None, typer.Argument(help="Only runs of this job.")] = None,
    limit: Annotated[int, typer.Option(help="The most runs to list.")] = 20,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Runs of jobs, newest first: those on sources that you may all analyse."""
    from graphsvc.jobs.runs import history_question

    answer = _ask("jobs.history", {"job": name, "limit": limit}, lambda r: history_question(r, name, limit=limit), inquiry, as_json)
    print_answer(answer, as_json, print_runs)


@app.command("show")
def show(id: RunId, inquiry: InquiryId = None, as_json: AsJson = False) -> None:
    """One run: how far it is, or how it ended, with its parameters, versions, view and result."""
    from graphsvc.jobs.runs import show_question

    print_answer(_ask("jobs.show", {"run": id}, lambda r: show_question(r, id), inquiry, as_json), as_json, print_run)


@app.command("cancel")
def cancel(id: RunId, inquiry: InquiryId = None, as_json: AsJson = False) -> None:
    """End a run of yours that goes on, wherever it does, or as an operator any; the result before it stays in place."""
    from graphsvc.jobs.runs import cancel_question

    with office_of(Settings()) as office:
        anybodys = "operator" in office.this_user().roles
    answer = _ask("jobs.cancel", {"run": id}, lambda r: cancel_question(r, id, anybodys=anybodys), inquiry, as_json, decides=True)
    print_answer(answer, as_json, print_run)


def worker() -> None:
    """Run jobs at their times, judge watches, bring leads to their readers and send alerts, until interrupted. Any number of workers may
    run: each time is run once, and what was missed, once; each alert is found once.
    """
    from graphsvc.alerts.follow import Follower
    from graphsvc.alerts.rounds import Rounds
    from graphsvc.alerts.sender import Sender
    from graphsvc.communities.kinds import KINDS
    from graphsvc.jobs.worker import Worker

    settings = Settings()

    def say(text: str) -> None:
        typer.echo(text, err=True)

    with office_of(settings) as office, open_graph(settings) as graph:
        works = Worker(office, graph, KINDS, say)
        beside: tuple[Follower | Rounds | Sender, ...] = (Follower(office, graph, say=say), Rounds(office, graph, say), Sender(office, say))
        threads = [threading.Thread(target=one.serve, name=type(one).__name__, daemon=True) for one in beside]
        # A service manager's way to say that it should end: after the run that goes on.
        signal.signal(signal.SIGTERM, lambda number, frame: works.stop())
        for thread in threads:
            thread.start()
        typer.echo("The worker waits for jobs that are due.")
        try:
            works.serve()
        finally:
            for one in beside:
                one.stop()
            for thread in threads:
                thread.join(settings.alert_timeout_s + 5)


def limits(settings: Settings) -> Limits:
    """What one step of a job may take."""
    return Limits(settings.job_timeout_s, settings.job_memory_mb)


def _ask(name: str, parameters: dict[str, Any], read: Any, inquiry: str | None, as_json: bool, *, decides: bool = False) -> Any:
    return ask(Settings(), name, "analytics", parameters, read, inquiry=inquiry, as_json=as_json, decides=decides)


def print_runs(answer: dict[str, Any]) -> None:
    lines = Lines()
    for one in answer["runs"]:
        _line(lines, one)
    if not answer["runs"]:
        lines.say("No run is in view.")


def print_run(one: dict[str, Any]) -> None:
    lines = Lines()
    _line(lines, one)
    lines.say(f"  for {one['inquiry']} ({one['purpose']}), by {one['by']}, on {', '.join(one['compartments']) or 'nothing'}")
    lines.say(f"  parameters: {_flat(one['parameters'])}")
    lines.say(f"  versions: {_flat(one['versions'])}")
    if one["projection_sha256"]:
        lines.say(f"  projection {one['projection_sha256'][:16]}..., view {one['view_sha256'][:16]}...")
    if one["result"]:
        lines.say(f"  result: {_flat(one['result'])}")


def _line(lines: Lines, one: dict[str, Any]) -> None:
    took = f" in {one['seconds']:,.1f} s" if one["seconds"] is not None else ""
    fire = f", due {one['fire']}" if one["fire"] else ""
    style = {"finished": "", "running": "green"}.get(one["status"], "yellow")
    lines.say(f"{one['id']}  {one['job']}  {one['status']}{took}  {one['started_at']}{fire}", style)
    for text in (one["progress"], one["error"]):
        if text:
            lines.say(f"  {text}", style)


def _flat(told: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in told.items() if value not in ([], None))


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return f"({_flat(value)})"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return (
        f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    )
