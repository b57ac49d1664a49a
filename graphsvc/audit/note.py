"""Checkpoints: how large the tree is and its root, as a signed note (C2SP signed-note and tlog-checkpoint), and the keys that sign.

A note is text that people can read and any tool for such logs can check:

    graphsvc/3f2a91c0/audit
    1300
    uV3G...=
    time 2025-01-31T10:15:00.000000Z

    \N{EM DASH} graphsvc/3f2a91c0/audit Tx0a...==

May import errors only.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from graphsvc.errors import InputError

_ED25519 = b"\x01"  # the type byte of a note's key
_COSIGNING = b"\x04"  # and of a witness's (C2SP tlog-cosignature)
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name, written `name+hash+base64`; `cosigns` if it is a witness's."""

    name: str
    public: bytes
    cosigns: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InputError for what is no such key."""
        try:
            name, digest, rest = text.strip().split("+", 2)
            raw = base64.b64decode(rest, validate=True)
            key = cls(name, raw[1:], raw[:1] == _COSIGNING)
            Ed25519PublicKey.from_public_bytes(key.public)
            if raw[:1] not in (_ED25519, _COSIGNING) or key.hash.hex() != digest or not _NAME.fullmatch(name):
                raise ValueError("its hash does not fit")
        except (ValueError, binascii.Error) as error:
            raise InputError(f"This is no verifier key: {text.strip()[:100]!r}.", hint="One reads name+hash+base64 in one line.") from error
        return key

    @property
    def hash(self) -> bytes:
        """The four bytes that name the key in a signature line."""
        return sha256(self.name.encode() + b"\n" + self._typed()).digest()[:4]

    def verifies(self, signature: bytes, text: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(self._typed()).decode()}"

    def _typed(self) -> bytes:
        return (_COSIGNING if self.cosigns else _ED25519) + self.public


class SigningKey:
    """A private key with the name it signs under."""

    def __init__(self, name: str, private: bytes, *, cosigns: bool = False) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = VerifierKey(name, self._key.public_key().public_bytes_raw(), cosigns)

    @classmethod
    def new(cls, name: str, *, cosigns: bool = False) -> Self:
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw(), cosigns=cosigns)

    def private(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, text: bytes) -> bytes:
        return self._key.sign(text)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says. `text` is what is signed; `signatures` are (key name, key hash, signature) as they stand below it."""

    origin: str
    size: int
    root: bytes
    time: str
    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...] = ()

    @classmethod
    def make(cls, origin: str, size: int, root: bytes, time: str) -> Self:
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\ntime {time}\n"
        return cls(origin, size, root, time, text)

    @classmethod
    def parse(cls, note: str) -> Self:
        """Raises InputError for what is no signed checkpoint."""
        text, blank, below = note.rpartition("\n\n")
        lines = text.split("\n")
        try:
            if not blank or len(lines) < 3 or not re.fullmatch(r"0|[1-9]\d{0,18}", lines[1]) or not lines[0] or not below.endswith("\n"):
                raise ValueError("it has not the form of a checkpoint")
            root = base64.b64decode(lines[2], validate=True)
            if len(root) != 32:
                raise ValueError("its root is no SHA-256")
            signatures = tuple(_signature(line) for line in below.removesuffix("\n").split("\n"))
        except (ValueError, binascii.Error) as error:
            raise InputError(f"This is no signed checkpoint: {error}.", hint="docs/audit.md shows what one looks like.") from error
        time = next((line.removeprefix("time ") for line in lines[3:] if line.startswith("time ")), "")
        return cls(lines[0], int(lines[1]), root, time, f"{text}\n", signatures)

    def signed(self, key: SigningKey) -> str:
        """The note: the text with this key's signature, and nobody else's."""
        return f"{self.text}\n{signature_line(key.public, key.sign(self.text.encode()))}"

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether one of the signatures is this key's own, and right."""
        return any(
            name == key.name and digest == key.hash and key.verifies(signature, self.text.encode())
            for name, digest, signature in self.signatures
        )

    def signer(self, keys: Sequence[VerifierKey]) -> VerifierKey | None:
        """The first of the keys that signed it."""
        return next((key for key in keys if self.is_signed_by(key)), None)


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """A line below a note, with its end of line."""
    return f"\N{EM DASH} {key.name} {base64.b64encode(key.hash + signature).decode()}\n"


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, name, rest = line.split(" ", 2)
    raw = base64.b64decode(rest, validate=True)
    if dash != "\N{EM DASH}" or len(raw) < 5 or not _NAME.fullmatch(name):
        raise ValueError("a line of its signatures can't be read")
    return name, raw[:4], raw[4:]
