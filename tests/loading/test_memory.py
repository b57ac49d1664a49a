"""What a load keeps in memory is bounded by what already a hundred thousand rows fill, not by how many rows there are."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator

import pytest

from graphsvc.loading import ids
from graphsvc.loading.identifiers import compile_number_check
from graphsvc.loading.seen import Seen


def kept_bytes(texts: Iterator[str]) -> int:
    """What is still held after each of the texts was a key and was compared."""
    ids._quoted.cache_clear()
    ids._folded.cache_clear()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for text in texts:
            ids.encode(text)
            ids.canonical(text)
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_of_plain_keys_nothing_is_kept() -> None:
    assert kept_bytes(f"GB{number:020}" for number in range(20_000)) < 50_000


def test_of_other_texts_no_more_is_kept_the_more_there_are() -> None:
    few = kept_bytes(f"Čapek street {number}" for number in range(5_000))
    assert kept_bytes(f"Čapek street {number}" for number in range(40_000)) < 1.2 * few


@pytest.mark.parametrize("text", ["ABC123", "abc", "Straße", "Ñandú 7", "+44 56", "ǅ", "İx", "²", ""])
def test_a_plain_text_is_compared_as_any_other(text: str) -> None:
    assert ids.canonical(text) == ids._folded(text)


def test_columns_with_numbers_of_one_kind_remember_them_together() -> None:
    assert compile_number_check({"number": "iban"}) is compile_number_check({"number": "iban", "check": "error"})
    assert compile_number_check({"number": "iban"}) is not compile_number_check({"number": "iban", "check": "drop"})


def test_what_was_seen_goes_to_disk_and_is_still_known() -> None:
    digests = [hashlib.blake2b(str(number).encode(), digest_size=16).digest() for number in range(150_000)]
    with Seen() as seen:
        for start in range(0, len(digests), 2000):
            seen.add([(digest, digest[:8], start) for digest in digests[start : start + 2000]])
        (pages,) = seen._db.execute("PRAGMA page_count").fetchone()
        (size,) = seen._db.execute("PRAGMA page_size").fetchone()
        (bound_kib,) = seen._db.execute("PRAGMA cache_size").fetchone()
        assert pages * size > -bound_kib * 1024, "this many rows must not fit into what it may keep in memory"
        assert [n for n, _, _ in seen.add([(digest, b"other", 1) for digest in digests[:2000]])] == [2] * 2000
