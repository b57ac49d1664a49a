"""Why Neo4j did not come up: the known causes, told in one sentence from its log. Pure; imports nothing of graphsvc."""

from __future__ import annotations

import re
from collections.abc import Sequence

PORT_TAKEN = "another program took its port"

_CAUSES: tuple[tuple[str, str], ...] = (
    (r"Address already in use", PORT_TAKEN),
    (r"No space left on device|Disk quota exceeded", "the disk is full"),
    (r"Could not reserve enough space|Cannot allocate memory|insufficient memory", "the machine has too little free memory for its heap"),
    (
        r"Invalid (?:initial|maximum) heap size|Initial heap size set to a larger|Too small (?:initial|maximum) heap",
        "its heap size is not valid",
    ),
    (r"OutOfMemoryError", "its heap is too small (GRAPHSVC_DB_HEAP_MB)"),
    (r"Lock file has been locked by another process|FileLockException", "another Neo4j is using its files"),
    (r"Permission denied|AccessDeniedException|Read-only file system", "it may not write its files"),
    (r"Error opening zip file|zip END header not found|Could not find or load main class|NoClassDefFoundError", "its jars are damaged"),
    (r"UnsupportedClassVersionError|Unrecognized (?:VM )?option", "this Java can't run it"),
    (r"Error evaluating value for setting|Failed to read config|Unrecognized setting", "its configuration is not valid"),
    (r"StoreVersion|upgrade of the store|not supported by this version of Neo4j", "its files were written by another version of Neo4j"),
)


def cause(log: Sequence[str]) -> str | None:
    """The reason that the lines of a log give, as half a sentence; None when none is known."""
    text = "\n".join(log)
    return next((told for pattern, told in _CAUSES if re.search(pattern, text)), None)


def excerpt(log: Sequence[str], count: int = 12) -> list[str]:
    """The last lines that say something: stack frames are left out."""
    telling = [line for line in log if not re.match(r"\s*(at |\.\.\. \d+ more)", line)]
    return telling[-count:]
