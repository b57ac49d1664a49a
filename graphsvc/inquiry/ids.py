"""Ids that people read to each other and nobody can count up: `inq_20261124_x7k2m9`.

Imports nothing of graphsvc.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

# Longest id that anything here makes; what is longer is none.
_MOST_CHARACTERS = 80
# Crockford's Base32 in lower case: without i, l, o and u, which are misread or make words.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def could_be_id(text: str) -> bool:
    """Whether this may be looked up at all: PostgreSQL refuses some characters, and a message should not repeat a book."""
    return len(text) <= _MOST_CHARACTERS and text.isascii() and text.isprintable()


def readable_id(kind: str, moment: datetime, letters: int = 6) -> str:
    """`<kind>_<day>_<30 random bits>`, five a letter. Knowing one gives no access: whoever uses it is checked too.

    Of what is made by the thousand a day (watches, alerts), ten letters keep two from being the same.
    """
    drawn = "".join(_LETTERS[byte & 31] for byte in secrets.token_bytes(letters))
    return f"{kind}_{moment.astimezone(UTC):%Y%m%d}_{drawn}"
