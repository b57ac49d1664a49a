"""`graphsvc sample`: writes the sample world. A door: options in, the list of files out. May import anything in graphsvc."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from graphsvc.sample import Manifest, generate

_ROWS_PER_PERSON = 16.6  # of all files with the truth, measured: what the bar counts to
_PLAIN_EVERY = 1_000_000  # rows between two lines where there is no terminal


def sample(
    people: Annotated[int, typer.Option("--people", help="How many people live there: 100 to 5,000,000; some 11 rows a person.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="The same people and seed give the same bytes.")] = 1,
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.", file_okay=False)] = Path("sample"),
    months: Annotated[int, typer.Option("--months", help="Months of planted changes besides: 0 to 24.")] = 0,
    anomalies: Annotated[int, typer.Option("--anomalies", help="Months besides in which something stands out: 0 to 24.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace the sample files in a folder that is not empty.")] = False,
) -> None:
    """Write a fictional country as eight sources tell it, with the truth beside it."""
    console = Console(stderr=True)
    manifest = (
        _with_bar(console, people, seed, out, months, anomalies, force)
        if console.is_terminal
        else _with_lines(console, people, seed, out, months, anomalies, force)
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("file")
    table.add_column("rows", justify="right")
    table.add_column("bytes", justify="right")
    for file in manifest.files:
        table.add_row(file.name, f"{file.rows:,}", f"{file.bytes:,}")
    table.add_row("all", f"{sum(f.rows for f in manifest.files):,}", f"{sum(f.bytes for f in manifest.files):,}")
    printed = Console()
    printed.print(table)
    printed.print(
        f"{manifest.planted:,} connections are planted, {manifest.exact:,} of them in exact identifiers; "
        f"generator version {manifest.version}; see {out / 'manifest.json'}",
        soft_wrap=True,
    )


def _with_bar(console: Console, people: int, seed: int, out: Path, months: int, anomalies: int, force: bool) -> Manifest:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("settling the country", total=people * _ROWS_PER_PERSON)
        return generate(
            people,
            seed,
            out,
            lambda file, rows: bar.update(task, advance=rows, description=file),
            months=months,
            anomalies=anomalies,
            force=force,
        )


def _with_lines(console: Console, people: int, seed: int, out: Path, months: int, anomalies: int, force: bool) -> Manifest:
    written = 0

    def tell(_file: str, rows: int) -> None:
        nonlocal written
        if written // _PLAIN_EVERY != (written + rows) // _PLAIN_EVERY:
            console.print(f"{written + rows:,} rows written")
        written += rows

    return generate(people, seed, out, tell, months=months, anomalies=anomalies, force=force)
