"""Where in a row a value is: `COLUMN`, `a.b`, `NAMES[].NAME_FULL`, `lines[0]`, `a["odd.name"]`. Imports errors only.

A path is compiled once and gives all values it leads to, in order: none when a member is missing or null, several
through a list. A value of another shape than the path says (a list where an object was expected) is an error of the
row, since skipping it would lose what the row says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from graphsvc.errors import RowError

Path = Callable[[Mapping[str, Any]], list[Any]]

_STEP = re.compile(r'(?P<every>\[\])|\[(?P<index>[0-9]{1,6})\]|\["(?P<odd>[^"]+)"\]|(?P<dot>\.)?(?P<name>[^.\[\]]+)')
_EVERY = object()


def compile_path(text: str) -> Path:
    """A function from a row's values to the list of values at `text`. ValueError when `text` is not a path."""
    steps = _steps(text)
    if len(steps) == 1:
        name = steps[0]

        def column(values: Mapping[str, Any]) -> list[Any]:
            value = values.get(name)
            return [] if value is None else [value]

        return column

    def walk(values: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = [values]
        for step in steps:
            if not found:
                break
            found = _take(found, step, text)
        return found

    return walk


def first_name(text: str) -> str:
    """The column or top-level member that a path begins with. ValueError when `text` is not a path."""
    return str(_steps(text)[0])


def _steps(text: str) -> list[Any]:
    steps: list[Any] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        # A name follows another step only after a dot, and only there may a dot stand.
        if match is None or (match["name"] and bool(match["dot"]) != bool(steps)):
            raise ValueError(f'{text!r} is not a path at {text[at:]!r}; paths look like name, a.b, a[].b, a[0].b or a["odd.name"]')
        if match["every"]:
            steps.append(_EVERY)
        elif match["index"]:
            steps.append(int(match["index"]))
        else:
            steps.append(match["odd"] or match["name"])
        at = match.end()
    if not steps or not isinstance(steps[0], str):
        raise ValueError(f"{text!r} is not a path: it must begin with a name")
    return steps


def _take(found: list[Any], step: Any, text: str) -> list[Any]:
    taken: list[Any] = []
    for value in found:
        if isinstance(step, str):
            if not isinstance(value, dict):
                raise _shape(value, "an object", text, f"with {step!r}")
            taken.append(value.get(step))
        elif not isinstance(value, list):
            raise _shape(value, "a list", text, "")
        elif step is _EVERY:
            taken.extend(value)
        elif step < len(value):
            taken.append(value[step])
    return [value for value in taken if value is not None]


def _shape(value: Any, wanted: str, text: str, more: str) -> RowError:
    is_ = "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else f"the single value {str(value)[:40]!r}"
    return RowError("unexpected_shape", f"{text}: {is_} stands where {wanted} {more}".rstrip() + " was expected")
