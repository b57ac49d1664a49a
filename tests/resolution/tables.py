"""Small tables of people and organisations, written as one would tell them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from graphsvc.resolution.reference import Reference
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE

# Ten million people; two common names and their halves, everything else rare.
REFERENCE = Reference(
    title="test",
    version="1",
    population=10_000_000,
    organisations=100_000,
    given={"anna": 0.01, "peter": 0.01, "maria": 0.01},
    family={"hansen": 0.04, "jensen": 0.04},
    core={"nordic trade": 0.001},
    unlisted={"given": 1e-4, "family": 1e-5, "core": 1e-5},
)


def address(street: str, house: str, postcode: str, city: str = "Friborg", **more: str) -> dict[str, Any]:
    empty = dict.fromkeys(("text", "country", "since", "until"))
    return {**empty, "street": street, "house": house, "postcode": postcode, "city": city, **more}


def person(id: str, name: str | None, born: str | None = None, **more: Any) -> dict[str, Any]:
    source = id.split("/")[0]
    return {"id": id, "source": source, "names": [name] if name else [], "born": born, **more}


def people(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=PEOPLE)


def organisations(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=ORGANISATIONS)
