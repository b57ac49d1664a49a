"""The server's process: started so that it outlives us, recognised for certain, asked whether it answers, ended cleanly.

A process id alone proves nothing, since the system gives it to another program later: a process is ours only if it is this
user's and carries our marker in its command line. Imports nothing of graphsvc.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

# Bolt's handshake: a magic number and four proposals of a version. A server answers with the version it takes, in four bytes.
_BOLT_HANDSHAKE = bytes.fromhex("6060b01700000405000000040000000000000000")

_POLL_S = 0.1
# A killed process ends when the kernel has taken back its memory: moments, also on a busy machine.
_AFTER_KILL_S = 30.0


def spawn(command: list[str], *, log: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that neither Ctrl-C nor the terminal's end reaches it; output goes to `log`."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env=dict(env),
            start_new_session=True,
        )


def let_go(child: subprocess.Popen[bytes]) -> None:
    """Leave a running child to itself: it outlives us on purpose, and Popen would warn of that when it is collected."""
    if child.poll() is None:
        child.returncode = 0


def has_ended(server: subprocess.Popen[bytes] | psutil.Process) -> bool:
    """Whether the server's process is gone (a child is reaped by the asking)."""
    if isinstance(server, subprocess.Popen):
        return server.poll() is not None
    try:
        return not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def find(marker: str, pid: int | None) -> psutil.Process | None:
    """The running process that carries `-D<marker>`: first the one with the id `pid`, else any of this user's.

    Looking at all finds the server whose start was interrupted before its id was written.
    """
    if pid is not None and (process := _ours(pid, marker)) is not None:
        return process
    for candidate in psutil.pids():
        if (process := _ours(candidate, marker)) is not None:
            return process
    return None


def _ours(pid: int, marker: str) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        mine = process.uids().real == os.getuid() and f"-D{marker}" in process.cmdline()
        return process if mine and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None  # gone meanwhile, or another user's: either way not ours


def end(pid: int, *, limit_s: float, on_kill: Callable[[], None]) -> None:
    """Ask the process to end and wait for it; after `limit_s` call `on_kill` and kill it."""
    try:
        process = psutil.Process(pid)
        process.terminate()
        if not _wait(process, limit_s):
            on_kill()
            process.kill()
            _wait(process, _AFTER_KILL_S)
    except psutil.NoSuchProcess:
        pass  # ended by itself in between, which is what was wanted


def _wait(process: psutil.Process, limit_s: float) -> bool:
    """Whether the process ends in time. One that only waits for its parent to collect it has ended (psutil's own wait would go on)."""
    deadline = time.monotonic() + limit_s
    while not has_ended(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    with suppress(ChildProcessError):  # it is a child of ours only in the process that started it
        os.waitpid(process.pid, os.WNOHANG)
    return True


def answers_bolt(port: int) -> bool:
    """Whether something on the loopback port speaks Bolt."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(_BOLT_HANDSHAKE)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


def port_is_free(port: int) -> bool:
    """Whether the loopback port can be bound now. Asked as Java does: a port in TIME_WAIT counts as free."""
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
    """The last lines of a text file that are not empty, without reading all of it; none if it can't be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - read_bytes))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
