"""The page of figures shows the results that are there."""

from __future__ import annotations

from pathlib import Path

from bench.performance import PAGE, PLOTS, draw, page, results


def test_the_page_is_made_of_the_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(results()), "run python -m bench.performance"


def test_plots_are_the_same_for_the_same_results(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        draw(results(), tmp_path / folder)
    for name in PLOTS:
        assert (tmp_path / "one" / f"{name}.svg").read_bytes() == (tmp_path / "other" / f"{name}.svg").read_bytes()
