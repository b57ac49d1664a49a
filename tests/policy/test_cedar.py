"""The Cedar policies as shipped: they fit their schema, they travel in the wheel, and whatever goes wrong in them denies."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cedarpy import PolicySet, Schema, validate_policies
from hatchling.builders.wheel import WheelBuilder

from graphsvc.errors import IntegrityError
from graphsvc.policy import authorizer
from graphsvc.policy.authorizer import cedar_policies
from graphsvc.policy.document import Assessment, Policy, parse_policy
from graphsvc.policy.explain import FORBIDS
from graphsvc.policy.judge import Judge
from graphsvc.policy.subject import Asked, Subject

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(authorizer.FOLDER.glob("*.cedar"))
POLICIES = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
SCHEMA = (authorizer.FOLDER / "schema.cedarschema").read_text(encoding="utf-8")
POLICY = parse_policy(
    b"assessment: {reference: PIA-1}\nlegal_basis: none at all\nholders: [a test]\nretention: {months: 1}\n"
    b"rules: [{operations: [exact], roles: [analyst], agencies: any, purposes: any}]\n",
    "dogs",
).policy
ANNA = Subject("anna", "north", frozenset({"analyst"}), frozenset({"fraud"}), date(2027, 1, 1), True)
NOW = Asked("fraud", datetime(2026, 3, 1, tzinfo=UTC), None)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cedar_policies.cache_clear()
    yield
    cedar_policies.cache_clear()


def permitted(policy: Policy = POLICY, subject: Subject = ANNA) -> bool:
    return Judge({"dogs": policy}).permissions(subject, NOW).compartments("exact") == ("dogs",)


def test_they_fit_their_schema() -> None:
    assert [path.name for path in FILES] == ["forbid.cedar", "permit.cedar"]
    assert validate_policies(POLICIES, Schema.from_str(SCHEMA)).errors == []
    assert permitted()


def test_there_is_one_permit_and_people_are_told_of_every_forbid() -> None:
    found = re.findall(r'^@id\("(\w+)"\)\n(permit|forbid) ', POLICIES, re.MULTILINE)
    assert [name for name, effect in found if effect == "permit"] == ["rule"]
    assert sorted(name for name, effect in found if effect == "forbid") == sorted(FORBIDS)
    assert len(found) == len(re.findall(r"^(permit|forbid) ", POLICIES, re.MULTILINE))


def test_the_wheel_carries_them() -> None:
    shipped = {included.distribution_path for included in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {f"graphsvc/policy/cedar/{name}" for name in ("schema.cedarschema", "permit.cedar", "forbid.cedar")} <= shipped


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("principal.trainedUntil", "principal.trained"),
        ("principal has trainedUntil && ", ""),
        ("principal.active", 'principal.active == "yes"'),
    ],
)
def test_policies_that_do_not_fit_the_schema_are_not_used(old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(authorizer.FOLDER, tmp_path / "cedar")
    text = (folder / "forbid.cedar").read_text(encoding="utf-8")
    assert old in text
    (folder / "forbid.cedar").write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(authorizer, "FOLDER", folder)
    with pytest.raises(IntegrityError, match="don't fit their schema: "):
        permitted()


def test_an_installation_without_them_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(authorizer.FOLDER / "schema.cedarschema", tmp_path)
    monkeypatch.setattr(authorizer, "FOLDER", tmp_path)
    with pytest.raises(IntegrityError, match="there are none"):
        permitted()


def test_an_error_denies_where_cedar_alone_would_permit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cedar skips a forbid that fails, and then permits; the verdict doesn't."""
    _, schema = cedar_policies()
    failing = POLICIES + "\nforbid (principal, action, resource) when { context.nothingLikeThis };\n"
    monkeypatch.setattr(authorizer, "cedar_policies", lambda: (PolicySet.from_str(failing), schema))
    judge = Judge({"dogs": POLICY})
    [verdict] = judge.verdicts(ANNA, NOW, judge.questions("dogs", "exact"))
    assert verdict.error
    assert not verdict.permitted
    assert not permitted()


def test_a_text_that_cedar_cannot_take_denies() -> None:
    assert not permitted(subject=Subject("\ud800", "north", ANNA.roles, ANNA.purposes, ANNA.trained_until, True))


def test_a_policy_without_assessment_denies_even_if_it_got_past_its_model() -> None:
    empty = Assessment.model_construct(reference=None, none_needed=None)
    assert not permitted(POLICY.model_copy(update={"assessment": empty}))
