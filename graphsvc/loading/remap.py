"""Map a stored record again: its sealed row, opened, read and mapped by the spec that is kept under its hash."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphsvc.errors import IntegrityError
from graphsvc.graph.driver import Tx
from graphsvc.graph.ontology import Ontology
from graphsvc.loading.assertions import Mapped
from graphsvc.loading.csv_reader import csv_rows
from graphsvc.loading.files import Lines
from graphsvc.loading.formats import CsvFormat
from graphsvc.loading.jsonl_reader import jsonl_rows
from graphsvc.loading.mapper import TableMapper, mappers
from graphsvc.loading.prepare import reading_format
from graphsvc.loading.spec import Spec
from graphsvc.loading.specfile import parse_spec
from graphsvc.policy.retention import expiry_month
from graphsvc.policy.vault import Vault


class Remapper:
    """Maps stored records of one source again."""

    def __init__(self, source: str, ontology: Ontology, vault: Vault) -> None:
        self._source, self._ontology, self._vault = source, ontology, vault
        self._specs: dict[str, tuple[Spec, dict[str, TableMapper]]] = {}

    def know(self, sha256: str, spec: Spec, table_mappers: dict[str, TableMapper]) -> None:
        """Use an already compiled spec for its hash."""
        self._specs[sha256] = (spec, table_mappers)

    def map_records(self, tx: Tx, ids: Sequence[str]) -> dict[str, Mapped]:
        """What stored versions of records assert, in force or not, by id."""
        rows = tx.run("loading/records_raw", ids=list(ids)) if ids else []
        return {row["id"]: self.map_row(tx, row) for row in rows}

    def map_row(self, tx: Tx, row: dict[str, Any]) -> Mapped:
        """What a row of `loading/records_in_force` or `loading/records_raw` asserts."""
        spec, table_mappers = self._spec(tx, row["spec"])
        table = spec.tables[row["table"]]
        raw = self._vault.open(self._source, expiry_month(row["expires_at"]), row["id"], bytes(row["raw"]))
        values = read_row(raw, reading_format(table.format), json.loads(row["columns"]) if row["columns"] else None)
        mapper = table_mappers[row["table"]]
        return mapper.map(values, f"{mapper.record_prefix}{row['key']}")

    def _spec(self, tx: Tx, sha256: str) -> tuple[Spec, dict[str, TableMapper]]:
        if sha256 not in self._specs:
            rows = tx.run("loading/spec_text", sha256=sha256)
            if not rows:
                raise IntegrityError(f"The loader spec {sha256[:12]} of {self._source} is not in the graph, but records rest on it.")
            spec = parse_spec(rows[0]["text"], f"spec {sha256[:12]}", self._ontology)
            self._specs[sha256] = (spec, mappers(spec, self._ontology, self._vault.digester()))
        return self._specs[sha256]


def read_row(raw: bytes, fmt: Any, columns: Sequence[str] | None) -> dict[str, Any]:
    """The values of one row from its bytes as given; `columns` are those of the file that it stood in."""
    name = Path("stored row")
    in_memory: Any = io.BufferedReader(io.BytesIO(raw))  # reads like the file that the row came from
    lines = Lines(in_memory, name, fmt.encoding, fmt.max_row_bytes)
    if isinstance(fmt, CsvFormat):
        bare = replace(fmt, header=False, columns=tuple(columns or fmt.columns or ()), skip_lines=0)
        found = csv_rows(lines, bare, name, ())
    else:
        found = jsonl_rows(lines, fmt)
    row = next(found, None)
    if row is None or row.values is None:
        raise IntegrityError("A stored row can't be read again by the spec that it was loaded with.")
    return row.values
