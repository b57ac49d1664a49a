"""How long rows are kept, and what a policy.yaml may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.errors import SpecError
from graphsvc.policy.document import LoadedPolicy, load_policy
from graphsvc.policy.retention import expiry_month

HEAD = "assessment: {none_needed: invented by a test}\nlegal_basis: none at all\nholders: [a test]\n"


def policy(tmp_path: Path, text: str) -> LoadedPolicy:
    folder = tmp_path / "dogs"
    folder.mkdir(exist_ok=True)
    (folder / "policy.yaml").write_text(HEAD + text)
    return load_policy(folder / "policy.yaml")


@pytest.mark.parametrize(
    ("months", "as_of", "last_day"),
    [
        (1, "2024-01-31", "2024-02-29"),
        (1, "2023-01-31", "2023-02-28"),
        (12, "2024-02-29", "2025-02-28"),
        (11, "2024-01-15", "2024-12-15"),
        (12, "2024-12-31", "2025-12-31"),
        (60, "2024-06-30T12:00:00.000Z", "2029-06-30"),
    ],
)
def test_months_are_added_on_the_calendar(tmp_path: Path, months: int, as_of: str, last_day: str) -> None:
    assert policy(tmp_path, f"retention:\n  months: {months}\n").expires_at(as_of) == last_day
    assert expiry_month(last_day) == last_day[:7]


def test_unlimited_needs_a_reason_and_has_a_key_of_its_own(tmp_path: Path) -> None:
    loaded = policy(tmp_path, "retention:\n  unlimited: invented by a test\n")
    assert loaded.expires_at("2024-06-30") is None
    assert expiry_month(None) == "never"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("retention: {}\n", "retention: Value error, give either months or unlimited (with the reason), not both"),
        ("retention:\n  months: 3\n  unlimited: because we can\n", "retention: Value error, give either months or unlimited"),
        ("retention:\n  unlimited: why not\n", "retention.unlimited: String should have at least 10 characters"),
        ("retention:\n  months: 0\n", "retention.months: Input should be greater than or equal to 1"),
        ("retention:\n  months: 3\n  from: load\n", "retention.from: Input should be 'as_of'"),
        ("keep: forever\n", "retention: Field required"),
        ("", "top: Input should be a valid dictionary or instance of Policy"),
    ],
)
def test_wrong_policies(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(SpecError) as caught:
        policy(tmp_path, text)
    assert caught.value.message == "The policy of dogs is wrong."
    assert caught.value.problems[0].startswith(f"policy.yaml: {problem}")


def test_what_is_no_yaml_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"^policy\.yaml of dogs is not YAML: "):
        policy(tmp_path, "retention: [\n")
    with pytest.raises(SpecError, match=r"^cats has no policy\.yaml\.\n"):
        load_policy(tmp_path / "cats" / "policy.yaml")
