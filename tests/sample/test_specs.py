"""The built-in specs read every row of the sample world: no row is rejected, and every entity of the truth has its entity in the graph."""

from __future__ import annotations

import csv
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path

import pytest

from graphsvc.graph.content import content
from graphsvc.loading.ids import join_key
from graphsvc.loading.mapper import mappers, wanted_columns
from graphsvc.loading.readers import CsvFormat, JsonlFormat, read_rows
from graphsvc.loading.spec import Table
from graphsvc.loading.specfile import load_source
from graphsvc.sample import SOURCES, generate


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "small"
    generate(600, 5, out)
    return out


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:24]


def format_of(table: Table) -> CsvFormat | JsonlFormat:
    given = table.format
    if given.kind == "jsonl":
        return JsonlFormat(encoding=given.encoding)
    return CsvFormat(delimiter=given.delimiter, quote=given.quote, escape=given.escape, encoding=given.encoding)


@pytest.mark.parametrize("source", SOURCES)
def test_every_row_is_mapped_and_every_truth_is_an_entity(source: str, small_world: Path) -> None:
    loaded = load_source(content("loaders") / source)
    by_table = mappers(loaded.spec, loaded.ontology, digest)
    described: set[str] = set()
    read = set()
    for name, table in loaded.spec.tables.items():
        for path in (small_world / source).iterdir():
            if not any(fnmatch(path.name, pattern) for pattern in table.files):
                continue
            read.add(path.name)
            expected = wanted_columns(loaded.spec, table) if table.format.kind == "csv" else ()
            for row in read_rows(path, format_of(table), expected=expected):
                assert row.error is None and row.values is not None
                mapped = by_table[name].map(row.values, by_table[name].record_key(row.values) or str(row.line))
                assert any(e.own for e in mapped.entities) or mapped.links
                described.update(e.id for e in mapped.entities if e.own)
    assert read == {p.name for p in (small_world / source).iterdir()}
    told = [(small_world / f"truth/{name}.csv").read_text(encoding="utf-8") for name in ("mentions", "crossings")]
    truth = [r for text in told for r in csv.DictReader(text.splitlines()) if r["source"] == source]
    assert bool(truth) == (source != "plate_reads")
    for mention in truth:
        space = "LegalEntity" if source in ("vehicle_register", "bank_transfers") else mention["type"]
        assert f"{source}/{space}/{join_key(mention['key'].split('/'))}" in described
