"""`graphsvc load ...`: files into the graph, and what became of earlier loads. A thin door."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from graphsvc.cli.asking import office_of
from graphsvc.cli.console import safe
from graphsvc.cli.progress import CommandProgress
from graphsvc.errors import InputError
from graphsvc.graph.open import open_graph
from graphsvc.loading.history import load_by_id, loads
from graphsvc.loading.load import LoadResult, load
from graphsvc.loading.progress import LoadStep
from graphsvc.loading.specfile import find_source, load_source
from graphsvc.settings import Settings

# Seconds between plain log lines where nobody watches.
_EVERY_S = 5.0


def load_command(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="A source's name, a folder with its source.yaml, or: list, show.")],
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Files of the source (or, for `load show`, a load's id).")
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="From when the statements in the files are (YYYY-MM-DD).")] = None,
    full: Annotated[bool, typer.Option("--full", help="The files hold every row of their tables: retire rows that are gone.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="For `load list`: how many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    bulk: Annotated[
        bool,
        typer.Option(
            "--bulk", help="Make a new database of the files, while there is none or an empty one: several sources as SOURCE=PATH..."
        ),
    ] = False,
    resolve: Annotated[
        bool, typer.Option("--resolve", help="Then decide who is who, in what changed: as `graphsvc resolve run`, in your open inquiry.")
    ] = False,
) -> None:
    """Load files of a source into the graph: `graphsvc load SOURCE PATH...`, `graphsvc load list`, `graphsvc load show ID`."""
    settings = Settings()
    if name == "list":
        return _list(settings, paths, limit, as_json)
    if name == "show":
        return _show(settings, paths, as_json)
    if bulk:
        _bulk(settings, name, paths or [], as_of, full, as_json)
    else:
        _load(settings, name, paths or [], as_of, full, as_json)
    if resolve:
        # What it compares with takes longer to load than most commands take.
        from graphsvc.cli.resolve import resolve_run

        resolve_run([], None, False, None, as_json)
    return None


def _load(settings: Settings, name: str, paths: list[Path], as_of: str | None, full: bool, as_json: bool) -> None:
    source = load_source(find_source(name, settings.loaders))
    results: list[LoadResult] = []

    def run() -> dict[str, Any]:
        with CommandProgress() as waiting, open_graph(settings, waiting) as graph, _Bar() as bar:
            result = load(
                graph,
                source,
                paths,
                home=settings.home,
                batch_rows=settings.load_batch_rows,
                as_of=as_of,
                full=full,
                progress=bar,
            )
        results.append(result)
        return _plain(result)

    given = {"files": [path.name for path in paths], "as_of": as_of, "full": full}
    with office_of(settings) as office:
        office.load(source.spec.id, source.policy, given, run)
    if as_json:
        print(json.dumps(_plain(results[0]), ensure_ascii=False, indent=2))
    else:
        _print(results[0])


def _bulk(settings: Settings, name: str, paths: list[Path], as_of: str | None, full: bool, as_json: bool) -> None:
    # What it needs takes longer to load than an ordinary load's first row.
    from graphsvc.cli.bulk import in_the_log, sources_given
    from graphsvc.loading.bulk.run import bulk_load

    given = sources_given(name, paths, settings.loaders)
    results: list[LoadResult] = []

    def run() -> dict[str, dict[str, Any]]:
        with CommandProgress() as waiting, _Bar() as bar:
            results.extend(bulk_load(settings, given, as_of=as_of, full=full, progress=bar, say=waiting))
        return {result.source: _plain(result) for result in results}

    with office_of(settings) as office:
        in_the_log(office, given, {"as_of": as_of, "full": full}, run)
    if as_json:
        told = [_plain(result) for result in results]
        print(json.dumps(told if len(told) > 1 else told[0], ensure_ascii=False, indent=2))
    else:
        for result in results:
            _print(result)


def _list(settings: Settings, sources: list[Path] | None, limit: int, as_json: bool) -> None:
    """Loads, newest first: for operators, since reports name keys of rows."""
    if sources and len(sources) > 1:
        raise InputError("Name at most one source.", hint="graphsvc load list [SOURCE]")
    source = str(sources[0]) if sources else None

    def read() -> list[dict[str, Any]]:
        with CommandProgress() as waiting, open_graph(settings, waiting) as graph:
            return loads(graph, source=source, limit=limit)

    with office_of(settings) as office:
        found = office.as_operator("load.list", {"source": source, "limit": limit}, read, "looked")
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    table = Table("Load", "Status", "Started", "Rows", "Accepted", "Rejected", "Files")
    for one in found:
        files = ", ".join(one["files"][:3]) + (f" and {len(one['files']) - 3} more" if len(one["files"]) > 3 else "")
        counts = [str(one["report"].get(n, "")) for n in ("rows", "accepted")] + [str(sum(one["report"].get("rejected", {}).values()))]
        table.add_row(*(Text(safe(str(t))) for t in (one["id"], one["state"], one["started_at"], *counts, files)))
    Console(highlight=False, width=None if Console().is_terminal else 200).print(table if found else Text("Nothing was loaded yet."))


def _show(settings: Settings, ids: list[Path] | None, as_json: bool) -> None:
    """One load with its report, for operators."""
    if not ids or len(ids) != 1:
        raise InputError("Which load?", hint="graphsvc load show ID; `graphsvc load list` gives the ids.")
    id = str(ids[0])

    def read() -> dict[str, Any]:
        with CommandProgress() as waiting, open_graph(settings, waiting) as graph:
            return load_by_id(graph, id)

    with office_of(settings) as office:
        one = office.as_operator("load.show", {"load": id}, read, "looked")
    if as_json:
        print(json.dumps(one, ensure_ascii=False, indent=2))
        return
    for name in (
        "id",
        "source",
        "state",
        "started_at",
        "finished_at",
        "seconds",
        "full",
        "spec_sha256",
        "policy_sha256",
        "error",
        "rejects",
    ):
        if one.get(name) is not None:
            print(f"{name}: {safe(one[name])}")
    for file, sha, day in zip(one["files"], one["file_sha256"], one["as_of"], strict=True):
        print(f"file: {safe(file)}, as of {day}, SHA-256 {sha}")
    _print_report(one["report"])


def _plain(result: LoadResult) -> dict[str, Any]:
    return {
        "load": result.id,
        "source": result.source,
        "resumed": result.resumed,
        "seconds": round(result.seconds, 3),
        "rejects": str(result.rejects) if result.rejects else None,
        "report": result.report.as_dict(),
    }


def _print(result: LoadResult) -> None:
    rate = result.report.rows / max(result.seconds, 0.001)
    print(
        f"{result.id}{' (resumed)' if result.resumed else ''}: {result.report.rows:,} rows in {result.seconds:.1f} s ({rate:,.0f} rows/s)"
    )
    _print_report(result.report.as_dict())
    if result.rejects:
        print(f"Rejected rows, with line and reason: {result.rejects}")


def _print_report(report: dict[str, Any]) -> None:
    rejected = report["rejected"]
    print(f"  rows {report['rows']:,} = accepted {report['accepted']:,} + rejected {sum(rejected.values()):,}")
    for code, count in sorted(rejected.items()):
        print(f"    rejected for {code}: {count:,}")
    print(f"  new: {report['records']:,} records, {report['entities']:,} entities, {report['links']:,} links")
    print(f"  already known: {report['unchanged']:,} rows; given twice in this load: {report['duplicates']:,}")
    print(f"  retired: {report['retired']:,} records")
    print(f"  entities of the source that are only referred to (stubs): {report['stubs']:,}")
    if report["conflicts"]:
        print(f"  conflicts: {report['conflicts']:,} rows whose key was given with other content;")
        print("    of each, the row with the smallest SHA-256 is in force, all are kept")
        for example in report["conflict_examples"]:
            print(f"    {safe(example)}")


class _Bar:
    """A bar on a terminal, a plain line every few seconds elsewhere; on stderr."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._last = time.monotonic()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, step: LoadStep) -> None:
        rate = step.rows / max(step.seconds, 0.001)
        if not self._console.is_terminal:
            if time.monotonic() - self._last >= _EVERY_S:
                self._last = time.monotonic()
                share = step.bytes_done / max(step.bytes_total, 1)
                left = step.seconds * (1 - share) / max(share, 0.001)
                self._console.print(
                    f"{time.strftime('%H:%M:%S')} {step.rows:,} rows, {share:.0%}, {rate:,.0f} rows/s, about {left:.0f} s left",
                    markup=False,
                    soft_wrap=True,
                )
            return
        if self._progress is None:
            self._progress = Progress(
                TextColumn("{task.fields[rows]} rows"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f}%"),
                TextColumn("{task.fields[rate]} rows/s"),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task("load", total=step.bytes_total, rows="0", rate="0")
            self._progress.start()
        assert self._task is not None
        self._progress.update(self._task, completed=step.bytes_done, rows=f"{step.rows:,}", rate=f"{rate:,.0f}")
