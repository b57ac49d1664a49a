"""Users: the first one, who may change them, what is refused, and that several processes can't get in each other's way."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import date

import pytest
from sqlalchemy import Engine

from graphsvc.audit.engine import open_engine
from graphsvc.errors import Conflict, Denied, GraphsvcError, InputError, NotFound, Unauthenticated
from graphsvc.inquiry.account import OidcSubject, User, require_operator
from graphsvc.inquiry.deployment import Deployment
from graphsvc.inquiry.keys import Keys
from graphsvc.inquiry.users import Users
from graphsvc.policy.subject import Subject


def test_the_first_user_needs_nobody_and_becomes_an_operator(users: Users) -> None:
    assert users.is_empty()
    first = users.add("olga", name="Olga", agency="veldmark_police", roles=["analyst"], purposes=["fraud"])
    assert first.roles == {"analyst", "operator"}
    assert not users.is_empty()
    with pytest.raises(Denied, match="nobody is acting"):
        users.add("second", name="Second", agency="veldmark_police", roles=["operator"])
    assert [user.id for user in users.list()] == ["olga"]


def test_a_user_is_what_policies_decide_by(anna: User) -> None:
    assert anna.subject() == Subject(
        "anna", "veldmark_police", frozenset({"analyst"}), frozenset({"investigation", "fraud"}), date(2026, 12, 31), True
    )
    assert anna.trained(date(2026, 12, 31))
    assert not anna.trained(date(2027, 1, 1))


def test_only_an_active_operator_changes_users(users: Users, operator: User, anna: User) -> None:
    for change in (
        lambda: users.add("eve", name="Eve", agency="veldmark_fiu", roles=["analyst"], by=anna),
        lambda: users.update("anna", by=anna, roles=["operator"]),
        lambda: users.disable("olga", by=anna),
        lambda: users.enable("anna", by=anna),
        lambda: require_operator(anna),
    ):
        with pytest.raises(Denied, match=r"^Users and keys are changed by an operator\."):
            change()
    require_operator(operator)


def test_who_was_an_operator_a_moment_ago_is_looked_up_again(users: Users, operator: User) -> None:
    other = users.add("otto", name="Otto", agency="veldmark_police", roles=["operator"], by=operator)
    users.update("otto", by=operator, roles=["auditor"])
    with pytest.raises(Denied):
        users.update("olga", by=other, roles=["auditor"])


def test_a_change_says_what_was_before_and_leaves_the_rest(users: Users, operator: User, anna: User) -> None:
    changed = users.update("anna", by=operator, purposes=["sanctions"], trained_until=None)
    assert changed.before == anna
    assert (changed.after.purposes, changed.after.trained_until) == (frozenset({"sanctions"}), None)
    assert (changed.after.name, changed.after.roles, changed.after.agency) == (anna.name, anna.roles, anna.agency)
    assert users.get("anna") == changed.after


def test_the_only_operator_stays(users: Users, operator: User, anna: User) -> None:
    with pytest.raises(Conflict, match="only operator"):
        users.disable("olga", by=operator)
    with pytest.raises(Conflict, match="only operator"):
        users.update("olga", by=operator, roles=["auditor"])
    assert users.get("olga") == operator
    users.update("anna", by=operator, roles=["operator"])
    assert users.disable("olga", by=operator).after.active is False


def test_who_is_disabled_and_enabled_again_needs_new_keys(users: Users, keys: Keys, operator: User, anna: User) -> None:
    secret, key = keys.make("anna", by=operator)
    assert keys.authenticate(secret) == anna
    users.disable("anna", by=operator)
    users.enable("anna", by=operator)
    with pytest.raises(Unauthenticated):
        keys.authenticate(secret)
    assert [(k.id, k.revoked_by) for k in keys.list("anna")] == [(key.id, "olga")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "Anna"}, "can't be a user's id"),
        ({"id": "a"}, "can't be a user's id"),
        ({"id": "anna\n"}, "can't be a user's id"),
        ({"name": " "}, "name is one line"),
        ({"name": "a\nb"}, "name is one line"),
        ({"name": "x" * 201}, "name is one line"),
        ({"agency": "atlantis"}, r"no agency 'atlantis' in this deployment\.\nKnown: veldmark_fiu, veldmark_police\."),
        ({"roles": []}, "at least one role"),
        ({"roles": ["king"]}, "no role 'king'"),
        ({"purposes": ["fun"]}, "no purpose 'fun'"),
        ({"oidc": OidcSubject("https://id.example", "")}, "1 to 255 printable"),
        ({"oidc": OidcSubject("https://id.example", "a\0b")}, "1 to 255 printable"),
    ],
)
def test_what_is_wrong_with_a_user_is_said(users: Users, operator: User, change: dict[str, object], says: str) -> None:
    given = {"id": "bert", "name": "Bert", "agency": "veldmark_fiu", "roles": ["analyst"], **change}
    with pytest.raises(InputError, match=says):
        users.add(**given, by=operator)  # type: ignore[arg-type]


def test_an_id_and_a_token_servers_name_stand_for_one_user(users: Users, operator: User, anna: User) -> None:
    with pytest.raises(Conflict, match="already a user 'anna'"):
        users.add("anna", name="Another", agency="veldmark_fiu", roles=["analyst"], by=operator)
    oidc = OidcSubject("https://id.example", "4711")
    users.update("anna", by=operator, oidc=oidc)
    assert users.by_oidc("https://id.example", "4711").id == "anna"
    with pytest.raises(Conflict, match="another user's"):
        users.update("olga", by=operator, oidc=oidc)
    users.update("olga", by=operator, oidc=OidcSubject("https://other.example", "4711"))
    users.update("anna", by=operator, oidc=None)
    for issuer, subject in (("https://id.example", "4711"), ("https://id.example", "\0")):
        with pytest.raises(Unauthenticated):
            users.by_oidc(issuer, subject)


@pytest.mark.parametrize("id", ["nobody", "", "\0", "x" * 10_000, "é", "\ud800"])
def test_an_unknown_user_is_not_found(users: Users, operator: User, id: str) -> None:
    with pytest.raises(NotFound, match=r"^There is no user '"):
        users.get(id)
    with pytest.raises(NotFound, match=r"^There is no user '"):
        users.disable(id, by=operator)


def _add(database: str, deployment: Deployment, names: list[str], outcomes: multiprocessing.SimpleQueue[str]) -> None:
    engine = open_engine(database)
    for name in names:
        try:
            user = Users(engine, deployment).add(name, name=name, agency="veldmark_police", roles=["auditor"])
            outcomes.put(",".join(sorted(user.roles)))
        except GraphsvcError as error:
            outcomes.put(type(error).__name__)
    engine.dispose()


def test_of_processes_that_begin_together_one_adds_the_first_user(database: str, deployment: Deployment) -> None:
    """Each also finds no tables, and makes them."""
    context = multiprocessing.get_context("spawn")
    outcomes = context.SimpleQueue()
    started = [context.Process(target=_add, args=(database, deployment, [f"user-{n}"], outcomes)) for n in range(4)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert sorted(outcomes.get() for _ in started) == ["Denied", "Denied", "Denied", "auditor,operator"]


def test_of_two_operators_who_disable_each_other_one_stays(engine: Engine, users: Users, operator: User) -> None:
    for round_ in range(5):
        other = users.add(f"otto-{round_}", name="Otto", agency="veldmark_police", roles=["operator"], by=operator)
        together = threading.Barrier(2)

        def disable(id: str, by: User, together: threading.Barrier = together) -> None:
            together.wait()
            try:
                users.disable(id, by=by)
            except GraphsvcError:
                return

        threads = [threading.Thread(target=disable, args=pair) for pair in ((other.id, operator), (operator.id, other))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        [left] = [user for user in users.list() if user.active]
        operator = left
