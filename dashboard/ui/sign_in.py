"""Who asks: the gate that stands before Streamlit, and says to it with each request who asks. What a browser says of it is
taken out first.

Without sign-in one comes in only at the machine itself, while the base holds fictitious data as they were made. After:
`dashboard.ui.sign_in_forms`, whose pages are the gate's own; `dashboard.ui.open_pages`, which watches over connections.
"""

import asyncio
import logging
import time
from secrets import token_hex

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected

from dashboard.accounts import people, sign_in_request, sign_ins
from dashboard.accounts.rights import LOCAL_READER, Role
from dashboard.accounts.session_cache import OPEN, UNKNOWN, CachedSession, SessionCache, State
from dashboard.answers.context import outage_reason
from dashboard.log import REFUSED
from dashboard.ui import error_messages, origin, sign_in_pages
from dashboard.ui.by_provider import IN
from dashboard.ui.desk import Visitor
from dashboard.ui.lent import FileGrants
from dashboard.ui.open_pages import MOST_OF_ACCOUNT, MOST_OF_LINK, NAME, OpenPage, OpenPages
from dashboard.ui.pace import PageRateLimits
from dashboard.ui.session import BROWSER, CURRENT_ACCOUNT, ENTRY, HEADER, SESSION_CACHE
from dashboard.ui.sign_in_forms import CHANGE, FORMS, Forms, wanted_page

LOG = logging.getLogger("ccsp")
ALIVE = "/livez"  # the process answers: neither the database nor Streamlit is asked
# Of this process: a page that meets another one knows that it has been forgotten.
LIFE = token_hex(8)
TELLS = "ccsp-session"  # the header by which an open page knows how it stands with its sign-in
PAGE = "ccsp-page"  # and by which it says its name
WHO = "ccsp.who"  # in the scope of a request that is let in: the person
OURS = b"ccsp-"  # headers that are the gate's alone begin so, and its cookies
PUBLIC = ("/static/", "/app/static/", "/component/", "/_stcore/bidi-components/")  # folders
ICON = "/favicon.png"
RECENT = 5.0  # seconds for which a page may be told what was read
SEEN_EVERY = 30.0  # seconds between two notes that somebody is at work


class SignIn:
    """Lets in who signed in, or who need not; serves the forms; watches over what is open."""

    def __init__(self, app: ASGIApp, lookout: SessionCache = SESSION_CACHE) -> None:
        self.app, self.lookout = app, lookout
        self.forms = Forms(lookout)
        self.pages = OpenPages(lookout)
        self.lent = FileGrants()
        self.paces = PageRateLimits()
        self.noted: dict[int, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with who asks; or answer in the application's place."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["path"] == ALIVE:
            await self._alive(scope)(scope, receive, send)
        elif is_public(scope["path"]):
            await self.app(with_account_headers(scope, ""), receive, send)
        else:
            await self._request(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page, a file, a form."""
        visitor = visitor_of(scope)
        try:
            told, seen = await self._who(scope, visitor)
            if scope["path"] in FORMS and told != OPEN:
                answer = await self.forms.answer(scope, receive, visitor, seen)
                await answer(scope, receive, send)
                return
        except Exception as error:
            answer = await _failed(error)
            await answer(scope, receive, send)
            return
        if (refused := self._refusal(scope, told, seen)) is not None:
            await refused(scope, receive, send)
            return
        if seen.state == State.OPEN and is_document(scope):
            self._active(seen.latest_number)
        person = people.person_of_account(seen.holder) if seen.holder else LOCAL_READER
        await self.app({**with_account_headers(scope, told), WHO: person}, receive, send)

    def _refusal(self, scope: Scope, told: str, seen: CachedSession) -> Response | None:
        """What answers who may not have what he asks for; None where he may."""
        if told == OPEN and scope["path"] in FORMS:
            return RedirectResponse("/", 303)
        if not told:
            if is_document(scope):
                return RedirectResponse(f"{IN}{wanted_page(scope)}", 303)
            return PlainTextResponse("Il faut se connecter.", 401)
        if seen.holder and seen.holder.must_change:
            if is_document(scope):
                return RedirectResponse(f"{CHANGE}{wanted_page(scope)}", 303)
            return PlainTextResponse("Il faut d'abord choisir un mot de passe.", 401)
        if self.lent.is_shut(scope["path"], told):
            who = seen.holder.name if seen.holder else ""
            REFUSED.warning(
                "a file of another's page to %r, from %r", who, origin.client_address(scope)
            )
            return PlainTextResponse("Ce fichier n'existe pas.", 404)
        return None

    async def _who(self, scope: Scope, visitor: Visitor) -> tuple[str, CachedSession]:
        """What the application is told of who asks ("" is nobody), and how it stands with his sign-in."""
        token = sign_in_request.digest(visitor.token) if visitor.token else None
        reading = self.lookout.fresh_snapshot(token)
        if reading is None:
            tokens = [token] if token else []
            try:
                reading = await anyio.to_thread.run_sync(self.lookout.read, tokens)
            except Exception:
                # Who was let in before stays in while the database is away: it is what a page shows that needs it, and says so.
                reading = self.lookout.last_snapshot(token)
                if reading is None:
                    raise
        if reading.is_open:
            # Nobody has an account yet: from elsewhere, nobody comes in.
            return (OPEN if origin.is_local_request(scope) else ""), UNKNOWN
        seen = reading.session(token)
        return (seen.identity_header if seen.state == State.OPEN else ""), seen

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The connection of an open page."""
        visitor = visitor_of(scope)
        try:
            told, seen = await self._who(scope, visitor)
        except Exception as error:
            LOG.warning("who asks could not be read", exc_info=error)
            told, seen = "", UNKNOWN
        shut = not told or bool(seen.holder and seen.holder.must_change)
        token = sign_in_request.digest(visitor.token) if told != OPEN else ""
        if shut or not await self.paces.may_open(told, token):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return

        def active() -> None:
            if token:
                self._active(self.lookout.last_session(token).latest_number)

        lending = self._lending(told, send)
        async with self.paces.page(told, receive, lending, token) as (heard, said):
            page = OpenPage(token, told, heard, said, active, _most(seen), page_name(scope))
            CURRENT_ACCOUNT.set(told)  # a connection has a task of its own, and so a context
            BROWSER.set(token)
            await self._served(with_account_headers(scope, told, seen.latest_number), page)

    async def _served(self, scope: Scope, page: OpenPage) -> None:
        """Pass on what a page says and is told, as long as it is open."""
        gone = False

        async def hear() -> Message:
            nonlocal gone
            message = await page.heard()
            gone = gone or message["type"] == "websocket.disconnect"
            return message

        self.pages.open(page)
        try:
            await self.app(scope, hear, page.said)
        except RuntimeError as error:
            # It was shut while Streamlit had more to say, or before it had begun: nothing that the log is to say.
            if not (gone or isinstance(error, WebSocketDisconnected)):
                raise
        finally:
            self.pages.gone(page)
            if page.listening:
                page.listening.cancel()

    def _lending(self, told: str, send: Send) -> Send:
        """What is said to a page, hearing which files it is told of."""

        async def sent(message: Message) -> None:
            self.lent.hear(told, message.get("bytes") or b"")
            await send(message)

        return sent

    def _alive(self, scope: Scope) -> Response:
        """That the process is there; and, as far as it is known at this moment, how it stands with who asks."""
        answer = PlainTextResponse(f"en marche {LIFE}")
        token = visitor_of(scope).token
        key = sign_in_request.digest(token) if token else None
        # A page of ours asks; who looks after the server needs to know nothing more.
        headers = Headers(scope=scope)
        if headers.get("sec-fetch-site") == "same-origin":
            self.pages.ask(key or "")
            self.pages.show(headers.get(PAGE, ""), key or "")
            reading = self.lookout.fresh_snapshot(key, RECENT)
            if reading is None:
                return answer
            if reading.is_open:
                told = f"{State.OPEN.value} {OPEN}" if origin.is_local_request(scope) else ""
                told = told or State.ENDED.value
            else:
                seen = reading.session(key)
                # Who has just confirmed that it is he may have an answer under way: his pages stay, and wait for it.
                waits = seen.just_replaced and seen.pages_state != State.ENDED
                state = State.LAPSED if waits else seen.state
                told = f"{state.value} {seen.identity_header}"
            answer.headers[TELLS] = told.strip()
        return answer

    def _active(self, number: int) -> None:
        """Note that somebody is at work, now and then, beside what is going on."""
        now = time.monotonic()
        if number and now - self.noted.get(number, -SEEN_EVERY) >= SEEN_EVERY:
            if len(self.noted) > 10_000:
                self.noted.clear()
            self.noted[number] = now
            task = asyncio.ensure_future(
                anyio.to_thread.run_sync(sign_ins.note_activity, self.lookout.engine(), number)
            )
            task.add_done_callback(_say_failure)


def page_name(scope: Scope) -> str:
    """The name by which a page's script speaks of it, where its connection says one; "" otherwise."""
    said = scope["query_string"].decode("latin-1").removeprefix("page=")
    return said if NAME.fullmatch(said) else ""


def _most(seen: CachedSession) -> int | None:
    """How many pages of who asks may be open at once; of who sits at the machine, any number."""
    if seen.holder is None:
        return None
    return MOST_OF_LINK if seen.holder.role == Role.GUEST else MOST_OF_ACCOUNT


def _say_failure(task: asyncio.Future[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        LOG.warning("that somebody is at work could not be noted", exc_info=error)


def is_public(path: str) -> bool:
    """Whether a file holds no figures: anybody may have it, and a browser may keep it."""
    return path.startswith(PUBLIC) or path == ICON


def is_document(scope: Scope) -> bool:
    """Whether a browser asks for a page to show: what else it asks for is never led elsewhere."""
    headers = Headers(scope=scope)
    if scope["method"] not in ("GET", "HEAD"):
        return False
    if dest := headers.get("sec-fetch-dest"):
        return dest == "document"
    return "text/html" in headers.get("accept", "")


def with_account_headers(scope: Scope, told: str, entry: int = 0) -> Scope:
    """The request without our cookies, and with what the gate says of who asks in place of anything that a client said. entry:
    the number of his sign-in."""
    headers = []
    for name, value in scope["headers"]:  # names in small letters, as ASGI has them
        if name == b"cookie":
            if kept := _others(value):
                headers.append((name, kept))
        elif not name.lower().startswith(OURS):
            headers.append((name, value))
    if told:
        headers.append((HEADER.encode(), told.encode()))
    if entry:
        headers.append((ENTRY.encode(), str(entry).encode()))
    return {**scope, "headers": headers}


def _others(cookies: bytes) -> bytes:
    """The cookies that are not the gate's."""
    parts = [part.strip() for part in cookies.split(b";")]
    return b"; ".join(p for p in parts if not p.startswith((OURS, b"__Host-" + OURS)))


def visitor_of(scope: Scope) -> Visitor:
    """What the browser keeps of the gate's, and where it is."""
    secure = origin.is_https(scope)
    found: dict[str, str] = {}
    for value in Headers(scope=scope).getlist("cookie"):
        for part in value.split(";"):
            name, _, text = part.strip().partition("=")
            found.setdefault(name, text)
    return Visitor.of(found, secure, origin.client_address(scope))


async def _failed(error: Exception) -> Response:
    """Where it cannot be known who asks nobody is let in: the database is away, which passes; or a fault of ours, under its
    number in the log."""
    if await anyio.to_thread.run_sync(outage_reason, error):
        LOG.warning("who asks could not be read", exc_info=error)
        return HTMLResponse(sign_in_pages.database_unavailable(), 503, {"refresh": "5"})
    what = error_messages.to_report(error_messages.incident(error))
    return HTMLResponse(sign_in_pages.failed(error_messages.failed(error), what), 500)
