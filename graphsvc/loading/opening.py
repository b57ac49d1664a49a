"""What every load begins with: its files as they are given, one at a time, and what is kept of it from the first row on.

May import the parts of `loading` that read, and the graph's types.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from graphsvc.errors import Conflict, InputError
from graphsvc.graph.types import utc_now
from graphsvc.loading.prepare import InputFile, as_of_of, table_of
from graphsvc.loading.readers import hash_file
from graphsvc.loading.report import Report
from graphsvc.loading.spec import Spec, Value
from graphsvc.loading.specfile import LoadedSource

# No source can be called so.
_EVERYTHING = "+all"


def input_files(spec: Spec, paths: Sequence[Path], as_of: str | None, full: bool) -> list[InputFile]:
    """The files of a load, each with its table, hash and as-of date. Raises InputError for what can't be loaded together."""
    if not paths:
        raise InputError("No files were given.", hint="graphsvc load SOURCE FILE...")
    files = []
    for path in paths:
        if path.is_dir():
            raise InputError(f"{path} is a folder.", hint="Give its files.")
        if not path.is_file():
            raise InputError(f"There is no file {path}.")
        table = table_of(path, spec)
        day = as_of_of(path, spec.tables[table], spec, as_of)
        if full and day is None:
            raise InputError(f"With --full, {path.name} needs an as-of date for the whole file.", hint="Add --as-of YYYY-MM-DD.")
        files.append(InputFile(path, table, hash_file(path), path.stat().st_size, day))
    twice = {file.sha256 for file in files if sum(f.sha256 == file.sha256 for f in files) > 1}
    if twice:
        raise InputError(f"The same content was given twice: {', '.join(f.path.name for f in files if f.sha256 in twice)}.")
    if full and len({file.as_of for file in files}) > 1:
        raise InputError("With --full, all files must be of one as-of date.", hint="Load the dates one after the other.")
    return files


@contextmanager
def one_at_a_time(home: Path, source: str) -> Iterator[None]:
    """Hold the right to load a source, beside loads of others. Raises Conflict while it, or everything, is being loaded."""
    with ExitStack() as held:
        held.enter_context(_locked(home, _EVERYTHING, fcntl.LOCK_SH, "A bulk load is running now.", "Wait for it to end."))
        hint = "Wait for it: `graphsvc load list` shows how far it is."
        held.enter_context(_locked(home, source, fcntl.LOCK_EX, f"Another process is loading {source} now.", hint))
        yield


@contextmanager
def nothing_beside(home: Path) -> Iterator[None]:
    """Hold the right to load, alone. Raises Conflict while anything is being loaded."""
    with _locked(home, _EVERYTHING, fcntl.LOCK_EX, "Another process is loading now.", "A bulk load runs alone: wait for it to end."):
        yield


@contextmanager
def _locked(home: Path, name: str, how: int, busy: str, hint: str) -> Iterator[None]:
    path = home / "locks" / f"load-{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(busy, hint=hint) from error
        yield


def new_load_id(source: str, now: str) -> str:
    return f"{source}/load/{now[:19].replace(':', '').replace('-', '')}-{secrets.token_hex(3)}"


def load_properties(
    source: LoadedSource, files: Sequence[InputFile], id: str, now: str, *, given_as_of: str | None, full: bool, batch_rows: int
) -> dict[str, Any]:
    """What a new Load node says before its first row."""
    return {
        "id": id,
        "status": "running",
        "pid": os.getpid(),
        "source": source.spec.id,
        "started_at": now,
        "files": [file.path.name for file in files],
        "file_sha256": [file.sha256 for file in files],
        "tables": sorted({file.table for file in files}),
        "as_of": [file.as_of or "each row's own" for file in files],
        "given_as_of": given_as_of,
        "full": full,
        "full_as_of": files[0].as_of if full else None,
        "spec_sha256": source.spec_sha256,
        "policy_sha256": source.policy.sha256,
        "batch_rows": batch_rows,
        "rows_done": 0,
        "columns": ["" for _ in files],
        "report": json.dumps(Report().as_dict()),
    }


def source_properties(source: LoadedSource) -> dict[str, Any]:
    """What the Source node says."""
    spec = source.spec
    return {
        "id": spec.id,
        "title": spec.title,
        "publisher": spec.publisher,
        "licence": spec.licence,
        "url": spec.url,
        "description": spec.description,
        "people_numbered": spec.people_numbered,
        "spec_sha256": source.spec_sha256,
        "policy_sha256": source.policy.sha256,
        "compartments": list(source.policy.policy.compartments(spec.id)),
    }


def spec_properties(source: LoadedSource) -> dict[str, Any]:
    """What the Spec node says: the text under its hash."""
    return {"sha256": source.spec_sha256, "source": source.spec.id, "text": source.spec_text}


def ending(report: Report, seconds: float, status: str, **more: Any) -> dict[str, Any]:
    """What a Load node says at its end."""
    return {
        "status": status,
        "finished_at": utc_now(),
        "seconds": round(seconds, 3),
        "rows": report.rows,
        "accepted": report.accepted,
        "rejected": report.rejected_total,
        "report": json.dumps(report.as_dict()),
        **more,
    }


def link_types(spec: Spec) -> list[str]:
    """Every type of link that a spec can make, sorted."""
    types: set[str] = set()
    for table in spec.tables.values():
        for link in table.links.values():
            types.update(t for t in (link.type.map or {}).values() if t) if isinstance(link.type, Value) else types.add(link.type)
    return sorted(types)


def rejects_path(home: Path, load_id: str) -> Path:
    """Where a load's rejects file lies."""
    return home / "rejects" / f"{load_id.replace('/', '_')}.jsonl"
