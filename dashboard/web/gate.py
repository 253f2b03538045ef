"""What stands around Streamlit for each request: who may ask for what, and what every answer carries.

From the outside in: `SecurityHeaders` (what a browser may do with an answer), `Door` (what is let in), `SignIn` (who asks),
`Packing` (answers in few bytes, public files from memory), `Shell` (the page in French, with our own looks and small script).
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from dashboard.accounts.rights import NOBODY
from dashboard.log import REFUSED
from dashboard.navigation import MOVED, NO_SUCH_PAGE, PAGES, pages_of
from dashboard.web import page_head, sign_in_pages
from dashboard.web.authentication import WHO, SignIn
from dashboard.web.compression import Packing
from dashboard.web.message_limits import LONGEST, TOO_MUCH
from dashboard.web.open_pages import is_within_limits, parse_page_message
from dashboard.web.origin import MOST_ASKED, client_address, is_allowed_host, is_own_origin
from dashboard.web.request_kinds import is_public
from dashboard.web.security_headers import SecurityHeaders
from dashboard.web.sign_in_addresses import FORMS

# Streamlit takes a folder named `pages` for its old way of finding pages, until a first visit to the home page proves it
# wrong; before that, a link to any other page says "Page not found". Tested at each upgrade: tests/browser.
PagesManager.uses_pages_directory = False

# All that a browser needs under /_stcore/; the rest (metrics, agents, what an upgrade adds) is not there.
CORE = (
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/_stcore/bidi-components/",
)
# What a page may say on its websocket. Other messages of Streamlit's empty everybody's caches, are for its makers, or ask for
# places to put files into, which it would keep in memory: no page takes any.
SAYABLE = frozenset(
    {
        "rerun_script",
        "stop_script",
        "app_heartbeat",
        "backend_operation_request",
    }
)
OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
LONGEST_PATH = 255  # bytes: a disk has no longer name, and says so as a fault
# Bytes of what an address asks: the page that it opens says it back, as a whole address too.
LONGEST_QUERY = LONGEST // 2
COMPONENTS = "/component/"
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


class AccessFilter:
    """What is let in: our own name, our own pages, what these need. Everything else is refused, and sees nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] == "http":
            if refused := refusal(scope):
                status, words = refused
                await PlainTextResponse(words, status)(scope, receive, log_refusals(scope, send))
            else:
                await self.app(
                    scope,
                    receive,
                    send if scope["path"] not in FORMS else log_refusals(scope, send),
                )
        elif scope["type"] == "websocket":
            if not is_allowed_host(Headers(scope=scope).get("host", "")) or not is_own_origin(
                scope
            ):
                of = Headers(scope=scope).get("origin", "")
                REFUSED.warning(
                    "a connection of a page at %r, from %r", of[:80], client_address(scope)
                )
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self.app(scope, filter_messages(receive, send, client_address(scope)), send)
        else:
            await self.app(scope, receive, send)


def refusal(scope: Scope) -> tuple[int, str] | None:
    """Status and words of the refusal of an HTTP request; None where it may pass."""
    headers, path = Headers(scope=scope), scope["path"]
    if len(headers.getlist("host")) > 1 or not is_allowed_host(headers.get("host", "")):
        return 421, "Cette adresse n'est pas celle de l'application."
    if scope["method"] not in ("GET", "HEAD") and not is_own_origin(scope):
        return 403, "Cette demande ne vient pas de l'application."
    if scope["query_string"].count(b"&") >= MOST_ASKED:
        return 400, "Cette adresse demande trop de choses à la fois."
    if len(scope["query_string"]) > LONGEST_QUERY:
        return 400, "Cette adresse est trop longue."
    if len(path.encode(errors="replace")) > LONGEST_PATH:
        return 404, NO_SUCH_PAGE
    if path.startswith(("/_stcore", "/auth/", "/oauth2callback")) and not path.startswith(CORE):
        return 404, NO_SUCH_PAGE
    if path.startswith(COMPONENTS) and document(path) and not is_framed(headers):
        return 403, "La carte ne s'ouvre que dans l'application."
    return None


def document(path: str) -> bool:
    """Whether a file of a component may be one that a browser opens and runs."""
    return not path.endswith((".js", ".css", ".map", ".json", ".png", ".woff", ".woff2", ".txt"))


def is_framed(headers: Headers) -> bool:
    """Whether a page of ours asks for a document to put into a frame of its own, or to see that it is there ("empty").
    Browsers say it, pages cannot.

    The map's frame runs whatever any window sends it: whoever could open it by itself would speak as the reader.
    """
    return (
        headers.get("sec-fetch-dest") in ("iframe", "empty")
        and headers.get("sec-fetch-site") == "same-origin"
    )


def log_refusals(scope: Scope, send: Send) -> Send:
    """What answers, with a line in the log where it is a refusal."""

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            what = (message["status"], scope["method"], scope["path"][:80], client_address(scope))
            REFUSED.warning("%d to %s %r, from %r", *what)
        await send(message)

    return noted


def filter_messages(receive: Receive, send: Send, client: str) -> Receive:
    """What a page says on its websocket, up to the first thing that it may not say: there the connection ends."""

    async def heard() -> Message:
        message = await receive()
        if message["type"] != "websocket.receive":
            return message
        code = 0
        if not is_within_limits(message.get("bytes") or b""):
            REFUSED.warning("a message with more than any page says, from %r", client)
            code = TOO_MUCH
        elif not is_allowed_message(message):
            REFUSED.warning("a message that no page says, from %r", client)
            code = 1008
        if code:
            await send({"type": "websocket.close", "code": code})
            return {"type": "websocket.disconnect", "code": code}
        return message

    return heard


def is_allowed_message(message: Message) -> bool:
    """Whether it is a message that a page needs."""
    what = parse_page_message(message)
    if what.kind == "backend_operation_request":
        return what.operation in OPERATIONS
    return what.kind in SAYABLE


def missing_page_response(scope: Scope) -> Response | None:
    """What answers an address for which Streamlit would serve a page that says, in English, that it is none; None for
    those of who asks. A page that he may not open is answered as one that nobody has. The home page has two; a page that
    has moved leads on with its filters."""
    path, query = scope["path"].rstrip("/"), scope["query_string"].decode("latin-1")
    page, more = MOVED.get(path[1:], (path[1:], ""))
    who = scope.get(WHO, NOBODY)
    if page and page not in {spec.url_path for spec in pages_of(who)}:
        if page in PAGE_PATHS:
            REFUSED.warning("the page %r to %r, from %r", page, who.name, client_address(scope))
        return HTMLResponse(sign_in_pages.not_found_page(), 404)
    if path in ("", f"/{page}") and path != HOME:
        return None
    wanted = "&".join(part for part in (query, more) if part)
    home = "" if f"/{page}" == HOME else page
    return RedirectResponse(f"/{home}?{wanted}" if wanted else f"/{home}")


def is_streamlit_s_page(scope: Scope, start: Message) -> bool:
    """Whether Streamlit answers as it does wherever it has nothing else: with its own page, or the way to it; not with a public
    file, and no route of ours answers. scope: of the request as it went through the routes, which say there who answers."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    its_own = isinstance(scope.get("endpoint"), StaticFiles)
    return its_own and (kind.startswith("text/html") or not is_public(scope["path"]))


class Shell:
    """The page says that it is in French, which Streamlit has no setting for, and loads our looks and script before all."""

    TOLD = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the start of Streamlit's page where it is one of ours, refuse it elsewhere; everything else passes as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: Message | None = None
        instead: Response | None = None
        asked = {**scope, "headers": self._asking(scope)}

        async def rewritten(message: Message) -> None:
            nonlocal held, instead
            if message["type"] == "http.response.start":
                if is_streamlit_s_page(asked, message):
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

        await self.app(asked, receive, rewritten)

    def _asking(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """What is asked. A page is asked for whole and plain: Streamlit compresses some itself, and these could not be
        rewritten."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if scope["path"].strip("/") not in PAGE_PATHS:
            return headers
        return [(name, text) for name, text in headers if name not in self.TOLD]


MIDDLEWARE = [
    Middleware(SecurityHeaders, inline=inline_script_digests),
    Middleware(AccessFilter),
    Middleware(SignIn),
    Middleware(Packing),
    Middleware(Shell),
]
