"""The deployment's lists: the file that counts, and what is said about one that is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from graphsvc.errors import InputError, SpecError
from graphsvc.inquiry.deployment import Deployment, load_deployment, parse_deployment

SMALL = """\
purposes: {fraud: Fraud}
agencies:
  desk:
    name: The Desk
    originating_agency_identifier: XX01
    contact: desk@example.org
case_pattern: 'C\\d+'
case_example: C1
rules_of_use: Ask only for the case that you name.
"""


def test_the_built_in_lists_are_whole(tmp_path: Path) -> None:
    deployment = load_deployment(tmp_path)
    assert {"investigation", "fraud", "sanctions"} <= deployment.purposes.keys()
    assert {"veldmark_police", "veldmark_fiu"} <= deployment.agencies.keys()
    assert (deployment.inquiry_hours, deployment.standing_days_most) == (8, 90)
    assert deployment.rules_sha256 == hashlib.sha256(deployment.rules_of_use.encode()).hexdigest()
    assert deployment.agency("veldmark_fiu").originating_agency_identifier == "VM0020000"
    assert deployment.case_fits("VM-2026-0417")
    assert not any(map(deployment.case_fits, ("vm-2026-0417", "VM-2026-0417 ", "VM-2026-0417\n", "xVM-2026-0417", "")))


def test_a_file_of_ones_own_counts_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "deployment.yaml").write_text(SMALL)
    deployment = load_deployment(tmp_path)
    assert list(deployment.purposes) == ["fraud"]
    assert deployment.reason_codes == {}
    assert deployment.inquiry_hours == 8


def test_a_file_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "deployment.yaml").mkdir()
    with pytest.raises(SpecError, match="can't be read"):
        load_deployment(tmp_path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("purposes: {fraud: Fraud}", "purposes: {}"), "deployment.yaml:1: purposes: Dictionary should have at least 1 item"),
        (("purposes: {fraud: Fraud}", "purposes: {'a b': Fraud}"), "deployment.yaml:1: purposes.a b.[key]: String should match pattern"),
        (("XX01", "xx01"), "deployment.yaml:5: agencies.desk.originating_agency_identifier: String should match pattern"),
        (("    contact: desk@example.org\n", ""), "deployment.yaml:3: agencies.desk.contact: Field required"),
        (("C\\d+", "C(\\d+"), "deployment.yaml:7: case_pattern: Value error, not a regular expression"),
        (("case_example: C1", "case_example: D1"), "deployment.yaml:1: the file: Value error, case_example 'D1' does not fit case_pattern"),
        (
            ("rules_of_use:", "inquiry_hours: 100\nrules_of_use:"),
            "deployment.yaml:9: inquiry_hours: Input should be less than or equal to 72",
        ),
        (
            ("rules_of_use:", "empty_reasons: [no, yes]\nrules_of_use:"),
            "deployment.yaml:9: empty_reasons.0: Input should be a valid string",
        ),
        (("case_example", "case_exampel"), "deployment.yaml:8: case_exampel: Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_said_by_line(change: tuple[str, str], problem: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_deployment(SMALL.replace(*change).encode(), "mine.yaml")
    assert caught.value.message == "mine.yaml is wrong."
    assert any(found.startswith(problem) for found in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("data", [b"a: [", b"\xff", b"a: b: c"])
def test_what_is_not_yaml_is_said(data: bytes) -> None:
    with pytest.raises(SpecError, match=r"mine\.yaml is not YAML in UTF-8"):
        parse_deployment(data, "mine.yaml")


@pytest.mark.parametrize("data", [b"", b"[]", b"text"])
def test_what_is_no_mapping_is_said(data: bytes) -> None:
    with pytest.raises(SpecError, match=r"deployment\.yaml:1: the file: "):
        parse_deployment(data, "mine.yaml")


def test_a_reason_code_is_one_of_the_list(deployment: Deployment) -> None:
    assert deployment.checked_reason_code("locate") == "locate"
    with pytest.raises(InputError, match=r"^There is no reason code 'fun' in this deployment\.\nKnown: exclude, lead, locate"):
        deployment.checked_reason_code("fun")
