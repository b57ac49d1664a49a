"""`graphsvc match`: who on a list is in the graph. A thin door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphsvc.cli import answers
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask, print_answer
from graphsvc.errors import InputError
from graphsvc.export.html import write_file
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings


def match(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list: CSV with a header, or one JSON object a line.")],
    kind: Annotated[str, typer.Option("--type", help="What it lists: people, organisations or addresses.")] = "people",
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="What a column is, as in birth_date=HEADER; again for more; default: by its header."),
    ] = None,
    limit: Annotated[int, typer.Option(help="The most candidates of one row.")] = 5,
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write a file, one line a row of the list: CSV (.csv), else JSON lines.")
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", help="The country of rows that name none, as NL: of phones, of numbers.")
    ] = None,
    jurisdiction: Annotated[
        str | None, typer.Option("--jurisdiction", help="Who issued the numbers of rows that name nobody; default: the country.")
    ] = None,
    dates: Annotated[str | None, typer.Option("--dates", help="How dates are written, as %d/%m/%Y; default: ISO, or with dots.")] = None,
    delimiter: Annotated[str | None, typer.Option("--delimiter", help="What parts the columns; default: as the header suggests.")] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="The text encoding of the file.")] = "utf-8",
    inquiry: InquiryId = None,
    reason_code: ReasonCode = None,
    as_json: AsJson = False,
) -> None:
    """Say of each row of a list who in the graph it may speak of, with the evidence; never by name alone. Nothing is written there."""
    # What it compares with takes longer to load than most commands take.
    from graphsvc.screening.lists import list_of_file
    from graphsvc.screening.questions import match_question, parameters
    from graphsvc.screening.rows import Manner

    settings = Settings()
    how = Manner(country, dates, jurisdiction)
    given = list_of_file(file, kind, columns=_columns(column or []), delimiter=delimiter, encoding=encoding)
    digest = Vault(settings.home / "keys").digester()
    answer = ask(
        settings,
        "match",
        "screen",
        parameters(given, limit),
        lambda r: match_question(r, given, limit=limit, digest=digest, how=how, names=settings.names, out=out),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
        also=() if out is None else ("export",),
    )
    if out is not None:
        write_file(answer.files["out"], out)
    print_answer(answer, as_json, answers.print_matches)
    if out is not None and not as_json:
        typer.echo(f"The answers are in {out.absolute()}.")


def _columns(said: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in said:
        field, sign, header = one.partition("=")
        if not sign or not header:
            raise InputError(f"--column {one!r} does not say what a column is.", hint="Write it as name=HEADER.")
        found[field.strip()] = header
    return found
