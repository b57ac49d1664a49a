"""Tables of entities straight from a sample world's files, as resolution takes them: the loader specs' mapper, and no database."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphsvc.graph.content import content
from graphsvc.loading.assertions import EntityAssertion, LinkAssertion
from graphsvc.loading.ids import join_key
from graphsvc.loading.mapper import mappers, wanted_columns
from graphsvc.loading.readers import CsvFormat, JsonlFormat, read_rows
from graphsvc.loading.spec import Table
from graphsvc.loading.specfile import load_source
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE

SOURCES = ("company_register", "case_files", "vehicle_register", "utility_bills", "phone_subscriptions", "bank_transfers")
_EVENTS = ("transfers",)  # tables that tell nothing of who somebody is, and most of the rows
_COMPANY_SPACES = {"vehicle_register": "LegalEntity", "bank_transfers": "LegalEntity"}
# Whose numbers are the person's own; a case file's is a reference within the case.
_UNNUMBERED = ("case_files",)


def tables(world: Path) -> tuple[pa.Table, pa.Table]:
    """People and organisations of all sources but plate reads and border crossings, sorted by id."""
    gathered: dict[str, dict[str, Any]] = {}
    attributes: dict[str, tuple[str, Any]] = {}
    for source in SOURCES:
        for entities, links, record in _mapped(world, source):
            for entity in entities:
                _gather(entity, source, record, gathered, attributes)
            for link in links:
                _tie(link, gathered, attributes)
    people = [row for row in gathered.values() if row.pop("type") == "Person"]
    kept = {row["id"] for row in people}
    organisations = [row for id, row in gathered.items() if id not in kept and row["names"]]
    people = [row for row in people if row["names"]]
    return tuple(
        pa.Table.from_pylist(sorted(rows, key=lambda row: row["id"]), schema=schema)
        for rows, schema in ((people, PEOPLE), (organisations, ORGANISATIONS))
    )  # type: ignore[return-value]


def labels(world: Path) -> dict[str, str]:
    """Whose each entity is, by the truth."""
    found = {}
    with (world / "truth/mentions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            source = row["source"]
            space = _COMPANY_SPACES.get(source, row["type"])
            key = join_key(row["key"].split("/"))
            found[f"{source}/{space}/{key}"] = row["true_id"]
    return found


def _mapped(world: Path, source: str) -> Iterator[tuple[list[EntityAssertion], list[LinkAssertion], str]]:
    loaded = load_source(content("loaders") / source)
    by_table = mappers(loaded.spec, loaded.ontology, lambda text: sha256(text.encode()).hexdigest()[:24])
    for name, table in loaded.spec.tables.items():
        if name in _EVENTS:
            continue
        for path in sorted((world / source).iterdir()):
            if not any(fnmatch(path.name, pattern) for pattern in table.files):
                continue
            expected = wanted_columns(loaded.spec, table) if table.format.kind == "csv" else ()
            for row in read_rows(path, _format(table), expected=expected):
                assert row.values is not None
                key = by_table[name].record_key(row.values) or str(row.line)
                mapped = by_table[name].map(row.values, key)
                yield mapped.entities, mapped.links, key


def _format(table: Table) -> CsvFormat | JsonlFormat:
    given = table.format
    if given.kind == "jsonl":
        return JsonlFormat(encoding=given.encoding)
    return CsvFormat(delimiter=given.delimiter, quote=given.quote, escape=given.escape, encoding=given.encoding)


def _gather(
    entity: EntityAssertion, source: str, record: str, gathered: dict[str, dict[str, Any]], attributes: dict[str, tuple[str, Any]]
) -> None:
    told = {**entity.key_properties, **entity.properties}
    if entity.type == "Address":
        attributes[entity.id] = "addresses", {
            "text": None, "street": told.get("street"), "house": told.get("houseNumber"), "postcode": told.get("postalCode"),
            "city": told.get("city"), "country": told.get("country"), "since": None, "until": None,
        }  # fmt: skip
        return
    if entity.type == "Phone":
        attributes[entity.id] = "phones", told["number"]
    elif entity.type == "Account":
        attributes[entity.id] = "accounts", told["iban"]
    elif entity.type == "Vehicle":
        attributes[entity.id] = "vehicles", f"{told['registrationNumber']}|{told.get('jurisdiction') or ''}"
    if entity.type not in ("Person", "Company", "LegalEntity"):
        return
    row = gathered.setdefault(entity.id, {"id": entity.id, "source": source, "type": entity.type, **_nothing(source)})
    if not entity.own:
        return
    row["type"] = entity.type
    names = told.get("name") or []
    row["names"] = list(dict.fromkeys([*row["names"], *(names if isinstance(names, list) else [names])]))
    row["first"], row["last"] = told.get("firstName") or row["first"], told.get("lastName") or row["last"]
    row["born"] = told.get("birthDate") or row["born"]
    row["compartment"] = told.get("compartment") or source
    if record not in row["records"]:
        row["records"].append(record)
    if told.get("registrationNumber"):
        number = f"registration|{told['registrationNumber']}|{told.get('jurisdiction') or ''}"
        if number not in row["identifiers"]:
            row["identifiers"].append(number)


def _nothing(source: str) -> dict[str, Any]:
    empty: dict[str, Any] = {name: [] for name in ("names", "addresses", "phones", "accounts", "vehicles", "identifiers", "records")}
    return {**empty, "first": None, "last": None, "born": None, "numbered": source not in _UNNUMBERED, "emails": [], "countries": []}


def _tie(link: LinkAssertion, gathered: dict[str, dict[str, Any]], attributes: dict[str, tuple[str, Any]]) -> None:
    if link.to_id not in attributes or link.from_id not in gathered:
        return
    column, value = attributes[link.to_id]
    if value not in gathered[link.from_id][column]:
        gathered[link.from_id][column].append(value)
