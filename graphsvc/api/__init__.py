"""The HTTP door: `create_app(settings)`. Thin: no logic, no Cypher; nothing is made at import."""

from graphsvc.api.app import create_app

__all__ = ["create_app"]
