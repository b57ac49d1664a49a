"""A write transaction: statements sent ahead take effect in order, and none of them fails in silence."""

from __future__ import annotations

import pytest

from graphsvc.errors import DatabaseError
from graphsvc.graph.driver import Graph, Tx

pytestmark = pytest.mark.neo4j

_LOAD = {"source": {"id": "abc"}, "spec": {"sha256": "0", "text": "none"}, "load": {"id": "abc/load/1"}}


def _spec_text(graph: Graph) -> list[dict[str, object]]:
    return graph.run("loading/spec_text", sha256="0")


def test_what_was_sent_is_there_for_what_is_run_after_it(graph: Graph) -> None:
    def work(tx: Tx) -> object:
        tx.send("loading/load_open", **_LOAD)
        tx.send("loading/load_close", id="abc/load/1", set={"status": "finished"})
        return tx.run("loading/load_by_id", id="abc/load/1")[0]["l"]

    assert graph.write(work) == {"id": "abc/load/1", "status": "finished"}


def test_the_transaction_waits_for_what_was_sent_last(graph: Graph) -> None:
    graph.write(lambda tx: tx.send("loading/load_open", **_LOAD))
    assert _spec_text(graph) == [{"text": "none"}]


@pytest.mark.parametrize("then", [lambda tx: None, lambda tx: tx.run("loading/spec_text", sha256="0"), lambda tx: tx.wait()])
def test_a_statement_that_fails_after_it_was_sent_undoes_the_transaction(graph: Graph, then: object) -> None:
    def work(tx: Tx) -> None:
        tx.send("loading/load_open", **_LOAD)
        tx.send("loading/load_close", id="abc/load/1", set="no map")
        assert callable(then)
        then(tx)

    with pytest.raises(DatabaseError, match="could not run write"):
        graph.write(work)
    assert _spec_text(graph) == []


def test_an_error_of_the_caller_undoes_what_was_sent(graph: Graph) -> None:
    def work(tx: Tx) -> None:
        tx.send("loading/load_open", **_LOAD)
        raise KeyError("of the caller")

    with pytest.raises(KeyError):
        graph.write(work)
    assert _spec_text(graph) == []
