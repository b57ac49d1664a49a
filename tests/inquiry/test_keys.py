"""API keys: shown once, kept as a hash, gone when they expire or are revoked; whoever is refused learns nothing."""

from __future__ import annotations

import hashlib
import time

import pytest
from sqlalchemy import Engine, select, update
from standing_clock import Clock

from graphsvc.audit.engine import reading, writing
from graphsvc.errors import Conflict, Denied, InputError, NotFound, Unauthenticated
from graphsvc.inquiry.account import User
from graphsvc.inquiry.keys import Keys
from graphsvc.inquiry.tables import accounts, api_keys
from graphsvc.inquiry.users import Users


def test_a_key_is_shown_once_and_kept_as_its_hash(engine: Engine, keys: Keys, operator: User, anna: User) -> None:
    secret, key = keys.make("anna", by=operator, label="laptop")
    assert secret.startswith("gsk_")
    assert len(secret) == 4 + 43  # 256 bits in base64
    assert keys.authenticate(secret) == anna
    assert (key.user, key.label, key.created_by) == ("anna", "laptop", "olga")
    with reading(engine) as connection:
        row = connection.execute(select(api_keys)).one()
    assert row.sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(row)
    assert len({keys.make("anna", by=operator)[0] for _ in range(50)}) == 50


def test_a_key_expires(keys: Keys, operator: User, anna: User, clock: Clock) -> None:
    short, _ = keys.make("anna", by=operator, days=1)
    usual, key = keys.make("anna", by=operator)
    assert key.expires_at == "2027-02-22T09:00:00.000Z"
    clock.forward(days=1, milliseconds=-1)
    keys.authenticate(short)
    clock.forward(milliseconds=1)
    with pytest.raises(Unauthenticated):
        keys.authenticate(short)
    clock.forward(days=88)
    keys.authenticate(usual)
    clock.forward(days=1)
    with pytest.raises(Unauthenticated):
        keys.authenticate(usual)


def test_whoever_is_refused_reads_the_same_and_the_log_the_reason(
    engine: Engine, users: Users, keys: Keys, operator: User, anna: User, clock: Clock
) -> None:
    revoked, key = keys.make("anna", by=operator)
    keys.revoke(key.id, by=operator)
    expired, _ = keys.make("olga", by=operator, days=1)
    clock.forward(days=2)
    disabled, _ = keys.make("anna", by=operator)
    with writing(engine) as connection:  # `disable` would revoke the key as well
        connection.execute(update(accounts).where(accounts.c.id == "anna").values(active=False))
    texts, reasons = set(), []
    for secret in (revoked, expired, disabled, "gsk_unknown", "", "gsk_\ud800\0", revoked + " "):
        with pytest.raises(Unauthenticated) as caught:
            keys.authenticate(secret)
        texts.add(str(caught.value))
        reasons.append(caught.value.reason)
        assert caught.value.details == {}
    assert len(texts) == 1
    assert [reason.split(" ", 1)[1] for reason in reasons] == [
        "of anna was revoked at 2026-11-24T09:00:00.000Z",
        "of olga expired at 2026-11-25T09:00:00.000Z",
        "user anna is disabled",
        *["key"] * 4,
    ]


def test_the_day_of_the_last_use_is_noted(keys: Keys, operator: User, anna: User, clock: Clock) -> None:
    secret, key = keys.make("anna", by=operator)
    assert key.last_used_on is None
    keys.authenticate(secret)
    clock.forward(hours=3)
    keys.authenticate(secret)
    assert [k.last_used_on for k in keys.list("anna")] == ["2026-11-24"]
    clock.forward(days=1)
    keys.authenticate(secret)
    assert [k.last_used_on for k in keys.list("anna")] == ["2026-11-25"]


def test_operators_make_keys_and_one_may_revoke_ones_own(users: Users, keys: Keys, operator: User, anna: User) -> None:
    with pytest.raises(Denied):
        keys.make("anna", by=anna)
    secret, hers = keys.make("anna", by=operator)
    _, theirs = keys.make("olga", by=operator)
    for other in (theirs.id, "key_20261124_nosuch"):
        with pytest.raises(Denied):
            keys.revoke(other, by=anna)
    assert keys.revoke(hers.id, by=anna).revoked_by == "anna"
    assert keys.revoke(hers.id, by=operator).revoked_by == "anna"
    with pytest.raises(Unauthenticated):
        keys.authenticate(secret)
    assert {key.id for key in keys.list()} == {hers.id, theirs.id}
    assert keys.list("\0") == ()


def test_what_can_not_be_made_is_said(users: Users, keys: Keys, operator: User, anna: User) -> None:
    for days in (0, -1, 367):
        with pytest.raises(InputError, match="1 to 366 days"):
            keys.make("anna", by=operator, days=days)
    with pytest.raises(InputError, match="label"):
        keys.make("anna", by=operator, label="two\nlines")
    with pytest.raises(NotFound):
        keys.make("nobody", by=operator)
    with pytest.raises(NotFound):
        keys.revoke("\0", by=operator)
    users.disable("anna", by=operator)
    with pytest.raises(Conflict, match="is disabled"):
        keys.make("anna", by=operator)


def test_a_key_costs_little_to_look_up(keys: Keys, operator: User, anna: User) -> None:
    secret, _ = keys.make("anna", by=operator)
    keys.authenticate(secret)
    taken = []
    for _ in range(50):
        begun = time.perf_counter()
        keys.authenticate(secret)
        taken.append(time.perf_counter() - begun)
    # Every request pays for it; the budget of accountability as a whole is 5 ms.
    assert sorted(taken)[len(taken) // 2] < 0.005
