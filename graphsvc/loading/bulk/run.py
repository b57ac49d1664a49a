"""A bulk load: sources into an empty managed database, with the outcome of ordinary loads of the same files.

Rows become import files, in steps that are shared among processes; Neo4j's tool makes a database of them beside the deployment's own,
which is looked at, given its schema and then put in the other's place. Each step is done anew if it broke off, and no other.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import os
import re
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from graphsvc import __version__
from graphsvc.errors import Conflict, InputError, ServerStartError
from graphsvc.graph.driver import Graph
from graphsvc.graph.open import connect, open_graph
from graphsvc.graph.progress import Progress
from graphsvc.graph.server import ManagedServer, require_managed
from graphsvc.graph.types import utc_now
from graphsvc.loading.bulk import database, steps
from graphsvc.loading.bulk.spool import buckets_for
from graphsvc.loading.bulk.state import State
from graphsvc.loading.load import LoadResult
from graphsvc.loading.opening import (
    ending,
    input_files,
    link_types,
    load_properties,
    new_load_id,
    nothing_beside,
    rejects_path,
    source_properties,
    spec_properties,
)
from graphsvc.loading.prepare import InputFile
from graphsvc.loading.progress import LoadProgress, LoadStep, silent
from graphsvc.loading.report import Report
from graphsvc.loading.specfile import LoadedSource
from graphsvc.settings import Settings

# Files of less, together, are not worth it to begin processes, which takes seconds; those of one source, to be shared among them.
_WORTH_BEGINNING_BYTES = 8_000_000
_WORTH_SHARING_BYTES = 300_000
_MOST_PROCESSES = 8
_LINE = re.compile(r"(.*), line (\d+): ", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Given:
    """A source and its files."""

    source: LoadedSource
    paths: Sequence[Path]


def bulk_load(
    settings: Settings,
    given: Sequence[Given],
    *,
    as_of: str | None = None,
    full: bool = False,
    progress: LoadProgress = silent,
    say: Progress,
    processes: int | None = None,
) -> list[LoadResult]:
    """Load files of sources into the empty managed database; one result a source. The same call goes on with one that broke off.

    `processes` share the work (default: as many as there are processors, where the files are worth it). Raises InputError for what an
    ordinary load refuses too, Conflict for a database that is not empty or not ours, while another load runs, or when the disk is full.
    """
    require_managed(settings)
    ids = [one.source.spec.id for one in given]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise InputError(f"{', '.join(twice)} is given twice.", hint="Name each source once, with all its files.")
    files = [input_files(one.source.spec, one.paths, as_of, full) for one in given]
    home = settings.home
    try:
        with nothing_beside(home):
            sources = [(one.source, found) for one, found in zip(given, files, strict=True)]
            return _Bulk(settings, sources, as_of, full, progress, say, processes).run()
    except (OSError, sqlite3.OperationalError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Conflict(
            f"The bulk load can't write its files in {home / 'bulk'}: {what}. The database is as it was.",
            hint="Make room or see to the rights there, and give the same command again: it goes on after the last step that was done.",
        ) from error


class _Bulk:
    def __init__(
        self,
        settings: Settings,
        sources: Sequence[tuple[LoadedSource, list[InputFile]]],
        as_of: str | None,
        full: bool,
        progress: LoadProgress,
        say: Progress,
        processes: int | None,
    ) -> None:
        self._settings, self._sources, self._as_of, self._full = settings, sources, as_of, full
        self._progress, self._say = progress, say
        self._home = settings.home
        self._size = sum(file.size for _, files in sources for file in files)
        self._forced = processes is not None
        self._processes = processes or min(_MOST_PROCESSES, psutil.cpu_count() or 1)
        self._server = ManagedServer(settings, say)
        self._beside = settings.model_copy(update={"home": self._home / "bulk" / "server"})
        self._made = ManagedServer(self._beside, say)
        self._began = time.monotonic()

    def run(self) -> list[LoadResult]:
        self._made.stop()  # of one that was killed
        state = State(self._home / "bulk", self._begun_for())
        if state.done("database") is None or not self._finished(state):
            self._check_empty()
            begun = state.done("begun") or state.finish("begun", self._begun())
            last = 0
            with steps.Workers(self._processes) as workers:
                for source, files in self._sources:
                    last = self._files_of(workers, state, begun, source, files, last)
            self._say.say("The files are written; Neo4j makes a database of them.")
            try:
                self._server.replace(lambda password: self._database(state, begun, password, last), check=self._check_still_empty)
                state.begin("start")
            finally:
                self._server.start()
        results = [_result(one, state.resumed) for one in state.done("database")["results"]]
        state.end()
        return results

    def _begun_for(self) -> str:
        """What a bulk load that broke off must agree in to be gone on with."""
        told = {
            "sources": [
                [source.spec_sha256, source.policy.sha256, [(file.path.name, file.sha256) for file in files]]
                for source, files in self._sources
            ],
            "as_of": self._as_of,
            "full": self._full,
            "batch_rows": self._settings.load_batch_rows,
            "processes": self._processes,
            "versions": [sys.version, __version__],
        }
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _begun(self) -> dict[str, Any]:
        now = utc_now()
        return {"at": now, "ids": {source.spec.id: new_load_id(source.spec.id, now) for source, _ in self._sources}}

    def _check_empty(self) -> None:
        if not self._server.files.has_data():
            return  # never started
        with open_graph(self._settings, self._say) as graph:
            self._refuse_unless_empty(graph)

    def _check_still_empty(self) -> None:
        """Asked again when nobody else can start or stop the server any more."""
        if self._server.files.has_data():
            with connect(self._settings) as graph:
                self._refuse_unless_empty(graph)

    def _refuse_unless_empty(self, graph: Graph) -> None:
        found = graph.run("loading/anything")[0]
        if not found["sources"] and found["other"] is None:
            return
        what = f"loads of {', '.join(sorted(found['sources']))}" if found["sources"] else f"nodes of the kind {found['other']}"
        raise Conflict(
            f"A bulk load makes a new database, and this one is not empty: it holds {what}.",
            hint="Load without --bulk, or delete the database with `graphsvc db destroy --yes` if nothing in it is wanted any more.",
        )

    def _finished(self, state: State) -> bool:
        """Whether the database that the state tells of is in its place already, and only the end was missing."""
        if not self._server.files.has_data():
            return False
        with open_graph(self._settings, self._say) as graph:
            found = [bool(graph.run("loading/load_by_id", id=one["id"])) for one in state.done("database")["results"]]
        return all(found)

    def _files_of(
        self, workers: steps.Workers, state: State, begun: dict[str, Any], source: LoadedSource, files: list[InputFile], last: int
    ) -> int:
        """The import files of one source; the number of its last batch."""
        id, size = source.spec.id, sum(file.size for file in files)
        job = steps.Job(
            source.folder, source.spec_sha256, source.policy.sha256, files, begun["ids"][id], self._home, self._folder(state, id),
            self._settings.load_batch_rows, buckets_for(size), last, begun["at"],
        )  # fmt: skip
        for step in steps.STEPS:
            name = f"{id}/{step}"
            if state.done(name) is None:
                state.begin(name)
                alone = not self._forced and (self._size < _WORTH_BEGINNING_BYTES or size < _WORTH_SHARING_BYTES)
                given = workers.do(job, step, lambda done, rows: self._tell(source, done, rows), alone=alone)
                if step == "read":
                    self._put_rejects(job, given)
                state.finish(name, given)
            steps.clear(job, step)
        return int(state.done(f"{id}/read")[0]["last"])

    def _folder(self, state: State, source: str) -> Path:
        return state.folder / "sources" / source

    def _tell(self, source: LoadedSource, done: int, rows: int) -> None:
        before = 0
        for other, files in self._sources:
            if other is source:
                break
            before += sum(file.size for file in files)
        self._progress(LoadStep(before + done, self._size, rows, time.monotonic() - self._began, Report()))

    def _put_rejects(self, job: steps.Job, given: list[dict[str, Any]]) -> None:
        """One rejects file, in the order of the rows, out of those of the processes."""
        path = rejects_path(self._home, job.load_id)
        path.unlink(missing_ok=True)
        if not any(one["rejected"] for one in given):
            return
        place = {file.path.name: number for number, file in enumerate(job.files)}
        parts = [_lines(job.folder / "read" / f"rejects-{number}.jsonl", place) for number in range(len(given))]
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.writelines(line for _, line in heapq.merge(*parts))
            out.flush()
            os.fsync(out.fileno())

    def _database(self, state: State, begun: dict[str, Any], password: str, last: int) -> Path:
        """The data folder of the new database, whose server is stopped."""
        data = self._made.files.folder / "data"
        known = state.done("database")
        secret = hashlib.sha256(password.encode()).hexdigest()
        if known is not None and known["password"] == secret and data.is_dir():
            return data
        state.forget("database")
        state.begin("database")
        given = {source.spec.id: [state.done(f"{source.spec.id}/{step}") for step in steps.STEPS] for source, _ in self._sources}
        files = [one["files"] for made in given.values() for step in made for one in step]
        try:
            self._made.destroy()
            self._made.files.want_password(password)
            database.import_files(self._made, state.folder, files, last)
            nodes, links = 1 + sum(one["nodes"] for one in files), sum(one["links"] for one in files)
            with database.opened(self._made, self._beside, nodes=nodes, links=links) as graph:
                state.begin("schema")
                results = [self._close(graph, state, source, found, begun, given[source.spec.id]) for source, found in self._sources]
        except ServerStartError:
            self._made.destroy()
            raise
        state.finish("database", {"results": results, "password": secret})
        return data

    def _close(
        self,
        graph: Graph,
        state: State,
        source: LoadedSource,
        files: list[InputFile],
        begun: dict[str, Any],
        given: list[list[dict[str, Any]]],
    ) -> dict[str, Any]:
        """Give a source its schema and its nodes; its result as plain values."""
        spec = source.spec
        read, settled, things, feed = given
        compartments = source.policy.policy.compartments(spec.id)
        database.make_schema(graph, compartments, source.ontology.search_properties, link_types(spec))
        database.store_notes(graph, [self._folder(state, spec.id) / step for step in steps.STEPS])
        report = _report(files, read, settled, things)
        load = load_properties(
            source, files, begun["ids"][spec.id], begun["at"], given_as_of=self._as_of, full=self._full,
            batch_rows=self._settings.load_batch_rows,
        )  # fmt: skip
        load |= {"bulk": True, "rows_done": read[0]["rows_done"], "columns": read[0]["columns"]}
        batches = sum(one["batches"] for one in feed)
        graph.run(
            "loading/load_open", source={**source_properties(source), "batches": batches or None}, spec=spec_properties(source), load=load
        )
        seconds = time.monotonic() - self._began
        kept = rejects_path(self._home, load["id"]) if report.rejected_total else None
        told = ending(report, seconds, "finished", rejects=kept.name if kept else None, error=None)
        graph.run("loading/load_close", id=load["id"], set=told)
        return {
            "id": load["id"],
            "source": spec.id,
            "report": report.as_dict(),
            "rejects": str(kept) if kept else None,
            "seconds": seconds,
        }


def _result(plain: dict[str, Any], resumed: bool) -> LoadResult:
    rejects = Path(plain["rejects"]) if plain["rejects"] else None
    return LoadResult(plain["id"], plain["source"], Report.from_dict(plain["report"]), rejects, plain["seconds"], resumed)


def _report(files: Sequence[InputFile], read: list[dict[str, Any]], settled: list[dict[str, Any]], things: list[dict[str, Any]]) -> Report:
    """The report of an ordinary load, out of what the processes counted."""
    parts = [Report.from_dict(one["report"]) for one in read]
    place = {file.path.name: number for number, file in enumerate(files)}
    report = Report()
    for part in parts:
        report.rows += part.rows
        report.accepted += part.accepted
        report.duplicates += part.duplicates
        report.conflicts += part.conflicts
        for code, count in part.rejected.items():
            report.rejected[code] = report.rejected.get(code, 0) + count
    # Each process names its first ones.
    report.name_conflicts(sorted((text for part in parts for text in part.conflict_examples), key=lambda text: _place(text, place)))
    report.records = sum(one["records"] for one in (*read, *settled))
    report.unchanged = report.accepted - report.records
    report.entities = sum(one["entities"] for one in things)
    report.links = sum(one["links"] for one in (*read, *things))
    report.links_asserted = sum(one["asserted"] for one in read)
    report.retired = sum(one["retired"] for one in settled)
    report.stubs = sum(one["stubs"] for one in things)
    return report


def _place(conflict: str, files: dict[str, int]) -> tuple[int, int]:
    found = _LINE.match(conflict)
    return (files.get(found[1], 0), int(found[2])) if found else (0, 0)


def _lines(path: Path, files: dict[str, int]) -> Iterator[tuple[tuple[int, int], str]]:
    """The lines of a rejects file with where their rows stand."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            yield (files[told["file"]], told["line"]), line
