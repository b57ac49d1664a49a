"""`graphsvc db`: what it prints, its exit codes, and that it never touches a server of the user's own."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from graphsvc.cli.console import safe, show, statements
from graphsvc.cli.db import app
from graphsvc.cli.progress import CommandProgress
from graphsvc.errors import Conflict, InputError
from graphsvc.settings import Settings
from tests.people import set_up


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRAPHSVC_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def of_the_server(server_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' settings name the session's managed server."""
    for name in ("home", "db_heap_mb", "db_page_cache_mb", "db_start_timeout_s"):
        monkeypatch.setenv(f"GRAPHSVC_{name.upper()}", str(getattr(server_settings, name)))


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=typed)


def test_status_of_nothing_is_exit_code_3(home: Path) -> None:
    result = run("status")
    assert result.exit_code == 3
    assert "does not run; managed by graphsvc" in result.stdout


def test_status_as_json_has_the_same_exit_code(home: Path) -> None:
    result = run("status", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["running"] is False


def test_stop_and_destroy_of_nothing_say_so(home: Path) -> None:
    assert run("stop").stdout == "Neo4j was not running.\n"
    assert run("destroy", "--yes").stdout == "There was no database to delete.\n"


def test_destroy_without_yes_deletes_nothing(home: Path) -> None:
    (home / "neo4j").mkdir()
    result = run("destroy")
    assert isinstance(result.exception, InputError)
    assert "--yes" in str(result.exception)
    assert (home / "neo4j").is_dir()


@pytest.mark.parametrize("arguments", [("start",), ("stop",), ("destroy", "--yes")])
def test_a_server_of_the_users_own_is_left_alone(home: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    monkeypatch.setenv("GRAPHSVC_NEO4J_URI", "bolt://db.example:7687")
    result = run(*arguments)
    assert isinstance(result.exception, Conflict)
    assert "is your own" in result.exception.message


@pytest.mark.neo4j
def test_start_and_status_of_a_running_server(of_the_server: None) -> None:
    started = run("start")
    assert started.exit_code == 0
    assert "answers at bolt://127.0.0.1:" in started.stdout
    told = run("status")
    assert told.exit_code == 0
    assert "answers; managed by graphsvc" in told.stdout


@pytest.mark.neo4j
def test_the_console_prints_rows_as_json_lines_and_refuses_writes(of_the_server: None) -> None:
    set_up(Settings())
    result = run("console", typed="// a comment\nRETURN 1 AS a,\n  'x;y' AS b;\nRETURN 2 AS a")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [{"a": 1, "b": "x;y"}, {"a": 2}]
    refused = run("console", typed="CREATE (:Nothing);")
    assert "read access mode" in str(refused.exception)
    assert run("console", "--write", typed="CREATE (n:ConsoleTest) DELETE n RETURN 1 AS one;").stdout == '{"one": 1}\n'


def test_statements_end_with_a_semicolon_or_the_input() -> None:
    assert list(statements(iter(["A\n", "B;\n", "C; D\n"]))) == ["A\nB", "C; D"]


def test_what_a_source_wrote_can_neither_style_nor_steer_the_terminal() -> None:
    out = io.StringIO()
    show(Console(file=out, force_terminal=True, width=200), [{"a": "[red]\x1b]0;title\x07[/red]", "b": ["\x9b2J", None]}])
    text = out.getvalue()
    assert r"[red]\x1b]0;title\x07[/red]" in text
    assert "\x1b]0" not in text
    assert "\x9b" not in text
    assert safe(7) == "7"


def test_progress_off_a_terminal_is_a_few_plain_lines() -> None:
    out = io.StringIO()
    with CommandProgress(Console(file=out, width=200)) as progress:
        for done in range(0, 100_000_001, 1_000_000):
            progress.bytes_done("Neo4j", done, 100_000_000)
        progress.say("done [not markup]")
    lines = out.getvalue().splitlines()
    assert len(lines) == 5
    assert lines[3].endswith("Neo4j: 100 of 100 MB")
    assert lines[4].endswith("done [not markup]")


def test_progress_on_a_terminal_is_a_bar() -> None:
    out = io.StringIO()
    with CommandProgress(Console(file=out, force_terminal=True, width=200)) as progress:
        progress.bytes_done("Neo4j", 50_000_000, 100_000_000)
        progress.say("still here")
        progress.bytes_done("Neo4j", 100_000_000, 100_000_000)
    assert "/100.0 MB" in out.getvalue()
    assert "still here" in out.getvalue()
