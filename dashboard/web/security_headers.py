"""Security headers: the content security policy and the other headers of every answer.

Before: `dashboard.web.sign_in_pages`, whose policy is narrower. After: `dashboard.web.gate`, as the outermost part.
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

# blob: is for scripts of Streamlit's second kind of components (the presentation); 'wasm-unsafe-eval' lets
# its reader of messages count in 64 bits, and no text become script.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval' {inline}; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {socket}; worker-src 'self' blob:;"
    " frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
# streamlit-folium builds its map by eval(), in a frame of its own: allowed only there.
MAP_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
# For downloaded files and pictures: a document among them is sandboxed, and runs and loads nothing.
FILE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; sandbox"
)
# What a page of ours fetches for itself (Sec-Fetch-Dest, which browsers write and pages cannot): nothing that is shown, framed or
# run by itself, and most of what goes through the line, page after page and second after second. If it were shown all the same,
# it runs and loads nothing.
FETCHED = frozenset({"empty", "font", "image", "manifest", "script", "style"})
FETCHED_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
# What is shown, framed or run, and whatever is asked for by who does not say what for.
SHOWN = {
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), midi=()",
}


class SecurityHeaders:
    """ASGI middleware that writes security headers on every answer, also on failures; no answer is shared with another origin.
    inline: returns the digests of the inline scripts of the application's page."""

    def __init__(self, app: ASGIApp, inline: Callable[[], str]) -> None:
        self.app, self.inline = app, inline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; write the headers when the answer starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                shown = not is_fetched(scope, message)
                of_answer = policy(scope, self.inline(), shown=shown)
                kept, https_only = is_public(scope["path"]), _is_https_only(scope)
                ours = _our_headers(of_answer, shown, kept, https_only)
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
    """The headers of an answer without those that we write ourselves. Two of Streamlit's are removed: the one that lets any
    page of this machine read its answers, and the cookie for uploads, which scripts can read."""
    return [
        (name, value)
        for name, value in message["headers"]
        if name not in ours
        and not name.startswith(b"access-control-")
        and (name != b"set-cookie" or value.startswith(COOKIES))
    ]


@lru_cache(64)  # every open page sends a request each second
def _our_headers(policy: str, shown: bool, kept: bool, https_only: bool) -> Mapping[bytes, bytes]:
    """The headers that we write. shown: whether the answer may be shown, framed or run; kept: whether a browser may cache it;
    https_only: whether it may never use http again."""
    written = {**ALWAYS, **(SHOWN if shown else {}), "content-security-policy": policy}
    if not kept:
        written["cache-control"] = "no-store"
    if https_only:
        written["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return MappingProxyType({n.encode(): value.encode("latin-1") for n, value in written.items()})


def _is_https_only(scope: Scope) -> bool:
    """Whether browsers are to use https only, for a year: with a PUBLIC_URL by https, and not merely our own certificate, whose
    name may change."""
    return bool(load_settings().public_url) and is_https(scope)


def is_fetched(scope: Scope, start: Message) -> bool:
    """Whether a browser fetches the answer for a page that it shows, and not to show it. A document is never taken for that: the
    map's frame is looked for first, and then shown; nor is a refusal."""
    dest = Headers(scope=scope).get("sec-fetch-dest", "")
    document = Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")
    return dest in FETCHED and not document and start["status"] < 400


def policy(scope: Scope, inline: str, shown: bool = True) -> str:
    """The content security policy of an answer. inline: digests of the inline scripts of the application's page; shown: whether
    the answer may be shown, framed or run."""
    if scope["path"].startswith(FILES):
        return FILE_POLICY
    if not shown:
        return FETCHED_POLICY
    if scope["path"].startswith(MAP):
        return MAP_POLICY
    if scope["path"] in BY_LINK:
        return sign_in_pages.POLICY_OF_LINKS
    if scope["path"] in FORMS:
        return sign_in_pages.POLICY
    if find_route(scope["path"]):
        return sign_in_pages.POLICY_OF_PAGES
    host = Headers(scope=scope).get("host", "")
    return _page_policy(host if is_allowed_host(host) else "", is_https(scope), inline)


@lru_cache(64)
def _page_policy(host: str, secure: bool, inline: str) -> str:
    """The content security policy of our pages. host: of the request, "" where it is none of ours."""
    # For older browsers 'self' does not include websockets.
    socket = f"{'wss' if secure else 'ws'}://{host}" if host else ""
    return PAGE_POLICY.format(inline=inline, socket=socket)
