"""The keys that sign checkpoints: files that only their owner can read, and the chain in which each old key signs the next.

May import errors, and what is beside it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from graphsvc.audit.files import replace_file
from graphsvc.audit.note import SigningKey, VerifierKey
from graphsvc.errors import DatabaseError, InputError, IntegrityError


class KeyFolder:
    """`<key hash>.key` for each private key that is still of use, and `first.vkey`, the public key that the log began with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._first = folder / "first.vkey"

    def new(self, name: str) -> SigningKey:
        """Make a key and keep it. Raises DatabaseError when the folder can't be written."""
        key = SigningKey.new(name)
        self._write(self._file(key.public), key.private())
        return key

    def find(self, public: VerifierKey) -> SigningKey:
        """The private key of a public one. Raises DatabaseError when it is not here."""
        try:
            key = SigningKey(public.name, self._file(public).read_bytes(), cosigns=public.cosigns)
        except OSError as error:
            raise DatabaseError(
                f"The key that signs checkpoints is not in {self.folder} ({public.hash.hex()}.key).",
                hint="Checkpoints are signed where the log was begun or its key last rotated; or put the file here, 0600.",
            ) from error
        except ValueError as error:
            raise IntegrityError(f"The key file {public.hash.hex()}.key was changed.", hint="Restore it from a backup.") from error
        if key.public != public:
            raise IntegrityError(f"The key file {public.hash.hex()}.key holds another key.", hint="Restore it from a backup.")
        return key

    def forget(self, public: VerifierKey) -> None:
        """Delete a private key that has no more to sign: whoever steals it later can't forge with it."""
        self._file(public).unlink(missing_ok=True)

    def first(self) -> VerifierKey | None:
        """The key that the log of this installation began with; None before there was one."""
        try:
            return VerifierKey.parse(self._first.read_text())
        except FileNotFoundError:
            return None

    def set_first(self, public: VerifierKey) -> None:
        self._write(self._first, f"{public}\n".encode())

    def _file(self, public: VerifierKey) -> Path:
        return self.folder / f"{public.hash.hex()}.key"

    def _write(self, path: Path, content: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(path, content)
        except OSError as error:
            raise DatabaseError(f"The folder of the signing keys can't be written: {error}.") from error


@dataclass(frozen=True, slots=True)
class Rotation:
    """The old key's signed word that from now on the new one signs."""

    old: VerifierKey
    new: VerifierKey
    signature: bytes

    @classmethod
    def make(cls, old: SigningKey, new: VerifierKey) -> Self:
        return cls(old.public, new, old.sign(_text(old.public, new)))

    @classmethod
    def parse(cls, facts: Mapping[str, Any]) -> Self:
        """Of the facts of an entry. Raises InputError for what is no rotation, or not signed by the old key."""
        try:
            signature = base64.b64decode(facts["signature"], validate=True)
            one = cls(VerifierKey.parse(facts["from"]), VerifierKey.parse(facts["to"]), signature)
        except (KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise InputError("This is no rotation of a key.") from error
        if not one.old.verifies(one.signature, _text(one.old, one.new)):
            raise InputError(f"The key {one.old} did not sign that {one.new} follows it.")
        return one

    def facts(self) -> dict[str, str]:
        """How an entry states it."""
        return {"from": str(self.old), "to": str(self.new), "signature": base64.b64encode(self.signature).decode()}


def follow(trusted: VerifierKey, rotations: list[Rotation]) -> list[VerifierKey]:
    """The keys that are trusted because an earlier one said so, beginning with the trusted one."""
    chain = [trusted]
    for one in rotations:
        if one.old == chain[-1]:
            chain.append(one.new)
    return chain


def _text(old: VerifierKey, new: VerifierKey) -> bytes:
    return f"graphsvc audit: the key\n{old}\nis followed by\n{new}\n".encode()
