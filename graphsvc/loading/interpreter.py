"""What a load asks of the Python interpreter while it runs: threads that take turns often, garbage sought once a batch. Imports nothing.

Reading, writing and waiting for the server are threads of one interpreter. By default one that computes keeps the others waiting for
5 ms at each turn, and every statement to the server takes several turns. And by default Python looks for garbage in cycles after every
700 new objects; rows hold no cycles, but the driver keeps in one what a transaction has sent, so once after each is right.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SWITCH_S = 0.0005
# Transactions between two searches through everything, for what outlived the transaction that made it: some 0.1 s each.
_ALL_AFTER = 50


@contextmanager
def tuned() -> Iterator[None]:
    """The interpreter as a load wants it, and afterwards as it was."""
    switch, collected = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_SWITCH_S)
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(switch)
        if collected:
            gc.enable()


def forget_transaction() -> None:
    """Free what the transaction that just ended has left: made since the one before, so the youngest objects are nearly always enough."""
    young_searches = gc.get_count()[1]
    gc.collect(0 if young_searches < _ALL_AFTER else 2)
