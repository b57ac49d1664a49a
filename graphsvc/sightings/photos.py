"""Photographs of sightings: files in a folder a source, named by their SHA-256, given out only where a sighting in view refers to them.

May import the graph.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from graphsvc.errors import InputError, IntegrityError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.sightings.exact import require_exact

MOST_BYTES = 20 * 1024 * 1024  # a camera's full frame is 2 to 10 MB as JPEG
_SHA256 = re.compile("[0-9a-f]{64}")
_SOURCE = re.compile("[a-z][a-z0-9_]{1,40}")
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph whose hash was checked again."""

    sha256: str
    media_type: str
    """`image/png` or `image/jpeg`, by the file's content."""
    data: bytes


@dataclass(frozen=True, slots=True)
class PhotosAdded:
    added: int
    known: int
    """Files whose content was there already."""
    bytes: int
    """Of those added."""

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def photo(graph: Graph, view: View, inquiry: Inquiry, sha256: str, *, folder: Path, today: date) -> Photo:
    """A photograph by its SHA-256 (hex) from `folder`, if a sighting in view, within retention, refers to it.

    Raises NotFound, in the same words whether there is no such photograph, none in view or no file; IntegrityError when the file does not
    match the hash.
    """
    require_exact(view)
    sources = [source for source in _sources(folder) if holds(folder, source, sha256)]
    rows = graph.ask(view, inquiry, "sightings/photo", sha256=sha256, sources=sources, today=today.isoformat())
    if not rows:
        raise NotFound("No photograph of a sighting in view has that SHA-256.", hint="A look-up of sightings gives the hashes of theirs.")
    data = _path(folder, rows[0]["source"], sha256).read_bytes()
    kind = _kind(data)
    if hashlib.sha256(data).hexdigest() != sha256 or kind is None:
        raise IntegrityError(f"The file of the photograph {sha256} was changed.", hint="Restore it from a backup, or import it again.")
    return Photo(sha256, kind, data)


def add_photos(folder: Path, source: str, paths: Sequence[Path]) -> PhotosAdded:
    """Import photographs of a source into `folder`, files or folders of files; what is there already stays as it is.

    All files are looked at before the first is imported. Raises InputError for one that is no PNG or JPEG, is too large, or is named by a
    SHA-256 that is not its own.
    """
    if not _SOURCE.fullmatch(source):
        raise InputError(f"{source!r} can't be a source.", hint="`graphsvc source list` names them.")
    files = _files(paths)
    hashes = [_checked(path) for path in files]
    added = known = size = 0
    for path, sha256 in zip(files, hashes, strict=True):
        if holds(folder, source, sha256):
            known += 1
            continue
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise InputError(f"{path} changed while it was read.", hint="Import it again.")
        _write(_path(folder, source, sha256), data)
        added += 1
        size += len(data)
    return PhotosAdded(added, known, size)


def holds(folder: Path, source: str, sha256: str) -> bool:
    """Whether the folder has a file of that name: no user's text becomes a path that is not a hash."""
    return bool(_SHA256.fullmatch(sha256)) and _path(folder, source, sha256).is_file()


def _path(folder: Path, source: str, sha256: str) -> Path:
    return folder / source / sha256


def _sources(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if _SOURCE.fullmatch(path.name)) if folder.is_dir() else []


def _files(paths: Sequence[Path]) -> list[Path]:
    files = [file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path]) if not file.is_dir()]
    if missing := [path for path in files if not path.is_file()]:
        raise InputError(f"There is no file {missing[0]}.")
    if not files:
        raise InputError("No photographs were given.", hint="Give files, or folders of files.")
    return files


def _checked(path: Path) -> str:
    """The SHA-256 of a file that may be imported."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InputError(f"{path} has {size:,} bytes; a photograph has at most {MOST_BYTES:,}.")
    data = path.read_bytes()
    if _kind(data) is None:
        raise InputError(f"{path} is neither PNG nor JPEG.", hint="Nothing was imported. Take it out, or convert it.")
    sha256 = hashlib.sha256(data).hexdigest()
    if _SHA256.fullmatch(path.stem) and path.stem != sha256:
        raise InputError(f"{path} is named by a SHA-256 that is not its own, which is {sha256}.", hint="Nothing was imported.")
    return sha256


def _kind(data: bytes) -> str | None:
    return next((media_type for start, media_type in _KINDS.items() if data.startswith(start)), None)


def _write(path: Path, data: bytes) -> None:
    """Readable by the owner alone, and never half there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
