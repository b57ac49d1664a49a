"""Every `graphsvc` command that the README, the documents and the program's own hints show can be typed: its words and options exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from graphsvc.cli import app

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "docker").glob("*.md"), ROOT / "docs" / "demo.sh"])
TREE = typer.main.get_command(app)


def shown(page: Path) -> Iterator[str]:
    """Command lines in blocks (fenced, indented, or of a script) and in inline code."""
    text = page.read_text(encoding="utf-8")
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif found := re.match(r"(?:\$ )?(graphsvc .*)" if fenced else r"(?:    |(?:    )?run ['\"])(graphsvc .*)", line):
            yield found[1]
    yield from re.findall(r"`(graphsvc [^`]+)`", text)


def problem(line: str) -> str | None:
    """What is wrong with a command line, or None. Words after a comment sign or a pipe are not looked at."""
    words = [word.strip("'\\") for word in re.split(r" +[#|] ", line)[0].split()]
    command: Any = TREE
    for word in words[1:]:
        below = getattr(command, "commands", None)
        if below is None:
            break
        if word == "..." or word.startswith("-"):
            return None
        if word not in below:
            return f"there is no command {word!r}"
        command = below[word]
    options = {o for parameter in command.params for o in parameter.opts} | {"--help", "-h"}
    for word in words:
        name = word.strip("[]\"'")
        if re.match(r"--?[a-z]", name) and name not in options:
            return f"`{line}` has no option {name}"
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_that_a_page_shows_exist(page: Path) -> None:
    wrong = {line: said for line in shown(page) if (said := problem(line)) is not None}
    assert wrong == {}


def test_commands_that_errors_and_helps_name_exist() -> None:
    wrong = {}
    for file in sorted((ROOT / "graphsvc").rglob("*.py")):
        text = re.sub(r'"\n\s*f?"', "", file.read_text(encoding="utf-8"))  # a sentence may go on in the next line
        for line in re.findall(r"`(graphsvc [^`]+)`", text):
            if (said := problem(re.sub(r"\{[^}]*\}", "X", line))) is not None:
                wrong[f"{file.relative_to(ROOT)}: {line}"] = said
    assert wrong == {}


def test_the_check_itself_sees_what_is_wrong() -> None:
    assert problem("graphsvc fnd x") == "there is no command 'fnd'"
    assert problem("graphsvc db begin") == "there is no command 'begin'"
    assert problem("graphsvc path A B --hops 3") == "`graphsvc path A B --hops 3` has no option --hops"
    assert problem("graphsvc path A B --max-hops 3 -k 5 | head -3") is None
    assert len(list(shown(ROOT / "README.md"))) > 10


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []
