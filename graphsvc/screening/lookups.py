"""Which entities of a view are worth comparing with a row: found by indexes, never by reading them all. May import the graph.

By exact identity (a phone, an account, an identifier, an address), by day of birth, by number, by name. What is taken by name is cut within
each compartment's own index, so that nothing out of view can change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from graphsvc.connections import names
from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.driver import Row as Found
from graphsvc.graph.ontology import Ontology, load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.ids import identity
from graphsvc.screening.rows import Row

LABELS = {"people": "Person", "organisations": "Organization", "addresses": "Address"}
_BY_TEXT = 100  # a compartment: five times what an answer shows of it, so that evidence and not the index decides
_MOST_HITS = 5_000  # of one index for one text: the best of those who share a word of it, of whom a common name has a hundred thousand
_TEXTS_AT_ONCE = 5  # so that the time limit of a query is one for a few texts, and not for the list
_BY_VALUE = 300  # those who share a phone or a birthday; beyond it a value stands for "unknown", or is a hub, and says so
_FITS = 0.85  # as in `find`: a name with one typing error in two words scores .9 or more, one with another surname less than .8
_VALUES = {"phones": ("Phone", "number"), "emails": ("Email", "email"), "accounts": ("Account", "iban")}
_ADDRESS = {"street": "street", "house": "houseNumber", "postcode": "postalCode", "city": "city", "text": "full"}


@dataclass
class Near:
    """What was found for one row: ids to compare it with, those that bear its name, and by what more might have been found."""

    ids: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)


def look_up(graph: Graph, view: View, inquiry: Inquiry, kind: str, rows: Sequence[Row], *, digest: Callable[[str], str]) -> dict[int, Near]:
    """Of each row that can be looked up, by its number, the entities to compare it with. `digest` is the deployment's."""
    near = {row.number: Near() for row in rows}
    label: dict[str, int | str] = {"label": LABELS[kind]}
    ontology = load_ontology()
    exact = [{"n": row.number, "idents": [digest(one) for one in _identities(ontology, kind, row)]} for row in rows]
    asked = [one for one in exact if one["idents"]]
    _add(near, "value", graph.ask(view, inquiry, "screening/by_ident", fills=label, rows=asked, pool=_BY_VALUE) if asked else [])
    if kind == "people":
        born = [{"n": row.number, "born": days} for row in rows if (days := _days(row))]
        _add(near, "birth date", graph.ask(view, inquiry, "screening/by_birth", rows=born, pool=_BY_VALUE) if born else [])
    if kind == "organisations":
        numbered = [{"n": row.number, "numbers": numbers} for row in rows if (numbers := _numbers(row))]
        _add(near, "number", graph.ask(view, inquiry, "screening/by_number", rows=numbered, pool=_BY_VALUE) if numbered else [])
    texts = {row.number: _texts(kind, row) for row in rows}
    queries = [
        {"n": row.number, "query": query, "year": _year(row)} for row in rows for text in texts[row.number] if (query := _lucene(text))
    ]
    online = sorted(row["name"] for row in graph.stream("read/fulltext_indexes"))
    asking: dict[str, Any] = {"online": online, "pool": _BY_TEXT, "most": _MOST_HITS}
    for start in range(0, len(queries), _TEXTS_AT_ONCE):
        some = queries[start : start + _TEXTS_AT_ONCE]
        _add_named(near, texts, graph.ask(view, inquiry, "screening/by_text", fills=label, rows=some, **asking))
    return near


def _add(near: dict[int, Near], by: str, found: Iterable[Found]) -> None:
    for one in found:
        near[one["n"]].ids.add(one["id"])
        if one["full"]:
            near[one["n"]].cut.add(by)


def _add_named(near: dict[int, Near], texts: dict[int, list[str]], found: Iterable[Found]) -> None:
    fitting: dict[tuple[int, str, str], int] = {}
    for one in found:
        row = near[one["n"]]
        row.ids.add(one["id"])
        if any(names.score(text, one["texts"]) >= _FITS for text in texts[one["n"]]):
            row.named.add(one["id"])
            place = (one["n"], one["query"], one["compartment"])
            fitting[place] = fitting.get(place, 0) + 1
    for (n, _, _), count in fitting.items():
        if count >= _BY_TEXT:
            near[n].cut.add("name")


def _identities(ontology: Ontology, kind: str, row: Row) -> list[str]:
    """Every exact identity that the row names: of what entities are linked to, or of organisations and addresses their own."""
    told = row.told or {}
    given: list[tuple[str, dict[str, object]]] = [
        (type, {name: value}) for column, (type, name) in _VALUES.items() for value in told.get(column, ())
    ]
    for address in told["addresses"]:
        given.append(("Address", {name: address[part] for part, name in _ADDRESS.items() if address[part]}))
    for identifier in told.get("identifiers", ()):
        scheme, number, issuer = identifier.split("|")
        if scheme == "registration":
            given += [(type, {"registrationNumber": number, "jurisdiction": issuer}) for type in ontology.below("Organization")]
        elif scheme not in ("id", "tax", "lei"):
            given.append(("Identifier", {"scheme": scheme, "number": number}))
    for vehicle in told.get("vehicles", ()):
        plate, issuer = vehicle.split("|")
        given += [(type, {"registrationNumber": plate, "jurisdiction": issuer}) for type in ontology.below("Vehicle")]
    found = (identity(type, ontology.entities[type], properties) for type, properties in given)
    return list(dict.fromkeys(one for one in found if one is not None))


def _days(row: Row) -> list[str]:
    """The day of birth, and the one with day and month swapped."""
    born = (row.told or {}).get("born") or ""
    if len(born) != len("1971-03-04"):
        return []
    days = [born]
    with suppress(ValueError):
        days.append(date(int(born[:4]), int(born[8:]), int(born[5:7])).isoformat())
    return list(dict.fromkeys(days))


def _year(row: Row) -> str:
    return ((row.told or {}).get("born") or "")[:4]


def _numbers(row: Row) -> list[str]:
    return list(dict.fromkeys(one.split("|")[1] for one in (row.told or {})["identifiers"]))


def _texts(kind: str, row: Row) -> list[str]:
    """What the row is looked up by in full-text indexes: names, and numbers that stand in no index of their own."""
    told: dict[str, Any] = row.told or {}
    if kind == "addresses":
        return [address["text"] for address in told["addresses"] if address["text"]]
    numbers = [one.split("|")[1] for one in told["identifiers"] if one.startswith(("id|", "registration|"))]
    return list(dict.fromkeys([*told["names"], *numbers]))


def _lucene(text: str) -> str | None:
    """The text as `find` would look for it; None for one of signs alone."""
    with suppress(InputError):
        return names.lucene(text[: names.MOST_CHARACTERS])
    return None
