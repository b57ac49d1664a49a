"""Why one operation on one source is permitted or not, in sentences for people.

The verdict is Cedar's; this puts it in words. They name what the question names (user, agency, their roles, purpose, source, category,
operation) and no more: which other agencies, roles, purposes or categories a policy speaks of stays between it and its readers.
May import the graph's view and the rest of policy.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphsvc.graph.view import Operation
from graphsvc.policy.authorizer import Question
from graphsvc.policy.document import Rule
from graphsvc.policy.judge import Judge
from graphsvc.policy.subject import Asked, Subject


@dataclass(frozen=True, slots=True)
class Explanation:
    """Yes or no, `why`, and for a no what would have to change (`needed`); one sentence each.

    `policy_sha256` names the policy that it was judged by, where that is known.
    """

    permitted: bool
    why: tuple[str, ...]
    needed: tuple[str, ...] = ()
    policy_sha256: str | None = None

    @property
    def text(self) -> str:
        """All of it, a line each."""
        lines = ["Yes." if self.permitted else "No.", *self.why]
        return "\n".join([*lines, *(f"Needed: {one}" for one in self.needed)])


def explain(judge: Judge, subject: Subject, asked: Asked, source: str, operation: Operation, category: str | None = None) -> Explanation:
    """Whether the user may do the operation on the source, and why. `category` asks about the persons of one; None: about the rest."""
    policy = judge.policies.get(source)
    if policy is None:
        return Explanation(
            False, (f"No policy of {source} is in force, so nobody may read it.",), ("A policy of the source that is registered.",)
        )
    sha256 = judge.hashes.get(source)
    what = f"`{operation}` on {source}" + (f" for persons of the category {category}" if category is not None else "")
    questions = judge.questions(source, operation, category)
    if not questions:
        return Explanation(False, (f"No rule of the policy permits {what}.",), ("A policy with a rule for it.",), sha256)
    verdicts = judge.verdicts(subject, asked, questions)
    for question, verdict in zip(questions, verdicts, strict=True):
        if verdict.permitted:
            return Explanation(True, (_permits(question, subject, asked, what),), (), sha256)
    if any(verdict.error for verdict in verdicts):
        return Explanation(False, ("It could not be decided, and what can't be decided is denied.",), (), sha256)
    forbidden = frozenset().union(*(verdict.forbidden_by for verdict in verdicts))
    reasons = [_forbidden(name, subject, asked, source) for name in FORBIDS if name in forbidden]
    reasons += _unfit([(q.rule, policy.rules[q.rule]) for q in questions], subject, asked, what)
    return Explanation(False, tuple(why for why, _ in reasons), tuple(needed for _, needed in reasons), sha256)


# The ids of the forbids in `cedar/forbid.cedar`, in the order in which people are told.
FORBIDS = ("inactive", "training", "purpose", "reason_code", "assessment")


def _forbidden(name: str, subject: Subject, asked: Asked, source: str) -> tuple[str, str]:
    user, until = subject.user, subject.trained_until
    return {
        "inactive": (f"{user} is disabled.", "The user enabled again."),
        "training": (
            f"The training of {user} was valid until {until}." if until else f"It is not known that {user} was trained.",
            "A training that is valid on the day of the question, entered for the user.",
        ),
        "purpose": (
            f"{asked.purpose} is not among the purposes that {user} may ask for.",
            "A purpose that the user may ask for, or this one given to the user.",
        ),
        "reason_code": (f"Every query of {source} carries a reason code of its own, and this one has none.", "A reason code."),
        "assessment": (f"The policy of {source} names no assessment that allows it.", "An assessment, or why none is needed."),
    }[name]


def _permits(question: Question, subject: Subject, asked: Asked, what: str) -> str:
    return f"Rule {question.rule + 1} permits {what} to {subject.user} of {subject.agency} for the purpose {asked.purpose}."


def _unfit(rules: list[tuple[int, Rule]], subject: Subject, asked: Asked, what: str) -> list[tuple[str, str]]:
    """What keeps each rule from permitting it; nothing when one of them would permit it but for the forbids."""
    found = []
    for number, rule in rules:
        misses = {
            f"a role of {subject.user} ({', '.join(sorted(subject.roles)) or 'none'})": ("role", subject.roles.isdisjoint(rule.roles)),
            f"the agency {subject.agency}": ("agency", rule.agencies != "any" and subject.agency not in rule.agencies),
            f"the purpose {asked.purpose}": ("purpose", rule.purposes != "any" and asked.purpose not in rule.purposes),
        }
        missing = [(words, kind) for words, (kind, is_missing) in misses.items() if is_missing]
        if not missing:
            return []
        words = " and not for ".join(words for words, _ in missing)
        kinds = " and ".join(f"another {kind}" for _, kind in missing)
        found.append((f"Rule {number + 1} permits {what}, but not for {words}.", f"For rule {number + 1}: {kinds}."))
    return found
