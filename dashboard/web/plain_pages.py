"""Plain pages: answers the routes of our own, with the menu and the header that the other pages have.

Before: `dashboard.web.routes`, `dashboard.web.html_templates`. After: `dashboard.web.gate`.
"""

import anyio.to_thread
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.accounts.rights import NOBODY, Role, may
from dashboard.accounts.session_cache import UNKNOWN
from dashboard.answers.network import freshness
from dashboard.french import date_short
from dashboard.log import REFUSED
from dashboard.navigation import PAGES
from dashboard.web import sign_in_pages
from dashboard.web.authentication import PERSON, SESSION, failure_response
from dashboard.web.client_address import client_address
from dashboard.web.html_templates import render
from dashboard.web.routes import PageRequest, Route, find_route, menu_of


class PlainPages:
    """Answers the routes of our own; everything else passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        route = find_route(scope["path"]) if scope["type"] == "http" else None
        answer = await respond(route, scope) if route else self.app
        await answer(scope, receive, send)


async def respond(route: Route, scope: Scope) -> Response:
    """The answer of a route: its page; or that there is none, for who may not open it."""
    person = scope.get(PERSON, NOBODY)
    if not may(person, route.page.right):
        name, asker = route.page.url_path, client_address(scope)
        REFUSED.warning("the page %r to %r, from %r", name, person.name, asker)
        return HTMLResponse(sign_in_pages.not_found_page(), 404)
    if scope["method"] not in ("GET", "HEAD"):
        return PlainTextResponse("Cette demande n'existe pas.", 405, {"allow": "GET, HEAD"})
    request = PageRequest(person, scope.get(SESSION, UNKNOWN), scope)
    try:
        return HTMLResponse(await anyio.to_thread.run_sync(render_page, route, request))
    except Exception as error:
        return await failure_response(error)


def render_page(route: Route, request: PageRequest) -> str:
    """The page of a route, with the menu of who asks, the state of the data and the way out."""
    person, fresh = request.person, freshness(request.person)
    return render(
        "menu_page.html",
        heading=route.page.heading,
        page=route.page,
        menu=menu_of(person),
        home=PAGES[0],
        name=person.name if may(person, "own_account") else "",
        signed_in=bool(person.id),
        demo=fresh.demo,
        guest=person.role == Role.GUEST,
        as_of=date_short(fresh.as_of) if fresh.as_of else "",
        body=route.body(request),
    )
