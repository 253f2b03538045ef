"""Authentication: finds who asks by the session of the browser, and passes it on to the application with each request, in headers
of ours. Those that a browser wrote itself are taken out first.

Without a session one comes in only at the machine itself, while the database holds fictitious data as they were made.

Before: `dashboard.accounts.session_cache`, which knows the sessions; `dashboard.web.open_pages`, which ends open pages;
`dashboard.web.sign_in_forms`, whose pages are answered here. After: `dashboard.web.gate`.
"""

import asyncio
import logging
import time
from dataclasses import replace
from secrets import token_hex

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected

from dashboard import error_messages
from dashboard.accounts import people, sign_in_request, sign_ins
from dashboard.accounts.rights import LOCAL_READER, Role
from dashboard.accounts.session_cache import OPEN, UNKNOWN, CachedSession, SessionCache, State
from dashboard.answers.context import outage_reason
from dashboard.log import REFUSED
from dashboard.request_identity import BROWSER, CURRENT_ACCOUNT, ENTRY, HEADER, SESSION_CACHE
from dashboard.web import client_address, sign_in_pages
from dashboard.web.browser_cookies import PREFIX, Visitor, visitor_of, without_our_cookies
from dashboard.web.file_grants import FileGrants
from dashboard.web.open_pages import MOST_OF_ACCOUNT, MOST_OF_LINK, NAME, OpenPage, OpenPages
from dashboard.web.page_limits import PageRateLimits
from dashboard.web.request_kinds import is_document, is_public
from dashboard.web.sign_in_addresses import CHANGE, FORMS, IN, query_of, wanted_page
from dashboard.web.sign_in_forms import SignInForms

LOG = logging.getLogger("ccsp")
ALIVE = "/livez"  # the process answers: neither the database nor Streamlit is asked
# Of this process: a page that meets another one knows that it has been forgotten.
LIFE = token_hex(8)
STATE_HEADER = "ccsp-session"  # by which an open page learns the state of its session
PAGE_HEADER = "ccsp-page"  # by which it says its name
# In the scope of a request that is let in: the person, and his session.
PERSON, SESSION = "ccsp.person", "ccsp.session"
RECENT = 5.0  # seconds for which an open page may be answered with what was read
NOTED_EVERY = 30.0  # seconds between two notes that somebody is at work


class Authentication:
    """Lets in who has a session, or who needs none; answers the forms of the sign-in; watches open pages."""

    def __init__(self, app: ASGIApp, cache: SessionCache = SESSION_CACHE) -> None:
        self.app, self.cache = app, cache
        self.forms = SignInForms(cache)
        self.pages = OpenPages(cache)
        self.grants = FileGrants()
        self.limits = PageRateLimits()
        self.noted: dict[int, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with who asks; or answer in the application's place."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._serve_websocket(scope, receive, send)
        elif scope["path"] == ALIVE:
            await self._alive(scope)(scope, receive, send)
        elif is_public(scope["path"]):
            await self.app(with_account_headers(scope, ""), receive, send)
        else:
            await self._serve_request(scope, receive, send)

    async def _serve_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a form, refuse, or pass on: a page, a file."""
        visitor = visitor_of(scope)
        try:
            identity, session = await self._authenticate(scope, visitor)
            if scope["path"] in FORMS and identity != OPEN:
                answer = await self.forms.answer(scope, receive, visitor, session)
                await answer(scope, receive, send)
                return
        except Exception as error:
            answer = await failure_response(error)
            await answer(scope, receive, send)
            return
        if (refused := self._refusal(scope, identity, session)) is not None:
            await refused(scope, receive, send)
            return
        if session.state == State.OPEN and is_document(scope):
            self._note_activity(session.latest_number)
        person = LOCAL_READER
        if session.holder:
            person = replace(
                people.person_of_account(session.holder), session_number=session.latest_number
            )
        known = {**with_account_headers(scope, identity), PERSON: person, SESSION: session}
        await self.app(known, receive, send)

    def _refusal(self, scope: Scope, identity: str, session: CachedSession) -> Response | None:
        """The answer to who may not have what he asks for; None where he may."""
        if identity == OPEN and scope["path"] in FORMS:
            return RedirectResponse("/", 303)
        if not identity:
            if is_document(scope):
                return RedirectResponse(f"{IN}{wanted_page(scope)}", 303)
            return PlainTextResponse("Il faut se connecter.", 401)
        if session.holder and session.holder.must_change:
            if is_document(scope):
                return RedirectResponse(f"{CHANGE}{wanted_page(scope)}", 303)
            return PlainTextResponse("Il faut d'abord choisir un mot de passe.", 401)
        if self.grants.is_denied(scope["path"], identity):
            who = session.holder.name if session.holder else ""
            REFUSED.warning(
                "a file of another's page to %r, from %r", who, client_address.client_address(scope)
            )
            return PlainTextResponse("Ce fichier n'existe pas.", 404)
        return None

    async def _authenticate(self, scope: Scope, visitor: Visitor) -> tuple[str, CachedSession]:
        """Who asks ("" is nobody): the account and the state of its rights, as the application is given them; and his session."""
        token = sign_in_request.digest(visitor.token) if visitor.token else None
        reading = self.cache.fresh_snapshot(token)
        if reading is None:
            tokens = [token] if token else []
            try:
                reading = await anyio.to_thread.run_sync(self.cache.read, tokens)
            except Exception:
                # Who was let in before stays in while the database is away: it is what a page shows that needs it, and says so.
                reading = self.cache.last_snapshot(token)
                if reading is None:
                    raise
        if reading.is_open:
            # Nobody has an account yet: from elsewhere, nobody comes in.
            return (OPEN if client_address.is_local_request(scope) else ""), UNKNOWN
        session = reading.session(token)
        return (session.identity_header if session.state == State.OPEN else ""), session

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the connection of an open page, or refuse it."""
        visitor = visitor_of(scope)
        try:
            identity, session = await self._authenticate(scope, visitor)
        except Exception as error:
            LOG.warning("who asks could not be read", exc_info=error)
            identity, session = "", UNKNOWN
        refused = not identity or bool(session.holder and session.holder.must_change)
        token = sign_in_request.digest(visitor.token) if identity != OPEN else ""
        if refused or not await self.limits.may_open(identity, token):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return

        def on_activity() -> None:
            if token:
                self._note_activity(self.cache.last_session(token).latest_number)

        granting = self._granting(identity, send)
        async with self.limits.limit_page(identity, receive, granting, token) as (slow, sending):
            most, name = _most_pages(session), page_name(scope)
            page = OpenPage(token, identity, slow, sending, on_activity, most, name)
            CURRENT_ACCOUNT.set(identity)  # a connection has a task of its own, and so a context
            BROWSER.set(token)
            await self._serve_page(
                with_account_headers(scope, identity, session.latest_number), page
            )

    async def _serve_page(self, scope: Scope, page: OpenPage) -> None:
        """Pass on what a page and the application send each other, as long as the page is open."""
        gone = False

        async def receive() -> Message:
            nonlocal gone
            message = await page.receive_when_open()
            gone = gone or message["type"] == "websocket.disconnect"
            return message

        self.pages.add(page)
        try:
            await self.app(scope, receive, page.send_when_open)
        except RuntimeError as error:
            # It was closed while Streamlit had more to send, or before it had begun: nothing that belongs in the log.
            if not (gone or isinstance(error, WebSocketDisconnected)):
                raise
        finally:
            self.pages.remove(page)
            if page.receiving:
                page.receiving.cancel()

    def _granting(self, identity: str, send: Send) -> Send:
        """`send` to a page, which grants it the files that it is sent the addresses of."""

        async def grant_and_send(message: Message) -> None:
            self.grants.grant_named_in(message.get("bytes") or b"", identity)
            await send(message)

        return grant_and_send

    def _alive(self, scope: Scope) -> Response:
        """The answer that the process runs; to a page of ours also the state of its session, as far as it is known at this
        moment."""
        answer = PlainTextResponse(f"en marche {LIFE}")
        token = visitor_of(scope).token
        key = sign_in_request.digest(token) if token else None
        # A page of ours asks; who looks after the server needs to know nothing more.
        headers = Headers(scope=scope)
        if headers.get("sec-fetch-site") == "same-origin":
            self.pages.watch_token(key or "")
            self.pages.note_token(headers.get(PAGE_HEADER, ""), key or "")
            reading = self.cache.fresh_snapshot(key, RECENT)
            if reading is None:
                return answer
            if reading.is_open:
                answered = (
                    f"{State.OPEN.value} {OPEN}" if client_address.is_local_request(scope) else ""
                )
                answered = answered or State.ENDED.value
            else:
                session = reading.session(key)
                # Who has just confirmed that it is he may have an answer under way: his pages stay, and wait for it.
                waits = session.just_replaced and session.pages_state != State.ENDED
                state = State.LAPSED if waits else session.state
                answered = f"{state.value} {session.identity_header}"
            answer.headers[STATE_HEADER] = answered.strip()
        return answer

    def _note_activity(self, number: int) -> None:
        """Note that somebody is at work, now and then, beside what is going on. number: of his sign-in."""
        now = time.monotonic()
        if number and now - self.noted.get(number, -NOTED_EVERY) >= NOTED_EVERY:
            if len(self.noted) > 10_000:
                self.noted.clear()
            self.noted[number] = now
            task = asyncio.ensure_future(
                anyio.to_thread.run_sync(sign_ins.note_activity, self.cache.engine(), number)
            )
            task.add_done_callback(_log_failure)


def page_name(scope: Scope) -> str:
    """The name by which a page's script names it, where its connection says one; "" otherwise."""
    name = query_of(scope).removeprefix("page=")
    return name if NAME.fullmatch(name) else ""


def _most_pages(session: CachedSession) -> int | None:
    """How many pages of who asks may be open at once; of who sits at the machine, any number."""
    if session.holder is None:
        return None
    return MOST_OF_LINK if session.holder.role == Role.GUEST else MOST_OF_ACCOUNT


def _log_failure(task: asyncio.Future[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        LOG.warning("that somebody is at work could not be noted", exc_info=error)


def with_account_headers(scope: Scope, identity: str, entry: int = 0) -> Scope:
    """The request without our cookies, and with who asks in headers of ours, in place of anything that a client wrote there.
    entry: the number of his sign-in."""
    headers = []
    for name, value in scope["headers"]:  # names in small letters, as ASGI has them
        if name == b"cookie":
            if kept := without_our_cookies(value):
                headers.append((name, kept))
        elif not name.lower().startswith(PREFIX):
            headers.append((name, value))
    if identity:
        headers.append((HEADER.encode(), identity.encode()))
    if entry:
        headers.append((ENTRY.encode(), str(entry).encode()))
    return {**scope, "headers": headers}


async def failure_response(error: Exception) -> Response:
    """The answer where a request failed before it could be answered: the database is away, which passes; or a fault of ours,
    under its number in the log."""
    if await anyio.to_thread.run_sync(outage_reason, error):
        LOG.warning("who asks could not be read", exc_info=error)
        return HTMLResponse(sign_in_pages.database_unavailable_page(), 503, {"refresh": "5"})
    what = error_messages.report_sentence(error_messages.log_incident(error))
    page = sign_in_pages.failure_page(error_messages.failure_sentence(error), what)
    return HTMLResponse(page, 500)
