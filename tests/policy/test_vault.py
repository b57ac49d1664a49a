"""Rows are sealed under a key per source and month, which only the owner can read and which can be destroyed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from graphsvc.errors import IntegrityError, NotFound
from graphsvc.policy.vault import Vault

RECORD = "dogs/record/dogs/1@0123456789ab"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "keys")


def test_a_sealed_row_opens_in_another_process_of_the_deployment(vault: Vault) -> None:
    sealed = vault.seal("dogs", "2029-06", RECORD, b"a row\x00\xff")
    assert b"a row" not in sealed
    assert Vault(vault.folder).open("dogs", "2029-06", RECORD, sealed) == b"a row\x00\xff"
    # Equal rows don't look equal.
    assert vault.seal("dogs", "2029-06", RECORD, b"a row\x00\xff") != sealed


def test_keys_are_the_owners_alone_one_a_source_and_month(vault: Vault) -> None:
    for source, month in (("dogs", "2029-06"), ("dogs", "2029-07"), ("dogs", "never"), ("cats", "2029-06")):
        vault.seal(source, month, RECORD, b"x")
    vault.digest_key()
    keys = {str(path.relative_to(vault.folder)): path for path in vault.folder.rglob("*") if path.is_file()}
    assert keys.keys() == {"dogs/2029-06.key", "dogs/2029-07.key", "dogs/never.key", "cats/2029-06.key", "deployment.key"}
    assert {path.stat().st_mode & 0o777 for path in keys.values()} == {0o600}
    assert (vault.folder / "dogs").stat().st_mode & 0o777 == 0o700
    assert len({path.read_bytes() for path in keys.values()}) == 5


@pytest.mark.parametrize("change", ["record", "month", "bytes", "cut"])
def test_what_does_not_belong_together_is_refused(vault: Vault, change: str) -> None:
    sealed = vault.seal("dogs", "2029-06", RECORD, b"a row")
    vault.seal("dogs", "2029-07", RECORD, b"another")
    month, record = ("2029-07" if change == "month" else "2029-06"), (RECORD + "c" if change == "record" else RECORD)
    if change == "bytes":
        sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    if change == "cut":
        sealed = sealed[:5]
    with pytest.raises(IntegrityError, match=r"^The stored row of .* was changed, or belongs to another record\.$"):
        vault.open("dogs", month, record, sealed)


def test_a_destroyed_key_ends_reading_here_and_elsewhere(vault: Vault) -> None:
    sealed = vault.seal("dogs", "2029-06", RECORD, b"a row")
    assert vault.destroy("dogs", "2029-06") is True
    assert vault.destroy("dogs", "2029-06") is False
    for one in (vault, Vault(vault.folder)):
        with pytest.raises(NotFound, match=r"^The rows of dogs that expire in 2029-06 can't be read any more: their key is not here\."):
            one.open("dogs", "2029-06", RECORD, sealed)


def test_a_damaged_key_is_told(vault: Vault) -> None:
    vault.digest_key()
    (vault.folder / "deployment.key").write_bytes(b"short")
    with pytest.raises(IntegrityError, match=r"deployment\.key has 5 bytes instead of 32\."):
        Vault(vault.folder).digest_key()


@pytest.mark.parametrize(("source", "month"), [("../dogs", "2029-06"), ("dogs", "../x"), ("Dogs", "never"), ("dogs", "2029-06/x")])
def test_no_name_leads_out_of_the_folder(vault: Vault, source: str, month: str) -> None:
    with pytest.raises(ValueError, match="no key can be named"):
        vault.seal(source, month, RECORD, b"x")


def test_who_comes_first_makes_the_key_for_all(vault: Vault) -> None:
    found: list[bytes] = []
    together = threading.Barrier(8)

    def ask() -> None:
        one = Vault(vault.folder)
        together.wait()
        found.append(one.digest_key())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert [path.name for path in vault.folder.iterdir()] == ["deployment.key"]


def test_digests_mean_nothing_in_another_deployment(vault: Vault, tmp_path: Path) -> None:
    digest, elsewhere = vault.digester(), Vault(tmp_path / "elsewhere").digester()
    assert digest("+31201234567") == Vault(vault.folder).digester()("+31201234567")
    assert len({digest("+31201234567"), digest("+31201234568"), elsewhere("+31201234567")}) == 3
    assert len(digest("")) == 32
