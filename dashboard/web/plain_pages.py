"""Plain pages: the routes of our own, answered with the same menu and header as the other pages.

Before: `dashboard.web.routes`, `dashboard.web.html_templates`. After: `dashboard.web.gate`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import anyio
import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import memory
from dashboard.accounts.rights import NOBODY, Role, may
from dashboard.accounts.session_cache import OPEN, UNKNOWN
from dashboard.answers.context import drop_statements
from dashboard.answers.network import freshness
from dashboard.french import date_short
from dashboard.log import REFUSED
from dashboard.navigation import PAGES
from dashboard.one_run_at_a_time import RUN_QUEUE, RunQueue
from dashboard.web import page_head, sign_in_pages, uploads
from dashboard.web.authentication import PERSON, SESSION, VISITOR, failure_response
from dashboard.web.browser_cookies import KEY_KEPT, Visitor
from dashboard.web.client_address import client_address
from dashboard.web.html_templates import part, render
from dashboard.web.plain_answers import PageRequest, PlainAnswer
from dashboard.web.routes import Route, find_route, menu_of

UPLOAD = "ccsp-upload"  # the script that sends files, and opens the address that it is told
ONE_FILE_AT_A_TIME = anyio.CapacityLimiter(1)
# These pages are short, and take turns among themselves: one that closes a day does not wait until a reader's page, of ten times
# its length, has ended. What reads files takes its turn among the readers' pages.
PLAIN_QUEUE = RunQueue()


class PlainPages:
    """ASGI middleware that answers the routes of our own and passes everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        route = find_route(scope["path"]) if scope["type"] == "http" else None
        answer = await respond(route, scope, receive) if route else self.app
        await answer(scope, receive, send)


async def respond(route: Route, scope: Scope, receive: Receive) -> Response:
    """The answer of a route: its page, or 404 for a person who may not open it."""
    person = scope.get(PERSON, NOBODY)
    if not may(person, route.page.right):
        name, asker = route.page.url_path, client_address(scope)
        REFUSED.warning("the page %r to %r, from %r", name, person.name, asker)
        return HTMLResponse(sign_in_pages.not_found_page(person, name), 404)
    allowed = ("GET", "HEAD", "POST") if route.takes_forms else ("GET", "HEAD")
    if scope["method"] not in allowed:
        return PlainTextResponse("Cette demande n'existe pas.", 405, {"allow": ", ".join(allowed)})
    visitor: Visitor = scope[VISITOR]
    request = PageRequest(
        person,
        scope.get(SESSION, UNKNOWN),
        scope,
        scope["path"].strip("/").partition("/")[2],
        uploads.form_token(visitor.token, person.id),
        visitor.upload_key,
    )
    if scope["method"] == "POST":
        try:
            fields, files = await uploads.read_form(scope, receive)
        except uploads.BadForm as reason:
            body = part("refused_form.html", why=str(reason), home=f"/{route.page.url_path}")
            return await _page(route, request, PlainAnswer(body, status=reason.status))
        # Of files alone nothing counts before a form with its token confirms them: they need not be chosen anew. Below the page's
        # own address a form acts on what is there, whatever it brings along.
        own = uploads.is_form_token(fields.pop("jeton", ""), visitor.token, person.id)
        if not own and (request.rest or not files):
            return await _page(route, request, _form_again(request, fields))
        request = replace(request, fields=fields, files=files, is_form=True)
    try:
        # One file is read at a time: the other processor is for who reads pages.
        limit = ONE_FILE_AT_A_TIME if request.files else None
        large = bool(request.files or (route.large and request.rest.startswith(route.large)))
        turns = RUN_QUEUE if large else PLAIN_QUEUE
        said = await anyio.to_thread.run_sync(in_turn, turns, request, route.body, limiter=limit)
        if large:
            memory.give_back(drop_statements)
    except Exception as error:
        return await failure_response(error, scope["path"])
    answer = said if isinstance(said, PlainAnswer) else PlainAnswer(said)
    if answer.file:
        named = {"content-disposition": f'attachment; filename="{answer.file_name}"'}
        response: Response = Response(answer.file, media_type=answer.file_type, headers=named)
    elif answer.redirect and Headers(scope=scope).get("x-requested-with") == UPLOAD:
        response = Response(status_code=204, headers={"content-location": answer.redirect})
    elif answer.redirect:
        response = RedirectResponse(answer.redirect, 303)
    else:
        response = await _page(route, request, answer)
    if answer.key:
        visitor.set_cookie(response, "apercu", answer.key, KEY_KEPT)
    return response


def _form_again(request: PageRequest, fields: Mapping[str, str]) -> PlainAnswer:
    """The page for a form of another session: what was filled in, to be sent again by its own person."""
    body = part(
        "send_again.html",
        action=request.scope["path"],
        token=request.token,
        fields=sorted(fields.items()),
    )
    return PlainAnswer(body, "Envoyer de nouveau", 403)


def in_turn(
    turns: RunQueue, request: PageRequest, body: Callable[[PageRequest], str | PlainAnswer]
) -> str | PlainAnswer:
    """What a page answers, computed when it is its account's turn. turns: in which queue."""
    with turns.exclusive_run(request.person.id or OPEN):
        return body(request)


async def _page(route: Route, request: PageRequest, answer: PlainAnswer) -> Response:
    try:
        html = await anyio.to_thread.run_sync(render_page, route, request, answer)
    except Exception as error:
        return await failure_response(error)
    return HTMLResponse(html, answer.status)


def render_page(route: Route, request: PageRequest, answer: PlainAnswer) -> str:
    """The HTML of a route's page, with the person's menu, the state of the data and the link to sign out."""
    person, fresh = request.person, freshness(request.person)
    return render(
        "menu_page.html",
        heading=answer.heading or route.page.heading,
        page=route.page,
        menu=menu_of(person),
        home=PAGES[0],
        name=person.name if may(person, "own_account") else "",
        signed_in=bool(person.id),
        demo=fresh.demo,
        guest=person.role == Role.GUEST,
        as_of=date_short(fresh.known_to) if fresh.known_to else "",
        body=answer.body,
        search=page_head.search_markup(),
    )
