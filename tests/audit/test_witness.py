"""The witness signs what continues what it saw, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.engine import sqlite_url
from graphsvc.audit.log import AuditLog
from graphsvc.audit.note import Checkpoint, SigningKey
from graphsvc.audit.verify import verify
from graphsvc.audit.witness import Witness, witness_request, witnessed_at
from graphsvc.errors import Conflict, InputError, IntegrityError
from tests.audit.conftest import LOOKER, question


def grow(audit: AuditLog, count: int) -> None:
    audit.append_many(question(n) for n in range(count))
    Checkpointer(audit).once(force=True)


def bring(audit: AuditLog, witness: Witness) -> str:
    seen = witness.seen()
    return witness.consider(witness_request(audit, seen.size if seen else 0))


@pytest.fixture
def witness(audit: AuditLog, tmp_path: Path) -> Witness:
    first = audit.keys.first()
    assert first is not None
    return Witness(tmp_path / "witness", str(first), name="court.example/witness")


def test_it_signs_a_log_that_grows(audit: AuditLog, witness: Witness, tmp_path: Path) -> None:
    for count in (1, 300, 0, 5, 700):
        grow(audit, count)
        note = bring(audit, witness)
    key = witness.public_key()
    at = witnessed_at(note, str(key))
    assert key.name == "court.example/witness" and at is not None and at > 1_700_000_000
    assert witnessed_at(note, SigningKey.new(key.name, cosigns=True).public) is None
    assert witnessed_at(note.replace("1007", "1008"), key) is None
    seen = Witness(tmp_path / "witness", audit.keys.first() or "").seen()
    assert seen is not None and seen.size == 1007
    assert verify(audit.engine.url, outside=[note], trusted_key=audit.keys.first()).ok


def test_it_follows_new_keys(audit: AuditLog, witness: Witness) -> None:
    grow(audit, 3)
    bring(audit, witness)
    audit.rotate(LOOKER)
    audit.rotate(LOOKER)
    grow(audit, 3)
    assert Checkpoint.parse(bring(audit, witness)).size == 9
    grow(audit, 3)
    bring(audit, witness)


def test_it_refuses_a_fork_and_keeps_the_evidence(tmp_path: Path) -> None:
    with AuditLog(sqlite_url(tmp_path / "a.db"), tmp_path / "keys") as audit:
        grow(audit, 20)
        witness = Witness(tmp_path / "witness", audit.keys.first() or "")
        bring(audit, witness)
    shutil.copy(tmp_path / "a.db", tmp_path / "b.db")
    with AuditLog(sqlite_url(tmp_path / "a.db"), tmp_path / "keys") as audit:
        grow(audit, 10)
        bring(audit, witness)
    # Both sides are signed with the right key, and each is sound in itself.
    with AuditLog(sqlite_url(tmp_path / "b.db"), tmp_path / "keys") as fork:
        grow(fork, 10)
        assert verify(fork.engine.url, trusted_key=fork.keys.first()).ok
        with pytest.raises(IntegrityError, match="forked or rewritten"):
            bring(fork, witness)
        grow(fork, 10)
        with pytest.raises(IntegrityError, match="forked or rewritten"):
            bring(fork, witness)
        assert len(list((tmp_path / "witness").glob("refused-*.note"))) == 2
        seen = witness.seen()
        assert seen is not None and seen.size == 31
        with pytest.raises(IntegrityError, match="forked or rewritten"):
            witness.consider(witness_request(fork, 31) | {"path": []})


def test_it_refuses_a_log_that_was_cut(tmp_path: Path) -> None:
    with AuditLog(sqlite_url(tmp_path / "a.db"), tmp_path / "keys") as audit:
        grow(audit, 20)
        older = witness_request(audit, 0)
        witness = Witness(tmp_path / "witness", audit.keys.first() or "")
        grow(audit, 20)
        bring(audit, witness)
    with pytest.raises(IntegrityError, match="21 entries, but 41 were witnessed"):
        witness.consider(older)


def test_it_refuses_what_is_signed_by_somebody_else(audit: AuditLog, witness: Witness) -> None:
    grow(audit, 5)
    request = witness_request(audit, 0)
    genuine = Checkpoint.parse(request["checkpoint"])
    stranger = SigningKey.new(genuine.origin)
    with pytest.raises(IntegrityError, match="not signed by the log's key"):
        witness.consider(request | {"checkpoint": Checkpoint.make(genuine.origin, 6, genuine.root, "t").signed(stranger)})
    assert witness.seen() is None


def test_it_says_from_where_it_needs_the_proof(audit: AuditLog, witness: Witness) -> None:
    grow(audit, 5)
    bring(audit, witness)
    grow(audit, 5)
    with pytest.raises(Conflict, match="begins at 3 entries; 6 were witnessed"):
        witness.consider(witness_request(audit, 3))
    with pytest.raises(InputError, match="no request to a witness"):
        witness.consider({"checkpoint": witness_request(audit, 6)["checkpoint"]})


def test_an_unsigned_log_has_nothing_to_witness(audit: AuditLog) -> None:
    with pytest.raises(Conflict, match="No checkpoint was signed yet"):
        witness_request(audit, 0)


def test_its_key_is_its_owners_alone(witness: Witness, tmp_path: Path) -> None:
    assert {file.name for file in (tmp_path / "witness").iterdir()} == {"lock", "log.vkey", "witness.key", "witness.vkey"}
    assert (tmp_path / "witness" / "witness.key").stat().st_mode & 0o777 == 0o600
