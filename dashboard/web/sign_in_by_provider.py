"""The sign-in by the provider of identities: a button leads to the provider, the browser comes back with a code, and whom the
provider names is signed in.

Before: `dashboard.accounts.identity_provider`, `dashboard.accounts.provider_identities`, which decide;
`dashboard.web.sign_in_queue`. After: `dashboard.web.sign_in_forms`.
"""

import time
from typing import TypeVar

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from dashboard.accounts import (
    identity_provider,
    provider_identities,
    sign_in_flow,
    sign_in_request,
)
from dashboard.accounts.identity_provider import STALE, Provider
from dashboard.accounts.session_cache import CachedSession, SessionCache
from dashboard.accounts.sign_in_flow import SignInFlow
from dashboard.accounts.sign_in_request import Browser, Refusal, new_token
from dashboard.settings import load_settings
from dashboard.web import client_address, sign_in_pages
from dashboard.web.browser_cookies import Visitor
from dashboard.web.fair_queue import QueueFull
from dashboard.web.sign_in_addresses import BACK, CONFIRM, IN, parameters, query_of
from dashboard.web.sign_in_queue import SignInQueue

ANOTHER = "autre=oui"  # in the address: somebody else than who is signed in at the provider
AGAIN = "encore=oui"  # who is signed in here says there anew who he is
# Who wait for the provider's answers: each in a thread that is for nothing else, ten seconds an answer at most.
AT_ONCE = 64
AT_MOST = 2_000  # people of whom is kept what they need to sign out there
Kept = TypeVar("Kept")
FLOW_COOKIE = "identite"  # keeps a sign-in flow that was begun in this browser


class ProviderSignIn:
    """Leads to the provider and lets in who comes back."""

    def __init__(self, cache: SessionCache) -> None:
        self.cache, self.provider, self.queue = cache, Provider(), SignInQueue(AT_ONCE)
        self.used: dict[str, int] = {}  # flows that ended here, until they would be too old anyway
        # By the digest of a session's token: what the provider signed, to sign out there; and who signed out here and is not
        # known to be back from there: what he comes back with, and where he is led.
        self.proofs: dict[str, str] = {}
        self.leaving: dict[str, tuple[str, str]] = {}

    async def redirect_to_provider(self, scope: Scope, visitor: Visitor, page: str) -> Response:
        """Redirect to the provider, in a new sign-in flow that this browser keeps, where somebody pressed the button for it: the
        provider may sign him in without asking, and a page elsewhere could lead here too. page: where the flow leads in the end.
        Raises Refusal, QueueFull."""
        if Headers(scope=scope).get("sec-fetch-site", "same-origin") != "same-origin":
            return RedirectResponse(IN, 303)
        query, back = query_of(scope), _return_address(scope)
        # A flow that leads to the confirmation is one: no page of ours is called so.
        flow = SignInFlow.begin(CONFIRM if query == AGAIN else page)
        anew = query in (ANOTHER, AGAIN)
        answer = RedirectResponse(
            await self.queue.run(
                visitor.address,
                lambda: self.provider.authorization_url(flow, back, force_login=anew),
            ),
            303,
        )
        visitor.set_cookie(answer, FLOW_COOKIE, flow.text, sign_in_flow.WITHIN)
        return answer

    async def sign_in(self, scope: Scope, visitor: Visitor) -> tuple[Browser, str, str]:
        """Sign in who comes back: his browser, the token of the new session, the page that was wanted. Raises Refusal,
        QueueFull."""
        asked = dict(parameters(scope))
        flow = self._end_flow(visitor, asked)
        if "error" in asked or not asked.get("code"):
            raise Refusal(identity_provider.DECLINED)
        browser = Browser(visitor.token, visitor.known_by, visitor.address)
        back = _return_address(scope)

        def enter() -> tuple[str, str]:
            engine = self.cache.engine()
            claims = self.provider.fetch_identity(
                asked["code"], flow, back, lambda *who: provider_identities.is_known(engine, *who)
            )
            again = flow.page == CONFIRM
            if again and (
                claims.auth_age is None
                or claims.auth_age > time.time() - flow.began_at + identity_provider.LEEWAY
            ):
                raise identity_provider.no_fresh_proof()
            return provider_identities.sign_in_by_identity(
                engine, claims, browser, same_account=again
            ), claims.id_token

        token, proof = await self.queue.run(visitor.address, enter)
        _keep(self.proofs, sign_in_request.digest(token), proof)
        return browser, token, flow.page

    def _end_flow(self, visitor: Visitor, asked: dict[str, str]) -> SignInFlow:
        """The flow that this browser began, which ends here. Raises Refusal."""
        flow, now = SignInFlow(visitor.flow), int(time.time())
        if (
            not visitor.flow
            or not flow.accepts_state(asked.get("state", ""))
            or flow.text in self.used
        ):
            raise Refusal(STALE)
        self.used = {one: ends for one, ends in self.used.items() if ends > now}
        self.used[flow.text] = flow.expires_at
        if asked.get("iss", load_settings().oidc_issuer) != load_settings().oidc_issuer:
            raise identity_provider.untrusted_answer("another issuer came back")
        return flow

    async def sign_out_address(self, scope: Scope, visitor: Visitor, session: CachedSession) -> str:
        """The address at which who signed in by the provider signs out of it too; "" where he did not, or where it has none."""
        if not (
            session.session
            and session.session.issuer
            and session.session.issuer == load_settings().oidc_issuer
        ):
            return ""
        key, back = sign_in_request.digest(visitor.token), new_token()
        proof, here = self.proofs.pop(key, ""), f"{_own_address(scope)}{IN}"
        try:
            further = await self.queue.run(
                visitor.address, lambda: self.provider.logout_url(proof, here, back)
            )
        except QueueFull:
            return ""
        if further:
            _keep(self.leaving, key, (back, further))
        return further

    def answer_after_sign_out(self, scope: Scope, visitor: Visitor) -> Response | None:
        """The answer, at the form's address, to who signed out and comes back: from the provider, where he did too; or without
        ever having been there. The answer that led him may have been lost, or not been read, and whoever sat down next would be
        signed in by the provider as him. None for everybody else."""
        key = sign_in_request.digest(visitor.token)
        back, further = self.leaving.pop(key, ("", ""))
        if not back:
            return None
        asked = dict(parameters(scope))
        if asked.get("state") != back:
            return signed_out_response(visitor, further, forgets=True)
        answer = RedirectResponse(IN, 303)
        visitor.set_cookie(answer, "session", "")
        return answer

    def refusal_response(self, visitor: Visitor, why: Refusal) -> Response:
        """The answer that nobody is signed in, and why."""
        answers = not isinstance(why, identity_provider.ProviderUnavailable)
        again = bool(visitor.flow) and SignInFlow(visitor.flow).page == CONFIRM
        page = sign_in_pages.unconfirmed_page if again else sign_in_pages.refusal_page
        body = page(str(why), answers=answers)
        answer = HTMLResponse(body, 401 if answers else 503)
        visitor.set_cookie(answer, FLOW_COOKIE, "")
        return answer


def signed_out_response(visitor: Visitor, further: str, *, forgets: bool) -> Response:
    """The answer that nobody is signed in here any more. further: where the provider is left too; forgets: whether the browser is
    to forget who was."""
    headers = {"clear-site-data": '"storage"'}
    if further:
        # A page leads there, and not the answer to the form: to a form's answer the policy opens no other place.
        headers["refresh"] = f"0;url={further}"
    answer = HTMLResponse(sign_in_pages.signed_out_page(further), headers=headers)
    if forgets:
        visitor.set_cookie(answer, "session", "")
    return answer


def _keep(kept: dict[str, Kept], key: str, what: Kept) -> None:
    if len(kept) > AT_MOST:
        kept.clear()
    kept[key] = what


def _own_address(scope: Scope) -> str:
    """Our own address, by the name by which the browser asks: one of ours, and one that the provider knows or refuses."""
    scheme = "https" if client_address.is_https(scope) else "http"
    return f"{scheme}://{Headers(scope=scope)['host'].lower()}"


def _return_address(scope: Scope) -> str:
    return f"{_own_address(scope)}{BACK}"
