"""What a policy.yaml says and may not say: every problem by line, and nothing is guessed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from graphsvc.errors import SpecError
from graphsvc.policy.document import load_policy, parse_policy

HEAD = "assessment: {none_needed: invented by a test}\nlegal_basis: none at all\nholders: [a test]\n"
KEPT = HEAD + "retention: {months: 3}\n"
RULE = "rules:\n  - {{operations: [{}], roles: [analyst], agencies: {}, purposes: any, categories: {}}}\n"


def problems(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        parse_policy(text.encode(), "policy.yaml of dogs")
    assert caught.value.message == "The policy.yaml of dogs is wrong."
    assert caught.value.hint == "docs/policies.md shows what a policy says."
    return [problem.removeprefix("policy.yaml:") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + "retention: {}\n", "4: retention: give either months or unlimited (with the reason), not both"),
        (HEAD + "retention:\n  months: 3\n  unlimited: because we can\n", "4: retention: give either months or unlimited"),
        (HEAD + "retention:\n  unlimited: why not\n", "5: retention.unlimited: String should have at least 10 characters"),
        (HEAD + "retention:\n  months: 0\n", "5: retention.months: Input should be greater than or equal to 1"),
        (HEAD + "retention:\n  months: 3\n  from: load\n", "6: retention.from: Input should be 'as_of'"),
        (HEAD + "keep: forever\n", "1: 'retention' is missing"),
        (KEPT + "keep: forever\n", "5: 'keep' is not a field here"),
        ("a: {}\n", "1: 'a' is not a field here"),
        (KEPT.replace("none_needed: invented by a test", ""), "1: assessment: give either reference or none_needed (with the reason)"),
        (KEPT.replace("invented by a test", "no"), "1: assessment.none_needed: YAML reads this as False, not as text: put it in quotes"),
        (KEPT.replace("[a test]", "[]"), "3: holders: List should have at least 1 item"),
        (KEPT + RULE.format("look", "any", "all"), "6: rules.0.operations.0: Input should be 'pointer', 'exact', 'search'"),
        (KEPT + RULE.format("exact", "[no]", "all"), "6: rules.0.agencies.0: YAML reads this as False, not as text: put it in quotes"),
        (KEPT + RULE.format("exact", "[any]", "all"), "6: rules.0.agencies: `any` stands alone, not in a list"),
        (KEPT + RULE.format("exact", "[]", "all"), "6: rules.0.agencies: an empty list permits nobody"),
        (KEPT + RULE.format("exact", "['a b']", "all"), "6: rules.0.agencies.0: String should match pattern"),
        (KEPT + RULE.format("exact", "any", "[all]"), "6: rules.0.categories: `all` stands alone, not in a list"),
        (
            KEPT + RULE.format("exact", "any", "[witness]"),
            "1: top: a rule names the categories ['witness'], which `categories` does not list",
        ),
        (KEPT + RULE.format("pointer", "any", "all"), "1: top: a rule permits `pointer`, so `contact` must say whom to ask"),
        (KEPT + "categories: [none]\n", "1: top: ['none'] can't be a category: the word means something in rules"),
    ],
)
def test_what_is_wrong_is_told_by_line(text: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"retention: [\n", "The dogs is not YAML.\n  policy.yaml:2: expected the node content, but found '<stream end>'"),
        (b"a: 1\na: 2\n", "The dogs is ambiguous.\n  policy.yaml:2: 'a' stands twice in one mapping"),
        (b"a: {b: 1,\n    b: 2}\n", "The dogs is ambiguous.\n  policy.yaml:2: 'b' stands twice in one mapping"),
        (b"", "The dogs does not hold a mapping.\n"),
        (b"- a\n", "The dogs does not hold a mapping.\n"),
        (b"a: \xff\n", "The dogs is not YAML in UTF-8: "),
        ("a: b\n".encode("utf-16"), "The dogs is not YAML in UTF-8: "),
    ],
)
def test_what_is_no_mapping_or_ambiguous(text: bytes, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_policy(text, "dogs")
    assert str(caught.value).startswith(told)


def test_a_policy_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"^cats has no policy\.yaml\.\nWrite one beside source\.yaml; docs/policies\.md shows"):
        load_policy(tmp_path / "cats" / "policy.yaml")


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    data = ("# Höhle\r\n" + KEPT).encode()
    (tmp_path / "policy.yaml").write_bytes(data)
    loaded = load_policy(tmp_path / "policy.yaml")
    assert loaded.sha256 == hashlib.sha256(data).hexdigest()
    assert loaded.text.encode() == data


@pytest.mark.parametrize(
    ("categories", "covered"),
    [
        ("all", {None, "suspect", "witness"}),
        ("none", {None}),
        ("[witness]", {"witness"}),
        ("[none, witness]", {None, "witness"}),
    ],
)
def test_which_compartments_a_rule_is_for(categories: str, covered: set[str | None]) -> None:
    policy = parse_policy((KEPT + "categories: [witness, suspect]\n" + RULE.format("exact", "any", categories)).encode(), "x").policy
    assert {category for category in (None, "suspect", "witness") if policy.rules[0].covers(category)} == covered
    assert policy.compartments("dogs") == ("dogs", "dogs/suspect", "dogs/witness")
