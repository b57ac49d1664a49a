"""Entities out of the graph, as the tables that resolution takes: within a view, page by page.

May import the graph. What is linked to an entity counts only where its own source says so.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE
from graphsvc.resolution.things import THINGS

# Entities asked for at once: some MB on the wire.
_PAGE = 5_000

SCHEMAS = {"people": PEOPLE, "organisations": ORGANISATIONS, "things": THINGS}
_LISTS = {"phone": "phones", "email": "emails", "account": "accounts", "vehicle": "vehicles", "identifier": "identifiers"}


@dataclass(frozen=True)
class Entities:
    """A table of one kind, and on which compartments each row rests: its own, and those of what is linked to it."""

    kind: str
    table: pa.Table
    compartments: dict[str, tuple[str, ...]]


def kind_of(type: str) -> str:
    """In which table entities of this type stand."""
    ontology = load_ontology()
    kinds = {"Person": "people", "Organization": "organisations"}
    return next((kind for above, kind in kinds.items() if type in ontology.below(above)), "things")


def read(graph: Graph, view: View, inquiry: Inquiry, kind: str) -> Entities:
    """All people, organisations or things in view and in force, sorted by id."""
    retired = frozenset(row["id"] for row in graph.ask(view, inquiry, "resolution/retired_records"))
    return _entities(kind, ((rows, retired) for rows in _pages(graph, view, inquiry, kind)))


def read_some(graph: Graph, view: View, inquiry: Inquiry, kind: str, ids: Sequence[str]) -> Entities:
    """Those of these ids that are in view and in force, sorted by id."""
    wanted = sorted(set(ids))
    pages = (wanted[start : start + _PAGE] for start in range(0, len(wanted), _PAGE))
    found = (graph.ask(view, inquiry, f"resolution/{kind}_by_id", ids=page) for page in pages)
    return _entities(kind, ((rows, _retired_among(graph, view, inquiry, rows)) for rows in found))


def _retired_among(graph: Graph, view: View, inquiry: Inquiry, rows: Sequence[Row]) -> frozenset[str]:
    """Of the records that these rows list, those that nothing rests on any more."""
    listed = {
        record for row in rows for rests in (row["records"], *(rests or () for _, _, rests, _ in row.get("near", ()))) for record in rests
    }
    asked = graph.ask(view, inquiry, "resolution/retired_among", ids=sorted(listed)) if listed else []
    return frozenset(row["id"] for row in asked)


def _entities(kind: str, pages: Iterable[tuple[list[Row], Container[str]]]) -> Entities:
    """`pages`: rows of the graph, and of the records that they list those that nothing rests on any more."""
    schema = SCHEMAS[kind]
    batches: list[pa.RecordBatch] = []
    compartments: dict[str, tuple[str, ...]] = {}
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    for rows, retired in pages:
        made: list[Row] = [{name: row.get(name) for name in schema.names} if kind == "things" else _row(row, schema) for row in rows]
        for one in made:
            for column in {"records", "named_in"} & one.keys():
                one[column] = [record for record in one[column] if record not in retired]
        columns = [pa.array([one[field.name] for one in made], field.type) for field in schema]
        batches.append(pa.RecordBatch.from_arrays(columns, schema=schema))
        for row in rows:
            found = tuple(sorted({row["compartment"], *(compartment for _, compartment, _, _ in row.get("near", ()))}))
            compartments[row["id"]] = known.setdefault(found, found)
    return Entities(kind, pa.Table.from_batches(batches, schema=schema), compartments)


def _pages(graph: Graph, view: View, inquiry: Inquiry, kind: str) -> Iterator[list[Row]]:
    """The server makes the next page while one is unpacked here."""
    with ThreadPoolExecutor(1, thread_name_prefix="pages") as reader:
        page = reader.submit(_page, graph, view, inquiry, kind, "")
        while rows := page.result():
            page = reader.submit(_page, graph, view, inquiry, kind, rows[-1]["id"])
            yield rows


def _page(graph: Graph, view: View, inquiry: Inquiry, kind: str, after: str) -> list[Row]:
    return graph.ask(view, inquiry, f"resolution/{kind}", after=after, limit=_PAGE)


def _row(row: Row, schema: pa.Schema) -> dict[str, Any]:
    made: dict[str, Any] = {name: row.get(name) for name in schema.names}
    made.update({column: [] for column in (*_LISTS.values(), "addresses")})
    records = {*row["records"]}
    for kind, _, rests, value in row["near"]:
        records.update(rests or ())
        if kind == "address":
            made["addresses"].append(value)
        elif value is not None and value not in made[_LISTS[kind]]:
            made[_LISTS[kind]].append(value)
    made["named_in"] = row["records"]
    made["records"] = sorted(records)
    made["identifiers"] = [*(row.get("identifiers") or ()), *made["identifiers"], *(f"id|{number}|" for number in row.get("ids") or ())]
    if not made["addresses"] and row.get("address"):
        made["addresses"] = [{"text": row["address"]}]
    return made
