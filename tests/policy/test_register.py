"""Which policy is in force since when; past days don't change, and what another process registers is seen at once."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from graphsvc.audit.engine import open_engine, sqlite_url
from graphsvc.errors import Conflict, IntegrityError, SpecError
from graphsvc.policy.document import LoadedPolicy, parse_policy
from graphsvc.policy.register import PolicyRegister
from graphsvc.policy.subject import Asked, Subject

DAY = datetime(2026, 3, 1, tzinfo=UTC)
ANNA = Subject("anna", "north", frozenset({"analyst"}), frozenset({"fraud"}), date(2027, 1, 1), True)


def policy(operations: str = "exact", comment: str = "") -> LoadedPolicy:
    text = f"""# {comment}
assessment: {{reference: PIA-1}}
legal_basis: none at all
holders: [a test]
retention: {{months: 1}}
rules: [{{operations: [{operations}], roles: [analyst], agencies: any, purposes: any}}]
"""
    return parse_policy(text.encode(), "dogs")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_engine(sqlite_url(tmp_path / "deployment.db"))


@pytest.fixture
def register(engine: Engine) -> PolicyRegister:
    return PolicyRegister(engine)


def test_a_policy_is_in_force_from_its_day_until_the_next(register: PolicyRegister) -> None:
    first, second = policy("exact"), policy("exact, paths")
    assert register.register("dogs", first, "otto", DAY)
    assert register.register("dogs", second, "otto", DAY + timedelta(days=1))
    assert register.in_force(DAY - timedelta(microseconds=1)) == {}
    assert register.in_force(DAY) == {"dogs": first}
    assert register.in_force(DAY + timedelta(days=1, microseconds=-1)) == {"dogs": first}
    assert register.in_force(DAY + timedelta(days=1)) == register.in_force() == {"dogs": second}
    assert [(p.number, p.since, p.sha256, p.registered_by) for p in register.history("dogs")] == [
        (1, DAY, first.sha256, "otto"),
        (2, DAY + timedelta(days=1), second.sha256, "otto"),
    ]
    assert register.history("cats") == []


def test_an_answer_is_judged_by_the_policy_of_its_day(register: PolicyRegister) -> None:
    register.register("dogs", policy("exact"), "otto", DAY)
    register.register("dogs", policy("export"), "otto", DAY + timedelta(days=1))
    asked = Asked("fraud", DAY + timedelta(hours=3), None)
    then, now = register.judge_at(asked.at).permissions(ANNA, asked), register.judge_at().permissions(ANNA, asked)
    assert (then.compartments("exact"), then.compartments("export")) == (("dogs",), ())
    assert (now.compartments("exact"), now.compartments("export")) == ((), ("dogs",))
    assert then.policies == {"dogs": policy("exact").sha256}
    assert register.judge_at(DAY - timedelta(days=1)).permissions(ANNA, asked).compartments("exact") == ()


def test_the_same_policy_again_changes_nothing(register: PolicyRegister) -> None:
    assert register.register("dogs", policy(), "otto", DAY)
    judge = register.judge_at()
    assert not register.register("dogs", policy(), "berta", DAY + timedelta(days=1))
    assert len(register.history("dogs")) == 1
    assert register.judge_at() is judge


def test_an_earlier_policy_can_come_back(register: PolicyRegister) -> None:
    for n, operations in enumerate(("exact", "paths", "exact")):
        assert register.register("dogs", policy(operations), "otto", DAY + timedelta(days=n))
    assert [p.sha256 for p in register.history("dogs")] == [policy(o).sha256 for o in ("exact", "paths", "exact")]
    assert register.in_force(DAY + timedelta(days=1)) == {"dogs": policy("paths")}
    assert register.in_force() == {"dogs": policy("exact")}


def test_past_days_do_not_change(register: PolicyRegister) -> None:
    register.register("dogs", policy("exact"), "otto", DAY)
    with pytest.raises(Conflict, match="the one in force began at 2026-03-01T00:00:00"):
        register.register("dogs", policy("paths"), "otto", DAY - timedelta(seconds=1))
    register.register("cats", policy("paths"), "otto", DAY - timedelta(days=9))
    assert register.in_force(DAY) == {"cats": policy("paths"), "dogs": policy("exact")}


def test_a_policy_can_be_registered_ahead(register: PolicyRegister) -> None:
    now = datetime.now(UTC)
    register.register("dogs", policy("exact"), "otto", DAY)
    register.register("dogs", policy("paths"), "otto", now + timedelta(days=1))
    assert register.in_force() == {"dogs": policy("exact")}
    assert register.in_force(now + timedelta(days=2)) == {"dogs": policy("paths")}


def test_times_have_an_offset_and_are_compared_in_utc(register: PolicyRegister) -> None:
    register.register("dogs", policy(), "otto", datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=1))))
    assert register.history("dogs")[0].since == DAY
    with pytest.raises(ValueError, match="offset"):
        register.register("cats", policy(), "otto", datetime(2026, 3, 1))
    with pytest.raises(ValueError, match="offset"):
        register.in_force(datetime(2026, 3, 1))


def test_what_another_process_registers_is_seen_by_the_next_question(engine: Engine, register: PolicyRegister) -> None:
    other = PolicyRegister(open_engine(engine.url.render_as_string(hide_password=False)))
    asked = Asked("fraud", datetime.now(UTC), None)
    assert register.judge_at().permissions(ANNA, asked).compartments("exact") == ()
    other.register("dogs", policy("exact"), "otto", DAY)
    assert register.judge_at().permissions(ANNA, asked).compartments("exact") == ("dogs",)
    other.register("dogs", policy("paths"), "otto", DAY)
    assert register.judge_at().permissions(ANNA, asked).compartments("exact") == ()


def test_a_look_for_changes_costs_less_than_a_millisecond(register: PolicyRegister) -> None:
    for n in range(100):
        register.register(f"source_{n % 10}", policy(comment=str(n)), "otto", DAY + timedelta(hours=n))
    register.judge_at()
    times = []
    for _ in range(200):
        start = time.perf_counter()
        register.judge_at()
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.001


def test_registering_at_once_gives_one_history(engine: Engine) -> None:
    changed: list[bool] = []

    def work(n: int) -> None:
        one = PolicyRegister(engine)
        changed.extend(one.register("dogs", policy(comment=f"{n}-{i}" if i % 2 else "common"), "otto", DAY) for i in range(10))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = PolicyRegister(engine).history("dogs")
    assert len(changed) == 40
    assert [p.number for p in history] == list(range(1, sum(changed) + 1))
    assert all(a.sha256 != b.sha256 for a, b in pairwise(history))


def test_a_text_changed_by_hand_is_noticed(engine: Engine, register: PolicyRegister) -> None:
    register.register("dogs", policy("exact"), "otto", DAY)
    with engine.begin() as connection:
        connection.execute(text("UPDATE policy_texts SET text = replace(text, 'exact', 'export')"))
    with pytest.raises(IntegrityError, match="policy of dogs is not the one that was registered"):
        PolicyRegister(engine).judge_at()


def test_a_text_that_cannot_be_read_any_more_gives_no_judge(engine: Engine, register: PolicyRegister) -> None:
    strange = LoadedPolicy(policy().policy, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "")
    register.register("dogs", strange, "otto", DAY)
    with pytest.raises(SpecError, match="The registered policy of dogs"):
        register.judge_at()
