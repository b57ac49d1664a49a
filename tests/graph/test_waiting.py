"""A question that nobody waits for any more is ended in the database, too."""

from __future__ import annotations

import threading
import time

import pytest

from graphsvc.errors import Cancelled
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View

pytestmark = pytest.mark.neo4j

_LONG = "UNWIND range(1, 100000000000) AS i WITH i WHERE i % 2 = 3 RETURN i, $compartments AS of"
_OURS = "SHOW TRANSACTIONS YIELD metaData, currentQuery WHERE metaData.inquiry = 'waiting' RETURN count(*) AS n"
VIEW, INQUIRY = View(("register",), "paths"), Inquiry("waiting", "ann", "none")


@pytest.fixture
def _long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every query of a question counts to a hundred thousand million."""
    monkeypatch.setattr("graphsvc.graph.driver.query", lambda name, **_: _LONG if name == "read/entity" else _query(name))


def _query(name: str) -> str:
    from graphsvc.graph.queries import query

    return query(name)


@pytest.mark.usefixtures("_long")
def test_a_query_ends_when_whoever_asked_goes_away(graph: Graph) -> None:
    left = threading.Event()
    threading.Timer(1.0, left.set).start()
    began = time.monotonic()
    with pytest.raises(Cancelled, match="went away"):
        graph.waited_for(left.is_set).ask(VIEW, INQUIRY, "read/entity", ids=["a"])
    assert 1.0 <= time.monotonic() - began < 15
    assert graph.look(_OURS) == [{"n": 0}]


def test_one_that_is_waited_for_gets_its_answer_and_what_goes_wrong(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = graph.waited_for(lambda: False)
    assert waiting.ask(VIEW, INQUIRY, "read/entity", ids=["a"]) == []
    monkeypatch.setattr("graphsvc.graph.driver.query", lambda name, **_: "RETURN 1 / 0 AS n, $compartments AS of")
    with pytest.raises(Exception, match="could not run"):
        waiting.ask(VIEW, INQUIRY, "read/entity", ids=["a"])


def test_the_graph_itself_stays_as_it_is(graph: Graph) -> None:
    assert graph.waited_for(lambda: True).gone is not None and graph.gone is None
