"""The public keys of a token server: fetched from its JWKS, kept, and asked for again when it rotates them.

A token decides neither from where keys come nor which kind of key proves it: both are set by the operator. May import errors.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from graphsvc.errors import InputError, TokenServerError
from graphsvc.inquiry.outgoing import NoRedirect, is_loopback

# Signatures by a key pair only. With HS256 whoever can check a token could also make one, and `none` is no signature.
# Type and curve of the key that each needs (RFC 7518, 3.1; RFC 8037, 3.1).
ALGORITHMS: dict[str, tuple[str, str | None]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
_LEAST_RSA_BITS = 2048  # RFC 7518, 3.3
_FRESH_S = 600.0  # a key that the server took away is known here for so long at most
_RETRY_S = 10.0  # tokens with made-up key ids can't make us ask more often
_KEEP_S = 24 * 3600.0  # how long known keys stay good while the server can't be reached
_TIMEOUT_S = 5.0
_MOST_BYTES = 1 << 20


class TokenKeys:
    """Public keys by key id and algorithm. `where` gives the address of the JWKS, and may itself have to ask for it."""

    def __init__(self, where: Callable[[], str], algorithms: tuple[str, ...], clock: Callable[[], float] = time.monotonic) -> None:
        self._where = where
        self._algorithms = algorithms
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, str], PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._failed: str | None = None

    def get(self, key_id: str, algorithm: str) -> PyJWK | None:
        """The key, or None if the server has none so named; raises TokenServerError when that can't be known."""
        found = self._known(key_id, algorithm)
        if found is None or self._age() >= _FRESH_S:
            # Who has a key goes on with it while another thread asks; who has none waits for the answer.
            if self._lock.acquire(blocking=found is None):
                try:
                    if self._known(key_id, algorithm) is None or self._age() >= _FRESH_S:
                        self._refresh()
                finally:
                    self._lock.release()
            found = self._known(key_id, algorithm)
        if found is None and self._age() >= _KEEP_S:
            raise TokenServerError(f"Access tokens can't be checked: {self._failed}", hint="Try again, or use an API key meanwhile.")
        return found

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _known(self, key_id: str, algorithm: str) -> PyJWK | None:
        return self._keys.get((key_id, algorithm)) if self._age() < _KEEP_S else None

    def _refresh(self) -> None:
        now = self._clock()
        if self._tried_at is not None and now - self._tried_at < _RETRY_S:
            return
        self._tried_at = now
        try:
            self._keys = _usable(fetch_json(self._where()), self._algorithms)
        except TokenServerError as error:
            self._failed = error.message
        else:
            self._fetched_at, self._failed = now, None


def checked_url(url: str) -> str:
    """The address, if it is https, or http on this machine; raises InputError."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    except ValueError:  # a port that is none
        safe, host = False, ""
    if not (safe and host):
        raise InputError(f"Keys can't be taken from {url!r}: whoever is on the way could change them.", hint="Give an https:// address.")
    return url


def fetch_json(url: str) -> Any:
    """What the address answers; redirects are not followed. Raises TokenServerError."""
    # The address was checked to be https or on this machine; for the latter no proxy is asked.
    handlers: list[urllib.request.BaseHandler] = [NoRedirect()]
    if is_loopback(urlsplit(url).hostname or ""):
        handlers.append(urllib.request.ProxyHandler({}))
    try:
        request = urllib.request.Request(url, headers={"Accept": "application/json"})
        with urllib.request.build_opener(*handlers).open(request, timeout=_TIMEOUT_S) as answer:
            data = answer.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise TokenServerError(f"{url} answers with more than {_MOST_BYTES} bytes.")
        return json.loads(data)
    except URLError as error:
        raise TokenServerError(f"{url} can't be reached: {error.reason}") from error
    except (OSError, ValueError, RecursionError) as error:  # a broken connection; not JSON
        raise TokenServerError(f"{url} does not answer with JSON: {error}") from error


def _usable(document: Any, algorithms: tuple[str, ...]) -> dict[tuple[str, str], PyJWK]:
    """Those keys of a JWKS that may prove a token; others (for encryption, of other kinds, too short) are left out."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise TokenServerError("The token server's answer is not a JWKS.")
    keys: dict[tuple[str, str], PyJWK] = {}
    for jwk in listed:
        if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str) or jwk.get("use", "sig") != "sig":
            continue
        for algorithm in algorithms:
            kind, curve = ALGORITHMS[algorithm]
            if jwk.get("kty") != kind or jwk.get("crv") != curve or jwk.get("alg", algorithm) != algorithm:
                continue
            try:
                key = PyJWK(jwk, algorithm)
            except (PyJWTError, ValueError, TypeError):
                continue
            if not isinstance(key.key, RSAPublicKey) or key.key.key_size >= _LEAST_RSA_BITS:
                keys[jwk["kid"], algorithm] = key
    return keys
