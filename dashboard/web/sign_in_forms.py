"""The forms of the sign-in: sign in, sign out, change a password, come in as a guest. None needs a script.

Before: `dashboard.accounts.sign_ins`, which decides; `dashboard.web.sign_in_answers`; `dashboard.web.sign_in_by_provider`,
which redirects to the identity provider. After: `dashboard.web.authentication`.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

import anyio.to_thread
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope

from dashboard import error_messages
from dashboard.accounts import guest_links, reauthentication, sign_in_request, sign_ins
from dashboard.accounts.rights import Role
from dashboard.accounts.session_cache import CachedSession, SessionCache, State
from dashboard.accounts.sign_in_request import Browser, Refusal
from dashboard.answers.context import is_disk_full, outage_reason
from dashboard.settings import load_settings
from dashboard.web import sign_in_pages
from dashboard.web.browser_cookies import Visitor
from dashboard.web.fair_queue import QueueFull
from dashboard.web.form_fields import is_signed_token, read_fields
from dashboard.web.sign_in_addresses import (
    BACK,
    BY_LINK,
    CHANGE,
    CONFIRM,
    FIRST,
    IN,
    INVITED,
    LEAVE,
    OUT,
    page_after_sign_in,
)
from dashboard.web.sign_in_answers import show_form, show_page
from dashboard.web.sign_in_by_provider import FLOW_COOKIE, ProviderSignIn, signed_out_response
from dashboard.web.sign_in_queue import KNOWN_AT_ONCE, SignInQueue

LOG = logging.getLogger("ccsp")
NOT_HERE = "On se connecte ici avec le compte du ministère : aucun mot de passe du tableau de bord n'ouvre."
OLD_FORM = "Ce formulaire était ouvert depuis trop longtemps : le remplir de nouveau."


class SignInForms:
    """Answers requests for the sign-in's addresses."""

    def __init__(self, cache: SessionCache) -> None:
        self.cache = cache
        # Known browsers have a queue of their own: guessing from elsewhere, or from the same office, does not delay them.
        self.queue, self.queue_of_known = SignInQueue(), SignInQueue(KNOWN_AT_ONCE)
        self.by_provider = ProviderSignIn(cache)

    async def answer(
        self, scope: Scope, receive: Receive, visitor: Visitor, session: CachedSession
    ) -> Response:
        """The answer at an address of the sign-in: a page, or the result of a form."""
        path, method = scope["path"], scope["method"]
        # Where the button was pressed twice, the second form has a token that the first one replaced.
        again = path == CONFIRM and method == "POST" and session.just_replaced
        if path in (CHANGE, CONFIRM) and session.state != State.OPEN and not again:
            return RedirectResponse(IN, 303)
        if path == CONFIRM and (elsewhere := await self._answer_without_proof(method, session)):
            return elsewhere
        if (
            path == CHANGE
            and session.holder
            and not (session.holder.password or session.holder.must_change)
        ):
            return RedirectResponse("/", 303)  # an account without a password
        if path in (LEAVE, BACK):
            return await self._answer_for_provider(scope, visitor)
        if (
            path == IN
            and method == "GET"
            and (answer := self.by_provider.answer_after_sign_out(scope, visitor))
        ):
            return answer
        if method in ("GET", "HEAD"):
            return show_page(scope, visitor, session)
        if method != "POST":
            return PlainTextResponse("Cette demande n'existe pas.", 405, {"allow": "GET, POST"})
        if path == OUT:
            return await self._sign_out(scope, visitor, session)
        sent = await read_fields(receive)
        if sent is None:
            return PlainTextResponse("Ce formulaire est trop long.", 413)
        typed = sent.get("lien" if path in BY_LINK else "nom", "")
        if path == CONFIRM and session.session and session.session.issuer:
            return RedirectResponse(CONFIRM, 303)  # an account without a password
        if not (visitor.form_token and is_signed_token(sent.get("jeton", ""), visitor.form_token)):
            return show_form(scope, visitor, session, OLD_FORM, 403, typed)
        try:
            if path == INVITED:
                return await self._sign_in_guest(scope, visitor, session, sent)
            if path in (IN, FIRST) and not load_settings().local_accounts:
                return show_form(scope, visitor, session, NOT_HERE, 403)
            if path == FIRST:
                return await self._sign_in_first_time(scope, visitor, session, sent)
            if path == IN:
                return await self._sign_in(scope, receive, visitor, session, sent)
            if path == CONFIRM:
                return await self._confirm_password(scope, receive, visitor, session, sent)
            return await self._change_password(scope, receive, visitor, session, sent)
        except QueueFull:
            answer = show_form(scope, visitor, session, sign_in_pages.CROWD, 503, typed)
            answer.headers["retry-after"] = "5"
            return answer
        except Exception as error:
            # The form again, with what was typed and why it failed.
            if not (why := await anyio.to_thread.run_sync(_passing_failure, error)):
                raise
            return show_form(scope, visitor, session, why, 503, typed)

    async def _sign_in(
        self,
        scope: Scope,
        receive: Receive,
        visitor: Visitor,
        session: CachedSession,
        sent: Mapping[str, str],
    ) -> Response:
        name, password = sent.get("nom", ""), sent.get("mot_de_passe", "")
        browser = Browser(visitor.token, visitor.browser_mark, visitor.address)
        try:
            token = await self._run_in_queue(
                visitor,
                receive,
                lambda: sign_ins.sign_in(self.cache.engine(), name, password, browser),
            )
        except Refusal as reason:
            return show_form(scope, visitor, session, str(reason), 401, name)
        return self._begin_session(visitor, browser, token, page_after_sign_in(scope))

    async def _answer_without_proof(self, method: str, session: CachedSession) -> Response | None:
        """The answer to somebody who need not confirm: a guest, who has no password; somebody who has to choose one first;
        somebody who just confirmed. None for the others."""
        if session.holder is None or session.holder.role == Role.GUEST:
            return RedirectResponse("/", 303)
        if session.holder.must_change:
            return RedirectResponse(CHANGE, 303)
        if method == "GET" and await anyio.to_thread.run_sync(
            reauthentication.is_recent,
            self.cache.engine(),
            session.holder.id,
            session.latest_number,
        ):
            return HTMLResponse(sign_in_pages.confirmed_page(session.holder.name))
        return None

    async def _confirm_password(
        self,
        scope: Scope,
        receive: Receive,
        visitor: Visitor,
        session: CachedSession,
        sent: Mapping[str, str],
    ) -> Response:
        """Check the password of the signed-in person again; the open pages go on."""
        browser = Browser(visitor.token, visitor.browser_mark, visitor.address)
        password = sent.get("mot_de_passe", "")
        try:
            token = await self._run_in_queue(
                visitor,
                receive,
                lambda: sign_ins.confirm_password(self.cache.engine(), password, browser),
            )
        except Refusal as reason:
            return show_form(scope, visitor, session, str(reason), 401)
        return self._begin_session(visitor, browser, token, CONFIRM)

    async def _sign_in_guest(
        self, scope: Scope, visitor: Visitor, session: CachedSession, sent: Mapping[str, str]
    ) -> Response:
        """Sign in a guest by the link, when the form is sent: merely opening the address uses up no entry. Without a queue: no
        password is checked, and guessing elsewhere does not delay a workshop."""
        # The browser gets no mark: whoever has the link may open it anywhere.
        browser = Browser(visitor.token, "", visitor.address, new_mark="")
        link = sent.get("lien", "").strip().rpartition("#")[2]
        try:
            token = await anyio.to_thread.run_sync(
                guest_links.sign_in_guest, self.cache.engine(), link, browser
            )
        except Refusal as reason:
            return show_form(scope, visitor, session, str(reason), 401)
        return self._begin_session(visitor, browser, token, "/")

    async def _sign_in_first_time(
        self, scope: Scope, visitor: Visitor, session: CachedSession, sent: Mapping[str, str]
    ) -> Response:
        """Sign in a person by the link of the first password; without a queue, so that guessing elsewhere does not delay it."""
        browser = Browser(visitor.token, visitor.browser_mark, visitor.address)
        link = sent.get("lien", "").strip().rpartition("#")[2]
        try:
            token = await anyio.to_thread.run_sync(
                sign_ins.sign_in_by_first_link, self.cache.engine(), link, browser
            )
        except Refusal as reason:
            return show_form(scope, visitor, session, str(reason), 401)
        return self._begin_session(visitor, browser, token, CHANGE)

    async def _answer_for_provider(self, scope: Scope, visitor: Visitor) -> Response:
        """Redirect to the identity provider, or sign in who comes back from it."""
        if scope["method"] != "GET" or not load_settings().oidc_issuer:
            return RedirectResponse(IN, 303)
        try:
            if scope["path"] == LEAVE:
                return await self.by_provider.redirect_to_provider(
                    scope, visitor, page_after_sign_in(scope)
                )
            answer = self._begin_session(visitor, *await self.by_provider.sign_in(scope, visitor))
        except QueueFull:
            return HTMLResponse(sign_in_pages.crowded_page(), 503, {"retry-after": "5"})
        except Refusal as reason:
            return self.by_provider.refusal_response(visitor, reason)
        visitor.set_cookie(answer, FLOW_COOKIE, "")
        return answer

    async def _change_password(
        self,
        scope: Scope,
        receive: Receive,
        visitor: Visitor,
        session: CachedSession,
        sent: Mapping[str, str],
    ) -> Response:
        old, new = sent.get("mot_de_passe", ""), sent.get("nouveau", "")
        if new != sent.get("encore", ""):
            why = "Le nouveau mot de passe n'est pas écrit deux fois de la même façon."
            return show_form(scope, visitor, session, why, 400)
        browser = Browser(visitor.token, visitor.browser_mark, visitor.address)
        try:
            token = await self._run_in_queue(
                visitor,
                receive,
                lambda: sign_ins.change_password(self.cache.engine(), old, new, browser),
            )
        except Refusal as reason:
            return show_form(scope, visitor, session, str(reason), 400)
        return self._begin_session(visitor, browser, token, page_after_sign_in(scope))

    async def _run_in_queue(
        self, visitor: Visitor, receive: Receive, work: Callable[[], str]
    ) -> str:
        """Run a check of a password in the queue of this browser's account where it is known, else of its address; return what
        it returns. Raises QueueFull, Refusal."""
        account = await anyio.to_thread.run_sync(
            sign_ins.known_account, self.cache.engine(), visitor.browser_mark
        )
        queue, whose = (self.queue_of_known, account) if account else (self.queue, visitor.address)
        abandoned = asyncio.ensure_future(
            receive()
        )  # after the form, the only message is a disconnect
        try:
            return await queue.run(whose, work, abandoned)
        finally:
            abandoned.cancel()

    def _begin_session(
        self, visitor: Visitor, browser: Browser, token: str, where: str
    ) -> Response:
        self.cache.forget_account_of(sign_in_request.digest(visitor.token))
        answer = RedirectResponse(where, 303)
        visitor.set_cookie(answer, "session", token)
        if browser.new_mark:
            known_for = int(sign_in_request.KNOWN_FOR.total_seconds())
            visitor.set_cookie(answer, "navigateur", browser.new_mark, known_for)
        visitor.set_cookie(answer, "formulaire", "")
        return answer

    async def _sign_out(self, scope: Scope, visitor: Visitor, session: CachedSession) -> Response:
        further = ""
        if visitor.token:
            await anyio.to_thread.run_sync(sign_ins.sign_out, self.cache.engine(), visitor.token)
            self.cache.forget_account_of(sign_in_request.digest(visitor.token))
            further = await self.by_provider.sign_out_address(scope, visitor, session)
        # On the way to the provider the browser keeps its ended token, which shows if it comes back without having been there.
        return signed_out_response(visitor, further, forgets=not further)


def _passing_failure(error: Exception) -> str:
    """Why a form failed, where the cause will pass; "" where it is a fault of ours."""
    if why := outage_reason(error):
        LOG.warning("a form came to nothing", exc_info=error)
        return f"{why} Rien n'est fait : recommencer dans un moment."
    if is_disk_full(error):
        return f"{error_messages.failure_sentence(error)} {error_messages.report_sentence(error_messages.log_incident(error))}"
    return ""
