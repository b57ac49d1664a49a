"""A load: files of one source into the graph, in batches, resumable, with a report.

Rows are read, mapped and sealed in one thread and written in another, which makes the next statement while the server does the one
before. What a batch wrote and how far the load is are committed together, so that after a crash the same command goes on where the
last committed batch ended.
"""

from __future__ import annotations

import json
import os
import queue
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graphsvc.errors import Conflict
from graphsvc.graph.driver import Graph, Tx
from graphsvc.graph.schema import ensure_source_schema, label
from graphsvc.graph.types import utc_now
from graphsvc.loading.changes import Changes, LoadContext
from graphsvc.loading.compartments import table_compartments
from graphsvc.loading.compose import Finisher
from graphsvc.loading.interpreter import forget_transaction, tuned
from graphsvc.loading.mapper import mappers
from graphsvc.loading.opening import (
    ending,
    input_files,
    link_types,
    load_properties,
    new_load_id,
    one_at_a_time,
    rejects_path,
    source_properties,
    spec_properties,
)
from graphsvc.loading.prepare import InputFile, PreparedBatch, Preparer
from graphsvc.loading.progress import LoadProgress, LoadStep, silent
from graphsvc.loading.rejects import Rejects
from graphsvc.loading.remap import Remapper
from graphsvc.loading.report import Report
from graphsvc.loading.seen import Seen
from graphsvc.loading.specfile import LoadedSource
from graphsvc.loading.writer import Writer
from graphsvc.policy.vault import Vault

# Batches that wait between reading and writing: one in hand, one ready, so that neither side waits long; bounds memory.
_AHEAD = 2
# Records that one transaction retires after a full load: each is mapped again, so a batch costs more than a batch of new rows.
_RETIRE_AT_ONCE = 1000
_COUNTED = ("records", "unchanged", "entities", "links", "links_asserted")


@dataclass(frozen=True, slots=True)
class LoadResult:
    """A finished load. `rejects`: the file with what was rejected, None if nothing was."""

    id: str
    source: str
    report: Report
    rejects: Path | None
    seconds: float
    resumed: bool


def load(
    graph: Graph,
    source: LoadedSource,
    paths: Sequence[Path],
    *,
    home: Path,
    batch_rows: int = 2000,
    as_of: str | None = None,
    full: bool = False,
    progress: LoadProgress = silent,
) -> LoadResult:
    """Load files of one source; a repeated or interrupted load ends in the same graph as an undisturbed one.

    `as_of` is needed where the spec does not say; `full` states that the files hold every row of their tables, so that rows that are
    gone are retired. Raises InputError for files that don't belong to the source or can't be read, Conflict while the source is
    being loaded by another process, or when the disk takes no more.
    """
    files = input_files(source.spec, paths, as_of, full)
    try:
        with one_at_a_time(home, source.spec.id), tuned():
            return _Load(graph, source, files, home, batch_rows, as_of, full, progress).run()
    except (OSError, sqlite3.OperationalError) as error:
        # What a load writes beside the graph: its lock, keys, the rejects file, what it has seen (in the folder for temporary files).
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Conflict(
            f"The load can't write its files in {home} or {tempfile.gettempdir()}: {what}.",
            hint="Make room or see to the rights there, and give the same command again: it goes on where it ended.",
        ) from error


class _Load:
    def __init__(
        self,
        graph: Graph,
        source: LoadedSource,
        files: list[InputFile],
        home: Path,
        batch_rows: int,
        as_of: str | None,
        full: bool,
        progress: LoadProgress,
    ) -> None:
        self._graph, self._source, self._files, self._home, self._progress = graph, source, files, home, progress
        self._as_of, self._full, self._batch_rows = as_of, full, batch_rows
        self._started = time.monotonic()
        self._id = ""
        self._rows_done = 0
        self._columns: list[str] = []
        self._report = Report()

    def run(self) -> LoadResult:
        spec, ontology = self._source.spec, self._source.ontology
        vault = Vault(self._home / "keys")
        digest = vault.digester()
        categories, compartments = self._source.policy.policy.categories, self._source.policy.policy.compartments(spec.id)
        ensure_source_schema(self._graph, *compartments, search_properties=ontology.search_properties, link_types=link_types(spec))
        resumed = self._open()
        table_mappers = mappers(spec, ontology, digest, categories)
        remapper = Remapper(spec.id, ontology, vault)
        context = LoadContext(
            self._id,
            spec.id,
            self._source.spec_sha256,
            [f.sha256 for f in self._files],
            self._full_loads(),
            {table: table_compartments(spec, table, categories) for table in spec.tables},
            bool(self._source.rules.eligible_when or self._graph.run("loading/has_refusals", prefix=f"{spec.id}/record/")),
            digest,
        )
        writer = Writer(context, ontology, Finisher(ontology, digest), remapper)
        kept = rejects_path(self._home, self._id)
        try:
            with Rejects(kept) as rejects, Seen() as seen:
                preparer = Preparer(self._source, self._files, table_mappers, vault, seen, rejects, self._batch_rows, self._empty_tables())
                for batch in _ahead(preparer.batches()):
                    self._write(writer, batch)
                rejected = rejects.count
            if self._full:
                self._retire(context, writer_of=lambda c: Writer(c, ontology, Finisher(ontology, digest), remapper))
        except BaseException as error:
            self._fail(error)
            raise
        self._close(kept if rejected else None)
        return LoadResult(self._id, spec.id, self._report, kept if rejected else None, time.monotonic() - self._started, resumed)

    def _open(self) -> bool:
        """Register the load, or find the one that this command began earlier and did not end."""
        spec, source = self._source.spec, self._source
        file_sha256 = [file.sha256 for file in self._files]
        found = self._graph.run(
            "loading/load_unfinished",
            source=spec.id,
            spec_sha256=source.spec_sha256,
            file_sha256=file_sha256,
            full=self._full,
            given_as_of=self._as_of,
            # A file with another name may be of another table or day.
            files=[file.path.name for file in self._files],
        )
        now = utc_now()
        if found:
            earlier = found[0]["l"]
            self._id = earlier["id"]
            self._rows_done = earlier["rows_done"]
            self._batch_rows = earlier["batch_rows"]
            self._report = Report.from_dict(json.loads(earlier["report"]))
            load = {"id": self._id, "status": "running", "pid": os.getpid(), "resumed_at": now}
        else:
            self._id = new_load_id(spec.id, now)
            load = load_properties(
                source, self._files, self._id, now, given_as_of=self._as_of, full=self._full, batch_rows=self._batch_rows
            )
        self._graph.run("loading/load_open", source=source_properties(source), spec=spec_properties(source), load=load)
        return bool(found)

    def _empty_tables(self) -> list[str]:
        """Tables of this load that no other load has put a record into: their keys need no looking up."""
        prefix = f"{self._source.spec.id}/record/"
        tables = sorted({file.table for file in self._files})
        return [t for t in tables if not self._graph.run("loading/table_has_others", prefix=f"{prefix}{t}/", load=self._id)]

    def _full_loads(self) -> dict[str, list[str]]:
        loads: dict[str, list[str]] = {}
        for row in self._graph.run("loading/full_loads", source=self._source.spec.id):
            for table in row["tables"]:
                loads.setdefault(table, []).append(row["as_of"])
        return loads

    def _write(self, writer: Writer, batch: PreparedBatch) -> None:
        if batch.rows_done <= self._rows_done and batch.rows_done > 0:
            self._tell(batch)
            return
        counted = {name: getattr(self._report, name) for name in (*_COUNTED, "retired")}

        def work(tx: Tx) -> Report:
            # First the columns: mapping a row of this very load again needs them.
            if batch.columns != self._columns:
                tx.send("loading/load_columns", id=self._id, columns=batch.columns)
            changes = writer.write(tx, batch.rows, batch.refused)
            report = _counted(replace(batch.report, **counted), changes)
            tx.send("loading/load_progress", id=self._id, rows_done=batch.rows_done, report=json.dumps(report.as_dict()))
            return report

        self._report = self._graph.write(work)
        self._rows_done, self._columns = batch.rows_done, batch.columns
        forget_transaction()
        self._tell(batch)

    def _tell(self, batch: PreparedBatch) -> None:
        total = sum(file.size for file in self._files)
        self._progress(LoadStep(batch.bytes_done, total, batch.rows_done, time.monotonic() - self._started, self._report))

    def _retire(self, context: LoadContext, writer_of: Any) -> None:
        """After a full load, retire what it did not hold."""
        as_of = str(self._files[0].as_of)
        for table in sorted({file.table for file in self._files}):
            prefix = f"{self._source.spec.id}/record/{table}/"
            loads = {**context.full_loads, table: [*context.full_loads.get(table, []), as_of]}
            writer = writer_of(replace(context, full_loads=loads))
            while keys := [
                row["key"] for row in self._graph.run("loading/records_gone", prefix=prefix, as_of=as_of, limit=_RETIRE_AT_ONCE)
            ]:
                self._retire_some(writer, keys)

    def _retire_some(self, writer: Writer, keys: list[str]) -> None:
        before = self._report

        def work(tx: Tx) -> Report:
            retired = writer.retire_absent(tx, keys).retired_records
            report = replace(before, retired=before.retired + retired)
            tx.run("loading/load_progress", id=self._id, rows_done=self._rows_done, report=json.dumps(report.as_dict()))
            return report

        self._report = self._graph.write(work)
        forget_transaction()

    def _close(self, rejects: Path | None) -> None:
        compartments = self._source.policy.policy.compartments(self._source.spec.id)
        stubs = sum(self._graph.run("loading/stubs", fills={"label": label(c)})[0]["stubs"] for c in compartments)
        self._report = replace(self._report, stubs=stubs)
        self._end("finished", rejects=rejects.name if rejects else None, error=None)

    def _fail(self, error: BaseException) -> None:
        """Note why the load ended early; if even that fails, its status `running` without a process says the same."""
        try:
            self._end("failed", error=str(error)[:2000] or type(error).__name__)
        except Exception as second:
            error.add_note(f"The failure could not be noted on the load either: {second}")

    def _end(self, status: str, **more: Any) -> None:
        told = ending(self._report, time.monotonic() - self._started, status, **more)
        self._graph.run("loading/load_close", id=self._id, set=told)


def _counted(report: Report, changes: Changes) -> Report:
    sums = {name: getattr(report, name) + getattr(changes, name) for name in _COUNTED}
    return replace(report, **sums, retired=report.retired + changes.retired_records)


def _ahead(batches: Iterator[PreparedBatch]) -> Iterator[PreparedBatch]:
    """The same batches, made in a thread of their own while the caller writes the one before."""
    waiting: queue.Queue[PreparedBatch | BaseException | None] = queue.Queue(maxsize=_AHEAD)
    stop = threading.Event()

    def put(item: PreparedBatch | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                waiting.put(item, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def make() -> None:
        try:
            for batch in batches:
                if not put(batch):
                    return
            put(None)
        except BaseException as error:
            put(error)

    maker = threading.Thread(target=make, name="prepare", daemon=True)
    maker.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        maker.join()
