"""How far a bulk load is: a file of the steps that are done, beside what they made. The same command goes on after the last of them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any


class State:
    """The steps done of one bulk load. What was begun for other files, or by another version, is given up and deleted."""

    def __init__(self, folder: Path, begun_for: str) -> None:
        self.folder = folder
        self._path = folder / "state.json"
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        self.resumed = bool(kept) and kept["begun_for"] == begun_for
        if not self.resumed:
            shutil.rmtree(folder, ignore_errors=True)
            kept = {"begun_for": begun_for, "steps": {}, "now": None}
        self._kept = kept
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def done(self, step: str) -> Any:
        """What a finished step gave; None if it is not finished."""
        return self._kept["steps"].get(step)

    def begin(self, step: str) -> None:
        """Note which step is being done."""
        self._kept["now"] = step
        self._write()

    def finish(self, step: str, given: Any) -> Any:
        """Note that a step is done, and what it gave."""
        self._kept["steps"][step] = given
        self._write()
        return given

    def forget(self, step: str) -> None:
        self._kept["steps"].pop(step, None)
        self._write()

    def end(self) -> None:
        """All is done: nothing of it is kept."""
        self._path.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self) -> None:
        part = self._path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            json.dump(self._kept, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self._path)
