"""The page of all figures, `docs/performance.md` with its plots, from `bench/results`: what each measures, when, on which machine.

    python -m bench.performance

Nothing is measured here. A figure that misses its target is shown as it is.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from bench.common import RESULTS

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_PLOTS = "performance"
_MOST_ROWS = 80
_HEAD = """# Performance

Every figure of `bench/`, as last measured. `make bench` measures all of them again (hours), `python -m bench.NAME` one, and
`python -m bench.performance` writes this page from the results. Where there is a target, it stands in the description; peers and
floors were measured in the same run, since times alone say little about another machine. `load` is how busy the machine was at the
end of a run: above its number of cores, times are too long and ratios rough.
"""


@dataclass(frozen=True)
class Result:
    name: str
    at: str
    machine: dict[str, Any]
    rows: list[dict[str, Any]]


def results() -> list[Result]:
    """What was measured last of each, by name."""
    told = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    return [Result(**one) for one in told]


def page(found: list[Result]) -> str:
    """The page, without its plots."""
    return "\n".join([_HEAD, *(_section(one) for one in found)])


def _section(one: Result) -> str:
    about = (importlib.import_module(f"bench.{one.name}").__doc__ or "").split("\n\n    python")[0].strip()
    head, *rest = about.split("\n\n")
    machine = one.machine
    on = (
        f"{one.at[:10]}, {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, Python {machine['python']}, "
        f"load {machine['load_1min']}"
    )
    parts = [f"## {one.name}", head.replace("\n", " "), *(text.replace("\n", " ") for text in rest), f"*{on}*"]
    if one.name in PLOTS:
        parts.append(f"![{one.name}]({_PLOTS}/{one.name}.svg)")
    parts.append(_table(one.rows))
    return "\n\n".join(parts) + "\n"


def _table(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(_cell(row.get(column)) for column in columns)} |" for row in rows[:_MOST_ROWS]]
    more = len(rows) - _MOST_ROWS
    return "\n".join([*lines, *([f"\n{more} rows more are in `bench/results`."] if more > 0 else [])])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")


def _search(axes: Axes, rows: pd.DataFrame) -> None:
    ways = {
        "BFS": "NetworKit, BFS from both ends",
        "shortest": "one shortest path",
        "worth k=1": "the best lead",
        "worth k=5": "five leads",
    }
    for way, words in ways.items():
        axes.plot(rows["links"], rows[f"{way} p50 ms"], marker="o", label=f"{words}, p50")
    axes.set(xscale="log", yscale="log", xlabel="links", ylabel="ms", title="The search alone, in memory")
    axes.legend(loc="lower right")


def _worth(axes: Axes, rows: pd.DataFrame) -> None:
    by_way = rows.groupby("way", sort=False)[["found", "planted"]].sum()
    axes.bar(by_way.index, by_way["found"] / by_way["planted"])
    axes.axhline(0.95, color="black", linewidth=0.8, linestyle="--")
    axes.set(ylim=(0, 1.05), ylabel="share", title="Planted connections found among the first 3")


def _resolution(axes: Axes, rows: pd.DataFrame) -> None:
    people = rows[rows["who"].str.startswith("people >=")].copy()
    people["bits"] = people["who"].str.extract(r">= (\d+)").astype(int)
    for name, of in people.groupby("set", sort=False):
        axes.plot(of["recall"].astype(float), of["precision"].astype(float), marker="o", label=str(name))
    axes.axhline(0.999, color="black", linewidth=0.8, linestyle="--")
    axes.axvline(0.95, color="black", linewidth=0.8, linestyle="--")
    axes.set(xlabel="recall", ylabel="precision", title="People of the sample world, by threshold (4 to 16 bits, from the right)")
    axes.legend()


def _load(axes: Axes, rows: pd.DataFrame) -> None:
    axes.plot(rows["rows"], rows["load items/s"], marker="o", label="graphsvc load")
    axes.plot(rows["rows"], rows["bare items/s"], marker="o", label="bare UNWIND script")
    axes.set(xscale="log", xlabel="rows", ylabel="entities and links a second", ylim=(0, None), title="Loading")
    axes.legend()


PLOTS = {"load": _load, "resolution": _resolution, "search": _search, "worth": _worth}


def draw(found: list[Result], folder: Path) -> None:
    """The plots as SVG, the same bytes for the same results."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in found:
        if one.name in PLOTS:
            with mpl.rc_context({"svg.hashsalt": one.name, "svg.fonttype": "none"}):
                figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
                PLOTS[one.name](axes, pd.DataFrame(one.rows))
                axes.spines[["top", "right"]].set_visible(False)
                figure.savefig(folder / f"{one.name}.svg", metadata={"Date": None, "Creator": None})
                plt.close(figure)


def main() -> int:
    found = results()
    PAGE.write_text(page(found), encoding="utf-8")
    draw(found, PAGE.parent / _PLOTS)
    print(f"{PAGE.name}: {', '.join(one.name for one in found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
