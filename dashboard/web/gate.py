"""The gate: the middleware around Streamlit, in the order in which a request passes through it.

From the outside in: `SecurityHeaders` (what a browser may do with an answer), `AccessFilter` (what is let in), `Authentication`
(who asks), `Compression`, `PlainPages` (routes of our own), `StreamlitPage` (Streamlit's page in French, with our styles and
scripts).
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from dashboard import public_files
from dashboard.accounts.rights import NOBODY
from dashboard.log import REFUSED
from dashboard.navigation import MOVED, PAGES, pages_of
from dashboard.web import page_head, sign_in_pages
from dashboard.web.access_filter import AccessFilter
from dashboard.web.authentication import PERSON, Authentication
from dashboard.web.client_address import client_address
from dashboard.web.compression import Compression
from dashboard.web.plain_pages import PlainPages
from dashboard.web.request_kinds import is_public
from dashboard.web.security_headers import MAP, SecurityHeaders

# Streamlit takes a folder named `pages` for its old multipage apps, until a first visit to the home page proves it
# wrong; before that, a link to any other page says "Page not found". Tested at each upgrade: tests/browser.
PagesManager.uses_pages_directory = False

STREAMLIT = Path(streamlit.__file__).parent / "static"  # its page, scripts and styles
HOME = f"/{PAGES[0].url_path}"
PAGE_PATHS = frozenset(
    {"", *(spec.url_path for spec in PAGES)}
)  # addresses that Streamlit draws a page of ours at


@cache
def streamlit_page() -> str:
    """Streamlit's page, as it is installed."""
    return (STREAMLIT / "index.html").read_text(encoding="utf-8")


@cache
def inline_script_digests() -> str:
    """The digests of the inline scripts of Streamlit's page, as a content security policy names them."""
    return " ".join(
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", streamlit_page(), re.DOTALL)
    )


def first_files() -> list[str]:
    """The paths of the scripts and styles that a first page fetches, but for the small ones that Streamlit names later: those
    that its page names, ours, and the map's component's."""
    found = re.findall(r'"\.(/static/[^"]+\.(?:js|css))"', streamlit_page())
    spec = find_spec("streamlit_folium")  # nobody imports it here
    component = Path(spec.origin).parent / "frontend" / "build" if spec and spec.origin else Path()
    for folder, address, pattern in (
        (public_files.STATIC, "/app/static", "*.*s"),
        (public_files.STATIC, "/app/static", "leaflet/*/*.*s"),
        (component, MAP.rstrip("/"), "static/js/*.js"),
    ):
        for path in sorted(folder.glob(pattern)):
            found.append(f"{address}/{path.relative_to(folder).as_posix()}")
    return found


def missing_page_response(scope: Scope) -> Response | None:
    """The answer at an address that is no page, or none that this person may open: 404 for both, in French. A redirect
    where a page has moved (with its filters) or for the home page's second address. None where Streamlit is to answer."""
    path, query = scope["path"].rstrip("/"), scope["query_string"].decode("latin-1")
    page, more = MOVED.get(path[1:], (path[1:], ""))
    who = scope.get(PERSON, NOBODY)
    if page and page not in {spec.url_path for spec in pages_of(who)}:
        if page in PAGE_PATHS:
            REFUSED.warning("the page %r to %r, from %r", page, who.name, client_address(scope))
        return HTMLResponse(sign_in_pages.not_found_page(who, page), 404)
    if path in ("", f"/{page}") and path != HOME:
        return None
    wanted = "&".join(part for part in (query, more) if part)
    home = "" if f"/{page}" == HOME else page
    return RedirectResponse(f"/{home}?{wanted}" if wanted else f"/{home}")


def is_streamlit_page(scope: Scope, start: Message) -> bool:
    """Whether Streamlit answers with its own page (which it sends for every unknown path) or a redirect to it, and no public
    file or route of ours. scope: after it passed the router, which notes there who answers."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    its_own = isinstance(scope.get("endpoint"), StaticFiles)
    return its_own and (kind.startswith("text/html") or not is_public(scope["path"]))


class StreamlitPage:
    """ASGI middleware that rewrites Streamlit's page where it is one of ours: in French, which Streamlit has no setting for,
    with our styles and scripts before all others."""

    CONDITIONS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the start of Streamlit's page where it is one of ours, answer 404 elsewhere; pass everything else on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: Message | None = None
        instead: Response | None = None
        asked = {**scope, "headers": self._headers_to_ask_with(scope)}

        async def rewrite_and_send(message: Message) -> None:
            nonlocal held, instead
            if message["type"] == "http.response.start":
                if is_streamlit_page(asked, message):
                    if instead := missing_page_response(scope):
                        await instead(scope, receive, send)
                        return
                    held = message  # the new length is not known yet
                    return
            elif instead is not None:
                return
            elif held is not None:
                start, held = held, None
                body = message.get("body", b"")
                if (ours := page_head.page_in_french(body)) != body:
                    message = {**message, "body": ours}
                    headers = MutableHeaders(scope=start)
                    headers["content-length"] = str(
                        int(headers["content-length"]) + len(ours) - len(body)
                    )
                    del headers["etag"], headers["last-modified"]  # they are of the unchanged file
                    del headers["accept-ranges"]
                await send(start)
            await send(message)

        await self.app(asked, receive, rewrite_and_send)

    def _headers_to_ask_with(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """The headers of the request, without those of conditions and encodings: a compressed or partial page could not be
        rewritten."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if scope["path"].strip("/") not in PAGE_PATHS:
            return headers
        return [(name, text) for name, text in headers if name not in self.CONDITIONS]


MIDDLEWARE = [
    Middleware(SecurityHeaders, inline=inline_script_digests),
    Middleware(AccessFilter),
    Middleware(Authentication),
    Middleware(Compression, first=first_files, folder=public_files.STATIC / ".compressed"),
    Middleware(PlainPages),
    Middleware(StreamlitPage),
]
