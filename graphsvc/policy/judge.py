"""What a user may see and do now: the views of all operations, decided under the policies of the sources.

May import the graph's view and the rest of policy.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from graphsvc.graph.view import OPERATIONS, Operation, View
from graphsvc.policy.authorizer import Authorizer, Question, Verdict
from graphsvc.policy.document import LoadedPolicy, Policy, compartment
from graphsvc.policy.subject import Asked, Subject

# Decisions that are kept: users of a deployment times their purposes, with room for the days on either side of midnight.
_KEPT = 4096
_SOURCE = re.compile(r"[a-z][a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Permissions:
    """What is permitted, operation by operation.

    `policies` has the SHA-256 of each source's policy where it is known, also of sources out of view: it is for the log, not for answers.
    """

    permitted: Mapping[Operation, tuple[str, ...]]
    policies: Mapping[str, str]
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permitted", MappingProxyType({o: tuple(sorted(set(self.permitted.get(o, ())))) for o in OPERATIONS}))
        object.__setattr__(self, "policies", MappingProxyType(dict(sorted(self.policies.items()))))
        text = json.dumps({"permitted": dict(self.permitted), "policies": dict(self.policies)}, sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "sha256", hashlib.sha256(text.encode()).hexdigest())

    def compartments(self, operation: Operation) -> tuple[str, ...]:
        """The compartments on which the operation is permitted, sorted."""
        return self.permitted[operation]

    def view(self, operation: Operation) -> View:
        """The view for one operation; it may be empty."""
        return View(self.permitted[operation], operation)


class Judge:
    """Decides by the policies that it was made with. Safe to share between threads.

    Decisions are kept by all that they depend on: the user as a whole, the purpose, the day, and whether a reason code was given.
    """

    def __init__(self, policies: Mapping[str, Policy | LoadedPolicy]) -> None:
        """Raises ValueError for a source id that specs don't allow: with a slash in it, it could pass for a compartment of another one."""
        for source in policies:
            if not _SOURCE.fullmatch(source):
                raise ValueError(f"{source!r} is not the id of a source")
        self.policies: Mapping[str, Policy] = MappingProxyType(
            {source: p.policy if isinstance(p, LoadedPolicy) else p for source, p in sorted(policies.items())}
        )
        self.hashes: Mapping[str, str] = MappingProxyType({s: p.sha256 for s, p in sorted(policies.items()) if isinstance(p, LoadedPolicy)})
        self._authorizer = Authorizer(self.policies)
        self._questions = [
            question
            for source, policy in self.policies.items()
            for category in (None, *sorted(set(policy.categories)))
            for operation in OPERATIONS
            for question in self.questions(source, operation, category)
        ]
        self._kept = lru_cache(maxsize=_KEPT)(self._decide)

    def permissions(self, subject: Subject, asked: Asked) -> Permissions:
        """What the user may do for this purpose on this day, on every compartment of every source."""
        return self._kept(subject, asked.purpose, asked.today, asked.reason_given)

    def questions(self, source: str, operation: Operation, category: str | None = None) -> list[Question]:
        """What to ask Cedar about one operation on one compartment: a question for each rule that names both; none for what is unknown.

        The other rules are left out to save time: Cedar would say no to them.
        """
        policy = self.policies.get(source)
        if policy is None or category not in (None, *policy.categories):
            return []
        return [
            Question(source, category, operation, number)
            for number, rule in enumerate(policy.rules)
            if operation in rule.operations and rule.covers(category)
        ]

    def verdicts(self, subject: Subject, asked: Asked, questions: list[Question]) -> list[Verdict]:
        """Cedar's verdicts, each under its rule alone: an operation is permitted when one of its rules permits it."""
        return self._authorizer.verdicts(subject, asked.purpose, asked.today, asked.reason_given, questions)

    def _decide(self, subject: Subject, purpose: str, today: date, reason_given: bool) -> Permissions:
        found: dict[Operation, list[str]] = {operation: [] for operation in OPERATIONS}
        verdicts = self._authorizer.verdicts(subject, purpose, today, reason_given, self._questions)
        for q, verdict in zip(self._questions, verdicts, strict=True):
            if verdict.permitted:
                found[q.operation].append(compartment(q.source, q.category))
        return Permissions({operation: tuple(names) for operation, names in found.items()}, self.hashes)
