"""Spark decides as DuckDB does: on the sample world, digit for digit in its functions, and through the command on the real Neo4j.

Only `make test-spark` runs these, which installs pyspark first.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from bench.resolution import published
from graphsvc.cli import app
from graphsvc.resolution.decisions import Decision, Resolution
from graphsvc.resolution.engines import Engine, started
from graphsvc.resolution.resolve import resolve_organisations, resolve_people
from graphsvc.sample import generate
from graphsvc.settings import Settings
from tests.connections.world import World
from tests.people import set_up
from tests.resolution.conftest import ADA, BO, SOURCES, decided

pytestmark = [
    pytest.mark.spark,
    # Spark's own socket to its Java is closed by the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PEOPLE = 1_000
EQUAL = 0.99
RESOLVERS = {"people": resolve_people, "organisations": resolve_organisations}
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark-home")


@pytest.fixture(scope="module")
def spark(home: Path) -> Iterator[Engine]:
    pytest.importorskip("pyspark", reason="pyspark is not installed: make test-spark installs it")
    with started("spark", Settings(home=home)) as engine:
        yield engine
    assert not list(home.iterdir()), "what Spark had in the home is gone at its end"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("world") / "w"
    generate(PEOPLE, 1, folder)
    people, organisations, reference = published(folder, PEOPLE)
    return {"people": people, "organisations": organisations, "reference": reference}


@pytest.mark.neo4j
def test_the_command_decides_on_spark_what_duckdb_would(world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed: make test-spark installs it")
    assert settings.neo4j_password is not None
    monkeypatch.setenv("GRAPHSVC_HOME", str(settings.home))
    monkeypatch.setenv("GRAPHSVC_NEO4J_URI", str(settings.neo4j_uri))
    monkeypatch.setenv("GRAPHSVC_NEO4J_PASSWORD", settings.neo4j_password.get_secret_value())
    set_up(settings, SOURCES)

    def run(*options: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["resolve", "run", "--json", *options])
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    first = run("--engine", "spark")
    assert decided(world.graph) == {ADA, BO} and first["engine"] == "spark" and first["added"] > 0
    again = run()
    assert (again["engine"], again["added"], again["retired"]) == ("duckdb", 0, 0)
    assert again["since"] is None, "what another engine decided is no ground: everything was compared"
    assert not list(settings.home.glob("spark-*"))


def by_pair(resolution: Resolution) -> dict[Pair, Decision]:
    return {(decision.a, decision.b): decision for decision in resolution.decisions}


def told(decision: Decision | None) -> str:
    return f"{decision.verdict} ({decision.bits:+.4f} bits)" if decision else "not listed"


def frozen(decision: Decision | None) -> Any:
    """What a decision keeps, with its weights as it keeps them."""
    if decision is None:
        return None
    compared = [(c.name, c.level, round(c.bits, 4), c.a, c.b) for c in decision.comparisons]
    return decision.verdict, round(decision.bits, 4), decision.corroborated_by, decision.name_share, decision.contradicted, compared


@pytest.mark.parametrize("kind", ["people", "organisations"])
def test_decisions_equal_duckdbs(spark: Engine, tables: dict[str, Any], kind: str) -> None:
    resolve, table, reference = RESOLVERS[kind], tables[kind], tables["reference"]
    here, there = resolve(table, reference=reference), resolve(table, reference=reference, engine=spark)
    ours, theirs = by_pair(here), by_pair(there)
    pairs = sorted({*ours, *theirs})
    differing = [p for p in pairs if (ours[p].verdict if p in ours else None) != (theirs[p].verdict if p in theirs else None)]
    equal = 1 - len(differing) / len(pairs)
    same = sum(frozen(ours.get(pair)) == frozen(theirs.get(pair)) for pair in pairs)
    print(f"\n{kind}: of {len(pairs):,} decisions {equal:.4%} have the same verdict, {same / len(pairs):.4%} the same evidence")
    for a, b in differing:
        print(f"  {a}  {b}: DuckDB {told(ours.get((a, b)))}, Spark {told(theirs.get((a, b)))}")
    assert len(pairs) > 100 and equal >= EQUAL


def test_words_are_as_alike_on_spark_as_in_duckdb(spark: Engine, tables: dict[str, Any]) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices(letters, k=chance.randint(0, 14))) for letters in ("ab", "abcde", "aeiklmnrst ") for _ in range(700)]
    others = [w if chance.random() < 0.1 else w[: (n := chance.randint(0, len(w)))] + w[n:][::-1] for w in words]
    table = pa.table({"i": range(len(words) + 2), "a": [*words, None, "a"], "b": [*others, "b", None]})
    query = (
        "SELECT i, damerau_levenshtein(a, b) <= 1 AS near, jaro_winkler_similarity(a, b) >= 0.93 AS alike, "
        "jaro_winkler_similarity(a, b) >= 0.75 AS rather, list_contains([coalesce(a, '')], b) AS among FROM words ORDER BY i"
    )
    con = duckdb.connect()
    con.register("words", table)
    with spark.opened("organisations", tables["organisations"].slice(0, 1), tables["reference"]) as bench:
        bench.con.register("words", table)
        found = bench.con.sql(query).fetchall()
    assert found == con.sql(query).fetchall()
