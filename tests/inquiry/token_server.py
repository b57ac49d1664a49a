"""A token server in a thread: signs tokens, publishes its keys, rotates them, can be down."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

AUDIENCE = "https://graphsvc.example"


def key_pair(algorithm: str, bits: int = 2048) -> Any:
    if algorithm.startswith(("RS", "PS")):
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else ed25519.Ed25519PrivateKey.generate()


def as_jwk(private: Any, algorithm: str, key_id: str, **more: Any) -> dict[str, Any]:
    worker = jwt.get_algorithm_by_name(algorithm)
    return {**worker.to_jwk(private.public_key(), as_dict=True), "kid": key_id, **more}


def public_pem(private: Any) -> bytes:
    return private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class Server:
    """`keys` are signed with and published as `document`; `asked` counts how often the keys were fetched."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, Any]] = {}
        self.document: Any = {"keys": []}
        self.discovery: dict[str, Any] = {}
        self.status = 200
        self.asked = 0
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/keys":
                    served.asked += 1
                body = served.discovery if self.path.startswith("/.well-known/") else served.document
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(served.status if self.path == "/keys" else 200)
                if served.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_args: Any) -> None:
                return

        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._httpd.server_address[1]}"
        self.jwks_url = f"{self.issuer}/keys"
        self.discovery = {"issuer": self.issuer, "jwks_uri": self.jwks_url}
        self._thread = threading.Thread(target=self._httpd.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def add(self, key_id: str, algorithm: str, **more: Any) -> None:
        private = key_pair(algorithm)
        self.keys[key_id] = (algorithm, private)
        self.document = {"keys": [*self.document["keys"], as_jwk(private, algorithm, key_id, **more)]}

    def drop(self, key_id: str) -> None:
        self.document = {"keys": [key for key in self.document["keys"] if key["kid"] != key_id]}

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        return {"iss": self.issuer, "aud": AUDIENCE, "sub": "4711", "iat": now, "exp": now + 300} | more

    def token(self, key_id: str, *, without: str | None = None, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        algorithm, private = self.keys[key_id]
        said = {name: value for name, value in self.claims(**claims).items() if name != without}
        return jwt.encode(said, private, algorithm, headers={"kid": key_id, "typ": "at+jwt", **(headers or {})})

    def close(self) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join()
