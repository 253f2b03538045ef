"""The gate: what stands around Streamlit for each request, in the order in which a request goes through it.

From the outside in: `SecurityHeaders` (what a browser may do with an answer), `AccessFilter` (what is let in),
`Authentication` (who asks), `Compression`, `PlainPages` (routes of our own), `StreamlitPage` (Streamlit's page in French, with
our looks and scripts).
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

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
from dashboard.web.security_headers import SecurityHeaders

# Streamlit takes a folder named `pages` for its old way of finding pages, until a first visit to the home page proves it
# wrong; before that, a link to any other page says "Page not found". Tested at each upgrade: tests/browser.
PagesManager.uses_pages_directory = False

HOME = f"/{PAGES[0].url_path}"
PAGE_PATHS = frozenset(
    {"", *(spec.url_path for spec in PAGES)}
)  # addresses that Streamlit draws a page of ours at


@cache
def inline_script_digests() -> str:
    """The digests of the scripts that stand in Streamlit's page itself, as a policy names them."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return " ".join(
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    )


def missing_page_response(scope: Scope) -> Response | None:
    """The answer at an address for which Streamlit would serve a page that says, in English, that it is none; None for the pages
    of who asks. A page that he may not open is answered as one that nobody has. The home page has two; a page that
    has moved leads on with its filters."""
    path, query = scope["path"].rstrip("/"), scope["query_string"].decode("latin-1")
    page, more = MOVED.get(path[1:], (path[1:], ""))
    who = scope.get(PERSON, NOBODY)
    if page and page not in {spec.url_path for spec in pages_of(who)}:
        if page in PAGE_PATHS:
            REFUSED.warning("the page %r to %r, from %r", page, who.name, client_address(scope))
        return HTMLResponse(sign_in_pages.not_found_page(), 404)
    if path in ("", f"/{page}") and path != HOME:
        return None
    wanted = "&".join(part for part in (query, more) if part)
    home = "" if f"/{page}" == HOME else page
    return RedirectResponse(f"/{home}?{wanted}" if wanted else f"/{home}")


def is_streamlit_page(scope: Scope, start: Message) -> bool:
    """Whether Streamlit answers as it does wherever it has nothing else: with its own page, or the way to it; not with a public
    file, and no route of ours answers. scope: of the request as it went through the routes, which say there who answers."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    its_own = isinstance(scope.get("endpoint"), StaticFiles)
    return its_own and (kind.startswith("text/html") or not is_public(scope["path"]))


class StreamlitPage:
    """Rewrites Streamlit's page where it is one of ours: in French, which Streamlit has no setting for, with our looks and
    scripts before all others."""

    CONDITIONS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the start of Streamlit's page where it is one of ours, refuse it elsewhere; pass on everything else."""
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
                    held = message  # its length is not known yet
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
                    del headers["etag"], headers["last-modified"]  # those of Streamlit's own file
                await send(start)
            await send(message)

        await self.app(asked, receive, rewrite_and_send)

    def _headers_to_ask_with(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """The headers of the request. A page is asked for whole and uncompressed: Streamlit compresses some itself, which could
        not be rewritten."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if scope["path"].strip("/") not in PAGE_PATHS:
            return headers
        return [(name, text) for name, text in headers if name not in self.CONDITIONS]


MIDDLEWARE = [
    Middleware(SecurityHeaders, inline=inline_script_digests),
    Middleware(AccessFilter),
    Middleware(Authentication),
    Middleware(Compression),
    Middleware(PlainPages),
    Middleware(StreamlitPage),
]
