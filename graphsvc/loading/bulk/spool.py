"""What has to meet, kept on disk: items with equal keys come together in one bucket, and a bucket fits into memory.

Blocks of items are written as Python's own marshal format, which is the fastest there is; what it can't take (points) goes as a pickle.
The files live as long as the bulk load, in a folder that only their owner can read. Imports nothing of graphsvc.
"""

from __future__ import annotations

import marshal
import pickle
import struct
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

# Items that wait in memory to be written together, over all buckets: some 20 MB.
_HELD = 40_000
_HEAD = struct.Struct("<cI")
# What a bucket may hold, in bytes on disk: some ten times as much in memory while it is worked on.
_BUCKET_BYTES = 4_000_000
_FEWEST, _MOST = 4, 1024


def buckets_for(bytes_expected: int) -> int:
    """How many buckets keep each of them small."""
    return min(_MOST, max(_FEWEST, bytes_expected // _BUCKET_BYTES))


class Spool:
    """Writes items into the buckets of one folder; `part` tells its files from those of other processes."""

    def __init__(self, folder: Path, kind: str, part: str, buckets: int) -> None:
        self._folder, self._kind, self._part, self._buckets = folder, kind, part, buckets
        self._waiting: dict[int, list[Any]] = defaultdict(list)
        self._held = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def add(self, key: str, item: tuple[Any, ...]) -> None:
        """Put an item into the bucket of its key."""
        self.put(crc32(key.encode()) % self._buckets, item)

    def put(self, bucket: int, item: tuple[Any, ...]) -> None:
        self._waiting[bucket].append(item)
        self._held += 1
        if self._held >= _HELD:
            self.flush()

    def flush(self) -> None:
        for bucket, items in self._waiting.items():
            with (self._folder / _name(self._kind, bucket, self._part)).open("ab") as file:
                try:
                    block, how = marshal.dumps(items), b"m"
                except ValueError:
                    block, how = pickle.dumps(items, protocol=pickle.HIGHEST_PROTOCOL), b"p"
                file.write(_HEAD.pack(how, len(block)))
                file.write(block)
        self._waiting.clear()
        self._held = 0


def read(folders: Sequence[Path], kind: str, bucket: int) -> Iterator[tuple[Any, ...]]:
    """All items of a bucket, whoever wrote them."""
    for folder in folders:
        for path in sorted(folder.glob(_name(kind, bucket, "*"))):
            with path.open("rb") as file:
                while head := file.read(_HEAD.size):
                    how, size = _HEAD.unpack(head)
                    loads: Callable[[bytes], list[tuple[Any, ...]]] = marshal.loads if how == b"m" else pickle.loads
                    yield from loads(file.read(size))


def _name(kind: str, bucket: int, part: str) -> str:
    return f"{kind}-{bucket:04}-{part}.spool"
