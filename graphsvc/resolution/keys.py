"""Under which keys prepared rows meet: two rows are compared if they share one. DuckDB's SQL over the rows, an entry a rule.

Every key is made of the row, the reference table and constants, never of how many rows there are, so that whether two entities are
compared depends on them alone. Imports duckdb and this package's own parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from graphsvc.resolution.reference import Reference

# Name alone brings two rows together only if at most so many people bear it: among more, the name says too little to be a candidate,
# and comparing every John Smith with every other would take most of the time.
_BEARERS = 30
_YEARS, _DAYS, _BIRTHDAYS = 60, 365, 60 * 365  # among so many the bearers of a name are spread by year, and by day of the year, by birthday
_EMAIL_START = 6  # letters of an e-mail address before a slip: fewer are shared by too many

IDENTIFIER = "identifier"


@dataclass(frozen=True)
class Rule:
    """`value`: what of a row is the key, in SQL; `each`: the lists of which each value makes a key, by its name in `value`; `where` it is
    one at all.
    """

    name: str
    value: str
    each: tuple[tuple[str, str], ...] = ()
    where: str = "true"

    def sql(self, rows: str) -> str:
        """The keys of `rows`: n, entity and value, none twice."""
        lists = "".join(f", unnest({values}) AS unnested_{name}({name})" for name, values in self.each)
        return f"SELECT DISTINCT n, entity, {self.value} AS value FROM {rows}{lists} WHERE {self.where} AND ({self.value}) IS NOT NULL"

    def key(self, value: str = "value") -> str:
        """The number by which two rows meet that have the value."""
        return f"(hash('{self.name} ' || {value}) >> 1)::BIGINT"


def rules(kind: str, reference: Reference) -> tuple[Rule, ...]:
    """The rules for people or organisations; a key is kept with its rule's place among them."""
    return tuple(_people(reference) if kind == "people" else _organisations(reference))


def keys_of(rules: Sequence[Rule], rows: str) -> str:
    """SQL for all keys of the rows: n, entity, rule (its place), key."""
    return " UNION ALL ".join(
        f"SELECT n, entity, {at}::TINYINT AS rule, {rule.key()} AS key FROM ({rule.sql(rows)})" for at, rule in enumerate(rules)
    )


def value_of(rule: Rule, key: int, row: pa.Table) -> str:
    """What the key of this prepared row stands for."""
    con = duckdb.connect(":memory:")
    con.register("rows", row)
    found: str = con.sql(f"SELECT value FROM ({rule.sql('rows')}) WHERE {rule.key()} = {key}").fetchall()[0][0]
    con.close()
    return found


def _exact() -> Iterator[Rule]:
    yield Rule(IDENTIFIER, "v", (("v", "identifiers"),))
    yield Rule("e-mail address", "v", (("v", "emails"),))


def _shared(initials: str, more: tuple[str, ...]) -> Iterator[Rule]:
    """Values that many may share, each of which is met together with an initial of the name."""
    initial = ("i", initials)
    yield Rule("address and an initial", "v || '|' || i", (("v", "doors"), initial))
    yield Rule("street, number and an initial", "v || '|' || i", (("v", "fronts"), initial))
    start = f"substr(split_part(v, '@', 1), 1, {_EMAIL_START})"
    yield Rule(
        "start of an e-mail address and an initial",
        f"{start} || '|' || i",
        (("v", "emails"), initial),
        f"length({start}) = {_EMAIL_START}",
    )
    for column in ("phones", "accounts", *more):
        yield Rule(f"{column} and an initial", "v || '|' || i", (("v", column), initial))


def _people(reference: Reference) -> Iterator[Rule]:
    yield from _exact()
    initials = "list_distinct([substr(family, 1, 1), initial])"
    yield from _shared(initials, ("vehicles",))
    yield Rule("birth date and an initial", "either || '|' || i", (("i", initials),), "day IS NOT NULL")
    yield Rule("address and birth date", "v || '|' || either", (("v", "doors"),), "day IS NOT NULL")
    if reference.population <= _BEARERS * _BIRTHDAYS:
        yield Rule("birth date", "either", where="day IS NOT NULL")
    yield Rule("family name and month of birth", "family || '|' || month")
    yield Rule("given name and month of birth", "usual || '|' || month", where="given IS NOT NULL")
    yield Rule("initials and month of birth", f"{_sorted('substr(family, 1, 1)', 'initial')} || '|' || month")
    starts = _sorted("substr(family, 1, 3)", "coalesce(substr(given, 1, 3), initial)")
    yield Rule("start of the names and area", f"{starts} || '|' || v", (("v", "areas"),), "initial IS NOT NULL")
    yield Rule("family name, initial and area", "family || '|' || initial || '|' || v", (("v", "areas"),))
    yield Rule("family name and street", "substr(family, 1, 4) || '|' || v", (("v", "streets"),))
    whole = _sorted("family", "given")
    yield Rule("name and year of birth", f"{whole} || '|' || year")
    yield Rule("name", whole, where=f"name_bearers <= {_BEARERS}")
    word, words = "v.word", (("v", "[{word: family, bearers: family_bearers}, {word: given, bearers: given_bearers}]"),)
    yield Rule("one of the names", word, words, f"v.bearers <= {_BEARERS}")
    yield Rule("one of the names and year of birth", f"{word} || '|' || year", words, f"v.bearers <= {_BEARERS * _YEARS}")
    yield Rule(
        "one of the names and day of birth in the year", f"{word} || '|' || substr(day, 6)", words, f"v.bearers <= {_BEARERS * _DAYS}"
    )


def _organisations(reference: Reference) -> Iterator[Rule]:
    yield from _exact()
    yield from _shared("[substr(core, 1, 1)]", ())
    yield Rule("start of the name and area", "substr(core, 1, 4) || '|' || v", (("v", "areas"),))
    yield Rule("name", "sorted", where=f"name_bearers <= {_BEARERS}")


def _sorted(a: str, b: str) -> str:
    """The same whichever of two is which; nothing where one is missing."""
    return f"CASE WHEN {a} <= {b} THEN {a} || '|' || {b} ELSE {b} || '|' || {a} END"
