"""The Merkle tree of the log, as RFC 6962 (and RFC 9162) define it over SHA-256: hashes, frontier, proofs and their checking.

Nothing here knows a database: what reads hashes from one passes a function. Imports nothing of graphsvc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()
# The hash of every complete subtree of 2^TILE_LEVEL leaves is kept, so that a proof reads some hundred hashes a million entries.
TILE_LEVEL = 8
TILE = 1 << TILE_LEVEL

Subtree = Callable[[int, int], bytes]  # the tree hash of the leaves from the first index up to, without, the second


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962, 2.1: SHA-256(0x00 || leaf)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, 2.1: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """What a tree needs to grow: the hashes of its complete subtrees, the largest first, one for each 1 in the binary form of its size."""

    def __init__(self, size: int = 0, packed: bytes = b"") -> None:
        if len(packed) != HASH_BYTES * size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees, not {len(packed) / HASH_BYTES:g}")
        self.size = size
        self._hashes = [packed[i : i + HASH_BYTES] for i in range(0, len(packed), HASH_BYTES)]

    def push(self, hashed: bytes) -> bytes | None:
        """Add a leaf by its hash; the hash of the tile that it completed, if it did."""
        node, rest, level, tile = hashed, self.size, 0, None
        hashes = self._hashes
        while rest & 1:
            node = sha256(b"\x01" + hashes.pop() + node).digest()
            rest >>= 1
            level += 1
            if level == TILE_LEVEL:
                tile = node
        hashes.append(node)
        self.size += 1
        return tile

    def root(self) -> bytes:
        """The tree hash."""
        if not self._hashes:
            return EMPTY_ROOT
        node = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            node = node_hash(left, node)
        return node

    def packed(self) -> bytes:
        """The hashes in a row, as the constructor takes them."""
        return b"".join(self._hashes)


def tree_hash(hashes: Iterable[bytes]) -> bytes:
    """The tree hash over leaf hashes (or over hashes of equal complete subtrees)."""
    frontier = Frontier()
    for one in hashes:
        frontier.push(one)
    return frontier.root()


def inclusion_proof(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1: the hashes that lead from the leaf to the root, the nearest first."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has none with index {index}")
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            path.append(subtree(middle, high))
            high = middle
        else:
            path.append(subtree(low, middle))
            low = middle
    return path[::-1]


def consistency_proof(subtree: Subtree, old: int, new: int) -> list[bytes]:
    """PROOF of RFC 6962, 2.1.2: shows that the tree of `old` leaves is a prefix of that of `new`; empty for equal sizes or old 0."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves has no prefix of {old}")
    if old in (0, new):
        return []
    path, low, high, whole = [], 0, new, True
    while old != high:
        middle = low + split(high - low)
        if old <= middle:
            path.append(subtree(middle, high))
            high = middle
        else:
            path.append(subtree(low, middle))
            low, whole = middle, False
    if not whole:
        path.append(subtree(low, high))
    return path[::-1]


def root_of_inclusion(hashed: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); None if a path of this length can't be one."""
    if not 0 <= index < size:
        return None
    at, last, node = index, size - 1, hashed
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            node = node_hash(step, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, step)
        at, last = at >> 1, last >> 1
    return node if last == 0 else None


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the proof shows the old tree to be a prefix of the new one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
