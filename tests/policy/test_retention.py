"""How long rows are kept, and by which key they are sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

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
