"""The product's processes as they are started by people: `graphsvc serve`, commands, and a worker that uses the desk itself."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

# Everything is imported before it is told to begin, so that the next process can get ready while this one still answers.
_WAITING = "import sys\nfrom graphsvc.cli import main\nimport graphsvc.api\nimport uvicorn\nsys.stdin.readline()\nmain()"
COMMAND = [sys.executable, "-c", "from graphsvc.cli import main; main()"]
ROOT = Path(__file__).parent.parent.parent


class Server:
    """A `graphsvc serve` in a process of its own: made ready, begun, killed."""

    def __init__(self, environment: Mapping[str, str], before: Sequence[str] = ()) -> None:
        self.url = ""
        self.process = subprocess.Popen(
            [*before, sys.executable, "-c", _WAITING, "serve", "--port", "0"],
            env={**os.environ, **environment},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._said: list[str] = []
        self._listener = threading.Thread(target=self._listen, args=(self.process.stderr,), daemon=True)
        self._listener.start()

    def begin(self) -> None:
        """Let it serve; it has bound its port when this returns, and may not answer yet."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        found = re.search(r"http://[0-9.:]+", line)
        assert found is not None, f"it did not come up: {line}{self.said()}"
        self.url = found[0]

    def said(self) -> str:
        """What it wrote to stderr until now."""
        return "".join(self._said)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, and wait until it is gone."""
        self.process.send_signal(how)
        self.process.wait(60)
        self._listener.join(60)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def _listen(self, stream: IO[str]) -> None:
        self._said.extend(stream)


@contextmanager
def serving_process(environment: Mapping[str, str], before: Sequence[str] = ()) -> Iterator[Server]:
    """A server that answers, and is ended properly."""
    server = Server(environment, before)
    try:
        server.begin()
        wait_for(server)
        yield server
    finally:
        server.kill(signal.SIGTERM)


def wait_for(server: Server) -> None:
    """Wait until it answers."""
    while server.process.poll() is None:
        try:
            if httpx.get(f"{server.url}/readyz", timeout=60).status_code == 200:
                return
        except httpx.TransportError:
            continue
    raise AssertionError(f"it ended: {server.said()}")
