"""The JSON Schema of policies, generated from `document.Policy`: what editors check a policy.yaml with while it is typed."""

from __future__ import annotations

import json
from typing import Any

from graphsvc.policy.document import Policy


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of policy.yaml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "graphsvc policy of a source (policy.yaml)",
        **{name: part for name, part in Policy.model_json_schema(by_alias=True).items() if name != "title"},
    }


def json_schema_text() -> str:
    """The schema as it stands in `loaders/schema/policy.schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
