"""What the managed Neo4j is told: its configuration file, its memory, its Java options. Pure: writes nothing, starts nothing.

May import settings.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from graphsvc.settings import Settings

_MIB = 1 << 20

# Neo4j's own launcher opens these to its code; without them Java 17 and later refuse it.
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


@dataclass(frozen=True, slots=True)
class Memory:
    """Java heap and page cache of the server, in MiB."""

    heap_mb: int
    page_cache_mb: int


def memory(settings: Settings, machine_bytes: int) -> Memory:
    """The user's sizes, else a quarter of the machine's memory for the heap and an eighth for the page cache, within bounds.

    The bounds: below 1 GiB GDS does not do much, above 4 GiB a shared workstation would feel it.
    """
    machine_mb = machine_bytes // _MIB
    return Memory(
        heap_mb=settings.db_heap_mb or min(4096, max(1024, machine_mb // 4)),
        page_cache_mb=settings.db_page_cache_mb or min(2048, max(256, machine_mb // 8)),
    )


def transaction_memory_mb(settings: Settings, size: Memory) -> tuple[int, int]:
    """(one transaction's, all transactions') limits in MiB: all together leave 30 % of the heap to GDS and the server itself."""
    total = max(16, size.heap_mb * 7 // 10)
    return min(settings.db_transaction_memory_mb, total), total


def neo4j_conf(settings: Settings, *, bolt_port: int, size: Memory) -> str:
    """The text of neo4j.conf."""
    one, total = transaction_memory_mb(settings, size)
    lines = {
        # Nobody but this machine, and Bolt only: nothing of graphsvc speaks Neo4j's HTTP.
        "server.default_listen_address": "127.0.0.1",
        "server.default_advertised_address": "127.0.0.1",
        "server.bolt.enabled": "true",
        "server.bolt.listen_address": f"127.0.0.1:{bolt_port}",
        "server.bolt.advertised_address": f"127.0.0.1:{bolt_port}",
        # Else each of its two connectors waits 5 s at a stop for whoever might still call.
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "dbms.security.auth_enabled": "true",
        "dbms.security.procedures.allowlist": "gds.*,db.*,dbms.*",
        "dbms.security.procedures.unrestricted": "gds.*",
        # LOAD CSV reads neither this machine's files nor, through the server, its network.
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
        "db.transaction.timeout": f"{settings.db_transaction_timeout_s * 1000:.0f}ms",
        "db.memory.transaction.max": f"{one}m",
        "dbms.memory.transaction.total.max": f"{total}m",
        "server.memory.heap.initial_size": f"{size.heap_mb}m",
        "server.memory.heap.max_size": f"{size.heap_mb}m",
        "server.memory.pagecache.size": f"{size.page_cache_mb}m",
        # The log of what is already in the store serves backups that Community does not have: keep what recovery needs.
        "db.tx_log.rotation.retention_policy": "keep_none",
        "db.tx_log.rotation.size": "64m",
        # A predicate over a whole path must fail loudly, not enumerate every path of the graph.
        "dbms.cypher.forbid_exhaustive_shortestpath": "true",
        "dbms.usage_report.enabled": "false",
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())


def bolt_port(conf: Path) -> int | None:
    """The Bolt port that a neo4j.conf of ours names; None if it can't be read."""
    try:
        found = re.search(r"^server\.bolt\.listen_address=.*:(\d+)$", conf.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None


def entry(home: Path, conf: Path, classpath: Path, main_class: str) -> list[str]:
    """The rest of the server's command line: class path, main class, and its folders."""
    return [f"@{classpath}", main_class, f"--home-dir={home}", f"--config-dir={conf}", "--console-mode"]


def java_options(size: Memory, *, marker: str) -> list[str]:
    """Options of the server's Java. `marker` stands in its command line, so that its process can be told from others."""
    return [
        f"-Xms{size.heap_mb}m",
        f"-Xmx{size.heap_mb}m",
        "-XX:+UseG1GC",
        # A server out of memory answers nothing and holds the store: better that it ends and is started again.
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:-OmitStackTraceInFastThrow",
        "-Dfile.encoding=UTF-8",
        "-Dlog4j2.disable.jmx=true",
        f"-D{marker}",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
    ]


def argument_file(jars: list[Path]) -> str:
    """A Java @argument file with the class path: 343 paths don't fit every system's command line, and hide the rest in `ps`."""
    path = os.pathsep.join(str(jar) for jar in jars).replace("\\", "\\\\").replace('"', '\\"')
    return f'-cp\n"{path}"\n'
