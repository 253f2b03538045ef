"""A provider of identities on this machine that lies where it is told to: answers as OpenID Connect has it, but for what a test
changes. What it says of people is invented."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from dashboard.accounts.rights import Person
from dashboard.request_identity import SESSION_CACHE
from tests.accounts.asgi import Answer, Browser

CLIENT, SECRET = "tableau", "un secret de l'essai"
MOST_DROPS = 300  # then the answer goes on by itself
LEAVE, ADDRESS = "/connexion/ministere", "dir.zou@exemple.bj"


@cache
def key(name: str = "1") -> RSAKey:
    """A key to sign with; made once."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@dataclass
class Lying:
    """What it answers. says_since: that people have just said there who they are; claims: changes what it signs;
     sign: signs it; of_itself: changes what it says of itself; info: what it
    says when it is asked apart; down: it answers nothing of use; dripping: paths whose answers come drop by drop, until they are
    let go on; leads: paths that lead elsewhere."""

    issuer: str = ""
    subject: str = "s-1"
    claims: Callable[[dict[str, Any]], None] = lambda claims: None
    sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(
        {"alg": "RS256", "kid": "1"}, claims, key()
    )
    of_itself: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=lambda: {"email": ADDRESS, "email_verified": True})
    info: dict[str, Any] | None = None
    keys: list[RSAKey] = field(default_factory=lambda: [key()])
    says_since: bool = False
    down: bool = False
    dripping: dict[str, Event] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, url: str) -> str:
        """What a browser that was led to `url` is sent back with, once somebody has said there who he is."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.issuer}/authorize?") and query["client_id"] == CLIENT
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{urlsplit(query['redirect_uri']).path}?code={code}&state={query['state']}"

    def answer(self, path: str, sent: dict[str, str], bearer: str) -> tuple[int, Any]:
        """Status and what is said, as JSON has it."""
        self.asked.append(path)
        if self.down:
            return 500, {}
        if path == "/.well-known/openid-configuration":
            ends = {
                "authorization": "authorize",
                "token": "token",
                "userinfo": "userinfo",
                "end_session": "end",
            }
            named = {f"{name}_endpoint": f"{self.issuer}/{at}" for name, at in ends.items()}
            return 200, {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/keys",
                **named,
                **self.of_itself,
            }
        if path == "/keys":
            return 200, {"keys": [one.as_dict(private=False) for one in self.keys]}
        if path == "/userinfo":
            return 200, (self.info if bearer == "Bearer a-token" else {})
        if path == "/token":
            return self._token(sent)
        return 404, {}

    def _token(self, sent: dict[str, str]) -> tuple[int, Any]:
        asked = self.codes.pop(sent.get("code", ""), None)  # once
        digest = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=")
        if not asked or asked["code_challenge"] != digest.decode():
            return 400, {"error": "invalid_grant"}
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == sent["redirect_uri"]
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], **({} if self.info is not None else self.said),
        }  # fmt: skip
        if self.says_since:
            claims["auth_time"] = now
        self.claims(claims)
        return 200, {
            "access_token": "a-token",
            "token_type": "Bearer",
            "id_token": self.sign(claims),
        }

    def unsigned(self, claims: dict[str, Any]) -> str:
        """As a provider that signs nothing would write it."""
        return f"{_part({'alg': 'none', 'kid': '1'})}.{_part(claims)}."

    def signed_with_what_all_know(self, claims: dict[str, Any]) -> str:
        """With its public half as the secret of a signature that needs one."""
        public = key().as_pem(private=False)
        head = f"{_part({'alg': 'HS256', 'kid': '1'})}.{_part(claims)}"
        return f"{head}.{_text(hmac.digest(public, head.encode(), 'sha256'))}"


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(value: dict[str, Any]) -> str:
    return _text(json.dumps(value).encode())


@contextmanager
def lying() -> Iterator[Lying]:
    """One that answers, on a port of its own."""
    provider = Lying()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, sent: dict[str, str]) -> None:
            bearer = self.headers.get("authorization", "")
            path = urlsplit(self.path).path
            drips = provider.dripping.get(path)  # when it was asked
            status, said = provider.answer(path, sent, bearer)
            to = provider.leads.get(path)
            body = json.dumps({} if to else said).encode()
            self.send_response(302 if to else status)
            if to:
                self.send_header("location", provider.issuer + to)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            with suppress(OSError):  # nobody reads it any more
                if drips:
                    self._drip(drips)
                self.end_headers()
                self.wfile.write(body)

        def _drip(self, until: Event) -> None:
            """A sign and another, within a header: who counts the time between two waits for ever."""
            self.flush_headers()
            self.wfile.write(b"x-drops: ")
            drops = 0
            while not until.wait(0.05) and drops < MOST_DROPS:
                self.wfile.write(b"o")
                drops += 1
            self.wfile.write(b"\r\n")

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def come_in(
    ministry: Lying, browser: Browser | None = None, page: str = ""
) -> tuple[Browser, Answer]:
    """A browser that went to the provider and came back, and what was answered."""
    browser = browser or Browser()
    led = browser.get(f"{LEAVE}{page}")
    assert led.status == 303, led.text
    return browser, browser.get(ministry.authorize(led.header("location")))


def person(browser: Browser) -> Person:
    """Who is signed in there."""
    return SESSION_CACHE.person_from_header(browser.get("/").told)
