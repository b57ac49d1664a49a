"""What a policy asks of each row: whether it may be kept at all (`eligible_when`), and from which date its retention counts.

The policy holds both as the YAML says them; here they become conditions and values of the spec's kind, checked and compiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from graphsvc.errors import RowError, SpecError
from graphsvc.loading.compile import Compiler, Row, describe
from graphsvc.loading.spec import Condition, Spec, Value
from graphsvc.loading.speccheck import Place, value_problems
from graphsvc.policy.document import Policy

_Part = TypeVar("_Part", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy's conditions on rows, and the value that retention counts from (None: the as-of date)."""

    eligible_when: tuple[Condition, ...] = ()
    retention_from: Value | None = None

    @property
    def values(self) -> list[Value]:
        """What the rules read of a row."""
        return [c.value for c in self.eligible_when] + ([self.retention_from] if self.retention_from is not None else [])


def rules_of(policy: Policy, spec: Spec) -> Rules:
    """The rules of a policy for the rows of a spec's tables; raises SpecError listing every problem."""
    problems: list[str] = []
    conditions = []
    for index, raw in enumerate(policy.eligible_when):
        condition = _parsed(Condition, raw, f"eligible_when.{index}", problems)
        if condition is not None:
            if [condition.is_, condition.is_not, condition.missing or None].count(None) < 2:
                problems.append(f"policy.yaml: eligible_when.{index}: give one of is, is_not, missing")
            conditions.append(condition)
            problems += _value_problems(condition.value, ("eligible_when", index, "value"), spec)
    start = policy.retention.from_
    counted = None
    if isinstance(start, dict):
        counted = _parsed(Value, start, "retention.from", problems)
        if counted is not None:
            problems += _value_problems(counted, ("retention", "from"), spec)
    if problems:
        raise SpecError(f"The policy of {spec.id} asks of rows what can't be.", problems=list(dict.fromkeys(problems)))
    return Rules(tuple(conditions), counted)


class TableRules:
    """The rules compiled for the rows of one table."""

    def __init__(self, rules: Rules, spec: Spec, table: str) -> None:
        flat = spec.tables[table].format.kind == "csv"
        compiler = Compiler(flat=flat, null_words=spec.null_words, time_zone=spec.time_zone)
        self.guards = bool(rules.eligible_when)
        self._test = compiler.test(list(rules.eligible_when))
        self._start = compiler.when(rules.retention_from) if rules.retention_from is not None else None
        self._start_name = describe(rules.retention_from) if rules.retention_from is not None else ""

    def eligible(self, row: Row) -> bool:
        """Whether the row meets every condition; one of which that can't be told does not."""
        try:
            return self._test is None or self._test(row, None)
        except RowError:
            return False

    def retention_start(self, row: Row, as_of: str) -> str:
        """The date that the row's retention counts from: a partial one from its last day. RowError when the row does not say."""
        if self._start is None:
            return as_of
        when = self._start(row, None)
        if when is None:
            raise RowError("missing_retention_date", f"{self._start_name} is missing, and the policy counts the row's retention from it")
        return when.max


def not_eligible() -> RowError:
    """Why a row is refused; it names nothing of the row."""
    return RowError("not_eligible", "the policy does not allow the row (`eligible_when`); nothing of it is kept")


def _parsed(model: type[_Part], raw: dict[str, Any], where: str, problems: list[str]) -> _Part | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems += _shape_problems(error, where)
        return None


def _shape_problems(error: ValidationError, where: str) -> list[str]:
    told = [(".".join([where, *map(str, e["loc"])]), e["msg"].removeprefix("Value error, ")) for e in error.errors()]
    return [f"policy.yaml: {place}: {text}" for place, text in told]


def _value_problems(value: Value, place: Place, spec: Spec) -> list[str]:
    found = [p for t in spec.tables.values() for p in value_problems(value, place, spec, None, csv=t.format.kind == "csv")]
    return [f"policy.yaml: {'.'.join(map(str, at))}: {text}" for at, text in found]
