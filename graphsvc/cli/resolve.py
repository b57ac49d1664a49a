"""`graphsvc resolve ...` and `graphsvc why`: who is who. A thin door."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import click
import typer

from graphsvc.cli import answers
from graphsvc.cli.asking import AsJson, InquiryId, ask, print_answer
from graphsvc.inquiry.desk import Reading
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Who is who: decide, list the runs, take one back. For stewards.")


@app.command("run")
def run(
    kind: Annotated[list[str] | None, typer.Option("--type", help="people, organisations or things; again for more; default: all.")] = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Only entities of this source; again for more.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Compare everything again, not only what changed since the last run.")] = False,
    engine: Annotated[str, typer.Option("--engine", help="What compares: duckdb, or spark, on one machine or many.")] = "duckdb",
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Decide who, or what, in view is the same, and write what has changed. Name alone never makes two the same."""
    resolve_run(kind or [], source, everything, inquiry, as_json, engine)


def resolve_run(
    kinds: list[str], sources: list[str] | None, everything: bool, inquiry: str | None, as_json: bool, engine: str = "duckdb"
) -> None:
    """Run it and print what came of it; loads can end with this too."""
    # What it compares with takes longer to load than most commands take.
    from graphsvc.resolution.engines import started
    from graphsvc.resolution.questions import run_question

    settings = Settings()

    def decide(r: Reading) -> dict[str, Any]:
        with started(engine, settings) as chosen:
            return run_question(
                r,
                kinds=kinds,
                sources=sources,
                names=settings.names,
                everything=everything,
                engine=chosen,
                say=lambda text: typer.echo(text, err=True),
            )

    answer = ask(
        settings,
        "resolve.run",
        "resolve",
        {"types": kinds or None, "sources": sources, "everything": everything, "engine": engine},
        decide,
        inquiry=inquiry,
        as_json=as_json,
        decides=True,
        role="steward",
    )
    print_answer(answer, as_json, answers.print_run)


@app.command("list")
def list_runs(
    limit: Annotated[int, typer.Option(help="The most runs to list.")] = 20, inquiry: InquiryId = None, as_json: AsJson = False
) -> None:
    """Runs of resolution, newest first: those on sources that you may all resolve."""
    from graphsvc.resolution.questions import runs_question

    answer = ask(
        Settings(),
        "resolve.list",
        "resolve",
        {"limit": limit},
        lambda r: runs_question(r, limit=limit),
        inquiry=inquiry,
        as_json=as_json,
    )
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

    _decide("resolve.undo", {"run": id, "reason": reason}, lambda r: undo_question(r, id, reason), answers.print_undone, inquiry, as_json)


@app.command("names")
def names(
    given: Annotated[Path, typer.Option("--given", help="Given names: a CSV file with a header, name and how many bear it.")],
    family: Annotated[Path, typer.Option("--family", help="Family names, likewise.")],
    population: Annotated[int, typer.Option("--population", min=1, help="How many people the statistics are about.")],
    title: Annotated[str, typer.Option("--title", help="Whose names, and of when; decisions refer to it.")],
    organisations: Annotated[
        int | None, typer.Option("--organisations", min=1, help="How many organisations there are; default: a million.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The table's file; default: names.json in the home folder, which runs use from now on.")
    ] = None,
) -> None:
    """Make the table of how common names are from published statistics: what a shared name says follows from it, never from the records."""
    from graphsvc.resolution.reference import reference_of_counts
    from graphsvc.resolution.statistics import read_counts

    table = reference_of_counts(
        title=title,
        version="1",
        population=population,
        given=read_counts(given),
        family=read_counts(family),
        organisations=organisations,
    )
    home = Settings().home
    file = out or home / "names.json"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    table.save(file)
    typer.echo(f"{len(table.given):,} given and {len(table.family):,} family names among {population:,} people; SHA-256 {table.sha256}")
    use = "set GRAPHSVC_NAME_REFERENCE to it" if out else "runs use it from now on"
    typer.echo(f"It is at {file.absolute()}: {use}.")


Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the log and with the judgement.")]


@app.command("accept")
def accept(
    a: Annotated[str, typer.Argument(help="An entity's id.")],
    b: Annotated[str, typer.Argument(help="The other one's.")],
    reason: Reason,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Judge that two entities are the same; no run changes that."""
    _judge("resolve.accept", a, b, "same", reason, inquiry, as_json)


@app.command("reject")
def reject(
    a: Annotated[str, typer.Argument(help="An entity's id.")],
    b: Annotated[str, typer.Argument(help="The other one's.")],
    reason: Reason,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Judge that two entities are never the same; what joins them ends, and no run joins them again."""
    _judge("resolve.reject", a, b, "never", reason, inquiry, as_json)


def _judge(name: str, a: str, b: str, verdict: Literal["same", "never"], reason: str, inquiry: str | None, as_json: bool) -> None:
    from graphsvc.resolution.questions import judge_question

    _decide(
        name,
        {"a": a, "b": b, "reason": reason},
        lambda r: judge_question(r, a, b, verdict, reason),
        answers.print_judgement,
        inquiry,
        as_json,
    )


def _decide(
    name: str,
    parameters: dict[str, Any],
    act: Callable[[Reading], Any],
    show: Callable[[dict[str, Any]], None],
    inquiry: str | None,
    as_json: bool,
) -> None:
    """What a steward decides: asked, logged as decided, and printed."""
    answer = ask(Settings(), name, "resolve", parameters, act, inquiry=inquiry, as_json=as_json, decides=True, role="steward")
    print_answer(answer, as_json, show)


@app.command("take-back")
def take_back(
    id: Annotated[str, typer.Argument(metavar="JUDGEMENT", help="A judgement's id, as `graphsvc why` prints it.")],
    reason: Reason,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Take back a judgement, whoever made it: what it had ended holds again, until the next run decides."""
    from graphsvc.resolution.questions import take_back_question

    _decide(
        "resolve.take_back",
        {"judgement": id, "reason": reason},
        lambda r: take_back_question(r, id, reason),
        answers.print_judgement,
        inquiry,
        as_json,
    )


@app.command("review")
def review(
    limit: Annotated[int, typer.Option(help="The most pairs to look at.")] = 20,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Look at pairs that are possibly the same, one screen a pair, and judge them; with --json, or where nobody types, list them."""
    from graphsvc.resolution.questions import candidates_question

    answer = ask(
        Settings(),
        "resolve.review",
        "resolve",
        {"limit": limit},
        lambda r: candidates_question(r, limit=limit),
        inquiry=inquiry,
        as_json=as_json,
        role="steward",
    )
    if as_json or not sys.stdin.isatty():
        print_answer(answer, as_json, answers.print_candidates)
        return
    for number, pair in enumerate(answer.value["candidates"], 1):
        answers.print_pair(pair, number, len(answer.value["candidates"]))
        chosen = typer.prompt("a: the same, r: never the same, s: skip, q: quit", type=click.Choice(["a", "r", "s", "q"]))
        if chosen == "q":
            break
        if chosen != "s":
            name, verdict = ("resolve.accept", "same") if chosen == "a" else ("resolve.reject", "never")
            _judge(name, pair["a"]["id"], pair["b"]["id"], verdict, typer.prompt("Why"), inquiry, as_json)  # type: ignore[arg-type]


OneId = Annotated[str, typer.Argument(help="An entity's id.")]
OtherId = Annotated[str, typer.Argument(help="The other one's.")]


def why(
    a: OneId,
    b: OtherId,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the answer as a page with its charts.")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Also write the chart of how the evidence adds up.")] = None,
) -> None:
    """Why two entities are, or may be, the same: each decision with its evidence in bits."""
    from graphsvc.export.html import write_file
    from graphsvc.resolution.questions import why_question

    files: dict[Literal["html", "svg"], Path] = {**({"html": html} if html else {}), **({"svg": svg} if svg else {})}
    answer = ask(
        Settings(),
        "why",
        "search",
        {"a": a, "b": b, "drawn": sorted(files)},
        lambda r: why_question(r, a, b, drawn=sorted(files)),
        inquiry=inquiry,
        as_json=as_json,
        also=("export",) if files else (),
    )
    for name, path in files.items():
        write_file(answer.files[name], path)
    print_answer(answer, as_json, answers.print_why)
    for path in files.values() if not as_json else ():
        typer.echo(f"Written to {path.absolute()}.")


def why_not(a: OneId, b: OtherId, inquiry: InquiryId = None, as_json: AsJson = False) -> None:
    """Why two entities are not stated to be the same: what lacks, what speaks against it, and how they compare."""
    from graphsvc.resolution.questions import why_not_question

    settings = Settings()
    answer = ask(
        settings,
        "why_not",
        "search",
        {"a": a, "b": b},
        lambda r: why_not_question(r, a, b, names=settings.names),
        inquiry=inquiry,
        as_json=as_json,
    )
    print_answer(answer, as_json, answers.print_why_not)


def how(id: OneId, inquiry: InquiryId = None, as_json: AsJson = False) -> None:
    """How an entity's cluster hangs together: everybody that it is the same as, and the decisions that join them."""
    from graphsvc.resolution.questions import how_question

    answer = ask(Settings(), "how", "search", {"entity": id}, lambda r: how_question(r, id), inquiry=inquiry, as_json=as_json)
    print_answer(answer, as_json, answers.print_how)
