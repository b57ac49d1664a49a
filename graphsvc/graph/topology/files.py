"""A topology's files: one folder a snapshot, mapped into memory so that processes share it; `current` names the one in use.

Imports numpy and the state. A folder gets its name only when all of it is on the disk, so that a crash leaves nothing half-written
in use. The files are of the graph's machine only and can be deleted at any time.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphsvc.graph.topology.arrays import Arrays, read_only
from graphsvc.graph.topology.state import State

FORMAT = 3
_ARRAYS = ("offset", "neighbour", "rule", "rel", "when", "begin", "until", "order", "code", "number", "sorted_number", "node_at")
_NOTHING: dict[str, npt.NDArray[Any]] = {
    "gone": np.zeros(0, np.bool_),
    "more_at": np.zeros(0, np.int32),
    "more_offset": np.zeros(1, np.int64),
    "more_neighbour": np.zeros(0, np.int32),
    "more_rule": np.zeros(0, np.uint16),
    "more_when": np.zeros(0, np.uint32),
}


def write(folder: Path, told: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Write a snapshot and make it the current one. `told`: graph, seq, at, codes, rules."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{told['seq']}-{secrets.token_hex(4)}"
    unfinished = folder / f"{name}.new"
    unfinished.mkdir(mode=0o700)
    for each in _ARRAYS:
        with (unfinished / f"{each}.npy").open("wb") as file:
            np.save(file, arrays[each])
            os.fsync(file.fileno())
    sizes = {each: (unfinished / f"{each}.npy").stat().st_size for each in _ARRAYS}
    _write_text(unfinished / "topology.json", json.dumps({"format": FORMAT, "sizes": sizes, **told}))
    os.rename(unfinished, folder / name)
    _write_text(folder / "current.new", name)
    os.replace(folder / "current.new", folder / "current")
    # Who has the old files mapped keeps them; names go at once.
    for other in folder.iterdir():
        if other.is_dir() and other.name != name:
            shutil.rmtree(other, ignore_errors=True)


def current_name(folder: Path) -> str | None:
    """The name of the snapshot in use, or None."""
    try:
        return (folder / "current").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def read(folder: Path) -> State | None:
    """The current snapshot, or None where there is none that is whole and of this format."""
    name = current_name(folder)
    if name is None:
        return None
    try:
        told = json.loads((folder / name / "topology.json").read_text(encoding="utf-8"))
        if told["format"] != FORMAT or any((folder / name / f"{each}.npy").stat().st_size != told["sizes"][each] for each in _ARRAYS):
            return None
        arrays: dict[str, npt.NDArray[Any]] = {each: read_only(np.load(folder / name / f"{each}.npy", mmap_mode="r")) for each in _ARRAYS}
    except (OSError, ValueError, KeyError):
        return None
    return State(
        graph=told["graph"],
        seq=told["seq"],
        at=told["at"],
        arrays=Arrays(**{each: arrays[each] if each in arrays else read_only(_NOTHING[each]) for each in Arrays._fields}),
        codes=tuple((compartment, type) for compartment, type in told["codes"]),
        rules=tuple((type, tuple(compartments), records) for type, compartments, records in told["rules"]),
        number=arrays["number"],
        sorted_number=arrays["sorted_number"],
        node_at=arrays["node_at"],
    )


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
