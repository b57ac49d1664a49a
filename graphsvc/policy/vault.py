"""The vault: rows as given are sealed with AES-GCM under a key per source and expiry month, kept outside the graph.

Destroying a month's key makes every row that expires in it unreadable, in the database and in all its backups. The record's
id is associated data, so that a sealed row can't be passed off as another record's.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from graphsvc.errors import IntegrityError, NotFound

_NONCE_BYTES = 12  # what AES-GCM is specified for; random per row (NIST SP 800-38D, 8.2.2), far below 2^32 rows a key
_SOURCE = re.compile(r"[a-z][a-z0-9_]{1,40}")
_MONTH = re.compile(r"\d{4}-\d{2}|never")


class Vault:
    """Keys in a folder that only its owner can read: `<folder>/<source>/<month>.key`, and `deployment.key`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ciphers: dict[tuple[str, str], AESGCM] = {}

    def seal(self, source: str, month: str, record_id: str, raw: bytes) -> bytes:
        """Nonce and ciphertext of a row; the month's key is made when it is the first."""
        cipher = self._ciphers.get((source, month)) or self._cipher(source, month, create=True)
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, raw, record_id.encode())

    def open(self, source: str, month: str, record_id: str, sealed: bytes) -> bytes:
        """The row as it was given.

        Raises NotFound when the month's key was destroyed, IntegrityError when row, record id and key don't belong together.
        """
        cipher = self._ciphers.get((source, month)) or self._cipher(source, month, create=False)
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], record_id.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
            raise IntegrityError(f"The stored row of {record_id} was changed, or belongs to another record.") from error

    def destroy(self, source: str, month: str) -> bool:
        """Destroy one month's key; False if there was none."""
        self._ciphers.pop((source, month), None)
        path = self._path(source, month)
        existed = path.is_file()
        path.unlink(missing_ok=True)
        return existed

    def digest_key(self) -> bytes:
        """The deployment's key for digests that stand for sensitive identifiers in ids: 32 bytes, made once."""
        return _read_or_make(self.folder / "deployment.key")

    def digester(self) -> Callable[[str], str]:
        """Keyed BLAKE2b-128 of a text, in hex: the same in this deployment, meaningless outside it."""
        keyed = hashlib.blake2b(key=self.digest_key(), digest_size=16)

        def digest(text: str) -> str:
            one = keyed.copy()
            one.update(text.encode())
            return one.hexdigest()

        return digest

    def _path(self, source: str, month: str) -> Path:
        if not (_SOURCE.fullmatch(source) and _MONTH.fullmatch(month)):
            raise ValueError(f"no key can be named {source!r}/{month!r}")
        return self.folder / source / f"{month}.key"

    def _cipher(self, source: str, month: str, *, create: bool) -> AESGCM:
        path = self._path(source, month)
        if not create and not path.is_file():
            raise NotFound(
                f"The rows of {source} that expire in {month} can't be read any more: their key is not here.",
                hint="Either their retention ended, or this installation has another GRAPHSVC_HOME than the one that loaded them.",
            )
        cipher = self._ciphers[source, month] = AESGCM(_read_or_make(path))
        return cipher


def _read_or_make(path: Path) -> bytes:
    """32 random bytes kept at `path` (0600), made by whoever comes first; a half-written file can't be seen."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike rename, fails if somebody else was first: then theirs counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != 32:
        raise IntegrityError(f"The key file {path} has {len(key)} bytes instead of 32.", hint="Restore it from a backup of GRAPHSVC_HOME.")
    return key
