"""An oracle of usage policies, written from the prose of docs/policies.md on plain dictionaries: it shares no code with the product.

A policy is what YAML gives for a policy.yaml. A user is a dictionary with user, agency, roles, purposes, trained_until, active.
"""

from __future__ import annotations

import datetime
from typing import Any


def permits(
    policy: dict[str, Any] | None,
    user: dict[str, Any],
    purpose: str,
    at: datetime.datetime,
    reason_code: str | None,
    operation: str,
    category: str | None,
) -> bool:
    """Whether the user may do the operation on persons of the category (None: on what belongs to no category) of the policy's source."""
    return refusal(policy, user, purpose, at, reason_code, operation, category) == set()


def refusal(
    policy: dict[str, Any] | None,
    user: dict[str, Any],
    purpose: str,
    at: datetime.datetime,
    reason_code: str | None,
    operation: str,
    category: str | None,
) -> set[str]:
    """Every reason against it, in one word each; empty when it is permitted."""
    if policy is None:
        return {"no policy"}
    found = set()
    if user["active"] is not True:
        found.add("inactive")
    day = at.astimezone(datetime.timezone.utc).date()  # noqa: UP017 - the oracle spells things its own way
    if user["trained_until"] is None or day > user["trained_until"]:
        found.add("training")
    if purpose not in user["purposes"]:
        found.add("purpose")
    if policy.get("reason_code_per_query") is True and (reason_code is None or reason_code.strip() == ""):
        found.add("reason code")
    assessment = policy["assessment"]
    if not assessment.get("reference") and not assessment.get("none_needed"):
        found.add("assessment")
    if not known(policy, category) or not any(fits(rule, user, purpose, operation, category) for rule in policy.get("rules") or []):
        found.add("no rule")
    return found


def known(policy: dict[str, Any], category: str | None) -> bool:
    return category is None or category in (policy.get("categories") or [])


def fits(rule: dict[str, Any], user: dict[str, Any], purpose: str, operation: str, category: str | None) -> bool:
    if operation not in rule["operations"]:
        return False
    if not [role for role in user["roles"] if role in rule["roles"]]:
        return False
    if rule["agencies"] != "any" and user["agency"] not in rule["agencies"]:
        return False
    if rule["purposes"] != "any" and purpose not in rule["purposes"]:
        return False
    named = rule.get("categories", "all")
    if named == "all":
        return True
    if named == "none":
        named = ["none"]
    return ("none" if category is None else category) in named
