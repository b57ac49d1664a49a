"""`graphsvc db console`: Cypher statements typed or piped in, rows printed. A door of the database's operator, without logic."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from graphsvc.errors import GraphsvcError

Row = dict[str, Any]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def statements(lines: Iterator[str]) -> Iterator[str]:
    """Statements out of lines: each ends with `;` at the end of a line, the last one also with the input."""
    waiting: list[str] = []
    for line in lines:
        waiting.append(line.rstrip("\n"))
        if line.rstrip().endswith(";"):
            yield _joined(waiting)
            waiting = []
    yield _joined(waiting)


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip().removesuffix(";").strip()


def run_piped(run: Callable[[str], list[Row]]) -> None:
    """Run what comes on stdin, one statement after the other; rows as JSON, one a line. The first error ends it."""
    for statement in statements(iter(sys.stdin)):
        if statement:
            for row in run(statement):
                print(json.dumps(row, ensure_ascii=False, default=str))


def run_typed(run: Callable[[str], list[Row]], *, write: bool) -> None:
    """Ask for statements until the input ends; rows as tables. An error is shown and the next statement asked for."""
    console = Console()
    mode = "reads and writes" if write else "reads only; --write for writes"
    console.print(f"Cypher ({mode}). End a statement with ; and the console with Ctrl-D.", markup=False)
    for statement in statements(_typed()):
        if not statement:
            continue
        if statement.lower() in ("exit", "quit"):
            return
        try:
            show(console, run(statement))
        except GraphsvcError as error:
            console.print(str(error), style="red", markup=False)


def _typed() -> Iterator[str]:
    prompt = "cypher> "
    while True:
        try:
            line = input(prompt)
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            print()
            return
        prompt = "cypher> " if line.rstrip().endswith(";") else "   ...> "
        yield line


def show(console: Console, rows: list[Row]) -> None:
    """Print rows as a table. What a source wrote stays text: no markup, no terminal control."""
    if rows:
        table = Table()
        for name in rows[0]:
            table.add_column(Text(safe(name)))
        for row in rows:
            table.add_row(*(Text(safe(value)) for value in row.values()))
        console.print(table)
    console.print(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", markup=False)


def safe(value: Any) -> str:
    """A value as text without control characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
