"""The managed Neo4j as it really runs: closed, limited, and found again after whatever happened to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from graphsvc.connections.paths import find_paths
from graphsvc.errors import DatabaseError, ServerStartError
from graphsvc.graph.driver import Graph
from graphsvc.graph.open import connect, open_graph
from graphsvc.graph.server import USER, ManagedServer, Running
from graphsvc.graph.status import status
from graphsvc.graph.view import Inquiry, View
from graphsvc.settings import Settings

pytestmark = pytest.mark.neo4j


class Told:
    """Collects what a start or stop says."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def bytes_done(self, label: str, done: int, total: int) -> None:
        pass


@pytest.fixture
def server(server_settings: Settings) -> ManagedServer:
    return ManagedServer(server_settings)


INQUIRY = Inquiry("i", "somebody", "investigation")


def running(server: ManagedServer) -> Running:
    found = server.running()
    assert found is not None
    return found


def test_it_listens_on_loopback_and_bolt_only(server: ManagedServer) -> None:
    found = running(server)
    listening = [c.laddr for c in psutil.Process(found.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert [(address.ip.removeprefix("::ffff:"), address.port) for address in listening] == [("127.0.0.1", found.port)]


def test_the_secret_is_generated_private_and_nowhere_on_the_command_line(server: ManagedServer) -> None:
    secret = server.password()
    assert len(secret) >= 40
    assert stat.S_IMODE((server.files.folder / "password").stat().st_mode) == 0o600
    assert secret not in " ".join(psutil.Process(running(server).pid).cmdline())


@pytest.mark.parametrize("password", ["neo4j", "", "wrong"])
def test_other_passwords_are_refused(server: ManagedServer, password: str) -> None:
    with pytest.raises(DatabaseError, match="refused the login"):
        Graph.connect(running(server).uri, USER, password)


def test_graph_data_science_is_there(graph: Graph, server: ManagedServer) -> None:
    assert graph.run("admin/gds_version")[0]["gds"] == running(server).gds
    graph.statement("CREATE (a:Entity {id: '1'})-[:X]->(:Entity {id: '2'}), (:Entity {id: '3'})")
    graph.statement("MATCH (a:Entity) OPTIONAL MATCH (a)-->(b) RETURN gds.graph.project('t', a, b)")
    try:
        rows = graph.statement("CALL gds.wcc.stream('t') YIELD componentId RETURN count(DISTINCT componentId) AS n")
    finally:
        graph.statement("CALL gds.graph.drop('t') YIELD graphName")
    assert rows == [{"n": 2}]


def test_no_procedures_beyond_the_defaults_and_gds(graph: Graph) -> None:
    names = graph.statement("SHOW PROCEDURES YIELD name RETURN collect(DISTINCT split(name, '.')[0]) AS spaces")[0]["spaces"]
    assert sorted(names) == ["db", "dbms", "gds", "tx"]


@pytest.mark.parametrize("place", ["file:///etc/hosts", "http://127.0.0.1:9/x", "https://[::1]:9/x"])
def test_load_csv_reads_neither_files_nor_the_network(graph: Graph, place: str) -> None:
    with pytest.raises(DatabaseError, match=r"allow_csv_import_from_file_urls|cypher_ip_blocklist"):
        graph.statement("LOAD CSV FROM $place AS row RETURN row", place=place)


def test_the_console_reads_and_does_not_write(graph: Graph) -> None:
    assert graph.look("RETURN 1 AS one") == [{"one": 1}]
    with pytest.raises(DatabaseError, match="read access mode"):
        graph.look("CREATE (:Entity {id: 'x'})")


def test_starting_a_running_server_leaves_it_as_it_is(server: ManagedServer) -> None:
    assert server.start() == running(server)


def test_status_tells_what_runs(server_settings: Settings, graph: Graph) -> None:
    graph.statement("CREATE (:Entity {id: '1'})-[:X]->(:Entity {id: '2'})")
    found = status(server_settings)
    assert (found.managed, found.running, found.answers, found.problem) == (True, True, True, None)
    assert found.links == 1
    assert found.schema_version == len(graph.run("admin/migrations_applied"))
    assert found.heap_bytes == 1024 << 20
    assert found.memory_bytes is not None and found.memory_bytes > 100_000_000
    assert found.data_bytes is not None and found.data_bytes > 1_000_000


def test_status_of_a_server_of_the_users_own(settings: Settings, graph: Graph) -> None:
    found = status(settings)
    assert (found.managed, found.running, found.answers) == (False, True, True)
    assert found.pid is found.folder is None


def test_status_where_nothing_runs(tmp_path: Path) -> None:
    found = status(Settings(home=tmp_path))
    assert (found.managed, found.running, found.answers, found.uri) == (True, False, False, None)
    assert list(tmp_path.iterdir()) == []


def test_opening_a_server_that_does_not_run_does_not_start_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="not running"):
        connect(Settings(home=tmp_path))


def test_a_heap_larger_than_the_machine_ends_in_one_clear_sentence(tmp_path: Path) -> None:
    told = Told()
    with pytest.raises(ServerStartError, match=r"Neo4j ended while starting: .*(heap|memory)") as caught:
        ManagedServer(Settings(home=tmp_path, db_heap_mb=1 << 40), told).start()
    assert "\n" not in caught.value.message
    assert "console.log" in str(caught.value)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings(
        home=tmp_path_factory.mktemp("own"),
        db_heap_mb=700,
        db_page_cache_mb=64,
        db_start_timeout_s=300,
        db_transaction_timeout_s=77,
        db_transaction_memory_mb=16,
    )
    yield settings
    ManagedServer(settings).destroy()


class TestOwnServer:
    """One server of this class's own, through everything that can happen to it; the tests build on each other, in order."""

    def test_two_starts_at_once_give_one_server(self, own: Settings) -> None:
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(lambda _: ManagedServer(own).start(), range(2))
        assert first == second
        with open_graph(own) as graph:
            graph.statement("CREATE (:Entity {id: 'kept'})")

    def test_the_limits_of_the_settings_are_those_of_the_server(self, own: Settings) -> None:
        names = ["db.transaction.timeout", "db.memory.transaction.max", "dbms.memory.transaction.total.max"]
        with connect(own) as graph:
            rows = graph.look("SHOW SETTINGS YIELD name, value WHERE name IN $names RETURN name, value", names=names)
        assert {row["name"]: row["value"] for row in rows} == dict(zip(names, ["1m17s", "16.00MiB", "490.00MiB"], strict=True))

    def test_a_transaction_is_ended_when_it_takes_too_much_memory(self, own: Settings) -> None:
        with connect(own) as graph, pytest.raises(DatabaseError, match="more memory than a transaction may use"):
            graph.statement("UNWIND range(1, 10000000) AS a WITH collect(toString(a)) AS texts RETURN size(texts)")

    def test_and_a_question_is_not_asked_again_then(
        self, own: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        text = "UNWIND range(1, 10000000) AS a WITH collect(toString(a)) AS texts, $compartments AS _ RETURN size(texts)"
        monkeypatch.setattr("graphsvc.graph.driver.query", lambda name: text)
        with connect(own) as graph, pytest.raises(DatabaseError, match="more memory than a transaction may use"):
            graph.ask(View(("a",), "search"), INQUIRY, "large")
        assert not caplog.records

    def test_a_server_whose_state_file_is_lost_is_found_again(self, own: Settings) -> None:
        server = ManagedServer(own)
        before = running(server)
        (server.files.folder / "server.json").unlink()
        assert (running(server).pid, running(server).port) == (before.pid, before.port)

    def test_after_kill_9_and_with_its_port_taken_it_comes_back_with_its_data(self, own: Settings) -> None:
        server = ManagedServer(own, told := Told())
        before = running(server)
        os.kill(before.pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(before.pid)] if psutil.pid_exists(before.pid) else [])
        state = {"bolt_port": before.port, "pid": os.getpid(), "neo4j": None, "gds": None}
        (server.files.folder / "server.json").write_text(json.dumps(state))
        assert server.running() is None
        with socket.create_server(("127.0.0.1", before.port)):
            after = server.start()
        assert after.port != before.port
        assert f"Port {before.port}, used until now, is taken by another program; Neo4j listens on {after.port} instead." in told.said
        with connect(own) as graph:
            assert graph.look("MATCH (e:Entity) RETURN e.id AS id") == [{"id": "kept"}]

    def test_a_search_that_needs_too_much_memory_says_by_what_it_was_cut(self, own: Settings) -> None:
        with connect(own) as graph:
            graph.topology = None
            graph.statement("CREATE (:Seq {id: 'seq', value: 1}), (:Source {id: 'a', title: 'A', batches: 1})")
            entity = "(:Entity:Address {id: 'a/p/' + n, source: 'a', compartment: 'a', type: 'Address', caption: '' + n, seq_from: 1})"
            graph.statement(f"WITH 0 AS n CREATE {entity}")
            tie = f"CREATE {entity}-[:LIVES_AT {{id: 'a/l/' + n, source: 'a', compartment: 'a', seq_from: 1, records: ['a/r/1']}}]->(hub)"
            each = f"CALL (n, hub) {{ {tie} }} IN TRANSACTIONS OF 1000 ROWS"
            graph.statement(f"MATCH (hub:Entity {{id: 'a/p/0'}}) UNWIND range(1, 60000) AS n {each}")
            answer = find_paths(graph, View(("a",), "paths"), INQUIRY, "a/p/1", "a/p/2", k=100)
        assert (answer["paths"], answer["engine"], answer["cut_by"]) == ([], "cypher", ["memory"])
        assert "memory" in answer["cut_text"][0]

    def test_stop_ends_it_and_destroy_leaves_nothing(self, own: Settings) -> None:
        server = ManagedServer(own)
        pid = running(server).pid
        assert server.stop()
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        assert server.running() is None
        assert server.destroy()
        assert not server.files.folder.exists()
