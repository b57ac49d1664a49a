"""Ids: `source/keyspace/key` for entities, `source/record/table/key@version` for records, digests for links.

Keys are percent-encoded; where a key is sensitive (a phone number, a plate), a digest keyed by the deployment stands for it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from graphsvc.graph.ontology import EntityType

# Texts come back: streets, names, the telephone number of several rows. More of them would cost memory and spare hardly any work.
_REMEMBERED = 4096


def encode(part: str) -> str:
    """One key part, so that `/`, `,` and `@` in it can't be taken for separators."""
    # Most parts are numbers or codes, seen at a glance: they would only push the others out of what is remembered.
    return part if part.isascii() and part.isalnum() else _quoted(part)


@lru_cache(_REMEMBERED)
def _quoted(part: str) -> str:
    return quote(part, safe="")


def join_key(parts: Sequence[str]) -> str:
    """A composite key in one text: encoded parts between commas (which `encode` escapes)."""
    return encode(parts[0]) if len(parts) == 1 else ",".join(map(encode, parts))


def digest(*parts: str) -> str:
    """BLAKE2b-128 of parts that can't run into each other, in hex."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def record_id(record_key: str, version: str) -> str:
    """A version of a record: its key (`source/record/table/key`) and what tells its rows apart (48 bits: enough within a key)."""
    return f"{record_key}@{version}"


def canonical(text: str) -> str:
    """A text for exact comparison between sources: letters and digits only, no case, no accents."""
    return text.lower() if text.isascii() and text.isalnum() else _folded(text)


@lru_cache(_REMEMBERED)
def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def identity(type_name: str, entity: EntityType, properties: dict[str, object]) -> str | None:
    """What identifies an entity exactly: its type and the first complete set of `identified_by`; None without one.

    A property with several values identifies nothing. Resolution decides that two entities with equal identity are the same.
    """
    for together in entity.identified_by:
        values = [properties.get(name) for name in together]
        compared = [canonical(v) if isinstance(v, str) else "" for v in values]
        if all(compared):
            return "\x1f".join([type_name, *together, *compared])
    return None
