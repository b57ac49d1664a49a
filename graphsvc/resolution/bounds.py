"""What two rows weigh at most, by numbers that the database compares in one step each: most candidates need no closer look.

Lists become 64 marks, one for each value's hash, words the marks of their letters. Two lists that share a value share a mark; two words
that differ in a letter differ in two marks at most. So each condition of a level has a looser one that holds whenever it does, and the
levels that may hold bound what a feature weighs from above. Imports sqlglot, which Splink brings, and this package's own parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log2

import sqlglot
from sqlglot import exp

from graphsvc.resolution.features import EQUAL, Feature, Level
from graphsvc.resolution.model import Model
from graphsvc.resolution.prepare import LISTS
from graphsvc.resolution.reference import Reference

_EPSILON = 1e-6  # bits: sums in another order differ in their last digits
_SEP = "__"  # between a column and what is made of it
_COSTLY = (exp.ArrayOverlaps, exp.ArrayContains, exp.JarowinklerSimilarity, exp.Anonymous)
# Of a prepared column: the marks of a list's values, of one value, and of a word's letters.
_MADE = {
    "values": "list_aggregate([1::UBIGINT << (hash(v) % 64)::UBIGINT FOR v IN {}], 'bit_or')",
    "value": "(1::UBIGINT << (hash({}) % 64)::UBIGINT)",
    "letters": "list_aggregate([1::UBIGINT << (unicode(v) % 64)::UBIGINT FOR v IN string_split({}, '')], 'bit_or')",
}


class Bound:
    """The most that a pair of rows weighs, in bits, as DuckDB's SQL over two rows `l` and `r` of the marks.

    `columns`: those of the marks, which `marks` makes.
    """

    def __init__(self, features: Iterable[Feature], model: Model, reference: Reference) -> None:
        self._model, self._reference = model, reference
        self.columns: set[str] = set()
        parts = [_number(model.prior_bits(reference) + _EPSILON), *map(self._most, features)]
        self.sql = " + ".join(f"({part})" for part in parts)

    def _most(self, feature: Feature) -> str:
        apart = self._ladder(feature, False)
        if not feature.ties:
            return apart
        tied = " OR ".join(f"coalesce({Looser(f'list_has_any({tie}_l, {tie}_r)', self.columns).sql}, false)" for tie in feature.ties)
        return f"CASE WHEN {tied} THEN greatest({apart}, {self._ladder(feature, True)}) ELSE {apart} END"

    def _ladder(self, feature: Feature, tied: bool) -> str:
        """The first level that holds for certain, or the weightiest of those before it that may."""
        *levels, rest = feature.given(tied)
        found = self._bits(feature, rest, tied)
        for level in reversed(levels):
            condition, bits = Looser(level.sql or "", self.columns), self._bits(feature, level, tied)
            if condition.exact:
                found = f"CASE WHEN {condition.sql} THEN {bits} ELSE {found} END"
            else:
                found = f"greatest(CASE WHEN {condition.sql} THEN {bits} END, {found})"
        return f"CASE WHEN {Looser(feature.missing, self.columns).sql} THEN 0 ELSE {found} END"

    def _bits(self, feature: Feature, level: Level, tied: bool) -> str:
        m, u = self._model.probabilities(feature, level, self._reference)
        if level.frequency is None:
            return _number(log2(m / u))
        column = f"{level.frequency}{_SEP}tf"
        self.columns.add(column)
        # As Splink adjusts: how common the value is takes the place of how often the level of equal values agrees by chance.
        equal = next(one for one in feature.given(tied) if one.name in EQUAL and one.frequency == level.frequency)
        by_chance = u if level.name in EQUAL else self._model.probabilities(feature, equal, self._reference)[1]
        return f"({_number(log2(m / u) + log2(by_chance))} - greatest(l.{column}, r.{column}))"


def _number(bits: float) -> str:
    """A double, which DuckDB adds faster than a decimal."""
    return f"{bits:.17e}"


def marks(columns: Iterable[str]) -> str:
    """DuckDB's SQL that makes these columns, and `n`, of the prepared rows; for a `column__tf` there is a table `tf_column` of shares."""
    made, joins = ["rows.n"], []
    for column in sorted(columns):
        base, _, kind = column.partition(_SEP)
        if kind == "tf":
            joins.append(f"LEFT JOIN tf_{base} ON tf_{base}.{base} = rows.{base}")
            made.append(f"log2(tf_{base}.tf_{base}) AS {column}")
        else:
            made.append(f"{_MADE[kind].format(f'rows.{base}')} AS {column}" if kind else f"rows.{base}")
    return f"SELECT {', '.join(made)} FROM rows {' '.join(joins)}"


class Looser:
    """A condition that holds whenever the given one does; `exact` if it holds only then."""

    def __init__(self, sql: str, columns: set[str]) -> None:
        self._columns = columns
        self.exact = True
        self.sql = self._loosen(sqlglot.parse_one(sql, read="duckdb")).sql("duckdb")

    def _loosen(self, node: exp.Expr) -> exp.Expr:
        if node.find(*_COSTLY) is None:
            return self._told(node)
        if isinstance(node, exp.And | exp.Or):
            return type(node)(this=self._loosen(node.this), expression=self._loosen(node.expression))
        if isinstance(node, exp.Paren):
            return exp.Paren(this=self._loosen(node.this))
        self.exact = False
        if isinstance(node, exp.ArrayOverlaps):
            return _meet(self._made(node.this, "values"), self._made(node.expression, "values"))
        if isinstance(node, exp.ArrayContains):
            return _meet(self._made(node.this, "values"), self._made(node.expression, "value"))
        if isinstance(node, exp.Not):
            return exp.true()  # looser within would be tighter without
        if isinstance(node, exp.GTE) and isinstance(node.this, exp.Length) and node.this.this.name.lower() == "list_intersect":
            return _meet(*(self._made(one, "values") for one in node.this.this.expressions))
        letters = self._letters(node)
        if letters is None:
            raise ValueError(f"Nothing looser is known for this; say what is, with a test: {node}")
        return letters

    def _letters(self, node: exp.Expr) -> exp.Expr | None:
        """Two words that are alike, as a limit on the letters that only one of them has."""
        likeness = node.this
        if isinstance(node, exp.LTE) and isinstance(likeness, exp.Anonymous) and likeness.name.lower() == "damerau_levenshtein":
            a, b, most = *likeness.expressions, str(2 * int(node.expression.name))
        elif isinstance(node, exp.GTE) and isinstance(likeness, exp.JarowinklerSimilarity):
            a, b = likeness.this, likeness.expression
            # Four equal letters at the beginning take away 0.4 of what is missing in the likeness by Jaro, the mean of the shares of the
            # two words' letters that are found in the other, and of those in order.
            apart = 3 * (1 - (float(node.expression.name) - 0.4) / 0.6)
            longest = f"greatest(length({self._told(a).sql('duckdb')}), length({self._told(b).sql('duckdb')}))"
            most = f"{apart + _EPSILON} * {longest}"
        else:
            return None
        differing = f"bit_count(xor({self._made(a, 'letters').sql('duckdb')}, {self._made(b, 'letters').sql('duckdb')}))"
        return sqlglot.parse_one(f"{differing} <= {most}", read="duckdb")

    def _told(self, node: exp.Expr) -> exp.Expr:
        """The same of the marks' columns; of a list there is no more to ask than whether it is there."""
        return node.transform(lambda one: self._column(one) if isinstance(one, exp.Column) else one)

    def _column(self, column: exp.Column) -> exp.Expr:
        return self._made(column, "values" if column.name[:-2] in LISTS else "")

    def _made(self, column: exp.Expr, kind: str) -> exp.Expr:
        base, side = column.name[:-2], column.name[-1]
        name = f"{base}{_SEP}{kind}" if kind else base
        self._columns.add(name)
        return exp.column(name, table=side)


def _meet(a: exp.Expr, b: exp.Expr) -> exp.Expr:
    return sqlglot.parse_one(f"({a.sql('duckdb')} & {b.sql('duckdb')}) <> 0", read="duckdb")
