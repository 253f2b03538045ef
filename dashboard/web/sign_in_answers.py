"""The answers at the sign-in's addresses: a form with its token, or a page in place of it.

Before: `dashboard.web.sign_in_pages`, `dashboard.web.form_fields`. After: `dashboard.web.sign_in_forms`.
"""

from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from dashboard.accounts.rights import Role
from dashboard.accounts.session_cache import CachedSession, State
from dashboard.accounts.sign_in_request import new_token
from dashboard.web import sign_in_pages
from dashboard.web.browser_cookies import Visitor
from dashboard.web.form_fields import sign_token
from dashboard.web.sign_in_addresses import BY_LINK, CHANGE, CONFIRM, FIRST, IN, OUT, query_of

GONE = {
    State.LAPSED: "Votre session a expiré : se connecter de nouveau.",
    State.ENDED: "Votre session a été fermée : se connecter de nouveau.",
}
GUEST_GONE = (
    "Vous étiez entré par un lien d'invités : le rouvrir, ou en demander un autre s'il est fini."
)


def show_page(scope: Scope, visitor: Visitor, session: CachedSession) -> Response:
    """The answer to a request that only opens an address of the sign-in."""
    if scope["path"] == OUT:
        return HTMLResponse(sign_in_pages.sign_out_page())
    if scope["path"] == IN and session.state == State.OPEN and session.holder:
        return HTMLResponse(sign_in_pages.signed_in_page(session.holder.name))
    return show_form(
        scope, visitor, session, _session_end_reason(session) if scope["path"] == IN else ""
    )


def show_form(
    scope: Scope,
    visitor: Visitor,
    session: CachedSession,
    why: str = "",
    status: int = 200,
    typed: str = "",
) -> Response:
    """The answer with the form and a token that only this browser can send back. why: what went wrong; typed: the name or link
    sent before."""
    token = visitor.form_token or new_token()
    answer = HTMLResponse(_form_page(scope, sign_token(token), session, why, typed), status)
    visitor.set_cookie(answer, "formulaire", token)
    return answer


def _form_page(scope: Scope, token: str, session: CachedSession, why: str, typed: str) -> str:
    """The HTML of the form at the requested address. token: signed."""
    path, query, holder = scope["path"], query_of(scope), session.holder
    action = f"{path}{'?' if query else ''}{query}"
    if path in BY_LINK:
        signed_in = holder.name if session.state == State.OPEN and holder else ""
        page = sign_in_pages.first_sign_in_page if path == FIRST else sign_in_pages.guest_link_page
        return page(token, signed_in, why, typed)
    if path == CONFIRM:
        by_provider = bool(session.session and session.session.issuer)
        name = holder.name if holder else ""
        return sign_in_pages.confirmation_page(token, name, by_provider=by_provider, why=why)
    if path == CHANGE:
        first = bool(holder and holder.must_change)
        by_link = first and bool(holder and holder.password is None)
        return sign_in_pages.new_password_page(token, action, first=first, by_link=by_link, why=why)
    return sign_in_pages.sign_in_page(token, action, why, typed)


def _session_end_reason(session: CachedSession) -> str:
    """Why somebody who was signed in has to sign in again; "" where nobody was."""
    if session.holder and session.holder.role == Role.GUEST:
        return GUEST_GONE
    return GONE.get(session.state, "") if session.session else ""
