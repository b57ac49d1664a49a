"""One entry with its proof: that it stands in the log, at this place, as it was signed. Whoever has the file can check it, without the log.

May import errors, and what is beside it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from graphsvc.audit import merkle, schema
from graphsvc.audit.engine import reading
from graphsvc.audit.event import PERSONAL, Event, commitment
from graphsvc.audit.keys import Rotation, follow
from graphsvc.audit.log import AuditLog
from graphsvc.audit.note import Checkpoint, VerifierKey
from graphsvc.errors import Conflict, InputError, IntegrityError, NotFound

FORMAT = "graphsvc audit proof 1"


@dataclass(frozen=True, slots=True)
class Proved:
    """What a proof shows: the leaf's members, the personal values that came with it, and the checkpoint that holds it."""

    index: int
    leaf: Mapping[str, Any]
    personal: Mapping[str, Any]
    checkpoint: Checkpoint


def prove(audit: AuditLog, index: int, looker: Event) -> dict[str, Any]:
    """The proof of one entry, ready for JSON, with its personal values where they were not purged; the look is logged first.

    Raises NotFound for an entry that is not there, Conflict for one that no checkpoint covers yet.
    """
    audit.append(replace(looker, kind="looked", refers_to=index))
    with reading(audit.engine) as connection:
        leaf = connection.execute(sa.select(schema.entries.c.leaf).where(schema.entries.c.entry_index == index)).scalar()
        if leaf is None:
            raise NotFound(f"The audit log has no entry {index}.")
        note = newest_note(connection)
        checkpoint = Checkpoint.parse(note) if note else None
        if note is None or checkpoint is None or checkpoint.size <= index:
            raise Conflict(f"No signed checkpoint covers entry {index} yet.", hint="One is signed within a minute; or sign one now.")
        return {
            "format": FORMAT,
            "index": index,
            "leaf": leaf.decode(),
            "personal": _values(connection, index),
            "path": encoded(merkle.inclusion_proof(StoredTree(connection), index, checkpoint.size)),
            "checkpoint": note,
            "rotations": [one.facts() for one in rotations(connection)],
        }


def check_proof(proof: Mapping[str, Any], trusted_key: str | VerifierKey) -> Proved:
    """Check a proof by nothing but a key that is trusted. Raises IntegrityError saying what is wrong, InputError for what is no proof."""
    trusted = VerifierKey.parse(trusted_key) if isinstance(trusted_key, str) else trusted_key
    try:
        if proof["format"] != FORMAT:
            raise ValueError("another format")
        index, leaf, checkpoint = int(proof["index"]), str(proof["leaf"]), Checkpoint.parse(proof["checkpoint"])
        path = decoded(proof["path"])
        said: dict[str, Any] = json.loads(leaf)
        chain = follow(trusted, [Rotation.parse(one) for one in proof["rotations"]])
        values = {name: (str(one["value"]), bytes.fromhex(one["salt"])) for name, one in proof["personal"].items()}
        committed = dict(said["personal"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"This is no proof of an audit entry ({error}).", hint="Give the JSON that `audit prove` wrote.") from error
    if checkpoint.origin != trusted.name or checkpoint.signer(chain) is None:
        raise IntegrityError("The checkpoint of the proof is not signed by the trusted key, nor by one that follows it.")
    hashed = merkle.leaf_hash(leaf.encode())
    if said.get("index") != index or merkle.root_of_inclusion(hashed, index, checkpoint.size, path) != checkpoint.root:
        raise IntegrityError(f"The proof does not lead from entry {index} to the signed checkpoint.")
    for name, (value, salt) in values.items():
        if committed.get(name) != commitment(name, value, salt):
            raise IntegrityError(f"The {name} given with the proof is not the one that was logged.")
    personal = {name: json.loads(value) if name == "parameters" else value for name, (value, _) in values.items()}
    return Proved(index, {name: value for name, value in said.items() if name != "personal"}, personal, checkpoint)


class StoredTree:
    """Hashes of subtrees, from the stored leaf hashes and tiles."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def __call__(self, low: int, high: int) -> bytes:
        if high - low <= merkle.TILE:
            entry = schema.entries.c
            return self._over(sa.select(entry.leaf_hash).where(entry.entry_index.between(low, high - 1)).order_by(entry.entry_index))
        whole = (high - low) // merkle.TILE * merkle.TILE
        if whole == high - low and whole & (whole - 1) == 0:
            tile = schema.tiles.c
            first, last = low // merkle.TILE, high // merkle.TILE - 1
            return self._over(sa.select(tile.hash).where(tile.tile_index.between(first, last)).order_by(tile.tile_index))
        middle = low + merkle.split(high - low)
        return merkle.node_hash(self(low, middle), self(middle, high))

    def _over(self, query: sa.Select[bytes]) -> bytes:
        return merkle.tree_hash(self._connection.execute(query).scalars())


def newest_note(connection: sa.Connection) -> str | None:
    """The largest stored checkpoint."""
    return connection.execute(sa.select(schema.checkpoints.c.note).order_by(schema.checkpoints.c.size.desc()).limit(1)).scalar()


def rotations(connection: sa.Connection) -> list[Rotation]:
    """All rotations of the key, the first one first."""
    joined = schema.entries.join(schema.keys, schema.keys.c.since == schema.entries.c.entry_index)
    leaves = connection.execute(
        sa.select(schema.entries.c.leaf).select_from(joined).where(schema.keys.c.since > 0).order_by(schema.keys.c.since)
    ).scalars()
    return [Rotation.parse(json.loads(leaf).get("facts", {})) for leaf in leaves]


def encoded(hashes: Sequence[bytes]) -> list[str]:
    """Hashes as JSON holds them."""
    return [base64.b64encode(one).decode() for one in hashes]


def decoded(texts: Sequence[str]) -> list[bytes]:
    """Raises ValueError for what are no hashes."""
    try:
        hashes = [base64.b64decode(one, validate=True) for one in texts]
    except binascii.Error as error:
        raise ValueError("a hash can't be read") from error
    if any(len(one) != merkle.HASH_BYTES for one in hashes):
        raise ValueError("a hash has a wrong length")
    return hashes


def _values(connection: sa.Connection, index: int) -> dict[str, dict[str, str]]:
    row = connection.execute(sa.select(schema.personal).where(schema.personal.c.entry_index == index)).mappings().one_or_none()
    if row is None:
        return {}
    return {name: {"value": row[name], "salt": row[f"{name}_salt"].hex()} for name in PERSONAL if row[name] is not None}
