"""DuckDB's SQL, in which levels and benches are written, as Spark's, with the same answers.

What Spark computes otherwise has a function of our own. Pure; imports sqlglot, which Splink brings, and not Spark.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

# Likeness by Jaro and Winkler as DuckDB has it (rapidfuzz), from 0.7 on but for the 16th digit, where some machines round once for two
# steps; below 0.7, no more than that it is below.
# That of Splink's jar counts half a transposition where DuckDB rounds down, and a common beginning less in long words. It is fast,
# though: a pair that has under 0.6 by its Jaro (`jaro_sim`) has under 0.7 here too, since half a transposition counts 1/12 at most.
# The letters of `a` are looked for one by one within `reach` of their place in `rest`, which is `b` without those taken; `taken` are the
# letters found, `places` where in `b`.
LEAST = 0.7
JARO_WINKLER = """
CREATE OR REPLACE TEMPORARY FUNCTION graphsvc_jaro_winkler(a STRING, b STRING) RETURNS DOUBLE RETURN
CASE WHEN a IS NULL OR b IS NULL THEN CAST(NULL AS DOUBLE) WHEN a = '' OR b = '' THEN 0D WHEN a = b THEN 1D
WHEN jaro_sim(a, b) < 0.6D THEN jaro_sim(a, b) ELSE element_at(transform(array(aggregate(
    sequence(1, length(a)),
    named_struct('rest', b, 'taken', '', 'places', CAST(array() AS ARRAY<INT>),
                 'reach', CAST(greatest(greatest(length(a), length(b)) div 2 - 1, 0) AS INT)),
    (s, i) -> element_at(transform(array(locate(substring(a, i, 1), s.rest, greatest(1, i - s.reach))), p ->
        CASE WHEN p BETWEEN 1 AND i + s.reach THEN named_struct(
            'rest', overlay(s.rest PLACING chr(0) FROM p FOR 1), 'taken', concat(s.taken, substring(a, i, 1)),
            'places', concat(s.places, array(p)), 'reach', s.reach)
        ELSE s END), 1),
    s -> CASE WHEN s.taken = '' THEN 0D ELSE (
        length(s.taken) / CAST(length(a) AS DOUBLE) + length(s.taken) / CAST(length(b) AS DOUBLE)
        + (length(s.taken) - size(filter(sequence(1, length(s.taken)), k ->
            substring(s.taken, k, 1) <> substring(b, element_at(array_sort(s.places), k), 1))) div 2) / CAST(length(s.taken) AS DOUBLE)
        ) / 3D END
    )), jaro -> CASE WHEN jaro > 0.7D THEN jaro + (1D - jaro) * (0.1D * CASE
        WHEN substring(a, 1, 4) = substring(b, 1, 4) THEN 4D WHEN substring(a, 1, 3) = substring(b, 1, 3) THEN 3D
        WHEN substring(a, 1, 2) = substring(b, 1, 2) THEN 2D WHEN substring(a, 1, 1) = substring(b, 1, 1) THEN 1D ELSE 0D END)
    ELSE jaro END), 1) END
"""
FUNCTIONS = (JARO_WINKLER,)


class Untranslated(ValueError):
    """SQL that Spark would answer otherwise, or not at all."""


def to_spark(sql: str) -> str:
    """A statement or condition of DuckDB's as Spark takes it. Raises Untranslated for a function that has no counterpart here."""
    return sqlglot.parse_one(sql, read="duckdb").transform(_translated).sql("spark")


def _translated(node: exp.Expression) -> exp.Expression:
    """A node as Spark has it; what is put in its place has its parts translated already."""
    if isinstance(node, exp.ArrayOverlaps):
        return _call("arrays_overlap", node.this, node.expression)
    if isinstance(node, exp.JarowinklerSimilarity):
        if not (isinstance(node.parent, exp.GTE) and node.parent.expression.is_number and float(node.parent.expression.name) >= LEAST):
            raise Untranslated(f"Spark compares a likeness only as >= {LEAST} or more: {node.parent or node}")
        return _call("graphsvc_jaro_winkler", node.this, node.expression)
    if isinstance(node, exp.Length) and isinstance(node.this, exp.Anonymous) and node.this.name.lower() in _LISTS:
        return _call("size", node.this)
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        if name == "damerau_levenshtein":
            return _damerau_levenshtein(*node.expressions)
        if name not in _LISTS:
            raise Untranslated(f"Nothing of Spark's is known to do as DuckDB's {name}() does; say what does here, with a test: {node}")
        return _call(_LISTS[name], *node.expressions)
    return node


_LISTS = {"list_intersect": "array_intersect"}


def _call(name: str, *parts: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=name, expressions=[part.transform(_translated) for part in parts])


def _damerau_levenshtein(a: exp.Expression, b: exp.Expression) -> exp.Expression:
    """As DuckDB's; that of Splink's jar takes a missing word for 100 letters."""
    missing = exp.or_(*(exp.Is(this=part.transform(_translated), expression=exp.null()) for part in (a, b)))
    return exp.Case(ifs=[exp.If(this=missing, true=exp.null())], default=_call("damerau_levenshtein", a, b))
