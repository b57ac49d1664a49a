"""Notes in the form of C2SP, against the example of that form's first implementation (Go's sumdb/note)."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from graphsvc.audit.keys import KeyFolder, Rotation, follow
from graphsvc.audit.note import Checkpoint, SigningKey, VerifierKey
from graphsvc.errors import DatabaseError, InputError, IntegrityError

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


def test_a_key_and_a_signature_of_another_implementation_are_understood() -> None:
    key = VerifierKey.parse(GO_KEY)
    raw = base64.b64decode(GO_SIGNATURE)
    assert (key.name, key.hash, str(key)) == ("PeterNeumann", raw[:4], GO_KEY)
    assert key.verifies(raw[4:], GO_TEXT.encode())
    assert not key.verifies(raw[4:], GO_TEXT.encode() + b"!")


@pytest.mark.parametrize("text", ["", "a+b", GO_KEY.replace("c74f", "c74e"), GO_KEY[:-4], GO_KEY.replace("+ARpc", "+ARp?")])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no verifier key"):
        VerifierKey.parse(text)


def test_a_checkpoint_reads_as_it_was_written() -> None:
    key = SigningKey.new("graphsvc/x/audit")
    one = Checkpoint.make("graphsvc/x/audit", 1300, b"r" * 32, "2025-01-31T10:15:00.000000Z")
    note = one.signed(key)
    lines = note.split("\n")
    assert lines[:5] == ["graphsvc/x/audit", "1300", base64.b64encode(b"r" * 32).decode(), "time 2025-01-31T10:15:00.000000Z", ""]
    assert lines[5].startswith("— graphsvc/x/audit ")
    read = Checkpoint.parse(note)
    assert (read.origin, read.size, read.root, read.time, read.text) == (one.origin, one.size, one.root, one.time, one.text)
    assert read.is_signed_by(key.public)
    assert not read.is_signed_by(SigningKey.new("graphsvc/x/audit").public)
    assert not Checkpoint.parse(note.replace("1300", "1301")).is_signed_by(key.public)


@pytest.mark.parametrize("change", [("1300", "-1"), ("1300", "01"), ("\n\n", "\n"), ("— ", "- "), ("cnJy", "c?Jy"), ("cnJycnJy", "")])
def test_what_is_no_checkpoint_is_refused(change: tuple[str, str]) -> None:
    note = Checkpoint.make("o", 1300, b"r" * 32, "t").signed(SigningKey.new("o"))
    with pytest.raises(InputError, match="no signed checkpoint"):
        Checkpoint.parse(note.replace(*change))


def test_the_old_key_signs_the_new_one_and_nobody_else_can() -> None:
    first, second, third = (SigningKey.new("o") for _ in range(3))
    turns = [Rotation.make(first, second.public), Rotation.make(second, third.public)]
    assert [Rotation.parse(one.facts()) for one in turns] == turns
    assert follow(first.public, turns) == [first.public, second.public, third.public]
    assert follow(second.public, turns) == [second.public, third.public]
    with pytest.raises(InputError, match="did not sign"):
        Rotation.parse(Rotation.make(third, second.public).facts() | {"from": str(first.public)})


def test_private_keys_are_their_owners_alone_and_noticed_when_changed(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "keys")
    key = folder.new("o")
    file = folder.folder / f"{key.public.hash.hex()}.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.find(key.public).public == key.public
    file.write_bytes(SigningKey.new("o").private())
    with pytest.raises(IntegrityError, match="another key"):
        folder.find(key.public)
    folder.forget(key.public)
    with pytest.raises(DatabaseError, match="is not in"):
        folder.find(key.public)
