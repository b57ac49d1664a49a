"""What a load asks of the interpreter ends with it."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

from graphsvc.loading.interpreter import forget_transaction, tuned


def test_the_interpreter_is_as_it_was_after_a_load_that_failed() -> None:
    before = sys.getswitchinterval(), gc.isenabled()
    with pytest.raises(KeyError), tuned():
        assert sys.getswitchinterval() < before[0] and not gc.isenabled()
        raise KeyError
    assert (sys.getswitchinterval(), gc.isenabled()) == pytest.approx(before)


class Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_what_a_transaction_keeps_in_a_cycle_is_freed_after_it() -> None:
    with tuned():
        left = weakref.ref(Cycle())
        assert left() is not None
        forget_transaction()
        assert left() is None


def test_what_outlives_a_transaction_is_freed_some_time() -> None:
    with tuned():
        kept = Cycle()
        forget_transaction()
        left = weakref.ref(kept)
        del kept
        for _ in range(60):
            forget_transaction()
        assert left() is None
