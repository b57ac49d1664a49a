"""Access tokens, against a token server that this test runs: what is accepted, what never is, and how keys come and go."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st
from token_server import AUDIENCE, Server, as_jwk, key_pair, public_pem

from graphsvc.errors import InputError, TokenServerError, Unauthenticated
from graphsvc.inquiry.account import OidcSubject, User
from graphsvc.inquiry.oidc import Tokens, TokenServer
from graphsvc.inquiry.token_keys import checked_url
from graphsvc.inquiry.users import Users


@pytest.fixture
def database(tmp_path: Any) -> str:
    """SQLite is enough here: the databases differ in nothing that tokens touch."""
    return f"sqlite:///{tmp_path / 'accounts.db'}"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.add("rsa", "RS256")
    yield server
    server.close()


class Ticks:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def tokens(server: Server, users: Users, operator: User, anna: User, ticks: Ticks) -> Tokens:
    """Tokens of the server, whose subject 4711 is anna."""
    users.update("anna", by=operator, oidc=OidcSubject(server.issuer, "4711"))
    return Tokens(TokenServer(server.issuer, AUDIENCE, server.jwks_url), users, ticks)


def refused(tokens: Tokens, token: str) -> str:
    """The reason in the log of a token that is refused with the one text."""
    with pytest.raises(Unauthenticated, match=r"^The key or token is not valid\.\n") as caught:
        tokens.authenticate(token)
    assert caught.value.details == {}
    return caught.value.reason


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_token_is_of_the_user_whom_its_issuer_names(server: Server, tokens: Tokens, algorithm: str) -> None:
    server.add("k", algorithm)
    assert tokens.authenticate(server.token("k")).id == "anna"
    assert tokens.authenticate(server.token("k", aud=["other", AUDIENCE])).id == "anna"
    assert server.asked == 1


def test_the_server_says_itself_where_its_keys_are(server: Server, tokens: Tokens, users: Users) -> None:
    found = Tokens(TokenServer(server.issuer, AUDIENCE), users)
    assert found.authenticate(server.token("rsa")).id == "anna"


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://else.example", "jwks_uri": "https://else.example/k"}, {"jwks_uri": "http://x.example/k"}, {"jwks_uri": 1}, {}],
)
def test_a_server_that_describes_another_is_not_believed(server: Server, tokens: Tokens, users: Users, discovery: dict[str, Any]) -> None:
    server.discovery = {"issuer": server.issuer, **discovery} if discovery else {}
    with pytest.raises(TokenServerError, match="can't be checked: "):
        Tokens(TokenServer(server.issuer, AUDIENCE), users).authenticate(server.token("rsa"))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://other.example"}, "InvalidAudienceError"),
        ({"aud": [AUDIENCE, 1]}, "InvalidAudienceError"),
        ({"iss": "https://else.example"}, "InvalidIssuerError"),
        ({"iss": None}, "MissingRequiredClaimError"),
        ({"exp": int(time.time()) - 60}, "ExpiredSignatureError"),
        ({"exp": "soon"}, "DecodeError"),
        ({"nbf": int(time.time()) + 86_400}, "ImmatureSignatureError"),
        ({"iat": int(time.time()) + 86_400}, "ImmatureSignatureError"),
        ({"sub": 4711}, "InvalidSubjectError"),
        ({"sub": "4712"}, "no user for the subject '4712'"),
        ({"sub": ""}, "no user for the subject ''"),
    ],
)
def test_a_token_for_others_or_of_another_time_is_refused(server: Server, tokens: Tokens, claims: dict[str, Any], reason: str) -> None:
    assert reason in refused(tokens, resigned(server, claims))


@pytest.mark.parametrize("claim", ["exp", "iat", "iss", "aud", "sub"])
def test_every_claim_that_counts_must_be_there(server: Server, tokens: Tokens, claim: str) -> None:
    assert "MissingRequiredClaimError" in refused(tokens, server.token("rsa", without=claim))


def test_a_little_difference_of_clocks_is_borne(server: Server, tokens: Tokens) -> None:
    now = int(time.time())
    assert tokens.authenticate(server.token("rsa", exp=now - 10, nbf=now + 10, iat=now + 10)).id == "anna"


def parts(header: dict[str, Any], claims: dict[str, Any]) -> bytes:
    return b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims))


def resigned(server: Server, claims: dict[str, Any]) -> str:
    """A token with a right signature of claims that the library would not write."""
    signing = parts({"alg": "RS256", "kid": "rsa", "typ": "at+jwt"}, server.claims(**claims))
    signature = jwt.get_algorithm_by_name("RS256").sign(signing, server.keys["rsa"][1])
    return (signing + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def test_no_signature_is_none(server: Server, tokens: Tokens) -> None:
    for algorithm in ("none", "None", "NONE", ""):
        token = parts({"alg": algorithm, "kid": "rsa"}, server.claims()).decode() + "."
        assert "is not accepted" in refused(tokens, token)
    signed = server.token("rsa")
    assert "InvalidSignatureError" in refused(tokens, signed.rsplit(".", 1)[0] + ".")
    body = base64.urlsafe_b64encode(json.dumps(server.claims(sub="0815")).encode()).rstrip(b"=").decode()
    assert "InvalidSignatureError" in refused(tokens, ".".join((signed.split(".")[0], body, signed.split(".")[2])))


def test_the_public_key_is_no_password(server: Server, tokens: Tokens) -> None:
    """HS256 with the published key as its secret, in each form that a careless library might take."""
    private = server.keys["rsa"][1]
    for secret in (public_pem(private), json.dumps(server.document["keys"][0]).encode()):
        signing = parts({"alg": "HS256", "kid": "rsa"}, server.claims())
        signature = base64.urlsafe_b64encode(hmac.new(secret, signing, hashlib.sha256).digest()).rstrip(b"=")
        assert "'HS256' is not accepted" in refused(tokens, (signing + b"." + signature).decode())


def test_a_published_secret_proves_nothing(server: Server, tokens: Tokens) -> None:
    secret = b"s" * 32
    server.document["keys"].append({"kty": "oct", "kid": "oct", "k": base64.urlsafe_b64encode(secret).decode().rstrip("=")})
    assert "is not accepted" in refused(tokens, jwt.encode(server.claims(), secret, "HS256", headers={"kid": "oct"}))
    assert "has no key 'oct'" in refused(tokens, server.token("rsa", headers={"kid": "oct"}))


def test_an_algorithm_that_is_not_listed_is_refused_whatever_key_signs(server: Server, tokens: Tokens) -> None:
    private = server.keys["rsa"][1]
    for algorithm in ("RS384", "PS256"):
        assert "is not accepted" in refused(tokens, jwt.encode(server.claims(), private, algorithm, headers={"kid": "rsa"}))
    # An accepted algorithm, but the key named is of another kind.
    other = key_pair("ES256")
    assert "has no key 'rsa' for ES256" in refused(tokens, jwt.encode(server.claims(), other, "ES256", headers={"kid": "rsa"}))


@pytest.mark.parametrize(
    "headers",
    [
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": True},
        {"typ": "JWE"},
        {"typ": "logout+jwt"},
        {"kid": "else"},
    ],
)
def test_a_token_that_is_something_else_is_refused(server: Server, tokens: Tokens, headers: dict[str, Any]) -> None:
    assert refused(tokens, server.token("rsa", headers=headers))


def test_a_token_brings_no_key_and_no_address_of_its_own(server: Server, tokens: Tokens) -> None:
    mine = Server()
    try:
        mine.add("rsa", "RS256")
        headers = {"kid": "rsa", "jku": mine.jwks_url, "jwk": mine.document["keys"][0], "x5u": mine.jwks_url}
        forged = jwt.encode(server.claims(), mine.keys["rsa"][1], "RS256", headers=headers)
        assert "InvalidSignatureError" in refused(tokens, forged)
        assert mine.asked == 0
    finally:
        mine.close()


@pytest.mark.parametrize("more", [{"use": "enc"}, {"alg": "RS512"}, {"kty": "EC"}, {"n": "AQAB"}, {"kid": 7}])
def test_a_key_that_is_not_for_this_proves_nothing(server: Server, tokens: Tokens, more: dict[str, Any]) -> None:
    server.add("odd", "RS256", **more)
    assert "has no key 'odd'" in refused(tokens, server.token("odd"))
    assert tokens.authenticate(server.token("rsa")).id == "anna"


def test_a_short_key_proves_nothing(server: Server, tokens: Tokens) -> None:
    short = key_pair("RS256", bits=1024)
    server.document["keys"].append(as_jwk(short, "RS256", "short"))
    signing = parts({"alg": "RS256", "kid": "short"}, server.claims())
    signature = jwt.get_algorithm_by_name("RS256").sign(signing, short)
    token = (signing + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()
    assert "has no key 'short'" in refused(tokens, token)


def test_a_rotated_key_is_honoured_and_the_old_one_ends(server: Server, tokens: Tokens, ticks: Ticks) -> None:
    assert tokens.authenticate(server.token("rsa")).id == "anna"
    server.add("new", "ES256")
    ticks.now += 10
    assert tokens.authenticate(server.token("new")).id == "anna"
    assert server.asked == 2
    server.drop("rsa")
    assert tokens.authenticate(server.token("rsa")).id == "anna"  # known here still
    ticks.now += 600
    assert "has no key 'rsa'" in refused(tokens, server.token("rsa"))
    assert tokens.authenticate(server.token("new")).id == "anna"


def test_made_up_key_ids_do_not_make_us_ask_again_and_again(server: Server, tokens: Tokens, ticks: Ticks) -> None:
    tokens.authenticate(server.token("rsa"))
    for n in range(50):
        refused(tokens, server.token("rsa", headers={"kid": f"made-up-{n}"}))
    assert server.asked == 1
    ticks.now += 10
    for n in range(50):
        refused(tokens, server.token("rsa", headers={"kid": f"made-up-{n}"}))
    assert server.asked == 2


def test_threads_that_come_together_ask_once(server: Server, tokens: Tokens) -> None:
    together = threading.Barrier(8)
    found: list[str] = []

    def ask() -> None:
        together.wait()
        found.append(tokens.authenticate(server.token("rsa")).id)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["anna"] * 8
    assert server.asked == 1


@pytest.mark.parametrize(
    "trouble", [{"status": 500}, {"status": 302}, {"document": b"<html>"}, {"document": {"keys": 1}}, {"document": b"x" * 2**21}]
)
def test_known_keys_outlast_a_server_in_trouble_for_a_day(server: Server, tokens: Tokens, ticks: Ticks, trouble: dict[str, Any]) -> None:
    tokens.authenticate(server.token("rsa"))
    for name, value in trouble.items():
        setattr(server, name, value)
    ticks.now += 24 * 3600 - 1
    assert tokens.authenticate(server.token("rsa")).id == "anna"
    assert server.asked == 2
    assert "has no key 'else'" in refused(tokens, server.token("rsa", headers={"kid": "else"}))
    ticks.now += 11
    with pytest.raises(TokenServerError, match="can't be checked: ") as caught:
        tokens.authenticate(server.token("rsa"))
    assert caught.value.status == 503


def test_a_server_that_is_down_from_the_start_is_told(users: Users, server: Server, ticks: Ticks) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/keys"
        tokens = Tokens(TokenServer(server.issuer, AUDIENCE, url), users, ticks)
        for _ in range(3):
            with pytest.raises(TokenServerError, match="can't be reached"):
                tokens.authenticate(server.token("rsa"))


def test_a_disabled_user_is_refused_with_a_good_token(server: Server, tokens: Tokens, users: Users, operator: User) -> None:
    users.disable("anna", by=operator)
    assert refused(tokens, server.token("rsa")) == "the user anna is disabled"


@run(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(
        st.text(),
        st.builds(
            lambda h, p: parts(h, p).decode() + ".AAAA",
            st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "x"]), st.sampled_from(["RS256", "rsa", None, 1, [], {}])),
            st.dictionaries(st.sampled_from(["exp", "iss", "sub", "aud"]), st.sampled_from([None, 1, "x", [], {}])),
        ),
        st.integers(1, 4000).map(lambda n: base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"rsa","a":' + b"[" * n).decode() + ".e30.AAAA"),
    )
)
def test_nonsense_is_refused_and_nothing_else_happens(tokens: Tokens, nonsense: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.authenticate(nonsense)


@pytest.mark.parametrize("algorithms", [("none",), ("HS256",), ("RS256", "HS512"), ("rs256",), ()])
def test_only_signatures_by_key_pairs_can_be_set(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="can't be accepted with"):
        TokenServer("https://id.example", AUDIENCE, algorithms=algorithms)


def test_other_settings_that_would_be_unsafe_are_refused() -> None:
    with pytest.raises(InputError, match="audience"):
        TokenServer("https://id.example", "")
    with pytest.raises(InputError, match="leeway"):
        TokenServer("https://id.example", AUDIENCE, leeway_s=3600)


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example/k",
        "http://user@id.example",
        "http://localhost.example/k",
        "http://127.0.0.1.example/k",
        "http://[::1",
        "https:///k",
        "file:///etc/passwd",
        "ftp://127.0.0.1/k",
        "",
    ],
)
def test_keys_come_over_https_or_from_this_machine(url: str) -> None:
    with pytest.raises(InputError, match="https"):
        checked_url(url)
    for good in ("https://id.example/k", "http://127.0.0.1:1/k", "http://[::1]/k", "http://localhost:8080/k"):
        assert checked_url(good) == good
