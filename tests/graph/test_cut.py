"""A read whose connection is cut is done once more, and whoever asked does not notice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.settings import Settings

pytestmark = pytest.mark.neo4j
VIEW, INQUIRY = View(("register",), "paths"), Inquiry("cut", "ann", "none")
# About a second.
_LONG = "UNWIND range(1, 3000000) AS i WITH i WHERE i % 3 = 5 OR i = 7 RETURN count(i) AS n, $compartments AS of"


class Proxy:
    """Between the driver and Neo4j; cuts all connections when it is told to."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to, self._open = to, list[socket.socket]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._to)
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)

    def cut(self) -> int:
        """Cut what is open; returns how many connections that were."""
        cut, self._open = self._open, []
        for one in cut:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        return len(cut) // 2

    def close(self) -> None:
        self._listener.close()
        self.cut()


@pytest.fixture
def proxy(settings: Settings) -> Iterator[Proxy]:
    assert settings.neo4j_uri is not None
    host, _, port = settings.neo4j_uri.rpartition("/")[2].partition(":")
    proxy = Proxy((host, int(port)))
    yield proxy
    proxy.close()


@pytest.fixture
def over(settings: Settings, proxy: Proxy) -> Iterator[Graph]:
    """The graph by way of the proxy."""
    assert settings.neo4j_password is not None
    with Graph.connect(f"bolt://127.0.0.1:{proxy.port}", "neo4j", settings.neo4j_password.get_secret_value()) as graph:
        yield graph


def test_a_connection_that_was_cut_meanwhile_costs_nobody_an_answer(over: Graph, proxy: Proxy) -> None:
    for _ in range(2):
        assert over.ask(VIEW, INQUIRY, "read/entity", ids=["a"]) == []
        assert proxy.cut() > 0
    assert over.ask(VIEW, INQUIRY, "read/entity", ids=["a"]) == []


def test_nor_does_one_that_is_cut_while_it_is_read(over: Graph, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphsvc.graph.driver.query", lambda name, **_: _LONG)
    cut: list[int] = []
    threading.Timer(0.2, lambda: cut.append(proxy.cut())).start()
    assert over.ask(VIEW, INQUIRY, "read/entity", ids=["a"]) == [{"n": 1, "of": ["register"]}]
    assert cut and cut[0] > 0
