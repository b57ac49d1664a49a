"""The jars of Neo4j and GDS: which ones (the lock beside this file), and whether the user's cache holds them undamaged.

May import errors, and the fetching, locks and progress beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graphsvc.errors import ServerStartError
from graphsvc.graph.locks import exclusive
from graphsvc.graph.progress import Progress, Silent

LOCK_FILE = Path(__file__).with_name("neo4j-5.26.lock.toml")


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked artifact: Maven coordinates, SHA-256 (hex) and size in bytes."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str
    size: int

    @property
    def coordinates(self) -> str:
        return ":".join(filter(None, (self.group, self.artifact, self.version, self.classifier)))

    @property
    def path(self) -> Path:
        """Where it lies in a Maven repository and in our cache."""
        name = "-".join(filter(None, (self.artifact, self.version, self.classifier)))
        return Path(*self.group.split("."), self.artifact, self.version, f"{name}.jar")


@dataclass(frozen=True, slots=True)
class JarLock:
    """Which jars make this server: the versions that people know it by, and every jar of its class path in order."""

    neo4j: str
    gds: str
    jars: tuple[Jar, ...]


def read_lock(path: Path = LOCK_FILE) -> JarLock:
    """The lock file's content. Raises ServerStartError when it is missing or damaged."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        jars = []
        for entry in data["jars"]:
            group, artifact, version, *classifier = entry["at"].split(":")
            sha256 = entry["sha256"]
            if len(bytes.fromhex(sha256)) != 32:
                raise ValueError(f"the SHA-256 of {entry['at']} is not one")
            jars.append(Jar(group, artifact, version, "".join(classifier), sha256, int(entry["bytes"])))
        return JarLock(str(data["neo4j"]), str(data["gds"]), tuple(jars))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ServerStartError(f"The list of Neo4j's jars, {path.name}, is damaged: {error!r}.", hint="Install graphsvc again.") from error


def installed(lock: JarLock, cache: Path, progress: Progress | None = None, *, repositories: Mapping[str, str] | None = None) -> list[Path]:
    """The paths of all jars of the lock under `cache`, in the lock's order; what is missing or damaged is fetched.

    `repositories` (name -> URL) replaces the places to fetch from; by default jgo's: Maven Central, and what the user's jgo
    configuration names. Raises ServerStartError when a jar can't be fetched or stored.
    """
    progress = progress or Silent()
    folder = cache / "jars"
    if _missing(lock, folder):
        # jgo takes a third of a second to import, and only a fetch needs it.
        from graphsvc.graph.jars_fetch import fetch

        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServerStartError(f"The cache {folder} can't be made: {error}.", hint="Set GRAPHSVC_CACHE to another folder.") from error
        with exclusive(cache / "jars.lock", on_wait=lambda: progress.say("Another graphsvc is fetching Neo4j; waiting for it.")):
            # Asked again: whoever held the lock may have fetched them.
            if missing := _missing(lock, folder):
                fetch(missing, folder, progress, repositories)
    return [folder / jar.path for jar in lock.jars]


def _missing(lock: JarLock, folder: Path) -> list[Jar]:
    """Jars that are not there as locked. A file whose sum was checked is hashed again only if its size or time changed."""
    stamps = folder / "checked.json"
    known = _read_stamps(stamps)
    found: dict[str, list[int]] = {}
    missing = []
    for jar in lock.jars:
        path = folder / jar.path
        try:
            status = path.stat()
        except OSError:
            missing.append(jar)
            continue
        stamp = [status.st_size, status.st_mtime_ns]
        if status.st_size == jar.size and (known.get(jar.sha256) == stamp or _sha256(path) == jar.sha256):
            found[jar.sha256] = stamp
        else:
            missing.append(jar)
    if any(known.get(sha256) != stamp for sha256, stamp in found.items()):
        _write_stamps(stamps, {**known, **found})
    return missing


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_stamps(path: Path) -> dict[str, list[int]]:
    try:
        stamps = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _write_stamps(path: Path, stamps: dict[str, list[int]]) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(stamps), encoding="utf-8")
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)  # only the next start's speed hangs on it
