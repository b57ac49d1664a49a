"""The README's walk from an inquiry to a verified log, word for word, in a deployment that the demo's own commands set up."""

from __future__ import annotations

import gzip
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from graphsvc.audit.engine import open_engine, reading
from graphsvc.audit.search import Filter, Found, find
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.office import audit_url
from graphsvc.sample import generate
from graphsvc.settings import Settings

pytestmark = pytest.mark.neo4j

ROOT = Path(__file__).parent.parent
# Of the demo's files those that the walk speaks of; of the large ones the rows that have this in them.
FILES = {
    "company_register/companies-2024-06-30.csv": None,
    "company_register/officers-2024-06-30.csv": None,
    "case_files/cases-2024-06-30.jsonl": None,
    "utility_bills/contracts-2024-06-30.csv": b"|T. Salesmark|",
    "plate_reads/reads-2024-06-30.csv.gz": b",SJ79644,",
}


def walk() -> str:
    """The five lines, as they stand in the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"\nThen, in five lines:\n\n```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None, "the README has no block after `Then, in five lines:`"
    return found[1]


def typed(text: str, terminal: dict[str, str]) -> str:
    """What the lines print in a shell that ends with the first one that fails."""
    done = subprocess.run(["sh", "-eu", "-c", text], env=terminal, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def terminal(graph: Graph, settings: Settings, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has run the demo, with fewer rows."""
    assert settings.neo4j_password is not None
    terminal = {
        **os.environ,
        "GRAPHSVC_HOME": str(settings.home),
        "GRAPHSVC_NEO4J_URI": str(settings.neo4j_uri),
        "GRAPHSVC_NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUTF8": "1",
    }
    sample = tmp_path / "sample"
    generate(2000, 1, sample)
    for name, having in FILES.items():
        if having is not None:
            keep_rows(sample / name, having)
    demo = (ROOT / "docs" / "demo.sh").read_text(encoding="utf-8")
    lines = [line for line in re.findall(r"run '(.*)'", demo) if line.startswith("graphsvc user add")]
    for source in sorted({name.partition("/")[0] for name in FILES}):
        files = [shlex.quote(str(sample / name)) for name in FILES if name.startswith(f"{source}/")]
        lines.append(f"graphsvc load {source} {' '.join(files)}")
    lines += [
        'graphsvc inquiry open --purpose investigation --case VM-2026-0416 --reason "Who is who in what was loaded"',
        *(line for line in re.findall(r"run '(.*)'", demo) if line.startswith("graphsvc resolve run")),
        "graphsvc inquiry close",
    ]
    typed("\n".join(lines), terminal)
    return terminal


def keep_rows(file: Path, having: bytes) -> None:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rb") as whole:
        head, *rows = whole.readlines()
    with opened(file, "wb") as part:
        part.writelines([head, *(row for row in rows if having in row)])


def entries(settings: Settings) -> list[Found]:
    """The log, read past its own functions, which would log the look."""
    engine = open_engine(audit_url(settings))
    try:
        with reading(engine) as connection:
            return find(connection, Filter(), 1000)
    finally:
        engine.dispose()


def test_the_walk_from_an_inquiry_to_a_verified_log(terminal: dict[str, str], settings: Settings) -> None:
    lines = walk()
    assert len(lines.splitlines()) == 5
    before = len(entries(settings))
    told = typed(lines, terminal)
    assert re.search(r"^Inquiry inq_\w+ is open until ", told)
    assert "1 lead between Trångand Braknäan Lynby (Company register of Veldmark (sample)) and Semus Krolyberg" in told
    assert "T. Salesmark is billed for supply at VELKAJ 3A, 10700 JIBRALTMOUTH" in told
    assert told.count("SJ79644 XV: unverified") == 5
    assert f"The log is intact: {before + 8} entries" in told
    asked = [(one.leaf["kind"], one.leaf["operation"]) for one in entries(settings)[before:]]
    assert asked == [
        ("asked", "inquiry.open"), ("changed", "inquiry.open"), ("asked", "path"), ("answered", "path"),
        ("asked", "sighting"), ("answered", "sighting"), ("asked", "inquiry.close"), ("changed", "inquiry.close"),
    ]  # fmt: skip
    path = entries(settings)[before + 3]
    assert (path.leaf["purpose"], path.personal["case"], path.personal["user"]) == ("investigation", "VM-2026-0417", "anna")
    assert f"Entry {path.index} of the audit log; SHA-256 of the answer {path.leaf['answer_sha256'][:16]}" in told
