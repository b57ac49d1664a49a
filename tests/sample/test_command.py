"""`graphsvc sample` as a command: what it prints, and that its errors are ours."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from graphsvc.cli.sample import sample
from graphsvc.errors import Conflict

app = typer.Typer()
app.command()(sample)


def test_it_lists_every_file_with_its_rows(tmp_path: Path) -> None:
    out = tmp_path / "world"
    result = CliRunner().invoke(app, ["--people", "100", "--seed", "3", "--out", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    lines = [line.split() for line in result.stdout.splitlines()]
    for file in manifest["files"]:
        assert [file["name"], f"{file['rows']:,}", f"{file['bytes']:,}"] in lines
    assert "20 connections are planted" in result.stdout


def test_a_folder_in_use_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    arguments = ["--people", "100", "--out", str(tmp_path)]
    assert isinstance(CliRunner().invoke(app, arguments).exception, Conflict)
    assert CliRunner().invoke(app, [*arguments, "--force"]).exit_code == 0


def test_help_names_the_options() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert all(option in result.output for option in ("--people", "--seed", "--out", "--force"))
