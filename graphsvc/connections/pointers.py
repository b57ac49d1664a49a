"""Pointers: that a source holds a record of exactly this person or thing, whose it is and how to ask. Nothing of what it says.

For sources whose policy allows no more. A complete name with the birth date, or a complete identifier, is compared exactly (but for case,
accents, grouping and the order of a name's words); nothing is found that comes near. May import loading and the graph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from graphsvc.connections import names
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import Ontology, load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.ids import identity

_WILDCARDS = re.compile(r"[*?%_~^$|#\[\]{}\\]")
_SHORTEST = 4  # signs of an identifier that needs no issuer (a phone, an account): fewer are a part of one
_SHORTEST_ISSUED = 2  # of one with its issuer: plates can be that short


def pointers(
    graph: Graph,
    view: View,
    inquiry: Inquiry,
    text: str,
    *,
    digest: Callable[[str], str],
    contacts: Mapping[str, str],
    today: date,
    born: str | None = None,
    issuer: str | None = None,
) -> list[dict[str, str]]:
    """The sources in view that hold a record: `source`, `source_title`, `holder`, `contact`, sorted by source; none is an answer too.

    With `born` (an ISO date) `text` is a full name; without, an identifier, with `issuer` where a number means nothing without it: the
    jurisdiction of a plate or a company number, the scheme of a document, the bank of an account. `contacts` says for every source
    in view whom to ask, `digest` is the deployment's. Raises InputError for a name or identifier that is not complete.
    """
    if view.operation != "pointer":
        raise ValueError(f"pointers are read in a view of the operation pointer, not {view.operation}")
    if lacking := {c.split("/")[0] for c in view.compartments} - set(contacts):
        raise ValueError(f"no contact is given for {', '.join(sorted(lacking))}")
    _no_wildcards(text)
    if born is not None:
        found = _by_name(graph, view, inquiry, text, born, today)
    else:
        idents = [digest(one) for one in identities(load_ontology(), text, issuer)]
        rows = graph.ask(view, inquiry, "pointers/by_identifier", idents=idents, today=today.isoformat())
        found = {row["source"] for row in rows}
    held = graph.ask(view, inquiry, "pointers/holders", sources=sorted(found))
    return [_pointer(row, contacts[row["source"]]) for row in held]


def _by_name(graph: Graph, view: View, inquiry: Inquiry, text: str, born: str, today: date) -> set[str]:
    asked = sorted(names.fold(text).split())
    if len(asked) < 2:
        raise InputError("The name is not complete.", hint="Give all given names and surnames in full, as the document has them.")
    day = None
    with suppress(ValueError):
        day = date.fromisoformat(born).isoformat()
    if day is None or day != born:
        raise InputError(f"{born!r} is no birth date.", hint="Write the whole date as YYYY-MM-DD.")
    rows = graph.ask(view, inquiry, "pointers/born", born=born, today=today.isoformat())
    return {row["source"] for row in rows if any(sorted(names.fold(name).split()) == asked for name in row["names"])}


def _no_wildcards(text: str) -> None:
    if _WILDCARDS.search(text):
        raise InputError("A pointer is looked up by a complete name or identifier; there are no wildcards.")


def _complete(text: str, issuer: str | None) -> str:
    """The identifier; without an issuer it must look like a number or an e-mail address, since a word alone is a part of a name."""
    _no_wildcards(text)
    signs = names.compact(text)
    number = any(c.isdigit() for c in signs) or "@" in text
    if len(signs) < (_SHORTEST if issuer is None else _SHORTEST_ISSUED) or (issuer is None and not number) or issuer == "":
        raise InputError(
            "That is no complete identifier.",
            hint="Give the whole number (a plate or a document with its issuer), or a full name with the birth date.",
        )
    return text


def identities(ontology: Ontology, text: str, issuer: str | None) -> list[str]:
    """Every exact identity that the text can be: the identifier of a type, with the issuer where the type asks for one.

    Raises InputError for a text that is no complete identifier.
    """
    text = _complete(text, issuer)
    found: set[str] = set()
    for name, entity in ontology.entities.items():
        for together in entity.identified_by:
            numbers = [p for p in together if entity.properties[p].type == "identifier"]
            if len(numbers) != 1 or len(together) != (1 if issuer is None else 2):
                continue
            given: dict[str, object] = {p: text if p == numbers[0] else issuer for p in together}
            exact = identity(name, entity, given)
            if exact is not None:
                found.add(exact)
    return sorted(found)


def _pointer(row: dict[str, Any], contact: str) -> dict[str, str]:
    return {"source": row["source"], "source_title": row["title"], "holder": row["holder"] or row["title"], "contact": contact}
