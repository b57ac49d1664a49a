"""What the first rows of a file would become, without a database: for `graphsvc source check --sample`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from graphsvc.errors import RowError
from graphsvc.loading.assertions import Mapped
from graphsvc.loading.format import reading_format
from graphsvc.loading.mapper import TableMapper, wanted_columns
from graphsvc.loading.prepare import table_of
from graphsvc.loading.readers import read_rows
from graphsvc.loading.rules import TableRules, not_eligible
from graphsvc.loading.specfile import LoadedSource


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: its line, and either what it asserts under which record key, or why it would be rejected."""

    line: int
    record_key: str | None
    mapped: Mapped | None
    error: RowError | None


def preview(source: LoadedSource, path: Path, rows: int) -> tuple[str, list[PreviewRow]]:
    """The table that the file belongs to and its first rows as they would be loaded.

    Sensitive keys appear as digests under a key of this call alone. Raises InputError as a load would.
    """
    table_name = table_of(path, source.spec)
    table = source.spec.tables[table_name]
    mapper = TableMapper(source.spec, table_name, source.ontology, _throwaway, source.policy.policy.categories)
    rules = TableRules(source.rules, source.spec, table_name)
    fmt = reading_format(table.format)
    expected = wanted_columns(source.spec, table, source.rules.values)
    shown = []
    for raw in islice(read_rows(path, fmt, expected=expected), rows):
        if raw.error is not None or raw.values is None:
            shown.append(PreviewRow(raw.line, None, None, raw.error))
            continue
        if not rules.eligible(raw.values):
            shown.append(PreviewRow(raw.line, None, None, not_eligible()))
            continue
        try:
            key = mapper.record_key(raw.values) or mapper.event_key(hashlib.sha256(raw.raw).hexdigest(), 1)
            shown.append(PreviewRow(raw.line, key, mapper.map(raw.values, key), None))
        except RowError as error:
            shown.append(PreviewRow(raw.line, None, None, error))
    return table_name, shown


def _throwaway(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
