"""The house as people meet it: built, installed somewhere else, run there; the demo; the locks; what is generated is current."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from graphsvc.graph.driver import Graph
from graphsvc.graph.server_config import Memory, neo4j_conf
from graphsvc.loading.schema import json_schema_text
from graphsvc.sample import generate
from graphsvc.settings import Settings
from tests.people import CASE, REASON

ROOT = Path(__file__).parent.parent
CONTENT = ("cypher", "loaders", "viz")
# `make test-full` runs the demo a second time.
FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"
INVENTED_DIRECTOR = "Trångand Braknäan Lynby"


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None, timeout_s: float = 300) -> str:
    """What a command writes to stdout; a failing one fails the test with all that it said."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout_s)
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without what would lead an installation back to this folder."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")} | more


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, which is built from this folder; nothing is fetched."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    [built] = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but the wheel and what requirements.lock names: its folder of commands."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    commands = folder / "env" / "bin"
    install = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", commands / "python")
    locked = ("--require-hashes", "-r", ROOT / "requirements.lock")
    # What an earlier run fetched is enough; only without it the network is asked.
    if subprocess.run([*install, "--offline", *locked], capture_output=True).returncode != 0:
        run(*install, *locked, cwd=folder)
    run(*install, "--no-deps", wheel, cwd=folder)
    return commands


def test_the_wheel_carries_every_content_file_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = run("git", "ls-files", *CONTENT, cwd=ROOT).split() if (ROOT / ".git").exists() else []
    here = tracked or [str(p.relative_to(ROOT)) for folder in CONTENT for p in (ROOT / folder).rglob("*") if p.is_file()]
    assert here
    assert {f"graphsvc/_content/{name}" for name in here} <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"graphsvc"}


def test_an_installed_wheel_knows_its_sources(installed: Path, tmp_path: Path) -> None:
    env = clean_environment(GRAPHSVC_HOME=str(tmp_path / "home"))
    assert "How are these people and organisations connected" in run(installed / "graphsvc", "--help", cwd=tmp_path, env=env)
    listed = run(installed / "graphsvc", "source", "list", cwd=tmp_path, env=env)
    assert {line.split(":")[0] for line in listed.splitlines()} == {p.parent.name for p in (ROOT / "loaders").glob("*/source.yaml")}
    assert "is right" in run(installed / "graphsvc", "source", "check", "company_register", cwd=tmp_path, env=env)
    where = run(installed / "python", "-c", "from graphsvc.graph.content import content; print(content('cypher'))", cwd=tmp_path, env=env)
    assert not Path(where.strip()).is_relative_to(ROOT)


@pytest.mark.neo4j
def test_an_installed_wheel_loads_and_answers(installed: Path, graph: Graph, settings: Settings, tmp_path: Path) -> None:
    generate(100, 1, tmp_path / "world", lambda file, rows: None)
    assert settings.neo4j_uri is not None and settings.neo4j_password is not None
    env = clean_environment(
        GRAPHSVC_HOME=str(settings.home),
        GRAPHSVC_NEO4J_URI=settings.neo4j_uri,
        GRAPHSVC_NEO4J_PASSWORD=settings.neo4j_password.get_secret_value(),
    )
    files = sorted((tmp_path / "world" / "company_register").iterdir())
    who = ("--name", "Anna Dekker", "--agency", "veldmark_police", "--role", "analyst", "--purpose", "investigation")
    run(installed / "graphsvc", "user", "add", "anna", *who, "--trained-until", "2099-12-31", cwd=tmp_path, env=env)
    report = run(installed / "graphsvc", "load", "company_register", *files, cwd=tmp_path, env=env)
    assert "rejected 0" in report
    why = ("--purpose", "investigation", "--case", CASE, "--reason", REASON)
    run(installed / "graphsvc", "inquiry", "open", *why, cwd=tmp_path, env=env)
    officer = next(r["p"] for r in graph.look("MATCH (p:Person) WHERE p.stub IS NULL RETURN p ORDER BY p.id") if r["p"]["caption"])
    assert officer["id"] in run(installed / "graphsvc", "find", officer["caption"], cwd=tmp_path, env=env)
    companies = graph.look("MATCH (p:Person)-[r:DIRECTOR_OF]->(c:Company) RETURN p.id AS p, c.id AS c ORDER BY p, c LIMIT 1")
    page = tmp_path / "page.html"
    answer = run(installed / "graphsvc", "path", companies[0]["p"], companies[0]["c"], "--html", page, cwd=tmp_path, env=env)
    assert "is a director of" in answer
    assert "vis-network" in page.read_text(encoding="utf-8")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder for the demo, and the environment to run it in; its database is gone afterwards."""
    commands = Path(sys.executable).parent
    env = clean_environment(PATH=f"{commands}{os.pathsep}{os.environ['PATH']}", GRAPHSVC_DB_HEAP_MB="1024", GRAPHSVC_DB_PAGE_CACHE_MB="128")
    folder = tmp_path / "demo"
    yield folder, env
    home = {**env, "GRAPHSVC_HOME": str(folder / "home")}
    subprocess.run([commands / "graphsvc", "db", "destroy", "--yes"], env=home, cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.neo4j
def test_the_demo_answers_from_three_sources_and_a_second_run_changes_nothing(demo: tuple[Path, dict[str, str]]) -> None:
    folder, env = demo
    first = run("sh", ROOT / "docs" / "demo.sh", folder, cwd=ROOT, env=env, timeout_s=900)
    crossed = re.search(r"^1\. \d+ links, \d+ same-as, cost [\d.]+, [^,]+, sources: (.*)$", first, re.MULTILINE)
    assert crossed is not None and len(crossed[1].split(", ")) >= 3
    assert INVENTED_DIRECTOR in first
    assert "(checked again: matches)" in first
    assert (folder / "answer.html").stat().st_size > 100_000
    # The two months: what changed with its cause, and the mail of both watches.
    assert re.search(r"^merged: .*\n  Without this one it would not have happened\.$", first, re.MULTILINE)
    assert set(re.findall(r"^Subject: graphsvc: an alert \((\w+)\), case VM-2026-0417$", first, re.MULTILINE)) == {"entity", "identifier"}
    if not FULL:
        return
    again = run("sh", ROOT / "docs" / "demo.sh", folder, cwd=ROOT, env=env, timeout_s=900)
    assert re.findall(r"new: (\d+ records.*)", again) == ["0 records, 0 entities, 0 links"] * 8


def test_the_published_schema_of_loader_specs_is_current() -> None:
    assert (ROOT / "loaders" / "schema" / "source.schema.json").read_text(encoding="utf-8") == json_schema_text()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-spark.lock"])
def test_a_lock_holds_what_pyproject_asks_for_with_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = {m[1] for m in re.finditer(r"^([a-z0-9-]+)==\S+.*\\\n    --hash=sha256:", text, re.MULTILINE)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + (project["dependency-groups"]["dev"] if "dev" in lock else [])
    wanted += project["project"]["optional-dependencies"]["spark"] if "spark" in lock else []
    assert {re.split(r"[<>=\[ ]", w)[0].lower() for w in wanted} <= pinned
    assert len(pinned) == len({line.split("==")[0] for line in text.splitlines() if re.match(r"[a-z0-9-]+==", line)})
    assert "://" not in text


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_says_what_it_can_do() -> None:
    shown = run("make", "help", cwd=ROOT)
    for target in ("demo", "test", "test-full", "test-spark", "lint", "bench", "bench-smoke", "clean"):
        assert re.search(rf"^make {target} +\S", shown, re.MULTILINE)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_says_which_python_it_needs(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    done = subprocess.run(["make", "PYTHON=no-such-python", "demo"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "graphsvc needs Python 3.11 or later" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_container_is_set_as_the_managed_server_is() -> None:
    text = (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8")
    environment: dict[str, str] = yaml.safe_load(text)["services"]["neo4j"]["environment"]
    # Neo4j's image writes the dots of a setting as _ and its underscores as __.
    container = {k.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_"): v for k, v in environment.items()}
    managed = dict(
        line.split("=", 1) for line in neo4j_conf(Settings(), bolt_port=7687, size=Memory(2048, 1024)).splitlines() if "=" in line
    )
    # The container's own affairs: what it listens to, that it asks for a password, where it writes.
    shared = {k for k in managed if not k.startswith(("server.bolt", "server.http", "server.default", "server.directories", "server.logs"))}
    assert shared - {"dbms.security.auth_enabled"} <= set(container)
    same = ("dbms.security.procedures.allowlist", "internal.dbms.cypher_ip_blocklist", "dbms.cypher.forbid_exhaustive_shortestpath")
    assert {name: container[name] for name in same} == {name: managed[name] for name in same}


def test_every_test_file_has_a_name_of_its_own() -> None:
    """pytest imports them by their bare names: two of one name can be run apart, but not together."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
