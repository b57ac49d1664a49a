"""docs/accountability.md can be taken at its word: every test that it names is there, and every rule names one or says why none can."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "accountability.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"tests/[\w/]+\.py(?:::\w+)*", PAGE)))
TABLES = ("28 CFR Part 23", "Directive (EU) 2016/680", "CJIS Security Policy")


def rows(table: str) -> list[list[str]]:
    """The rows of the table under the heading that begins so, as cells."""
    part = PAGE.split(f"\n## {table}")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def is_defined(name: str) -> bool:
    """Whether the file has the test function, in the class where one is named."""
    file, *parts = name.split("::")
    if not (ROOT / file).is_file() or not parts or not parts[-1].startswith("test_"):
        return False
    body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
    for part in parts:
        found = [one for one in body if isinstance(one, (ast.FunctionDef, ast.ClassDef)) and one.name == part]
        if not found:
            return False
        body = found[0].body
    return isinstance(found[0], ast.FunctionDef)


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name: str) -> None:
    assert is_defined(name)


@pytest.mark.parametrize("table", TABLES)
def test_every_rule_names_a_test_or_says_why_none_can(table: str) -> None:
    assert len(rows(table)) > 10
    for cells in rows(table):
        assert len(cells) == 3, cells
        rule, kept, test = cells
        assert rule and kept
        assert re.fullmatch(r"`tests/[^`]+`(, `tests/[^`]+`)*", test) or re.fullmatch(r"none: .{20,}", test), f"{rule}: {test}"


def test_no_placeholder_is_left() -> None:
    assert not re.findall(r"\{\w+\}", PAGE)


def test_the_check_itself_sees_what_is_missing() -> None:
    assert is_defined("tests/test_accountability_map.py::test_no_placeholder_is_left")
    assert not is_defined("tests/test_accountability_map.py::test_nowhere")
    assert not is_defined("tests/test_accountability_map.py::is_defined")
    assert not is_defined("tests/nowhere.py::test_x")
