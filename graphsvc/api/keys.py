"""The API key: made at first start, shown once, kept only as its SHA-256 in `<home>/api_key.json` (0600)."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from graphsvc.errors import IntegrityError

_KEY_BYTES = 32  # 256 random bits: no dictionary to try, so a plain SHA-256 is enough where a password needs a slow hash
_PREFIX = "gsk_"  # lets secret scanners recognise a key that was committed by mistake


def ensure_key(home: Path, *, new: bool = False) -> str | None:
    """Make the key if there is none, or in place of the old one with `new`; the key, or None if it stands already."""
    file = _file(home)
    if file.exists() and not new:
        return None
    key = _PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump({"sha256": _digest(key), "made_at": datetime.now(UTC).isoformat(timespec="seconds")}, out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    return key


def key_fits(home: Path, given: str) -> bool:
    """Whether a key is the one of this installation, in constant time; False when none was made.

    Raises IntegrityError for a key file that can't be read.
    """
    file = _file(home)
    try:
        known = str(json.loads(file.read_text())["sha256"])
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("The stored API key can't be read.", hint="Make a new one with `graphsvc serve --new-key`.") from error
    return hmac.compare_digest(known, _digest(given))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _file(home: Path) -> Path:
    return home / "api_key.json"
