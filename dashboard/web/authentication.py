"""Authentication: finds the person by the browser's session, and passes the identity on to the application in headers of ours.
Such headers from a client are removed first.

Without a session, requests are let in only from the machine itself, and only while the database holds unchanged fictitious
data.

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
from dashboard.web.routes import find_route
from dashboard.web.sign_in_addresses import CHANGE, FORMS, IN, query_of, wanted_page
from dashboard.web.sign_in_forms import SignInForms

LOG = logging.getLogger("ccsp")
ALIVE = "/livez"  # the process answers: neither the database nor Streamlit is asked
# Identifies this process: a page that finds another value knows that the server has restarted.
LIFE = token_hex(8)
STATE_HEADER = "ccsp-session"  # by which an open page learns the state of its session
PAGE_HEADER = "ccsp-page"  # the name of the open page that asks
# In the scope of a request that is let in: the person, his session, and the browser, whose cookies go no further.
PERSON, SESSION, VISITOR = "ccsp.person", "ccsp.session", "ccsp.visitor"
RECENT = 5.0  # seconds for which a session that was read may be used to answer an open page
NOTED_EVERY = 30.0  # seconds between two writes of a session's last activity


class Authentication:
    """ASGI middleware that lets in people with a session, or who need none; answers the sign-in's forms; watches open pages."""

    def __init__(self, app: ASGIApp, cache: SessionCache = SESSION_CACHE) -> None:
        self.app, self.cache = app, cache
        self.forms = SignInForms(cache)
        self.pages = OpenPages(cache)
        self.grants = FileGrants()
        self.limits = PageRateLimits()
        self.noted: dict[int, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the identity of the person, or answer it."""
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
        """Serve an HTTP request: answer a form, refuse, or pass it on."""
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
        if session.state == State.OPEN and (is_document(scope) or scope["method"] == "POST"):
            self._note_activity(session.latest_number)
        person = LOCAL_READER
        if session.holder:
            person = replace(
                people.person_of_account(session.holder), session_number=session.latest_number
            )
        known = {
            **with_account_headers(scope, identity),
            PERSON: person,
            SESSION: session,
            VISITOR: visitor,
        }
        await self.app(known, receive, send)

    def _refusal(self, scope: Scope, identity: str, session: CachedSession) -> Response | None:
        """The answer to a request that may not pass; None where it may. identity: "" for nobody."""
        if identity == OPEN and scope["path"] in FORMS:
            return RedirectResponse("/", 303)
        if not identity:
            if is_document(scope):
                return RedirectResponse(f"{IN}{wanted_page(scope)}", 303)
            if scope["method"] == "POST" and find_route(scope["path"]):
                return HTMLResponse(sign_in_pages.lapsed_form_page(), 401)
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
        """The identity ("account.epoch" as the application is given it; "" for nobody) and the session of the browser."""
        token = sign_in_request.digest(visitor.token) if visitor.token else None
        reading = self.cache.fresh_snapshot(token)
        if reading is None:
            tokens = [token] if token else []
            try:
                reading = await anyio.to_thread.run_sync(self.cache.read, tokens)
            except Exception:
                # While the database is unavailable, an open session stays open: the pages say that they have no data.
                reading = self.cache.last_snapshot(token)
                if reading is None:
                    raise
        if reading.is_open:
            # No accounts exist yet: requests from other machines are refused.
            return (OPEN if client_address.is_local_request(scope) else ""), UNKNOWN
        session = reading.session(token)
        return (session.identity_header if session.state == State.OPEN else ""), session

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the websocket of an open page, or refuse it."""
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

        granting = self._send_with_grants(identity, send)
        async with self.limits.limit_page(identity, receive, granting, token) as (slow, sending):
            most, name = _most_pages(session), page_name(scope)
            page = OpenPage(token, identity, slow, sending, on_activity, most, name)
            CURRENT_ACCOUNT.set(identity)  # a connection has a task of its own, and so a context
            BROWSER.set(token)
            await self._serve_page(
                with_account_headers(scope, identity, session.latest_number), page
            )

    async def _serve_page(self, scope: Scope, page: OpenPage) -> None:
        """Pass messages between a page and the application, as long as the page is open."""
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
            # Closed while Streamlit had more to send, or before it had begun: no fault, and not logged.
            if not (gone or isinstance(error, WebSocketDisconnected)):
                raise
        finally:
            self.pages.remove(page)
            if page.receiving:
                page.receiving.cancel()

    def _send_with_grants(self, identity: str, send: Send) -> Send:
        """`send` to a page, which also grants it the files whose addresses it is sent."""

        async def grant_and_send(message: Message) -> None:
            self.grants.grant_named_in(message.get("bytes") or b"", identity)
            await send(message)

        return grant_and_send

    def _alive(self, scope: Scope) -> Response:
        """The answer that the process runs; to a page of ours, with the state of its session as far as it is known without
        asking the database."""
        answer = PlainTextResponse(f"en marche {LIFE}")
        token = visitor_of(scope).token
        key = sign_in_request.digest(token) if token else None
        # Only a page of ours needs the state; monitoring does not.
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
                # A confirmation may just have replaced the session: its pages stay, and wait for the new one.
                waits = session.just_replaced and session.pages_state != State.ENDED
                state = State.LAPSED if waits else session.state
                answered = f"{state.value} {session.identity_header}"
            answer.headers[STATE_HEADER] = answered.strip()
        return answer

    def _note_activity(self, number: int) -> None:
        """Write a session's last activity to the database, at most every NOTED_EVERY seconds, in the background. number: of the
        sign-in."""
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
    """The name that a page's script gave it, from its connection; "" where it gave none."""
    name = query_of(scope).removeprefix("page=")
    return name if NAME.fullmatch(name) else ""


def _most_pages(session: CachedSession) -> int | None:
    """How many pages of this session's account may be open at once; None (any number) for who sits at the machine."""
    if session.holder is None:
        return None
    return MOST_OF_LINK if session.holder.role == Role.GUEST else MOST_OF_ACCOUNT


def _log_failure(task: asyncio.Future[None]) -> None:
    """Log the exception of a finished task, if it has one."""
    if not task.cancelled() and (error := task.exception()):
        LOG.warning("that somebody is at work could not be noted", exc_info=error)


def with_account_headers(scope: Scope, identity: str, entry: int = 0) -> Scope:
    """The scope without our cookies, with the identity in headers of ours, in place of any that the client sent. entry: the
    number of the sign-in."""
    headers = []
    for name, value in scope["headers"]:  # ASGI has names in lower case
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


async def failure_response(error: Exception, page: str = "") -> Response:
    """The answer to a request that failed: the database is unavailable, or a fault of ours with its incident number in the
    log. page: the one on which somebody was at work, to which he can go back; "" for none."""
    if await anyio.to_thread.run_sync(outage_reason, error):
        LOG.warning("who asks could not be read", exc_info=error)
        return HTMLResponse(sign_in_pages.database_unavailable_page(), 503, {"refresh": "5"})
    what = error_messages.report_sentence(error_messages.log_incident(error))
    if page:
        why = error_messages.work_failure_sentence(error)
        return HTMLResponse(sign_in_pages.failed_work_page(why, what, page), 500)
    return HTMLResponse(
        sign_in_pages.failure_page(error_messages.failure_sentence(error), what), 500
    )
