"""The witness: runs on another host, remembers the last checkpoint that it saw, and signs only what continues it.

Who shows two people two different logs, or an older one, is refused by it; so is whoever has the log's key. May import errors, the graph's
lock on a file, and what is beside it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphsvc.audit import merkle
from graphsvc.audit.engine import reading
from graphsvc.audit.files import replace_file
from graphsvc.audit.keys import Rotation, follow
from graphsvc.audit.log import AuditLog
from graphsvc.audit.note import Checkpoint, SigningKey, VerifierKey, signature_line
from graphsvc.audit.prove import StoredTree, decoded, encoded, newest_note, rotations
from graphsvc.errors import Conflict, InputError, IntegrityError
from graphsvc.graph.locks import exclusive


def witness_request(audit: AuditLog, seen: int) -> dict[str, Any]:
    """What to bring to a witness that has seen a tree of this size: the newest checkpoint, ready for JSON, and that it continues that one.

    It holds no personal data. Raises Conflict when nothing was signed yet.
    """
    with reading(audit.engine) as connection:
        note = newest_note(connection)
        if note is None:
            raise Conflict("No checkpoint was signed yet.", hint="One is signed within a minute; or sign one now.")
        size = Checkpoint.parse(note).size
        path = merkle.consistency_proof(StoredTree(connection), seen, size) if seen <= size else []
        return {"checkpoint": note, "seen": seen, "path": encoded(path), "rotations": [one.facts() for one in rotations(connection)]}


class Witness:
    """Its folder holds the last note that it signed, the log's key in force, its own key, and every note that it refused."""

    def __init__(self, folder: Path, trusted_key: str | VerifierKey, *, name: str | None = None) -> None:
        """`trusted_key` is the log's first key; `name` that of the witness when its key is made."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._note, self._trusted_file, self._own = folder / "last.note", folder / "log.vkey", folder / "witness.key"
        with exclusive(folder / "lock"):
            if not self._trusted_file.is_file():
                replace_file(self._trusted_file, f"{trusted_key}\n".encode())
            if not self._own.is_file():
                key = SigningKey.new(name or f"graphsvc-witness/{secrets.token_hex(8)}", cosigns=True)
                replace_file(folder / "witness.vkey", f"{key.public}\n".encode(), mode=0o644)
                replace_file(self._own, key.private())
        self.key = SigningKey(self.public_key().name, self._own.read_bytes(), cosigns=True)

    def public_key(self) -> VerifierKey:
        """By which others check its signatures."""
        return VerifierKey.parse((self._folder / "witness.vkey").read_text())

    def seen(self) -> Checkpoint | None:
        """The last checkpoint that it signed."""
        return Checkpoint.parse(self._note.read_text(encoding="utf-8")) if self._note.is_file() else None

    def consider(self, request: Mapping[str, Any]) -> str:
        """Sign the checkpoint if it continues the last one; the note, with the log's and the witness's signature.

        Raises IntegrityError for a fork, a rollback or a wrong signature, Conflict if the proof begins elsewhere, InputError for what is
        no request. What is refused as IntegrityError is kept as evidence.
        """
        try:
            note, checkpoint, path = str(request["checkpoint"]), Checkpoint.parse(request["checkpoint"]), decoded(request["path"])
            turns, seen = [Rotation.parse(one) for one in request["rotations"]], int(request["seen"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"This is no request to a witness ({error}).", hint="Give what `witness_request` made.") from error
        with exclusive(self._folder / "lock"):
            try:
                signer = self._judge(checkpoint, path, seen, turns)
            except IntegrityError:
                evidence = hashlib.sha256(note.encode()).hexdigest()[:16]
                replace_file(self._folder / f"refused-{checkpoint.size:012}-{evidence}.note", note.encode())
                raise
            now = int(time.time())
            signature = now.to_bytes(8, "big") + self.key.sign(_cosigned(checkpoint, now))
            both = f"{note}{signature_line(self.key.public, signature)}"
            replace_file(self._note, both.encode())
            replace_file(self._trusted_file, f"{signer}\n".encode())
        return both

    def _judge(self, checkpoint: Checkpoint, path: list[bytes], seen: int, turns: list[Rotation]) -> VerifierKey:
        trusted = VerifierKey.parse(self._trusted_file.read_text())
        signer = checkpoint.signer(follow(trusted, turns))
        if signer is None or checkpoint.origin != trusted.name:
            raise IntegrityError("The checkpoint is not signed by the log's key, nor by one that follows it.")
        last = self.seen()
        if last is None:
            return signer
        if checkpoint.size < last.size:
            raise IntegrityError(f"The log shows {checkpoint.size} entries, but {last.size} were witnessed: it was cut or put back.")
        if seen != last.size and checkpoint.size != last.size:
            raise Conflict(f"The proof begins at {seen} entries; {last.size} were witnessed.", hint=f"Ask for it from {last.size} on.")
        path = [] if checkpoint.size == last.size else path
        if not merkle.is_consistent(last.size, last.root, checkpoint.size, checkpoint.root, path):
            raise IntegrityError(f"The log does not continue the {last.size} entries that were witnessed: it was forked or rewritten.")
        return signer


def witnessed_at(note: str, witness: str | VerifierKey) -> int | None:
    """Unix time at which this witness signed the note; None if it did not (C2SP tlog-cosignature)."""
    key = VerifierKey.parse(witness) if isinstance(witness, str) else witness
    checkpoint = Checkpoint.parse(note)
    for name, digest, raw in checkpoint.signatures:
        at = int.from_bytes(raw[:8], "big")
        if name == key.name and digest == key.hash and len(raw) == 72 and key.verifies(raw[8:], _cosigned(checkpoint, at)):
            return at
    return None


def _cosigned(checkpoint: Checkpoint, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{checkpoint.text}".encode()
