"""What is let in: requests by our own name, for our own pages and what these need; messages that a page of ours sends. Everything
else is refused.

Before: `dashboard.web.client_address`, `dashboard.web.open_pages`, which reads messages. After: `dashboard.web.gate`.
"""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.log import REFUSED
from dashboard.navigation import NO_SUCH_PAGE
from dashboard.web.client_address import (
    MOST_PARAMETERS,
    client_address,
    is_allowed_host,
    is_own_origin,
)
from dashboard.web.message_limits import LONGEST, TOO_MUCH
from dashboard.web.open_pages import is_within_limits, parse_page_message
from dashboard.web.sign_in_addresses import FORMS

# All that a browser needs under /_stcore/; the rest (metrics, agents, what an upgrade adds) is not there.
CORE = (
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/_stcore/bidi-components/",
)
# What a page may send on its websocket. Other messages of Streamlit's empty everybody's caches, are for its makers, or ask for
# places to put files into, which it would keep in memory: no page takes any.
ALLOWED_MESSAGES = frozenset(
    {
        "rerun_script",
        "stop_script",
        "app_heartbeat",
        "backend_operation_request",
    }
)
ALLOWED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
LONGEST_PATH = 255  # bytes: a disk has no longer name, and says so as a fault
# Bytes of what an address asks: the page that it opens sends it back, as a whole address too.
LONGEST_QUERY = LONGEST // 2
COMPONENTS = "/component/"


class AccessFilter:
    """Lets in what asks for our own pages by our own name, and what these need. Everything else is refused, and reads nothing."""

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
    if scope["query_string"].count(b"&") >= MOST_PARAMETERS:
        return 400, "Cette adresse demande trop de choses à la fois."
    if len(scope["query_string"]) > LONGEST_QUERY:
        return 400, "Cette adresse est trop longue."
    if len(path.encode(errors="replace")) > LONGEST_PATH:
        return 404, NO_SUCH_PAGE
    if path.startswith(("/_stcore", "/auth/", "/oauth2callback")) and not path.startswith(CORE):
        return 404, NO_SUCH_PAGE
    if path.startswith(COMPONENTS) and is_document_path(path) and not is_framed(headers):
        return 403, "La carte ne s'ouvre que dans l'application."
    return None


def is_document_path(path: str) -> bool:
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
    """`send`, with a line in the log where the answer is a refusal."""

    async def log_and_send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            what = (message["status"], scope["method"], scope["path"][:80], client_address(scope))
            REFUSED.warning("%d to %s %r, from %r", *what)
        await send(message)

    return log_and_send


def filter_messages(receive: Receive, send: Send, client: str) -> Receive:
    """`receive` of a websocket, up to the first message that no page may send: there the connection is closed."""

    async def receive_allowed() -> Message:
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

    return receive_allowed


def is_allowed_message(message: Message) -> bool:
    """Whether a message is one that a page needs to send."""
    what = parse_page_message(message)
    if what.kind == "backend_operation_request":
        return what.operation in ALLOWED_OPERATIONS
    return what.kind in ALLOWED_MESSAGES
