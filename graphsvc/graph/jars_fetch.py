"""Fetching jars: jgo's Maven machinery says where an artifact lies, this module brings it here checked and whole.

jgo's own download is not used: it writes into the final place, asks the repository twice a jar, and only warns about a
wrong sum. May import errors, and the jars and progress beside it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING

from jgo.config import GlobalSettings
from jgo.maven import MavenContext
from jgo.util import http

from graphsvc.errors import ServerStartError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphsvc.graph.jars import Jar
    from graphsvc.graph.progress import Progress

# Latency holds back fewer (most jars are small); more would gain little and be rude to a public repository.
_THREADS = 8
# Repositories break connections now and then; a lasting fault should still be told soon.
_ATTEMPTS = 3
_TIMEOUT_S = 20
_CHUNK_BYTES = 1 << 16
_OTHER_DISK = "Free some space, or set GRAPHSVC_CACHE to a folder on another disk."


def fetch(jars: list[Jar], folder: Path, progress: Progress, repositories: Mapping[str, str] | None = None) -> None:
    """Bring the jars into `folder`, laid out as Maven does. Call it under the cache's lock.

    Raises ServerStartError at the first jar that can't be fetched or stored; those already whole stay.
    """
    total = sum(jar.size for jar in jars)
    _check_space(folder, total)
    progress.say(f"Fetching {len(jars)} jars of Neo4j and GDS ({total / 1e6:.0f} MB), once for this user.")
    named = repositories if repositories is not None else GlobalSettings.load().repositories
    context = MavenContext(repo_cache=folder, remote_repos=dict(named) or None, timeout=_TIMEOUT_S)
    count = _Count(total, progress)
    stop = Event()
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="jars") as pool:
        waiting = [pool.submit(_fetch_one, jar, folder, context, count, stop) for jar in jars]
        try:
            for done in as_completed(waiting):
                done.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


class _Count:
    """Bytes that arrived so far, over all threads."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._lock = Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self._done += count
            self._progress.bytes_done("Neo4j and GDS", self._done, self._total)


def _fetch_one(jar: Jar, folder: Path, context: MavenContext, count: _Count, stop: Event) -> None:
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact(jar.classifier)
    path = folder / jar.path
    where = f"{artifact.component.path_prefix.as_posix()}/{artifact.filename}"
    problem = "no repository is named"
    for repository in list(context.remote_repos.values()) * _ATTEMPTS:
        if stop.is_set():
            return
        with _disk_errors(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        problem = _try(f"{repository.rstrip('/')}/{where}", jar, path, count, stop)
        if not problem:
            return
    raise ServerStartError(
        f"The jar {jar.coordinates} could not be fetched: {problem}.",
        hint="Check the network (a proxy is taken from HTTPS_PROXY) and try again; what was fetched already is kept.",
    )


def _try(url: str, jar: Jar, path: Path, count: _Count, stop: Event) -> str:
    """Fetch once; returns what was wrong, or nothing when the jar is in its place."""
    part = path.with_name(f"{path.name}.part")
    digest = hashlib.sha256()
    size = 0
    try:
        with http.get(url, stream=True, timeout=_TIMEOUT_S) as response:
            if response.status_code != 200:
                return f"the repository answered HTTP {response.status_code}"
            with _disk_errors(path.parent):
                file = part.open("wb")
            with file:
                for chunk in response.iter_content(_CHUNK_BYTES):
                    with _disk_errors(path.parent):
                        file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                    count.add(len(chunk))
                    if stop.is_set() or size > jar.size:
                        break
                with _disk_errors(path.parent):
                    file.flush()
    except OSError as error:  # every network fault, from requests down to the socket, is one
        count.add(-size)
        return _plain(error)
    if stop.is_set():
        return ""
    if size != jar.size or digest.hexdigest() != jar.sha256:
        count.add(-size)
        with _disk_errors(path.parent):
            part.unlink(missing_ok=True)
        return "what arrived does not have the locked SHA-256"
    with _disk_errors(path.parent):
        os.replace(part, path)
    return ""


def _plain(error: OSError) -> str:
    """The innermost cause in a few words: the outer texts repeat the whole chain with object addresses."""
    inner: BaseException = error
    while inner.__cause__ or inner.__context__:
        inner = inner.__cause__ or inner.__context__ or inner
    return str(inner.args[-1] if isinstance(inner, OSError) and inner.args else inner) or type(inner).__name__


def _check_space(folder: Path, needed: int) -> None:
    with _disk_errors(folder):
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise ServerStartError(f"Neo4j's jars need {needed / 1e6:.0f} MB and {folder} has {free / 1e6:.0f} MB left.", hint=_OTHER_DISK)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
        raise ServerStartError(f"Neo4j's jars can't be stored in {folder}: {what}.", hint=_OTHER_DISK) from error
