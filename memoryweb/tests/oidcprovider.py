"""A small OpenID Connect provider on this machine, strict in what it takes, which a test can tell to answer wrongly."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "memoryweb", "a-secret-between-the-two-long-enough-to-sign"
KEY_NAME = "the-key"


@dataclass
class OidcProvider:
    """What it answers. `person` is who is signed in there; the rest is what a test changes."""

    url: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "nora-1", "preferred_username": "nora", "email": "nora@example.org", "email_verified": True}
    )
    claims: dict[str, Any] = field(default_factory=dict)  # of the ID token, over what is right; None leaves one out
    details: dict[str, Any] | None = None  # what the userinfo address tells; where it is set, the ID token has but the subject
    configuration: dict[str, Any] = field(default_factory=dict)  # over what is right
    algorithm: str = "RS256"
    key_name: str | None = KEY_NAME
    error: str = ""  # instead of a code
    status: int = 200  # of the token address
    asked: list[dict[str, str]] = field(default_factory=list)  # each visit to the sign-in page
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    signs_with: Any = None  # another key than the one that it shows

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        } | self.configuration

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": KEY_NAME, "use": "sig", "alg": "RS256"}]}

    def back(self, query: dict[str, str]) -> str:
        """Where the sign-in page leads whoever asked for it."""
        self.asked.append(query)
        told = {"error": self.error} if self.error else {"code": secrets.token_urlsafe(8)}
        if not self.error:
            self.codes[told["code"]] = query
        return f"{query['redirect_uri']}?{urlencode(told | {'state': query['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer to a code, once, and to who has asked for it."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        right = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "authorization_code"}
        if asked is None or any(form.get(name) != value for name, value in right.items()):
            return 400, {"error": "invalid_grant"}
        if form.get("redirect_uri") != asked["redirect_uri"] or asked.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        return self.status, {"access_token": "opens-the-details", "token_type": "Bearer", "id_token": self.id_token(asked)}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        known = {"sub": self.person["sub"]} if self.details is not None else self.person
        claims = known | {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked.get("nonce")} | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": self.key_name} if self.key_name else {}
        key = {"RS256": self.signs_with or self.key, "HS256": SECRET, "none": None}[self.algorithm]
        return jwt.encode(claims, key, algorithm=self.algorithm, headers=headers)


def handler(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.back({name: values[0] for name, values in parse_qs(parts.query).items()}))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            has_token = self.headers.get("Authorization") == "Bearer opens-the-details"
            answers = {
                "/.well-known/openid-configuration": provider.discovery,
                "/jwks": provider.keys,
                "/userinfo": lambda: (provider.details or provider.person) if has_token else {},
            }
            self.answer(200, answers[parts.path]()) if parts.path in answers else self.answer(404, {})

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(*provider.token({name: values[0] for name, values in form.items()}))

        def answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def running_provider() -> Iterator[OidcProvider]:
    """A provider that answers while this is open."""
    provider = OidcProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
