"""One record as it was given: the row verbatim, opened from the vault, its hash checked again.

May import the policy's vault and the graph.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from graphsvc.errors import IntegrityError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import Inquiry, View
from graphsvc.policy.retention import expiry_month
from graphsvc.policy.vault import Vault


def record(graph: Graph, view: View, inquiry: Inquiry, record_id: str, vault: Vault) -> dict[str, Any]:
    """A record by its full id: where it was read (`file`, `line`, `load`), its versions' facts, and `raw`, the row as given.

    `raw_encoding` is `utf-8`, or `base64` for a row that is not UTF-8 text. Raises NotFound for an id that is not in view or a
    row whose retention has ended, IntegrityError when the row does not match its SHA-256.
    """
    rows = graph.ask(view, inquiry, "read/record", id=record_id)
    if not rows:
        raise NotFound(
            f"No record in view has the id {record_id!r}.", hint="Ids are given in full, as `graphsvc path` and `show` print them."
        )
    stored, load = rows[0]["record"], rows[0]["load"] or {}
    raw = vault.open(stored["source"], expiry_month(stored.get("expires_at")), record_id, bytes(stored["raw"]))
    digest = hashlib.sha256(raw).hexdigest()
    if digest != stored["sha256"] or not record_id.endswith(f"@{digest[:12]}"):
        raise IntegrityError(f"The stored row of {record_id} does not match its SHA-256 {stored['sha256']}: it hashes to {digest}.")
    text, encoding = _text(raw)
    by_sum = dict(zip(load.get("file_sha256") or [], load.get("files") or [], strict=False))
    return {
        **{name: stored.get(name) for name in ("id", "source", "table", "key", "version", "load", "as_of", "line", "sha256", "expires_at")},
        "file": by_sum.get(stored.get("file_sha256")),
        "file_sha256": stored.get("file_sha256"),
        "spec": stored.get("spec"),
        "in_force": stored.get("seq_to") is None,
        "raw": text,
        "raw_encoding": encoding,
        "hash_checked": True,
    }


def _text(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode("ascii"), "base64"
