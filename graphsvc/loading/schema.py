"""The JSON Schema of loader specs, generated from `spec.Spec`: what editors check a source.yaml with while it is typed."""

from __future__ import annotations

import json
from typing import Any

from graphsvc.loading.spec import Spec


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of source.yaml. The short form of a value, a plain string, is allowed wherever a value is."""
    schema = Spec.model_json_schema(by_alias=True)
    value = {"$ref": "#/$defs/Value"}
    short = {"anyOf": [{"type": "string", "description": "A column, or a path into nested JSON."}, value]}
    defs = {
        name: _replaced(body, value, short) if name != "Value" else {**body, "properties": _replaced(body["properties"], value, short)}
        for name, body in schema.pop("$defs").items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "graphsvc loader spec (source.yaml)",
        **_replaced(schema, value, short),
        "$defs": defs,
    }


def json_schema_text() -> str:
    """The schema as it stands in `loaders/schema/source.schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _replaced(node: Any, what: Any, by: Any) -> Any:
    if node == what:
        return by
    if isinstance(node, dict):
        return {key: _replaced(value, what, by) for key, value in node.items()}
    if isinstance(node, list):
        return [_replaced(value, what, by) for value in node]
    return node
