"""`graphsvc resolve ...` and `graphsvc why`: who is who. A thin door."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphsvc.cli import answers
from graphsvc.cli.asking import AsJson, InquiryId, ask, print_answer
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Who is who: decide, list the runs, take one back. For stewards.")


@app.command("run")
def run(
    kind: Annotated[list[str] | None, typer.Option("--type", help="people or organisations; again for more; default: both.")] = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Only entities of this source; again for more.")] = None,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Decide which people and organisations in view are the same, and write what has changed. Name alone never makes two the same."""
    # What it compares with takes longer to load than most commands take.
    from graphsvc.resolution.questions import run_question

    answer = ask(
        Settings(),
        "resolve.run",
        "resolve",
        {"types": kind, "sources": source},
        lambda r: run_question(r, kinds=kind or [], sources=source, say=lambda text: typer.echo(text, err=True)),
        inquiry=inquiry,
        as_json=as_json,
        decides=True,
        role="steward",
    )
    print_answer(answer, as_json, answers.print_run)


@app.command("list")
def list_runs(inquiry: InquiryId = None, as_json: AsJson = False) -> None:
    """Runs of resolution, newest first: those on sources that you may all resolve."""
    from graphsvc.resolution.questions import runs_question

    answer = ask(Settings(), "resolve.list", "resolve", {}, runs_question, inquiry=inquiry, as_json=as_json)
    print_answer(answer, as_json, answers.print_runs)


@app.command("undo")
def undo(
    id: Annotated[str, typer.Argument(metavar="RUN", help="A run's id.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is taken back; it stands in the log.")],
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Take back a whole run: its decisions end, and those that it ended hold again."""
    from graphsvc.resolution.questions import undo_question

    answer = ask(
        Settings(),
        "resolve.undo",
        "resolve",
        {"run": id, "reason": reason},
        lambda r: undo_question(r, id, reason),
        inquiry=inquiry,
        as_json=as_json,
        decides=True,
        role="steward",
    )
    print_answer(answer, as_json, answers.print_undone)


def why(
    a: Annotated[str, typer.Argument(help="An entity: its id or a name.")],
    b: Annotated[str, typer.Argument(help="The other one.")],
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Why two entities are, or may be, the same: each decision with its evidence in bits."""
    from graphsvc.resolution.questions import why_question

    parameters: dict[str, Any] = {"a": a, "b": b}
    answer = ask(Settings(), "why", "search", parameters, lambda r: why_question(r, a, b), inquiry=inquiry, as_json=as_json)
    print_answer(answer, as_json, answers.print_why)
