"""The one place that asks Cedar: its policies are the files in `cedar/`, its entities are made from the sources' policies and the user.

What a policy.yaml or a user says becomes data of these entities, never text of a Cedar policy. May import the rest of policy's model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cedarpy import AuthzResult, Decision, Entities, PolicySet, Schema, is_authorized_batch, validate_policies

from graphsvc.errors import IntegrityError
from graphsvc.graph.view import Operation
from graphsvc.policy.document import NO_CATEGORY, Policy, Rule, compartment
from graphsvc.policy.subject import Subject

FOLDER = Path(__file__).parent / "cedar"


class Question(NamedTuple):
    """May the user do `operation` on the category of the source (None: on what belongs to none) under its rule number `rule` (from 0)?"""

    source: str
    category: str | None
    operation: Operation
    rule: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Cedar says: `forbidden_by` has the ids of the forbids that hold, `error` says that it could not be decided, which denies."""

    permitted: bool
    forbidden_by: frozenset[str] = frozenset()
    error: bool = False


class Authorizer:
    """Cedar with the policies of these sources; it keeps nothing of the users that it decides about."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self._cedar, self._schema = cedar_policies()
        entities = [entity for source, policy in policies.items() for entity in _source_entities(source, policy)]
        self._sources = Entities.from_json_str(json.dumps(entities), self._schema)

    def verdicts(self, subject: Subject, purpose: str, today: date, reason_given: bool, questions: Sequence[Question]) -> list[Verdict]:
        """One verdict a question, in their order. Whatever can't be decided is denied."""
        context = {"purpose": purpose, "today": _datetime(today.isoformat()), "reasonCodeGiven": reason_given}
        try:
            entities = self._sources.with_added_json_str(json.dumps([_user_entity(subject)]), self._schema)
            requests = _requests(subject.user, context, questions)
            return [_verdict(result) for result in is_authorized_batch(requests, self._cedar, entities, self._schema)]
        except ValueError:  # a text that Cedar can't take, half a surrogate pair for one
            return [Verdict(False, error=True)] * len(questions)


@cache
def cedar_policies() -> tuple[PolicySet, Schema]:
    """The policies of `cedar/` and their schema, checked against each other; raises IntegrityError when they don't fit."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.cedar")))
    schema = Schema.from_str((FOLDER / "schema.cedarschema").read_text(encoding="utf-8"))
    checked = validate_policies(text, schema)
    if not text or not checked.validation_passed:
        raise IntegrityError(
            f"The Cedar policies in {FOLDER} don't fit their schema: {'; '.join(map(str, checked.errors)) or 'there are none'}.",
            hint="They belong to the program and are not edited: install graphsvc again.",
        )
    return PolicySet.from_str(text), schema


def _requests(user: str, context: dict[str, Any], questions: Sequence[Question]) -> list[dict[str, Any]]:
    principal = _uid("User", user)
    # The contexts as text, one a rule: the same for each of its operations and categories.
    contexts = {
        (source, rule): json.dumps({**context, "rule": _ref("Rule", _rule_id(source, rule))})
        for source, rule in {(q.source, q.rule) for q in questions}
    }
    return [
        {
            "principal": principal,
            "action": _uid("Action", q.operation),
            "resource": _uid("Compartment", compartment(q.source, q.category)),
            "context": contexts[q.source, q.rule],
        }
        for q in questions
    ]


def _verdict(result: AuthzResult) -> Verdict:
    error = bool(result.diagnostics.errors)
    if result.decision is Decision.Allow:
        return Verdict(not error, error=error)
    return Verdict(False, frozenset(result.diagnostics.id_annotations_by_reason.values()), error or result.decision is not Decision.Deny)


def _user_entity(subject: Subject) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "active": subject.active,
        "agency": subject.agency,
        "roles": sorted(subject.roles),
        "purposes": sorted(subject.purposes),
    }
    if subject.trained_until is not None:
        attributes["trainedUntil"] = _datetime(subject.trained_until.isoformat())
    return _entity("User", subject.user, attributes)


def _source_entities(source: str, policy: Policy) -> list[dict[str, Any]]:
    own = _ref("Source", source)
    attributes: dict[str, Any] = {"reasonCodePerQuery": policy.reason_code_per_query}
    if assessment := policy.assessment.reference or policy.assessment.none_needed:
        attributes["assessment"] = assessment
    return [
        _entity("Source", source, attributes),
        *(
            _entity("Compartment", compartment(source, category), {"source": own, "category": category or NO_CATEGORY})
            for category in (None, *sorted(set(policy.categories)))
        ),
        *(_entity("Rule", _rule_id(source, n), {"source": own, **_rule_attributes(rule)}) for n, rule in enumerate(policy.rules)),
    ]


def _rule_attributes(rule: Rule) -> dict[str, Any]:
    categories = [NO_CATEGORY] if rule.categories == NO_CATEGORY else rule.categories
    return {
        "operations": [_ref("Action", operation) for operation in rule.operations],
        "roles": list(rule.roles),
        "anyAgency": rule.agencies == "any",
        "agencies": [] if rule.agencies == "any" else rule.agencies,
        "anyPurpose": rule.purposes == "any",
        "purposes": [] if rule.purposes == "any" else rule.purposes,
        "allCategories": categories == "all",
        "categories": [] if categories == "all" else categories,
    }


def _entity(kind: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"uid": _uid(kind, name), "attrs": attributes, "parents": []}


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _ref(kind: str, name: str) -> dict[str, dict[str, str]]:
    return {"__entity": _uid(kind, name)}


def _datetime(iso: str) -> dict[str, dict[str, str]]:
    return {"__extn": {"fn": "datetime", "arg": iso}}


def _rule_id(source: str, number: int) -> str:
    return f"{source}/{number}"
