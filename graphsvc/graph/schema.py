"""Schema that depends on the sources: a full-text index per compartment, a uniqueness constraint per link type.

The statements are generated, and only from names that are checked here against plain patterns. May import errors, and the
driver beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph

# A category has no underscore and a source no two in a row, so that the names made of them can't be another source's.
_COMPARTMENT = re.compile(r"(?!\w*__)([a-z][a-z0-9_]{1,40})(?:/([a-z][a-z0-9]{0,20}))?")
_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,62}")
_PROPERTY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")

# Folds case and splits at punctuation. The analyzers that also fold accents drop English stop words, and people are called
# Will, An and No; a missing accent is one edit, which a typo-tolerant search forgives anyway.
_ANALYZER = "standard-no-stop-words"

# A full-text index over a full database is built in the background.
_INDEX_WAIT_S = 3600


def label(compartment: str) -> str:
    """The label of a compartment: `Src_case_files`, `Src_case_files__witness`. An entity has that of its own compartment only.

    Raises InputError for a name that can't be one.
    """
    return f"Src_{_joined(compartment)}"


def fulltext_index(compartment: str) -> str:
    """The name of a compartment's full-text index: `ft_case_files`, `ft_case_files__witness`."""
    return f"ft_{_joined(compartment)}"


def fulltext_statement(compartment: str, properties: Iterable[str]) -> str:
    """The statement that makes a compartment's full-text index over `caption` and the given properties (sorted, each once)."""
    columns = ", ".join(f"n.{name}" for name in _columns(properties))
    return (
        f"CREATE FULLTEXT INDEX {fulltext_index(compartment)} IF NOT EXISTS FOR (n:{label(compartment)}) ON EACH [{columns}] "
        f"OPTIONS {{ indexConfig: {{ `fulltext.analyzer`: '{_ANALYZER}', `fulltext.eventually_consistent`: false }} }}"
    )


def link_statement(link_type: str) -> str:
    """The statement that makes ids unique among links of a type."""
    name = _checked(_TYPE, link_type, "link type", "capitals, digits and _")
    return f"CREATE CONSTRAINT link_{name} IF NOT EXISTS FOR ()-[r:{name}]-() REQUIRE r.id IS UNIQUE"


def ensure_source_schema(graph: Graph, *compartments: str, search_properties: Iterable[str], link_types: Iterable[str]) -> None:
    """Make what a load needs, unless it is there: a full-text index a compartment, its link types' constraints; wait until online.

    An index over other properties than these is made anew. Raises InputError for a name that can't be one.
    """
    columns = _columns(search_properties)
    statements = [link_statement(name) for name in sorted(set(link_types))]
    create = {fulltext_index(one): fulltext_statement(one, columns) for one in compartments}
    for statement in statements:
        graph.statement(statement)
    for index, statement in create.items():
        existing = graph.auto("admin/fulltext_index", name=index)
        if existing and sorted(existing[0]["properties"]) != columns:
            graph.statement(f"DROP INDEX {index} IF EXISTS")
            existing = []
        if not existing:
            graph.statement(statement)
    graph.auto("admin/await_indexes", seconds=_INDEX_WAIT_S)


def _joined(compartment: str) -> str:
    source = "a source id of small letters, digits and single _, from 2 to 41, or that, a slash and a category of persons"
    return _checked(_COMPARTMENT, compartment, "compartment", source).replace("/", "__")


def _columns(properties: Iterable[str]) -> list[str]:
    return sorted({"caption", *(_checked(_PROPERTY, name, "property", "letters, digits and _") for name in properties)})


def _checked(pattern: re.Pattern[str], name: str, what: str, rule: str) -> str:
    if not pattern.fullmatch(name):
        raise InputError(f"{name!r} can't be a {what}.", hint=f"Use {rule}.")
    return name
