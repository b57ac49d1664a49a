"""Schema that depends on the sources: a full-text index per compartment, a uniqueness constraint per link type.

The statements are generated, and only from names that are checked here against plain patterns. May import errors, and the
driver beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph

_SOURCE = re.compile(r"[a-z][a-z0-9_]{1,40}")
_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,62}")
_PROPERTY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")

# Folds case and splits at punctuation. The analyzers that also fold accents drop English stop words, and people are called
# Will, An and No; a missing accent is one edit, which a typo-tolerant search forgives anyway.
_ANALYZER = "standard-no-stop-words"

# A full-text index over a full database is built in the background.
_INDEX_WAIT_S = 3600


def label(source: str) -> str:
    """The compartment label of a source. Raises InputError for an id that can't be one."""
    return f"Src_{_checked(_SOURCE, source, 'source id', 'small letters, digits and _, from 2 to 41')}"


def fulltext_index(source: str) -> str:
    """The name of a source's full-text index."""
    return f"ft_{_checked(_SOURCE, source, 'source id', 'small letters, digits and _, from 2 to 41')}"


def fulltext_statement(source: str, properties: Iterable[str]) -> str:
    """The statement that makes a source's full-text index over `caption` and the given properties (sorted, each once)."""
    columns = ", ".join(f"n.{name}" for name in _columns(properties))
    return (
        f"CREATE FULLTEXT INDEX {fulltext_index(source)} IF NOT EXISTS FOR (n:{label(source)}) ON EACH [{columns}] "
        f"OPTIONS {{ indexConfig: {{ `fulltext.analyzer`: '{_ANALYZER}', `fulltext.eventually_consistent`: false }} }}"
    )


def link_statement(link_type: str) -> str:
    """The statement that makes ids unique among links of a type."""
    name = _checked(_TYPE, link_type, "link type", "capitals, digits and _")
    return f"CREATE CONSTRAINT link_{name} IF NOT EXISTS FOR ()-[r:{name}]-() REQUIRE r.id IS UNIQUE"


def ensure_source_schema(graph: Graph, source: str, *, search_properties: Iterable[str], link_types: Iterable[str]) -> None:
    """Make what a load of `source` needs, unless it is there: its full-text index and its link types' constraints; wait until online.

    An index over other properties than these is made anew. Raises InputError for a name that can't be one.
    """
    columns = _columns(search_properties)
    statements = [link_statement(name) for name in sorted(set(link_types))]
    create = fulltext_statement(source, columns)
    for statement in statements:
        graph.statement(statement)
    existing = graph.auto("admin/fulltext_index", name=fulltext_index(source))
    if existing and sorted(existing[0]["properties"]) != columns:
        graph.statement(f"DROP INDEX {fulltext_index(source)} IF EXISTS")
        existing = []
    if not existing:
        graph.statement(create)
    graph.auto("admin/await_indexes", seconds=_INDEX_WAIT_S)


def _columns(properties: Iterable[str]) -> list[str]:
    return sorted({"caption", *(_checked(_PROPERTY, name, "property", "letters, digits and _") for name in properties)})


def _checked(pattern: re.Pattern[str], name: str, what: str, rule: str) -> str:
    if not pattern.fullmatch(name):
        raise InputError(f"{name!r} can't be a {what}.", hint=f"Use {rule}.")
    return name
