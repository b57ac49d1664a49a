"""Who may do what: by rules, days and reason codes, the same each time, and fast when asked again."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from graphsvc.graph.view import OPERATIONS, View
from graphsvc.policy.document import LoadedPolicy, parse_policy
from graphsvc.policy.judge import Judge
from graphsvc.policy.subject import Asked, Subject

ANNA = Subject("anna", "north", frozenset({"analyst"}), frozenset({"fraud", "investigation"}), date(2026, 3, 1), True)
NOW = Asked("fraud", datetime(2026, 3, 1, 12, tzinfo=UTC), None)
HEAD = "assessment: {reference: PIA-1}\nlegal_basis: none at all\nholders: [a test]\nretention: {months: 1}\n"


def policy(*rules: str, more: str = "") -> LoadedPolicy:
    lines = "".join(f"  - {{{rule}}}\n" for rule in rules)
    return parse_policy(f"{HEAD}{more}rules:\n{lines}".encode() if rules else f"{HEAD}{more}".encode(), "dogs")


OPEN = "operations: [exact, paths], roles: [analyst], agencies: any, purposes: any"


def judge(*rules: str, more: str = "") -> Judge:
    return Judge({"dogs": policy(*rules, more=more)})


def test_what_no_rule_names_is_denied() -> None:
    assert judge(OPEN).permissions(ANNA, NOW).compartments("paths") == ("dogs",)
    assert judge(OPEN).permissions(ANNA, NOW).compartments("export") == ()
    nothing = judge().permissions(ANNA, NOW)
    assert all(nothing.compartments(operation) == () for operation in OPERATIONS)
    assert nothing.view("paths") == View((), "paths")


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_who_runs_or_audits_sees_no_case_data_unless_a_rule_says_so(role: str) -> None:
    someone = replace(ANNA, roles=frozenset({role}))
    assert judge(OPEN.replace("[analyst]", "[analyst, steward, supervisor]")).permissions(someone, NOW).compartments("exact") == ()
    assert judge(OPEN.replace("analyst", role)).permissions(someone, NOW).compartments("exact") == ("dogs",)


def test_rules_add_up_and_do_not_mix() -> None:
    north = "operations: [exact], roles: [analyst], agencies: [north], purposes: [investigation]"
    south = "operations: [exact], roles: [analyst], agencies: [south], purposes: [fraud]"
    assert judge(north, south).permissions(ANNA, NOW).compartments("exact") == ()
    assert judge(north, south, OPEN).permissions(ANNA, NOW).compartments("exact") == ("dogs",)


def test_a_category_is_a_compartment_of_its_own() -> None:
    found = judge(f"{OPEN}, categories: [none, suspect]", more="categories: [suspect, witness]\n").permissions(ANNA, NOW)
    assert found.view("paths") == View(("dogs", "dogs/suspect"), "paths")


def test_training_is_valid_to_the_end_of_its_last_day_in_utc() -> None:
    one = judge(OPEN)

    def at(moment: datetime) -> bool:
        return bool(one.permissions(ANNA, replace(NOW, at=moment)).compartments("exact"))

    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    assert at(midnight - timedelta(microseconds=1))
    assert not at(midnight)
    assert not at(datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=-5))))
    assert at(datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=5))))
    assert not one.permissions(replace(ANNA, trained_until=None), NOW).compartments("exact")


def test_a_change_of_the_user_is_seen_at_once() -> None:
    one = judge(OPEN)
    assert one.permissions(ANNA, NOW).compartments("exact")
    assert not one.permissions(replace(ANNA, active=False), NOW).compartments("exact")
    assert not one.permissions(replace(ANNA, purposes=frozenset()), NOW).compartments("exact")


def test_a_source_that_asks_for_reason_codes_is_in_view_only_with_one() -> None:
    one = Judge({"dogs": policy(OPEN), "plates": policy(OPEN, more="reason_code_per_query: true\n")})
    assert one.permissions(ANNA, NOW).compartments("exact") == ("dogs",)
    assert one.permissions(ANNA, replace(NOW, reason_code=" ")).compartments("exact") == ("dogs",)
    assert one.permissions(ANNA, replace(NOW, reason_code="locate")).compartments("exact") == ("dogs", "plates")


def test_the_hash_is_of_what_is_permitted_and_by_which_policies() -> None:
    first, again = judge(OPEN), judge(OPEN)
    assert first.permissions(ANNA, NOW).sha256 == again.permissions(replace(ANNA, user="berta"), NOW).sha256
    assert first.permissions(ANNA, NOW).sha256 != first.permissions(replace(ANNA, active=False), NOW).sha256
    other = judge(OPEN, more="exact_limit: 2\n")
    assert other.permissions(ANNA, NOW).permitted == first.permissions(ANNA, NOW).permitted
    assert other.permissions(ANNA, NOW).sha256 != first.permissions(ANNA, NOW).sha256
    assert first.permissions(ANNA, NOW).policies == {"dogs": policy(OPEN).sha256}
    assert Judge({"dogs": policy(OPEN).policy}).permissions(ANNA, NOW).policies == {}


@pytest.mark.parametrize("source", ["dogs/witness", "Dogs", "", "d", "dogs\n"])
def test_what_is_no_source_id_could_pass_for_a_compartment(source: str) -> None:
    with pytest.raises(ValueError, match="is not the id of a source"):
        Judge({source: policy(OPEN)})


def test_a_question_has_a_time_with_its_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        Asked("fraud", datetime(2026, 3, 1), None)


def test_threads_get_the_answer_of_their_own_user() -> None:
    one = judge(OPEN)
    users = [replace(ANNA, user=f"u{n}", active=n % 2 == 0) for n in range(40)]
    wrong: list[str] = []

    def ask() -> None:
        for user in users:
            if bool(one.permissions(user, NOW).compartments("exact")) is not user.active:
                wrong.append(user.user)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_asked_again_it_answers_in_a_fraction_of_a_millisecond() -> None:
    rules = [OPEN.replace("exact, paths", ", ".join(OPERATIONS)), OPEN]
    more = "contact: the records desk\ncategories: [suspect, witness]\n"
    one = Judge({f"source_{n}": policy(*rules, more=more) for n in range(10)})
    one.permissions(ANNA, NOW)
    times = []
    for n in range(200):
        asked = replace(NOW, at=NOW.at + timedelta(seconds=n))
        start = time.perf_counter()
        one.permissions(ANNA, asked).view("paths")
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.001
