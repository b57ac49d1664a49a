"""Another engine is exchanged for DuckDB without Spark being there: how it is asked for, and how the levels' SQL is translated."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import sqlglot

from graphsvc.errors import InputError
from graphsvc.resolution.engines import DUCKDB, started
from graphsvc.resolution.features import FEATURES
from graphsvc.resolution.spark_sql import Untranslated, to_spark
from graphsvc.settings import Settings

CONDITIONS = sorted(
    {sql for features in FEATURES.values() for f in features for sql in (f.missing, *(level.sql for level in f.levels)) if sql}
)


def test_without_pyspark_the_engine_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.delitem(sys.modules, "graphsvc.resolution.spark", raising=False)
    with pytest.raises(InputError, match="pyspark") as refused, started("spark", Settings(home=tmp_path)):
        pass
    assert "graphsvc[spark]" in str(refused.value.hint)


def test_an_unknown_engine_is_refused_and_duckdb_is_at_hand(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no engine"), started("abacus", Settings(home=tmp_path)):
        pass
    with started("duckdb", Settings(home=tmp_path)) as engine:
        assert engine is DUCKDB


@pytest.mark.parametrize("sql", CONDITIONS)
def test_every_level_is_translated_and_stays_so_when_splink_reads_it_again(sql: str) -> None:
    translated = to_spark(sql)
    assert sqlglot.transpile(translated, read="spark", write="spark") == [translated]
    for own in ("list_has_any", "jaro_winkler_similarity", "&&", "list_contains", "list_intersect"):
        assert own not in translated.lower()


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("list_has_any(a, b)", "ARRAYS_OVERLAP(a, b)"),
        ("len(list_intersect(a, b)) >= 2", "SIZE(ARRAY_INTERSECT(a, b)) >= 2"),
        ("starts_with(a, b)", "STARTSWITH(a, b)"),
        ("jaro_winkler_similarity(a, b) >= 0.9", "GRAPHSVC_JARO_WINKLER(a, b) >= 0.9"),
        ("damerau_levenshtein(a, b) <= 1", "CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE DAMERAU_LEVENSHTEIN(a, b) END <= 1"),
    ],
)
def test_a_function_becomes_the_one_that_computes_the_same(duckdb: str, spark: str) -> None:
    assert to_spark(duckdb) == spark


@pytest.mark.parametrize("sql", ["hugo(a, b)", "jaro_winkler_similarity(a, b) >= 0.5", "jaro_winkler_similarity(a, b) < 0.9"])
def test_what_spark_would_answer_otherwise_is_refused(sql: str) -> None:
    with pytest.raises(Untranslated):
        to_spark(sql)
