"""The server's process: started so that it outlives us, recognised for certain, ended cleanly.

A process id alone proves nothing, since the system gives it to another program later: a process is ours only if it carries
our marker in its command line. May import nothing of graphsvc.
"""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil


def spawn(command: list[str], *, log: Path, cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that neither Ctrl-C nor the terminal's end reaches it; output goes to `log`."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=dict(env), start_new_session=True
        )


def find(marker: str, pid: int | None) -> psutil.Process | None:
    """The running process that carries `-D<marker>`: first the one with the id `pid`, else any of this user's.

    Looking at all finds the server whose start was interrupted before its id was written.
    """
    if pid is not None and (process := _ours(pid, marker)) is not None:
        return process
    for candidate in psutil.process_iter():
        if (process := _ours(candidate.pid, marker)) is not None:
            return process
    return None


def _ours(pid: int, marker: str) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        if f"-D{marker}" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
            return process
    except psutil.Error:
        pass  # gone meanwhile, or another user's: either way not ours
    return None


def end(process: psutil.Process, *, limit_s: float, on_kill: Callable[[], None]) -> bool:
    """Ask the process to end and wait for it; after `limit_s` kill it. Returns whether it ended by itself."""
    try:
        process.terminate()
        process.wait(limit_s)
        return True
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        on_kill()
        process.kill()
        process.wait(30)
        return False


def port_is_free(port: int) -> bool:
    """Whether the loopback port can be bound now. Set as Java does: a port in TIME_WAIT counts as free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_lines(path: Path, count: int, *, read_bytes: int = 1 << 16) -> list[str]:
    """The last lines of a text file, without reading all of it; none if it can't be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - read_bytes))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
