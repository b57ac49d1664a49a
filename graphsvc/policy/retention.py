"""Which key seals a row: one a source and month of expiry, so that destroying a month's key ends the rows that expire in it."""

from __future__ import annotations

NEVER = "never"


def expiry_month(expires_at: str | None) -> str:
    """The month (`2029-06`) whose key seals a row that expires then; `never` for one that does not."""
    return expires_at[:7] if expires_at else NEVER
