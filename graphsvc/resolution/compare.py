"""Candidates and their scores: DuckDB finds the pairs that share a key, Splink weighs them.

Deterministic: a score is a sum over one pair's columns, and all that is read is sorted, so that threads change nothing. Imports duckdb,
pyarrow, splink and this package's own parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from splink import DuckDBAPI, Linker, SettingsCreator

from graphsvc.errors import InputError
from graphsvc.resolution.bounds import Bound, marks
from graphsvc.resolution.features import EQUAL, FEATURES, TIES, Feature, Level
from graphsvc.resolution.keys import IDENTIFIER, keys_of, rules, value_of
from graphsvc.resolution.model import Model
from graphsvc.resolution.prepare import prepare
from graphsvc.resolution.reference import Reference

# Beyond this, most of what is compared is a value that stands for "unknown", or a key that says nothing. A well-behaved table has some 20.
_PAIRS_PER_ROW = 200
_PAIRS_ALWAYS = 1_000_000  # what a laptop compares in seconds, however few rows they come from
_PAIRS_AT_ONCE = 4_000_000  # Splink copies the rows that are compared for each portion, and keeps what is possible: some hundred MB
_FREQUENCIES = {"family": "family", "given": "given", "second": "given", "core": "core"}  # column: which list of the reference table

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scored:
    """Pairs of rows with their score, one entry a pair; `levels` and `bits` have a column for each feature."""

    n_l: Ints
    n_r: Ints
    total: npt.NDArray[np.float64]
    levels: npt.NDArray[np.int8]
    """Index into the feature's levels; -1 where something was missing."""
    bits: npt.NDArray[np.float64]


class Bench:
    """The prepared rows of one table in a DuckDB of their own, ready to be compared. Use `opened`."""

    def __init__(self, kind: str, table: pa.Table, reference: Reference) -> None:
        self.kind = kind
        self.features: tuple[Feature, ...] = FEATURES[kind]
        self.reference = reference
        self.con = self._connect()
        self._rules = rules(kind, reference)
        self._shares: dict[str, pa.Table] = {}
        entities: list[Ints] = []
        for number, rows in enumerate(prepare(kind, table, reference)):
            entities.append(np.asarray(rows["entity"].to_numpy(), dtype=np.int64))
            self._add(number, rows)
        self.entity: Ints = np.concatenate(entities)
        """The entity's number of each row."""

    def _connect(self) -> Any:
        con = duckdb.connect(":memory:")
        con.execute("SET preserve_insertion_order = false")  # what is read is sorted; keeping an order costs memory
        return con

    def _backend(self) -> Any:
        """Where Splink computes."""
        return DuckDBAPI(self.con)

    def _add(self, number: int, rows: pa.Table) -> None:
        self.con.register("batch", rows)
        self.con.execute("CREATE TABLE rows AS FROM batch" if number == 0 else "INSERT INTO rows FROM batch")
        keys = keys_of(self._rules, "batch")
        self.con.execute(f"CREATE TABLE keys AS {keys}" if number == 0 else f"INSERT INTO keys {keys}")
        self.con.unregister("batch")

    def candidates(self, only: pa.Array | None = None) -> pa.Table:
        """Pairs of rows (`join_key_l` < `join_key_r`) of two entities that share a key; `match_key` is '1' if it is an identifier.

        With `only` (entities), pairs with at least one of them. Raises InputError when there would be too many to compare.
        """
        self._refuse_explosion()
        return self.con.sql(f"{self._meeting(only)} ORDER BY join_key_l, join_key_r").to_arrow_table()

    def _meeting(self, only: pa.Array | None, where: str = "true") -> str:
        """SQL for the candidates, of the rows `l` of which this holds."""
        touched = ""
        if only is not None:
            self.con.register("touched", pa.table({"entity": only}))
            touched = "AND (l.entity IN (SELECT entity FROM touched) OR r.entity IN (SELECT entity FROM touched))"
        identifier = next(at for at, rule in enumerate(self._rules) if rule.name == IDENTIFIER)
        return (
            f"SELECT max(CASE l.rule WHEN {identifier} THEN '1' ELSE '0' END) AS match_key, l.n AS join_key_l, r.n AS join_key_r "
            "FROM keys l JOIN keys r ON l.key = r.key AND l.n < r.n "
            f"WHERE l.entity <> r.entity AND {where} {touched} GROUP BY l.n, r.n"
        )

    def score_candidates(self, model: Model, only: pa.Array | None = None) -> Scored:
        """The candidates that are possibly the same; those with an equal identifier, which decides, whatever their bits."""
        pairs = self._worth_a_look(model, only)
        decided = pc.equal(pairs["match_key"], "1")
        weighed = self.score(model, pairs.filter(pc.invert(decided)), model.possible_bits)
        return _joined([weighed, self.score(model, pairs.filter(decided))])

    def _worth_a_look(self, model: Model, only: pa.Array | None) -> pa.Table:
        """The candidates without those that can't be possibly the same, seven in eight of a well-behaved table."""
        expected = self._refuse_explosion()
        bound = Bound(self.features, model, self.reference)
        self._mark(bound)
        portions = expected // _PAIRS_AT_ONCE + 1
        found = [self._possible(bound, model.possible_bits, self._meeting(only, f"l.n % {portions} = {at}")) for at in range(portions)]
        self.con.execute("DROP TABLE marks")
        return pa.concat_tables(found).sort_by([("join_key_l", "ascending"), ("join_key_r", "ascending")])

    def _possible(self, bound: Bound, least: float, meeting: str) -> pa.Table:
        # Pairs first, bounds after: in one query DuckDB takes twice as long.
        self.con.execute(f"CREATE TABLE met AS {meeting}")
        found = self.con.sql(
            "SELECT p.* FROM met p JOIN marks l ON l.n = p.join_key_l JOIN marks r ON r.n = p.join_key_r "
            f"WHERE p.match_key = '1' OR {bound.sql} >= {least!r}"
        ).to_arrow_table()
        self.con.execute("DROP TABLE met")
        return found

    def _mark(self, bound: Bound) -> None:
        for column, listed in _FREQUENCIES.items():
            if f"{column}__tf" in bound.columns:
                self.con.register("frequencies", self._frequencies(column, listed))
                self.con.execute(f"CREATE OR REPLACE TABLE tf_{column} AS FROM frequencies")
                self.con.unregister("frequencies")
        self.con.execute(f"CREATE OR REPLACE TABLE marks AS {marks(bound.columns)}")

    def bounded(self, bound: Bound, pairs: pa.Table) -> npt.NDArray[np.float64]:
        """The bound of each of the pairs, which are sorted."""
        self._mark(bound)
        self.con.register("asked", pairs)
        found = self.con.sql(
            f"SELECT {bound.sql} AS bits FROM asked p JOIN marks l ON l.n = p.join_key_l JOIN marks r ON r.n = p.join_key_r "
            "ORDER BY p.join_key_l, p.join_key_r"
        ).to_arrow_table()
        self.con.unregister("asked")
        return np.asarray(found["bits"].to_numpy(), dtype=np.float64)

    def tied(self) -> pa.Table:
        """Pairs of rows of two entities that share a home, phone, account or vehicle, whatever their names: for training."""
        return self.con.sql(
            "WITH t AS (SELECT n, entity, unnest(ties) AS tie FROM rows) "
            "SELECT DISTINCT '0' AS match_key, l.n AS join_key_l, r.n AS join_key_r FROM t l JOIN t r "
            "ON l.tie = r.tie AND l.n < r.n WHERE l.entity <> r.entity ORDER BY join_key_l, join_key_r"
        ).to_arrow_table()

    def values(self, column: str) -> list[str | None]:
        """A column of the prepared rows."""
        return [value for (value,) in self.con.sql(f"SELECT {column} FROM rows ORDER BY n").fetchall()]

    def _refuse_explosion(self) -> int:
        """How many pairs share a key, those counted again that share several."""
        rows = len(self.entity)
        limit = max(_PAIRS_ALWAYS, _PAIRS_PER_ROW * rows)
        blocks = (
            "SELECT rule, key, min(n) AS first, count(*) AS held, count(*) * (count(*) - 1) // 2 AS pairs "
            "FROM keys GROUP BY rule, key HAVING count(*) > 1"
        )
        total = int(self.con.sql(f"SELECT coalesce(sum(pairs), 0) FROM ({blocks})").fetchall()[0][0])
        if total <= limit:
            return total
        worst = []
        for at, key, n, held, pairs in self.con.sql(f"{blocks} ORDER BY pairs DESC, rule, key LIMIT 3").fetchall():
            rule = self._rules[at]
            value = value_of(rule, key, self.con.sql(f"SELECT * FROM rows WHERE n = {n}").to_arrow_table())
            worst.append(f"{held:,} rows share {rule.name} {value!r} ({pairs:,} pairs)")
        raise InputError(
            f"{rows:,} rows would give {total:,} pairs to compare, and {limit:,} are the most: {'; '.join(worst)}.",
            hint="A value that stands for 'unknown' must be missing: name it in the loader spec's null_words, and load the source again.",
            rows=rows,
            pairs=total,
            limit=limit,
        )

    def score(self, model: Model, pairs: pa.Table, at_least: float | None = None) -> Scored:
        """The pairs with their bits, in order; those under `at_least` bits left out."""
        none = np.empty(0, dtype=np.int64)
        scored = [Scored(none, none, np.empty(0), np.empty((0, len(self.features)), dtype=np.int8), np.empty((0, len(self.features))))]
        for start in range(0, pairs.num_rows, _PAIRS_AT_ONCE):
            portion = [self._weigh(model, tied, group, at_least) for tied, group in self._by_ties(pairs.slice(start, _PAIRS_AT_ONCE))]
            scored.append(_sorted(_joined(portion)))
        return _joined(scored)

    def _by_ties(self, pairs: pa.Table) -> Iterator[tuple[frozenset[str], pa.Table]]:
        """The pairs by what their rows share, of what people of one household share: one look at it, where the levels would take twenty."""
        self.con.register("asked", pairs)
        shares = " + ".join(f"CASE WHEN list_has_any(l.{tie}, r.{tie}) THEN {1 << at} ELSE 0 END" for at, tie in enumerate(TIES))
        found = self.con.sql(
            f"SELECT {shares} AS shared, p.* FROM asked p JOIN rows l ON l.n = p.join_key_l JOIN rows r ON r.n = p.join_key_r"
        ).to_arrow_table()
        self.con.unregister("asked")
        for shared in range(1 << len(TIES)):
            group = found.filter(pc.equal(found["shared"], shared))
            if group.num_rows:
                yield frozenset(tie for at, tie in enumerate(TIES) if shared >> at & 1), group.drop_columns("shared")

    def _weigh(self, model: Model, tied: frozenset[str], pairs: pa.Table, at_least: float | None) -> Scored:
        api = self._backend()
        linker = Linker(api.register("rows"), self._settings(model, tied), validate_settings=False, log_level=None)
        for column, listed in _FREQUENCIES.items():
            if any(level.frequency == column for feature in self.features for level in self._given(feature, tied)):
                linker.table_management.register_term_frequency_lookup(api.register(self._frequencies(column, listed)), column)
        linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
        predicted = linker.inference.predict(threshold_match_weight=at_least, warning_mode="never")
        scored = self._scored(predicted.physical_name, tied)
        predicted.drop_table_from_database_and_remove_from_cache()
        linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]  # Splink has no types here
        return scored

    def _scored(self, predicted: str, tied: frozenset[str]) -> Scored:
        adjusted = {f"mw_tf_adj_{f.name}" for f in self.features if any(level.frequency for level in self._given(f, tied))}
        named = [f"{prefix}_{feature.name}" for feature in self.features for prefix in ("gamma", "mw")]
        wanted = ["n_l", "n_r", "match_weight", *named, *sorted(adjusted)]
        found = self.con.sql(f"SELECT {', '.join(wanted)} FROM {predicted}").to_arrow_table()
        levels, bits = [], []
        for feature in self.features:
            # Splink numbers levels from the last, which is 0; -1, the last entry here, is a missing value.
            names = [level.name for level in feature.levels]
            of_gamma = np.array([*(names.index(level.name) for level in reversed(self._given(feature, tied))), -1], dtype=np.int8)
            levels.append(of_gamma[found[f"gamma_{feature.name}"].to_numpy()])
            weight, more = found[f"mw_{feature.name}"].to_numpy(), f"mw_tf_adj_{feature.name}"
            bits.append(weight + found[more].to_numpy() if more in adjusted else weight)
        n_l, n_r = (np.asarray(found[name].to_numpy(), dtype=np.int64) for name in ("n_l", "n_r"))
        return Scored(n_l, n_r, found["match_weight"].to_numpy(), np.stack(levels, axis=1), np.stack(bits, axis=1))

    def _given(self, feature: Feature, tied: frozenset[str]) -> tuple[Level, ...]:
        return feature.given(not tied.isdisjoint(feature.ties))

    def _frequencies(self, column: str, listed: str) -> pa.Table:
        """Each value of a column with its share; looked up once, and asked for by each part of the pairs."""
        if column not in self._shares:
            values = [v for (v,) in self.con.sql(f"SELECT DISTINCT {column} FROM rows WHERE {column} IS NOT NULL ORDER BY 1").fetchall()]
            shares = [self.reference.share(listed, value) for value in values]
            self._shares[column] = pa.table({column: values, f"tf_{column}": shares})
        return self._shares[column]

    def _settings(self, model: Model, tied: frozenset[str]) -> SettingsCreator:
        return SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="n",
            comparisons=[self._comparison(model, feature, tied) for feature in self.features],
            probability_two_random_records_match=1 / (1 + 2 ** -model.prior_bits(self.reference)),
            retain_intermediate_calculation_columns=True,
            retain_matching_columns=True,  # without them Splink leaves the levels out
        )

    def _comparison(self, model: Model, feature: Feature, tied: frozenset[str]) -> dict[str, Any]:
        levels: list[dict[str, Any]] = [{"sql_condition": feature.missing, "label_for_charts": "missing", "is_null_level": True}]
        for level in self._given(feature, tied):
            m, u = model.probabilities(feature, level, self.reference)
            made: dict[str, Any] = {
                "sql_condition": level.sql or "ELSE", "label_for_charts": level.name, "m_probability": m, "u_probability": u
            }  # fmt: skip
            if level.frequency:
                made |= {
                    "tf_adjustment_column": level.frequency,
                    "disable_tf_exact_match_detection": level.name in EQUAL,
                }
            levels.append(made)
        return {"output_column_name": feature.name, "comparison_levels": levels}


def _joined(parts: list[Scored]) -> Scored:
    return Scored(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("n_l", "n_r", "total", "levels", "bits")))


def _sorted(scored: Scored) -> Scored:
    order = np.lexsort((scored.n_r, scored.n_l))
    return Scored(*(getattr(scored, name)[order] for name in ("n_l", "n_r", "total", "levels", "bits")))


@contextmanager
def opened(kind: str, table: pa.Table, reference: Reference) -> Iterator[Bench]:
    """A bench whose memory is freed at the end."""
    bench = Bench(kind, table, reference)
    try:
        yield bench
    finally:
        bench.con.close()
