"""`graphsvc source ...`: what sources there are, whether a spec is right, what its rows would become. A thin door."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from graphsvc.cli.console import safe
from graphsvc.cli.lines import Lines
from graphsvc.loading.preview import PreviewRow, preview
from graphsvc.loading.schema import json_schema_text
from graphsvc.loading.specfile import find_source, load_source, source_folders
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Sources: list them, check a loader spec, see what rows would become.")


@app.command("list")
def list_sources() -> None:
    """Every source that can be loaded, your own (GRAPHSVC_LOADERS) first."""
    for name, folder in source_folders(Settings().loaders).items():
        source = load_source(folder)
        print(f"{name}: {safe(source.spec.title)} ({safe(source.spec.publisher)}), tables {', '.join(source.spec.tables)}")


@app.command()
def check(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="A source's name, or a folder with its source.yaml.")],
    sample: Annotated[Path | None, typer.Option("--sample", help="A file of the source: show what its first rows would become.")] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=1000, help="How many rows of the sample to show.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what is wrong with a loader spec, by line; with --sample, what the first rows of a file would become."""
    source = load_source(find_source(name, Settings().loaders))
    if sample is None:
        answer: dict[str, Any] = {"source": source.spec.id, "sha256": source.spec_sha256, "tables": sorted(source.spec.tables)}
        print(
            json.dumps(answer)
            if as_json
            else f"{source.spec.id} is right: {len(source.spec.tables)} tables, SHA-256 {source.spec_sha256[:12]}."
        )
        return
    table, shown = preview(source, sample, rows)
    if as_json:
        print(json.dumps({"table": table, "rows": [_plain(row) for row in shown]}, ensure_ascii=False, indent=2, default=list))
        return
    console = Console(highlight=False)
    console.print(Text(f"{sample.name} is of the table {table} of {source.spec.id}."))
    for row in shown:
        console.print(_tree(row))


@app.command("new")
def new(
    file: Annotated[Path, typer.Option("--from", help="A file of the source: CSV, TSV, JSON lines or Parquet, gzip or not.")],
    id: Annotated[str | None, typer.Option("--id", help="The id of the source; default: from the file's name.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The folder to write; default: the id, below GRAPHSVC_LOADERS or here.")] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=1000, help="How many rows to try the draft on.")] = 100,
) -> None:
    """Draft a loader spec from a file's columns, with why each is taken for what. Nothing is written over.

    A person then looks at every line.
    """
    from graphsvc.loading.drafting.draft import drafted, tried, write

    draft = drafted(file, id)
    folder = out or (Settings().loaders or Path.cwd()) / draft.id
    written = write(draft, folder)
    good, wrong = tried(folder, file, rows)
    lines = Lines()
    for one in draft.columns:
        lines.say(f"{one.name}: {one.what.replace('_', ' ') if one.what else 'not used'}: {one.why}")
    lines.say(f"Written: {', '.join(map(str, written))}", "bold")
    lines.say(f"Of the first {good + len(wrong):,} rows {good:,} can be mapped by it, {len(wrong):,} can't.")
    for text in wrong[:3]:
        lines.say(f"  {text}", "yellow")
    then = f"graphsvc source check {quote(str(folder.absolute()))} --sample {quote(str(file))}"
    lines.say(f"The policy permits nothing to anybody yet. Look at both files, then: {then}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of source.yaml, for editors."""
    print(json_schema_text(), end="")


def _plain(row: PreviewRow) -> dict[str, Any]:
    if row.mapped is None:
        error = row.error
        return {"line": row.line, "rejected": None if error is None else {"code": error.code, "reason": error.message}}
    return {"line": row.line, "record": row.record_key, **asdict(row.mapped)}


def _tree(row: PreviewRow) -> Tree:
    if row.mapped is None:
        return Tree(Text(f"line {row.line}: rejected, {row.error.code}: {safe(row.error.message)}" if row.error else f"line {row.line}"))
    tree = Tree(Text(f"line {row.line}: record {row.record_key}"))
    seen = set()
    for entity in row.mapped.entities:
        if entity.id in seen:
            continue
        seen.add(entity.id)
        branch = tree.add(Text(f"{entity.type} {entity.id}" + ("" if entity.own else " (referred to)")))
        for name, value in {**entity.key_properties, **entity.properties}.items():
            branch.add(Text(f"{name}: {safe(value) if not isinstance(value, tuple) else value}"))
    for link in row.mapped.links:
        branch = tree.add(Text(f"{link.from_id} -[{link.type}]-> {link.to_id}"))
        for name, value in link.properties.items():
            branch.add(Text(f"{name}: {safe(value) if not isinstance(value, tuple) else value}"))
    return tree
