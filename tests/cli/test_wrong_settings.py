"""A setting that can't be used ends every command with its name and why, and never with its value, which may be a secret."""

from __future__ import annotations

import sys

import pytest

from graphsvc.cli import main
from graphsvc.settings import Settings


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("MAIL_SENDER", "graphsvc", "it is no e-mail address"),
        ("MAIL_SENDER", "a@veldmark.example, b@veldmark.example", "it is no e-mail address"),
        ("PUBLIC_URL", "graph.veldmark.example", "it is no address of the API, such as https://graph.example.org"),
        ("PUBLIC_URL", "https://graph.veldmark.example/?key=1", "it is no address of the API, such as https://graph.example.org"),
        ("JOBS", "{", "it is no JSON"),
        ("API_PORT", "70000", "Input should be less than or equal to 65535"),
    ],
)
def test_a_setting_that_cannot_be_used(
    name: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"GRAPHSVC_{name}", value)
    monkeypatch.setattr(sys, "argv", ["graphsvc", "db", "status"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert f"Error: The setting GRAPHSVC_{name} can't be used: {why}." in told
    assert "docs/settings.md" in told


@pytest.mark.parametrize("url", ["https://graph.veldmark.example", "http://10.0.0.7:8420/graphsvc/"])
def test_addresses_that_can(url: str) -> None:
    assert Settings(public_url=url, mail_sender="graphsvc@police.veldmark.example").url == url.rstrip("/")
