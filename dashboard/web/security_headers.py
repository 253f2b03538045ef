"""What a browser may do with an answer: the content security policy and the other headers of every answer.

Before: `dashboard.web.sign_in_pages`, whose policy is narrower. After: `dashboard.web.gate`, outside of all else.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import error_messages
from dashboard.settings import load_settings
from dashboard.web import sign_in_pages
from dashboard.web.browser_cookies import COOKIES
from dashboard.web.client_address import is_allowed_host, is_https
from dashboard.web.request_kinds import is_public
from dashboard.web.routes import find_route
from dashboard.web.sign_in_addresses import BY_LINK, FORMS

MAP = "/component/streamlit_folium.st_folium/"
FILES = "/media/"

# blob: is how Streamlit hands a page the script of a component of its own kind (the presentation); 'wasm-unsafe-eval' lets
# its reader of messages count in 64 bits, and no text become script.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval' {inline}; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {socket}; worker-src 'self' blob:;"
    " frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
# streamlit-folium builds its map by evaluating text, in a frame of its own: there, and nowhere else, that is allowed.
MAP_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
# Of a file that is taken away, or of a picture on a page: a document in it would be of nobody, and run and load nothing.
FILE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; sandbox"
)
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), midi=()",
}


class SecurityHeaders:
    """Every answer says what a browser may do with it, also where something failed on the way; none is shared with another
    origin. inline: gives the digests of the scripts that stand in the application's own page."""

    def __init__(self, app: ASGIApp, inline: Callable[[], str]) -> None:
        self.app, self.inline = app, inline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; write the headers when the answer starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                of_page = policy(scope, self.inline())
                ours = _our_headers(of_page, is_public(scope["path"]), _is_https_only(scope))
                message = {**message, "headers": [*_other_headers(message, ours), *ours.items()]}
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception as error:
            if begun:
                raise
            what = error_messages.report_sentence(error_messages.log_incident(error))
            page = sign_in_pages.failure_page(error_messages.failure_sentence(error), what)
            await HTMLResponse(page, 500)(scope, receive, with_headers)


def _other_headers(message: Message, ours: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer that are not ours to write. Streamlit lets any page of this machine, whatever its port, read its
    answers, and gives browsers a cookie that scripts can read, for uploads: both are taken out."""
    return [
        (name, value)
        for name, value in message["headers"]
        if name not in ours
        and not name.startswith(b"access-control-")
        and (name != b"set-cookie" or value.startswith(COOKIES))
    ]


@lru_cache(64)  # every open page asks each second whether the server is there
def _our_headers(policy: str, kept: bool, https_only: bool) -> Mapping[bytes, bytes]:
    """The headers that we write. kept: a browser may keep the answer; https_only: it never asks by http again."""
    written = {**ALWAYS, "content-security-policy": policy}
    if not kept:
        written["cache-control"] = "no-store"
    if https_only:
        written["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return MappingProxyType({n.encode(): value.encode("latin-1") for n, value in written.items()})


def _is_https_only(scope: Scope) -> bool:
    """Whether who asks is to ask by https for a year: where people have one address. Not by our own certificate, under whatever
    name the machine is asked for."""
    return bool(load_settings().public_url) and is_https(scope)


def policy(scope: Scope, inline: str) -> str:
    """What the answer's document may load and run. inline: digests of the scripts in the application's own page."""
    if scope["path"].startswith(MAP):
        return MAP_POLICY
    if scope["path"].startswith(FILES):
        return FILE_POLICY
    if scope["path"] in BY_LINK:
        return sign_in_pages.POLICY_OF_LINKS
    if scope["path"] in FORMS or find_route(scope["path"]):
        return sign_in_pages.POLICY
    host = Headers(scope=scope).get("host", "")
    return _page_policy(host if is_allowed_host(host) else "", is_https(scope), inline)


@lru_cache(64)
def _page_policy(host: str, secure: bool, inline: str) -> str:
    """The policy of our pages. host: by which they ask; "" where it is none of ours."""
    # Older browsers do not count a websocket to the same place as 'self'.
    socket = f"{'wss' if secure else 'ws'}://{host}" if host else ""
    return PAGE_POLICY.format(inline=inline, socket=socket)
