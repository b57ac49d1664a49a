"""The rejects file: every row that could not be mapped, with its line, the reason and its bytes. JSON lines, readable by its owner only."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Self


class Rejects:
    """Written as the load runs; the file is there only if something was rejected. A resumed load writes it anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.unlink(missing_ok=True)
        self._file: int | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)

    def write(self, file: str, line: int, code: str, reason: str, raw: bytes | None) -> None:
        """Append one row; bytes that are not UTF-8 are kept as `raw_base64`. None: nothing of the row may be kept."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        entry: dict[str, object] = {"file": file, "line": line, "code": code, "reason": reason}
        try:
            if raw is not None:
                entry["raw"] = raw.decode()
        except UnicodeDecodeError:
            entry["raw_base64"] = base64.b64encode(raw or b"").decode()
        line_of_file = memoryview(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        while line_of_file:  # a disk that fills up takes a part before it refuses
            line_of_file = line_of_file[os.write(self._file, line_of_file) :]
        self.count += 1
