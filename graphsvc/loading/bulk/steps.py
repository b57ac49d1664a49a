"""The steps from files to import files, each shared among processes: read, settle, things, feed.

A step begins in an empty folder of its own and reads what earlier ones left, so that one that broke off is simply done again.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import Any, Self

from graphsvc.errors import Conflict, InputError
from graphsvc.loading.bulk.files import ImportFiles
from graphsvc.loading.bulk.rows import ENTITIES, FEED, LINKS, ROWS, Place, Reading, Telling, settle
from graphsvc.loading.bulk.spool import Spool
from graphsvc.loading.bulk.things import Groups, Things, write_batches
from graphsvc.loading.changes import LoadContext
from graphsvc.loading.compartments import table_compartments
from graphsvc.loading.compose import Finisher
from graphsvc.loading.interpreter import forget_transaction, tuned
from graphsvc.loading.mapper import mappers
from graphsvc.loading.prepare import ALL_ROWS, InputFile, Preparer, Share
from graphsvc.loading.rejects import Rejects
from graphsvc.loading.seen import Seen
from graphsvc.loading.specfile import LoadedSource, load_source
from graphsvc.policy.vault import Vault

STEPS = ("read", "settle", "things", "feed")
# Which earlier steps leave what a step reads, and what of it nobody reads afterwards.
_READS = {"read": (), "settle": ("read",), "things": ("read", "settle"), "feed": ("read", "settle", "things")}
_USED_UP = {"read": (), "settle": (ROWS,), "things": (ENTITIES, LINKS), "feed": (FEED,)}
_LOOK_S = 0.5

Told = Callable[[int, int], None]  # bytes and rows read


@dataclass(frozen=True, slots=True)
class Job:
    """What one process does of one step. `after`: the number of the last batch of the source before; `at`: when the batches are written."""

    source: Path
    spec_sha256: str
    policy_sha256: str
    files: Sequence[InputFile]
    load_id: str
    home: Path
    folder: Path
    batch_rows: int
    buckets: int
    after: int
    at: str
    step: str = ""
    share: Share = ALL_ROWS


def clear(job: Job, step: str) -> None:
    """Delete what a finished step has used up."""
    for kind in _USED_UP[step]:
        for earlier in _READS[step]:
            for path in (job.folder / earlier).glob(f"{kind}-*.spool"):
                path.unlink()


class Workers:
    """The processes of a bulk load, begun when first needed. Use it as a context manager."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._far: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def do(self, job: Job, step: str, told: Told, *, alone: bool = False) -> list[dict[str, Any]]:
        """Do a step, or have it done (`alone`: by one); what each process gave. `told` hears how far the slowest is."""
        shutil.rmtree(job.folder / step, ignore_errors=True)
        number = 1 if alone else self._processes
        jobs = [replace(job, step=step, share=Share(one, number)) for one in range(number)]
        return [_work(jobs[0], told)] if number == 1 else self._together(jobs, told)

    def _together(self, jobs: list[Job], told: Told) -> list[dict[str, Any]]:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._far = context.Array("q", 2 * self._processes)
            self._pool = ProcessPoolExecutor(self._processes, context, _begin, (self._far,))
        try:
            self._far[:] = [0] * len(self._far)
            running = [self._pool.submit(_in_process, job) for job in jobs]
            while wait(running, _LOOK_S, FIRST_EXCEPTION).not_done:
                told(min(self._far[::2]), min(self._far[1::2]))
                if any(one.done() and one.exception() for one in running):
                    break
            return [one.result() for one in running]
        except BrokenProcessPool as error:
            raise Conflict(
                "A process of the bulk load was ended from outside, or by a system that ran out of memory.",
                hint="Give the same command again: it goes on where it ended.",
            ) from error


_FAR: Any = None


def _begin(far: Any) -> None:
    """In a process of its own: tell how far it is, and end when the one that began it has ended, however that was."""
    global _FAR
    _FAR = far
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _in_process(job: Job) -> dict[str, Any]:
    at = 2 * job.share.number

    def told(done: int, rows: int) -> None:
        _FAR[at], _FAR[at + 1] = done, rows

    return _work(job, told)


def _work(job: Job, told: Told) -> dict[str, Any]:
    source = load_source(job.source)
    if (source.spec_sha256, source.policy.sha256) != (job.spec_sha256, job.policy_sha256):
        raise InputError(f"The spec or the policy of {source.spec.id} was changed while it was being loaded.", hint="Load again.")
    with tuned():
        return _Worker(job, source).work(told)


class _Worker:
    def __init__(self, job: Job, source: LoadedSource) -> None:
        self._job, self._source = job, source
        self._folder = job.folder / job.step
        self._part = str(job.share.number)
        self._vault = Vault(job.home / "keys")
        self._digest = self._vault.digester()

    def work(self, told: Told) -> dict[str, Any]:
        with self._files() as (files, given):
            if self._job.step == "read":
                given.update(self._read(files, told))
            elif self._job.step == "settle":
                given.update(self._settle(files))
            elif self._job.step == "things":
                given.update(self._things(files))
            else:
                given["batches"] = sum(
                    write_batches(files, self._earlier(), bucket, self._job.load_id, self._job.at) for bucket in self._buckets()
                )
        return given

    @contextmanager
    def _files(self) -> Iterator[tuple[ImportFiles, dict[str, Any]]]:
        given: dict[str, Any] = {}
        files = ImportFiles(self._folder, self._part)
        yield files, given
        given["files"] = files.close()

    def _earlier(self) -> list[Path]:
        return [self._job.folder / step for step in _READS[self._job.step]]

    def _buckets(self) -> range:
        return range(self._job.share.number, self._job.buckets, self._job.share.of)

    def _context(self) -> LoadContext:
        spec, categories = self._source.spec, self._source.policy.policy.categories
        return LoadContext(
            self._job.load_id,
            spec.id,
            self._source.spec_sha256,
            [file.sha256 for file in self._job.files],
            {},
            {table: table_compartments(spec, table, categories) for table in spec.tables},
            bool(self._source.rules.eligible_when),
            self._digest,
        )

    def _made(self, files: ImportFiles, feed: Spool | None) -> Things:
        source = self._source
        finisher = Finisher(source.ontology, self._digest)
        return Things(source.spec.id, Groups(source.spec, source.ontology), finisher, files, feed, self._job.buckets)

    def _telling(self, files: ImportFiles) -> Telling:
        place = Place(self._folder, self._part, self._job.buckets)
        return Telling(self._context(), place, files, self._made(files, None).event)

    def _read(self, files: ImportFiles, told: Told) -> dict[str, Any]:
        job, source = self._job, self._source
        spec = source.spec
        telling = self._telling(files)
        rows = Spool(self._folder, ROWS, self._part, job.buckets)
        reading = Reading(telling, rows, {name for name, table in spec.tables.items() if not table.key})
        table_mappers = mappers(spec, source.ontology, self._digest, source.policy.policy.categories)
        number, rows_done = job.after, 0
        with Rejects(self._folder / f"rejects-{self._part}.jsonl") as rejects, Seen() as seen:
            preparer = Preparer(
                source, job.files, table_mappers, self._vault, seen, rejects, job.batch_rows, list(spec.tables), share=job.share
            )
            for batch in preparer.batches():
                number += batch.rows_done > rows_done
                rows_done = batch.rows_done
                reading.take(batch, number)
                told(batch.bytes_done, rows_done)
                forget_transaction()
        telling.flush()
        rows.flush()
        return {
            "report": batch.report.as_dict(),
            "columns": batch.columns,
            "rows_done": rows_done,
            "last": number,
            "asserted": reading.asserted,
            "records": telling.records,
            "links": telling.links,
            "rejected": rejects.count,
        }

    def _settle(self, files: ImportFiles) -> dict[str, Any]:
        telling = self._telling(files)
        retired = 0
        for bucket in self._buckets():
            retired += settle(telling, self._earlier(), bucket)
            forget_transaction()
        telling.flush()
        return {"records": telling.records, "retired": retired}

    def _things(self, files: ImportFiles) -> dict[str, Any]:
        feed = Spool(self._folder, FEED, self._part, self._job.buckets)
        things = self._made(files, feed)
        for bucket in self._buckets():
            things.settle_entities(self._earlier(), bucket)
            things.settle_links(self._earlier(), bucket)
            forget_transaction()
        feed.flush()
        return {"entities": things.entities, "links": things.links, "stubs": things.stubs}
