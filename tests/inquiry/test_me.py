"""Who this machine's command line acts as: one file, its owner's alone, and what is said when it does not help."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graphsvc.errors import Denied, IntegrityError, Unauthenticated
from graphsvc.inquiry.account import User
from graphsvc.inquiry.me import Me, acting_user, me, set_inquiry, set_me
from graphsvc.inquiry.users import Users


@pytest.fixture
def database(tmp_path: Path) -> str:
    """SQLite is enough here: the databases differ in nothing that this touches."""
    return f"sqlite:///{tmp_path / 'accounts.db'}"


def test_the_machine_acts_as_who_was_set_up(users: Users, operator: User, anna: User, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert me(home) is None
    assert set_me(home, "anna") == me(home) == Me("anna")
    assert (home / "me.json").stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    assert acting_user(home, users) == anna
    assert set_inquiry(home, "inq_1") == me(home) == Me("anna", "inq_1")
    assert set_inquiry(home, None) == Me("anna")
    set_inquiry(home, "inq_2")
    assert set_me(home, "olga") == me(home) == Me("olga")
    assert [path.name for path in home.iterdir()] == ["me.json"]


def test_what_to_do_is_said_when_nobody_is_set_up(users: Users, tmp_path: Path) -> None:
    with pytest.raises(Unauthenticated, match=r"^Nobody is set up on this machine\.\nAdd the first user, .*`graphsvc user add ID"):
        acting_user(tmp_path, users)
    users.add("olga", name="Olga", agency="veldmark_police", roles=["operator"])
    with pytest.raises(
        Unauthenticated, match=r"^Nobody is set up on this machine\.\nSet it up with a key of yours: `graphsvc user me --set`\."
    ):
        acting_user(tmp_path, users)
    with pytest.raises(Unauthenticated):
        set_inquiry(tmp_path, "inq_1")


def test_who_is_gone_or_disabled_does_not_act(users: Users, operator: User, anna: User, tmp_path: Path) -> None:
    set_me(tmp_path, "nobody")
    with pytest.raises(Unauthenticated, match="names the user 'nobody', who is not there"):
        acting_user(tmp_path, users)
    set_me(tmp_path, "anna")
    users.disable("anna", by=operator)
    with pytest.raises(Unauthenticated, match="anna, set up on this machine, is disabled"):
        acting_user(tmp_path, users)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o660])
def test_a_file_that_is_open_to_others_proves_nothing(tmp_path: Path, mode: int) -> None:
    set_me(tmp_path, "anna")
    (tmp_path / "me.json").chmod(mode)
    with pytest.raises(Denied, match=r"chmod 600"):
        me(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_proves_nothing(tmp_path: Path) -> None:
    set_me(tmp_path, "anna")
    os.chown(tmp_path / "me.json", 12345, 12345)
    with pytest.raises(Denied):
        me(tmp_path)


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    set_me(tmp_path / "else", "olga")
    (tmp_path / "me.json").symlink_to(tmp_path / "else" / "me.json")
    with pytest.raises(Denied, match="can't be read"):
        me(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"user": 1, "inquiry": null}', '{"user": "anna"}', '{"user": "a", "inquiry": 1}'])
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    set_me(tmp_path, "anna")
    (tmp_path / "me.json").write_text(text)
    with pytest.raises(IntegrityError, match="is damaged"):
        me(tmp_path)
