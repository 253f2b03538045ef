"""The gate's cookies, and what is known of the browser that sends them.

Before: `dashboard.web.client_address`. After: `dashboard.web.authentication`, `dashboard.web.sign_in_forms`,
`dashboard.web.request_limits`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from dashboard.web import client_address

PREFIX = b"ccsp-"  # headers that are the gate's alone begin so, and its cookies
COOKIES = (PREFIX, b"__Host-" + PREFIX)  # how cookie names begin
# The gate's cookies, and the most characters that are read of each.
LENGTHS = {"session": 100, "navigateur": 100, "formulaire": 100, "identite": 3_000, "apercu": 100}
KEY_KEPT = 24 * 3600  # seconds for which a browser keeps the key of what it sent


@dataclass(frozen=True)
class Visitor:
    """The browser of a request. token: of its session; browser_mark: the mark by which a browser that signed in before is
    known; form_token: of its form; flow: its sign-in flow at the identity provider; upload_key: under which what it sent waits
    to be confirmed; secure: whether it asks by https; address: its IP address."""

    token: str
    browser_mark: str
    form_token: str
    flow: str
    upload_key: str
    secure: bool
    address: str

    @staticmethod
    def cookie(name: str, secure: bool) -> str:
        """The name of a cookie; by https, one that no other machine of the domain can set (__Host-)."""
        return f"{'__Host-' if secure else ''}ccsp-{name}"

    @classmethod
    def from_cookies(cls, cookies: Mapping[str, str], secure: bool, address: str) -> "Visitor":
        """The visitor that sent these cookies."""
        token, known_by, form, flow, key = (
            cookies.get(cls.cookie(name, secure), "")[:length] for name, length in LENGTHS.items()
        )
        return cls(token, known_by, form, flow, key, secure, address)

    def set_cookie(
        self, answer: Response, name: str, value: str, seconds: int | None = None
    ) -> None:
        """Add a Set-Cookie header to an answer. seconds: until it expires, None until the browser is closed; an empty value
        deletes the cookie."""
        answer.set_cookie(
            self.cookie(name, self.secure),
            value,
            max_age=seconds if value else 0,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )


def visitor_of(scope: Scope) -> Visitor:
    """The visitor that sent a request."""
    secure = client_address.is_https(scope)
    found: dict[str, str] = {}
    for value in Headers(scope=scope).getlist("cookie"):
        for part in value.split(";"):
            name, _, text = part.strip().partition("=")
            found.setdefault(name, text)
    return Visitor.from_cookies(found, secure, client_address.client_address(scope))


def without_our_cookies(cookies: bytes) -> bytes:
    """The value of a Cookie header without the gate's cookies."""
    parts = [part.strip() for part in cookies.split(b";")]
    return b"; ".join(p for p in parts if not p.startswith(COOKIES))
