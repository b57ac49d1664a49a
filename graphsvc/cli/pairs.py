"""`graphsvc path --pairs FILE`: one answer a line, as JSON. A thin door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer

from graphsvc.cli.asking import ask
from graphsvc.connections.pairs import batch_question, pairs_of_file
from graphsvc.errors import InputError
from graphsvc.inquiry.desk import Reading, canonical
from graphsvc.settings import Settings


def ask_pairs(
    settings: Settings,
    file: Path | None,
    parameters: Mapping[str, Any],
    one: Callable[[Reading, str, str], Any],
    *,
    inquiry: str | None,
    reason_code: str | None,
    as_json: bool,
) -> None:
    """Ask about the pairs of a file, and print one JSON object a line: the bytes whose hash the pair's entry in the log has.

    With `as_json` the whole answer is printed instead. Raises InputError for what is neither a file nor two entities.
    """
    if file is None or parameters["from"] is not None or parameters["html"]:
        raise InputError(
            "The question needs two entities, or a file of pairs and nothing else.",
            hint="graphsvc path A B, or graphsvc path --pairs FILE (which makes no page).",
        )
    pairs = pairs_of_file(file, settings.batch_pairs)
    asked = {name: value for name, value in parameters.items() if name not in ("from", "to", "html")}
    answer = ask(
        settings,
        "path.batch",
        "paths",
        {**asked, "pairs": len(pairs), "file": file.name},
        lambda r: batch_question(r, pairs, lambda r, pair: one(r, pair.start, pair.end)),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    if as_json:
        typer.echo(answer.body)
        return
    for told in answer.value["answers"]:
        typer.echo(canonical(told))
    typer.echo(f"Entry {answer.entry} of the audit log, and one before it for each pair.", err=True)
