"""Access tokens of an OpenID Connect server: signed by it, for this deployment, in force now, of a known user.

PyJWT checks signatures and claims; what it may accept is pinned here (RFC 8725, RFC 9068). May import users and the server's keys.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt

from graphsvc.errors import InputError, TokenServerError, Unauthenticated
from graphsvc.inquiry.account import User
from graphsvc.inquiry.token_keys import ALGORITHMS, TokenKeys, checked_url, fetch_json
from graphsvc.inquiry.users import Users

_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
_TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt"})  # many servers still call an access token plain JWT
_MOST_CHARACTERS = 16_384  # web servers take no longer headers


@dataclass(frozen=True, slots=True)
class TokenServer:
    """Whose tokens are accepted. Without `jwks_url` the server is asked for it (OpenID Connect Discovery). Raises InputError."""

    issuer: str
    audience: str
    jwks_url: str | None = None
    algorithms: tuple[str, ...] = ("RS256", "ES256", "EdDSA")
    leeway_s: int = 30

    def __post_init__(self) -> None:
        if not self.audience:
            raise InputError("Tokens need an audience: the name under which the token server knows this deployment.")
        if not self.algorithms or (refused := set(self.algorithms) - ALGORITHMS.keys()):
            raise InputError(
                f"Tokens can't be accepted with the algorithms {', '.join(sorted(refused)) if self.algorithms else '(none given)'}.",
                hint=f"Possible: {', '.join(ALGORITHMS)}.",
            )
        if not 0 <= self.leeway_s <= 300:
            raise InputError(f"A leeway of {self.leeway_s} s is not 0 to 300 s.")
        checked_url(self.jwks_url or self.issuer)


class Tokens:
    """Access tokens of one server. Times of tokens are checked by the system's clock; `clock` is for how long keys are kept."""

    def __init__(self, server: TokenServer, users: Users, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._users = users
        self._keys = TokenKeys(self._jwks_url, server.algorithms, clock)

    def authenticate(self, token: str) -> User:
        """The user whom the token is of.

        Raises Unauthenticated with one same text whatever is wrong, and the reason for the log; TokenServerError when its keys can't be
        had.
        """
        server = self._server
        if not token.isascii() or len(token) > _MOST_CHARACTERS:
            raise Unauthenticated(reason="not a token")
        try:
            header = jwt.get_unverified_header(token)
            key_id, algorithm = header.get("kid"), header.get("alg")
            if algorithm not in server.algorithms:
                raise Unauthenticated(reason=f"the algorithm {str(algorithm)[:20]!r} is not accepted")
            if "crit" in header or str(header.get("typ", "jwt")).lower() not in _TYPES:
                raise Unauthenticated(reason="not a plain access token")
            if not isinstance(key_id, str):
                raise Unauthenticated(reason="the token names no key")
            key = self._keys.get(key_id, algorithm)
            if key is None:
                raise Unauthenticated(reason=f"the token server has no key {key_id[:80]!r} for {algorithm}")
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=server.audience,
                issuer=server.issuer,
                leeway=server.leeway_s,
                options={"require": _REQUIRED},
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise Unauthenticated(reason=f"{type(error).__name__}: {error}") from error
        return self._users.by_oidc(server.issuer, claims["sub"])

    def _jwks_url(self) -> str:
        server = self._server
        if server.jwks_url:
            return server.jwks_url
        where = f"{server.issuer.rstrip('/')}/.well-known/openid-configuration"
        document = fetch_json(where)
        if not isinstance(document, dict) or document.get("issuer") != server.issuer or not isinstance(document.get("jwks_uri"), str):
            raise TokenServerError(f"{where} does not describe the issuer {server.issuer}.")
        try:
            return checked_url(document["jwks_uri"])
        except InputError as error:
            raise TokenServerError(error.message) from error
