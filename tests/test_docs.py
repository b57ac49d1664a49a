"""The documents name every setting, command, option and route: what is built and what is written can't drift apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from graphsvc.api import create_app
from graphsvc.cli import app
from graphsvc.settings import Settings

DOCS = Path(__file__).parent.parent / "docs"


def written() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md")))


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for word, one in below.items():
        yield from commands(one, f"{name} {word}")


COMMANDS = dict(commands(typer.main.get_command(app), "graphsvc"))


def test_every_setting_stands_in_the_table_with_its_variable_and_meaning() -> None:
    lines = (DOCS / "settings.md").read_text(encoding="utf-8").splitlines()
    for name, field in Settings.model_fields.items():
        start = f"| `{name}` | `GRAPHSVC_{name.upper()}` |"
        assert [line for line in lines if line.startswith(start) and str(field.description) in line], f"docs/settings.md lacks {start}"


def test_the_table_has_no_setting_that_is_gone() -> None:
    lines = (DOCS / "settings.md").read_text(encoding="utf-8").splitlines()
    named = {line.split("`")[1] for line in lines if line.startswith("| `")}
    assert named == set(Settings.model_fields)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented(name: str) -> None:
    text = written()
    assert name in text, f"no document in docs/ names `{name}`"
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option" and not parameter.hidden:
            assert any(f"`{o}" in text or f" {o}" in text or f"[{o}" in text for o in parameter.opts), f"{name}: {parameter.opts}"


def test_every_route_is_documented(tmp_path: Path) -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    routes = create_app(Settings(home=tmp_path)).openapi()["paths"]
    assert routes
    for path, methods in routes.items():
        for method in methods:
            assert f"`{method.upper()} {path.replace(':path', '')}" in text, f"docs/api.md lacks {method.upper()} {path}"
