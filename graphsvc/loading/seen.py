"""What a load has already seen: counts equal event rows of a file and finds keys given twice. On disk, so memory stays flat.

A temporary SQLite file of digests; it lives as long as the load runs and holds nothing that could be read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Self

_CHUNK = 500  # below SQLite's smallest limit of parameters in one statement
# The bound on its memory: what 100,000 rows take, so that a load of more takes no more. Digests come in no order, so that keeping
# a larger part of a large file spares little: 32 MB would spare 0.5 s in half a million rows, 1.3 s in a million.
_CACHE_KIB = 4000


class Seen:
    """Remembers, for a digest of 16 bytes, how often it came and the first content and line."""

    def __init__(self) -> None:
        # An unnamed database: SQLite keeps it in a temporary file of its own and removes it when the connection ends.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._db.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, n INTEGER, content BLOB, line INTEGER) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, rows: Sequence[tuple[bytes, bytes, int]]) -> list[tuple[int, bytes, int]]:
        """For each (digest, content, line) in order: which occurrence of the digest it is, and the first content and line."""
        known: dict[bytes, tuple[int, bytes, int]] = {}
        digests = list({row[0] for row in rows})
        for start in range(0, len(digests), _CHUNK):
            part = digests[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            for digest, n, content, line in self._db.execute(f"SELECT digest, n, content, line FROM seen WHERE digest IN ({marks})", part):
                known[digest] = (n, content, line)
        results = []
        for digest, content, line in rows:
            n, first, first_line = known.get(digest, (0, content, line))
            known[digest] = (n + 1, first, first_line)
            results.append((n + 1, first, first_line))
        self._db.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", ((digest, *known[digest]) for digest in sorted(digests)))
        return results
