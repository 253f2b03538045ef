"""What a browser keeps of the gate's, in cookies, and where it is.

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
COOKIES = (PREFIX, b"__Host-" + PREFIX)  # how those that browsers are given begin
# The gate's cookies, and the most characters that are read of each.
LENGTHS = {"session": 100, "navigateur": 100, "formulaire": 100, "identite": 3_000}


@dataclass(frozen=True)
class Visitor:
    """What a browser keeps of the gate's, and where it is: the token of its session, the mark by which it is known, the form's
    token, its sign-in flow at the provider of identities; whether it asks by https; its address."""

    token: str
    known_by: str
    form: str
    flow: str
    secure: bool
    address: str

    @staticmethod
    def cookie(name: str, secure: bool) -> str:
        """The name of a cookie: by https, one that no other machine of the domain can set."""
        return f"{'__Host-' if secure else ''}ccsp-{name}"

    @classmethod
    def of(cls, cookies: Mapping[str, str], secure: bool, address: str) -> "Visitor":
        """The visitor that sends these cookies."""
        token, known_by, form, flow = (
            cookies.get(cls.cookie(name, secure), "")[:length] for name, length in LENGTHS.items()
        )
        return cls(token, known_by, form, flow, secure, address)

    def set_cookie(
        self, answer: Response, name: str, value: str, seconds: int | None = None
    ) -> None:
        """Have the browser keep a cookie, for so long or until it is closed; an empty one is forgotten."""
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
    """The visitor that sends a request."""
    secure = client_address.is_https(scope)
    found: dict[str, str] = {}
    for value in Headers(scope=scope).getlist("cookie"):
        for part in value.split(";"):
            name, _, text = part.strip().partition("=")
            found.setdefault(name, text)
    return Visitor.of(found, secure, client_address.client_address(scope))


def without_our_cookies(cookies: bytes) -> bytes:
    """The header of cookies without the gate's."""
    parts = [part.strip() for part in cookies.split(b";")]
    return b"; ".join(p for p in parts if not p.startswith(COOKIES))
