"""Map a stored record again: its sealed row, opened, read and mapped by the spec that is kept under its hash."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from graphsvc.errors import IntegrityError
from graphsvc.graph.ontology import Ontology
from graphsvc.loading.assertions import Mapped
from graphsvc.loading.format import reading_format
from graphsvc.loading.mapper import TableMapper, mappers
from graphsvc.loading.readers import compile_kept
from graphsvc.loading.spec import Spec, Table
from graphsvc.loading.specfile import parse_spec
from graphsvc.policy.retention import expiry_month
from graphsvc.policy.vault import Vault


class Runs(Protocol):
    """What runs a query file: a transaction, or the graph."""

    def run(self, name: str, /, **parameters: Any) -> list[dict[str, Any]]: ...


class Remapper:
    """Maps stored records of one source again."""

    def __init__(self, source: str, ontology: Ontology, vault: Vault) -> None:
        self._source, self._ontology, self._vault = source, ontology, vault
        self._specs: dict[str, tuple[Spec, dict[str, TableMapper]]] = {}
        self._readers: dict[tuple[str, str, str], Callable[[bytes], dict[str, Any]]] = {}

    def map_records(self, tx: Runs, ids: Sequence[str]) -> dict[str, Mapped]:
        """What stored versions of records assert, in force or not, by id."""
        rows = tx.run("loading/records_raw", ids=list(ids)) if ids else []
        return {row["id"]: self.map_row(tx, row) for row in rows}

    def map_row(self, tx: Runs, row: dict[str, Any]) -> Mapped:
        """What a row of `loading/records_in_force` or `loading/records_raw` asserts."""
        spec, table_mappers = self._spec(tx, row["spec"])
        table = spec.tables[row["table"]]
        raw = self._vault.open(self._source, expiry_month(row["expires_at"]), row["id"], bytes(row["raw"]))
        values = self._reader(row["spec"], row["table"], table, row["columns"] or "[]")(raw)
        mapper = table_mappers[row["table"]]
        return mapper.map(values, f"{mapper.record_prefix}{row['key']}")

    def _reader(self, spec_sha256: str, name: str, table: Table, columns: str) -> Callable[[bytes], dict[str, Any]]:
        key = (spec_sha256, name, columns)
        if key not in self._readers:
            self._readers[key] = compile_kept(reading_format(table.format), tuple(json.loads(columns)))
        return self._readers[key]

    def _spec(self, tx: Runs, sha256: str) -> tuple[Spec, dict[str, TableMapper]]:
        if sha256 not in self._specs:
            rows = tx.run("loading/spec_text", sha256=sha256)
            if not rows:
                raise IntegrityError(f"The loader spec {sha256[:12]} of {self._source} is not in the graph, but records rest on it.")
            spec = parse_spec(rows[0]["text"], f"spec {sha256[:12]}", self._ontology)
            # Not the load's own mappers, even for its own spec: under the policy of today a kept row's category may be unknown.
            self._specs[sha256] = (spec, mappers(spec, self._ontology, self._vault.digester()))
        return self._specs[sha256]
