"""What resolution is given: one Arrow table of people, one of organisations, a row an entity.

Pure; needs pyarrow alone. Identifiers, numbers and dates are those that loading has checked and normalised.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from graphsvc.errors import InputError

_TEXTS = pa.list_(pa.string())

ADDRESS = pa.struct([(name, pa.string()) for name in ("text", "street", "house", "postcode", "city", "country", "since", "until")])
"""`since` and `until` are ISO dates or parts of them; an address told at one moment has both equal or `since` alone."""

PEOPLE = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        ("compartment", pa.string()),
        pa.field("numbered", pa.bool_()),  # whether the source gives each person one number; absent or null: it does
        ("names", _TEXTS),  # as told
        ("first", pa.string()),
        ("last", pa.string()),
        ("born", pa.string()),  # ISO: 1971, 1971-03, 1971-03-04
        ("addresses", pa.list_(ADDRESS)),
        ("phones", _TEXTS),  # E.164
        ("emails", _TEXTS),
        ("accounts", _TEXTS),  # IBAN
        ("vehicles", _TEXTS),  # plate|jurisdiction
        ("identifiers", _TEXTS),  # scheme|number|country
        ("countries", _TEXTS),
        ("records", _TEXTS),  # all that the row rests on
        ("named_in", _TEXTS),  # of these, the ones that name the entity itself; absent or null: all
    ]
)

ORGANISATIONS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        ("compartment", pa.string()),
        pa.field("numbered", pa.bool_()),
        ("names", _TEXTS),
        ("identifiers", _TEXTS),  # scheme|number|jurisdiction
        ("addresses", pa.list_(ADDRESS)),
        ("phones", _TEXTS),
        ("emails", _TEXTS),
        ("accounts", _TEXTS),
        ("countries", _TEXTS),
        ("records", _TEXTS),  # all that the row rests on
        ("named_in", _TEXTS),  # of these, the ones that name the entity itself; absent or null: all
    ]
)

_REQUIRED = ("id", "source", "names")


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the schema's columns and types, sorted by `id`; a column that it lacks is all missing.

    Raises InputError for a column that is required or unknown, a type that can't be converted, an id missing or given twice.
    """
    missing = [name for name in _REQUIRED if name not in table.column_names]
    unknown = [name for name in table.column_names if name not in schema.names]
    if missing or unknown:
        wrong = [*(f"{name} is missing" for name in missing), *(f"{name} is not known" for name in unknown)]
        raise InputError(
            f"The table has not the columns that resolution takes: {', '.join(wrong)}.", hint=f"It takes {', '.join(schema.names)}."
        )
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, field.type))
            continue
        try:
            columns.append(table[field.name].cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InputError(f"The column {field.name} is {table[field.name].type}, which can't be made {field.type}: {error}") from error
    made = pa.table(columns, names=schema.names)
    ids = made["id"]
    if ids.null_count:
        raise InputError(f"{ids.null_count} rows have no id.")
    if pc.count_distinct(ids).as_py() != made.num_rows:
        twice = _twice(ids)
        raise InputError(f"The id {twice} is given more than once: a row is an entity.", hint="Merge its rows before resolving.")
    return made.sort_by("id")


def _twice(ids: pa.ChunkedArray) -> str:
    counts = pc.value_counts(ids.combine_chunks())
    again = counts.filter(pc.greater(counts.field("counts"), 1))
    return str(again.field("values")[0].as_py())
