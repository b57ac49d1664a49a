"""What every measurement shares: a table to read, JSON to compare later, and which machine it was."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
_WIDE = 240


def machine() -> dict[str, Any]:
    """What a figure depends on besides the code: processors and how busy they were, memory, system, versions."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
        "memory_gib": round(psutil.virtual_memory().total / (1 << 30), 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def report(name: str, rows: Sequence[dict[str, Any]], machine: dict[str, Any], out: Path | None = None) -> Path:
    """Print the rows as a table, with the machine below, and write both as JSON. Returns the file (`results/<name>.json`)."""
    table = Table(title=name)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    for column in columns:
        table.add_column(column, justify="left" if column == columns[0] else "right")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    # In a file or a CI log as wide as the table needs: cells cut short tell nothing.
    console = Console() if sys.stdout.isatty() else Console(width=_WIDE)
    console.print(table)
    console.print(", ".join(f"{key} {value}" for key, value in machine.items()), highlight=False)
    path = out or RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    result = {"name": name, "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "rows": list(rows)}
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())
