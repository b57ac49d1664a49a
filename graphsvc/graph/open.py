"""Opening the graph: the user's own server, or the managed one, started when it does not run; migrations applied.

May import settings, errors, and the graph's parts beside it.
"""

from __future__ import annotations

from graphsvc.errors import DatabaseError, InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.migrations import migrate
from graphsvc.graph.progress import Progress
from graphsvc.graph.server import USER, ManagedServer
from graphsvc.graph.topology.topology import Topology
from graphsvc.settings import Settings


def open_graph(settings: Settings, progress: Progress | None = None) -> Graph:
    """A connected graph whose schema is up to date. Close it after use.

    Raises ServerStartError, DatabaseError or MigrationError, each with what to do.
    """
    if settings.neo4j_uri is None:
        ManagedServer(settings, progress).start()
    graph = connect(settings)
    try:
        migrate(graph)
    except BaseException:
        graph.close()
        raise
    return graph


def connect(settings: Settings) -> Graph:
    """A connected graph as it is: nothing is started or migrated. Raises DatabaseError when no server answers."""
    if settings.neo4j_uri is None:
        server = ManagedServer(settings)
        running = server.running()
        if running is None:
            raise DatabaseError("The managed Neo4j is not running.", hint="Start it with `graphsvc db start`.")
        graph = Graph.connect(running.uri, USER, server.password(), query_timeout_s=settings.query_timeout_s)
        graph.topology = Topology(settings.topology)
        return graph
    if settings.neo4j_password is None:
        raise InputError("GRAPHSVC_NEO4J_URI is set and GRAPHSVC_NEO4J_PASSWORD is not.", hint="Set the password of your server.")
    graph = Graph.connect(
        settings.neo4j_uri,
        settings.neo4j_user,
        settings.neo4j_password.get_secret_value(),
        settings.neo4j_database,
        query_timeout_s=settings.query_timeout_s,
    )
    graph.topology = Topology(settings.topology)
    return graph
