"""A proof convinces whoever has one key and no log; anything else does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.log import AuditLog
from graphsvc.audit.note import SigningKey
from graphsvc.audit.prove import check_proof, prove
from graphsvc.audit.search import Filter
from graphsvc.errors import Conflict, InputError, IntegrityError, NotFound
from tests.audit.conftest import LOOKER, question


@pytest.fixture
def long(audit: AuditLog) -> AuditLog:
    audit.append_many(question(n) for n in range(1400))
    Checkpointer(audit).once()
    return audit


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 1023, 1024, 1400])
def test_a_proof_holds_without_the_log(long: AuditLog, index: int) -> None:
    first = long.keys.first()
    assert first is not None
    proof = json.loads(json.dumps(prove(long, index, LOOKER)))
    proved = check_proof(proof, str(first))
    assert (proved.index, proved.checkpoint.size) == (index, 1401)
    if index:
        assert proved.leaf["inquiry"] == f"inquiry-{(index - 1) % 11}"
        assert proved.personal == {
            "user": f"user-{(index - 1) % 7}",
            "case": f"C-{index - 1}",
            "parameters": {"from": f"a/{index - 1}", "to": "b"},
        }
    [looked] = long.search(Filter(kind="looked"), LOOKER, limit=1)
    assert looked.leaf["refers_to"] == index


def test_a_proof_holds_across_new_keys_and_after_a_purge(long: AuditLog) -> None:
    first = long.keys.first()
    assert first is not None
    long.rotate(LOOKER)
    long.purge([10], LOOKER)
    newest = long.rotate(LOOKER)
    Checkpointer(long).once(force=True)
    for index in (10, 11, 1401):
        proof = prove(long, index, LOOKER)
        for trusted in (first, newest):
            assert bool(check_proof(proof, trusted).personal) == (index != 10)


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "leaf": lambda proof: proof.update(leaf=proof["leaf"].replace("investigation", "vetting")),
    "index": lambda proof: proof.update(index=8),
    "path": lambda proof: proof["path"].pop(),
    "personal": lambda proof: proof["personal"]["user"].update(value="somebody-else"),
    "checkpoint": lambda proof: proof.update(checkpoint=proof["checkpoint"].replace("1401", "1402")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_proof_that_was_changed_does_not_hold(long: AuditLog, change: Callable[[dict[str, Any]], object]) -> None:
    first = long.keys.first()
    assert first is not None
    proof = prove(long, 7, LOOKER)
    change(proof)
    with pytest.raises(IntegrityError):
        check_proof(proof, first)


def test_another_key_does_not_vouch_for_it(long: AuditLog) -> None:
    proof = prove(long, 7, LOOKER)
    first = long.keys.first()
    assert first is not None
    with pytest.raises(IntegrityError, match="not signed by the trusted key"):
        check_proof(proof, SigningKey.new(first.name).public)
    for broken in ({}, proof | {"format": "x"}, proof | {"path": ["?"]}, proof | {"leaf": "[]"}, proof | {"personal": {"user": {}}}):
        with pytest.raises(InputError, match="no proof"):
            check_proof(broken, first)


def test_what_is_not_there_or_not_signed_has_no_proof(long: AuditLog) -> None:
    later = long.append(question(1)).index
    with pytest.raises(Conflict, match="No signed checkpoint covers"):
        prove(long, later, LOOKER)
    with pytest.raises(NotFound, match="no entry 9999"):
        prove(long, 9999, LOOKER)
