"""Why yes or no, in sentences that name what the question names and nothing more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from graphsvc.policy.document import parse_policy
from graphsvc.policy.explain import explain
from graphsvc.policy.judge import Judge
from graphsvc.policy.subject import Asked, Subject

TEXT = """
assessment: {reference: PIA-SECRET}
legal_basis: Secret Act
holders: [Secret Service]
contact: secret@secret.example
reason_code_per_query: true
categories: [suspect, witness]
retention: {months: 1}
rules:
  - {operations: [exact, paths], roles: [analyst], agencies: any, purposes: [investigation], categories: [none, suspect]}
  - {operations: [exact], roles: [supervisor], agencies: [secretland], purposes: [secretwork], categories: [witness]}
  - {operations: [share], roles: [steward], agencies: [secretland], purposes: any}
"""
JUDGE = Judge({"case_files": parse_policy(TEXT.encode(), "case_files")})
ANNA = Subject("anna", "north", frozenset({"analyst"}), frozenset({"investigation"}), date(2027, 1, 1), True)
NOW = Asked("investigation", datetime(2026, 3, 1, tzinfo=UTC), "locate")
TRAIN = "Needed: A training that is valid on the day of the question, entered for the user."


def test_a_yes_names_the_rule() -> None:
    told = explain(JUDGE, ANNA, NOW, "case_files", "paths", "suspect")
    assert told.permitted
    assert told.text == (
        "Yes.\nRule 1 permits `paths` on case_files for persons of the category suspect to anna of north for the purpose investigation."
    )
    assert told.policy_sha256 == JUDGE.hashes["case_files"]


@pytest.mark.parametrize(
    ("subject", "asked", "lines"),
    [
        (replace(ANNA, active=False), NOW, ["anna is disabled.", "Needed: The user enabled again."]),
        (
            replace(ANNA, trained_until=date(2026, 2, 28)),
            NOW,
            ["The training of anna was valid until 2026-02-28.", TRAIN],
        ),
        (
            replace(ANNA, trained_until=None),
            NOW,
            ["It is not known that anna was trained.", TRAIN],
        ),
        (
            ANNA,
            replace(NOW, reason_code=""),
            ["Every query of case_files carries a reason code of its own, and this one has none.", "Needed: A reason code."],
        ),
        (
            replace(ANNA, purposes=frozenset()),
            NOW,
            [
                "investigation is not among the purposes that anna may ask for.",
                "Needed: A purpose that the user may ask for, or this one given to the user.",
            ],
        ),
        (
            replace(ANNA, roles=frozenset({"operator", "auditor"})),
            NOW,
            [
                "Rule 1 permits `exact` on case_files, but not for a role of anna (auditor, operator).",
                "Needed: For rule 1: another role.",
            ],
        ),
        (
            replace(ANNA, roles=frozenset(), purposes=frozenset({"fraud"})),
            replace(NOW, purpose="fraud"),
            [
                "Rule 1 permits `exact` on case_files, but not for a role of anna (none) and not for the purpose fraud.",
                "Needed: For rule 1: another role and another purpose.",
            ],
        ),
        (
            replace(ANNA, active=False, trained_until=None),
            replace(NOW, reason_code=None),
            [
                "anna is disabled.",
                "It is not known that anna was trained.",
                "Every query of case_files carries a reason code of its own, and this one has none.",
                "Needed: The user enabled again.",
                TRAIN,
                "Needed: A reason code.",
            ],
        ),
    ],
)
def test_a_no_says_what_is_against_it_and_what_would_have_to_change(subject: Subject, asked: Asked, lines: list[str]) -> None:
    told = explain(JUDGE, subject, asked, "case_files", "exact")
    assert not told.permitted
    assert told.text.splitlines() == ["No.", *lines]


def test_what_no_rule_is_about() -> None:
    assert explain(JUDGE, ANNA, NOW, "case_files", "export").text.splitlines()[1] == "No rule of the policy permits `export` on case_files."
    told = explain(JUDGE, ANNA, NOW, "dog_files", "export")
    assert (
        told.text == "No.\nNo policy of dog_files is in force, so nobody may read it.\nNeeded: A policy of the source that is registered."
    )


@pytest.mark.parametrize("category", [None, "suspect", "witness", "convicted", ""])
@pytest.mark.parametrize("operation", ["exact", "paths", "share", "export"])
def test_it_names_no_more_than_the_question_does(operation: str, category: str | None) -> None:
    """Other agencies, roles, purposes and categories of the policy stay unsaid."""
    for subject in (ANNA, replace(ANNA, roles=frozenset({"operator"})), replace(ANNA, agency="south", active=False)):
        told = explain(JUDGE, subject, NOW, "case_files", operation, category).text  # type: ignore[arg-type]
        for word in {"suspect", "witness"} - {category}:
            assert word not in told
        for word in ("ecret", "supervisor", "steward", *({"analyst"} - subject.roles)):
            assert word not in told


def test_a_category_that_does_not_exist_looks_like_one_that_no_rule_is_for() -> None:
    told = [explain(JUDGE, ANNA, NOW, "case_files", "paths", category).text for category in ("witness", "convicted")]
    assert told[0].replace("witness", "convicted") == told[1]


def test_what_cannot_be_decided_is_a_no_that_says_so() -> None:
    told = explain(JUDGE, replace(ANNA, user="\ud800"), NOW, "case_files", "exact")
    assert not told.permitted
    assert told.why == ("It could not be decided, and what can't be decided is denied.",)
