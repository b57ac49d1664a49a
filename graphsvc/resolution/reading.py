"""Entities out of the graph, as the tables that resolution takes: within a view, page by page.

May import the graph. What is linked to an entity counts only where its own source says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE

# Entities asked for at once: some MB on the wire.
_PAGE = 5_000

SCHEMAS = {"people": PEOPLE, "organisations": ORGANISATIONS}
_LISTS = {"phone": "phones", "email": "emails", "account": "accounts", "vehicle": "vehicles", "identifier": "identifiers"}


@dataclass(frozen=True)
class Entities:
    """A table of `people` or `organisations`, and on which compartments each row rests: its own, and those of what is linked to it."""

    kind: str
    table: pa.Table
    compartments: dict[str, tuple[str, ...]]


def read(graph: Graph, view: View, inquiry: Inquiry, kind: str) -> Entities:
    """All people, or organisations, in view and in force, sorted by id."""
    schema = SCHEMAS[kind]
    batches: list[pa.RecordBatch] = []
    compartments: dict[str, tuple[str, ...]] = {}
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    for rows in _pages(graph, view, inquiry, kind):
        made = [_row(row, schema) for row in rows]
        batches.append(pa.RecordBatch.from_pylist(made, schema=schema))
        for row in rows:
            found = tuple(sorted({row["compartment"], *(one["in"] for one in row["near"])}))
            compartments[row["id"]] = known.setdefault(found, found)
    return Entities(kind, pa.Table.from_batches(batches, schema=schema), compartments)


def _pages(graph: Graph, view: View, inquiry: Inquiry, kind: str) -> Iterator[list[Row]]:
    after = ""
    while rows := graph.ask(view, inquiry, f"resolution/{kind}", after=after, limit=_PAGE):
        yield rows
        after = rows[-1]["id"]


def _row(row: Row, schema: pa.Schema) -> dict[str, Any]:
    made: dict[str, Any] = {name: row[name] for name in ("id", "source", "compartment", "numbered", "names", "countries", "records")}
    made.update({column: [] for column in (*_LISTS.values(), "addresses")})
    for one in row["near"]:
        if one["kind"] == "address":
            made["addresses"].append(
                {"text": one["value"], **{part: one[part] for part in ("street", "house", "postcode", "city", "country", "since", "until")}}
            )
        elif one["value"] is not None and one["value"] not in made[_LISTS[one["kind"]]]:
            made[_LISTS[one["kind"]]].append(one["value"])
    made["named_in"] = row["records"]
    made["records"] = sorted({*row["records"], *(record for one in row["near"] for record in one["rests"] or ())})
    made["identifiers"] = [*row.get("identifiers", ()), *made["identifiers"], *(f"id|{number}|" for number in row.get("ids", ()))]
    if not made["addresses"] and row.get("address"):
        made["addresses"] = [{"text": row["address"]}]
    made.update({name: row.get(name) for name in ("first", "last", "born")})
    return {name: made.get(name) for name in schema.names}
