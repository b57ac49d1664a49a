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

# Depends on the table only: it tells nothing of what the row holds.
_WITHHELD = (
    "Rows of the table {table} of {source} may hold persons of several categories, not all of which are in view: "
    "a row as given is shown to who may see all of them."
)


def record(graph: Graph, view: View, inquiry: Inquiry, record_id: str, vault: Vault) -> dict[str, Any]:
    """A record by its full id: where it was read (`file`, `line`, `load`), its versions' facts, and `raw`, the row as given.

    `raw_encoding` is `utf-8`, or `base64` for a row that is not UTF-8 text. Where the view lacks a compartment that rows of its table
    may hold something of, `raw` and what follows from it (hashes, expiry) are None, and `withheld` says why. Raises NotFound for an id
    that is not in view, a withdrawn record, or a row whose retention has ended, IntegrityError when the row does not match its SHA-256.
    """
    rows = graph.ask(view, inquiry, "read/record", id=record_id)
    if not rows:
        raise NotFound(
            f"No record in view has the id {record_id!r}.", hint="Ids are given in full, as `graphsvc path` and `show` print them."
        )
    stored, load, whole = rows[0]["record"], rows[0]["load"] or {}, rows[0]["whole"]
    text, encoding = _text(_opened(stored, vault)) if whole else (None, None)
    by_sum = dict(zip(load.get("file_sha256") or [], load.get("files") or [], strict=False))
    return {
        **{name: stored.get(name) for name in ("id", "source", "table", "key", "version", "load", "as_of", "line", "sha256", "expires_at")},
        "file": by_sum.get(stored.get("file_sha256")),
        # Of a file, too, the hash speaks of rows that are not in view.
        "file_sha256": stored.get("file_sha256") if whole else None,
        "spec": stored.get("spec"),
        "in_force": stored.get("seq_to") is None,
        "raw": text,
        "raw_encoding": encoding,
        "hash_checked": whole,
        "withheld": None if whole else _WITHHELD.format(table=stored["table"], source=stored["source"]),
    }


def _opened(stored: dict[str, Any], vault: Vault) -> bytes:
    raw = vault.open(stored["source"], expiry_month(stored.get("expires_at")), stored["id"], bytes(stored["raw"]))
    digest = hashlib.sha256(raw).hexdigest()
    version = stored["id"].rpartition("@")[2]
    # In some tables a keyed digest stands for the hash in ids.
    if digest != stored["sha256"] or version not in (digest[:12], vault.digester()(digest)[:12]):
        raise IntegrityError(f"The stored row of {stored['id']} does not match its SHA-256 {stored['sha256']}: it hashes to {digest}.")
    return raw


def _text(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode("ascii"), "base64"
