"""Where checkpoints go so that they are out of reach of whoever can change the log: a file, a folder of another host, a URL.

May import errors, and what is beside it.
"""

from __future__ import annotations

import logging
import threading
import urllib.request
from pathlib import Path

from graphsvc.audit.files import replace_file
from graphsvc.audit.note import Checkpoint
from graphsvc.errors import InputError

_TIMEOUT_S = 10
_LONGEST_PAUSE_S = 60.0  # between tries; as long as the time between two checkpoints of a quiet log

log = logging.getLogger(__name__)


def publish(target: str | Path, checkpoint: Checkpoint, note: str) -> None:
    """Put a note to a target. Raises OSError.

    A URL gets it as the body of a POST; a folder (one that exists, or a text ending in `/`) a file a size, `000000001300.note`; anything
    else is a file that always holds the newest one.
    """
    if str(target).startswith(("http://", "https://")):
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        request = urllib.request.Request(str(target), data=note.encode(), headers=headers, method="POST")
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S):
            return
    path = Path(target)
    if path.is_dir() or str(target).endswith("/"):
        # Not made if missing: a folder of another host that is not mounted must not become one of this host.
        replace_file(path / f"{checkpoint.size:012}.note", note.encode(), mode=0o644)
    elif _size_in(path) <= checkpoint.size:  # another process may have been faster with a newer one
        replace_file(path, note.encode(), mode=0o644)


def _size_in(path: Path) -> int:
    try:
        return Checkpoint.parse(path.read_text(encoding="utf-8")).size
    except (OSError, ValueError, InputError):
        return -1


class Publisher:
    """One target with a thread of its own, so that one that hangs delays neither answers nor the other targets.

    It always sends the newest note; what failed is tried again, at growing distances.
    """

    def __init__(self, target: str | Path) -> None:
        self.target = target
        self.published: Checkpoint | None = None
        self._newest: tuple[Checkpoint, str] | None = None
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="audit-publisher", daemon=True)
        self._thread.start()

    def put(self, checkpoint: Checkpoint, note: str) -> None:
        with self._wake:
            self._newest = (checkpoint, note)
            self._wake.notify()

    def close(self, timeout_s: float) -> None:
        """Send what waits, once more if need be, and end."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        pause = 1.0
        while True:
            with self._wake:
                while self._newest is None and not self._closed:
                    self._wake.wait()
                if self._newest is None:
                    return
                checkpoint, note = self._newest
                self._newest = None
            try:
                publish(self.target, checkpoint, note)
            except Exception as error:  # OSError, or what a strange server makes of HTTP; nothing may end this thread
                log.warning("The audit checkpoint of size %d could not be put to %s: %s", checkpoint.size, self.target, error)
                with self._wake:
                    if self._closed:
                        return
                    self._newest = self._newest or (checkpoint, note)
                    self._wake.wait_for(lambda: self._closed, pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                self.published, pause = checkpoint, 1.0
