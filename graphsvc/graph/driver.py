"""The connection: one driver a process; reads of case data take a view and an inquiry, writes are one transaction.

The database's own errors become ours here, each with what to do.
"""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import neo4j
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    TransientError,
)

from graphsvc.errors import Cancelled, DatabaseError, GraphsvcError, InputError, QueryTimeout, QueryTooLarge
from graphsvc.graph.lookout import looking_out
from graphsvc.graph.queries import query, then
from graphsvc.graph.view import Inquiry, View

if TYPE_CHECKING:
    from graphsvc.graph.topology.topology import Topology

T = TypeVar("T")
Row = dict[str, Any]
Gone = Callable[[], bool]

# How often it is looked whether anybody still waits for an answer.
_LOOK_EVERY_S = 0.2

_TIMEOUT_CODES = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTimedOut",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
        "Neo.TransientError.Transaction.Terminated",
    }
)


class Tx:
    """One write transaction: runs query files, and statements generated from validated ontology names.

    Statements take effect in the order in which they are given, whether sent or run. Use it as a context manager.
    """

    def __init__(self, tx: neo4j.ManagedTransaction) -> None:
        self._tx = tx
        # The driver waits for the server within a statement; in a thread of its own, so that the caller can make the next one.
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="tx")
        self._sent: list[Future[list[Row]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sender.shutdown(cancel_futures=True)

    def send(self, name: str, /, fills: dict[str, int | str] | None = None, **parameters: Any) -> Future[list[Row]]:
        """Run the query file `name` without waiting; what goes wrong is raised by the next `run` or `wait`, at the latest.

        The parameters must not be changed any more.
        """
        sent = self._sender.submit(self._statement, query(name, **(fills or {})), parameters)
        self._sent.append(sent)
        return sent

    def run(self, name: str, /, fills: dict[str, int | str] | None = None, **parameters: Any) -> list[Row]:
        """Run the query file `name`; returns all rows."""
        self.wait()
        return self._statement(query(name, **(fills or {})), parameters)

    def wait(self) -> None:
        """Until the server has done what was sent."""
        sent, self._sent = self._sent, []
        for one in sent:
            one.result()

    def _statement(self, text: str, parameters: dict[str, Any]) -> list[Row]:
        return list(_rows(self._tx.run(text, parameters)))


class Earlier(Protocol):
    """A time before now: the number of the last batch that was known then, and keys of records that have been withdrawn since."""

    seq: int
    withdrawn: list[str]

    def put_back(self, graph: Graph, view: View, inquiry: Inquiry, rows: list[Row]) -> None:
        """Change what rows say of entities, links and records to what they said then."""


class Graph:
    """The graph, over one driver. Close it, or use it as a context manager.

    `ask` is the one door to case data. `run`, `step`, `stream`, `write` and `auto` are for graphsvc's own housekeeping (loads, schema,
    jobs) and never feed an answer to a user's question about people. `topology`, if there is one, holds the graph's links in memory;
    `gone`, if it is known, whether nobody waits for the answer any more; `earlier`, if it is given, the time as of which `ask` reads.
    """

    def __init__(self, driver: neo4j.Driver, database: str, *, query_timeout_s: float = 30.0) -> None:
        self._driver = driver
        self._database = database
        self._query_timeout_s = query_timeout_s
        self.gone: Gone | None = None
        self.topology: Topology | None = None
        self.earlier: Earlier | None = None

    @classmethod
    def connect(cls, uri: str, user: str, password: str, database: str = "neo4j", *, query_timeout_s: float = 30.0) -> Self:
        """Connect and prove it with one round trip.

        Raises InputError for a URI that the driver can't take, DatabaseError when nobody answers or the login is refused.
        """
        try:
            driver = neo4j.GraphDatabase.driver(
                uri,
                auth=(user, password),
                notifications_min_severity="OFF",
                telemetry_disabled=True,
                user_agent="graphsvc",
            )
        except (ConfigurationError, ValueError) as error:
            raise InputError(f"GRAPHSVC_NEO4J_URI {uri!r} can't be used: {error}", hint="It looks like neo4j://host:7687.") from error
        graph = cls(driver, database, query_timeout_s=query_timeout_s)
        try:
            # One round trip, not the driver's retries of a minute: whoever waits for a server knows better how long.
            with _our_errors(uri), driver.session(database=database) as session:
                session.run("RETURN 1").consume()
        except Exception:
            driver.close()
            raise
        return graph

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._driver.close()

    def waited_for(self, gone: Gone, *, query_timeout_s: float | None = None) -> Self:
        """The same graph for one question, which `gone` can end: what it asks raises Cancelled as soon as nobody waits any more."""
        one = copy.copy(self)
        one.gone = gone
        one._query_timeout_s = query_timeout_s or self._query_timeout_s
        return one

    def as_known(self, earlier: Earlier) -> Self:
        """The same graph as it was known at an earlier time: for `ask` alone, and without a topology, which knows nothing of then."""
        one = copy.copy(self)
        one.earlier, one.topology = earlier, None
        return one

    def ask(
        self,
        view: View,
        inquiry: Inquiry,
        name: str,
        /,
        *,
        fills: dict[str, int | str] | None = None,
        timeout_s: float | None = None,
        job_run: str | None = None,
        **parameters: Any,
    ) -> list[Row]:
        """Rows of the read query `name`, which filters by its parameter `$compartments`, taken from the view. `job_run` marks what the
        database does for the run of a job, so that it can be ended.

        Raises QueryTimeout when the time limit (default: the setting query_timeout_s) ends it, QueryTooLarge when that of memory does,
        Cancelled as `waited_for` says.
        """
        text = query(name, **(fills or {}))
        if "$compartments" not in text:
            raise ValueError(f"the query {name} reads case data without looking at the view")
        parameters["compartments"] = list(view.compartments)
        if self.earlier is not None:
            text = then(text)
            parameters.update(known=self.earlier.seq, withdrawn=self.earlier.withdrawn)
        rows = self._answered(name, text, parameters, inquiry, timeout_s or self._query_timeout_s, job_run)
        if self.earlier is not None:
            self.earlier.put_back(self, view, inquiry, rows)
        return rows

    def _answered(
        self, name: str, text: str, parameters: dict[str, Any], inquiry: Inquiry, limit_s: float, job_run: str | None
    ) -> list[Row]:
        metadata = {"inquiry": inquiry.id, "user": inquiry.user} | ({"job": job_run} if job_run else {})
        gone, left = self.gone, threading.Event()
        if gone is None:
            return self._read(name, text, parameters, limit_s, metadata)
        question = secrets.token_hex(8)

        def look() -> None:
            if left.is_set() or gone():
                left.set()
                # It may not have begun yet: then there is nothing to end, and the next look ends it.
                self.auto("admin/end_question", question=question)

        try:
            with looking_out(look, _LOOK_EVERY_S):
                rows = self._read(name, text, parameters, limit_s, {**metadata, "question": question})
        except GraphsvcError as error:
            if left.is_set():
                raise _cancelled() from error
            raise
        if left.is_set():
            raise _cancelled()
        return rows

    def _read(self, name: str, text: str, parameters: dict[str, Any], limit_s: float, metadata: dict[str, str]) -> list[Row]:
        asked = neo4j.Query(text, metadata=metadata, timeout=limit_s)
        work = neo4j.unit_of_work(timeout=limit_s, metadata=metadata)(lambda tx: _all_rows(tx, name, text, parameters))
        with _our_errors(name), self._driver.session(database=self._database, default_access_mode=neo4j.READ_ACCESS) as session:
            try:
                # One statement is one transaction: beginning and committing it apart would be two round trips more.
                return _all_rows(session, name, asked, parameters)
            except (Neo4jError, DriverError) as error:
                if not error.is_retryable():
                    raise
            return session.execute_read(work)

    def run(self, name: str, /, *, fills: dict[str, int | str] | None = None, **parameters: Any) -> list[Row]:
        """Rows of a housekeeping query, in a write transaction of its own."""
        return self.write(lambda tx: tx.run(name, fills, **parameters))

    def step(self, name: str, /, *, timeout_s: float, job_run: str, **parameters: Any) -> list[Row]:
        """Rows of a query that works on projected graphs, for the run of a job: marked as that run's, so that it can be ended."""
        return self._read(name, query(name), parameters, timeout_s, {"job": job_run})

    def stream(self, name: str, /, *, fills: dict[str, int | str] | None = None, **parameters: Any) -> Iterator[Row]:
        """Rows of a housekeeping read, one by one as the server sends them: memory does not grow with the answer."""
        text = query(name, **(fills or {}))
        with _our_errors(name), self._driver.session(database=self._database, default_access_mode=neo4j.READ_ACCESS) as session:
            yield from _rows(session.run(text, parameters))

    def write(self, work: Callable[[Tx], T]) -> T:
        """Do `work` in one write transaction, again from its start if the database asks for a retry."""

        def once(managed: neo4j.ManagedTransaction) -> T:
            with Tx(managed) as tx:
                done = work(tx)
                tx.wait()
                return done

        with _our_errors("write"), self._driver.session(database=self._database) as session:
            return session.execute_write(once)

    def auto(self, name: str, /, *, fills: dict[str, int | str] | None = None, **parameters: Any) -> list[Row]:
        """Run a query that brings its own transactions (schema, `CALL ... IN TRANSACTIONS`)."""
        return self.statement(query(name, **(fills or {})), **parameters)

    def statement(self, text: str, /, **parameters: Any) -> list[Row]:
        """Run one statement given as text: for migrations and generated schema statements only."""
        with _our_errors("statement"), self._driver.session(database=self._database) as session:
            return [record.data() for record in session.run(text, parameters)]

    def look(self, text: str, /, **parameters: Any) -> list[Row]:
        """Run one statement given as text where Neo4j refuses writes: for the database console only."""
        with _our_errors("statement"), self._driver.session(database=self._database, default_access_mode=neo4j.READ_ACCESS) as session:
            return [record.data() for record in session.run(text, parameters)]


def _rows(result: neo4j.Result) -> Iterator[Row]:
    """Rows as plain maps. Our queries return maps and lists, never nodes, so that nothing in them needs converting."""
    keys = result.keys()
    for record in result:
        # By place: looking each value up by its name takes longer than all else.
        yield dict(zip(keys, tuple(record), strict=True))


def _all_rows(
    where: neo4j.Session | neo4j.ManagedTransaction, name: str, asked: str | neo4j.Query, parameters: dict[str, Any]
) -> list[Row]:
    """Rows of a query. One that needs more memory than it may have would need as much in the next attempt, which Neo4j suggests."""
    try:
        return list(_rows(where.run(asked, parameters)))  # type: ignore[arg-type]  # a transaction is given no Query
    except TransientError as error:
        if "db.memory.transaction.max" in (error.message or ""):
            raise _too_much_memory(name) from error
        raise


def _cancelled() -> Cancelled:
    return Cancelled("Whoever asked went away; the query was ended.")


def _too_much_memory(what: str) -> QueryTooLarge:
    return QueryTooLarge(
        f"The query {what} needed more memory than a transaction may use.",
        hint="Ask a narrower question, or raise GRAPHSVC_DB_TRANSACTION_MEMORY_MB.",
    )


@contextmanager
def _our_errors(what: str) -> Iterator[None]:
    try:
        yield
    except AuthError as error:
        raise DatabaseError(
            "Neo4j refused the login.",
            hint="Check GRAPHSVC_NEO4J_USER and GRAPHSVC_NEO4J_PASSWORD (or, for the managed server, `graphsvc db status`).",
        ) from error
    except ServiceUnavailable as error:
        raise DatabaseError(
            "Neo4j does not answer.", hint="Start the managed one with `graphsvc db start`, or check GRAPHSVC_NEO4J_URI."
        ) from error
    except Neo4jError as error:
        if error.code in _TIMEOUT_CODES:
            raise QueryTimeout(f"The query {what} was ended by its time limit.", hint="Ask a narrower question.") from error
        if isinstance(error, TransientError) and error.code and "Memory" in error.code:
            raise _too_much_memory(what) from error
        if isinstance(error, ClientError) and error.code == "Neo.ClientError.Database.DatabaseNotFound":
            raise DatabaseError("The server has no such database.", hint="Check GRAPHSVC_NEO4J_DATABASE.") from error
        raise DatabaseError(f"Neo4j could not run {what}: {error.message}") from error
    except DriverError as error:
        raise DatabaseError(f"The connection to Neo4j failed during {what}: {error}") from error
