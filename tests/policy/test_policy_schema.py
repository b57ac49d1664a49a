"""The published JSON Schema of policies, and the policies that come with graphsvc."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from graphsvc.graph.view import OPERATIONS
from graphsvc.policy.document import LoadedPolicy, load_policy
from graphsvc.policy.judge import Judge
from graphsvc.policy.schema import json_schema, json_schema_text
from graphsvc.policy.subject import Asked, Subject

LOADERS = Path(__file__).parent.parent.parent / "loaders"
POLICIES: dict[str, LoadedPolicy] = {path.parent.name: load_policy(path) for path in sorted(LOADERS.glob("*/policy.yaml"))}
JUDGE = Judge(POLICIES)
ANALYST = Subject("anna", "veldmark_police", frozenset({"analyst"}), frozenset({"investigation"}), date(2027, 1, 1), True)
NOW = Asked("investigation", datetime(2026, 3, 1, tzinfo=UTC), "locate")


def test_the_published_schema_of_policies_is_current() -> None:
    assert (LOADERS / "schema" / "policy.schema.json").read_text(encoding="utf-8") == json_schema_text()


def test_the_schema_describes_every_field_of_a_policy() -> None:
    schema = json_schema()
    for part in (schema, schema["$defs"]["Rule"], schema["$defs"]["Retention"], schema["$defs"]["Assessment"]):
        for name, field in part["properties"].items():
            assert "description" in field or "$ref" in field, name


def test_an_analyst_can_ask_the_demos_question() -> None:
    wanted = {"company_register", "case_files", "case_files/suspect", "utility_bills", "phone_subscriptions"}
    permissions = JUDGE.permissions(ANALYST, NOW)
    for operation in ("exact", "search", "paths", "export", "disclose"):
        assert wanted <= set(permissions.compartments(operation))


def test_who_was_only_a_victim_witness_or_contact_is_not_seen_by_an_analyst() -> None:
    hidden = {f"case_files/{category}" for category in ("victim", "witness", "contact")}
    permissions = JUDGE.permissions(ANALYST, NOW)
    assert not any(hidden & set(permissions.compartments(operation)) for operation in OPERATIONS)
    supervisor = JUDGE.permissions(replace(ANALYST, roles=frozenset({"supervisor"})), NOW)
    assert {o for o in OPERATIONS if hidden <= set(supervisor.compartments(o))} == {"exact", "search", "paths", "disclose"}
    steward = JUDGE.permissions(replace(ANALYST, roles=frozenset({"steward"})), NOW)
    assert {o for o in OPERATIONS if hidden & set(steward.compartments(o))} == {"resolve"}


def test_plate_reads_are_for_exact_look_ups_with_a_reason_code() -> None:
    with_code, without = JUDGE.permissions(ANALYST, NOW), JUDGE.permissions(ANALYST, replace(NOW, reason_code=None))
    assert {o for o in OPERATIONS if "plate_reads" in with_code.compartments(o)} == {"exact"}
    assert not any("plate_reads" in without.compartments(o) for o in OPERATIONS)
    policy = POLICIES["plate_reads"].policy
    assert (policy.exact_limit, policy.retention.months) == (1, 60)


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_the_samples_policies_give_no_case_data_to_who_runs_or_audits(role: str) -> None:
    found = JUDGE.permissions(replace(ANALYST, roles=frozenset({role})), NOW)
    assert not any(found.compartments(operation) for operation in OPERATIONS)
